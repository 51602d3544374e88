"""Whatever is done to a library, in any order and with crashes, it is what a plain model says.

YOUJU_MACHINES=300 pytest tests/test_library_machine.py      (`make durability` does)
"""

from __future__ import annotations

import os
import shutil
import signal
import tempfile
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)
from nursery import Nursery, check_found, do, held, nursery, page, title
from pages import pipeline_over

from rag.library.backup import restore

MACHINES = int(os.environ.get("YOUJU_MACHINES", "0"))
QUICK, QUICK_STEPS, STEPS = 6, 10, 30
LATEST_CALL = 380
"""About as many calls as a deed touches the disk with."""

NUMBERS = st.integers(0, 4)
PICKS = st.integers(0, 9)
DEEDS = ("ingest", "ingest", "remove", "take_back", "purge", "back_up", "put_back")


@dataclass(frozen=True)
class Model:
    """What a library should hold: versions of pages by their numbers, in use and in the bin."""

    live: dict[int, int] = field(default_factory=dict)
    binned: dict[int, int] = field(default_factory=dict)

    def stored(self, pages: dict[int, int]) -> Model:
        """Once pages are stored, new or again; what lay in the bin of them is in use."""
        rest = {n: v for n, v in self.binned.items() if n not in pages}
        return Model({**self.live, **pages}, rest)

    def removed(self, number: int) -> Model:
        """Once an article is in the bin."""
        live = dict(self.live)
        return Model(live, {**self.binned, number: live.pop(number)})

    def taken_back(self, number: int) -> Model:
        """Once it is out of the bin, and in use."""
        return self.stored({number: self.binned[number]})

    def purged(self, number: int) -> Model:
        """Once it is gone for good."""
        return replace(self, binned={n: v for n, v in self.binned.items() if n != number})


