"""The HTTP API over a fake pipeline: contract, failures, guards."""

from __future__ import annotations

import json
import re
import shlex
import threading
from collections.abc import Iterator
from html import unescape
from pathlib import Path
from typing import Any

import httpx
import pytest
from fake_pipeline import FakePipeline, write_library
from fastapi.testclient import TestClient
from served import served

from rag.data_model.answers import Answer, OnStage, Question
from rag.errors import LibraryCorrupt
from rag.settings import Settings, load_settings
from ui.api.wire import FiltersBody
from ui.chat import streaming
from ui.engine import Engine, Pipeline
from ui.server import create_app

QUESTION = {"question": "灯塔岛风电场有多少台风机？"}


def make_client(settings: Settings, **kwargs: Any) -> TestClient:
    app = create_app(settings, FakePipeline, chat=False)
    return TestClient(app, base_url="http://127.0.0.1:7860", **kwargs)


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    write_library(tmp_path)
    return load_settings(tmp_path)


@pytest.fixture
def client(settings: Settings) -> Iterator[TestClient]:
    with make_client(settings, raise_server_exceptions=False) as client:
        yield client


def assert_failure(response: Any, status: int, code: str) -> None:
    assert response.status_code == status, response.text
    body = response.json()
    assert set(body) - {"error"} == {"code", "message_zh", "hint"}
    assert body["code"] == code
    assert body["message_zh"]


def test_ask_gives_the_contracts_answer(client: TestClient) -> None:
    response = client.post("/v1/ask", json={**QUESTION, "id": "q7"})
    answer = Answer.model_validate(response.json())
    assert answer.answered
    assert answer.id == "q7"
    assert answer.citations[0].quote == "灯塔岛风电场共有38台风机，去年发电9.2亿千瓦时。"
    assert "id" not in client.post("/v1/ask", json=QUESTION).json()


def test_a_stream_says_each_statement_then_the_answer(client: TestClient) -> None:
    response = client.post("/v1/ask/stream", json=QUESTION)
    assert response.headers["content-type"].startswith("text/event-stream")
    events = [
        (lines[0].removeprefix("event: "), json.loads(lines[1].removeprefix("data: ")))
        for block in response.text.strip().split("\n\n")
        for lines in [block.split("\n")]
    ]
    first, *statements, (last, answer) = events
    stage = {"stage": "search", "searched_question": QUESTION["question"], "passages": None}
    assert first == ("progress", stage)
    assert last == "answer"
    assert answer == client.post("/v1/ask", json=QUESTION).json()
    assert {name for name, _ in statements} == {"statement"}
    assert [s["text"] for _, s in statements] == [s["text"] for s in answer["statements"]]
    assert [s["citations"] for _, s in statements] == [answer["citations"]]
    assert_failure(client.post("/v1/ask/stream", json={"question": " "}), 422, "question_empty")


def test_a_stream_begins_before_the_answer_is_there(settings: Settings) -> None:
    app = create_app(settings, FakePipeline, chat=False)
    app.include_router(streaming.router)
    with served(app) as address, httpx.Client(base_url=address) as client:
        pipeline = app.state.engine.pipeline()
        for route, begins, ends in (
            ("/v1/ask/stream", "event: progress", "event: answer"),
            ("/chat/ask", '{"waiting": ', '{"answer": '),
        ):
            pipeline.hold = threading.Event()
            with client.stream("POST", route, json=QUESTION) as response:
                lines = response.iter_lines()
                assert next(lines).startswith(begins)
                pipeline.hold.set()
                assert any(line.startswith(ends) for line in lines)


def test_what_fails_half_way_ends_a_stream(settings: Settings) -> None:
    class Failing(FakePipeline):
        def ask(self, question: Question, on_stage: OnStage | None = None) -> Answer:
            super().ask(question, on_stage)
            raise LibraryCorrupt(path=self.settings.data_dir, reason="读不出")

    app = create_app(settings, Failing, chat=False)
    with TestClient(app, base_url="http://127.0.0.1") as client:
        text = client.post("/v1/ask/stream", json=QUESTION).text
    *_, name, data = text.strip().splitlines()
    assert name == "event: error"
    assert json.loads(data.removeprefix("data: "))["code"] == LibraryCorrupt.code


