"""Every command and example of the documentation runs, in a small library, or is listed.

Blocks marked `bash` and `python` are run as a reader would, page by page, in a folder that has what
the pages speak of; what cannot be run stands in `data/commands_not_run.toml` with the reason.
"""

from __future__ import annotations

import contextlib
import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import typer
from documents import PAGES, ROOT, RUN, SHOWN, Block, blocks, inline_code, text_of
from made_files import good_pdf

from rag.settings import Settings
from ui.cli import app

LISTED = {
    one["text"]: one["why"]
    for one in tomllib.loads(text_of(ROOT / "tests" / "data" / "commands_not_run.toml"))["command"]
}
WITH_COMMANDS = [page for page in PAGES if any(block.language in RUN for block in blocks(page))]
SERVING = re.compile(r"youju (serve|chat)\b")
LONGEST_SECONDS = 250
MINE = {
    "我的文章/工地.md": "# 河堤工地\n\n我们的工地在河堤西段，十月底完工。\n",
    "我的文章/低空.md": "# 说低空经济\n\n低空经济是以低空飞行活动为牵引的综合性经济形态。\n",
    "报纸.txt": "江州日报\n2024年6月3日 第4版\n\n灯塔岛风电场投产\n\n"
    "本报记者 何苇\n\n灯塔岛风电场共有38台风机。\n",
}


def ids(pages: list[Path]) -> list[str]:
    return [str(page.relative_to(ROOT)) for page in pages]


# -- what is not run ---------------------------------------------------------------------------


@pytest.mark.parametrize("page", PAGES, ids=ids(list(PAGES)))
def test_blocks_say_what_they_are(page: Path) -> None:
    text = text_of(page)
    assert {block.language for block in blocks(page)} <= {*RUN, *SHOWN}
    assert len(re.findall(r"^\s*```", text, re.MULTILINE)) == 2 * len(list(blocks(page)))
    for block in blocks(page):
        if block.language == "json":
            json.loads(block.text)
        elif block.language == "toml":
            Settings.model_validate(tomllib.loads(block.text))
        elif block.language == "bash":
            for command in block.commands:
                subprocess.run(["bash", "-n"], input=command, text=True, check=True)


def test_what_is_listed_is_there_and_says_why() -> None:
    told = {c for page in PAGES for b in blocks(page) if b.language == "bash" for c in b.commands}
    assert set(LISTED) - told == set()
    assert all(len(why) > 10 for why in LISTED.values())
    targets = [command.split()[1:] for command in told if command.startswith("make ")]
    assert targets
    for words in targets:
        subprocess.run(["make", "-n", *words], cwd=ROOT, check=True, capture_output=True)


def verbs() -> dict[str, set[str]]:
    """`articles move` → its options, for every verb; a group has those of its verbs."""
    found: dict[str, set[str]] = {}

    def walk(name: str, command: Any) -> set[str]:
        options = {o for p in command.params for o in (*p.opts, *p.secondary_opts)}
        for verb, below in getattr(command, "commands", {}).items():
            options |= walk(f"{name} {verb}".strip(), below)
        found[name] = {*options, "--help"}
        return options

    walk("", typer.main.get_command(app))
    return found


VERBS = verbs()
USE = re.compile(r"\byouju (?:--json )?([a-z]+)(?: ([a-z]+(?:\|[a-z]+)*))?")


def unknown(shown: str) -> list[str]:
    """What a command that is shown, or a line of several, names and the program does not know."""
    bad: list[str] = []
    options: set[str] = set()
    for verb, below in USE.findall(shown):
        if verb not in VERBS:
            bad.append(verb)
            continue
        is_group = any(name.startswith(f"{verb} ") for name in VERBS)
        named = [f"{verb} {one}" for one in below.split("|")] if below and is_group else []
        bad += [name for name in named if name not in VERBS]
        options |= VERBS[verb]
    written = set(re.findall(r"(?<![\w-])--[a-z][a-z-]*", shown)) if options else set()
    return bad + sorted(written - options - VERBS[""])


@pytest.mark.parametrize("page", PAGES, ids=ids(list(PAGES)))
def test_commands_that_are_only_named_exist(page: Path) -> None:
    shown = [line for b in blocks(page) if b.language == "text" for line in b.text.splitlines()]
    shown += inline_code(page)
    assert [(one, bad) for one in shown if (bad := unknown(one))] == []


@pytest.mark.parametrize(
    "shown",
    ["youju articel list", "youju articles lst|show", "youju ask --exakt", "youju config x"],
)
def test_a_command_that_is_not_there_is_seen(shown: str) -> None:
    assert unknown(shown)


# -- what is run -------------------------------------------------------------------------------


