"""Fixtures for every test: no network beyond this machine."""

from __future__ import annotations

import ipaddress
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

SLOW = {
    "test_bad_files",
    "test_bad_packages",
    "test_bundled_model",
    "test_corrections",
    "test_durability",
    "test_embedding",
    "test_failing_disk",
    "test_fetching",
    "test_growth",
    "test_loading",
    "test_mcp",
    "test_office_formats",
    "test_openapi_schema",
    "test_safety",
    "test_sandbox",
    "test_slips",
    "test_stirred_pages",
    "test_stitching",
    "test_uploads",
    "test_web_pages",
    "test_word",
    "test_workbooks",
}
"""Files that start other programs, read many files or measure growth: most of the time."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark what `make test-fast` leaves out."""
    stems = {path.stem for path in Path(__file__).parent.glob("test_*.py")}
    assert stems >= SLOW, f"gone: {SLOW - stems}"
    for item in items:
        if item.path.stem in SLOW:
            item.add_marker(pytest.mark.slow)


class OutsideWorldError(AssertionError):
    """A test tried to leave the machine."""


def _is_loopback(address: Any) -> bool:
    if not isinstance(address, tuple):
        return True  # a Unix socket's path
    host = str(address[0])
    try:
        return ipaddress.ip_address(host.split("%", 1)[0]).is_loopback
    except ValueError:
        return host in {"localhost", ""}


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    """Chromium without a window."""
    from browsing import open_browser

    with open_browser() as browser:
        yield browser


@pytest.fixture(autouse=True)
def nothing_leaves_the_machine(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Refuse every connection, datagram and look-up that is not loopback."""
    refused: list[Any] = []

    def guarded(name: str) -> Any:
        original = getattr(socket.socket, name)

        def call(self: socket.socket, *args: Any) -> Any:
            address = args[-1] if args else None
            if self.family in {socket.AF_INET, socket.AF_INET6} and not _is_loopback(address):
                refused.append(address)
                raise OutsideWorldError(f"{name} to {address}")
            return original(self, *args)

        return call

    def look_up(host: Any, *args: Any, **kwargs: Any) -> Any:
        if host is not None and not _is_loopback((host,)):
            refused.append(host)
            raise OutsideWorldError(f"look-up of {host}")
        return real_look_up(host, *args, **kwargs)

    real_look_up = socket.getaddrinfo
    for name in ("connect", "connect_ex", "sendto"):
        monkeypatch.setattr(socket.socket, name, guarded(name))
    monkeypatch.setattr(socket, "getaddrinfo", look_up)
    yield
    assert not refused, f"tried to leave the machine: {refused}"