def test_history_is_handed_on(client: TestClient) -> None:
    nothing = client.post("/v1/ask", json={**QUESTION, "history": None})
    assert nothing.status_code == 200
    body = {"question": "那去年发电多少？", "history": ["灯塔岛风电场"]}
    assert (
        client.post("/v1/ask", json=body).json()["searched_question"]
        == "灯塔岛风电场去年发电多少？"
    )


def test_refusals_are_answers(client: TestClient) -> None:
    response = client.post("/v1/ask", json={"question": "谁发明了电话机？"})
    assert response.status_code == 200
    assert response.json()["refusal"]["nearest"]


def test_search_and_articles(client: TestClient) -> None:
    hits = client.post("/v1/search", json={"query": "海上风电", "limit": 1}).json()["hits"]
    assert len(hits) == 1
    assert "海上风电" in hits[0]["text"]
    (listed,) = client.get("/v1/articles").json()
    shown = client.get(f"/v1/articles/{listed['article_id']}").json()
    assert shown["paragraphs"][0]["n"] == 1
    assert {k: shown[k] for k in listed} == listed
    assert_failure(client.get("/v1/articles/nope"), 404, "article_missing")


BAD_BODIES: list[tuple[bytes, int, str]] = [
    (b"", 422, "bad_request"),
    (b"{", 400, "malformed_body"),
    (b"[]", 422, "bad_request"),
    (b'"text"', 422, "bad_request"),
    (b"{}", 422, "bad_request"),
    (b'{"question": null}', 422, "bad_request"),
    (b'{"question": 7}', 422, "bad_request"),
    (b'{"question": NaN}', 422, "bad_request"),
    (b'{"question": "x", "top": 3}', 422, "bad_request"),
    (b'{"question": "x", "history": "y"}', 422, "bad_request"),
    (b'{"question": "  "}', 422, "question_empty"),
    (b'{"question": "\\ud800"}', 400, "bad_encoding"),
    (b'{"question": "x", "history": ["\\udfff"]}', 400, "bad_encoding"),
    (b'{"\\ud800": "x"}', 400, "bad_encoding"),
    (b'{"question": "\xff"}', 400, "malformed_body"),
    (b"[" * 100_000, 400, "malformed_body"),
    (b'{"question": ' + b"[" * 100_000, 400, "malformed_body"),
    (json.dumps({"question": "长" * 10_000}).encode(), 413, "question_too_long"),
]


@pytest.mark.parametrize(("body", "status", "code"), BAD_BODIES, ids=range(len(BAD_BODIES)))
def test_bad_bodies_are_refused_in_chinese(
    client: TestClient, body: bytes, status: int, code: str
) -> None:
    headers = {"content-type": "application/json"}
    assert_failure(client.post("/v1/ask", content=body, headers=headers), status, code)


@pytest.mark.parametrize(
    ("filters", "named"),
    [
        ({"paper": "江州日报"}, "filters.paper"),
        ({"date_from": "昨天"}, "filters.date_from"),
        ({"date_to": "2024-13-05"}, "filters.date_to"),
        ({"date_to": "20240305"}, "filters.date_to"),
        ({"page": 5}, "filters.page"),
        ({"articles": "a1"}, "filters.articles"),
    ],
)
@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/v1/ask", QUESTION),
        ("/v1/search", {"query": "风电"}),
        ("/v1/chat/completions", {"messages": [{"role": "user", "content": "风电"}]}),
    ],
)
def test_a_filter_that_is_none_is_named(
    client: TestClient, path: str, body: dict[str, Any], filters: dict[str, Any], named: str
) -> None:
    response = client.post(path, json=body | {"filters": filters})
    assert response.status_code == 422, response.text
    assert named in response.text


def test_filters_that_are_empty_do_not_restrict(client: TestClient) -> None:
    empty: dict[str, Any] = {"newspaper": None, "date_from": "", "page": "", "articles": []}
    answer = client.post("/v1/ask", json=QUESTION | {"filters": empty}).json()
    assert answer["status"] == "answered"


