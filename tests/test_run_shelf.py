"""Kept question sets and runs: what goes in comes out, and an interrupted run goes on."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from fakes_eval import ScriptedAsker

from eval.run_store import BUNDLED, Cancelled, KeptRun, RunStore
from rag.data_model.answers import Answer
from rag.data_model.documents import Passage
from rag.errors import DataLineInvalid, RunMissing, SetBundled, SetMissing, StorageFull

SCRIPT = {"甲在哪里？": ["甲在东边。"], "乙在哪里？": ["乙在南边。"]}
SET = "\n".join(
    json.dumps(record, ensure_ascii=False)
    for record in (
        {"id": "1", "question": "甲在哪里？", "answers": [["东边"]], "type": "where"},
        {"id": "2", "question": "乙在哪里？", "answers": [["西边"]], "type": "where"},
        {"id": "3", "question": "丙是谁？", "answerable": False, "type": "who"},
    )
).encode()


class NoSearch:
    def search(self, query: str, limit: int) -> list[Passage]:
        return []


def perform(
    shelf: RunStore,
    run: KeptRun,
    asker: object,
    stop_at: int = -1,
    heard: Callable[[int, int], None] | None = None,
) -> KeptRun:
    def progress(done: int, total: int) -> None:
        if done == stop_at:
            raise Cancelled
        if heard:
            heard(done, total)

    return shelf.perform(run, asker, NoSearch(), lambda _: [], progress)  # type: ignore[arg-type]


@pytest.fixture
def shelf(tmp_path: Path) -> RunStore:
    return RunStore(tmp_path / "data")


def test_a_run_is_kept_with_its_report(shelf: RunStore) -> None:
    kept, _ = shelf.add_set("问题.jsonl", SET)
    run = perform(shelf, shelf.begin(kept.id), ScriptedAsker(SCRIPT))
    assert (run.state, run.questions, run.set_name) == ("finished", 3, "问题.jsonl")
    assert run.correct == pytest.approx(2 / 3)  # 1 right, 2 wrong, 3 rightly refused
    assert shelf.runs() == [run] == [shelf.run(run.id)]
    report = shelf.report(run)
    assert report is not None
    assert report["metrics"]["correct"] == run.correct
    page = shelf.file(run, "report.md")
    assert page is not None
    assert "乙在哪里？" in page.read_text(encoding="utf-8")
    assert shelf.file(run, "about.json") is None
    assert shelf.file(run, "../../sets") is None


def test_a_run_of_a_collection_asks_only_that(shelf: RunStore) -> None:
    record = {"id": "1", "question": "甲在哪里？", "answers": [["东边"]]}
    own = {**record, "id": "2", "question": "乙在哪里？", "collections": ["别的"]}
    lines = "\n".join(json.dumps(one, ensure_ascii=False) for one in (record, own))
    kept, _ = shelf.add_set("问题.jsonl", lines.encode())
    begun = shelf.begin(kept.id, ["工程"])
    run = shelf.run(begun.id)  # as after a restart
    assert run == begun
    asked = shelf.questions(run)
    assert [one.filters.collections for one in asked] == [("工程",), ("别的",)]
    assert asked.name == "问题.jsonl（文集：工程）"
    everywhere = shelf.questions(shelf.begin(kept.id))
    assert [one.filters.collections for one in everywhere] == [(), ("别的",)]


def test_a_cancelled_run_keeps_its_answers_and_goes_on(shelf: RunStore) -> None:
    kept, _ = shelf.add_set("问题.jsonl", SET)
    asker = ScriptedAsker(SCRIPT)
    run = perform(shelf, shelf.begin(kept.id), asker, stop_at=2)
    assert run.state == "cancelled"
    assert list(shelf.answers(run).answers) == ["1", "2"]
    assert shelf.report(run) is None
    assert perform(shelf, run, asker).state == "finished"
    assert [question.id for question in asker.asked] == ["1", "2", "3"]


def test_what_ends_a_run_is_noted(shelf: RunStore) -> None:
    class Full(ScriptedAsker):
        def ask(self, question: object) -> Answer:
            raise StorageFull(path="x")

    kept, _ = shelf.add_set("问题.jsonl", SET)
    run = perform(shelf, shelf.begin(kept.id), Full({}))
    assert run.state == "failed"
    assert run.error is not None
    assert run.error["code"] == "storage_full"


def test_a_bad_set_is_refused_by_its_own_name_and_nothing_is_kept(shelf: RunStore) -> None:
    with pytest.raises(DataLineInvalid, match=r"我的\.csv 第 1 行") as raised:
        shelf.add_set("我的.csv", "标题,正文\n一,二\n".encode())
    assert "问题" in raised.value.message_zh
    assert [one.id for one in shelf.sets()] == [BUNDLED]


def test_the_same_set_is_kept_once_and_the_bundled_one_is_there(shelf: RunStore) -> None:
    first, _ = shelf.add_set("一.jsonl", SET)
    again, _ = shelf.add_set("二.jsonl", SET)
    assert first.id == again.id
    assert [(one.id, one.name) for one in shelf.sets()][1:] == [(first.id, "二.jsonl")]
    assert shelf.sets()[0].questions > 200


@pytest.mark.parametrize("name", ["../../x.jsonl", "/etc/passwd", "<b>.csv", "a" * 300])
def test_a_name_is_never_a_path(shelf: RunStore, tmp_path: Path, name: str) -> None:
    shelf.begin(shelf.add_set(name, SET)[0].id)
    assert {place.name for place in tmp_path.iterdir()} == {"data"}


@pytest.mark.parametrize("run_id", ["", "..", "../sets", "nothing", "a/b"])
def test_only_our_own_ids_name_something(shelf: RunStore, run_id: str) -> None:
    with pytest.raises(RunMissing):
        shelf.run(run_id)
    with pytest.raises(SetMissing):
        shelf.begin(run_id)


def test_a_removed_run_is_gone(shelf: RunStore) -> None:
    run = shelf.begin(BUNDLED)
    shelf.remove(run.id)
    assert shelf.runs() == []


def test_a_run_is_renamed_even_while_it_goes_on(shelf: RunStore) -> None:
    kept, _ = shelf.add_set("问题.jsonl", SET)
    run = shelf.begin(kept.id)

    def progress(done: int, _total: int) -> None:
        if done == 1:
            shelf.rename(run.id, "换阈值以前")

    done = perform(shelf, run, ScriptedAsker(SCRIPT), heard=progress)
    assert (done.title, done.set_name, done.state) == ("换阈值以前", "问题.jsonl", "finished")
    assert shelf.run(run.id) == done
    with pytest.raises(RunMissing):
        shelf.rename("nothing", "x")


def test_a_set_is_renamed_and_removed_and_its_runs_stay(shelf: RunStore) -> None:
    kept, _ = shelf.add_set("旧.jsonl", SET)
    run = perform(shelf, shelf.begin(kept.id), ScriptedAsker(SCRIPT))
    assert shelf.rename_set(kept.id, "新.jsonl").name == "新.jsonl"
    assert [one.name for one in shelf.sets()][1:] == ["新.jsonl"]
    shelf.remove_set(kept.id)
    assert [one.id for one in shelf.sets()] == [BUNDLED]
    assert len(shelf.questions(run)) == 3
    with pytest.raises(SetBundled):
        shelf.rename_set(BUNDLED, "x")
    with pytest.raises(SetBundled):
        shelf.remove_set(BUNDLED)
    with pytest.raises(SetMissing):
        shelf.remove_set(kept.id)


def test_a_report_says_when_where_and_by_which_program(shelf: RunStore) -> None:
    run = shelf.begin(BUNDLED)
    perform(shelf, run, ScriptedAsker(SCRIPT), stop_at=2)
    perform(shelf, run, ScriptedAsker(SCRIPT))
    report = shelf.report(run)
    assert report is not None
    stamps = report["settings"]
    assert stamps["run"] == run.id
    assert stamps["started"] <= stamps["finished"]
    assert "Python" in stamps["machine"][0]
    assert stamps["version"]
    assert (stamps["generation"], stamps["model"]) == ([3], ["fake"])
