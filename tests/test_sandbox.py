"""A parser that misbehaves takes nothing with it but its own file."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import psutil
import pytest

from ingest.processes.sandbox import Limits, parse
from rag.errors import DocumentError, ParseFailed, ParseLimit, ParseTimeout

PARSERS = {
    "hungry": "def extract(file):\n    return {'n': len(bytearray(2 << 30))}\n",
    "busy": "def extract(file):\n    while True: pass\n",
    "asleep": "import time\ndef extract(file):\n    time.sleep(60)\n",
    "dying": "import os, signal\ndef extract(file):\n    os.kill(os.getpid(), signal.SIGSEGV)\n",
    "raising": "def extract(file):\n    raise KeyError('x')\n",
    "talking": "def extract(file):\n    print('x' * 99); return {'n': 1}\n",
    "verbose": "def extract(file):\n    return {'n': 'x' * (9 << 20)}\n",
    "dialling": (
        "import socket\ndef extract(file):\n    socket.create_connection(('127.0.0.1', 9))\n"
    ),
    "forking": "import os\ndef extract(file):\n    os.system('true')\n",
}


class TestSandbox:
    @pytest.fixture(autouse=True)
    def parsers(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        """Parsers that misbehave, in a copy of the package that a child finds."""
        from ingest.processes import sandbox

        root = tmp_path / "root"
        (root / "ingest").mkdir(parents=True)
        (root / "rag").symlink_to(Path(sandbox.__file__).parent.parent / "rag")
        for module in ("__init__.py", "children.py", "sandbox.py"):
            (root / "ingest" / module).symlink_to(Path(sandbox.__file__).parent / module)
        (root / "ingest" / "formats").mkdir()
        for name, code in {"__init__": "", **PARSERS}.items():
            (root / "ingest" / "formats" / f"{name}.py").write_text(code)
        monkeypatch.setattr(sandbox, "_ROOT", root)

    @pytest.mark.parametrize(
        ("parser", "error"),
        [
            ("hungry", ParseLimit),
            ("busy", ParseTimeout),
            ("asleep", ParseTimeout),
            ("dying", ParseFailed),
            ("raising", ParseFailed),
            ("verbose", ParseLimit),
            ("dialling", ParseFailed),
            ("forking", ParseFailed),
        ],
    )
    def test_a_child_that_misbehaves(
        self, tmp_path: Path, parser: str, error: type[DocumentError]
    ) -> None:
        path = tmp_path / "a.bin"
        path.write_bytes(b"x")
        before = set(psutil.Process().children())
        with path.open("rb", buffering=0) as file, pytest.raises(error, match=r"a\.bin"):
            parse(parser, file, "a.bin", Limits(seconds=2, output_mb=4))
        assert set(psutil.Process().children()) <= before  # none is left

    def test_what_a_library_prints_is_not_the_answer(self, tmp_path: Path) -> None:
        path = tmp_path / "a.bin"
        path.write_bytes(b"x")
        with path.open("rb", buffering=0) as file:
            assert parse("talking", file, "a.bin") == {"n": 1}

    def test_a_child_loads_no_model(self) -> None:
        code = (
            "import ingest.processes.sandbox, sys; "
            "sys.exit('torch' in sys.modules or 'numpy' in sys.modules)"
        )
        assert os.spawnv(os.P_WAIT, sys.executable, [sys.executable, "-c", code]) == 0
