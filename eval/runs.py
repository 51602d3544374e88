"""A run: the answers to a question set, one JSON line a question, in a file that can be resumed."""

from __future__ import annotations

import errno
import json
import os
from collections import deque
from collections.abc import Callable, Collection, Generator, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Protocol

from pydantic import ValidationError

from eval.data_files import Line, numbered_lines, parse_line, read_bytes, text_of, writing
from eval.question_sets import EvalQuestion
from eval.run_stamps import Stamps, begin, read_stamps
from rag.data_model.answers import Answer, Question
from rag.errors import DataFileMissing, DataLineInvalid, InputError
from rag.files.regular import NOT_REGULAR
from rag.models.embedding import Progress

ANSWERS = "answers.jsonl"
"""Of a run that stands in the folder of its report."""

_STARTS = (b'{"schema"', b'{"id"')  # of the lines that we write


class Asker(Protocol):
    """What answers questions: the pipeline, or a fake."""

    def ask(self, question: Question) -> Answer:
        """Answer or refuse."""


@dataclass(frozen=True, slots=True)
class Failure:
    """A question that could not be asked, and the error's wire form."""

    id: str
    question: str
    error: dict[str, str]

    def to_json(self) -> dict[str, object]:
        """The line that stands for it in a run."""
        return {"id": self.id, "question": self.question, "error": self.error}


@dataclass(frozen=True, slots=True)
class Run:
    """Answers and failures by question id, in the order of the file.

    Attributes:
        stamps: when and where it ran; None where nobody noted it.
    """

    path: Path
    answers: dict[str, Answer]
    failures: dict[str, Failure]
    stamps: Stamps | None = field(default=None, compare=False)

    @property
    def name(self) -> str:
        """What people call it: its file, or the folder of its report."""
        folder = self.path.parent.name
        return folder if self.path.name == ANSWERS and folder else self.path.name

    def has(self, question: EvalQuestion) -> bool:
        """Whether just this question, not another of the same id, was asked."""
        asked = self.answers.get(question.id) or self.failures.get(question.id)
        if isinstance(asked, Answer) and asked.filters != question.filters:
            return False
        return asked is not None and asked.question == question.question


def answer_all(
    asker: Asker,
    questions: Collection[EvalQuestion],
    out_path: Path | None,
    progress: Progress | None = None,
    *,
    resume: bool = True,
    at_once: int = 1,
    key: str = "",
    asked: str = "",
) -> Run:
    """Ask every question and write each answer at once; safe to interrupt and to call again.

    A question that the asker refuses as bad input becomes a line with an `error`, and the run goes
    on. Other errors end it; what was written stays. The lines keep the order of the questions,
    however many are asked side by side. When and where it ran is noted beside the file.

    Args:
        asker: answers questions; from several threads where `at_once` is more than 1.
        questions: with distinct ids.
        out_path: the run; its folder is made. A half line at its end is dropped. None: the run is
            kept in memory only.
        progress: called with (done, total), the resumed ones included.
        resume: keep what `out_path` holds already, instead of starting afresh.
        at_once: how many questions are under way at a time.
        key: noted with the run: what must be the same for whoever goes on with it.
        asked: noted with the run: the question set's file.

    Raises:
        DataLineInvalid: `out_path` holds something that is not a run; it is left as it is.
        DataFileMissing, StorageFull, StorageFailed: `out_path` cannot be written.
    """
    if out_path is None:
        with TemporaryDirectory(prefix="youju-run-") as folder:
            path = Path(folder) / "run.jsonl"
            return answer_all(asker, questions, path, progress, at_once=at_once)
    out_path = Path(out_path)
    earlier = _resumable(out_path) if resume and out_path.exists() else None
    afresh, told = earlier is None, progress or _unheard
    todo = [q for q in questions if earlier is None or not earlier.has(q)]
    done = len(questions) - len(todo)
    with _appending(out_path, afresh=afresh) as write:
        noted = partial(begin, out_path, key=key, at_once=at_once, asked=asked)
        end = _begun(out_path, noted, afresh=afresh, more=bool(todo))
        with closing(_asked(asker, todo, at_once)) as records:
            for _ in todo:
                told(done, len(questions))
                write(next(records))
                done += 1
    end()
    told(done, len(questions))
    return read_run(out_path)


