"""What the headers of a reply say of an error, be it a page or data."""

from __future__ import annotations

from rag.errors import YoujuError


def headers_of(error: YoujuError) -> dict[str, str]:
    """When to come again, or how to say who one is; nothing for most errors."""
    waits = {503: "1", 429: str(error.context.get("seconds", 1))}
    headers = {"Retry-After": waits[error.http_status]} if error.http_status in waits else {}
    if error.http_status == 401:
        headers["WWW-Authenticate"] = "Bearer"
    return headers
