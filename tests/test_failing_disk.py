"""A disk that fails, at any moment, is named as one: nothing acknowledged is lost, no half is left.

The disk is a small library (`failing_disk.c`) that stands before the system's calls, so SQLite,
FAISS and tantivy meet it too.
"""

from __future__ import annotations

import errno
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from failing_disk import SCENARIOS
from pages import BRIDGE, ingest_into, write

from rag.errors import StorageFailed, StorageFull, YoujuError
from rag.errors.disk import disk_error
from rag.library.storage import translated
from rag.retrieval.dense import DenseIndex
from rag.retrieval.lexical import _os_errors
from ui import cli, console

TESTS = Path(__file__).parent


@pytest.fixture(scope="module")
def shim(tmp_path_factory: pytest.TempPathFactory) -> Path:
    compiler = shutil.which("cc")
    if compiler is None or sys.platform != "linux":
        pytest.skip("no compiler")
    made = tmp_path_factory.mktemp("shim") / "failing_disk.so"
    source = str(TESTS / "failing_disk.c")
    command = [compiler, "-shared", "-fPIC", "-O1", "-o", str(made), source, "-ldl"]
    subprocess.run(command, check=True)
    return made


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Path]:
    """In memory where there is such a disk: the others take their time for each fsync."""
    memory = Path("/dev/shm")
    if not os.access(memory, os.W_OK):
        yield tmp_path
        return
    with tempfile.TemporaryDirectory(dir=memory) as folder:
        yield Path(folder)


@pytest.mark.parametrize("scenario", SCENARIOS)
def test_every_failure_of_the_disk_is_survived(shim: Path, place: Path, scenario: str) -> None:
    ran = subprocess.run(
        [sys.executable, str(TESTS / "failing_disk.py"), scenario, str(place)],
        env={**os.environ, "LD_PRELOAD": str(shim), "PYTHONPATH": f"{TESTS.parent}:{TESTS}"},
        cwd=TESTS,
        capture_output=True,
        text=True,
        timeout=600,
        check=False,
    )
    assert (ran.returncode, ran.stdout) == (0, ""), ran.stdout + ran.stderr


def test_faiss_does_not_lose_its_last_bytes_unnoticed(tmp_path: Path) -> None:
    rows = [(n, np.eye(4, dtype=np.float32)[n]) for n in range(4)]
    index = DenseIndex.build(rows, 4)
    with pytest.raises(OSError, match="space") as raised:
        index.save(Path("/dev/full"))
    assert raised.value.errno == errno.ENOSPC
    index.save(tmp_path / "dense")
    assert len(DenseIndex.load(tmp_path / "dense")) == 4


def test_tantivys_words_for_a_full_disk_are_understood() -> None:
    for said, number in (
        ("Internal error: 'No space left on device (os error 28)'", errno.ENOSPC),
        ("An IO error occurred: 'Input/output error (os error 5) at path \"x\"'", errno.EIO),
        ("IoError { io_error: Os { code: 122, kind: QuotaExceeded } }", errno.EDQUOT),
    ):
        with pytest.raises(OSError, match=r".") as raised, _os_errors():
            raise ValueError(said)
        assert raised.value.errno == number
    with pytest.raises(ValueError, match="syntax"), _os_errors():
        raise ValueError("syntax")


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EIO])
def test_a_disks_errors_never_say_that_the_library_is_damaged(number: int) -> None:
    with pytest.raises(YoujuError) as raised, translated(Path("x")):
        raise OSError(number, os.strerror(number))
    assert isinstance(raised.value, StorageFailed if number == errno.EIO else StorageFull)
    assert "损坏" not in str(raised.value)
    assert "不受影响" in raised.value.hint_zh
    assert disk_error(OSError(number, "")) is not None
    assert disk_error(FileNotFoundError(errno.ENOENT, "")) is None


def test_a_full_output_is_one_line(tmp_path: Path) -> None:
    ingest_into(tmp_path / "data", write(tmp_path / "in", bridge=BRIDGE))
    with Path("/dev/full").open("w") as full:
        ran = subprocess.run(
            [sys.executable, "-m", "ui", "articles", "list", "--data-dir", str(tmp_path / "data")],
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
            cwd=TESTS.parent,
            env={**os.environ, "PYTHONPATH": str(TESTS.parent)},
            check=False,
        )
    assert ran.returncode == 2
    assert "storage_full" in ran.stderr
    assert len(ran.stderr.splitlines()) == 1


def test_an_error_of_the_disk_anywhere_in_a_command_is_one_line(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    def full(*_: object, **__: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device", "x")

    monkeypatch.setattr(console, "say", full)
    monkeypatch.setattr(cli, "_silenced", lambda code: code)
    assert cli.run(["articles", "list", "--data-dir", str(tmp_path)]) == 2
    (line,) = capsys.readouterr().err.splitlines()
    assert "storage_full" in line