def read_run(path: Path) -> Run:
    """Read a run, plain or gzip; of two lines with one id the later one counts.

    Raises:
        DataFileMissing, EncodingUnknown: the file cannot be read.
        DataLineInvalid: a line is neither an answer nor a failure.
    """
    path = Path(path)
    run = Run(path, {}, {}, read_stamps(path))
    for n, text in numbered_lines(text_of(read_bytes(path), path)):
        _add(run, parse_line(text, n, path))
    return run


def run_file(place: Path) -> Path:
    """The run that a path names: a file, or the folder of a report with its answers."""
    return place / ANSWERS if place.is_dir() else place


def _begun(
    path: Path, noted: Callable[..., Callable[[], None]], *, afresh: bool, more: bool
) -> Callable[[], None]:
    """Note that work begins, unless all is done and noted; what is returned notes the end."""
    known = None if afresh else read_stamps(path)
    if not (more or afresh) and (known is None or known.finished):
        return lambda: None
    return noted(afresh=afresh)


def _unheard(_done: int, _total: int) -> None:
    """Progress that nobody asked for."""


def _asked(
    asker: Asker, questions: Sequence[EvalQuestion], at_once: int
) -> Generator[dict[str, Any]]:
    """The records of the questions, in their order; a few more are under way meanwhile."""
    if at_once == 1:
        yield from (_ask(asker, question) for question in questions)
        return
    waiting: deque[Future[dict[str, Any]]] = deque()
    threads = ThreadPoolExecutor(at_once, thread_name_prefix="youju-run")
    try:
        for question in questions:
            waiting.append(threads.submit(_ask, asker, question))
            if len(waiting) > 2 * at_once:  # so that a slow one keeps no thread idle
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()
    finally:
        threads.shutdown(wait=True, cancel_futures=True)


def _add(run: Run, line: Line) -> None:
    record = line.record
    run_id = str(record.get("id") or f"q{line.n}")
    run.answers.pop(run_id, None)
    run.failures.pop(run_id, None)
    if isinstance(record.get("error"), dict):
        run.failures[run_id] = Failure(run_id, str(record.get("question", "")), record["error"])
        return
    try:
        run.answers[run_id] = Answer.model_validate({**record, "id": run_id})
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(map(str, first["loc"]))
        reason = f"不是回答：{where} {'缺了' if first['type'] == 'missing' else '不合要求'}"
        raise DataLineInvalid(file=run.path, line=line.n, reason=reason) from error


def _ask(asker: Asker, question: EvalQuestion) -> dict[str, Any]:
    try:
        answer = asker.ask(question.to_question())
    except InputError as error:
        return Failure(question.id, question.question, error.as_dict()).to_json()
    return answer.model_copy(update={"id": question.id}).to_json()


def _resumable(path: Path) -> Run | None:
    """What a run holds, after cutting off a line that was not finished; None if nothing."""
    data = path.read_bytes() if path.is_file() else b""
    whole = data.rfind(b"\n") + 1
    rest = data[whole:]
    if not any(start.startswith(rest[: len(start)]) for start in _STARTS):
        raise DataLineInvalid(file=path, line=data.count(b"\n") + 1, reason="不是回答")
    run = Run(path, {}, {})
    for n, text in numbered_lines(text_of(data[:whole], path)):
        _add(run, parse_line(text, n, path))
    if rest:
        with writing(path):
            os.truncate(path, whole)
    return run if whole else None


@contextmanager
def _appending(path: Path, *, afresh: bool) -> Iterator[Callable[[dict[str, Any]], None]]:
    """Gives the function that writes a record, whole and at once."""
    with writing(path):
        if path.is_fifo():  # opening it would wait for somebody to read
            raise DataFileMissing(file=path, reason=NOT_REGULAR)
        path.parent.mkdir(parents=True, exist_ok=True)
        out = path.open("wb" if afresh else "ab", buffering=0)

    def write(record: dict[str, Any]) -> None:
        line = (json.dumps(record, ensure_ascii=False) + "\n").encode()
        with writing(path):
            if out.write(line) != len(line):
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    with out:
        yield write
        with writing(path):
            os.fsync(out.fileno())
