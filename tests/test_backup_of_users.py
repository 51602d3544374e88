"""Backups hold users, what is kept for them, and the log of what was done; a server goes on."""

from __future__ import annotations

import contextlib
import hashlib
import json
import sqlite3
import zipfile
from pathlib import Path
from typing import Any

import httpx
import pytest
from team import ASKED, NAMES, PASSWORD, team

from rag.errors import BackupInvalid, BackupRefused, LibraryBusy, LibraryCorrupt, SchemaNewer
from rag.library.backup import back_up, restore
from rag.library.library import Library
from rag.library.storage import WriteLock
from rag.settings import load_settings
from ui.accounts.accounts import Accounts
from ui.accounts.restoring import ready
from ui.accounts.roles import Role
from ui.cli import run

ACCOUNTS = "accounts/accounts.sqlite3"


def talked(client: httpx.Client) -> Any:
    """A conversation of one question that is kept, and shared."""
    answer = client.post("/v1/ask", json={"question": ASKED}).json()
    turn = {"id": "t1", "question": ASKED, "answer": answer}
    said = {"title": "风机", "filters": {}, "touched": 1, "turns": [turn], "begins": True}
    kept = client.put("/v1/conversations/c1", json=said)
    assert kept.status_code < 300, kept.text
    shared = {"title": "风机", "turns": [{"question": ASKED, "answer": answer}]}
    return client.post("/v1/shares", json=shared).json()


def restored(data_dir: Path, file: Path) -> None:
    """As the command does it, without the indexes, which take a model."""
    restore(data_dir, file, ready)


def test_users_and_what_is_kept_for_them_come_back_elsewhere(tmp_path: Path) -> None:
    with team(tmp_path / "data") as made, made.client("editor") as editor:
        shared = talked(editor)
        made.accounts.audit.note("settings", "江月", {"changes": "answer.threshold"})
        file = back_up(tmp_path / "data", tmp_path / "b.zip").file  # while it serves
        restored(tmp_path / "copy", file)
        log = (tmp_path / "data" / "accounts" / "audit.jsonl").read_bytes()
    accounts = Accounts(load_settings(tmp_path / "copy"))
    assert {user.name: user.role.key for user in accounts.users.all()} == {
        name: role for role, name in NAMES.items()
    }
    user = accounts.users.of_password(NAMES["editor"], PASSWORD)
    assert user is not None
    assert accounts.users.of_token(made.tokens["editor"]) is not None
    assert [
        turn["id"] for one in accounts.history.everything(user.id) for turn in one["turns"]
    ] == ["t1"]
    assert [f"/s/{one.key}" for one in accounts.shares.of_user(user.id)] == [shared["path"]]
    assert "settings" in {one["event"] for one in accounts.audit.entries()}
    accounts.close()
    copied = tmp_path / "copy" / "accounts"
    assert (copied / "audit.jsonl").read_bytes() == log
    assert {
        copied.stat().st_mode & 0o077,
        (copied / "accounts.sqlite3").stat().st_mode & 0o077,
    } == {0}


def test_a_running_server_goes_on_with_the_users_of_then(tmp_path: Path) -> None:
    data_dir = tmp_path / "data"
    with contextlib.ExitStack() as stack, team(data_dir) as made:
        users, reader = made.accounts.users, NAMES["reader"]
        session = stack.enter_context(made.logged_in(reader))
        file = back_up(data_dir, tmp_path / "b.zip").file
        made.accounts.audit.note("user_add", "命令行", {"user": "后来"})
        users.add("后来", Role.ADMIN, PASSWORD)
        users.set_role(reader, Role.ADMIN)
        late = users.new_token("后来", "")
        assert session.get("/v1/settings").status_code == 200
        restored(data_dir, file)
        with httpx.Client(
            base_url=made.url, headers={"Authorization": f"Bearer {late}"}, timeout=30
        ) as gone:
            assert gone.get("/v1/me").status_code == 401
        assert session.get("/v1/me").status_code == 401  # everybody logs in again
        with made.client("reader") as client:
            assert client.get("/v1/settings").status_code == 403
        again = stack.enter_context(made.logged_in(reader))
        assert again.get("/v1/me").json()["role"] == "reader"
        assert "user_add" in {one["event"] for one in made.accounts.audit.entries()}
        (kept,) = [one for one in (data_dir / "backups").iterdir() if one.name.startswith("acc")]
        assert kept.stat().st_mode & 0o077 == 0
        with sqlite3.connect(kept / "accounts.sqlite3") as connection:
            names = {name for (name,) in connection.execute("SELECT name FROM users")}
        connection.close()
        assert "后来" in names


def test_while_another_program_writes_users_nothing_is_put_back(tmp_path: Path) -> None:
    data_dir = tmp_path / "data"
    with team(data_dir) as made:
        file = back_up(data_dir, tmp_path / "b.zip").file
        users = made.accounts.users
        users.set_role(NAMES["reader"], Role.EDITOR)
        settings = data_dir / "youju.toml"
        settings.write_text("# later\n", encoding="utf-8")
        with Library.open(data_dir) as library:
            before = library.version
        other = WriteLock(data_dir / "accounts" / "write.lock").acquire()
        try:
            with pytest.raises(LibraryBusy):
                restored(data_dir, file)
        finally:
            other.release()
        assert settings.read_text(encoding="utf-8") == "# later\n"
        assert users.named(NAMES["reader"]).role is Role.EDITOR
        with Library.open(data_dir) as library:
            assert library.version == before
        assert not (data_dir / "backups").exists()
        restored(data_dir, file)
        assert users.named(NAMES["reader"]).role is Role.READER


