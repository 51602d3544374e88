"""Judgements: kept for good, the last one holds, and they load as a question set."""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any

import pytest

from eval.data_files import write_bytes_whole
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


ADDING = """
import sys
from pathlib import Path
from eval.feedback import Feedback, FeedbackStore

print("ready", flush=True)
line = sys.stdin.readline()
FeedbackStore(Path(sys.argv[1])).add(Feedback.model_validate_json(line))
"""


def test_what_another_process_adds_while_a_users_go_is_not_lost(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """`youju users remove` writes the file anew beside a server that appends to it."""
    store = FeedbackStore(tmp_path)
    store.add(judged("up", by="gone"))
    command = [sys.executable, "-c", ADDING, str(tmp_path)]
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parent.parent)}
    line = judged("up", id="new", by="stays").model_dump_json() + "\n"
    with subprocess.Popen(
        command, env=environment, text=True, stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as child:
        assert child.stdout is not None
        assert child.stdout.readline() == "ready\n"

        def slow(path: Path, data: bytes) -> None:
            with contextlib.suppress(subprocess.TimeoutExpired):
                child.communicate(line, timeout=1)  # it ends by then only where nothing holds it
            write_bytes_whole(path, data)

        monkeypatch.setattr("eval.feedback.write_bytes_whole", slow)
        assert store.forget("gone") == 1
        child.communicate(timeout=30)
        assert child.returncode == 0
    assert [kept.id for kept in store.judgements()] == ["new"]
