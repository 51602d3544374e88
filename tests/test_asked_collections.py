"""Where new articles go when somebody says so, and what an answer says of where they are."""

from __future__ import annotations

from pathlib import Path

import pytest
from pages import BRIDGE, TEA, ingest_into, write

from ingest.indexing import ingest
from rag.data_model.answers import Question
from rag.library.library import Library
from rag.models.embedding import HashingEmbedder
from rag.pipeline import Pipeline
from rag.proof.verification import verify
from rag.settings import Settings

DEFAULT = "默认文集"


def ingest_to(data_dir: Path, collection: str, *paths: Path) -> None:
    with Library.open(data_dir, write=True) as library:
        settings = Settings(data_dir=data_dir)
        ingest(paths, library, HashingEmbedder(), settings, collection=collection)


def shelves(data_dir: Path) -> dict[str, str | None]:
    """Collection by article id."""
    with Library.open(data_dir) as library:
        return {one.article.article_id: one.collection for one in library.heads()}


def test_a_new_article_of_a_known_file_goes_where_it_is_asked_to(tmp_path: Path) -> None:
    data_dir, file = tmp_path / "data", tmp_path / "all.md"
    file.write_text(f"# {BRIDGE}", encoding="utf-8")
    ingest_into(data_dir, file)
    file.write_text(f"# {BRIDGE}\n\n# {TEA}", encoding="utf-8")
    ingest_to(data_dir, "新的", file)
    assert list(shelves(data_dir).values()) == [DEFAULT, "新的"]


def test_an_article_in_another_ones_place_goes_where_it_is_asked_to(
    data_dir: Path, tmp_path: Path
) -> None:
    write(tmp_path / "in", bridge="夜校开课\n夜校昨晚开课，报名的有二百人。\n")
    ingest_to(data_dir, "教育", tmp_path / "in")
    assert sorted(name or "" for name in shelves(data_dir).values()) == ["教育", DEFAULT]


def test_a_revised_article_stays_where_it_is(data_dir: Path, tmp_path: Path) -> None:
    write(tmp_path / "in", bridge=BRIDGE.replace("21亿元", "22亿元"))
    ingest_to(data_dir, "工程", tmp_path / "in")
    assert set(shelves(data_dir).values()) == {DEFAULT}


def test_what_was_removed_before_there_was_a_bin_goes_where_it_is_asked_to(
    data_dir: Path, tmp_path: Path
) -> None:
    """Removed, in no bin, and yet in the default collection, as libraries of before have it."""
    with Library.open(data_dir, write=True) as library:
        bridge = next(
            one.article.article_id for one in library.heads() if "大桥" in one.article.title
        )
        library.remove(bridge)
        with library._transaction(changes_articles=False) as (connection, _):
            connection.execute("DELETE FROM bin")
    ingest_to(data_dir, "工程", tmp_path / "in")
    assert shelves(data_dir)[bridge] == "工程"


def test_what_lies_in_the_bin_comes_back_to_where_it_was(data_dir: Path, tmp_path: Path) -> None:
    with Library.open(data_dir, write=True) as library:
        bridge = next(iter(shelves(data_dir)))
        library.remove(bridge)
    ingest_to(data_dir, "工程", tmp_path / "in")
    assert shelves(data_dir)[bridge] == DEFAULT


@pytest.mark.parametrize("question", ["青石湾大桥总投资多少亿元？", "青石湾大桥的桥墩有几个？"])
def test_the_collection_of_a_quote_is_verified(
    question: str, pipeline: Pipeline, data_dir: Path
) -> None:
    answer = pipeline.ask(Question(question=question))
    quoted = answer.refusal.nearest if answer.refusal else answer.citations
    assert quoted[0].collection == DEFAULT
    assert verify(answer, pipeline.library) == []
    wrong = (quoted[0].model_copy(update={"collection": "假的"}), *quoted[1:])
    forged = (
        {"refusal": answer.refusal.model_copy(update={"nearest": wrong})}
        if answer.refusal
        else {"citations": wrong}
    )
    (finding,) = verify(answer.model_copy(update=forged), pipeline.library)
    assert "假的" in finding.message
    with Library.open(data_dir, write=True) as library:
        library.rename_collection(1, "资料")
        made = library.create_collection("工程")
        library.move(made.name, [quoted[0].article_id])
    assert verify(answer, pipeline.library) == []
    now = (quoted[0].model_copy(update={"collection": None}), *quoted[1:])
    plain = (
        {"refusal": answer.refusal.model_copy(update={"nearest": now})}
        if answer.refusal
        else {"citations": now}
    )
    assert verify(answer.model_copy(update=plain), pipeline.library) == []
