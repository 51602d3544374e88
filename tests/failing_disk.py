"""Work on a disk that fails at the N-th write, fsync or rename, for N = 1, 2, … until none fails.

    LD_PRELOAD=failing_disk.so python failing_disk.py SCENARIO FOLDER

After every failure the error must be one of the disk's, what was acknowledged must be there, and
the same work must succeed once the disk does. What does not hold is printed, a line each.
"""

from __future__ import annotations

import ctypes
import errno
import json
import shutil
import sys
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from fakes_eval import ScriptedAsker
from pages import BRIDGE, TEA, ingest_into, pipeline_over, write

from eval.data_files import write_whole
from eval.feedback import Feedback, FeedbackStore
from eval.run_store import RunStore
from rag.data_model.answers import Answer, Question
from rag.errors import YoujuError
from rag.library.backup import back_up, restore
from rag.library.library import Library
from rag.library.schema import DATABASE
from rag.library.storage import Database
from rag.models.embedding import HashingEmbedder
from rag.proof.doctor import examine
from rag.settings import AnswerSettings, Settings, set_threshold
from ui.intake.uploads import keep

ERRORS = (errno.ENOSPC, errno.EIO, errno.EDQUOT)
TOLD = {"storage_full", "storage_failed"}
MOST = 400
_SET = b"".join(
    json.dumps(record, ensure_ascii=False).encode() + b"\n"
    for record in (
        {"id": "1", "question": "甲在哪里？", "answers": [["东边"]]},
        {"id": "2", "question": "丙是谁？", "answerable": False},
    )
)
_OLD = Question(question="青石湾大桥总投资多少亿元？")
_NEW = Question(question="全乡茶园面积有多少亩？")


class Disk:
    """The preloaded library's switch."""

    def __init__(self, below: Path) -> None:
        self._below = str(below).encode()
        self._library = ctypes.CDLL(None)
        self._library.disk_calls.restype = ctypes.c_long

    def fail(self, at: int, error: int, *, always: bool) -> None:
        """Fail from now on at the `at`-th call, and at all later ones if `always`."""
        self._library.disk_fail(self._below, ctypes.c_long(at), error, int(always))

    def mend(self) -> int:
        """Fail no more; how many calls there were."""
        calls = int(self._library.disk_calls())
        self._library.disk_fail(None, 0, 0, 0)
        return calls


@dataclass(frozen=True)
class Scenario:
    """`act` works on a folder that `prepare` made; `whole` says whether it did what it should."""

    prepare: Callable[[Path], None]
    act: Callable[[Path], object]
    whole: Callable[[Path], bool]


def _asked(data_dir: Path, question: Question) -> Answer:
    pipeline = pipeline_over(data_dir)
    try:
        return pipeline.ask(question)
    finally:
        pipeline.close()


def _library(folder: Path) -> None:
    ingest_into(folder / "data", write(folder / "in", bridge=BRIDGE))
    write(folder / "more", tea=TEA)
    feedback = folder / "data" / "feedback.jsonl"
    store = FeedbackStore(folder / "data")
    store.add(Feedback(id="1", verdict="up", answer=_asked(folder / "data", _OLD)))
    assert feedback.exists()
    write_whole(folder / "report.md", "old")
    (folder / "data" / "youju.toml").write_text("[answer]\nthreshold = 0.5\n", encoding="utf-8")
    back_up(folder / "data", folder / "earlier.zip")


def _holds(data_dir: Path) -> bool:
    """Whether all that was acknowledged at first is there and answers."""
    with Library.open(data_dir) as library:
        sound = library.integrity() == []
    kept = [one.id for one in FeedbackStore(data_dir).judgements()]
    return sound and "1" in kept and "21亿元" in _asked(data_dir, _OLD).text


def _tidy(folder: Path) -> bool:
    """Whether nothing half made lies about."""
    halves = [p for p in folder.rglob("*") if p.name.endswith(".part") or ".part-" in p.name]
    halves += (*folder.glob("data/.restore-*"), *folder.glob(".youju-*"))
    index = [place.name for place in (folder / "data" / "index").iterdir() if place.is_dir()]
    spare = 2  # where the disk fails once the new one is named, the old one waits for the next
    return not halves and len(index) <= spare and not any(n.startswith(".") for n in index)


def _examined(folder: Path) -> bool:
    answer = AnswerSettings(scorer="features")  # the reader's files lie elsewhere
    settings = Settings(data_dir=folder / "data", answer=answer)
    return all(check.ok for check in examine(settings, embedder=HashingEmbedder()))


def _rebuild(folder: Path) -> str:
    """The doctor tells of errors instead of raising them: the code that it tells of."""
    settings = Settings(data_dir=folder / "data", answer=AnswerSettings(scorer="features"))
    checks = examine(settings, rebuild=True, embedder=HashingEmbedder())
    wrong = [check.detail for check in checks if not check.ok]
    return next((code for code in TOLD if f"（{code}）" in "".join(wrong)), str(wrong or "done"))


def _judge(folder: Path) -> None:
    answer = Answer.model_validate_json(
        FeedbackStore(folder / "data").judgements()[0].answer.model_dump_json(by_alias=True)
    )
    FeedbackStore(folder / "data").add(Feedback(id="2", verdict="down", answer=answer))