def test_a_login_while_a_backup_is_put_back_ends_with_it(tmp_path: Path) -> None:
    data_dir = tmp_path / "data"
    with team(data_dir) as made:
        file = back_up(data_dir, tmp_path / "b.zip").file
        users, name = made.accounts.users, NAMES["reader"]
        then = users.named(name)

        def busy(draft: Path, place: Path) -> None:
            ready(draft, place)
            for _ in range(3):
                users.end_sessions(name)
            made_meanwhile.append(users.named(name).epoch)

        made_meanwhile: list[int] = []
        restore(data_dir, file, busy)
        assert users.named(name).epoch > max(made_meanwhile) > then.epoch


def test_a_log_that_is_not_the_older_ones_is_kept_aside(tmp_path: Path) -> None:
    with team(tmp_path / "data") as made:
        made.accounts.audit.note("settings", "江月")
        file = back_up(tmp_path / "data", tmp_path / "b.zip").file
    other = Accounts(load_settings(tmp_path / "other"))
    other.audit.note("rebuild", "别处")
    restored(tmp_path / "other", file)
    assert "settings" in {one["event"] for one in other.audit.entries()}
    kept = [one.read_text(encoding="utf-8") for one in tmp_path.glob("other/backups/*/audit.jsonl")]
    assert ["rebuild" in one for one in kept] == [True]
    other.close()


def test_a_damaged_file_of_users_is_neither_kept_nor_in_the_way(tmp_path: Path) -> None:
    data_dir = tmp_path / "data"
    with team(data_dir):
        file = back_up(data_dir, tmp_path / "b.zip").file
    (data_dir / ACCOUNTS).write_bytes(b"\xff" * 8192)
    with pytest.raises(LibraryCorrupt):
        back_up(data_dir, tmp_path / "bad.zip")
    assert not (tmp_path / "bad.zip").exists()
    restored(data_dir, file)
    accounts = Accounts(load_settings(data_dir))
    assert len(accounts.users.all()) == len(NAMES)
    accounts.close()
    assert any(one.read_bytes()[:2] == b"\xff\xff" for one in data_dir.glob("backups/*/*.sqlite3"))


def changed(file: Path, target: Path, name: str, content: bytes) -> Path:
    """A backup with one file changed, or added, and named rightly."""
    with zipfile.ZipFile(file) as good, zipfile.ZipFile(target, "w") as bad:
        manifest = json.loads(good.read("manifest.json"))
        said = {"sha256": hashlib.sha256(content).hexdigest(), "bytes": len(content)}
        for other in manifest["files"]:
            if other != name:
                bad.writestr(other, good.read(other))
        bad.writestr(name, content)
        manifest["files"][name] = said
        bad.writestr("manifest.json", json.dumps(manifest))
    return target


def test_what_is_no_file_of_users_changes_nothing(tmp_path: Path) -> None:
    data_dir = tmp_path / "data"
    with team(data_dir) as made:
        file = back_up(data_dir, tmp_path / "b.zip").file
        made.accounts.users.set_role(NAMES["reader"], Role.EDITOR)
    with zipfile.ZipFile(file) as archive:
        good = archive.read(ACCOUNTS)
    (tmp_path / "newer").write_bytes(good)
    with sqlite3.connect(tmp_path / "newer") as connection:
        connection.execute("PRAGMA user_version = 99")
    connection.close()
    bad = tmp_path / "bad.zip"
    for content, error in (
        (b"\xff" * 4096, BackupInvalid),
        (good[:4096] + b"\0" * (len(good) - 4096), BackupInvalid),
        ((tmp_path / "newer").read_bytes(), SchemaNewer),
    ):
        with pytest.raises(error):
            restored(data_dir, changed(file, bad, ACCOUNTS, content))
    for name in (
        "accounts/.ssh",
        "accounts/a/b.sqlite3",
        "accounts/write.lock",
        "accounts.sqlite3",
    ):
        with pytest.raises(BackupInvalid):
            restored(data_dir, changed(file, bad, name, b"x"))
    accounts = Accounts(load_settings(data_dir))
    assert accounts.users.named(NAMES["reader"]).role is Role.EDITOR
    accounts.close()
    assert not (data_dir / "backups").exists()
    with pytest.raises(BackupRefused):
        back_up(data_dir, data_dir / "accounts")


def test_the_command_says_that_users_came_back(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    data_dir = str(tmp_path / "data")
    with team(tmp_path / "data"):
        assert run(["backup", str(tmp_path / "b.zip"), "--data-dir", data_dir]) == 0
    assert run(["restore", str(tmp_path / "b.zip"), "--data-dir", str(tmp_path / "copy")]) == 0
    assert "所有人都要重新登录" in capsys.readouterr().out
    accounts = Accounts(load_settings(tmp_path / "copy"))
    assert accounts.users.of_password(NAMES["admin"], PASSWORD) is not None
    accounts.close()
