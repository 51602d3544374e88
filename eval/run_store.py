"""Question sets and runs kept in a data directory, so that they can be looked at and compared.

    evaluations/sets/ID/    questions   the file as it was given
                            about.json  its name
    evaluations/runs/ID/    questions   a copy: a run stays readable whatever becomes of its set
                            answers.jsonl, report.json, report.md, failures.jsonl
                            about.json  the set, when it began, how it ended
    evaluations/users/USER/sets, evaluations/users/USER/runs   the same of a user of a server

Ids are ours; a given file name is only ever shown, never a path.
"""

from __future__ import annotations

import hashlib
import json
import re
import secrets
import shutil
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Literal

from eval.data_files import read_bytes, read_jsonl, write_bytes_whole, write_whole
from eval.diagnosis import Diagnosis
from eval.judging import Searcher, Verifier
from eval.question_sets import QuestionSet, parse_questions
from eval.report_writing import write_report
from eval.reports import evaluate
from eval.runs import ANSWERS, Asker, Run, answer_all, read_run
from rag.errors import LibraryBusy, RunMissing, RunUnderway, SetBundled, SetMissing, YoujuError
from rag.library.storage import WriteLock

State = Literal["running", "finished", "cancelled", "failed"]

BUNDLED = "bundled"
_BUNDLED_FILE = Path(__file__).parents[1] / "corpus" / "questions.jsonl"
_ID = re.compile(r"[0-9a-z-]{1,40}")
_TAKEN_ALONG = frozenset(
    {
        "report.html",
        "report.md",
        "report.json",
        "questions.csv",
        "questions.xlsx",
        "answers.jsonl",
        "failures.jsonl",
        "junit.xml",
        "run.txt",
        "qrels.txt",
    }
)
_ABOUT, _QUESTIONS, _REPORT = "about.json", "questions", "report.json"
_FAILURES = "failures.jsonl"
_LOCK = "run.lock"


class Cancelled(Exception):
    """Someone asked the run to stop; what is answered stays."""


@dataclass(frozen=True, slots=True)
class KeptSet:
    """A question set: `name` is the file name that it came with."""

    id: str
    name: str
    questions: int


@dataclass(frozen=True, slots=True)
class KeptRun:
    """A run of a question set.

    Attributes:
        began: UTC, ISO.
        questions: how many there are to ask.
        correct: share of right answers and refusals, once the run is finished.
        error: wire form of what ended a failed run.
        name: that a person gave it; empty for the set's.
        collections: of whose articles it is asked; empty: of all.
    """

    id: str
    set_id: str
    set_name: str
    began: str
    questions: int
    state: State = "running"
    correct: float | None = None
    error: dict[str, str] | None = None
    name: str = ""
    collections: tuple[str, ...] = ()

    @property
    def title(self) -> str:
        """What people call it."""
        return self.name or self.set_name


