"""Collections and tags: kept with articles, chosen by filters, as cheap as a look at a table."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest
from killed_runs import acknowledged, start, write_articles
from pages import BRIDGE, ingest_into, write

from ingest.indexing import ingest
from ingest.storing.outcomes import IngestReport
from rag.data_model.answers import Filters, Question
from rag.errors import (
    ArticleMissing,
    CollectionExists,
    CollectionInUse,
    CollectionMissing,
    NameInvalid,
    NothingChosen,
)
from rag.library.library import Library
from rag.library.schema import DATABASE, STEPS
from rag.library.storage import BACKUPS, Database
from rag.models.embedding import HashingEmbedder
from rag.pipeline import Pipeline
from rag.proof.doctor import examine
from rag.proof.replay import replay
from rag.proof.verification import verify
from rag.settings import Settings

DEFAULT = "默认文集"
BEFORE = 7
"""Steps of the form that knew no collections."""


def ingest_to(data_dir: Path, collection: str, *paths: Path) -> IngestReport:
    with Library.open(data_dir, write=True) as library:
        settings = Settings(data_dir=data_dir)
        return ingest(paths, library, HashingEmbedder(), settings, collection=collection)


def shelves(data_dir: Path) -> dict[str, tuple[str | None, tuple[str, ...]]]:
    """Collection and tags by title."""
    with Library.open(data_dir) as library:
        assert library.uneven_shelves() == ()
        heads = {one.article.title: (one.collection, one.tags) for one in library.heads()}
        assert heads == {
            one.article.title: (one.collection, one.tags) for one in library.articles()
        }
        return heads


def id_of(library: Library, words: str) -> str:
    return next(one.article.article_id for one in library.heads() if words in one.article.title)


def test_nobody_has_to_know_of_collections(data_dir: Path) -> None:
    assert set(shelves(data_dir).values()) == {(DEFAULT, ())}
    with Library.open(data_dir) as library:
        (only,) = library.collections()
        assert (only.name, only.is_default, only.articles) == (DEFAULT, True, 2)
        assert only.characters == sum(
            len(p.text) for one in library.articles() for p in one.article.paragraphs
        )


def test_a_library_of_before_is_brought_up_to_date_and_kept_as_it_was(
    data_dir: Path, tmp_path: Path
) -> None:
    """Made with the tables of before, of the rows that are there."""
    old = tmp_path / "old" / DATABASE
    Database(old, STEPS[:BEFORE], write=True).close()
    with sqlite3.connect(old) as connection:
        connection.execute("ATTACH ? AS now", (str(data_dir / DATABASE),))
        for table in ("sources", "articles", "passages", "vectors", "inputs"):
            connection.execute(f"INSERT INTO {table} SELECT * FROM now.{table}")
        columns = "article, article_id, title, newspaper, day, page, authors, born, died"
        connection.execute(f"INSERT INTO heads SELECT {columns} FROM now.heads")
        connection.execute("DELETE FROM commits")
        connection.execute("INSERT INTO commits SELECT * FROM now.commits")
        connection.execute("INSERT OR REPLACE INTO meta SELECT * FROM now.meta")
    connection.close()
    assert shelves(old.parent) == shelves(data_dir)
    (kept,) = (old.parent / BACKUPS).iterdir()
    assert kept.name.endswith(f"-v{BEFORE}.sqlite3")
    with Library.open(old.parent) as library, Library.open(data_dir) as now:
        assert library.collections() == now.collections()


def test_a_changed_file_keeps_its_collection_and_tags(data_dir: Path, tmp_path: Path) -> None:
    with Library.open(data_dir, write=True) as library:
        library.create_collection("工程")
        bridge = id_of(library, "大桥")
        assert library.move("工程", [bridge]) == (bridge,)
        assert library.move("工程", [bridge]) == ()
        assert library.tag(["要闻", "已核"], [bridge]) == (bridge,)
    for text in (BRIDGE.replace("21亿元", "22亿元"), BRIDGE.replace("合龙\n", "通车\n"), BRIDGE):
        write(tmp_path / "in", bridge=text)
        ingest_into(data_dir, tmp_path / "in")
        assert shelves(data_dir)[text.split("\n")[0]] == ("工程", ("已核", "要闻"))
    assert shelves(data_dir)["高山茶园迎来采摘季"] == (DEFAULT, ())


def test_a_file_taken_back_to_what_it_was_stays_where_it_was_moved_to(
    data_dir: Path, tmp_path: Path
) -> None:
    with Library.open(data_dir, write=True) as library:
        for name in ("甲", "乙"):
            library.create_collection(name)
        library.move("甲", [id_of(library, "大桥")])
    write(tmp_path / "in", bridge=BRIDGE.replace("21亿元", "22亿元"))
    ingest_into(data_dir, tmp_path / "in")
    with Library.open(data_dir, write=True) as library:
        library.move("乙", [id_of(library, "大桥")])
    write(tmp_path / "in", bridge=BRIDGE)
    ingest_into(data_dir, tmp_path / "in")
    assert shelves(data_dir)["青石湾大桥合龙"] == ("乙", ())


def test_ingest_puts_what_is_new_into_a_collection_and_leaves_the_rest(
    data_dir: Path, tmp_path: Path
) -> None:
    write(tmp_path / "in", night="夜校开课\n夜校昨晚开课，报名的有二百人。\n")
    ingest_to(data_dir, " 2024  年 ", tmp_path / "in")
    assert {title: name for title, (name, _) in shelves(data_dir).items()} == {
        "青石湾大桥合龙": DEFAULT,
        "高山茶园迎来采摘季": DEFAULT,
        "夜校开课": "2024 年",
    }
    with Library.open(data_dir) as library:
        inputs = [str((tmp_path / "in" / f"{name}.txt").resolve()) for name in ("tea", "night")]
        assert library.elsewhere(inputs, "2024 年") == 1


def test_a_new_row_of_a_known_file_joins_the_others(tmp_path: Path) -> None:
    file = write_articles(tmp_path / "all.jsonl", 3)
    ingest_to(tmp_path / "data", "仓库", file)
    write_articles(file, 5)
    ingest_into(tmp_path / "data", file)
    assert [name for name, _ in shelves(tmp_path / "data").values()] == ["仓库"] * 5


def test_filters_choose_by_collection_and_tag(pipeline: Pipeline, data_dir: Path) -> None:
    question = "青石湾大桥总投资多少亿元？"
    with Library.open(data_dir, write=True) as library:
        library.create_collection("工程")
        library.create_collection("空的")
        library.move(
            "工程", filters=Filters(collections=(DEFAULT,), articles=(id_of(library, "大桥"),))
        )
        library.tag(["茶"], [id_of(library, "茶")])
    for filters, answered in (
        (Filters(collections=("工程",)), True),
        (Filters(collections=(DEFAULT,)), False),
        (Filters(collections=("工程", DEFAULT)), True),
        (Filters(collections=("空的",)), False),
        (Filters(tags=("茶",)), False),
        (Filters(tags=("茶", "无")), False),
    ):
        answer = pipeline.ask(Question(question=question, filters=filters))
        assert answer.answered == answered, filters
        assert verify(answer, pipeline.library) == []
        assert replay(answer, pipeline, pipeline.library).same
        cited = answer.citations if answer.answered else answer.refusal and answer.refusal.nearest
        for citation in cited or ():
            assert citation.collection == ("工程" if "大桥" in citation.title else DEFAULT)
    with pytest.raises(CollectionMissing, match="没有的"):
        pipeline.ask(Question(question=question, filters=Filters(collections=("没有的",))))
    with pytest.raises(CollectionMissing):
        pipeline.search(question, 3, Filters(collections=("没有的",)))


def test_what_an_answer_listed_is_proven_after_its_collection_has_gone(
    pipeline: Pipeline, data_dir: Path
) -> None:
    with Library.open(data_dir, write=True) as library:
        made = library.create_collection("工程")
        library.move("工程", [id_of(library, "大桥")])
    pipeline.refresh()
    asked = Question(question="库里有哪些文章？", filters=Filters(collections=("工程",)))
    answer = pipeline.ask(asked)
    assert answer.overview is not None
    assert answer.overview.total == 1
    with Library.open(data_dir, write=True) as library:
        library.rename_collection(made.id, "水利")
        library.remove_collection(made.id, library.collection(DEFAULT).id)
    assert verify(answer, pipeline.library) == []
    assert set(shelves(data_dir).values()) == {(DEFAULT, ())}


def test_collections_are_named_renamed_and_removed(data_dir: Path) -> None:
    with Library.open(data_dir, write=True) as library:
        first = library.create_collection("项目")
        for name in ("", " \n", "长" * 61, "看\u202e不见", "零\u200b宽"):
            with pytest.raises(NameInvalid):
                library.create_collection(name)
        with pytest.raises(CollectionExists):
            library.create_collection("项目 ")
        with pytest.raises(CollectionExists):
            library.rename_collection(first.id, DEFAULT)
        assert library.rename_collection(first.id, "课题").id == first.id
        assert library.rename_collection(1, "资料").is_default
        library.move("课题", [id_of(library, "大桥")])
        with pytest.raises(CollectionInUse, match="1 篇"):
            library.remove_collection(first.id)
        with pytest.raises(CollectionInUse, match="默认"):
            library.remove_collection(1, first.id)
        assert library.remove_collection(first.id, 1) == 1
        second = library.create_collection("项目")
        assert second.id not in {1, first.id}
        assert library.remove_collection(second.id) == 0
        assert [one.name for one in library.collections()] == ["资料"]
        with pytest.raises(CollectionMissing):
            library.collection_by_id(second.id)


def test_a_bulk_change_is_whole_or_not_at_all(data_dir: Path) -> None:
    with Library.open(data_dir, write=True) as library:
        bridge = id_of(library, "大桥")
        before = library.version
        with pytest.raises(ArticleMissing):
            library.tag(["好"], [bridge, "nothing"])
        with pytest.raises(NothingChosen):
            library.move(DEFAULT)
        with pytest.raises(CollectionMissing):
            library.move("没有的", [bridge])
        with pytest.raises(CollectionMissing):
            library.tag(["好"], filters=Filters(collections=("没有的",)))
        assert library.tag(["好"], filters=Filters(newspaper="没有的报")) == ()
        assert library.version == before
        assert len(library.tag(["好", "新"], filters=Filters(collections=(DEFAULT,)))) == 2
        assert library.untag(["好"], [bridge]) == (bridge,)
        assert [(tag.name, tag.articles) for tag in library.tags()] == [("新", 2), ("好", 1)]


def test_a_move_makes_no_index_anew(pipeline: Pipeline, data_dir: Path) -> None:
    lexical = pipeline._serving.retriever.indexes.lexical
    with Library.open(data_dir, write=True) as library:
        library.create_collection("工程")
        library.move("工程", [id_of(library, "大桥")])
    pipeline.refresh()
    assert pipeline._serving.retriever.indexes.generation == pipeline.library.generation
    assert pipeline._serving.retriever.indexes.lexical is lexical
    checks = examine(Settings(data_dir=data_dir), embedder=HashingEmbedder())
    assert all(check.ok for check in checks), checks


@pytest.mark.slow
def test_a_killed_ingest_leaves_every_article_in_its_collection(tmp_path: Path) -> None:
    data_dir, file = tmp_path / "data", write_articles(tmp_path / "all.jsonl", 80)
    with start(data_dir, file, collection="仓库") as child:
        acknowledged(child, 3)
        child.kill()
        child.communicate()
    found = shelves(data_dir)
    assert 0 < len(found) < 80
    assert {name for name, _ in found.values()} == {"仓库"}
    ingest_to(data_dir, "仓库", file)
    assert [name for name, _ in shelves(data_dir).values()] == ["仓库"] * 80
