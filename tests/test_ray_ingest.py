"""Files read and embedded by a cluster: the library is the one that a single process makes."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import killed_ray
import numpy as np
import pytest

from ingest.indexing import ingest
from ingest.storing import ray_crew
from ingest.storing.crew import HomeCrew
from rag.errors import RayMissing, RayUnreachable
from rag.library.library import Library
from rag.models.embedding import HashingEmbedder
from rag.settings import Settings
from ui import cli

pytest.importorskip("ray")

HERE = Path(__file__).parent
FILES, PARAGRAPHS = 48, 16


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Files that give some 800 passages; one is another's twin, one is empty, one is deadly."""
    made = tmp_path / "files"
    made.mkdir()
    for n in range(FILES):
        paragraphs = (
            f"第{n}号渡口第{k}班船{k * 7 + n}分开出，载客{n * 31 + k}人。" * 10
            for k in range(PARAGRAPHS)
        )
        text = "\n\n".join([f"# 第{n}号渡口的船", *paragraphs])
        (made / f"{n:02}.md").write_text(text, encoding="utf-8")
    (made / "twin.md").write_bytes((made / "03.md").read_bytes())
    (made / "empty.md").write_text("", encoding="utf-8")
    return made


def driven(data: Path, folder: Path) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "PYTHONPATH": f"{HERE.parent}{os.pathsep}{HERE}"}
    return subprocess.run(
        [sys.executable, "-P", "-m", "killed_ray", str(data), str(folder)],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )


def content(data: Path) -> dict[str, Any]:
    """Articles, passages and vectors as they are stored, rows included."""
    with Library.open(data) as library:
        articles = [(one.key, one.article, one.group) for one in library.articles()]
        ids = library.passage_ids(library.generation)
        passages = [
            (one.id, one.article_key, one.passage, one.digest)
            for start in range(0, len(ids), 500)
            for one in library.passages(ids[start : start + 500])
        ]
        vectors = library.vectors(
            [digest for *_, digest in passages], HashingEmbedder().fingerprint
        )
    return {"articles": articles, "passages": passages, "vectors": vectors}


def test_a_stop_and_a_killed_worker_lose_nothing_and_store_nothing_twice(
    folder: Path, tmp_path: Path
) -> None:
    many, one = tmp_path / "many", tmp_path / "one"
    done = driven(many, folder)
    assert done.returncode == 0, done.stderr
    assert not done.stderr
    told = json.loads(done.stdout)
    assert told["killed"]
    assert len(told["told"]) >= 1 + 3, "a worker was killed, and a file ends three"
    assert set(told["listening"]) == {"127.0.0.1"}

    (folder / killed_ray.DEADLY).unlink()
    with Library.open(one, write=True) as library:
        alone = ingest([folder], library, HashingEmbedder(), Settings())
    expected = content(one)
    assert 0 < told["begun"] < len(expected["passages"]), "the first run stopped in its middle"
    assert told["begun"] + told["passages"] == alone.passages == len(expected["passages"])
    stored = content(many)
    assert stored["articles"] == expected["articles"]
    assert stored["passages"] == expected["passages"]
    assert stored["vectors"].keys() == expected["vectors"].keys()
    for digest, matrix in expected["vectors"].items():
        assert np.array_equal(stored["vectors"][digest], matrix)

    outcomes = {name: (status, code) for name, status, _, code in told["files"]}
    assert outcomes.pop(killed_ray.DEADLY) == ("failed", "ray_worker_died")
    assert outcomes["empty.md"] == ("failed", "empty_document")
    assert outcomes["twin.md"] == ("unchanged", None)
    with Library.open(many, write=True) as library:
        again = ingest([folder], library, HashingEmbedder(), Settings())
    assert {outcome.status for outcome in again.files} == {"unchanged", "failed"}
    assert not again.articles


def run(*arguments: str | Path) -> int:
    return cli.run([str(argument) for argument in arguments])


def test_the_extra_is_named_where_it_is_missing(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Any
) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda _: None)
    assert run("--data-dir", tmp_path / "data", "ingest", "--ray", "local", folder) == 2
    said = capsys.readouterr().err
    assert RayMissing.code in said
    assert "youju[ray]" in said


@pytest.mark.parametrize("address", ["nowhere", "127.0.0.1:99999", "http://127.0.0.1:6379"])
def test_what_is_no_address_is_refused(address: str, tmp_path: Path, capsys: Any) -> None:
    assert run("--data-dir", tmp_path / "data", "ingest", "--ray", address, tmp_path) == 2
    assert RayUnreachable.code in capsys.readouterr().err


def test_an_address_where_nobody_listens_is_refused(tmp_path: Path, capsys: Any) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        address = f"127.0.0.1:{free.getsockname()[1]}"
    assert run("--data-dir", tmp_path / "data", "ingest", "--ray", address, tmp_path) == 2
    said = capsys.readouterr().err
    assert RayUnreachable.code in said
    assert address in said


def test_what_listens_and_is_no_cluster_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ray_crew, "_ANSWERING", 1.0)
    with socket.create_server(("127.0.0.1", 0)) as server:
        address = f"127.0.0.1:{server.getsockname()[1]}"
        with pytest.raises(RayUnreachable, match="不是能用的"):
            ray_crew._Cluster(address, None)


def test_the_command_hands_the_files_to_the_workers_and_reports_as_ever(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Any
) -> None:
    asked: dict[str, Any] = {}

    @contextmanager
    def hired(address: str, open_embedder: Any, size: int, **options: Any) -> Iterator[HomeCrew]:
        asked.update(options, address=address, threads=open_embedder.args[0].threads)
        yield HomeCrew(HashingEmbedder(), size)

    monkeypatch.setattr(ray_crew, "hired", hired)
    data = tmp_path / "data"
    arguments = ("ingest", "--ray", "10.1.2.3:6379", "--ray-workers", "3", folder)
    assert run("--data-dir", data, *arguments) == 1
    said = capsys.readouterr()
    assert f"存入 {FILES} 篇文章" in said.out
    assert "empty_document" in said.err
    assert asked.pop("tell")
    expected = {"address": "10.1.2.3:6379", "threads": 1, "workers": 3, "on_gpu": False}
    assert asked == expected
    assert run("--data-dir", data, "ingest", "--ray-workers", "3", folder) == 2
    assert "usage" in capsys.readouterr().err
