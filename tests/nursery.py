"""Children that work on a library and are killed: forked from a small program, so each is quick.

    python nursery.py < jobs > replies

A job is a line: `{"do": name, "with": [data_dir, arguments …], "at": n}`. A child says
`{"acknowledged": n}` as it stores. Where `at` is not 0 it kills itself before its n-th call that
touches the disk; or whoever reads `{"pid": …}` kills it. Last stands `{"ended": signal or 0}`.
"""

from __future__ import annotations

import contextlib
import io
import json
import os
import signal
import subprocess
import sys
import tempfile
import traceback
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from rag.pipeline import Pipeline

ROOT = Path(__file__).parent.parent
BATCH = 4
"""Passages that are stored together."""
TOUCHES = frozenset(
    {"backup", "chmod", "close", "commit", "execute", "executemany", "executescript", "fsync"}
    | {"ftruncate", "link", "merge", "mkdir", "open", "rename", "replace", "rmdir", "stat"}
    | {"unlink", "utime", "write", "write_index", "writestr"}
)
"""What a crash may come before, by the names of C functions."""


class Nursery:
    """Has children work on libraries."""

    def __init__(self, program: subprocess.Popen[str]) -> None:
        self._program = program

    def run(
        self, do: str, *arguments: object, at: int = 0, meet: Callable[[int], None] | None = None
    ) -> tuple[int, int]:
        """Have a child do something to its end.

        Args:
            do: a name of `DEEDS`.
            *arguments: of it, the data directory first.
            at: the call before which the child kills itself; 0: none.
            meet: is told the child's process id when it has acknowledged something.

        Returns:
            The signal that ended it, 0 if none did, and how many articles it acknowledged.
        """
        assert self._program.stdin is not None
        assert self._program.stdout is not None
        job = {"do": do, "with": [str(one) for one in arguments], "at": at}
        self._program.stdin.write(json.dumps(job) + "\n")
        self._program.stdin.flush()
        pid = acknowledged = 0
        for line in self._program.stdout:
            said = json.loads(line)
            pid = said.get("pid", pid)
            acknowledged = said.get("acknowledged", acknowledged)
            if "ended" in said:
                return int(said["ended"]), acknowledged
            if meet is not None and "acknowledged" in said:
                meet(pid)
        raise AssertionError("the nursery is gone")


@contextmanager
def nursery() -> Iterator[Nursery]:
    """A program that is left when no more children are wanted."""
    with subprocess.Popen(
        [sys.executable, __file__],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        cwd=ROOT,
        env={"PYTHONPATH": f"{ROOT}:{ROOT / 'tests'}", "PATH": "", "OMP_NUM_THREADS": "1"},
    ) as program:
        try:
            yield Nursery(program)
        finally:
            assert program.stdin is not None
            program.stdin.close()


def _ingest(data_dir: Path, *files: str) -> None:
    from ingest import indexing
    from ingest.storing.outcomes import Progress
    from rag.library.library import Library
    from rag.models.embedding import HashingEmbedder
    from rag.settings import Settings

    indexing._BATCH_PASSAGES = BATCH

    def told(progress: Progress) -> None:
        _say({"acknowledged": progress.articles})

    with Library.open(data_dir, write=True) as library:
        paths = [Path(file) for file in files]
        indexing.ingest(paths, library, HashingEmbedder(), Settings(data_dir=data_dir), told)


def _remove(data_dir: Path, *articles: str) -> None:
    from rag.library.library import Library

    with Library.open(data_dir, write=True) as library:
        library.remove_all(articles)


def _take_back(data_dir: Path, *articles: str) -> None:
    from rag.library.library import Library

    with Library.open(data_dir, write=True) as library:
        library.restore(articles)


def _purge(data_dir: Path, *articles: str) -> None:
    from rag.library.library import Library

    with Library.open(data_dir, write=True) as library:
        library.purge_bin(articles)


def _back_up(data_dir: Path, file: str) -> None:
    from rag.library.backup import back_up

    back_up(data_dir, Path(file))


