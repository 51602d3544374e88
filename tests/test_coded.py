"""Large libraries' dense index: what its codes find is what comparing everything finds."""

from __future__ import annotations

import errno
from pathlib import Path
from unittest.mock import Mock

import numpy as np
import pytest
from pages import ingest_into, pipeline_over, write

from rag.library.library import Library
from rag.models.embedding import HashingEmbedder, Vectors
from rag.retrieval import coded, indexes
from rag.retrieval.coded import CodedIndex, codable
from rag.retrieval.dense import DenseIndex
from rag.retrieval.lexical import LexicalIndex

FAKE = HashingEmbedder()
DIMENSION, SIZE = 64, 6000


def near(rng: np.random.Generator, centres: Vectors, count: int) -> Vectors:
    """Vectors of one crowd, as those of texts are: a common direction, then groups."""
    noise = rng.standard_normal((count, DIMENSION)).astype(np.float32) * np.float32(0.1)
    made = np.float32(0.5) + centres[rng.integers(len(centres), size=count)] + noise
    unit: Vectors = made / np.linalg.norm(made, axis=1, keepdims=True)
    return unit.astype(np.float16).astype(np.float32)  # as the library keeps them


@pytest.fixture
def few(monkeypatch: pytest.MonkeyPatch) -> None:
    """So few are compared that the codes must choose."""
    monkeypatch.setattr(coded, "COMPARED", 200)
    monkeypatch.setattr(coded, "_LISTED", 100)


@pytest.fixture(scope="module")
def crowd() -> tuple[Vectors, Vectors]:
    """Vectors of passages, and of questions."""
    rng = np.random.default_rng(5)
    centres = rng.standard_normal((40, DIMENSION)).astype(np.float32) * np.float32(0.3)
    return near(rng, centres, SIZE), near(rng, centres, 40)


def both(vectors: Vectors) -> tuple[CodedIndex, DenseIndex]:
    rows = [(3 * n + 1, vector) for n, vector in enumerate(vectors)]
    return CodedIndex.build(rows, DIMENSION), DenseIndex.build(rows, DIMENSION)


def recall(
    pair: tuple[CodedIndex, DenseIndex], questions: Vectors, among: set[int] | None = None
) -> float:
    """Share of the ten nearest that are found, their cosines being the same."""
    found = 0
    for question in questions:
        mine, exact = (dict(index.search(question, 10, among)) for index in pair)
        common = mine.keys() & exact.keys()
        assert len(mine) == len(exact)
        assert [mine[row] for row in common] == pytest.approx([exact[row] for row in common])
        found += len(common)
    return found / sum(len(pair[1].search(question, 10, among)) for question in questions)


@pytest.mark.usefixtures("few")
def test_the_nearest_are_found_with_and_without_filters(crowd: tuple[Vectors, Vectors]) -> None:
    vectors, questions = crowd
    pair = both(vectors)
    rows = [3 * n + 1 for n in range(SIZE)]
    assert recall(pair, questions) >= 0.98
    for admitted in (rows[::3], rows[::20], rows[:90], rows[-1:], rows[5000:]):
        assert recall(pair, questions[:10], {*admitted, 10**9}) >= 0.98
    assert pair[0].search(questions[0], 10, set()) == []
    assert pair[0].search(questions[0], 10, {2, 10**9}) == []


def worn(index: CodedIndex) -> bool:
    return index.worn(len(index), 0)


@pytest.mark.usefixtures("few")
def test_what_was_taken_out_is_not_found_and_what_was_added_is(
    crowd: tuple[Vectors, Vectors], tmp_path: Path
) -> None:
    vectors, questions = crowd
    mine, exact = both(vectors[:5000])
    gone = [3 * n + 1 for n in range(0, 5000, 25)]
    more = [(10**6 + n, vector) for n, vector in enumerate(vectors[5000:])]
    pair = mine.extended(more, gone), exact.extended(more, gone)
    assert len(pair[0]) == len(pair[1]) == SIZE - len(gone)
    assert recall(pair, questions) >= 0.98
    assert recall((mine, exact), questions) >= 0.98, "the one before is as it was"
    pair[0].save(tmp_path / "kept")
    kept = CodedIndex.load(tmp_path / "kept")
    assert len(kept) == len(pair[0])
    for question in questions:
        assert kept.search(question, 10) == pair[0].search(question, 10)
    assert not worn(pair[0])
    assert not worn(pair[0].extended([], [row for row, _ in more] + gone))
    assert worn(mine.extended([], [3 * n + 1 for n in range(1300)]))  # a quarter
    assert (mine.worn(3700, 0), mine.worn(5000, 1300)) == (True, False)  # known beforehand


def test_an_empty_one_finds_nothing(crowd: tuple[Vectors, Vectors]) -> None:
    vectors, questions = crowd
    one = CodedIndex.build([(7, vectors[0])], DIMENSION)
    none = one.extended([], [7])
    assert (len(none), none.search(questions[0], 5)) == (0, [])
    assert one.search(vectors[0], 5)[0][1] == pytest.approx(1, abs=1e-3)


