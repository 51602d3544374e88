"""Growth and shards: libraries that are made up, and the arithmetic against what is drawn."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from eval.benchmarks import scale, shards
from eval.made_library import DIMENSION, MODEL, PARAGRAPHS, documents, made_library, queries
from rag.data_model.answers import Filters
from rag.library.library import Library
from rag.retrieval.indexes import caught_up, load_indexes, publish
from rag.retrieval.lexical import LexicalIndex
from rag.retrieval.retriever import Retriever
from rag.settings import RetrievalSettings

# An index that was never saved drops its temporary folder together with itself.
pytestmark = pytest.mark.filterwarnings("ignore:Implicitly cleaning up:ResourceWarning")


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("made")
    made_library(root, 200)
    made_library(root, 400)  # goes on
    return root


def test_article_n_is_the_same_in_every_library(made: Path) -> None:
    with Library.open(made) as library:
        stored = [one.article for one in library.articles()]
        assert library.counts().passages == 400
    assert stored == [one.articles[0] for one in documents(range(400 // PARAGRAPHS))]
    for document in documents(range(3)):
        assert [p.passage.text for p in document.passages] == [
            p.text for p in document.articles[0].paragraphs
        ]
        for passage in document.passages:
            assert passage.matrix.shape == (1 + len(passage.passage.sentences), DIMENSION)
            assert np.allclose(np.linalg.norm(passage.matrix, axis=1), 1, atol=1e-5)


@pytest.mark.parametrize(
    "filters",
    [
        Filters(newspaper="青日报"),
        Filters(date_from="2020-01-01"),
        Filters(date_from="2020-01-01", date_to="2020-12-31"),
        Filters(newspaper="青日报", date_from="2024-06-01"),
        Filters(newspaper="没有的日报"),
    ],
    ids=str,
)
def test_a_filter_gives_what_is_left_of_the_whole_ranking(made: Path, filters: Filters) -> None:
    with Library.open(made) as library:
        indexes = load_indexes(library, MODEL, DIMENSION)
        settings = RetrievalSettings(candidates=10)
        retriever = Retriever(library, indexes, settings)
        admitted = set(library.admitted_passages(filters, indexes.generation))
        passages = library.passages(library.passage_ids(indexes.generation))
        articles = library.articles_by_key([stored.article_key for stored in passages])
        assert admitted == {
            stored.id
            for stored in passages
            if _admits(filters, articles[stored.article_key].article)
        }
        for query, vector in queries(20):
            got = retriever.rank(query, vector, filters)
            whole = retriever.rank(query, vector, depth=400)
            for name in ("dense", "lexical"):
                expected = [pair for pair in getattr(whole, name) if pair[0] in admitted][:10]
                assert [row for row, _ in getattr(got, name)] == [row for row, _ in expected]
            again = retriever.rank(query, vector, filters)
            assert again == got


def _admits(filters: Filters, article: object) -> bool:
    newspaper, date = getattr(article, "newspaper"), getattr(article, "date")  # noqa: B009
    return filters.newspaper in {None, newspaper} and (filters.date_from or "") <= date <= (
        filters.date_to or "9999"
    )


def test_what_is_asked_by_name_and_what_is_left_of_a_deep_ranking_are_one(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    texts = [(n, f"渡口 {'风' * (n % 7)} 船 {n}") for n in range(1, 300)]
    index = LexicalIndex.build(texts)
    among = range(3, 300, 11)
    deep = index.search("渡口 风 船", 8, among)
    monkeypatch.setattr("rag.retrieval.lexical._DEEPEST", 0)
    assert index.search("渡口 风 船", 8, among) == deep
    assert len(deep) == 8
    assert {row for row, _ in deep} <= set(among)


def test_a_passage_lives_as_long_as_its_article(tmp_path: Path) -> None:
    made_library(tmp_path, 40)
    everything = Filters(date_from="2000-01-01")
    with Library.open(tmp_path, write=True) as library:
        ids = [one.article.article_id for one in library.articles()]
        generations = [library.generation]
        for change in (
            lambda: library.remove_all(ids[:3]),
            lambda: library.store(documents(range(5, 8)), MODEL),
            lambda: library.restore(ids[1:3]),
            lambda: library.remove_all(ids[6:7]),
        ):
            change()
            generations.append(library.generation)
        for generation in generations:
            admitted = tuple(library.admitted_passages(everything, generation))
            assert admitted == library.passage_ids(generation)


def test_a_reader_takes_the_index_that_the_writer_published(tmp_path: Path) -> None:
    made_library(tmp_path, 40)
    with Library.open(tmp_path, write=True) as writer, Library.open(tmp_path) as reader:
        held = load_indexes(reader, MODEL, DIMENSION)
        writer.remove_all([writer.articles()[0].article.article_id])
        publish(load_indexes(writer, MODEL, DIMENSION), writer)
        fresh = caught_up(held, reader)
        assert fresh.published
        assert fresh.version == reader.version
        writer.store(documents([99]), MODEL)
        ahead = caught_up(fresh, reader)
        assert not ahead.published, "nobody has published this commit"
        assert len(ahead.dense) == len(ahead.lexical) == 40


def test_the_exponent_is_that_of_the_power() -> None:
    rows = [{"passages": n, "a": 3.0 * n, "b": 0.5 * n**0.5, "c": 0.0} for n in (10, 100, 1000)]
    fitted = scale.growth(rows)
    assert fitted == pytest.approx({"a": 1.0, "b": 0.5})
    assert scale.growth(rows[:1]) == {}


def test_a_small_library_is_measured_whole(tmp_path: Path) -> None:
    result = scale.run(60, cache_dir=tmp_path)
    figures = result["metrics"]["60"]
    assert figures["passages"] == 60
    assert min(figures.values()) >= 0
    assert {"open_s", "p95_ms", "newspaper_p50_ms", "add_refresh_s", "remove_publish_s"} <= set(
        figures
    )
    with Library.open(tmp_path / "scale-1-60") as kept:
        assert kept.counts().passages == 60, "a copy was measured"


def test_recall_of_shards_is_what_the_binomial_says() -> None:
    rng = np.random.default_rng(7)
    rows = rng.standard_normal((4000, 16), dtype=np.float32)
    asked = rng.standard_normal((300, 16), dtype=np.float32)
    truth = np.argsort(-(asked @ rows.T), axis=1)[:, : shards.K]
    for count in (1, 4, 32):
        for depth, share in shards.recalls(rows, asked, truth, count).items():
            assert share["measured"] == pytest.approx(share["computed"], abs=0.03), (count, depth)
        assert shards.kept_share(shards.K, count, shards.K) == pytest.approx(1)
    assert shards.kept_share(10, 1, 3) == pytest.approx(0.3)


def test_the_slowest_of_many_shards_is_the_percentile_that_is_computed() -> None:
    taken = np.random.default_rng(5).exponential(3.0, 50_000)
    for count in (1, 8, 256):
        for name, found in shards.tails(taken, count).items():
            assert found["drawn"] == pytest.approx(found["computed"], rel=0.1), (count, name)
    one, many = (shards.tails(taken, count)["p50_ms"]["computed"] for count in (1, 64))
    assert many == pytest.approx(-3 * np.log(1 - 0.5 ** (1 / 64)), rel=0.1)
    assert many > 5 * one
