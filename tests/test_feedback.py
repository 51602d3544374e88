"""Judgements: kept for good, the last one holds, and they load as a question set."""

from __future__ import annotations

import json
import threading
from pathlib import Path
from typing import Any

import pytest

from eval.feedback import Feedback, FeedbackStore, question_lines, questions_text
from eval.question_sets import load_questions
from rag.data_model.answers import Answer, Citation, Receipt, Refusal, Source, Statement
from rag.errors import StorageFull

QUOTE = "风电场共有38台风机。"


def cited(quote: str = QUOTE) -> Citation:
    source = Source(file="a.txt", sha256="0" * 64, spans=((0, len(quote)),))
    return Citation(
        n=1, article_id="a", title="风", paragraph=1, quote=quote, source=source, score=1
    )


def answer(*, answered: bool = True) -> Answer:
    return Answer(
        question="有多少台风机？",
        searched_question="有多少台风机",
        status="answered" if answered else "refused",
        text="",
        short_answer="38台" if answered else None,
        statements=(Statement(text=QUOTE, citations=(1,)),) if answered else (),
        citations=(cited(),) if answered else (),
        refusal=None if answered else Refusal(reason="not_stated", message="没有"),
        confidence=0.5,
        receipt=Receipt(generation=1, model="m", settings="s"),
    )


def judged(verdict: str, *, id: str = "a", answered: bool = True, **fields: Any) -> Feedback:  # noqa: A002
    return Feedback(id=id, verdict=verdict, answer=answer(answered=answered), **fields)


@pytest.mark.parametrize(
    ("feedback", "answerable", "answers", "forbidden", "evidence"),
    [
        (judged("up"), True, [["38台"]], [], [QUOTE]),
        (judged("up", answered=False), False, [], [], []),
        (judged("down", reasons=["not_in_articles"]), False, [], [], []),
        (judged("down", expected="40台"), True, [["40台"]], ["38台"], []),
        (judged("down", answered=False, evidence=["句。"]), True, [], [], ["句。"]),
        (judged("down", reasons=["off_topic"]), None, [], ["38台"], []),
    ],
    ids=["right", "rightly refused", "should refuse", "corrected", "evidence named", "only bad"],
)
def test_what_a_judgement_says_of_the_question(
    feedback: Feedback,
    answerable: bool | None,
    answers: list[list[str]],
    forbidden: list[str],
    evidence: list[str],
    tmp_path: Path,
) -> None:
    (record,) = question_lines([feedback])
    assert record.get("answerable") is answerable
    assert (record["answers"], record["forbidden"]) == (answers, forbidden)
    assert record["evidence"] == evidence
    file = tmp_path / "set.jsonl"
    file.write_text(questions_text([feedback]), encoding="utf-8")
    (loaded,) = load_questions(file)
    assert (loaded.question, loaded.answerable) == ("有多少台风机？", answerable)
    assert loaded.evidence == tuple(evidence)


def test_the_last_judgement_holds_and_can_be_taken_back(tmp_path: Path) -> None:
    store = FeedbackStore(tmp_path / "new")
    for feedback in (judged("up"), judged("up", id="b"), judged("down"), judged("none", id="b")):
        store.add(feedback)
    (kept,) = FeedbackStore(tmp_path / "new").judgements()
    assert (kept.id, kept.verdict) == ("a", "down")
    assert kept.at


def test_a_line_that_a_crash_cut_short_costs_only_itself(tmp_path: Path) -> None:
    store = FeedbackStore(tmp_path)
    store.add(judged("up"))
    whole = store.path.read_bytes()
    for cut in (1, len(whole) // 2, len(whole) - 1):
        store.path.write_bytes(whole + whole[:cut])
        store.add(judged("down", id="b"))
        assert [kept.id for kept in store.judgements()][-1] == "b"
        assert store.judgements()[0].id == "a"


def test_threads_do_not_mix_their_lines(tmp_path: Path) -> None:
    store = FeedbackStore(tmp_path)
    threads = [
        threading.Thread(target=store.add, args=(judged("up", id=str(n), note="注" * 500),))
        for n in range(20)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    lines = store.path.read_text(encoding="utf-8").splitlines()
    assert {json.loads(line)["id"] for line in lines} == {str(n) for n in range(20)}


def test_a_full_disk_is_an_error_of_ours(tmp_path: Path) -> None:
    (tmp_path / "feedback.jsonl").symlink_to("/dev/full")
    with pytest.raises(StorageFull):
        FeedbackStore(tmp_path).add(judged("up"))
