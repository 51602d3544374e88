"""What every engine that finds passages keeps to, in the words of a library and its answers.

Each test runs over the embedded indexes, those of large libraries, and a Milvus behind a real port.
"""

from __future__ import annotations

import shutil
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from indexed_shelf import Shelf, exactly, found_by
from pages import BRIDGE, TEA
from served_milvus import FAKE, lite

from eval.question_sets import load_questions
from ingest.indexing import ingest
from rag.data_model.answers import Filters, Question
from rag.errors import ArticleMissing, ModelChanged
from rag.library.backup import back_up, restore
from rag.library.library import Library
from rag.models.embedding import HashingEmbedder
from rag.proof.doctor import examine
from rag.proof.verification import verify
from rag.retrieval import indexes as embedded
from rag.retrieval.lexical import LexicalIndex
from rag.retrieval.milvus_server import MilvusServer
from rag.retrieval.stores import open_store

ROOT = Path(__file__).parent.parent
CORPUS = ROOT / "corpus"
PAPER = """某报 2024年3月{day}日 第{page}版

{title}
本报记者 {author}

{text}
"""
LIGHTHOUSE = "灯塔岛风电场共有38台风机，去年发电3亿千瓦时。\n"
LIBRARY = "市图书馆新馆藏书80万册，每天开放到晚上十点。\n"
ENGINES = ("embedded", "coded", "milvus")


