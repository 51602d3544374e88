"""Every route has a role, and every role gets as far as that and no further."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from fake_pipeline import FakePipeline
from team import NAMES, Team, team

from rag.settings import load_settings
from ui.accounts.audit import EVENTS
from ui.accounts.rights import ALIVE_PATH, RIGHTS, right_of
from ui.accounts.roles import Role
from ui.engine import Engine
from ui.mcp_server import build
from ui.server import create_app

_PLACE = re.compile(r"\{[^}]*\}")
CHATS = re.compile(
    r"/(?:$|config/?$|theme\.css|favicon|manifest|assets/|static/|svelte/|gradio_api/)"
)
"""The chat is no route: it stands on every address that no route takes."""


def flat(routes: Iterable[Any]) -> Iterator[Any]:
    for route in routes:
        router = getattr(route, "original_router", None)
        yield from flat(router.routes) if router is not None else [route]


def served(folder: Path) -> set[tuple[str, str]]:
    app = create_app(load_settings(folder), FakePipeline)
    return {
        (method, route.path)
        for route in flat(app.routes)
        for method in route.methods
        if method != "HEAD"
    }


def test_every_route_has_a_role_of_its_own(tmp_path: Path) -> None:
    routes = served(tmp_path)
    described = {
        (method.upper(), path)
        for path, methods in create_app(load_settings(tmp_path), FakePipeline)
        .openapi()["paths"]
        .items()
        for method in methods
    }
    assert described <= routes
    named = [(right.method, right.path) for right in RIGHTS]
    assert len(named) == len(set(named))
    assert routes <= set(named), "say in ui/accounts/rights.py who may use these"
    gone = {(method, path) for method, path in set(named) - routes if not CHATS.match(path)}
    assert not gone, "no such routes any more"


def test_each_address_finds_its_own_row() -> None:
    for right in RIGHTS:
        assert right_of(right.method, _PLACE.sub("x", right.path)) == right
    assert right_of("HEAD", "/metrics").role is Role.ADMIN
    for unknown in ("/v1/new", "/v1/articles/", "/", "/library/articles/x/amend"):
        assert right_of("DELETE", unknown).role is Role.ADMIN


@pytest.fixture(scope="module")
def served_team(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Team]:
    with team(tmp_path_factory.mktemp("rights")) as made:
        yield made


# What a row asks for would end the sessions of others, or the test's own users.
_LEFT_ALONE = {("DELETE", "/v1/me/data")}


@pytest.mark.parametrize("role", ["", *NAMES])
def test_each_role_gets_as_far_as_its_own(served_team: Team, role: str) -> None:
    """Refused with 403 (401 for nobody) below the row's role; from it on, anything but that."""
    has = Role[role.upper()] if role else Role.NOBODY
    with served_team.client(role) as client:
        for right in RIGHTS:
            if (right.method, right.path) in _LEFT_ALONE or CHATS.match(right.path):
                continue
            reply = client.request(right.method, _PLACE.sub("9999", right.path))
            told = (right.method, right.path, reply.status_code, reply.text[:200])
            if right.path == ALIVE_PATH:
                assert reply.status_code == 200, told
            elif not role and right.path != "/s/{key}":
                assert reply.status_code == 401, told
            elif not role:
                assert reply.status_code == 401, told  # without a link for anyone
            elif has < right.role:
                assert (reply.status_code, reply.json()["code"]) == (403, "role_refused"), told
            else:
                assert reply.status_code not in {401, 500}, told
                assert "role_refused" not in reply.text, told


@pytest.mark.parametrize("role", NAMES)
def test_an_unknown_address_is_unknown_to_everybody(served_team: Team, role: str) -> None:
    with served_team.client(role) as client:
        for path in ("/v1/nothing", "/nothing", "/v1/settings/"):
            reply = client.get(path)
            assert reply.status_code in ({404, 307} if role == "admin" else {404}), path
            assert role == "admin" or reply.json()["code"] == "not_found"
        other = client.put("/v1/jobs")
        assert (other.status_code, other.json()["code"]) == (405, "method_not_allowed")
        if role == "reader":
            page = client.get("/nothing", headers={"accept": "text/html"})
            assert (page.status_code, page.headers["content-type"][:9]) == (404, "text/html")
            assert "没有这个地址" in page.text


def test_who_shows_nothing_is_told_how_users_come_in(served_team: Team) -> None:
    with served_team.client() as client:
        said = client.get("/v1/articles").json()
    assert said["code"] == "token_required"
    assert "令牌" in said["hint"]
    assert "用户名" in said["hint"]
    assert "?token=" not in said["hint"]


def test_a_role_counts_from_the_next_request_on(served_team: Team) -> None:
    users = served_team.accounts.users
    with served_team.client("reader") as client, served_team.logged_in(NAMES["reader"]) as page:
        try:
            for one in (client, page):
                assert one.get("/v1/bin").status_code == 403
            users.set_role(NAMES["reader"], Role.EDITOR)
            for one in (client, page):
                assert one.get("/v1/bin").status_code == 200
        finally:
            users.set_role(NAMES["reader"], Role.READER)


def test_a_reader_is_told_on_a_page_what_to_do(served_team: Team) -> None:
    with served_team.client("reader") as client:
        page = client.get("/settings", headers={"accept": "text/html"})
    assert (page.status_code, page.headers["content-type"][:9]) == (403, "text/html")
    assert "读者" in page.text
    assert "管理员" in page.text


def test_openai_clients_get_the_refusal_in_their_own_form(served_team: Team) -> None:
    body = {"messages": [{"role": "user", "content": "灯塔岛风电场有多少台风机？"}]}
    with served_team.client() as nobody, served_team.client("reader") as reader:
        refused = nobody.post("/v1/chat/completions", json=body)
        assert (refused.status_code, refused.json()["error"]["type"]) == (
            401,
            "authentication_error",
        )
        assert reader.post("/v1/chat/completions", json=body).status_code == 200


def test_tools_for_agents_only_read(tmp_path: Path) -> None:
    """Whoever starts `youju mcp` may read the folder: its tools are a reader's."""
    engine = Engine(load_settings(tmp_path), FakePipeline)
    tools = asyncio.run(build(engine).list_tools())
    assert {tool.name for tool in tools} == {"ask", "search", "read_article"}
    assert all(tool.annotations and tool.annotations.read_only_hint for tool in tools)
    engine.close()


def test_without_users_nobody_is_asked(tmp_path: Path) -> None:
    from fake_pipeline import write_library
    from fastapi.testclient import TestClient

    write_library(tmp_path)
    app = create_app(load_settings(tmp_path), FakePipeline, chat=False)
    with TestClient(app, base_url="http://127.0.0.1:7860") as client:
        assert client.get("/v1/me").json()["way"] == "open"
        assert client.get("/v1/settings").status_code == 200
        refused = client.post("/v1/users", json={"name": "谁", "role": "admin"})
        assert (refused.status_code, refused.json()["code"]) == (409, "users_off")
        assert client.get("/v1/conversations").json()["code"] == "users_off"
        assert client.get("/v1/audit").json()["entries"] == []
    assert not (tmp_path / "accounts").exists()


def test_the_guard_is_before_the_body(served_team: Team) -> None:
    """A reader's upload is refused before it is read, whatever it says."""
    with served_team.client("reader") as client:
        reply: httpx.Response = client.post("/v1/articles", files={"files": ("a.txt", b"x" * 4096)})
    assert reply.json()["code"] == "role_refused"


def test_the_log_has_words_for_everything_that_is_noted() -> None:
    assert {right.event for right in RIGHTS} - {""} <= set(EVENTS)
