"""A server with users for tests: one of each role, and clients that are logged in as them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from unittest.mock import patch

import httpx
from browsing import Server
from fake_pipeline import FakePipeline, IngestHere, write_library

from rag.settings import load_settings
from ui.accounts import passwords
from ui.accounts.accounts import Accounts
from ui.accounts.roles import GIVEN

PASSWORD = "马匹电池订书钉-1"
NAMES = {"reader": "陆青", "editor": "何苇", "admin": "江月"}
_QUICK = 1 << 10
"""Instead of 2^15: what is tested is not how long a hash takes."""
ASKED = "灯塔岛风电场有多少台风机？"


class Team:
    """A server behind a real port. `tokens` are those of the three users, by role."""

    def __init__(self, url: str, accounts: Accounts, tokens: dict[str, str], folder: Path) -> None:
        self.url = url.rstrip("/")
        self.accounts = accounts
        self.tokens = tokens
        self.folder = folder

    def client(self, role: str = "") -> httpx.Client:
        """One that shows the token of a role; none for nobody."""
        headers = {"Authorization": f"Bearer {self.tokens[role]}"} if role else {}
        return httpx.Client(base_url=self.url, headers=headers, timeout=60)

    def logged_in(self, name: str, password: str = PASSWORD) -> httpx.Client:
        """One with a session."""
        form = {"name": name, "password": password}
        reply = httpx.post(f"{self.url}/login", data=form, timeout=60)
        assert reply.status_code == 303, reply.text
        return httpx.Client(base_url=self.url, cookies=reply.cookies, timeout=60)


@contextmanager
def team(folder: Path, *, chat: bool = False, **settings: Any) -> Iterator[Team]:
    """Serve a library of one article to three users."""
    with patch.object(passwords, "_N", _QUICK):
        yield from _served(folder, chat, settings)


def _served(folder: Path, chat: bool, settings: dict[str, Any]) -> Iterator[Team]:
    write_library(folder)
    loaded = load_settings(folder, **settings)
    accounts = Accounts(loaded)
    tokens = {}
    for role, name in NAMES.items():
        accounts.users.add(name, GIVEN[role], PASSWORD)
        tokens[role] = accounts.users.new_token(name, "测试")
    with Server(loaded, FakePipeline, chat=chat, ingester=IngestHere(loaded)) as server:
        yield Team(server.url, accounts, tokens, folder)
    accounts.close()