def _upload(folder: Path) -> None:
    with (folder / "in" / "bridge.txt").open("rb") as file:
        keep(folder / "data", "大桥.txt", file)


def _evaluation(folder: Path) -> None:
    _library(folder)
    RunStore(folder / "data").add_set("问题.jsonl", _SET)


class _NoSearch:
    def search(self, query: str, limit: int) -> list[Any]:
        """Nothing."""
        return []


def _evaluate(folder: Path) -> str:
    """A run that the disk ends is noted as failed, if that can be noted."""
    shelf = RunStore(folder / "data")
    run = shelf.begin(next(one.id for one in shelf.sets() if one.name == "问题.jsonl"))
    asker = ScriptedAsker({"甲在哪里？": ["甲在东边。"]})
    run = shelf.perform(run, asker, _NoSearch(), lambda _: [], lambda done, total: None)
    return run.error["code"] if run.error else "done"


def _evaluated(folder: Path) -> bool:
    shelf = RunStore(folder / "data")
    done = [run for run in shelf.runs() if run.state == "finished"]
    reports = [shelf.report(run) or {} for run in done]
    return bool(reports) and all(report["metrics"]["correct"] == 1.0 for report in reports)


def _old_format(folder: Path) -> None:
    _library(folder)
    (folder / "old").mkdir()
    Database(folder / "old" / DATABASE, ["CREATE TABLE one (x); INSERT INTO one VALUES (7);"],
             write=True).close()  # fmt: skip


def _new_format(folder: Path) -> None:
    steps = ["CREATE TABLE one (x);", "CREATE TABLE two AS SELECT x FROM one;"]
    database = Database(folder / "old" / DATABASE, steps, write=True)
    assert database.all("SELECT x FROM two") == [(7,)]
    database.close()


SCENARIOS = {
    "ingest": Scenario(
        _library,
        lambda folder: ingest_into(folder / "data", folder / "more"),
        lambda folder: _asked(folder / "data", _NEW).answered and _examined(folder),
    ),
    "rebuild": Scenario(_library, _rebuild, _examined),
    "upload": Scenario(
        _library, _upload, lambda folder: len(list(folder.glob("data/uploads/*/大桥.txt"))) == 1
    ),
    "feedback": Scenario(
        _library, _judge, lambda folder: len(FeedbackStore(folder / "data").judgements()) == 2
    ),
    "report": Scenario(
        _library,
        lambda folder: write_whole(folder / "report.md", "new"),
        lambda folder: (folder / "report.md").read_text(encoding="utf-8") == "new",
    ),
    "settings": Scenario(
        _library,
        lambda folder: set_threshold(folder / "data" / "youju.toml", 0.25),
        lambda folder: "0.25" in (folder / "data" / "youju.toml").read_text(encoding="utf-8"),
    ),
    "evaluation": Scenario(_evaluation, _evaluate, _evaluated),
    "backup": Scenario(
        _library,
        lambda folder: back_up(folder / "data", folder / "later.zip"),
        lambda folder: restore(folder / "copy", folder / "later.zip").articles == 1,
    ),
    "restore": Scenario(
        _library,
        lambda folder: restore(folder / "data", folder / "earlier.zip"),
        lambda folder: len(list((folder / "data" / "backups").iterdir())) > 0,
    ),
    "format": Scenario(_old_format, _new_format, lambda folder: True),
}


def _attempt(scenario: Scenario, folder: Path) -> str:
    """How the work ended: a code, `done`, or what should never be seen."""
    try:
        said = scenario.act(folder)
    except YoujuError as error:
        return error.code
    except Exception as error:  # noqa: BLE001 (this is what is looked for)
        return f"{type(error).__name__}: {error}"
    return said if isinstance(said, str) else "done"


def run(name: str, place: Path) -> list[str]:
    """What did not hold, a line each."""
    scenario, disk = SCENARIOS[name], Disk(place / "work")
    tempfile.tempdir = str(place)
    scenario.prepare(place / "made")
    wrong: list[str] = []
    failed = 0
    for always in (False, True):
        for at in range(1, MOST, 3 if always else 1):
            folder = (
                place / "work" / f"{'from' if always else 'at'}-{at}"
            )  # its own: threads end late
            shutil.copytree(place / "made", folder)
            (folder / "tmp").mkdir()
            tempfile.tempdir = str(folder / "tmp")
            disk.fail(at, ERRORS[at % len(ERRORS)], always=always)
            ended = _attempt(scenario, folder)
            calls = disk.mend()
            label = f"{name} {'from' if always else 'at'} {at}: {ended}"
            failed += ended in TOLD
            if ended not in {*TOLD, "done"}:
                wrong.append(label)
            if not (_holds(folder / "data") and _tidy(folder)):
                wrong.append(f"{label}: something is lost or left behind")
            if _attempt(scenario, folder) != "done" or not scenario.whole(folder):
                wrong.append(f"{label}: does not work afterwards")
            shutil.rmtree(folder, ignore_errors=True)
            if calls < at:
                break
        else:
            wrong.append(f"{name}: never came to an end")
    if not failed:
        wrong.append(f"{name}: nothing ever failed")
    sys.stderr.write(f"{name}: {failed} failures\n")
    return wrong


if __name__ == "__main__":
    sys.stdout.write("".join(f"{line}\n" for line in run(sys.argv[1], Path(sys.argv[2]))))
