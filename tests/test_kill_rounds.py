"""One library, killed in the midst of its work again and again: what was acknowledged is there.

YOUJU_KILL_ROUNDS=200 pytest tests/test_kill_rounds.py      (`make durability` does)
"""

from __future__ import annotations

import os
import random
import signal
import sys
import time
from contextlib import suppress
from pathlib import Path

from nursery import check_found, do, held, nursery, page, title
from pages import pipeline_over

from rag.models.embedding import HashingEmbedder
from rag.proof.doctor import examine
from rag.settings import AnswerSettings, Settings

ROUNDS = int(os.environ.get("YOUJU_KILL_ROUNDS", "20"))
SEED = int(os.environ.get("YOUJU_KILL_SEED", "1"))
PAGES, TOGETHER = 40, 10
LATEST_CALL = 420
"""About as many calls as an import of so many pages touches the disk with."""


class Killer:
    """Kills a child a moment after one of its acknowledgements."""

    def __init__(self, chance: random.Random) -> None:
        self._left = chance.randrange(1, 5)
        self._seconds = chance.uniform(0, 0.05)

    def __call__(self, pid: int) -> None:
        """It acknowledged something."""
        self._left -= 1
        if self._left == 0:
            time.sleep(self._seconds)
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)


def versions(data_dir: Path) -> dict[int, int]:
    """The version of each page in the library."""
    made = {title(n, v): (n, v) for n in range(PAGES) for v in range(ROUNDS + 2)}
    return dict(made[one] for one in held(data_dir).live)


def test_killed_again_and_again_it_loses_nothing_acknowledged(tmp_path: Path) -> None:
    data_dir, folder = tmp_path / "data", tmp_path / "in"
    folder.mkdir()
    chance = random.Random(SEED)
    stands: dict[int, int] = {}
    killed = by_call = kept = 0
    with nursery() as children:
        for version in range(1, ROUNDS + 1):
            numbers = sorted(chance.sample(range(PAGES), TOGETHER))
            files = [page(folder, n, version) for n in numbers]
            counted = version % 2
            ended, said = children.run(
                "ingest",
                data_dir,
                *files,
                at=chance.randrange(1, LATEST_CALL) if counted else 0,
                meet=None if counted else Killer(chance),
            )
            killed += ended == signal.SIGKILL
            by_call += counted and ended == signal.SIGKILL
            kept += said
            found = versions(data_dir)
            for n in range(PAGES):
                may_be = {version} if n in numbers[:said] else {stands.get(n)}
                may_be |= {version} if n in numbers[said:] else set()
                assert found.get(n) in may_be, (version, n, said, ended)
            stands = found
            if version % 5 == 0:
                _finds_all(data_dir, stands)
    assert by_call > ROUNDS / 4, "most rounds that count calls ended by themselves"
    assert kept > ROUNDS, "hardly anything was acknowledged"
    do("ingest", data_dir, *folder.iterdir())  # what was published last may be behind
    _finds_all(data_dir, versions(data_dir))
    answer = AnswerSettings(scorer="features")  # the reader's files lie elsewhere
    checks = examine(Settings(data_dir=data_dir, answer=answer), embedder=HashingEmbedder())
    assert [check for check in checks if not check.ok] == []
    sys.stdout.write(f"{ROUNDS} rounds, {killed} kills, {kept} articles acknowledged, 0 lost\n")


def _finds_all(data_dir: Path, stands: dict[int, int]) -> None:
    pipeline = pipeline_over(data_dir)
    try:
        check_found(pipeline, [title(n, version) for n, version in stands.items()])
    finally:
        pipeline.close()
