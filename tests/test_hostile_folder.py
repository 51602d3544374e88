"""Our programs started in a folder that holds a stranger's modules of the same names run ours."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from fake_pipeline import PAGE

from ingest.files.loading import load
from ingest.processes.children import ROOT, command, environment
from rag.library.library import Library
from rag.settings import EmbeddingSettings, Settings
from ui.intake.child import ChildIngester

NAMES = ("rag", "ui", "ingest", "eval", "corpus", "gradio")
FILES = ("json", "numpy", "typing", "secrets", "sitecustomize", "torch", "filelock")


@pytest.fixture
def hostile(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """The working directory; `ran` in it says which of its modules were imported."""
    folder = tmp_path / "stranger"
    folder.mkdir()
    said = folder / "ran"
    code = f"with open({str(said)!r}, 'a') as file: file.write(__name__ + '\\n')\n"
    for name in NAMES:
        (folder / name).mkdir()
        (folder / name / "__init__.py").write_text(code)
    for name in FILES:
        (folder / f"{name}.py").write_text(code)
    monkeypatch.chdir(folder)
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join(["", ".", *sys.path[1:2]]))
    yield folder
    assert not said.exists(), said.read_text()


def test_uploads_are_read_by_our_own_worker(hostile: Path) -> None:
    page = hostile / "page.txt"
    page.write_text(PAGE, encoding="utf-8")
    settings = Settings(data_dir=Path("data"), embedding=EmbeddingSettings(threads=1))
    ingester = ChildIngester(settings)
    try:
        (result,) = ingester.ingest([page.resolve()], lambda *_: None)
    finally:
        ingester.rest()
    assert result.status == "stored"
    with Library.open(hostile / "data") as library:
        assert library.counts().files == 1


def test_parsers_are_our_own(hostile: Path) -> None:
    page = hostile / "page.html"
    page.write_text("<html><body><p>灯塔岛风电场共有38台风机。</p></body></html>", encoding="utf-8")
    (loaded,) = load(page)
    assert "38台风机" in loaded.source.text


@pytest.mark.parametrize("arguments", [["--version"], ["articles", "list"]])
def test_the_command_line_is_our_own(hostile: Path, arguments: list[str]) -> None:
    done = subprocess.run(
        command("ui", *arguments), env=environment(), capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stderr) == (0, "")


def test_a_childs_path_holds_no_relative_places(tmp_path: Path) -> None:
    kept = {"PYTHONPATH": os.pathsep.join(["", ".", "lib", str(tmp_path)]), "PATH": "/bin"}
    made = environment(kept)
    assert made["PATH"] == "/bin"
    assert set(made["PYTHONPATH"].split(os.pathsep)) <= {str(ROOT), str(tmp_path)}
    assert str(tmp_path) in made["PYTHONPATH"]
