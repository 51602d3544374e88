"""The race: all systems on the same documents and questions, a step each in turn.

What the machine does meanwhile falls on all alike. Who begins a round changes from round to round.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from eval.peers.peer import Document, Found
from eval.peers.roster import OURS, Entrant
from eval.peers.worker import Timed, Worker
from rag.errors import PeerFailed
from rag.models.embedding import Embedder, Progress

LIMIT = 10
"""Passages that a search is asked for."""
_BATCH = 10
"""Documents stored at a time."""
_AGAIN = 5
"""Documents that are stored once more at the end."""


@dataclass(frozen=True, slots=True)
class Asked:
    """A question, and the document that holds its answer."""

    question: str
    document: str


@dataclass
class Lane:
    """What one system did.

    Attributes:
        failed: why it fell out; empty where it did not.
        stored: the timed batches: documents, passages that came of them.
        searches: one a question.
        asks: answers of ours, to as many questions as were asked again.
        again: the searches asked again after the restart.
        restart: seconds from the start of a new process to its first passages.
        memory, memory_asking: MiB at most, of the process that stored and asked, and of the one
            that only loaded what was kept and asked.
        doubled: passages that came of storing the first documents once more.
    """

    entrant: Entrant
    folder: Path
    opens: Callable[[], Embedder]
    worker: Worker = field(init=False)
    failed: str = ""
    passages: int = 0
    stored: list[tuple[int, int, Timed]] = field(default_factory=list)
    searches: list[Timed] = field(default_factory=list)
    asks: list[Timed] = field(default_factory=list)
    again: list[Timed] = field(default_factory=list)
    saving: float = 0.0
    restart: float = 0.0
    memory: float = 0.0
    memory_asking: float = 0.0
    doubled: int = 0

    def start(self) -> None:
        """Begin a process of its own."""
        self.worker = Worker(self.entrant, self.folder, self.opens)
        self.worker.open()

    def store(self, documents: Sequence[Document], *, counted: bool = True) -> None:
        """Store documents; the first ones warm up, and are not counted."""
        timed = self.worker.ingest(documents)
        before, self.passages = self.passages, int(timed.value)
        if counted:
            self.stored.append((len(documents), self.passages - before, timed))

    def found(self) -> list[list[Found]]:
        """What was found for each question."""
        return [timed.value for timed in self.searches]


def race(
    entrants: Sequence[Entrant],
    documents: Sequence[Document],
    asked: Sequence[Asked],
    folder: Path,
    opens: Callable[[], Embedder],
    *,
    asked_again: int,
    progress: Progress | None = None,
) -> list[Lane]:
    """Run it.

    Args:
        entrants: the systems; one that fails falls out, unless it is ours.
        documents: stored by each.
        asked: the questions.
        folder: where each keeps its store.
        opens: opens the embedder, in each process.
        asked_again: questions asked after the restart, and for answers.
        progress: called with (documents stored, documents in all).

    Raises:
        PeerFailed: ours failed.
    """
    lanes = [Lane(entrant, folder / entrant.name, opens) for entrant in entrants]
    try:
        _each(lanes, 0, Lane.start)
        _store_all(lanes, documents, progress)
        for turn, one in enumerate(asked):
            _each(lanes, turn, lambda lane, one=one: _search(lane, one))  # type: ignore[misc]
        for one in asked[:asked_again]:
            _each(lanes, 0, lambda lane, one=one: _ask(lane, one))  # type: ignore[misc]
        for lane in _running(lanes):
            _each([lane], 0, lambda lane: _restart(lane, asked[:asked_again], documents[:_AGAIN]))
    finally:
        for lane in lanes:
            if hasattr(lane, "worker"):
                lane.worker.close()
    return lanes


def _running(lanes: Sequence[Lane]) -> Iterator[Lane]:
    return (lane for lane in lanes if not lane.failed)


def _each(lanes: Sequence[Lane], turn: int, step: Callable[[Lane], None]) -> None:
    """One step of all that are still running, another one first each time."""
    running = list(_running(lanes))
    first = turn % max(len(running), 1)
    for lane in running[first:] + running[:first]:
        try:
            step(lane)
        except PeerFailed as error:
            if lane.entrant == OURS:
                raise
            lane.failed = str(error.context["reason"])


def _store_all(
    lanes: Sequence[Lane], documents: Sequence[Document], progress: Progress | None
) -> None:
    for turn, start in enumerate(range(0, len(documents), _BATCH)):
        batch = documents[start : start + _BATCH]
        counted = start > 0 or len(documents) <= _BATCH
        _each(lanes, turn, lambda lane, b=batch, c=counted: lane.store(b, counted=c))  # type: ignore[misc]
        if progress:
            progress(start + len(batch), len(documents))


def _search(lane: Lane, asked: Asked) -> None:
    if not lane.searches:  # what is loaded by the first question is no part of its time
        lane.worker.search(asked.question, LIMIT)
    lane.searches.append(lane.worker.search(asked.question, LIMIT))


def _ask(lane: Lane, asked: Asked) -> None:
    timed = lane.worker.ask(asked.question)
    if timed is not None:
        lane.asks.append(timed)


def _restart(lane: Lane, asked: Sequence[Asked], documents: Sequence[Document]) -> None:
    """Keep what is stored, end the process, and ask a new one."""
    lane.memory = lane.worker.memory()
    lane.saving = lane.worker.save().seconds
    lane.worker.close()
    lane.start()
    for one in asked:
        lane.again.append(lane.worker.search(one.question, LIMIT))
        lane.restart = lane.restart or lane.worker.age
    lane.memory_asking = lane.worker.memory()
    before = lane.passages
    lane.store(documents, counted=False)
    lane.doubled = lane.passages - before
