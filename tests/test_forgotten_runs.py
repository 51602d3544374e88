"""Evaluations whose owner's data goes while they run: they end, and bring nothing back."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
import team as teams
from fake_pipeline import FakePipeline
from fakes_eval import ScriptedAsker
from team import NAMES, Team, team
from test_run_shelf import SCRIPT, SET, perform

from eval.run_store import RunStore

_LONG = "".join(
    json.dumps({"id": str(n), "question": f"第{n}台风机在哪里？", "answers": [["x"]]}) + "\n"
    for n in range(400)
).encode()


class SlowPipeline(FakePipeline):
    """Takes its time, so that a run is under way for long."""

    def ask(self, question: Any, on_stage: Any = None) -> Any:
        time.sleep(0.05)
        return super().ask(question, on_stage)


@pytest.fixture
def slow_team(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Team]:
    monkeypatch.setattr(teams, "FakePipeline", SlowPipeline)
    with team(tmp_path) as made:
        yield made


def begun(client: httpx.Client) -> str:
    """The id of a run that has asked something."""
    named = {"x-file-name": "secret.jsonl"}
    set_id = client.post("/evaluation/sets", content=_LONG, headers=named).json()["set_id"]
    run_id: str = client.post("/evaluation/runs", json={"set_id": set_id}).json()["run_id"]
    while not client.get("/evaluation/progress").json().get("done"):
        time.sleep(0.02)
    return run_id


@pytest.mark.parametrize("moment", [0, 1, 3])
def test_a_run_that_is_forgotten_stays_so(tmp_path: Path, moment: int) -> None:
    shelf, other = RunStore(tmp_path, "somebody"), RunStore(tmp_path, "somebody")
    kept, _ = shelf.add_set("问题.jsonl", SET)
    asker = ScriptedAsker(SCRIPT)

    def heard(done: int, _: int) -> None:
        if done == moment:
            other.forget()

    perform(shelf, shelf.begin(kept.id), asker, heard=heard)
    assert len(asker.asked) <= moment + 1
    assert [one for one in tmp_path.rglob("*") if one.is_file()] == []
    assert shelf.runs() == []


@pytest.mark.parametrize("who", ["editor", "admin"])
def test_what_was_deleted_does_not_come_back(slow_team: Team, who: str) -> None:
    uid = slow_team.accounts.users.named(NAMES["editor"]).id
    with slow_team.client("editor") as editor, slow_team.client("admin") as admin:
        begun(editor)
        if who == "editor":
            assert editor.delete("/v1/me/data").json()["question_sets"] == 1
            assert editor.get("/evaluation/progress").json() == {}
        else:
            assert admin.delete(f"/v1/users/{NAMES['editor']}").status_code == 204
        own = slow_team.folder / "evaluations" / "users" / uid
        assert not own.exists()
        begun(admin)  # nobody's run stands in the way
        assert not own.exists()


def test_admins_stop_a_run_that_they_do_not_see(slow_team: Team) -> None:
    with slow_team.client("editor") as editor, slow_team.client("admin") as admin:
        run_id = begun(editor)
        assert admin.get("/evaluation/progress").json() == {}
        assert admin.post("/evaluation/cancel").status_code == 200
        while editor.get("/evaluation/progress").json():
            time.sleep(0.02)
        uid = slow_team.accounts.users.named(NAMES["editor"]).id
        assert RunStore(slow_team.folder, uid).run(run_id).state == "cancelled"