class LibraryMachine(RuleBasedStateMachine):
    """A library, its backups, and a pipeline over it that goes on as a server does."""

    children: Nursery

    def __init__(self) -> None:
        super().__init__()
        self.left = ExitStack()
        place = Path(self.left.enter_context(tempfile.TemporaryDirectory(prefix="machine-")))
        self.data_dir, self.pages, self.place = place / "data", place / "in", place
        self.pages.mkdir()
        self.model = Model()
        self.version = 0
        self.backups: list[tuple[Path, Model]] = []

    def teardown(self) -> None:
        """Look once more."""
        try:
            self.reopen()
        finally:
            self.left.close()

    # -- what is done ---------------------------------------------------------------------------

    @rule(numbers=st.sets(NUMBERS, min_size=1, max_size=3))
    def store(self, numbers: set[int]) -> None:
        """New pages, and new versions of pages."""
        files, pages = self._written(numbers)
        do("ingest", self.data_dir, *files)
        self.model = self.model.stored(pages)

    @precondition(lambda self: self.model.live)
    @rule(pick=PICKS)
    def store_again(self, pick: int) -> None:
        """What is stored already."""
        number = _picked(self.model.live, pick)
        do("ingest", self.data_dir, page(self.pages, number, self.model.live[number]))

    @precondition(lambda self: self.model.live)
    @rule(pick=PICKS)
    def remove(self, pick: int) -> None:
        """Into the bin."""
        number = _picked(self.model.live, pick)
        do("remove", self.data_dir, self._id(number, self.model.live))
        self.model = self.model.removed(number)

    @precondition(lambda self: self.model.binned)
    @rule(pick=PICKS)
    def take_back(self, pick: int) -> None:
        """Out of the bin."""
        number = _picked(self.model.binned, pick)
        do("take_back", self.data_dir, self._id(number, self.model.binned))
        self.model = self.model.taken_back(number)

    @precondition(lambda self: self.model.binned)
    @rule(pick=PICKS)
    def purge(self, pick: int) -> None:
        """For good."""
        number = _picked(self.model.binned, pick)
        do("purge", self.data_dir, self._id(number, self.model.binned))
        self.model = self.model.purged(number)

    @precondition(lambda self: self.data_dir.exists())
    @rule()
    def back_up(self) -> None:
        """Into a file."""
        file = self.place / f"{len(self.backups)}.zip"
        do("back_up", self.data_dir, file)
        self.backups.append((file, self.model))

    @precondition(lambda self: self.backups)
    @rule(pick=PICKS)
    def put_back(self, pick: int) -> None:
        """What a backup holds."""
        file, self.model = self.backups[pick % len(self.backups)]
        do("put_back", self.data_dir, file)

    @precondition(lambda self: self.data_dir.exists())
    @rule()
    def reopen(self) -> None:
        """As a server that starts."""
        if self.data_dir.exists():
            pipeline = pipeline_over(self.data_dir)
            try:
                check_found(pipeline, [title(*one) for one in self.model.live.items()])
            finally:
                pipeline.close()

    @rule(deed=st.sampled_from(DEEDS), pick=PICKS, at=st.integers(1, LATEST_CALL))
    def crash(self, deed: str, pick: int, at: int) -> None:
        """In the midst of something, which is then done or not at all."""
        if deed == "ingest" or not self._can(deed):
            files, pages = self._written({pick % 5, (pick + 2) % 5})
            self._crashed("ingest", files, at, *self._prefixes(pages))
        elif deed in {"back_up", "put_back"}:
            self._crash_over_a_backup(deed, pick, at)
        else:
            shelf = self.model.live if deed == "remove" else self.model.binned
            number = _picked(shelf, pick)
            after = {
                "remove": self.model.removed,
                "take_back": self.model.taken_back,
                "purge": self.model.purged,
            }[deed](number)
            self._crashed(deed, [self._id(number, shelf)], at, after)

    @invariant()
    def holds(self) -> None:
        """What the model says, sound and whole."""
        if self.data_dir.exists():
            assert self._is(self.model)

    # -- how ------------------------------------------------------------------------------------

    def _can(self, deed: str) -> bool:
        return bool(
            {
                "remove": self.model.live,
                "take_back": self.model.binned,
                "purge": self.model.binned,
                "back_up": self.model.live,
                "put_back": self.backups,
            }[deed]
        )

    def _crash_over_a_backup(self, deed: str, pick: int, at: int) -> None:
        if deed == "put_back":
            file, then = self.backups[pick % len(self.backups)]
            self._crashed(deed, [file], at, then)
            return
        file = self.place / f"{len(self.backups)}.zip"
        self._crashed(deed, [file], at)
        if file.exists():  # it stands there once it is whole
            restore(self.place / "copy", file)
            assert self._is(self.model, self.place / "copy")
            shutil.rmtree(self.place / "copy")
            self.backups.append((file, self.model))

    def _crashed(self, deed: str, arguments: list[object], at: int, *after: Model) -> None:
        """Have a child crash; the model is what the library is like, of those that it may be."""
        ended, _ = self.children.run(deed, self.data_dir, *arguments, at=at)
        assert ended in {0, signal.SIGKILL}
        may_be = [self.model, *after] if ended else [after[-1] if after else self.model]
        if not self.data_dir.exists():
            assert self.model == Model()
            return
        found = [model for model in may_be if self._is(model)]
        assert found, (deed, at, held(self.data_dir), may_be)
        self.model = found[0]

    def _prefixes(self, pages: dict[int, int]) -> list[Model]:
        """What may be stored of pages, in whose order they are: the first of them, up to all."""
        in_order = sorted(pages.items())
        return [self.model.stored(dict(in_order[:n])) for n in range(1, len(in_order) + 1)]

    def _written(self, numbers: set[int]) -> tuple[list[object], dict[int, int]]:
        self.version += 1
        pages = dict.fromkeys(sorted(numbers), self.version)
        return [page(self.pages, n, self.version) for n in pages], pages

    def _id(self, number: int, shelf: dict[int, int]) -> str:
        here = held(self.data_dir)
        return {**here.live, **here.binned}[title(number, shelf[number])]

    def _is(self, model: Model, data_dir: Path | None = None) -> bool:
        here = held(data_dir or self.data_dir)
        wanted = [{title(*one) for one in shelf.items()} for shelf in (model.live, model.binned)]
        return [set(here.live), set(here.binned)] == wanted


def _picked(shelf: dict[int, int], pick: int) -> int:
    return sorted(shelf)[pick % len(shelf)]


@pytest.mark.timeout(0 if MACHINES else 300)
def test_a_library_is_what_a_plain_model_says() -> None:
    """The same few machines each time; with `YOUJU_MACHINES`, so many new ones."""
    with nursery() as LibraryMachine.children:
        run_state_machine_as_test(
            LibraryMachine,
            settings=settings(
                max_examples=MACHINES or QUICK,
                stateful_step_count=STEPS if MACHINES else QUICK_STEPS,
                derandomize=not MACHINES,
                database=None,
                deadline=None,
                suppress_health_check=list(HealthCheck),
            ),
        )
