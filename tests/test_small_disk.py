"""A disk of 16 MB that imports fill: what was acknowledged stays, and goes on when there is room.

Needs the right to mount; elsewhere the failing disk of `test_failing_disk.py` has to do.
"""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from nursery import held, page, title
from pages import word_scorer

from ingest import indexing
from ingest.storing.outcomes import Progress
from rag.assembly import open_pipeline
from rag.errors import StorageFull
from rag.library.backup import back_up, restore
from rag.library.library import Library
from rag.models.embedding import HashingEmbedder
from rag.pipeline import Pipeline
from rag.proof.doctor import examine
from rag.settings import AnswerSettings, Settings

pytestmark = pytest.mark.slow
MEGABYTES = 16
BALLAST = 6 << 20
TOGETHER = 50
"""Pages of a call of `ingest`."""
MODEL = HashingEmbedder(768)


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of its own, in memory, with a file on it that can make room."""
    place = tmp_path / "disk"
    place.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", f"size={MEGABYTES}m", "tmpfs", str(place)]
    may = sys.platform == "linux"
    if not may or subprocess.run(mount, capture_output=True, check=False).returncode:
        pytest.skip("this user may not mount a disk of 16 MB")
    (place / "ballast").write_bytes(bytes(BALLAST))
    yield place
    subprocess.run(["umount", "--lazy", str(place)], check=True)


def _settings(data_dir: Path) -> Settings:
    return Settings(data_dir=data_dir, answer=AnswerSettings(scorer="features"))


def _pipeline(data_dir: Path) -> Pipeline:
    return open_pipeline(_settings(data_dir), MODEL, word_scorer())


def _ingest(data_dir: Path, *files: Path) -> tuple[int, StorageFull | None]:
    """How many articles were acknowledged, and what ended it."""
    acknowledged = 0

    def told(progress: Progress) -> None:
        nonlocal acknowledged
        acknowledged = progress.articles

    try:
        with Library.open(data_dir, write=True) as library:
            indexing.ingest(files, library, MODEL, _settings(data_dir), told)
    except StorageFull as error:
        return acknowledged, error
    return acknowledged, None


def _fill(data_dir: Path, folder: Path) -> int:
    """Import pages until there is no room; how many were acknowledged."""
    folder.mkdir()
    for start in range(0, 100 * TOGETHER, TOGETHER):
        files = [page(folder, start + n, 1) for n in range(TOGETHER)]
        acknowledged, error = _ingest(data_dir, *files)
        if error is not None:
            assert error.message_zh
            assert error.hint_zh
            return start + acknowledged
    raise AssertionError("the disk never filled")


def _wrong(data_dir: Path) -> set[str]:
    checks = examine(_settings(data_dir), embedder=MODEL)
    return {check.name for check in checks if not check.ok}


def _finds(data_dir: Path, live: dict[str, str]) -> None:
    pipeline = _pipeline(data_dir)
    try:
        for wanted in list(live)[-5:]:
            assert wanted in {hit.title for hit in pipeline.search(wanted, 30)}
    finally:
        pipeline.close()


def test_a_full_disk_loses_nothing_acknowledged(
    disk: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(indexing, "_BATCH_PASSAGES", 8)
    data_dir = disk / "data"
    acknowledged = _fill(data_dir, tmp_path / "in")
    wanted = {title(n, 1) for n in range(acknowledged)}
    assert acknowledged > TOGETHER
    sys.stdout.write(f"{acknowledged} acknowledged when {MEGABYTES} MB were full\n")
    live = held(data_dir).live
    assert wanted <= set(live)
    _finds(data_dir, live)  # what is published may be behind: the rest is caught up in memory
    assert _wrong(data_dir) <= {"索引"}
    _full(data_dir, disk, tmp_path, live)
    assert held(data_dir).live == live
    (disk / "ballast").unlink()
    assert _ingest(data_dir, *sorted((tmp_path / "in").iterdir()))[1] is None
    assert wanted <= set(held(data_dir).live)
    assert _wrong(data_dir) == set()
    gone = live.popitem()
    with Library.open(data_dir, write=True) as library:
        library.remove_all([gone[1]])
    assert gone[0] in held(data_dir).binned
    _finds(data_dir, live)


def _take_the_rest(file: Path) -> None:
    with file.open("wb", buffering=0) as rest:
        while True:
            rest.write(bytes(4096))


def _remove_and_take_back(library: Library, article: str) -> None:
    while True:  # the log may have some room left
        library.remove_all([article])
        library.restore([article])


def _full(data_dir: Path, disk: Path, tmp_path: Path, live: dict[str, str]) -> None:
    """What fails for want of room leaves nothing behind; what needs none there works."""
    names = sorted(one.name for one in disk.iterdir())
    with pytest.raises(StorageFull):
        back_up(data_dir, disk / "backup.zip")
    assert sorted(one.name for one in disk.iterdir()) == names
    made = back_up(data_dir, tmp_path / "backup.zip")
    restore(tmp_path / "elsewhere", made.file)
    assert held(tmp_path / "elsewhere").live == live
    with pytest.raises(OSError, match="space"):
        _take_the_rest(disk / "rest")
    article = next(iter(live.values()))
    with Library.open(data_dir, write=True) as library, pytest.raises(StorageFull):
        _remove_and_take_back(library, article)
    with Library.open(data_dir, write=True) as library:
        (disk / "rest").unlink()
        if article not in held(data_dir).live.values():
            library.restore([article])
