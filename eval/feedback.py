"""What people thought of answers: kept as lines in the library's folder, given out as questions.

A judgement names the answer it is about, so its line holds the whole answer, evidence included.
Lines are only added; the last one of an id holds, and `none` takes a judgement back.
"""

from __future__ import annotations

import errno
import io
import json
import os
import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from eval.data_files import write_bytes_whole
from rag.data_model.answers import Answer
from rag.library.storage import WriteLock, translated

Verdict = Literal["up", "down", "none"]
Reason = Literal[
    "off_topic", "wrong_quote", "incomplete", "not_in_articles", "is_in_articles", "misread"
]
_FILE = "feedback.jsonl"


class Feedback(BaseModel):
    """One person's judgement of one answer.

    Attributes:
        id: names the answer; a later judgement of the same id replaces this one.
        history: the questions before it.
        expected: the answer that would have been right, where the person knows it.
        evidence: sentences that the person says hold the answer.
        at: when it was kept, ISO 8601, set by the store.
        by: id of the user who judged, set by the server; empty where there are no users.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    id: str = Field(min_length=1, max_length=100)
    verdict: Verdict
    answer: Answer
    history: tuple[str, ...] = Field(default=(), max_length=100)
    reasons: tuple[Reason, ...] = Field(default=(), max_length=6)
    note: str = Field(default="", max_length=2000)
    expected: str = Field(default="", max_length=500)
    evidence: tuple[str, ...] = Field(default=(), max_length=50)
    at: str = ""
    by: str = ""


_ADDING = threading.Lock()
"""One for all stores of this process; other processes are kept out by a file beside the lines."""
_LOCK = "feedback.lock"


class FeedbackStore:
    """The judgements of one library. Safe for many threads and processes."""

    def __init__(self, data_dir: Path) -> None:
        self.path = data_dir / _FILE

    def add(self, feedback: Feedback) -> None:
        """Keep a judgement; on disk when this returns.

        Raises:
            StorageFull, StorageFailed, LibraryReadOnly: it cannot be written; what was there stays.
            LibraryBusy: another process has been at it for seconds.
        """
        at = datetime.now(UTC).isoformat(timespec="seconds")
        record = feedback.model_copy(update={"at": at}).model_dump(mode="json", by_alias=True)
        line = json.dumps(record, ensure_ascii=False).encode("utf-8", "replace") + b"\n"
        with self._changing(), translated(self.path):
            self._append(line)

    def judgements(self, by: str | None = None) -> list[Feedback]:
        """The last judgement of every answer, oldest first, without those taken back.

        A line that a crash cut short is left out. `by`: only those of this user.
        """
        last: dict[tuple[str, str], Feedback] = {}
        for feedback in self._lines():
            last.pop((feedback.by, feedback.id), None)
            last[feedback.by, feedback.id] = feedback
        return [
            feedback
            for feedback in last.values()
            if feedback.verdict != "none" and by in {None, feedback.by}
        ]

    def forget(self, by: str) -> int:
        """Take out every line of a user; how many there were.

        Raises:
            StorageFull, StorageFailed, LibraryReadOnly, LibraryBusy: it cannot be written; all is
                as it was.
        """
        if not self.path.exists():
            return 0
        with self._changing(), translated(self.path):
            lines = self.path.read_bytes().splitlines(keepends=True)
            kept = [line for line in lines if _by(line) != by]
            if len(kept) < len(lines):
                write_bytes_whole(self.path, b"".join(kept))
            return len(lines) - len(kept)

    @contextmanager
    def _changing(self) -> Iterator[None]:
        """Alone with the file: who writes it anew would lose what another appends meanwhile."""
        with _ADDING:
            lock = WriteLock(self.path.with_name(_LOCK)).acquire()
            try:
                yield
            finally:
                lock.release()

    def _lines(self) -> Iterator[Feedback]:
        try:
            lines = self.path.read_bytes().splitlines()
        except FileNotFoundError:
            return
        for line in lines:
            try:
                yield Feedback.model_validate_json(line)
            except ValidationError:
                continue

    def _append(self, line: bytes) -> None:
        self.path.parent.mkdir(parents=True, exist_ok=True)
        with self.path.open("ab+", buffering=0) as file:
            if file.tell():
                file.seek(-1, os.SEEK_END)
                if file.read(1) != b"\n":  # what a crash cut short stays a line of its own
                    line = b"\n" + line
            file.seek(0, os.SEEK_END)
            before = file.tell()
            try:
                _write(file, line)
            except OSError:
                with suppress(OSError):  # not half a line, nor one that nobody was told is kept
                    os.truncate(self.path, before)
                raise


def _by(line: bytes) -> str | None:
    """Whose line it is; None where a crash cut it short."""
    try:
        return Feedback.model_validate_json(line).by
    except ValidationError:
        return None


def _write(file: io.FileIO, line: bytes) -> None:
    """All of it, and on disk."""
    if file.write(line) != len(line):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
    os.fsync(file.fileno())


def question_lines(judgements: Iterable[Feedback]) -> list[dict[str, Any]]:
    """Judgements as records of a question set; what is not known is left empty."""
    return [_question(feedback) for feedback in judgements]


def questions_text(judgements: Iterable[Feedback]) -> str:
    """The same as JSONL."""
    lines = (json.dumps(record, ensure_ascii=False) for record in question_lines(judgements))
    return "".join(f"{line}\n" for line in lines)


def _question(feedback: Feedback) -> dict[str, Any]:
    answer = feedback.answer
    record: dict[str, Any] = {
        "id": f"feedback-{feedback.id}",
        "question": answer.question,
        "history": list(feedback.history),
        "answerable": _answerable(feedback),
        "answers": [],
        "forbidden": [],
        "evidence": list(feedback.evidence),
        "verdict": feedback.verdict,
        "reasons": list(feedback.reasons),
        "note": feedback.note,
    }
    if not answer.filters.empty:
        record["filters"] = answer.filters.model_dump(mode="json", exclude_defaults=True)
    if feedback.verdict == "up" and answer.answered:
        record["answers"] = [[answer.short_answer]] if answer.short_answer else []
        record["evidence"] = [citation.quote for citation in answer.citations]
    elif feedback.verdict == "down" and record["answerable"] is not False:
        record["answers"] = [[feedback.expected]] if feedback.expected else []
        if answer.short_answer and answer.short_answer != feedback.expected:
            record["forbidden"] = [answer.short_answer]
    if record["answerable"] is None:
        del record["answerable"]
    return record


def _answerable(feedback: Feedback) -> bool | None:
    """What the judgement says about whether the articles hold the answer."""
    if feedback.verdict == "up":
        return feedback.answer.answered
    if "not_in_articles" in feedback.reasons:
        return False
    if feedback.expected or feedback.evidence or "is_in_articles" in feedback.reasons:
        return True
    return None