def test_files_that_do_not_belong_together_are_not_opened(
    crowd: tuple[Vectors, Vectors], tmp_path: Path
) -> None:
    for name, count in (("a", 300), ("b", 299)):
        both(crowd[0][:count])[0].save(tmp_path / name)
    (tmp_path / "b" / "rows.npy").replace(tmp_path / "a" / "rows.npy")
    with pytest.raises(ValueError, match="a"):
        CodedIndex.load(tmp_path / "a")
    (tmp_path / "b" / "vectors.f16").write_bytes(b"short")
    with pytest.raises((OSError, ValueError)):
        CodedIndex.load(tmp_path / "b")


def test_a_full_disk_is_an_error_while_it_is_built(
    crowd: tuple[Vectors, Vectors], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "vectors.f16").symlink_to("/dev/full")
    monkeypatch.setattr("rag.retrieval.workspace.tempfile.mkdtemp", lambda **_: str(tmp_path))
    with pytest.raises(OSError, match="space") as raised:
        CodedIndex.build([(n, vector) for n, vector in enumerate(crowd[0])], DIMENSION)
    assert raised.value.errno == errno.ENOSPC


@pytest.mark.parametrize(
    ("dimension", "shared"), [(384, 2), (512, 2), (768, 3), (1024, 4), (1536, 6), (35, 0), (7, 0)]
)
def test_codes_suit_the_dimensions_of_models(dimension: int, shared: int) -> None:
    assert codable(dimension) == shared


def test_a_library_changes_kinds_as_it_grows_and_shrinks(
    data_dir: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def kind() -> str:
        pipeline = pipeline_over(data_dir)
        hits = [(hit.id, round(hit.score, 6)) for hit in pipeline.search("大桥投资多少", 5)]
        pipeline.close()
        assert hits == before or before == []
        before[:] = hits
        published = data_dir / "index" / (data_dir / "index" / "CURRENT").read_text()
        return "coded" if (published / "dense").is_dir() else "exact"

    before: list[tuple[int, float]] = []
    assert kind() == "exact"
    monkeypatch.setattr(indexes, "EXACT", 1)
    write(tmp_path / "in", more="新渡口启用了，每天有二十班船。\n")
    ingest_into(data_dir, tmp_path / "in")
    before.clear()
    assert kind() == "coded"
    assert kind() == "coded"
    monkeypatch.setattr(indexes, "EXACT", 10**6)
    write(tmp_path / "in", again="旧渡口停了，只有一班船。\n")
    ingest_into(data_dir, tmp_path / "in")
    before.clear()
    assert kind() == "exact"


def test_words_taken_out_of_a_large_library_are_not_found_until_it_is_built_anew() -> None:
    rows = [(n, f"第{n}号渡口每天有二十班船") for n in range(200)]
    whole = LexicalIndex.build(rows)
    less = whole.extended([(200, "大桥合龙")], without=[7])
    assert (len(less), less.worn) == (200, False)
    found = [row for row, _ in less.search("渡口大桥", 300)]
    assert sorted(found) == [n for n in range(201) if n != 7]
    assert len(whole) == 200
    assert not whole.worn
    assert less.extended([], without=[8, 9, 10, 11]).worn


def test_words_of_what_was_taken_out_are_not_known_any_more() -> None:
    rows = [(n, f"第{n}号渡口") for n in range(98)]
    index = LexicalIndex.build([*rows, (98, "灯塔熄了"), (99, "灯塔亮了")])
    less = index.extended([(100, "大桥合龙")], without=[98])
    gone = less.extended([], without=[99])
    assert [one.document_frequency("灯塔") for one in (index, less, gone)] == [2, 2, 0]
    assert (less.words_beginning("灯"), gone.words_beginning("灯")) == ([("灯塔", 2)], [])
    assert gone.document_frequency("渡口") == 98


def test_passages_of_the_same_words_are_ranked_by_their_rows(
    crowd: tuple[Vectors, Vectors],
) -> None:
    vectors, _ = crowd
    same = [(n, vectors[0] if n % 2 else vectors[n]) for n in range(3000)]
    index = CodedIndex.build(same, DIMENSION)
    rows = [row for row, _ in index.search(vectors[0], 50) if row % 2]
    assert rows == sorted(rows)
    assert len(rows) >= 49


def test_a_large_library_takes_out_words_without_reading_all(
    data_dir: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(tmp_path / "in", **{f"text{n}": f"第{n}号渡口每天有二十班船。\n" for n in range(120)})
    ingest_into(data_dir, tmp_path / "in")
    monkeypatch.setattr(indexes, "EXACT", 50)
    with Library.open(data_dir) as library:
        held = indexes.build_indexes(library, FAKE.fingerprint, FAKE.dimension)
        write(tmp_path / "in", text5="第五号码头停航。\n")
        ingest_into(data_dir, tmp_path / "in")
        built = Mock(side_effect=LexicalIndex.build)
        monkeypatch.setattr(LexicalIndex, "build", built)
        monkeypatch.setattr(indexes, "_published_version", lambda _: None)
        new = indexes.caught_up(held, library)
        fresh = indexes.build_indexes(library, FAKE.fingerprint, FAKE.dimension)
    assert built.call_count == 1, "only the fresh one"
    assert len(new.lexical) == len(fresh.lexical)
    for question in ("第5号渡口", "码头停航", "第7号渡口"):
        assert {row for row, _ in new.lexical.search(question, 5)} == {
            row for row, _ in fresh.lexical.search(question, 5)
        }
