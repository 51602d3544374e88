"""Users, their tokens and passwords, over HTTP as people and programs use them."""

from __future__ import annotations

import json
import stat
import threading
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from fake_pipeline import FakePipeline, write_library
from team import NAMES, PASSWORD, Team, team

from rag.errors import (
    LibraryBusy,
    LibraryCorrupt,
    PasswordInvalid,
    SettingsError,
    UserExists,
    UserNameInvalid,
)
from rag.settings import load_settings
from ui.accounts.accounts import Accounts
from ui.accounts.passwords import hashed, is_right
from ui.accounts.roles import Role
from ui.accounts.users import Users
from ui.cli import run
from ui.guesses import FREE
from ui.server import create_app


@pytest.fixture
def accounts(tmp_path: Path) -> Iterator[Accounts]:
    made = Accounts(load_settings(tmp_path))
    yield made
    made.close()


# -- what is kept -----------------------------------------------------------------------------


def test_nothing_that_opens_the_door_is_kept(accounts: Accounts, tmp_path: Path) -> None:
    accounts.users.add("何苇", Role.EDITOR, PASSWORD)
    token = accounts.users.new_token("何苇")
    accounts.close()
    files = [file for file in (tmp_path / "accounts").iterdir() if file.is_file()]
    assert files
    for file in files:
        content = file.read_bytes()
        assert PASSWORD.encode() not in content
        assert token.encode() not in content
        assert stat.S_IMODE(file.stat().st_mode) == 0o600, file
    assert stat.S_IMODE((tmp_path / "accounts").stat().st_mode) == 0o700


def test_a_password_is_hashed_with_a_salt_and_parameters() -> None:
    first, second = hashed(PASSWORD), hashed(PASSWORD)
    assert first != second
    assert first.startswith("scrypt$32768$8$3$")
    assert is_right(PASSWORD, first)
    assert not is_right(PASSWORD + "x", first)
    assert not is_right("", first)
    assert not is_right(PASSWORD, "")
    composed, apart = "caf\u00e9-pass", "cafe\u0301-pass"
    assert is_right(apart, hashed(composed))  # keyboards differ
    raised = "$".join(["scrypt", "16384", *first.split("$")[2:]])
    assert not is_right(PASSWORD, raised)


@pytest.mark.parametrize("bad", ["short", "", "a" * 201, "　" * 12])
def test_bad_passwords_are_refused(bad: str) -> None:
    with pytest.raises(PasswordInvalid):
        hashed(bad)


@pytest.mark.parametrize(
    "bad", ["", " ", "a b", "a\u200bb", "\u202ea", "x" * 61, "a\nb", "\ud800", "a/b", "..", "a\\b"]
)
def test_bad_names_are_refused(accounts: Accounts, bad: str) -> None:
    with pytest.raises(UserNameInvalid):
        accounts.users.add(bad, Role.READER)


def test_names_that_look_the_same_are_one(accounts: Accounts) -> None:
    accounts.users.add("Ｌi-Ming", Role.READER)
    for other in ("li-ming", "LI-MING", "Ｌi-Ming"):
        with pytest.raises(UserExists):
            accounts.users.add(other, Role.READER)
        assert accounts.users.named(other).name == "Ｌi-Ming"


def test_a_damaged_file_of_users_opens_no_door(tmp_path: Path) -> None:
    write_library(tmp_path)
    (tmp_path / "accounts").mkdir()
    (tmp_path / "accounts" / "accounts.sqlite3").write_bytes(b"no database at all" * 100)
    with pytest.raises(LibraryCorrupt, match="accounts"):
        create_app(load_settings(tmp_path), FakePipeline, chat=False)


# -- logging in -------------------------------------------------------------------------------