def _put_back(data_dir: Path, file: str) -> None:
    from rag.library.backup import restore

    restore(data_dir, Path(file))


DEEDS: dict[str, Callable[..., None]] = {
    "ingest": _ingest,
    "remove": _remove,
    "take_back": _take_back,
    "purge": _purge,
    "back_up": _back_up,
    "put_back": _put_back,
}


def do(name: str, data_dir: Path, *arguments: object) -> None:
    """The same in this process."""
    with contextlib.redirect_stdout(io.StringIO()):
        DEEDS[name](data_dir, *map(str, arguments))


def _say(reply: dict[str, Any]) -> None:
    sys.stdout.write(json.dumps(reply) + "\n")
    sys.stdout.flush()


def _child(job: dict[str, Any]) -> None:
    left = job["at"]

    def count(_: FrameType, event: str, called: Any) -> None:
        nonlocal left
        if event != "c_call" or called.__name__ not in TOUCHES:
            return
        owner = getattr(called, "__self__", None)
        if isinstance(owner, str | bytes) or owner is sys.stdout:
            return
        left -= 1
        if left == 0:
            os.kill(os.getpid(), signal.SIGKILL)

    if left:
        sys.setprofile(count)
    data_dir, *others = job["with"]
    DEEDS[job["do"]](Path(data_dir), *others)


def _main() -> None:
    _warm_up()
    for line in sys.stdin:
        job = json.loads(line)
        pid = os.fork()
        if not pid:
            try:
                _child(job)
            except BaseException:  # noqa: BLE001 (no child goes on as the parent)
                traceback.print_exc()
                os._exit(1)
            os._exit(0)
        _say({"pid": pid})
        status = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
        assert status <= 0, f"{job['do']} failed"
        _say({"ended": -status})


def _warm_up() -> None:
    """Load here what each child would have to; `OMP_NUM_THREADS=1` keeps threads from staying."""
    from rag.library import backup  # noqa: F401

    with tempfile.TemporaryDirectory() as folder:
        page = Path(folder) / "page.txt"
        page.write_text("仓库盘点\n\n本报讯 仓库昨天盘点。\n", encoding="utf-8")
        do("ingest", Path(folder) / "data", page)


@dataclass(frozen=True)
class Held:
    """What a library holds: ids of articles by their titles, in use and in the bin."""

    live: dict[str, str]
    binned: dict[str, str]


def held(data_dir: Path) -> Held:
    """Of a sound library, all of whose articles are whole."""
    from rag.library.library import Library

    with Library.open(data_dir) as library:
        assert library.integrity() == []
        stored = library.articles()
        ids = library.passage_ids(library.generation)
        passages = list(library.passages(ids))
        assert {one.article_key for one in passages} == {one.key for one in stored}
        live = {one.article.title: one.article.article_id for one in stored}
        binned = {one.title: one.article_id for one in library.binned()}
        assert (len(live), len(binned)) == (len(stored), len(library.binned()))
    return Held(live, binned)


def page(folder: Path, number: int, version: int) -> Path:
    """A file of one article, which `title` names."""
    file = folder / f"{number:03}.txt"
    file.write_text(
        f"{title(number, version)}\n\n本报讯 {number}号仓库昨天第{version}次盘点，"
        f"库存{number * 37 + version * 1009}箱。\n管仓库的人说，第{number}排货架要加固。\n",
        encoding="utf-8",
    )
    return file


def title(number: int, version: int) -> str:
    """Of a page's article."""
    return f"{number}号仓库第{version}次盘点"


def check_found(pipeline: Pipeline, live: Iterable[str]) -> None:
    """Have what is in use be found by its title, and nothing else."""
    live = set(live)
    for wanted in live:
        found = {hit.title for hit in pipeline.search(wanted, 100)}
        assert wanted in found  # not always first: other pages have the same numbers
        assert found <= live


if __name__ == "__main__":
    _main()
