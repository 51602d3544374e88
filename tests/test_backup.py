"""Backups are whole or not there; a library put back is the one that was, and indexes notice it."""

from __future__ import annotations

import io
import json
import shutil
import sqlite3
import threading
from pathlib import Path

import pytest
from kept_library import beside, kept_library, titles
from pages import BRIDGE, TEA, ask, ingest_into, pipeline_over, write

from eval.feedback import FeedbackStore
from eval.run_store import RunStore
from rag.errors import LibraryCorrupt
from rag.library.backup import BESIDE, back_up, restore
from rag.library.corrections import Corrected, Correction, anchor_of, apply
from rag.library.library import Library
from rag.library.schema import DATABASE, STEPS
from rag.library.storage import Database
from rag.models.embedding import HashingEmbedder
from rag.retrieval.indexes import load_indexes
from ui.cli import run
from ui.fetching import FOLDER as FETCHED
from ui.intake.uploads import FOLDER as UPLOADED
from ui.intake.uploads import keep, unread

COST = "青石湾大桥总投资多少亿元？"


@pytest.fixture
def data_dir(tmp_path: Path) -> Path:
    return kept_library(tmp_path)


def test_everything_comes_back(data_dir: Path, tmp_path: Path) -> None:
    with Library.open(data_dir, write=True) as library:
        (stored,) = library.articles()
        correction = Correction(title="合龙记")
        source = library.source_of(stored.key).text
        corrected = apply(correction, stored.article, source)
        one = Corrected(anchor_of(stored.article), correction, corrected)
        library.correct(stored.sha256, [one])
        version, identity = library.version, library.identity
    made = back_up(data_dir, tmp_path / "b.zip")
    assert (made.generation, made.identity) == (version.generation, identity)
    done = restore(tmp_path / "other", made.file)
    assert titles(tmp_path / "other") == ["合龙记"]
    assert beside(tmp_path / "other") == beside(data_dir)
    assert set(done.names) == set(BESIDE)
    assert done.kept == ()
    with Library.open(tmp_path / "other") as library:
        assert (library.version, library.identity) == (version, identity)
        assert library.corrections(stored.sha256)
    assert [p.name for p in (tmp_path / "other").iterdir() if p.name.startswith(".")] == []


def test_what_lies_beside_a_library_is_known_by_its_names(tmp_path: Path) -> None:
    runs = RunStore(tmp_path)._runs
    names = {FeedbackStore(tmp_path).path.name, runs.parent.name, UPLOADED, FETCHED}
    assert {*names, "youju.toml"} == set(BESIDE)