class RunStore:
    """The sets and runs of one data directory, or of one `user` (their id) there."""

    def __init__(self, data_dir: Path, user: str = "") -> None:
        self._folder = data_dir / "evaluations"
        if user:
            self._folder = self._folder / "users" / user
        self._sets = self._folder / "sets"
        self._runs = self._folder / "runs"
        self._naming = threading.Lock()

    def sets(self) -> list[KeptSet]:
        """The one that comes with the program, then the others by name."""
        kept = [KeptSet(**about) for about in _abouts(self._sets)]
        return [*_bundled(), *sorted(kept, key=lambda one: one.name)]

    def add_set(self, name: str, data: bytes) -> tuple[KeptSet, QuestionSet]:
        """Keep a question set; the same bytes are kept once.

        Raises:
            DataFileError, EncodingUnknown: there is no usable question in it; nothing is kept.
            DataFileMissing: the folder does not take it.
        """
        question_set = parse_questions(data, Path(name))
        kept = KeptSet(hashlib.sha256(data).hexdigest()[:16], name, len(question_set))
        folder = self._sets / kept.id
        write_bytes_whole(folder / _QUESTIONS, data)
        write_whole(folder / _ABOUT, _dumps(asdict(kept)))
        return kept, question_set

    def rename_set(self, set_id: str, name: str) -> KeptSet:
        """Call a set something else; runs that were made of it keep the name that it had.

        Raises:
            SetMissing: there is none of this id.
            SetBundled: it comes with the program.
        """
        kept = replace(self._own_set(set_id), name=name)
        write_whole(self._sets / kept.id / _ABOUT, _dumps(asdict(kept)))
        return kept

    def remove_set(self, set_id: str) -> None:
        """Forget a set; its runs stay, for they hold their questions themselves.

        Raises:
            SetMissing, SetBundled: as `rename_set`.
        """
        shutil.rmtree(self._sets / self._own_set(set_id).id, ignore_errors=True)

    def _own_set(self, set_id: str) -> KeptSet:
        if set_id == BUNDLED:
            raise SetBundled
        kept = next((one for one in self.sets() if one.id == set_id), None)
        if kept is None:
            raise SetMissing(set_id=set_id)
        return kept

    def set_bytes(self, set_id: str) -> tuple[KeptSet, bytes]:
        """A set and its file.

        Raises:
            SetMissing: there is none of this id.
        """
        kept = next((one for one in self.sets() if one.id == set_id), None)
        if kept is None:
            raise SetMissing(set_id=set_id)
        return kept, read_bytes(
            _BUNDLED_FILE if set_id == BUNDLED else self._sets / set_id / _QUESTIONS
        )

    def runs(self) -> list[KeptRun]:
        """The latest first."""
        kept = [_run_of(about) for about in _abouts(self._runs)]
        return sorted(kept, key=lambda run: (run.began, run.id), reverse=True)

    def run(self, run_id: str) -> KeptRun:
        """One run.

        Raises:
            RunMissing: there is none of this id.
        """
        about = _about(self._runs / run_id) if _ID.fullmatch(run_id) else None
        if about is None:
            raise RunMissing(run_id=run_id)
        return _run_of(about)

    def begin(self, set_id: str, collections: Sequence[str] = ()) -> KeptRun:
        """A new run of a set, with nothing asked yet.

        Raises:
            SetMissing: there is no such set.
            DataFileError: it cannot be read any more, or the folder does not take the run.
        """
        kept, data = self.set_bytes(set_id)
        began = datetime.now(UTC)
        run = KeptRun(
            id=f"{began:%Y%m%d-%H%M%S}-{secrets.token_hex(2)}",
            set_id=kept.id,
            set_name=kept.name,
            began=began.isoformat(timespec="seconds"),
            questions=len(parse_questions(data, Path(kept.name))),
            collections=tuple(collections),
        )
        write_bytes_whole(self._runs / run.id / _QUESTIONS, data)
        write_whole(self._runs / run.id / _ABOUT, _dumps(asdict(run)))
        return run

    def perform(
        self,
        run: KeptRun,
        asker: Asker,
        searcher: Searcher,
        verifier: Verifier,
        progress: Callable[[int, int], None],
        *,
        diagnosis: Diagnosis | None = None,
    ) -> KeptRun:
        """Ask what was not asked yet, judge, and keep the report.

        `progress` may raise `Cancelled`. How the run ended is noted in any case, unless it was
        forgotten meanwhile: then it stops, and nothing of it is left.

        Raises:
            RunUnderway: another process performs it.
        """
        with self._performing(run, patience=0.5):  # others may be looking just now
            return self._performed(run, asker, searcher, verifier, progress, diagnosis=diagnosis)

    def is_performed(self, run_id: str) -> bool:
        """Whether some process performs a run just now.

        Raises:
            RunMissing: there is none of this id.
        """
        try:
            with self._performing(self.run(run_id), patience=0.0):
                return False
        except RunUnderway:
            return True

    @contextmanager
    def _performing(self, run: KeptRun, *, patience: float) -> Iterator[None]:
        """Hold the run's lock, which the operating system frees when its holder dies."""
        lock = WriteLock(self._runs / run.id / _LOCK, patience)
        try:
            lock.acquire()
        except LibraryBusy:
            raise RunUnderway from None
        try:
            yield
        finally:
            lock.release()

    def _performed(
        self,
        run: KeptRun,
        asker: Asker,
        searcher: Searcher,
        verifier: Verifier,
        progress: Callable[[int, int], None],
        *,
        diagnosis: Diagnosis | None,
    ) -> KeptRun:
        folder = self._runs / run.id

        def going_on(done: int, total: int) -> None:
            if not self._is_kept(run):
                raise Cancelled
            progress(done, total)

        self._note(replace(run, state="running", error=None))
        try:
            questions = self.questions(run)
            answers = answer_all(asker, questions.questions, folder / ANSWERS, going_on)
            report = evaluate(
                questions, answers, searcher=searcher, verifier=verifier, diagnosis=diagnosis
            )
            write_report(report, folder)
        except Cancelled:
            return self._note(replace(run, state="cancelled"))
        except YoujuError as error:
            return self.fail(run, error)
        correct = report.metrics["correct"]
        return self._note(replace(run, state="finished", correct=correct, error=None))

    def fail(self, run: KeptRun, error: YoujuError) -> KeptRun:
        """Note what ended a run, unless the disk refuses that too; its answers stay."""
        failed = replace(run, state="failed", error=error.as_dict())
        with suppress(YoujuError):
            self._note(failed)
        return failed

    def questions(self, run: KeptRun) -> QuestionSet:
        """The questions of a run, as they were when it began."""
        data = read_bytes(self._runs / run.id / _QUESTIONS)
        return parse_questions(data, Path(run.set_name)).within(run.collections)

    def answers(self, run: KeptRun) -> Run:
        """The answers so far."""
        path = self._runs / run.id / ANSWERS
        return read_run(path) if path.exists() else Run(path, {}, {})

    def report(self, run: KeptRun) -> dict[str, Any] | None:
        """The report's JSON; None before the run is finished."""
        path = self._runs / run.id / _REPORT
        return json.loads(path.read_text(encoding="utf-8")) if path.exists() else None

    def losses(self, run: KeptRun) -> dict[str, dict[str, Any]]:
        """Where wrong answers were lost, by question id; empty before the run is finished."""
        path = self._runs / run.id / _FAILURES
        if not path.exists():
            return {}
        records = (line.record for line in read_jsonl(path))
        return {str(one["id"]): one["lost"] for one in records if one.get("lost")}

    def file(self, run: KeptRun, name: str) -> Path | None:
        """A file of a run that people may take with them, if it is there."""
        path = self._runs / run.id / name
        return path if name in _TAKEN_ALONG and path.is_file() else None

    def files(self, run: KeptRun) -> list[str]:
        """Those files of a run that people may take with them."""
        return sorted(name for name in _TAKEN_ALONG if self.file(run, name))

    def rename(self, run_id: str, name: str) -> KeptRun:
        """Call a run something else, be it under way or not.

        Raises:
            RunMissing: there is none of this id.
        """
        with self._naming:
            run = replace(self.run(run_id), name=name)
            write_whole(self._runs / run.id / _ABOUT, _dumps(asdict(run)))
        return run

    def remove(self, run_id: str) -> None:
        """Forget a run.

        Raises:
            RunMissing: there is none of this id.
        """
        shutil.rmtree(self._runs / self.run(run_id).id, ignore_errors=True)

    def forget(self) -> None:
        """Forget all sets and runs."""
        shutil.rmtree(self._folder, ignore_errors=True)

    def _note(self, run: KeptRun) -> KeptRun:
        """Write down how a run stands; the name is what it was called meanwhile."""
        with self._naming:
            if not self._is_kept(run):  # what the run wrote since then goes too
                shutil.rmtree(self._runs / run.id, ignore_errors=True)
                return run
            about = _about(self._runs / run.id) or {}
            run = replace(run, name=about.get("name", run.name))
            write_whole(self._runs / run.id / _ABOUT, _dumps(asdict(run)))
        return run

    def _is_kept(self, run: KeptRun) -> bool:
        return (self._runs / run.id / _ABOUT).exists()


def _bundled() -> list[KeptSet]:
    if not _BUNDLED_FILE.is_file():
        return []
    count = len(parse_questions(read_bytes(_BUNDLED_FILE), _BUNDLED_FILE))
    return [KeptSet(BUNDLED, "示例版面的问题", count)]


def _run_of(about: dict[str, Any]) -> KeptRun:
    return KeptRun(**about | {"collections": tuple(about.get("collections", ()))})


def _abouts(folder: Path) -> list[dict[str, Any]]:
    places = folder.iterdir() if folder.is_dir() else []
    return [about for place in places if (about := _about(place))]


def _about(place: Path) -> dict[str, Any] | None:
    """What is noted of a set or run; None where a folder was made and nothing noted."""
    try:
        about: dict[str, Any] = json.loads((place / _ABOUT).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    return about


def _dumps(value: dict[str, Any]) -> str:
    return json.dumps(value, ensure_ascii=False)