def test_a_page_is_named_in_any_numerals() -> None:
    pages = ("5", "05", "５", "第五版")
    assert {FiltersBody(page=page).filters.page for page in pages} == {"5"}


@pytest.mark.parametrize("limit", [0, -1, 10**9, 1.5, "x", True])
def test_bad_limits_are_refused(client: TestClient, limit: Any) -> None:
    assert_failure(
        client.post("/v1/search", json={"query": "x", "limit": limit}), 422, "bad_request"
    )


def test_form_posts_are_refused(client: TestClient) -> None:
    headers = {"content-type": "text/plain"}
    response = client.post("/v1/ask", content=json.dumps(QUESTION), headers=headers)
    assert_failure(response, 422, "bad_request")


def test_unknown_addresses_and_methods(client: TestClient) -> None:
    assert_failure(client.get("/v1/nope"), 404, "not_found")
    response = client.get("/v1/ask")
    assert_failure(response, 405, "method_not_allowed")
    assert response.headers["allow"] == "POST"


def test_a_bug_is_a_failure_of_the_same_form(
    client: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object) -> Answer:
        raise ZeroDivisionError("secret text")

    monkeypatch.setattr(FakePipeline, "ask", broken)
    response = client.post("/v1/ask", json=QUESTION)
    assert_failure(response, 500, "internal")
    assert "secret" not in response.text


@pytest.mark.parametrize(
    "host", ["evil.example", "evil.example:7860", "", "127.0.0.1.evil.example"]
)
def test_other_hosts_names_are_refused(client: TestClient, host: str) -> None:
    for path in ("/", "/healthz", "/v1/articles", "/openapi.json"):
        assert_failure(client.get(path, headers={"host": host}), 400, "host_refused")


@pytest.mark.parametrize("host", ["localhost:7860", "127.0.0.1", "[::1]:7860", "LOCALHOST"])
def test_loopback_names_are_taken(client: TestClient, host: str) -> None:
    assert client.get("/healthz", headers={"host": host}).status_code == 200


@pytest.mark.parametrize(
    "headers",
    [
        {"origin": "https://evil.example"},
        {"origin": "null"},
        {"origin": "http://127.0.0.1:9999"},
        {"sec-fetch-site": "cross-site"},
        {"sec-fetch-site": "same-site"},
    ],
)
def test_other_sites_cannot_write(client: TestClient, headers: dict[str, str]) -> None:
    assert_failure(client.post("/v1/ask", json=QUESTION, headers=headers), 403, "origin_refused")
    assert client.get("/healthz", headers=headers).status_code == 200


def test_our_own_page_can_write(client: TestClient) -> None:
    headers = {"origin": "http://127.0.0.1:7860", "sec-fetch-site": "same-origin"}
    assert client.post("/v1/ask", json=QUESTION, headers=headers).status_code == 200


def test_every_answer_forbids_foreign_loads(client: TestClient) -> None:
    for path in ("/healthz", "/v1/nope", "/openapi.json"):
        headers = client.get(path).headers
        assert "default-src 'self'" in headers["content-security-policy"]
        assert headers["x-content-type-options"] == "nosniff"
        assert "access-control-allow-origin" not in headers


class TestToken:
    @pytest.fixture
    def guarded(self, tmp_path: Path) -> Iterator[TestClient]:
        write_library(tmp_path)
        settings = load_settings(tmp_path, server={"host": "0.0.0.0", "token": "口令-x"})
        with make_client(settings) as client:
            yield client

    def test_every_route_asks_for_it(self, guarded: TestClient) -> None:
        paths = guarded.app.openapi()["paths"]  # type: ignore[attr-defined]
        assert {"/v1/ask", "/healthz"} <= set(paths)
        for path in [*paths, "/", "/docs", "/openapi.json", "/config", "/v1/nope"]:
            for method in ("GET", "POST", "DELETE"):
                if (method, path) == ("GET", "/healthz"):
                    continue
                assert_failure(guarded.request(method, path), 401, "token_required")

    @pytest.mark.parametrize(
        "authorization", ["Bearer 口令", "Bearer ", "Basic 口令-x", "口令-x", "é"]
    )
    def test_wrong_ones_are_refused(self, guarded: TestClient, authorization: str) -> None:
        headers = {"authorization": authorization.encode()}
        assert_failure(guarded.get("/v1/models", headers=headers), 401, "token_required")  # type: ignore[arg-type]

    def test_the_right_one_opens(self, guarded: TestClient) -> None:
        headers = {"authorization": "Bearer 口令-x".encode()}
        assert guarded.get("/v1/models", headers=headers).status_code == 200  # type: ignore[arg-type]

    def test_a_link_becomes_a_cookie(self, guarded: TestClient) -> None:
        response = guarded.get("/", params={"token": "口令-x"}, follow_redirects=False)
        assert response.status_code == 303
        assert response.headers["location"] == "/"
        assert "httponly" in response.headers["set-cookie"].lower()
        assert guarded.get("/v1/models").status_code == 200


