"""Two servers on one data directory leave each other's jobs and uploads alone."""

from __future__ import annotations

import json
import threading
from pathlib import Path

import pytest
from fake_pipeline import IngestHere
from fakes_eval import ScriptedAsker

from eval.run_store import RunStore
from rag.data_model.answers import Answer
from rag.errors import RunUnderway
from rag.library.library import Library
from rag.settings import Settings, load_settings
from ui.intake.journal import Journal
from ui.intake.queue import Intake
from ui.intake.uploads import keep_file

PAGE = "石桥镇的集市\n\n石桥镇每逢初五有集市，卖竹器的摊位有46个。\n"


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    with Library.open(tmp_path / "data", write=True):
        return load_settings(tmp_path / "data")


def server(settings: Settings, *, held: bool = False) -> tuple[Intake, IngestHere]:
    ingester = IngestHere(settings)
    ingester.hold = threading.Event() if held else None
    return Intake(settings.data_dir, ingester, lambda: None, 9), ingester


def uploaded(settings: Settings, folder: Path) -> Path:
    folder.mkdir(exist_ok=True)
    (folder / "part").write_text(PAGE, encoding="utf-8")
    return keep_file(settings.data_dir, "石桥.txt", folder / "part")


def test_a_second_server_leaves_a_running_import_to_the_first(
    settings: Settings, tmp_path: Path
) -> None:
    first, ingester = server(settings, held=True)
    first.resume()
    job = first.submit(["石桥.txt"], [uploaded(settings, tmp_path / "in")])
    second, _ = server(settings)
    second.resume()
    assert second.jobs() == ()
    assert second.awaits(job.files[0])
    (noted,) = Journal(settings.data_dir).load()
    assert noted.status in {"queued", "running"}
    assert ingester.hold is not None
    ingester.hold.set()
    assert job.finished.wait(20)
    second.close()
    first.close()
    assert job.status == "done"
    assert [one.status for one in job.results] == ["stored"]


def test_what_a_server_left_undone_is_taken_up_once_it_is_gone(
    settings: Settings, tmp_path: Path
) -> None:
    first, ingester = server(settings, held=True)
    running = first.submit(["石桥.txt"], [uploaded(settings, tmp_path / "in")])
    first._ledger.close()  # its lock is freed, as when it is killed
    second, _ = server(settings)
    second.resume()
    (job,) = second.jobs()
    assert job.id == running.id
    assert job.finished.wait(20)
    assert job.status == "done"
    second.close()
    assert ingester.hold is not None
    ingester.hold.set()
    first.close()
    assert list((settings.data_dir / "jobs" / "servers").iterdir()) == []


def test_a_run_is_performed_by_one_server_at_a_time(tmp_path: Path) -> None:
    shelf, other = RunStore(tmp_path), RunStore(tmp_path)
    question = json.dumps({"id": "1", "question": "甲在哪里？", "answerable": False})
    kept, _ = shelf.add_set("问题.jsonl", question.encode())
    begun = shelf.begin(kept.id)
    seen: list[bool] = []

    class Asks(ScriptedAsker):
        def ask(self, question: object) -> Answer:
            seen.append(other.is_performed(begun.id))
            with pytest.raises(RunUnderway):
                other.perform(begun, self, self, lambda _: [], print)  # type: ignore[arg-type]
            assert other.run(begun.id).state == "running"
            return super().ask(question)  # type: ignore[arg-type]

    done = shelf.perform(begun, Asks({}), None, lambda _: [], lambda *_: None)  # type: ignore[arg-type]
    assert seen == [True]
    assert done.state == "finished"
    assert not other.is_performed(begun.id)
