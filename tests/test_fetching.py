"""Pages of the web: from public addresses only, within limits, every redirect looked at."""

from __future__ import annotations

import gzip
import json
import socket
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from rag.errors import AddressRefused, FetchFailed
from rag.models.embedding import HashingEmbedder
from ui import fetching
from ui.cli import run
from ui.fetching import fetch, fetch_to, is_address, is_public

PAGE = "<html><body><h1>石桥镇的集市</h1><p>石桥镇每逢初五有集市。</p></body></html>"


class _Site(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        path = self.path
        if path.startswith("/to?"):
            self.send_response(302)
            self.send_header("Location", path.removeprefix("/to?"))
            self.end_headers()
        elif path == "/endless":
            self._begin("text/plain")
            while True:
                self.wfile.write(b"x" * (1 << 20))
        elif path == "/slow":
            self._begin("text/plain")
            for _ in range(100):
                self.wfile.write(b"x")
                time.sleep(0.1)
        elif path == "/short":
            self._begin("text/plain", length=1000)
            self.wfile.write(b"x")
        elif path == "/bomb":
            self._begin("text/html", coding="gzip")
            self.wfile.write(gzip.compress(b" " * (4 << 20)))
        elif path == "/gone":
            self.send_error(404)
        else:
            self._begin("text/html; charset=utf-8")
            self.wfile.write(PAGE.encode())

    def _begin(self, kind: str, length: int = 0, coding: str = "") -> None:
        self.send_response(200)
        self.send_header("Content-Type", kind)
        if length:
            self.send_header("Content-Length", str(length))
        if coding:
            self.send_header("Content-Encoding", coding)
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002
        """Silence."""


class _Server(ThreadingHTTPServer):
    def handle_error(self, request: object, client_address: object) -> None:
        """A client that hangs up is what is tested."""


@pytest.fixture
def site(monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """A site on this machine, which for once counts as public."""
    monkeypatch.setattr(fetching, "is_public", lambda address: address == "127.0.0.1")
    monkeypatch.setattr(fetching, "MOST_BYTES", 1 << 20)
    server = _Server(("127.0.0.1", 0), _Site)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.mark.parametrize(
    ("address", "public"),
    [
        ("8.8.8.8", True),
        ("2001:4860:4860::8888", True),
        ("127.0.0.1", False),
        ("10.1.2.3", False),
        ("172.16.0.1", False),
        ("192.168.1.1", False),
        ("169.254.169.254", False),
        ("100.64.0.1", False),
        ("0.0.0.0", False),
        ("224.0.0.1", False),
        ("255.255.255.255", False),
        ("::1", False),
        ("fe80::1%eth0", False),
        ("fc00::1", False),
        ("::ffff:127.0.0.1", False),
        ("::ffff:8.8.8.8", True),
        ("2002:7f00:1::", False),
        ("64:ff9b::7f00:1", False),
        ("::", False),
    ],
)
def test_public_addresses(address: str, public: bool) -> None:
    assert is_public(address) == public


NAMES = {
    "intranet.example": ["10.0.0.5"],
    "mixed.example": ["8.8.8.8", "127.0.0.1"],
    "mapped.example": ["::ffff:192.168.0.1"],
    "2130706433": ["127.0.0.1"],
    "0x7f.1": ["127.0.0.1"],
    "xn--fiq228c.example": ["169.254.169.254"],
}


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1/",
        "http://[::1]/",
        "http://localhost/",
        *(f"https://{name}/x" for name in NAMES),
        "http://中文.example/",
        "http://user:pass@8.8.8.8/",
        "http://127.0.0.1:99999/",
        "http:///x",
    ],
)
def test_what_is_refused_before_anything_is_asked(
    url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def look_up(host: str, port: int, **_: object) -> list[Any]:
        known = NAMES.get(host, ["127.0.0.1"])
        return [(0, 0, 0, "", (address, port)) for address in known]

    monkeypatch.setattr(socket, "getaddrinfo", look_up)
    with pytest.raises(AddressRefused):
        fetch(url)


@pytest.mark.parametrize(
    ("number", "reason"),
    [(socket.EAI_NONAME, "没有这个主机"), (socket.EAI_AGAIN, "暂时查不到这个主机的地址")],
    ids=["unknown", "offline"],
)
def test_a_host_that_cannot_be_looked_up_now_is_not_said_to_be_none(
    number: int, reason: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def look_up(*_: object, **__: object) -> list[Any]:
        raise socket.gaierror(number, "in the system's own words")

    monkeypatch.setattr(socket, "getaddrinfo", look_up)
    with pytest.raises(FetchFailed) as failed:
        fetch("https://news.example/")
    assert failed.value.context["reason"] == reason


def test_a_page_is_kept_under_a_name_of_its_own(site: str, tmp_path: Path) -> None:
    url = f"{site}/新闻/集市?页=1"
    file = fetch_to(url, tmp_path)
    assert file.read_text() == PAGE
    assert file.name == "集市.html"
    assert file == fetch_to(url, tmp_path)
    assert file.parent != fetch_to(f"{site}/别的/集市", tmp_path).parent
    assert list(file.parent.iterdir()) == [file]


def test_a_page_may_be_fetched_by_several_at_once(
    site: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    written = Path.write_bytes
    inside: list[Path] = []

    def meanwhile(part: Path, data: bytes) -> int:
        size = written(part, data)
        inside.append(part)
        if len(inside) == 1:
            fetch_to(f"{site}/page", tmp_path)
        return size

    monkeypatch.setattr(Path, "write_bytes", meanwhile)
    assert fetch_to(f"{site}/page", tmp_path).read_text() == PAGE
    assert len(set(inside)) == 2


def test_redirects_are_followed_and_each_is_looked_at(site: str) -> None:
    assert fetch(f"{site}/to?/page").data.decode() == PAGE
    assert fetch(f"{site}/to?{site}/page").url == f"{site}/page"
    for target in ("http://127.0.0.2/", "http://[::1]/", "file:///etc/passwd", "ftp://8.8.8.8/"):
        with pytest.raises(AddressRefused):
            fetch(f"{site}/to?{target}")
    with pytest.raises(FetchFailed, match="转了"):
        fetch(f"{site}/to?/to?/to?/to?/to?/to?/to?/page")


@pytest.mark.parametrize(
    ("path", "reason"),
    [("/endless", "MB"), ("/bomb", "MB"), ("/short", "没有传完"), ("/gone", "404")],
)
def test_what_does_not_come(site: str, path: str, reason: str) -> None:
    with pytest.raises(FetchFailed, match=reason):
        fetch(f"{site}{path}")


def test_a_server_that_drips(site: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fetching, "SECONDS", 1.0)
    with pytest.raises(FetchFailed, match="秒"):
        fetch(f"{site}/slow")


def test_the_command_line_names_what_it_refuses_and_goes_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("rag.models.opening.open_embedder", lambda _: HashingEmbedder())
    text = tmp_path / "a.txt"
    text.write_text("石桥镇每逢初五有集市。")
    arguments = ["ingest", "http://127.0.0.1:9/x", str(text), "--data-dir", str(tmp_path / "d")]
    assert run([*arguments, "--json"]) == 1
    refused, stored = json.loads(capsys.readouterr().out)["files"]
    assert (refused["file"], refused["error"]["code"]) == (arguments[1], "address_refused")
    assert stored["status"] == "stored"


@pytest.mark.parametrize("text", ["http.txt", "./https:/a", "ftp://a.b/c", "https://", "a b"])
def test_paths_are_no_addresses(text: str) -> None:
    assert not is_address(text)
    assert is_address("HTTPS://a.b/c")
