"""A proxy that logs people in is believed where the settings name it, and nobody else."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import httpx
import pytest
from browsing import Server
from fake_pipeline import FakePipeline, IngestHere, write_library
from team import NAMES, team

from rag.errors import SettingsError
from rag.settings import load_settings


@pytest.mark.parametrize("trusted", ["127.0.0.1", "127.0.0.0/8", "10.9.9.9"])
def test_only_the_proxys_own_word_counts(tmp_path: Path, trusted: str) -> None:
    server: dict[str, Any] = {"user_header": "X-Remote-User", "trusted_proxies": [trusted]}
    believed = trusted != "10.9.9.9"
    with (
        team(tmp_path, server=server) as served_team,
        httpx.Client(base_url=served_team.url, timeout=30) as c,
    ):

        def asked(*headers: tuple[str, bytes]) -> Any:
            return c.get("/v1/me", headers=[(name.encode(), value) for name, value in headers])

        named = ("x-remote-user", NAMES["editor"].encode())
        me = asked(named)
        assert me.status_code == (200 if believed else 401)
        if believed:
            assert (me.json()["role"], me.json()["way"]) == ("editor", "proxy")
            unknown = asked(("x-remote-user", "谁".encode()))
            assert (unknown.status_code, unknown.json()["code"]) == (403, "user_unknown")
            page = asked(("x-remote-user", "<b>谁".encode()), ("accept", b"text/html"))
            assert (page.status_code, page.headers["content-type"][:9]) == (403, "text/html")
            assert "&lt;b&gt;谁”不是这里的用户" in page.text
            twice = asked(named, ("x-remote-user", NAMES["admin"].encode()))
            assert twice.status_code == 403
        assert asked(("x_remote_user", NAMES["admin"].encode())).status_code == 401
        forwarded = ("x-forwarded-for", b"127.0.0.1")
        assert asked(named, forwarded).status_code == (200 if believed else 401)
        assert c.get("/v1/me").status_code == 401


def test_a_proxys_server_without_users_lets_nobody_in(tmp_path: Path) -> None:
    write_library(tmp_path)
    server = {"user_header": "X-Remote-User", "trusted_proxies": "127.0.0.1"}
    settings = load_settings(tmp_path, server=server)
    with Server(settings, FakePipeline, chat=False, ingester=IngestHere(settings)) as served:
        assert httpx.get(f"{served.url}v1/me", timeout=30).status_code == 401
        named = httpx.get(f"{served.url}v1/me", headers={"x-remote-user": "admin"}, timeout=30)
        assert named.json()["code"] == "user_unknown"


@pytest.mark.parametrize(
    "server",
    [
        {"user_header": "X-Remote-User"},
        {"trusted_proxies": ["127.0.0.1"]},
        {"user_header": "X-Remote-User", "trusted_proxies": ["0.0.0.0/0"]},
        {"user_header": "X-Remote-User", "trusted_proxies": ["::/0"]},
        {"user_header": "X-Remote-User", "trusted_proxies": ["proxy.example"]},
        {"user_header": "Cookie", "trusted_proxies": ["127.0.0.1"]},
        {"user_header": "X-Forwarded-For", "trusted_proxies": ["127.0.0.1"]},
        {"user_header": "a b", "trusted_proxies": ["127.0.0.1"]},
    ],
)
def test_settings_that_would_believe_anybody_are_refused(tmp_path: Path, server: Any) -> None:
    with pytest.raises(SettingsError):
        load_settings(tmp_path, server=server)