def test_a_person_logs_in_by_name_and_password(served_team: Team) -> None:
    with httpx.Client(base_url=served_team.url, timeout=30) as client:
        page = client.get("/library", headers={"accept": "text/html"})
        assert page.status_code == 401
        for field in ('name="name"', 'name="password"', 'value="/library"'):
            assert field in page.text
        assert 'name="token"' not in page.text  # there is none to ask for
        form = {"name": NAMES["editor"], "password": PASSWORD, "next": "/library"}
        for wrong in ({"password": "x" * 10}, {"name": "没有的人"}, {"password": ""}):
            refused = client.post("/login", data=form | wrong)
            assert (refused.status_code, "set-cookie" in refused.headers) == (401, False)
            assert "不对" in refused.text
        welcome = client.post("/login", data=form)
        assert (welcome.status_code, welcome.headers["location"]) == (303, "/library")
        cookie = welcome.headers["set-cookie"].lower()
        assert "httponly" in cookie
        assert "samesite=strict" in cookie
        told = client.get("/v1/me").json()
        assert told["name"] == NAMES["editor"]
        assert (told["role"], told["way"], told["history"]) == ("editor", "session", "server")


@pytest.mark.parametrize(
    "place", ["//evil.example", "https://evil.example", "/\\evil.example", "/login", "javascript:1"]
)
def test_a_login_leads_nowhere_else(served_team: Team, place: str) -> None:
    form = {"name": NAMES["reader"], "password": PASSWORD, "next": place}
    assert httpx.post(f"{served_team.url}/login", data=form, timeout=30).headers["location"] == "/"


def test_guesses_at_passwords_are_slowed_even_side_by_side(
    served_team: Team, monkeypatch: pytest.MonkeyPatch
) -> None:
    looked_at, refused = threading.Event(), threading.Semaphore(0)
    monkeypatch.setattr("ui.accounts.users.is_right", lambda *_: looked_at.wait(30) and False)
    form = {"name": NAMES["admin"], "password": "not-the-right-one"}
    statuses = []

    def guess() -> None:
        reply = httpx.post(f"{served_team.url}/login", data=form, timeout=60)
        statuses.append(reply.status_code)
        refused.release()

    guesses = [threading.Thread(target=guess) for _ in range(FREE + 4)]
    for one in guesses:
        one.start()
    for _ in range(4):  # while the first ones are still being looked at
        assert refused.acquire(timeout=30)
    assert statuses == [429] * 4
    looked_at.set()
    for one in guesses:
        one.join()
    assert sorted(statuses) == [401] * FREE + [429] * 4


def test_a_token_passes_whatever_others_guess_beside_it(served_team: Team) -> None:
    wrong = {"Authorization": "Bearer nope"}
    with httpx.Client(base_url=served_team.url, timeout=60) as guesser:
        guessed = [guesser.get("/v1/articles", headers=wrong).status_code for _ in range(FREE + 3)]
        assert guessed == [401] * FREE + [429] * 3
        for role in NAMES:
            with served_team.client(role) as client:
                assert client.get("/v1/me").status_code == 200
        form = {"token": served_team.tokens["reader"]}
        assert guesser.post("/login", data=form).status_code == 303
        guesser.cookies.clear()
        assert guesser.get("/v1/articles", headers=wrong).status_code == 429  # nothing forgiven
        named = {"name": NAMES["admin"], "password": PASSWORD}
        assert guesser.post("/login", data=named).status_code == 429  # a password may be guessed
        assert guesser.get("/healthz", headers=wrong).json() == {"status": "ok"}


def test_sessions_end_on_log_out_password_change_and_removal(served_team: Team) -> None:
    name = NAMES["editor"]
    users = served_team.accounts.users
    pages = [served_team.logged_in(name) for _ in range(4)]
    all_pages = [*pages]
    other = served_team.logged_in(NAMES["reader"])

    def inside() -> list[bool]:
        return [page.get("/v1/me").status_code == 200 for page in pages]

    assert inside() == [True] * 4
    pages[0].post("/logout")
    assert inside() == [False, True, True, True]
    pages[1].post("/logout", data={"all": "1"})
    assert inside() == [False] * 4
    pages[:] = [served_team.logged_in(name) for _ in range(2)]
    all_pages += pages
    users.set_password(name, "另一句只有自己知道的话")
    assert inside() == [False] * 2
    pages[:] = [served_team.logged_in(name, "另一句只有自己知道的话")]
    all_pages += pages
    with served_team.client("editor") as program:
        assert program.get("/v1/me").status_code == 200  # tokens stay with a new password
        users.remove(name)
        assert inside() == [False]
        assert program.get("/v1/me").status_code == 401
    assert other.get("/v1/me").status_code == 200
    for page in (*all_pages, other):
        page.close()


