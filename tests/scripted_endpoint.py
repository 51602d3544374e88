"""An OpenAI-compatible endpoint that says what a test tells it to."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

Reply = Callable[[dict[str, Any]], Any]
"""What was asked (question and sentences) → content; a number is a status, None hangs up."""


class Endpoint:
    """What it was asked, and how it replies."""

    def __init__(self) -> None:
        self.reply: Reply = lambda _: '{"ids": [1]}'
        self.asked: list[dict[str, Any]] = []
        self.bodies: list[dict[str, Any]] = []
        self.headers: list[dict[str, str]] = []
        self.release = threading.Event()
        self.url = ""
        self.encoding = ""


def right(answer: str) -> Reply:
    """Chooses the sentences that hold `answer`."""

    def reply(asked: dict[str, Any]) -> str:
        ids = [one["id"] for one in asked["sentences"] if answer in one["text"]]
        return json.dumps({"ids": ids})

    return reply


@contextmanager
def scripted() -> Iterator[Endpoint]:
    """An endpoint on this machine."""
    endpoint = Endpoint()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            endpoint.bodies.append(body)
            endpoint.headers.append(dict(self.headers))
            endpoint.asked.append(json.loads(body["messages"][1]["content"]))
            said = endpoint.reply(endpoint.asked[-1])
            if said is None:
                return
            status = said if isinstance(said, int) else 200
            message = {"role": "assistant", "content": said}
            given = said if isinstance(said, bytes) else json.dumps(
                {"choices": [{"message": message}]}
            ).encode()  # fmt: skip
            self.send_response(status)
            if status in {301, 302, 307}:
                self.send_header("Location", "http://127.0.0.1:9/v1/chat/completions")
            if endpoint.encoding:
                self.send_header("Content-Encoding", endpoint.encoding)
            self.send_header("Content-Length", str(len(given)))
            self.end_headers()
            self.wfile.write(given)

        def log_message(self, *args: Any) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    endpoint.url = f"http://127.0.0.1:{server.server_address[1]}/v1"
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    try:
        yield endpoint
    finally:
        endpoint.release.set()
        server.shutdown()
        server.server_close()
        thread.join()