def test_what_was_uploaded_after_a_backup_does_not_come_back(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    data_dir = tmp_path / "data"
    ingest_into(data_dir, write(tmp_path / "in", bridge=BRIDGE))
    assert run(["backup", str(tmp_path / "b.zip"), "--data-dir", str(data_dir)]) == 0
    later = keep(data_dir, "茶.txt", io.BytesIO(TEA.encode()))
    ingest_into(data_dir, later.resolve())
    assert len(titles(data_dir)) == 2
    capsys.readouterr()
    restored = ["restore", str(tmp_path / "b.zip"), "--data-dir", str(data_dir), "--json"]
    assert run(restored) == 0
    assert unread(data_dir) == []
    places = [Path(place) for place in json.loads(capsys.readouterr().out)["kept"]]
    assert [f.read_text(encoding="utf-8") for p in places for f in p.glob("*/茶.txt")] == [TEA]


def test_a_damaged_library_is_told_of(data_dir: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = str(data_dir.parent / "b.zip")
    assert run(["backup", file, "--data-dir", str(data_dir)]) == 0
    assert run(["restore", file, "--data-dir", str(data_dir)]) == 0
    assert "损坏" not in capsys.readouterr().out
    (data_dir / DATABASE).write_bytes(b"\xff" * 8192)
    assert run(["restore", file, "--data-dir", str(data_dir)]) == 0
    assert "损坏；正在运行的服务要重新启动" in capsys.readouterr().out


def test_an_earlier_backup_is_replaced_and_nothing_else(
    data_dir: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "b.zip"
    command = ["backup", str(file), "--data-dir", str(data_dir)]
    assert run(command) == 0
    before = file.stat().st_ino
    assert run(command) == 0
    assert file.stat().st_ino != before
    file.write_text("别的")
    assert run(command) == 2
    assert "backup_refused" in capsys.readouterr().err
    assert file.read_text() == "别的"


def test_what_is_put_aside_can_be_put_back(data_dir: Path, tmp_path: Path) -> None:
    made = back_up(data_dir, tmp_path)
    assert made.file.parent == tmp_path
    ingest_into(data_dir, write(tmp_path / "more", tea=TEA))
    (data_dir / "feedback.jsonl").write_text("later\n", encoding="utf-8")
    done = restore(data_dir, made.file)
    assert len(titles(data_dir)) == 1
    assert beside(data_dir)["feedback.jsonl"] == b"{}\n"
    kept = {place.name.split("-")[0]: place for place in done.kept}
    assert kept["feedback"].read_text(encoding="utf-8") == "later\n"
    restore(data_dir, kept["library"])
    assert len(titles(data_dir)) == 2


def test_a_backup_of_a_library_that_is_being_written_is_one_commit(
    data_dir: Path, tmp_path: Path
) -> None:
    stop = threading.Event()
    rows = [json.dumps({"id": f"n{n}", "text": f"第{n}处渡口今年开通。"}) for n in range(40)]

    def keep_writing() -> None:
        for at in range(len(rows)):
            file = tmp_path / f"{at}.jsonl"
            file.write_text(rows[at], encoding="utf-8")
            ingest_into(data_dir, file)
            if stop.is_set():
                return

    writer = threading.Thread(target=keep_writing)
    writer.start()
    try:
        made = [back_up(data_dir, tmp_path / f"{n}.zip") for n in range(4)]
    finally:
        stop.set()
        writer.join()
    for at, one in enumerate(made):
        restore(tmp_path / f"copy{at}", one.file)
        with Library.open(tmp_path / f"copy{at}") as library:
            assert library.integrity() == []
            assert library.generation == one.generation == len(library.articles())
            assert library.without_vectors(HashingEmbedder().fingerprint) == []


def test_a_server_goes_on_over_a_library_that_is_put_back(data_dir: Path, tmp_path: Path) -> None:
    made = back_up(data_dir, tmp_path / "b.zip")
    write(tmp_path / "in", bridge=BRIDGE.replace("21亿元", "22亿元"))
    ingest_into(data_dir, tmp_path / "in")
    pipeline = pipeline_over(data_dir)
    assert "22亿元" in ask(pipeline, COST).text
    restore(data_dir, made.file)
    assert "21亿元" in ask(pipeline, COST).text
    write(tmp_path / "in", bridge=BRIDGE.replace("21亿元", "23亿元"))
    ingest_into(data_dir, tmp_path / "in")  # as many commits as before, of another history
    pipeline.refresh()
    answer = ask(pipeline, COST)
    assert "23亿元" in answer.text
    assert answer.receipt.generation == 2
    pipeline.close()


@pytest.fixture
def two(data_dir: Path, tmp_path: Path) -> tuple[Path, Path]:
    """Two libraries of as many commits and passages."""
    other = tmp_path / "other"
    ingest_into(other, write(tmp_path / "tea", bridge=TEA))
    return data_dir, other


def rebuilt(data_dir: Path) -> bool:
    """Whether opening makes the indexes again."""
    fake = HashingEmbedder()
    with Library.open(data_dir) as library:
        return not load_indexes(library, fake.fingerprint, fake.dimension).published


def test_an_index_of_another_library_is_made_again(two: tuple[Path, Path]) -> None:
    mine, other = two
    assert not rebuilt(mine)
    shutil.rmtree(mine / "index")
    shutil.copytree(other / "index", mine / "index")
    assert rebuilt(mine)
    pipeline = pipeline_over(mine)
    assert "21亿元" in ask(pipeline, COST).text
    pipeline.close()


def test_an_index_of_a_lost_history_is_made_again(data_dir: Path, tmp_path: Path) -> None:
    """The database of before comes back by itself, and goes on from there as far as before."""
    old = (data_dir / DATABASE).read_bytes()
    write(tmp_path / "in", bridge=BRIDGE.replace("21亿元", "22亿元"))
    ingest_into(data_dir, tmp_path / "in")
    index = tmp_path / "index"
    shutil.copytree(data_dir / "index", index)
    (data_dir / DATABASE).write_bytes(old)
    assert rebuilt(data_dir)
    write(tmp_path / "in", bridge=BRIDGE.replace("21亿元", "23亿元"))
    ingest_into(data_dir, tmp_path / "in")
    shutil.rmtree(data_dir / "index")
    shutil.copytree(index, data_dir / "index")
    assert rebuilt(data_dir)
    pipeline = pipeline_over(data_dir)
    assert "23亿元" in ask(pipeline, COST).text
    pipeline.close()


def test_an_index_of_other_content_is_made_again(data_dir: Path) -> None:
    fake = HashingEmbedder()
    with Library.open(data_dir, write=True) as library:
        with library._transaction(changes_articles=False) as (connection, _):
            connection.execute("UPDATE passages SET digest = 'x'")
        passages = library.without_vectors(fake.fingerprint)
        assert len(passages) == 1
        with library._transaction(changes_articles=False) as (connection, _):
            connection.execute("UPDATE vectors SET digest = 'x'")
    assert rebuilt(data_dir)


def test_a_damaged_library_is_not_backed_up_and_can_be_restored(
    data_dir: Path, tmp_path: Path
) -> None:
    made = back_up(data_dir, tmp_path / "b.zip")
    path = data_dir / DATABASE
    path.write_bytes(b"\xff" * path.stat().st_size)
    with pytest.raises(LibraryCorrupt):
        back_up(data_dir, tmp_path / "bad.zip")
    assert not (tmp_path / "bad.zip").exists()
    done = restore(data_dir, made.file)
    assert len(titles(data_dir)) == 1
    assert any((place / DATABASE).exists() for place in done.kept if place.is_dir())


def test_a_format_is_changed_on_a_kept_copy(tmp_path: Path) -> None:
    path = tmp_path / DATABASE
    before = 6
    Database(path, STEPS[:before], write=True).close()
    with sqlite3.connect(path) as connection:
        connection.execute("INSERT INTO vectors VALUES ('d', 'm', 1, x'003c')")
    connection.close()
    with Library.open(tmp_path) as library:
        assert library.identity
        assert list(library.damaged_vectors("m")) == []
    (copy,) = (tmp_path / "backups").iterdir()
    assert f"-v{before}" in copy.name
    connection = sqlite3.connect(copy)
    assert connection.execute("PRAGMA user_version").fetchone() == (before,)
    connection.close()
    restore(tmp_path / "again", copy)
    with Library.open(tmp_path / "again") as library:
        assert library.identity