def test_a_flood_is_refused_and_passes(tmp_path: Path) -> None:
    write_library(tmp_path)
    settings = load_settings(tmp_path, server={"workers": 2, "queue": 2})
    app = create_app(settings, FakePipeline, chat=False)
    gate = threading.Event()
    with TestClient(app, base_url="http://127.0.0.1:7860") as client:
        pipeline = app.state.engine.pipeline()
        pipeline.hold = gate
        statuses: list[int] = []

        def ask() -> None:
            statuses.append(client.post("/v1/ask", json=QUESTION).status_code)

        threads = [threading.Thread(target=ask) for _ in range(10)]
        for thread in threads:
            thread.start()
        while statuses.count(503) < 6:
            threading.Event().wait(0.01)
        gate.set()
        for thread in threads:
            thread.join(10)
        assert sorted(statuses) == [200] * 4 + [503] * 6
        assert client.post("/v1/ask", json=QUESTION).status_code == 200


def test_a_library_that_cannot_be_opened_is_told_and_tried_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_library(tmp_path)
    damaged = True

    def opener(settings: Settings) -> Pipeline:
        if damaged:
            raise LibraryCorrupt(path=settings.data_dir, reason="读不出")
        return FakePipeline(settings)

    monkeypatch.setattr("ui.engine._RETRY_SECONDS", 0.0)
    app = create_app(load_settings(tmp_path), opener, chat=False)
    with TestClient(app, base_url="http://127.0.0.1") as client:
        assert_failure(client.post("/v1/ask", json=QUESTION), 503, "index_corrupt")
        assert_failure(client.get("/readyz"), 503, "index_corrupt")
        damaged = False
        assert client.post("/v1/ask", json=QUESTION).status_code == 200
        assert client.get("/readyz").status_code == 200


def test_the_server_closes_its_pipeline(settings: Settings) -> None:
    app = create_app(settings, FakePipeline, chat=False)
    with TestClient(app, base_url="http://127.0.0.1") as client:
        client.post("/v1/ask", json=QUESTION)
        engine: Engine = app.state.engine
        pipeline = engine.pipeline()
        assert isinstance(pipeline, FakePipeline)
    assert pipeline.closed


def test_the_examples_of_the_description_work(client: TestClient) -> None:
    page = client.get("/docs")
    assert page.status_code == 200
    assert "/ui/api/main.css" in page.text
    assert client.get("/ui/api/main.css").status_code == 200
    assert "style=" not in page.text
    assert "`" not in page.text
    commands = [unescape(one) for one in re.findall(r"<pre>(curl .*?)</pre>", page.text, re.DOTALL)]
    assert len(commands) > 10
    for command in commands:
        words = shlex.split(command.replace("\\\n", ""))
        method = words[words.index("-X") + 1] if "-X" in words else "POST"
        (url,) = [word for word in words if word.startswith("http")]
        assert "{" not in url
        outside = url.endswith("/articles/web")  # tests/test_fetching.py has a web of its own
        if "-d" in words and not url.endswith("/ID") and not outside:
            reply = client.request(method, url, json=json.loads(words[words.index("-d") + 1]))
            if reply.status_code == 409:
                assert reply.json()["code"] == "users_off"  # what only users have
                continue
            made_up = 404 if "示例编号" in command else None  # no library has such an article
            assert reply.status_code in ({made_up} if made_up else {200, 201, 202}), (
                command,
                reply.text,
            )
