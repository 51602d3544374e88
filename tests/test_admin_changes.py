"""What admins change: whole or not at all, never the last of them, and no secret is noted."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import Any

import pytest
from team import NAMES, PASSWORD, Team

from rag.errors import LastAdmin
from rag.settings import load_settings
from ui.accounts.accounts import Accounts
from ui.accounts.roles import Role


@pytest.mark.parametrize(
    "changes",
    [
        {"server.token": "geheim123"},
        {"server.tokken": "geheim123"},
        {"answer.threshold": 0.3, "chat.api_key": "geheim123"},
        {"answer.threshold": "geheim123"},
    ],
)
def test_what_was_refused_is_noted_without_its_values(
    served_team: Team, changes: dict[str, Any]
) -> None:
    with served_team.client("admin") as admin:
        assert admin.patch("/v1/settings", json={"changes": changes}).status_code == 422
        assert "geheim123" not in admin.get("/v1/audit/download").text
        (noted,) = admin.get("/v1/audit?event=settings").json()["entries"]
        assert noted["about"]["changes"] == list(changes)


def test_a_change_that_was_made_is_noted_with_its_value(served_team: Team) -> None:
    with served_team.client("admin") as admin:
        admin.patch("/v1/settings", json={"changes": {"answer.threshold": 0.3}})
        admin.patch("/v1/settings", json={"changes": {"answer.threshold": None}})
        noted = admin.get("/v1/audit?event=settings").json()["entries"]
    told = [one["about"]["changes"] for one in noted]
    assert told == [["answer.threshold = None"], ["answer.threshold = 0.3"]]


def test_a_refused_change_of_a_user_changes_nothing(served_team: Team) -> None:
    with served_team.client("admin") as admin:
        address = f"/v1/users/{NAMES['reader']}"
        refused = admin.patch(address, json={"role": "editor", "password": "x"})
        assert (refused.status_code, refused.json()["code"]) == (422, "password_invalid")
        assert served_team.accounts.users.named(NAMES["reader"]).role is Role.READER
        both = {"role": "editor", "password": "又一句不告诉人的话"}
        assert admin.patch(address, json=both).json()["role"] == "editor"
    served_team.logged_in(NAMES["reader"], both["password"]).close()


@pytest.mark.parametrize("way", ["demote", "remove"])
def test_two_admins_at_once_leave_one(tmp_path: Path, way: str) -> None:
    accounts = Accounts(load_settings(tmp_path))
    names = [f"管理{n}" for n in range(6)]
    for name in names:
        accounts.users.add(name, Role.ADMIN)
        accounts.users.new_token(name)
    together, refused = threading.Barrier(len(names)), []

    def go(name: str) -> None:
        others = Accounts(load_settings(tmp_path))  # as another server has it
        together.wait()
        try:
            if way == "demote":
                others.users.change(name, Role.READER, keep_admin=True)
            else:
                others.users.remove(name, keep_admin=True)
        except LastAdmin as error:
            refused.append(error)
        others.close()

    threads = [threading.Thread(target=go, args=(name,)) for name in names]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert [one.role for one in accounts.users.all()].count(Role.ADMIN) == 1
    assert len(refused) == 1
    accounts.close()


def test_who_passed_the_first_look_is_looked_at_again(
    served_team: Team, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Another admin went between the look and the change."""
    served_team.accounts.users.add("另一位", Role.ADMIN, PASSWORD)
    from ui.accounts.own_data import forget

    def forgetting(*given: Any) -> Any:
        if served_team.accounts.users.find("另一位"):
            served_team.accounts.users.remove("另一位")
        return forget(*given)

    monkeypatch.setattr("ui.api.users.forget", forgetting)
    with served_team.client("admin") as admin:
        last = admin.delete(f"/v1/users/{NAMES['admin']}")
        assert (last.status_code, last.json()["code"]) == (409, "last_admin")
        assert admin.get("/v1/me").status_code == 200


def test_an_admin_who_cannot_log_in_is_no_admin_left(served_team: Team) -> None:
    """Until there is a password or a token; a proxy that names people lets everybody in."""
    users = served_team.accounts.users
    users.add("没有钥匙", Role.ADMIN)
    me = f"/v1/users/{NAMES['admin']}"
    with served_team.client("admin") as admin:
        for refused in (admin.delete(me), admin.patch(me, json={"role": "reader"})):
            assert (refused.status_code, refused.json()["code"]) == (409, "last_admin")
        assert admin.delete("/v1/users/没有钥匙").status_code == 204  # nobody is lost with it
        users.add("有令牌", Role.ADMIN)
        users.new_token("有令牌")
        assert admin.delete(me).status_code == 204
    assert users.find(NAMES["admin"]) is None


def test_behind_a_proxy_an_admin_needs_no_password(tmp_path: Path) -> None:
    proxy = {"user_header": "X-User", "trusted_proxies": ("127.0.0.1",)}
    accounts = Accounts(load_settings(tmp_path, server=proxy))
    for name in ("甲", "乙"):
        accounts.users.add(name, Role.ADMIN)
    accounts.users.remove("甲", keep_admin=True)
    with pytest.raises(LastAdmin):
        accounts.users.remove("乙", keep_admin=True)
    accounts.close()
