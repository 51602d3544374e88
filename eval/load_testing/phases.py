"""What a server is put through, and the figures of each part: one function a part."""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from collections.abc import Sequence
from typing import Any

from eval.load_testing.clients import Clients, Over, Replies
from eval.load_testing.hostile import hostile_files
from eval.load_testing.server import Memory

Figures = dict[str, Any]

MANY, FLOOD, PEOPLE = 8, 64, 20
STEADY = 5
"""People who talk for as long as memory is watched."""
ATTACKERS = 4
THINK_SECONDS = 3.0
PAUSE_SECONDS = 2.0
WARM_UP_MINUTES = 2.0
"""Before memory is compared: the first questions fill models and caches of a fixed size."""
_UPLOADED_TOGETHER = 20
_CALM = 2.0
"""A server has recovered when an answer takes no more than so many times the idle p99."""
_LONGEST_RECOVERY = 60.0


def lasting(seconds: float) -> Over:
    """True once so many seconds have passed, counted from now."""
    deadline = time.monotonic() + seconds
    return lambda: time.monotonic() >= deadline


async def baseline(clients: Clients, seconds: float) -> Figures:
    """A request that needs no answer: `/healthz`."""
    return _speed(await clients.greet(lasting(seconds)))


async def one_at_a_time(clients: Clients, seconds: float) -> Figures:
    """One client that never thinks."""
    return _speed(await clients.ask(lasting(seconds)))


async def many_at_once(clients: Clients, seconds: float) -> Figures:
    """A few clients that never think."""
    begun = time.perf_counter()
    replies = await clients.ask(lasting(seconds), MANY)
    taken = time.perf_counter() - begun
    answers = replies.statuses.get("200", 0)
    return {"answers_per_second": answers / taken, **_speed(replies)}


async def flood(clients: Clients, seconds: float, idle_p99_ms: float) -> Figures:
    """More clients than are served at once, then the time until an answer is as quick as before."""
    over = lasting(seconds)
    stopped = time.monotonic() + seconds
    replies = await clients.ask(over, FLOOD)
    given_up = lasting(_LONGEST_RECOVERY)
    while not given_up():
        reply = await clients.ask_once()
        if reply.status == "200" and reply.ms <= _CALM * idle_p99_ms:
            break
    return {**_speed(replies), "recovery_seconds": time.monotonic() - stopped}


async def while_uploading(
    clients: Clients, files: Sequence[tuple[str, str]], idle_p99_ms: float
) -> Figures:
    """One client that never thinks, while files are read, embedded and stored."""
    begun = time.perf_counter()
    uploading = asyncio.create_task(_upload(clients, files))
    replies = await clients.ask(uploading.done)
    stored = await uploading
    taken = time.perf_counter() - begun
    figures = _speed(replies)
    return {
        **figures,
        "ratio": figures["p99_ms"] / idle_p99_ms,
        "stored": stored,
        "articles_per_second": stored / taken,
    }


async def under_attack(clients: Clients, seconds: float, idle_p99_ms: float) -> Figures:
    """One client that never thinks, while others upload and preview what is hard to read."""
    over = lasting(seconds)
    files = hostile_files()
    turns = [files[n:] + files[:n] for n in range(ATTACKERS)]  # each begins with another file
    attacking = asyncio.gather(*(clients.attack(over, turn) for turn in turns))
    replies = await clients.ask(over)
    came: Counter[str] = Counter()
    for statuses in await attacking:
        came.update(statuses)
    figures = _speed(replies)
    return {**figures, "ratio": figures["p99_ms"] / idle_p99_ms, "attacks": dict(came)}


async def conversations(clients: Clients, seconds: float) -> Figures:
    """People in the chat, who think between their questions."""
    return _speed(await clients.chat(lasting(seconds), PEOPLE, THINK_SECONDS))


async def endurance(
    clients: Clients, minutes: float, memory: Memory, files: Sequence[tuple[str, str]] = ()
) -> Figures:
    """All at once for longer: does the server keep what it should let go of?

    People talk, programs search and look through lists, and an editor stores files and takes them
    out again for good, so that the library is as large at the end as it was. The same goes on for
    `WARM_UP_MINUTES` before, which do not count.
    """
    begun = time.monotonic() + 60 * WARM_UP_MINUTES
    over = lasting(60 * (WARM_UP_MINUTES + minutes))
    talk, found, renewed = await asyncio.gather(
        clients.chat(over, STEADY, THINK_SECONDS),
        clients.search(over, PAUSE_SECONDS),
        clients.renew(over, files, PAUSE_SECONDS),
    )
    held = memory.first_and_last(begun)
    return {
        **_speed(talk),
        "minutes": minutes,
        "warm_up_minutes": WARM_UP_MINUTES,
        "searches": found.statuses,
        "changes": renewed,
        "memory_mb": {"first_fifth": held[0], "last_fifth": held[1]},
        "memory_growth": held[1] / held[0] - 1,
    }


async def _upload(clients: Clients, files: Sequence[tuple[str, str]]) -> int:
    stored = 0
    for start in range(0, len(files), _UPLOADED_TOGETHER):
        stored += await clients.upload(files[start : start + _UPLOADED_TOGETHER])
    return stored


def _speed(replies: Replies) -> Figures:
    shares: dict[str, float] = {"p50_ms": 0.5, "p95_ms": 0.95, "p99_ms": 0.99}
    return {
        **{name: replies.percentile(share) for name, share in shares.items()},
        "statuses": replies.statuses,
    }
