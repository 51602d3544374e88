"""Server-sent events: `event: …`, `data: …`, a blank line."""

from __future__ import annotations

import json
from collections.abc import AsyncIterable, Iterable
from typing import Any

from starlette.responses import StreamingResponse

Event = tuple[str, object]
"""A name, or none, and what is sent as JSON; a string is sent as it is."""

EVENTS: dict[int | str, dict[str, Any]] = {
    200: {"content": {"text/event-stream": {}}, "description": "事件流"}
}
"""How OpenAPI describes a route that replies with events."""


def event_stream(events: Iterable[Event] | AsyncIterable[Event]) -> StreamingResponse:
    """A response of events; nothing on the way may keep them back."""
    headers = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
    lines: Iterable[str] | AsyncIterable[str]
    if isinstance(events, AsyncIterable):
        lines = (_line(name, data) async for name, data in events)
    else:
        lines = (_line(name, data) for name, data in events)
    return StreamingResponse(lines, media_type="text/event-stream", headers=headers)


def _line(name: str, data: object) -> str:
    text = data if isinstance(data, str) else json.dumps(data, ensure_ascii=False)
    return f"event: {name}\ndata: {text}\n\n" if name else f"data: {text}\n\n"
