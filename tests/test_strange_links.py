"""Links and logins of others: nobody becomes somebody else by them, and nobody is put out."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from fake_pipeline import FakePipeline
from fastapi.testclient import TestClient
from team import NAMES, PASSWORD, Team, team

from rag.settings import load_settings
from ui.server import create_app
from ui.sessions import Holder, Sessions

TOKEN = "a-token-of-the-server"


@pytest.fixture
def served_team(tmp_path: Path) -> Iterator[Team]:
    with team(tmp_path, server={"token": TOKEN}) as made:
        yield made


@pytest.mark.parametrize("whose", ["reader", "server"])
def test_a_link_makes_nobody_somebody_else(served_team: Team, whose: str) -> None:
    token = TOKEN if whose == "server" else served_team.tokens[whose]
    with served_team.logged_in(NAMES["admin"]) as page:
        reply = page.get("/", params={"token": token}, follow_redirects=False)
        assert "set-cookie" not in reply.headers
        assert page.get("/v1/me").json()["name"] == NAMES["admin"]


def test_a_users_token_is_taken_from_the_header_alone(served_team: Team) -> None:
    token = served_team.tokens["reader"]
    for path in ("/", "/v1/me"):
        linked = httpx.get(served_team.url + path, params={"token": token})
        assert linked.status_code == 401, path
        assert "set-cookie" not in linked.headers
    with served_team.client("reader") as client:
        assert client.get("/v1/me").json()["name"] == NAMES["reader"]


def test_the_servers_link_still_lets_in_who_is_not(served_team: Team) -> None:
    with httpx.Client(base_url=served_team.url) as page:
        assert page.get("/", params={"token": TOKEN}).status_code == 303
        assert page.get("/v1/me").json()["way"] == "token"
        again = page.get("/", params={"token": TOKEN})
        assert (again.status_code, again.headers["location"]) == (303, "/")


def test_a_user_with_many_sessions_ends_only_their_own() -> None:
    sessions = Sessions()
    other, first = sessions.begin(Holder("one", 0)), sessions.begin(Holder("two", 0))
    for _ in range(2_000):
        last = sessions.begin(Holder("two", 0))
    assert sessions.holder(other) == Holder("one", 0)
    assert sessions.holder(first) is None
    assert sessions.holder(last) == Holder("two", 0)


def test_leaving_everywhere_ends_the_sessions_of_other_servers_too(served_team: Team) -> None:
    app = create_app(load_settings(served_team.folder), FakePipeline, chat=False)
    with TestClient(app, base_url="http://127.0.0.1:7860") as elsewhere:
        form = {"name": NAMES["reader"], "password": PASSWORD}
        elsewhere.post("/login", data=form, follow_redirects=False)
        assert elsewhere.get("/v1/me").status_code == 200
        with served_team.logged_in(NAMES["reader"]) as page:
            page.post("/logout", data={"all": "1"})
        assert elsewhere.get("/v1/me").status_code == 401