@pytest.fixture(scope="module")
def milvus(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with lite(tmp_path_factory.mktemp("milvus")) as url:
        yield url


@pytest.fixture(params=ENGINES)
def shelf(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Shelf:
    if request.param == "coded":
        monkeypatch.setattr(embedded, "EXACT", 0)
    url = request.getfixturevalue("milvus") if request.param == "milvus" else ""
    return Shelf(tmp_path, url)


def test_what_is_added_is_found_and_what_is_replaced_is_not(shelf: Shelf) -> None:
    assert shelf.titles("大桥") == []
    shelf.put(bridge=BRIDGE, tea=TEA)
    assert shelf.titles("大桥投资多少")[0] == "青石湾大桥合龙"
    shelf.put(bridge=BRIDGE.replace("青石湾大桥", "白鹭湾大桥"))
    titles = shelf.titles("大桥投资多少")
    assert titles[0] == "白鹭湾大桥合龙"
    assert "青石湾大桥合龙" not in titles
    with shelf.pipeline() as pipeline:
        assert pipeline._serving.retriever.indexes.lexical.document_frequency("青石") == 0
        assert len(pipeline._serving.retriever.indexes.dense) == len(titles) == 2


def test_what_is_removed_is_not_found_until_it_is_put_back(shelf: Shelf) -> None:
    shelf.put(bridge=BRIDGE, tea=TEA)
    with shelf.writing() as library:
        (gone,) = [a.article.article_id for a in library.articles() if "桥" in a.article.title]
        library.remove(gone)
    assert shelf.titles("大桥投资多少") == ["高山茶园迎来采摘季"]
    with shelf.writing() as library:
        library.restore([gone])
    assert shelf.titles("大桥投资多少")[0] == "青石湾大桥合龙"


def test_an_index_of_before_finds_what_it_found(shelf: Shelf) -> None:
    """A server goes on over the generation that it serves while others move on."""
    shelf.put(bridge=BRIDGE, tea=TEA)
    with Library.open(shelf.settings.data_dir) as library:
        old = shelf.load(library)
        before = exactly(old)
        shelf.put(bridge=BRIDGE.replace("21亿元", "25亿元"), more=LIGHTHOUSE)
        assert old.generation < library.generation
        assert exactly(old) == before
        new = old.caught_up(library)
        assert new.version == library.version
        assert new.caught_up(library) is new
        assert exactly(new) != before


def test_catching_up_equals_building_anew(shelf: Shelf) -> None:
    shelf.put(bridge=BRIDGE, tea=TEA)
    with Library.open(shelf.settings.data_dir) as library:
        indexes = shelf.load(library)
        shelf.put(bridge=BRIDGE + "\n又记。\n", more=LIGHTHOUSE)
        with shelf.writing() as writer:
            tea = next(a.article.article_id for a in writer.articles() if "茶" in a.article.title)
            writer.create_collection("专题")
            writer.move("专题", [tea])
        indexes = indexes.caught_up(library)
        caught = exactly(indexes)
        store = open_store(shelf.settings.library)
        store.rebuild(library, FAKE.fingerprint, FAKE.dimension)
        assert store.problem(library, FAKE.fingerprint) is None
        assert exactly(shelf.load(library)) == caught
        assert exactly(indexes) == caught  # whoever holds those of before is not hurried


def test_filters_admit_what_they_name(shelf: Shelf) -> None:
    pages = {
        name: PAPER.format(day=day, page=page, title=title, author=author, text=text)
        for name, day, page, title, author, text in (
            ("one", 4, 1, "灯塔岛风电", "王小明", LIGHTHOUSE),
            ("two", 5, 2, "新馆开放", '李"大\\山', LIBRARY),
            ("three", 6, 2, "茶园采摘", "王小明", TEA.split("\n", 2)[2]),
        )
    }
    shelf.put(**pages, bare="风机很多，没有日期的一篇短文。\n")
    with shelf.pipeline() as pipeline:
        heads = {head.article.title: head.article for head in pipeline.library.heads()}
        ids = {title: head.article_id for title, head in heads.items()}
        assert len(ids) == 4

        def admitted(**given: object) -> set[str]:
            filters = Filters.model_validate(given)
            rows = set(pipeline.library.admitted_passages(filters, pipeline.library.generation))
            ranked = pipeline._serving.retriever.rank(
                "风机 茶园 藏书", FAKE.embed_queries(["风"])[0], filters
            )
            assert {row for row, _ in ranked.dense} == rows
            assert {row for row, _ in ranked.lexical} <= rows
            return {ids_of[row] for row in rows}

        rows = pipeline.library.passage_ids(pipeline.library.generation)
        of = {article_id: title for title, article_id in ids.items()}
        ids_of = dict(
            zip(rows, (of[i] for i in pipeline.library.article_ids_of(rows)), strict=True)
        )
        some = next(head for head in heads.values() if head.date and head.newspaper)
        assert admitted() == set(ids)
        assert admitted(date_from="2024-03-05") < set(ids)
        assert admitted(date_to="2024-03-05") < set(ids)
        assert admitted(date_from=some.date, date_to=some.date) == {some.title}
        assert some.title in admitted(newspaper=some.newspaper, page=some.page)
        for head in heads.values():
            for author in head.authors:
                assert head.title in admitted(author=author)
        assert admitted(articles=(ids["新馆开放"],)) == {"新馆开放"}
        assert admitted(newspaper='没有"的\\报') == set()
        assert admitted(author="谁也不是", section="没有") == set()
        with pytest.raises(ArticleMissing):
            pipeline.search("风机", 5, Filters(articles=("没有",)))


def test_collections_and_tags_are_followed_as_articles_move(shelf: Shelf) -> None:
    shelf.put("甲集", bridge=BRIDGE)
    shelf.put("乙集", tea=TEA)
    assert shelf.titles("大桥茶园", Filters(collections=("甲集",))) == ["青石湾大桥合龙"]
    assert len(shelf.titles("大桥茶园", Filters(collections=("甲集", "乙集")))) == 2
    with shelf.pipeline() as behind:
        with shelf.writing() as library:
            bridge = next(
                a.article.article_id for a in library.articles() if "桥" in a.article.title
            )
            library.move("乙集", [bridge])
            library.tag(["要 闻", '带"号'], [bridge])
        retriever = behind._serving.retriever
        vector = FAKE.embed_queries(["大桥"])[0]
        earlier = retriever.search("大桥", vector, 9, Filters(collections=("甲集",)))
        assert [hit.article_id for hit in earlier] == [bridge]  # at its generation it is there
        behind.refresh()
        assert behind.search("大桥", 9, Filters(collections=("甲集",))) == []
    assert len(shelf.titles("大桥茶园", Filters(collections=("乙集",)))) == 2
    assert shelf.titles("大桥茶园", Filters(tags=('带"号', "没有"))) == ["青石湾大桥合龙"]
    with shelf.writing() as library:
        library.rename_collection(library.collection("乙集").id, "丙集")
        library.untag(["要 闻"], [bridge])
    assert len(shelf.titles("大桥茶园", Filters(collections=("丙集",)))) == 2
    assert shelf.titles("大桥茶园", Filters(tags=("要 闻",))) == []


def test_words_of_a_group_count_as_their_best(shelf: Shelf) -> None:
    shelf.put(
        one="渡口有渡船。渡船很旧，渡船很慢。\n",
        two="轮渡码头在修，轮渡码头上没有渡船。\n",
        three="河上没有船，只有桥。\n",
    )
    with Library.open(shelf.settings.data_dir) as library:
        lexical = shelf.load(library).lexical
        alone = dict(lexical.search("", 9, None, [["渡船"]]))
        several = dict(lexical.search("", 9, None, [["渡船", "码头"]]))
        both = dict(lexical.search("", 9, None, [["渡船"], ["码头"]]))
    for row, score in several.items():
        assert score >= alone.get(row, 0.0) - 1e-5
        assert score <= both[row] + 1e-5
    held = [row for row in both if both[row] > several[row] + 1e-5]
    assert len(held) == 1  # only one passage has both, and there the better one counted


def test_another_models_passages_are_named(shelf: Shelf) -> None:
    shelf.put(bridge=BRIDGE)
    other = HashingEmbedder(32)
    store = open_store(shelf.settings.library)
    with Library.open(shelf.settings.data_dir) as library, pytest.raises(ModelChanged):
        store.load(library, other.fingerprint, other.dimension)


def test_a_library_put_back_is_searched_as_it_was(shelf: Shelf) -> None:
    data_dir = shelf.settings.data_dir
    shelf.put(bridge=BRIDGE)
    with Library.open(data_dir) as library:
        before = exactly(shelf.load(library))
    kept = shelf.folder / "kept.zip"
    back_up(data_dir, kept)
    shelf.put(bridge=BRIDGE.replace("21亿元", "25亿元"), tea=TEA)
    restore(data_dir, kept)
    with Library.open(data_dir) as library:
        assert exactly(shelf.load(library)) == before
    shelf.put(more=LIGHTHOUSE)  # another history than the one that was undone
    assert set(shelf.titles("大桥和风机和茶园")) == {"青石湾大桥合龙", *shelf.titles("风机")}
    assert "高山茶园迎来采摘季" not in shelf.titles("茶园")


class Stopped(BaseException):
    """As if the process ended here."""


STEPS: dict[str, tuple[tuple[object, str], ...]] = {
    "embedded": (
        (embedded, "_save_dense"),
        (LexicalIndex, "save"),
        (embedded, "_write_manifest"),
        (embedded, "_sync"),
        (embedded, "_point"),
    ),
    "milvus": ((MilvusServer, "upsert"), (MilvusServer, "delete"), (MilvusServer, "create")),
}


@contextmanager
def stopped_at(engine: str, step: int) -> Iterator[Callable[[], int]]:
    """Stop before the n-th step of all that an engine writes; how many steps were begun."""
    begun = 0

    def stopping(whole: Callable[..., object]) -> Callable[..., object]:
        def counted(*given: object, **named: object) -> object:
            nonlocal begun
            begun += 1
            if begun == step:
                raise Stopped
            return whole(*given, **named)

        return counted

    with pytest.MonkeyPatch.context() as patch:
        for owner, name in STEPS[engine]:
            patch.setattr(owner, name, stopping(getattr(owner, name)))
        yield lambda: begun


def test_a_stop_between_any_two_steps_leaves_an_index_that_serves(
    shelf: Shelf, tmp_path: Path
) -> None:
    engine = "milvus" if shelf.url else "embedded"
    shelf.put(bridge=BRIDGE, tea=TEA)
    step = 0
    while True:
        step += 1
        changed = BRIDGE.replace("21亿元", f"{30 + step}亿元")
        with stopped_at(engine, step) as begun:
            try:
                shelf.put(bridge=changed, **{f"more{step}": LIGHTHOUSE.replace("38", str(step))})
            except Stopped:
                pass
            else:
                assert begun() < step
                break
        with shelf.pipeline() as pipeline:
            answer = pipeline.ask(Question(question="青石湾大桥总投资多少亿元？"))
            assert f"{30 + step}亿元" in answer.text
            assert verify(answer, pipeline.library) == []
            fresh = embedded.build_indexes(pipeline.library, FAKE.fingerprint, FAKE.dimension)
            assert found_by(pipeline._serving.retriever.indexes)[:3] == found_by(fresh)[:3]
            assert found_by(pipeline._serving.retriever.indexes)[4:] == found_by(fresh)[4:]
    assert step > len(STEPS[engine])


_KILLED = """
import os, signal, sys
from pathlib import Path
sys.path.insert(0, str(Path(sys.argv[1])))
import test_index_stores as stores

owner, name = stores.STEPS[sys.argv[2]][0]
whole = getattr(owner, name)

def killed(*given, **named):
    whole(*given, **named)
    os.kill(os.getpid(), signal.SIGKILL)

setattr(owner, name, killed)
stores.Shelf(Path(sys.argv[3]), sys.argv[4]).put(tea=stores.TEA)
"""


@pytest.mark.skipif(sys.platform == "win32", reason="signals")
def test_a_killed_run_is_brought_to_its_end_by_the_next(shelf: Shelf) -> None:
    shelf.put(bridge=BRIDGE)
    engine = "milvus" if shelf.url else "embedded"
    here = Path(__file__).parent
    done = subprocess.run(
        [sys.executable, "-c", _KILLED, str(here), engine, str(shelf.folder), shelf.url],
        cwd=ROOT,
        env={"PYTHONPATH": str(ROOT), "PATH": ""},
        check=False,
        capture_output=True,
    )
    assert done.returncode == -signal.SIGKILL, done.stderr.decode()[-500:]
    assert sorted(shelf.titles("大桥茶园")) == ["青石湾大桥合龙", "高山茶园迎来采摘季"]
    checks = examine(shelf.settings, embedder=FAKE)
    assert {check.name: check.detail for check in checks if not check.ok} == {}


def test_the_project_s_own_questions_are_answered_the_same(milvus: str, tmp_path: Path) -> None:
    """Every quote is proven over both engines, and they say the same."""
    shelves = [Shelf(tmp_path / "one", ""), Shelf(tmp_path / "two", milvus)]
    papers = [file for file in sorted(CORPUS.iterdir()) if file.suffix in {".txt", ".md"}]
    with Library.open(shelves[0].settings.data_dir, write=True) as library:
        assert not ingest(papers, library, FAKE, shelves[0].settings).failed
    shutil.copytree(shelves[0].settings.data_dir, shelves[1].settings.data_dir)
    questions = load_questions(CORPUS / "questions.jsonl").questions[::6]
    with shelves[0].pipeline() as near, shelves[1].pipeline() as far:
        answered = 0
        for one in questions:
            question = Question(question=one.question, history=one.history)
            ours, theirs = near.ask(question), far.ask(question)
            assert verify(theirs, far.library) == []
            assert (theirs.answered, theirs.text) == (ours.answered, ours.text), one.question
            answered += ours.answered
        assert 15 < answered < len(questions)