def test_who_removes_the_last_user_opens_no_running_server(served_team: Team) -> None:
    for user in served_team.accounts.users.all():
        served_team.accounts.users.remove(user.name)
    for path in ("/v1/models", "/v1/articles", "/v1/settings"):
        assert httpx.get(served_team.url + path, timeout=30).status_code == 401


def test_people_change_their_own_password(served_team: Team) -> None:
    with served_team.logged_in(NAMES["reader"]) as page:
        wrong = page.post("/v1/me/password", json={"old": "x", "new": "又一句不告诉人的话"})
        assert (wrong.status_code, wrong.json()["code"]) == (403, "password_wrong")
        short = page.post("/v1/me/password", json={"old": PASSWORD, "new": "短"})
        assert (short.status_code, short.json()["code"]) == (422, "password_invalid")
        assert page.get("/v1/me").status_code == 200
        done = page.post("/v1/me/password", json={"old": PASSWORD, "new": "又一句不告诉人的话"})
        assert done.status_code == 204
        assert page.get("/v1/me").status_code == 401
    served_team.logged_in(NAMES["reader"], "又一句不告诉人的话").close()


def test_guesses_at_the_old_password_are_slowed(
    served_team: Team, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ui.accounts.users.is_right", lambda *_: False)
    with served_team.client("reader") as thief:
        body = {"old": "not-the-right-one", "new": "又一句不告诉人的话"}
        codes = [thief.post("/v1/me/password", json=body).json()["code"] for _ in range(FREE + 9)]
    assert codes[:FREE] == ["password_wrong"] * FREE
    assert "too_many_guesses" in codes[FREE:]


def test_tokens_are_shown_once_and_can_be_taken_back(served_team: Team) -> None:
    with served_team.logged_in(NAMES["editor"]) as page:
        made = page.post("/v1/me/tokens", json={"label": "脚本"})
        assert made.status_code == 201
        token = made.json()["token"]
        assert token not in page.get("/v1/me/tokens").text
        headers = {"Authorization": f"Bearer {token}"}
        assert (
            httpx.get(f"{served_team.url}/v1/me", headers=headers, timeout=30).json()["role"]
            == "editor"
        )
        listed = page.get("/v1/me/tokens").json()
        number = next(one["id"] for one in listed if one["label"] == "脚本")
        with served_team.client("reader") as other:
            assert other.delete(f"/v1/me/tokens/{number}").status_code == 404
        assert page.delete(f"/v1/me/tokens/{number}").status_code == 204
        assert httpx.get(f"{served_team.url}/v1/me", headers=headers, timeout=30).status_code == 401


def test_the_servers_token_goes_on_as_an_admin(tmp_path: Path) -> None:
    with team(tmp_path, server={"token": "口令-x"}) as served_team:
        headers = {b"authorization": "Bearer 口令-x".encode()}
        me = httpx.get(f"{served_team.url}/v1/me", headers=headers, timeout=30).json()
        assert (me["role"], me["user"], me["history"]) == ("admin", False, "browser")
        with httpx.Client(base_url=served_team.url, timeout=30) as page:
            assert 'name="token"' in page.get("/", headers={"accept": "text/html"}).text
            assert page.post("/login", data={"token": "口令-x"}).status_code == 303
            assert page.get("/v1/settings").status_code == 200
            own = page.get("/v1/conversations")
            assert (own.status_code, own.json()["code"]) == (409, "not_a_user")


# -- admins -----------------------------------------------------------------------------------


def test_admins_look_after_users(served_team: Team) -> None:
    with served_team.client("admin") as admin:
        made = admin.post("/v1/users", json={"name": "新人", "password": PASSWORD})
        assert (made.status_code, made.json()["role"]) == (201, "reader")
        again = admin.post("/v1/users", json={"name": "新人"})
        assert (again.status_code, again.json()["code"]) == (409, "user_exists")
        assert admin.patch("/v1/users/新人", json={"role": "editor"}).json()["role"] == "editor"
        with served_team.logged_in("新人") as page:
            assert (
                admin.patch("/v1/users/新人", json={"password": "换一句话做密码"}).status_code
                == 422
            )
            fresh = {"password": "换一句话来做密码"}
            assert admin.patch("/v1/users/新人", json=fresh).status_code == 200
            assert page.get("/v1/me").status_code == 401
        assert "scrypt" not in admin.get("/v1/users").text
        assert admin.delete("/v1/users/新人").status_code == 204
        assert admin.delete("/v1/users/新人").json()["code"] == "user_missing"
        last = admin.delete(f"/v1/users/{NAMES['admin']}")
        assert (last.status_code, last.json()["code"]) == (409, "last_admin")
        down = admin.patch(f"/v1/users/{NAMES['admin']}", json={"role": "reader"})
        assert down.json()["code"] == "last_admin"


# -- the command line ---------------------------------------------------------------------------


def test_the_commands(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    import io

    def youju(*words: str, given: str = "") -> tuple[int, str]:
        monkeypatch.setattr("sys.stdin", io.StringIO(given))
        code = run([*words, "--data-dir", str(tmp_path)])
        shown = capsys.readouterr()
        return code, shown.out + shown.err

    assert "还没有用户" in youju("users", "list")[1]
    code, told = youju("users", "add", "何苇", "--role", "admin", given=f"{PASSWORD}\n")
    assert (code, "管理员" in told) == (0, True)
    code, token = youju("users", "token", "何苇", "--label", "脚本")
    assert "yj-" in token
    assert youju("users", "add", "b", given="\n")[0] == 2
    assert youju("users", "add", "b", "--role", "king", "--no-password")[0] == 2
    assert youju("users", "add", "b", "--no-password")[0] == 0
    assert youju("users", "role", "b", "--role", "editor")[0] == 0
    assert youju("users", "password", "b", given="九个字的新密码呀\n")[0] == 0
    assert youju("users", "password", "谁", given="x\n")[0] == 2
    listed = json.loads(youju("users", "list", "--json")[1])
    assert [(one["name"], one["role"], len(one["tokens"])) for one in listed] == [
        ("b", "editor", 0),
        ("何苇", "admin", 1),
    ]
    assert "脚本" in youju("users", "token", "何苇", "--list")[1]
    assert youju("users", "token", "何苇", "--revoke", "99")[0] == 2
    assert youju("users", "remove", "b")[0] == 0
    code, told = youju("audit")
    for words in ("加用户", "改角色", "改密码", "移除用户", "发令牌"):
        assert words in told
    assert PASSWORD not in told
    assert "没有这种操作" in youju("audit", "--event", "x")[1]
    assert len(youju("audit", "--json", "--limit", "2")[1].splitlines()) == 2


def test_users_open_the_door_to_other_machines_in_place_of_a_token(tmp_path: Path) -> None:
    from ui.commands.serving import _settings
    from ui.options import Options

    with pytest.raises(SettingsError, match="口令"):
        _settings(Options(tmp_path), {"host": "0.0.0.0"})
    made = Accounts(load_settings(tmp_path))
    made.users.add("何苇", Role.ADMIN, PASSWORD)
    made.close()
    assert _settings(Options(tmp_path), {"host": "0.0.0.0"}).settings.server.token == ""


def test_a_page_that_is_refused_tells_when_to_come_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def busy(*_: object) -> None:
        raise LibraryBusy(path=tmp_path)

    with team(tmp_path) as made, made.logged_in(NAMES["reader"]) as client:
        monkeypatch.setattr(Users, "of_id", busy)
        for accepts in ("text/html", "application/json"):
            reply = client.get("/library", headers={"accept": accepts})
            assert accepts in reply.headers["content-type"]
            assert (reply.status_code, reply.headers["retry-after"]) == (503, "1")
            assert reply.headers["cache-control"] == "no-store"