class World:
    """A folder with the files that the pages speak of, a library and a server over it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.port = free_port()
        self.served: set[str] = set()
        programs = folder / ".venv" / "bin"
        programs.mkdir(parents=True)
        ours = (
            f'export PYTHONPATH="{ROOT}"\nexec "{sys.executable}" -P'  # not all clients pass it on
        )
        script(programs / "python", f'{ours} "$@"')
        script(programs / "youju", f'{ours} -m ui "$@"')
        script(programs / "chosen-browser", "exit 0")
        self.environment = {
            **{k: v for k, v in os.environ.items() if not k.startswith("YOUJU")},
            "PATH": f"{programs}{os.pathsep}{os.environ['PATH']}",
            "BROWSER": str(programs / "chosen-browser"),
            "TMPDIR": str(folder),  # what a killed server leaves goes with the rest
            "YOUJU_ANSWER__SCORER": "features",  # one model less for every command to open
        }
        shutil.copytree(ROOT / "corpus", folder / "corpus")
        for name, text in MINE.items():
            (folder / name).parent.mkdir(exist_ok=True)
            (folder / name).write_text(text, encoding="utf-8")
        (folder / "报告.pdf").write_bytes(good_pdf())
        questions = text_of(ROOT / "corpus" / "questions.jsonl").splitlines(keepends=True)
        some = [q for q in questions if not json.loads(q)["answerable"]][:3] + questions[:5]
        (folder / "我的问题.jsonl").write_text("".join(some), encoding="utf-8")

    def local(self, text: str) -> str:
        """The same with the port of this server, for another may have the usual one."""
        return text.replace("127.0.0.1:7860", f"127.0.0.1:{self.port}")

    def run(self, *command: str) -> str:
        """Run to the end, all that it started with it; says all that it wrote where it fails."""
        with subprocess.Popen(
            command,
            cwd=self.folder,
            env=self.environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
        ) as process:
            try:
                out, err = process.communicate(timeout=LONGEST_SECONDS)
            except subprocess.TimeoutExpired:
                os.killpg(process.pid, signal.SIGKILL)
                raise
        assert process.returncode == 0, f"{command[-1]}\n{out}\n{err}"
        return out

    def shell(self, command: str) -> None:
        """Run a line of a shell block; a server until it answers, be it to ask who is there."""
        command = self.local(command)
        if SERVING.match(command):
            command = command.partition(" #")[0].strip()
            if command in self.served:  # another page shows it too
                return
            with self.serving(command, free_port(), self.folder / "elsewhere"):
                return
        self.run("bash", "-c", f"set -o pipefail\n{command}")

    @contextlib.contextmanager
    def serving(self, command: str, port: int, data_dir: Path) -> Iterator[None]:
        log = self.folder / f"{port}.log"
        with log.open("wb") as file:
            process = subprocess.Popen(
                ["bash", "-c", f"exec {command} --port {port}"],
                cwd=self.folder,
                env={**self.environment, "YOUJU_DATA_DIR": str(data_dir)},
                stdout=file,
                stderr=file,
            )
        try:
            until = time.monotonic() + LONGEST_SECONDS
            while not answers(command, port):
                told = f"{command}\n{log.read_text('utf-8')}"
                assert process.poll() is None, told
                assert time.monotonic() < until, told
                time.sleep(0.2)
            self.served.add(command)
            yield
        finally:
            process.kill()
            process.wait()


def answers(command: str, port: int) -> bool:
    """Whether the server that the command starts does, and asks for a token where it has one."""
    scheme = "https" if "--certfile" in command else "http"
    asking = ["curl", "-sk", "-o", os.devnull, "-w", "%{http_code}"]
    address, status = ("v1/models", "401") if "--token" in command else ("healthz", "200")
    url = f"{scheme}://127.0.0.1:{port}/{address}"
    done = subprocess.run([*asking, url], capture_output=True, text=True, check=False)
    return done.stdout == status


def script(path: Path, line: str) -> None:
    path.write_text(f"#!/bin/sh\n{line}\n", encoding="utf-8")
    path.chmod(0o755)


def free_port() -> int:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port: int = taken.getsockname()[1]
        return port


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    made = World(tmp_path_factory.mktemp("world"))
    made.run("bash", "-c", "youju ingest corpus && youju ingest --collection 2024年 我的文章")
    with made.serving("youju serve", made.port, made.folder / ".youju"):
        made.run("bash", "-c", f"until curl -sf 127.0.0.1:{made.port}/readyz; do sleep 0.1; done")
        yield made


@pytest.mark.slow
@pytest.mark.model
@pytest.mark.timeout(900)  # a busy machine is slow, not wrong
@pytest.mark.parametrize("page", WITH_COMMANDS, ids=ids(WITH_COMMANDS))
def test_what_a_page_shows_runs(world: World, page: Path) -> None:
    for block in blocks(page):
        if block.language in RUN:
            run(world, block)


def run(world: World, block: Block) -> None:
    if block.language == "python":
        world.run(str(world.folder / ".venv" / "bin" / "python"), "-c", world.local(block.text))
        return
    for command in block.commands:
        if command not in LISTED:
            world.shell(command)


@pytest.mark.slow
@pytest.mark.model
@pytest.mark.timeout(900)  # a busy machine is slow, not wrong
@pytest.mark.parametrize(
    "block", [Block("bash", "youju articles shwo x"), Block("python", "from ingest import gone")]
)
def test_what_does_not_run_is_seen(world: World, block: Block) -> None:
    with pytest.raises(AssertionError, match=r"youju|ImportError"):
        run(world, block)
