"""What is installed is what is in the tree, and works from any folder; how it is released."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tomllib
import venv
from pathlib import Path
from typing import Any

import pytest
import yaml

from scripts.check_wheel import ROOT, differences
from scripts.lock import locked

WORKFLOW = ROOT / ".github" / "workflows" / "release.yml"


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel, made of a copy of what git knows, so that nothing is left in the tree."""
    copy, made = tmp_path_factory.mktemp("tree"), tmp_path_factory.mktemp("wheel")
    listed = subprocess.run(
        ["git", "ls-files", "-z"], cwd=ROOT, check=True, capture_output=True, encoding="utf-8"
    ).stdout
    for name in filter(None, listed.split("\0")):
        if (ROOT / name).is_file() and not name.startswith(("docs/", "tests/")):
            (copy / name).parent.mkdir(parents=True, exist_ok=True)
            os.link(ROOT / name, copy / name) if _same_disk(copy) else _copied(name, copy)
    options = ["--no-deps", "--no-build-isolation", "--no-index", "--quiet"]
    subprocess.run(
        [sys.executable, "-m", "pip", "wheel", *options, "--wheel-dir", str(made), str(copy)],
        check=True,
        cwd=made,
    )
    (file,) = made.glob("*.whl")
    return file


def _same_disk(folder: Path) -> bool:
    return folder.stat().st_dev == ROOT.stat().st_dev


def _copied(name: str, copy: Path) -> None:
    (copy / name).write_bytes((ROOT / name).read_bytes())


def test_the_wheel_holds_what_the_tree_holds(wheel: Path) -> None:
    assert differences(wheel) == []


@pytest.fixture(scope="module")
def youju(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The command of an environment that has the wheel, and of the rest what we have."""
    home = tmp_path_factory.mktemp("env")
    venv.create(home, with_pip=False, symlinks=os.name != "nt")
    subprocess.run(
        [
            *(sys.executable, "-m", "pip", "--python", str(home / "bin" / "python"), "install"),
            *("--no-index", "--no-deps", "--quiet", str(wheel)),
        ],
        env={name: value for name, value in os.environ.items() if name != "PYTHONPATH"},
        check=True,
    )
    (places,) = home.glob("lib/python*/site-packages")
    ours = next(Path(p) for p in sys.path if p.endswith("site-packages"))
    (places / "rest.pth").write_text(f"{ours}\n")
    return home / "bin" / "youju"


@pytest.mark.model
@pytest.mark.skipif(os.name == "nt", reason="paths of the environment")
def test_it_works_in_a_strangers_folder(youju: Path, tmp_path: Path) -> None:
    code = "with open('ran', 'a') as file: file.write(__name__)\n"
    for name in ("rag", "ui", "ingest", "eval", "corpus"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "__init__.py").write_text(code)
    for name in ("json", "numpy", "typing"):
        (tmp_path / f"{name}.py").write_text(code)
    (tmp_path / "page.md").write_text("# 灯塔岛的风电\n\n灯塔岛风电场共有38台风机。\n", "utf-8")
    environment = {k: v for k, v in os.environ.items() if k != "PYTHONPATH" and "YOUJU" not in k}

    def run(*arguments: str) -> str:
        done = subprocess.run(
            [str(youju), *arguments],
            cwd=tmp_path,
            env=environment,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    assert run("--version").startswith("youju ")
    assert "新存入" in run("ingest", "page.md")
    assert "38台风机" in run("ask", "灯塔岛风电场有多少台风机？")
    assert not (tmp_path / "ran").exists()


def workflow() -> Any:
    return yaml.safe_load(WORKFLOW.read_text(encoding="utf-8"))


def test_the_release_is_built_checked_and_tried_before_it_is_published() -> None:
    jobs = workflow()["jobs"]
    assert jobs["smoke"]["needs"] == "build"
    assert jobs["publish"]["needs"] == "smoke"
    assert set(jobs["smoke"]["strategy"]["matrix"]["os"]) == {
        "ubuntu-latest",
        "macos-latest",
        "windows-latest",
    }
    assert workflow()["permissions"] == {"contents": "read"}
    told = "\n".join(step.get("run", "") for job in jobs.values() for step in job["steps"])
    for wanted in (
        "pip wheel",
        "scripts/check_wheel.py",
        "-m venv empty",
        "youju ask",
        "sha256sum",
    ):
        assert wanted in told


def test_what_the_release_runs_is_shell() -> None:
    for job in workflow()["jobs"].values():
        for step in job["steps"]:
            if "run" in step:
                plain = re.sub(r"\$\{\{.*?\}\}", "x", step["run"])
                subprocess.run(["bash", "-n"], input=plain, text=True, check=True)
            else:
                assert re.fullmatch(r"actions/[a-z-]+@v\d+", step["uses"])


def test_the_container_is_nobodys_root_and_keeps_its_data() -> None:
    text = (ROOT / "Dockerfile").read_text(encoding="utf-8")
    last = text[text.rindex("\nFROM ") :]
    assert re.search(r"^USER youju$", last, re.MULTILINE)
    assert last.index("USER youju") < last.index("ENTRYPOINT")
    assert re.search(r"^VOLUME /data$", last, re.MULTILINE)
    assert "HEALTHCHECK" in last
    assert (ROOT / "ui" / "health.py").is_file()
    copied = re.findall(r"^COPY (?!--from)(.*) \S+$", text, re.MULTILINE)
    ignored = (ROOT / ".dockerignore").read_text(encoding="utf-8").splitlines()
    assert ignored[1] == "*"
    for name in " ".join(copied).split():
        assert (ROOT / name).exists()
        assert f"!{name}" in ignored, name


def test_what_is_locked_are_the_versions_that_were_tested() -> None:
    lines = (ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines()
    tested = dict(line.lower().replace("_", "-").split("==") for line in lines)
    pinned: dict[str, str] = {}
    for line in (ROOT / "requirements.lock").read_text(encoding="utf-8").splitlines():
        if not line.startswith("#"):
            found = re.fullmatch(r"(\S+)==(\S+) --hash=sha256:[0-9a-f]{64}", line)
            assert found, line
            pinned[found[1].lower().replace("_", "-")] = found[2].removesuffix("+cpu")
    del pinned["setuptools"]  # no environment of ours says which
    assert len(pinned) > 100
    assert {name: tested.get(name) for name in pinned} == pinned
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    wanted = {re.split(r"[<>=\[]", one)[0].lower() for one in project["dependencies"]}
    assert wanted <= set(pinned)


def test_scans_are_read_by_every_installation() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    wanted = {re.split(r"[<>=\[]", one)[0] for one in project["dependencies"]}
    assert {"rapidocr", "onnxruntime"} <= wanted
    assert "ocr" in project["optional-dependencies"]  # what hints and older notes tell to type


def test_a_lock_is_written_from_a_report() -> None:
    report = {
        "environment": {
            "python_version": "3.11",
            "sys_platform": "linux",
            "platform_machine": "x86_64",
        },
        "install": [
            {
                "metadata": {"name": "b", "version": "2"},
                "download_info": {"archive_info": {"hashes": {"sha256": "f" * 64}}},
            },
            {"metadata": {"name": "youju", "version": "1"}, "download_info": {"dir_info": {}}},
        ],
    }
    first, _, *rest = locked(report).splitlines()
    assert "CPython 3.11，linux x86_64" in first
    assert rest == [f"b==2 --hash=sha256:{'f' * 64}"]
