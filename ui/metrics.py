"""What the server counts of itself, in Prometheus's words, and the log line of each request.

Requests are counted under the route that they matched, never under their path: that may hold
anything.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Iterator

from prometheus_client import CollectorRegistry, Counter, Histogram, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from rag.errors import YoujuError
from ui.engine import Engine

_log = logging.getLogger("youju.requests")
_SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
_UNMATCHED = "other"


class Metrics:
    """One application's counters."""

    def __init__(self, engine: Engine) -> None:
        self._registry = CollectorRegistry()
        self._registry.register(_EngineCollector(engine))
        self._requests = Counter(
            "youju_requests", "请求数", ("method", "route", "status"), registry=self._registry
        )
        self._seconds = Histogram(
            "youju_request_seconds",
            "请求用时（秒）",
            ("route",),
            buckets=_SECONDS,
            registry=self._registry,
        )

    def note(self, method: str, route: str, status: int, seconds: float) -> None:
        """Count a request that is over."""
        self._requests.labels(method, route, str(status)).inc()
        self._seconds.labels(route).observe(seconds)
        facts = {"method": method, "route": route, "status": status, "ms": round(1000 * seconds, 1)}
        _log.info("request", extra={"facts": facts})

    def text(self) -> bytes:
        """All of them in Prometheus's text format."""
        return generate_latest(self._registry)


class Observed:
    """ASGI middleware around everything: counts and logs what is answered."""

    def __init__(self, app: ASGIApp, metrics: Metrics) -> None:
        self._app = app
        self._metrics = metrics

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass on; note the status when the response begins, the time when it ends."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        status = 500
        begun = time.perf_counter()

        async def noting(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        try:
            await self._app(scope, receive, noting)
        finally:
            route = getattr(scope.get("route"), "path", _UNMATCHED)
            method = scope["method"] if scope["method"] in _METHODS else _UNMATCHED
            self._metrics.note(method, route, status, time.perf_counter() - begun)


_METHODS = frozenset({"GET", "HEAD", "OPTIONS", "POST", "PUT", "PATCH", "DELETE"})


class _EngineCollector(Collector):
    """The engine's state at the time of asking."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def collect(self) -> Iterator[Metric]:
        engine = self._engine
        yield _gauge("ready", "能否回答", int(engine.state == "ready"))
        yield _gauge("work_in_progress", "正在做和排队的请求", engine.in_progress)
        yield _gauge("uploads_waiting", "等着导入的任务", engine.intake.waiting)
        yield _gauge("library_generation", "文章库更新过几次", _generation(engine))
        answers = CounterMetricFamily("youju_answers", "回答数", labels=("status",))
        for status, count in engine.outcomes.items():
            answers.add_metric((status,), count)
        yield answers


def _gauge(name: str, about: str, value: float) -> Metric:
    return GaugeMetricFamily(f"youju_{name}", about, value=value)


def _generation(engine: Engine) -> float:
    try:
        return engine.pipeline(wait_seconds=0).library.generation
    except YoujuError:
        return float("nan")
