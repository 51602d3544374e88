"""Clients of a server: each asks, waits for the reply, thinks, and asks again."""

from __future__ import annotations

import asyncio
import random
import time
from collections import Counter
from collections.abc import Awaitable, Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import cycle
from typing import Any

import httpx

from eval.corpora import SEED
from eval.measures.latency import percentile
from rag.errors import YoujuError

_TIMEOUT = 60.0
_TURNS = 4  # of a conversation, before a person begins another
_POLL_SECONDS = 0.5
_CHAT_ERROR = '"error"'  # begins the last line of a reply that the chat shows as a failure
BROKEN, REFUSED = "broken", "refused"
"""The status of a request that got no reply, and of one that the chat was told to repeat later."""

Over = Callable[[], bool]


@dataclass(frozen=True, slots=True)
class Reply:
    """What a request got, and how long it took."""

    status: str
    ms: float


class Replies(list[Reply]):
    """Replies in the order in which they came."""

    def percentile(self, share: float) -> float | None:
        """Of the milliseconds that answers took; see `eval.measures.latency`."""
        return percentile([reply.ms for reply in self if reply.status == "200"], share)

    @property
    def statuses(self) -> dict[str, int]:
        """How often each status came."""
        return dict(sorted(Counter(reply.status for reply in self).items()))


class Clients:
    """Sends questions to one server over connections that are kept open; used as a context."""

    def __init__(self, address: str, questions: Sequence[str]) -> None:
        limits = httpx.Limits(max_connections=None, max_keepalive_connections=None)
        self._http = httpx.AsyncClient(base_url=address, timeout=_TIMEOUT, limits=limits)
        self._questions: Iterator[str] = cycle(questions)
        self._chance = random.Random(SEED)  # noqa: S311 (no secret)

    async def __aenter__(self) -> Clients:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._http.aclose()

    async def greet(self, over: Over) -> Replies:
        """`/healthz`, one at a time: what a request costs that needs no answer."""
        return await _repeated(lambda: self._clocked("GET", "/healthz"), over)

    async def ask(self, over: Over, at_once: int = 1) -> Replies:
        """`/v1/ask` from so many clients, none of which ever thinks."""
        askers = (_repeated(self.ask_once, over) for _ in range(at_once))
        return Replies(reply for replies in await asyncio.gather(*askers) for reply in replies)

    async def ask_once(self) -> Reply:
        """The next question."""
        return await self._clocked("POST", "/v1/ask", json={"question": next(self._questions)})

    async def chat(self, over: Over, people: int, think_seconds: float) -> Replies:
        """The chat's own route, from so many people who think about so long, in conversations."""
        talks = (self._conversations(over, think_seconds) for _ in range(people))
        return Replies(reply for replies in await asyncio.gather(*talks) for reply in replies)

    async def search(self, over: Over, pause: float) -> Replies:
        """`/v1/search` and the list of articles by turns, with a pause after each."""
        replies = Replies()
        while not over():
            query = next(self._questions)
            replies.append(await self._clocked("POST", "/v1/search", json={"query": query}))
            await asyncio.sleep(pause)
            replies.append(await self._clocked("GET", "/v1/articles"))
            await asyncio.sleep(pause)
        return replies

    async def renew(self, over: Over, files: Sequence[tuple[str, str]], pause: float) -> int:
        """Store one file after the other, and take each out for good; how many times.

        Raises:
            YoujuError: the server refuses one.
        """
        done = 0
        for file in cycle(files):
            if over():
                break
            stored = (await self._stored([file]))[0]["articles"]
            for article in stored:
                await self._clocked("GET", f"/v1/articles/{article}")
            for path in ("/v1/articles/remove", "/v1/bin/purge"):
                gone = await self._http.post(path, json={"articles": stored})
                if gone.is_error:
                    raise YoujuError.from_dict(gone.json())
            done += 1
            await asyncio.sleep(pause)
        return done

    async def attack(self, over: Over, files: Sequence[tuple[str, bytes]]) -> dict[str, int]:
        """Have files previewed and uploaded by turns; how often each status came."""
        came: Counter[str] = Counter()
        for turn, (name, content) in enumerate(cycle(files)):
            if over():
                break
            try:
                came[await self._previewed(name, content)] += 1
                if not over():
                    came[await self._uploaded(f"{turn}-{name}", content, over)] += 1
            except httpx.TransportError:
                came[BROKEN] += 1
        return dict(sorted(came.items()))

    async def _previewed(self, name: str, content: bytes) -> str:
        headers = {"X-File-Name": name}
        reply = await self._http.post("/library/previews", content=content, headers=headers)
        return f"preview {reply.status_code}"

    async def _uploaded(self, name: str, content: bytes, over: Over) -> str:
        """How an upload came out; `running` if it is still being read when all is over."""
        parts = [("files", (name, content))]
        sent = await self._http.post("/v1/articles", params={"wait": 0}, files=parts)
        job = sent.json()
        while job.get("status") in {"queued", "running"} and not over():
            await asyncio.sleep(_POLL_SECONDS)
            job = (await self._http.get(f"/v1/jobs/{job['job_id']}")).json()
        return f"upload {job.get('status') or job.get('code')}"

    async def upload(self, files: Sequence[tuple[str, str]]) -> int:
        """Store names and texts as one upload; how many were stored.

        Raises:
            YoujuError: the server refuses them.
        """
        return sum(file["status"] == "stored" for file in await self._stored(files))

    async def _stored(self, files: Sequence[tuple[str, str]]) -> list[dict[str, Any]]:
        """What became of each file of an upload.

        Raises:
            YoujuError: the server refuses them.
        """
        parts = [("files", (name, text.encode())) for name, text in files]
        sent = await self._http.post("/v1/articles", params={"wait": 0}, files=parts)
        job = sent.json()
        while job.get("status") in {"queued", "running"}:
            await asyncio.sleep(_POLL_SECONDS)
            job = (await self._http.get(f"/v1/jobs/{job['job_id']}")).json()
        if "files" not in job:
            raise YoujuError.from_dict(job)
        results: list[dict[str, Any]] = job["files"]
        return results

    async def _conversations(self, over: Over, think_seconds: float) -> Replies:
        replies = Replies()
        said: list[str] = []
        while not over():
            await asyncio.sleep(think_seconds * self._chance.uniform(0.5, 1.5))
            question = next(self._questions)
            body = {"question": question, "history": said}
            replies.append(await self._clocked("POST", "/chat/ask", json=body))
            said = [*said, question] if len(said) < _TURNS else []
        return replies

    async def _clocked(self, method: str, path: str, **sent: Any) -> Reply:
        begun = time.perf_counter()
        try:
            response = await self._http.request(method, path, **sent)
        except httpx.TransportError:
            status = BROKEN
        else:
            failed = response.text.rpartition("\n{")[2].startswith(_CHAT_ERROR)
            status = REFUSED if failed else str(response.status_code)
        return Reply(status, 1000 * (time.perf_counter() - begun))


async def _repeated(work: Callable[[], Awaitable[Reply]], over: Over) -> Replies:
    replies = Replies()
    while not over():
        replies.append(await work())
    return replies
