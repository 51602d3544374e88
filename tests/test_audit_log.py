"""The audit log says who did what, is only added to, and takes a limited room."""

from __future__ import annotations

import json
from pathlib import Path

import httpx
import pytest
from team import ASKED, NAMES, Team, team

from rag.settings import load_settings
from ui.accounts.accounts import Accounts


def test_the_log_says_who_did_what_and_no_question(served_team: Team) -> None:
    page = "文章\n\n北岸有17处泉眼。\n".encode()
    with served_team.client("editor") as editor, served_team.client("reader") as reader:
        editor.post("/v1/articles?wait=60", files={"files": ("泉.txt", page)})
        reader.post("/v1/articles", files={"files": ("泉.txt", page)})
        reader.post("/v1/ask", json={"question": ASKED})
        (article,) = [one for one in editor.get("/v1/articles").json() if one["file"] == "泉.txt"]
        editor.post("/v1/articles/remove", json={"articles": [article["article_id"]]})
    with served_team.client("admin") as admin:
        admin.patch("/v1/settings", json={"changes": {"answer.threshold": 0.3}})
        served_team.logged_in(NAMES["reader"]).close()
        httpx.post(
            f"{served_team.url}/login", data={"name": "密码写错格", "password": "x"}, timeout=30
        )
        reply = admin.get("/v1/audit").json()
        text = admin.get("/v1/audit/download").text
    seen = {(one["who"], one["event"], one["status"]) for one in reply["entries"]}
    assert {
        (NAMES["editor"], "import", 200),
        (NAMES["reader"], "import", 403),
        (NAMES["editor"], "remove", 200),
        (NAMES["admin"], "settings", 200),
        (NAMES["reader"], "login", 200),
        ("（没有这个用户）", "login_failed", 401),
    } <= seen
    by_event = {one["event"]: one for one in reply["entries"] if one["status"] == 200}
    assert by_event["import"]["about"] == {"files": ["泉.txt"], "collection": None}
    assert by_event["remove"]["about"]["articles"] == [article["article_id"]]
    assert "answer.threshold = 0.3" in by_event["settings"]["words"]
    assert ASKED not in text
    assert "密码写错格" not in text
    lines = [json.loads(line) for line in text.splitlines()]
    assert lines[0]["event"] == "import"


def test_questions_are_noted_where_that_is_set(tmp_path: Path) -> None:
    with team(tmp_path, team={"audit_questions": True}) as served_team:
        messages = [{"role": "user", "content": ASKED}]
        with served_team.client("reader") as reader:
            reader.post("/v1/ask", json={"question": ASKED})
            reader.post("/v1/ask/stream", json={"question": ASKED})
            reader.post("/v1/chat/completions", json={"messages": messages})
        noted = served_team.accounts.audit.entries(event="ask", who=NAMES["reader"])
        assert [one["about"]["question"] for one in noted] == [ASKED] * 3


def test_files_put_aside_keep_their_order_over_the_turn_of_a_second(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    accounts = Accounts(load_settings(tmp_path, team={"audit_mb": 1, "audit_files": 9}))
    turns = iter([1_900_000_000_999_999_999, 1_900_000_001_000_000_000])
    monkeypatch.setattr("ui.accounts.audit.time.time_ns", lambda: next(turns))
    for n in range(3):
        accounts.audit.note("import", f"第{n}")
        if n < 2:
            with (tmp_path / "accounts" / "audit.jsonl").open("ab") as file:
                file.write(b"x" * (1 << 20) + b"\n")
    assert [one["who"] for one in accounts.audit.entries()] == ["第2", "第1", "第0"]
    accounts.close()


def test_the_log_is_only_added_to_and_takes_a_limited_room(tmp_path: Path) -> None:
    accounts = Accounts(load_settings(tmp_path, team={"audit_mb": 1, "audit_files": 2}))
    accounts.audit.note("import", "甲", {"files": ["文" * 500] * 50})
    first = (tmp_path / "accounts" / "audit.jsonl").read_bytes()
    assert len(first) < 20_000
    with (tmp_path / "accounts" / "audit.jsonl").open("ab") as file:
        file.write(b'{"cut sho')
    accounts.audit.note("remove", "乙")
    assert (tmp_path / "accounts" / "audit.jsonl").read_bytes().startswith(first)
    assert [one["who"] for one in accounts.audit.entries()] == ["乙", "甲"]
    for n in range(3):
        with (tmp_path / "accounts" / "audit.jsonl").open("ab") as file:
            file.write(b"x" * (1 << 20) + b"\n")
        accounts.audit.note("import", f"第{n}")
    kept = sorted((tmp_path / "accounts").glob("audit*.jsonl"))
    assert len(kept) == 2
    assert [one["who"] for one in accounts.audit.entries()] == ["第2", "第1"]
    accounts.close()
