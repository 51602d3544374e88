"""Drafts kept while somebody looks through them: nothing decided is lost or proposed again."""

from __future__ import annotations

from pathlib import Path

import pytest

from eval.drafting.draft_store import DraftStore
from eval.question_sets import EvalQuestion
from rag.data_model.documents import Article, Paragraph
from rag.errors import DataFileMissing, DataLineInvalid, DraftMissing, DraftUnusable, StorageFull

BRIDGE = "大桥全长2360米。"
ARTICLE = Article("a", "大桥", (Paragraph(1, "大桥", ()), Paragraph(2, f"{BRIDGE}通车了。", ())))
DRAFTS = [
    EvalQuestion(
        "d1",
        "大桥多长？",
        (),
        True,
        (("2360米",),),
        evidence=(BRIDGE,),
        extra={"draft": "template"},
    ),
    EvalQuestion("d2", "大桥多宽？", (), False, extra={"draft": "near_miss"}),
    EvalQuestion("d3", "谁修的桥？", (), True),
]


@pytest.fixture
def store(tmp_path: Path) -> DraftStore:
    store = DraftStore(tmp_path)
    assert store.add(DRAFTS, [ARTICLE], 9) == 3
    return store


def test_a_draft_knows_where_its_evidence_stands(store: DraftStore) -> None:
    first, second, _ = store.drafts()
    assert first.spot is not None
    assert (first.spot.article_id, first.spot.paragraph) == ("a", 2)
    assert second.spot is None
    assert [one.question for one in store.drafts()] == DRAFTS


def test_what_was_decided_is_not_proposed_again(store: DraftStore, tmp_path: Path) -> None:
    store.decide("d1", "accepted")
    store.decide("d2", "rejected")
    given: list[EvalQuestion] = []
    assert store.take(given.extend) == 1
    assert given == DRAFTS[:1]
    again = DraftStore(tmp_path)
    new = EvalQuestion("d4", "新问？")
    assert again.add([*DRAFTS, new], [ARTICLE], 9) == 1
    assert [one.id for one in again.drafts()] == ["d3", "d4"]
    assert [one.id for one in again.drafts("rejected")] == ["d2"]
    assert again.add([EvalQuestion(f"m{n}", f"{n}？") for n in range(9)], [], 4) == 4
    with pytest.raises(DraftMissing):
        again.take(given.extend)


def test_what_cannot_be_saved_stays_accepted(store: DraftStore) -> None:
    store.decide("d1", "accepted")

    def full(_: object) -> None:
        raise StorageFull(path="x")

    with pytest.raises(StorageFull):
        store.take(full)
    assert [one.id for one in store.drafts("accepted")] == ["d1"]


def test_a_draft_is_edited_as_a_table_is_written(store: DraftStore) -> None:
    fields = {
        "question": "大桥有多长？",
        "answers": "2360米|2.36公里\n单塔",
        "evidence": BRIDGE,
        "answerable": True,
    }
    edited = store.edit("d1", fields)
    assert edited.edited
    assert edited.question.answers == (("2360米", "2.36公里"), ("单塔",))
    assert edited.question.extra["draft"] == "template"
    assert store.drafts()[0] == edited
    refused = store.edit("d1", {"answers": "", "answerable": False})
    assert (refused.question.answerable, refused.question.answers) == (False, ())


def test_what_makes_no_question_changes_nothing(store: DraftStore) -> None:
    for fields in ({"question": " "}, {"answers": "x", "answerable": False}):
        with pytest.raises(DraftUnusable):
            store.edit("d1", fields)
    assert store.drafts()[0].question == DRAFTS[0]
    with pytest.raises(DraftMissing):
        store.edit("x", {})
    with pytest.raises(DraftMissing):
        store.decide("x", "open")


def test_no_file_is_no_drafts(tmp_path: Path) -> None:
    assert DraftStore(tmp_path).drafts() == []


def test_what_cannot_be_read_is_not_taken_for_nothing(store: DraftStore) -> None:
    """Else the next draft would be written over all that was decided."""
    store.decide("d2", "rejected")
    kept = store.path.read_bytes()
    for damaged in (kept[: len(kept) // 2], b"[]", b'{"drafts": [{}], "saved": []}'):
        store.path.write_bytes(damaged)
        with pytest.raises(DataLineInvalid, match="草稿"):
            store.add([EvalQuestion("d4", "新问？")], [], 9)
        assert store.path.read_bytes() == damaged
    store.path.unlink()
    store.path.mkdir()  # as good as a file that may not be read, whoever runs this
    with pytest.raises(DataFileMissing):
        store.drafts()
    store.path.rmdir()
    store.path.write_bytes(kept)
    assert [one.id for one in store.drafts("rejected")] == ["d2"]
