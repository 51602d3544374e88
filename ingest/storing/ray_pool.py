"""Ray actors that come and go: who is ready, what each has to do, what is done again elsewhere.

An actor does its calls one after the other. When it dies, the call that it was at is to blame, or
the one before, whose answer was still on its way: nobody can tell. That call and those behind it
are done again by others, and another actor is started in its place.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from typing import Any, cast

from ingest.storing.ray_worker import Failure, Ready, Worker
from rag.errors import RayWorkersDiffer, RayWorkersLost

TRIES = 3
"""A reading that ended so many actors is not tried again."""
_PATIENCE = 300.0
"""Seconds until a first actor must be ready: models are loaded, perhaps made, on the way."""
_SETTLED = 30.0
"""Seconds within which the calls of an actor that died are known to be lost or done."""
_UNDONE = object()


class CallLost(Exception):
    """A call that actors die of, as often as it was tried."""


@dataclass(eq=False)
class _Hand:
    """An actor and what it has to do, in order."""

    actor: Any
    preparing: Any
    calls: list[Call] = field(default_factory=list)
    ready: Ready | None = None


@dataclass(eq=False)
class Call:
    """Something to be done by some actor, or by one of them.

    Attributes:
        method, arguments: of `Worker`.
        blamed: so many actors died of it.
    """

    method: str
    arguments: tuple[Any, ...]
    hand: _Hand | None = None
    ref: Any = None
    value: Any = _UNDONE
    blamed: int = 0
    tries: int = TRIES


class Pool:
    """So many actors of a connected cluster. Safe for the threads of one ingest.

    Args:
        open_embedder, size: of each `Worker`.
        workers: how many.
        resources: what each takes of its machine, as `num_cpus` and `num_gpus`.
        tell: is told, in Chinese, of each actor that dies.

    Raises:
        RayWorkersLost: none becomes ready.
        YoujuError: what keeps the model from being loaded.
    """

    def __init__(
        self,
        open_embedder: Callable[[], Any],
        size: int,
        workers: int,
        resources: dict[str, float],
        tell: Callable[[str], None],
    ) -> None:
        import ray

        kind = ray.remote(Worker).options(max_restarts=0, max_task_retries=0, **resources)
        self._made = partial(kind.remote, open_embedder, size)
        self._tell = tell
        self._guard = threading.RLock()
        self._hands: list[_Hand] = []
        self._deaths = 0
        self._workers = workers
        self._model: Ready | None = None
        for _ in range(workers):
            self._hire()
        self._ready()

    @property
    def model(self) -> Ready:
        """What all of them are: the first that became ready."""
        if self._model is None:
            self._ready()
        return cast("Ready", self._model)

    def begin(
        self, method: str, *arguments: Any, beside: Call | None = None, tries: int = TRIES
    ) -> Call:
        """Have something done: by the actor of another call, if that lives, or the least busy.

        It is done again until `tries` actors have died of it.
        """
        call = Call(method, arguments, tries=tries)
        with self._guard:
            hand = beside.hand if beside and beside.hand in self._hands else None
            self._give(call, hand)
        return call

    def forget(self, call: Call) -> None:
        """Nobody waits for it any more."""
        with self._guard:
            if call.hand is not None and call in call.hand.calls:
                call.hand.calls.remove(call)

    def leave(self, call: Call, name: str) -> None:
        """Nobody waits for a call, and its actor may forget the order of this name."""
        with self._guard:
            hand = call.hand if call.hand in self._hands else None
            self.forget(call)
        if hand is not None:
            hand.actor.forget.remote(name)

    def result(self, call: Call) -> Any:
        """What a call gives; it is done again while its actors die of something.

        Raises:
            CallLost: they die of this one.
            RayWorkersLost: too many die, or none comes.
        """
        import ray
        from ray.exceptions import RayError, RayTaskError

        while call.value is _UNDONE:
            hand, ref = call.hand, call.ref
            try:
                value = ray.get(ref)
            except RayTaskError:
                raise  # an error of our own program
            except RayError as error:
                with self._guard:
                    if call.ref is ref and call.value is _UNDONE:
                        self._bury(hand, error)
                if call.blamed >= call.tries:
                    raise CallLost from error
                continue
            call.value = value
            self.forget(call)
        return call.value

    def _hire(self) -> None:
        actor = self._made()
        self._hands.append(_Hand(actor, actor.prepare.remote()))

    def _give(self, call: Call, hand: _Hand | None = None) -> None:
        chosen = hand or min(self._ready(), key=lambda one: len(one.calls))
        chosen.calls.append(call)
        call.hand = chosen
        call.ref = getattr(chosen.actor, call.method).remote(*call.arguments)

    def _bury(self, hand: _Hand | None, error: Exception) -> None:
        """An actor is dead: blame, replace, and give what it had to do to others."""
        import ray
        from ray.exceptions import RayError

        if hand is None or hand not in self._hands:
            return
        self._hands.remove(hand)
        ray.kill(hand.actor)
        self._count_death(error)
        undone: list[Call] = []
        for call in hand.calls:
            try:
                call.value = ray.get(call.ref, timeout=_SETTLED)
            except RayError:
                undone.append(call)
        if undone:
            undone[0].blamed += 1
        for call in undone:
            if call.blamed < call.tries:
                self._give(call)

    def _count_death(self, error: Exception) -> None:
        self._deaths += 1
        if self._deaths > TRIES * (self._workers + TRIES):
            raise RayWorkersLost(reason=f"先后退出了 {self._deaths} 个") from error
        self._hire()
        self._tell("一个工作进程中途退出，它没做完的由别的进程重做")

    def _ready(self) -> list[_Hand]:
        """Those whose model is loaded; waits for the first.

        Raises:
            RayWorkersLost: none comes.
        """
        import ray

        until = time.monotonic() + _PATIENCE
        while True:
            coming = [hand for hand in self._hands if hand.ready is None]
            ready = [hand for hand in self._hands if hand.ready is not None]
            if coming:
                refs = [hand.preparing for hand in coming]
                done, _ = ray.wait(refs, timeout=0 if ready else 1)
                for hand in coming:
                    if hand.preparing in done:
                        self._welcome(hand)
                if done:
                    continue
            if ready:
                return ready
            if time.monotonic() > until:
                raise RayWorkersLost(reason=f"{_PATIENCE:.0f} 秒里没有一个准备好")

    def _welcome(self, hand: _Hand) -> None:
        """An actor has loaded its model, or could not."""
        import ray
        from ray.exceptions import RayError

        try:
            told = ray.get(hand.preparing)
        except RayError as error:
            self._hands.remove(hand)
            self._count_death(error)
            return
        if isinstance(told, Failure):
            raise told.error
        known: Ready = self._model or told
        if (told.fingerprint, told.code) != (known.fingerprint, known.code):
            found = "、".join(sorted({f"{one.code} {one.fingerprint}" for one in (known, told)}))
            raise RayWorkersDiffer(found=found)
        self._model, hand.ready = known, told
