"""Backups are whole or not there; a library put back is the one that was, and indexes notice it."""

from __future__ import annotations

import json
import os
import shutil
import sqlite3
import threading
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from pages import BRIDGE, TEA, ask, ingest_into, pipeline_over, write

from eval.feedback import FeedbackStore
from eval.run_store import RunStore
from rag.errors import BackupInvalid, BackupRefused, LibraryCorrupt, SchemaNewer, StorageFailed
from rag.library import backup
from rag.library.backup import BESIDE, back_up, restore
from rag.library.corrections import Corrected, Correction, anchor_of, apply
from rag.library.library import Library
from rag.library.schema import DATABASE, STEPS
from rag.library.storage import Database
from rag.models.embedding import HashingEmbedder
from rag.retrieval.indexes import load_indexes
from ui.fetching import FOLDER as FETCHED
from ui.intake.uploads import FOLDER as UPLOADED

COST = "青石湾大桥总投资多少亿元？"


@pytest.fixture
def data_dir(tmp_path: Path) -> Path:
    """A library with one article, and with all that may lie beside it."""
    data_dir = tmp_path / "data"
    ingest_into(data_dir, write(tmp_path / "in", bridge=BRIDGE))
    (data_dir / "youju.toml").write_text("[answer]\nthreshold = 0.3\n", encoding="utf-8")
    (data_dir / "feedback.jsonl").write_text("{}\n", encoding="utf-8")
    for name in ("evaluations/runs/r/answers.jsonl", "uploads/ab/一.txt", "web/cd/页.html"):
        (data_dir / name).parent.mkdir(parents=True)
        (data_dir / name).write_text(name, encoding="utf-8")
    return data_dir


def titles(data_dir: Path) -> list[str]:
    with Library.open(data_dir) as library:
        assert library.integrity() == []
        return [stored.article.title for stored in library.articles()]


def beside(data_dir: Path) -> dict[str, bytes]:
    """What lies beside the library and belongs to it."""
    files = [file for name in BESIDE for file in (data_dir / name, *(data_dir / name).rglob("*"))]
    return {str(f.relative_to(data_dir)): f.read_bytes() for f in files if f.is_file()}


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
    run = RunStore(tmp_path)
    names = {FeedbackStore(tmp_path).path.name, run._runs.parent.name, UPLOADED, FETCHED}
    assert {*names, "youju.toml"} == set(BESIDE)


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
    with sqlite3.connect(data_dir / DATABASE) as connection:
        connection.execute("UPDATE passages SET digest = 'x'")
    connection.close()
    fake = HashingEmbedder()
    with Library.open(data_dir, write=True) as library:
        passages = library.without_vectors(fake.fingerprint)
        assert len(passages) == 1
    with sqlite3.connect(data_dir / DATABASE) as connection:
        connection.execute("UPDATE vectors SET digest = 'x'")
    connection.close()
    assert rebuilt(data_dir)


DAMAGES: dict[str, Callable[[bytes], bytes]] = {
    "no backup": lambda data: b"PK" + data[:40],
    "cut short": lambda data: data[: len(data) // 2],
    "a byte of it": lambda data: data[:3000] + bytes([data[3000] ^ 1]) + data[3001:],
    "empty": lambda _: b"",
}


@pytest.mark.parametrize("damage", DAMAGES)
def test_a_damaged_backup_changes_nothing(data_dir: Path, tmp_path: Path, damage: str) -> None:
    made = back_up(data_dir, tmp_path / "b.zip")
    made.file.write_bytes(DAMAGES[damage](made.file.read_bytes()))
    before, files = titles(data_dir), beside(data_dir)
    with pytest.raises(BackupInvalid):
        restore(data_dir, made.file)
    assert (titles(data_dir), beside(data_dir)) == (before, files)
    assert not (data_dir / "backups").exists()


def test_a_backup_may_name_no_file_outside(data_dir: Path, tmp_path: Path) -> None:
    made = back_up(data_dir, tmp_path / "b.zip")
    evil = tmp_path / "evil.zip"
    for name in ("../x", "/tmp/x", "index/CURRENT", "uploads/../../x", ".bashrc"):
        with zipfile.ZipFile(made.file) as good, zipfile.ZipFile(evil, "w") as bad:
            manifest = json.loads(good.read("manifest.json"))
            manifest["files"] = {name: manifest["files"]["feedback.jsonl"]}
            bad.writestr(name, good.read("feedback.jsonl"))
            bad.writestr("manifest.json", json.dumps(manifest))
        with pytest.raises(BackupInvalid):
            restore(data_dir, evil)
    with pytest.raises(BackupInvalid):
        restore(data_dir, tmp_path / "none.zip")


def locked(data: bytes) -> bytes:
    """A zip whose entries all say that they need a password."""
    for head, flags in ((b"PK\x01\x02", 8), (b"PK\x03\x04", 6)):
        at = data.find(head)
        while at >= 0:
            data = data[: at + flags] + bytes([data[at + flags] | 1]) + data[at + flags + 1 :]
            at = data.find(head, at + 4)
    return data


def test_a_locked_zip_and_a_nameless_entry_are_no_backups(data_dir: Path, tmp_path: Path) -> None:
    made = back_up(data_dir, tmp_path / "b.zip")
    bad = tmp_path / "bad.zip"
    bad.write_bytes(locked(made.file.read_bytes()))
    with pytest.raises(BackupInvalid):
        restore(data_dir, bad)
    with pytest.raises(BackupRefused):
        back_up(data_dir, bad)
    for name in ("", "."):
        manifest = {"kind": "youju-backup", "format": 1, "files": {name: {}}}
        with zipfile.ZipFile(bad, "w") as archive:
            archive.writestr("manifest.json", json.dumps(manifest))
        with pytest.raises(BackupInvalid):
            restore(data_dir, bad)


def test_another_programs_database_is_no_backup(data_dir: Path, tmp_path: Path) -> None:
    other = tmp_path / "other.sqlite3"
    connection = sqlite3.connect(other)
    connection.execute("CREATE TABLE cookies (name)")
    connection.execute(f"PRAGMA user_version = {len(STEPS)}")
    connection.close()
    with pytest.raises(BackupInvalid):
        restore(data_dir, other)
    assert len(titles(data_dir)) == 1


def test_a_library_in_use_is_not_taken_without_its_last_commits(
    data_dir: Path, tmp_path: Path
) -> None:
    with Library.open(data_dir, write=True) as library:
        library.remove(library.articles()[0].article.article_id)
        with pytest.raises(BackupInvalid, match="wal"):
            restore(tmp_path / "copy", data_dir / DATABASE)
    restore(tmp_path / "copy", data_dir / DATABASE)
    assert titles(tmp_path / "copy") == []


def test_a_backup_that_could_not_be_brought_up_to_date_is_not_used(tmp_path: Path) -> None:
    path = tmp_path / DATABASE
    Database(path, STEPS[:-1], write=True).close()
    connection = sqlite3.connect(path)  # keeps the log from being moved into the file
    connection.execute("SELECT * FROM meta").fetchall()
    with pytest.raises(StorageFailed):
        backup._prepare(tmp_path, path)
    connection.close()


def test_what_reads_back_otherwise_is_no_backup(
    data_dir: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As of a disk that loses a bit and says nothing."""
    wrote = backup._write

    def lose_a_bit(part: Path, *others: Path) -> object:
        manifest = wrote(part, *others)
        data = part.read_bytes()
        part.write_bytes(data[:3000] + bytes([data[3000] ^ 1]) + data[3001:])
        return manifest

    earlier = back_up(data_dir, tmp_path / "b.zip").file.read_bytes()
    monkeypatch.setattr(backup, "_write", lose_a_bit)
    with pytest.raises(StorageFailed):
        back_up(data_dir, tmp_path / "b.zip")
    assert (tmp_path / "b.zip").read_bytes() == earlier


def test_a_backup_is_not_written_into_what_it_holds(data_dir: Path) -> None:
    for place in ("uploads", "evaluations/new", "web/x.zip"):
        with pytest.raises(BackupRefused):
            back_up(data_dir, data_dir / place)
    assert back_up(data_dir, data_dir / "backups" / "mine.zip").files


def test_who_may_read_the_settings_stays_so(data_dir: Path, tmp_path: Path) -> None:
    settings = data_dir / "youju.toml"
    settings.chmod(0o600)
    os.utime(settings, (0, 0))  # a zip knows no day before 1980
    made = back_up(data_dir, tmp_path / "b.zip")
    assert made.file.stat().st_mode & 0o077 == 0
    restore(tmp_path / "copy", made.file)
    assert (tmp_path / "copy" / "youju.toml").stat().st_mode & 0o777 == 0o600


def test_a_linked_settings_file_is_backed_up(data_dir: Path, tmp_path: Path) -> None:
    elsewhere = tmp_path / "dotfiles.toml"
    (data_dir / "youju.toml").rename(elsewhere)
    (data_dir / "youju.toml").symlink_to(elsewhere)
    restore(tmp_path / "copy", back_up(data_dir, tmp_path / "b.zip").file)
    assert (tmp_path / "copy" / "youju.toml").read_bytes() == elsewhere.read_bytes()


def test_a_newer_backup_is_refused(data_dir: Path, tmp_path: Path) -> None:
    copy = tmp_path / "newer.sqlite3"
    with Library.open(data_dir) as library:
        library.copy_to(copy)
    connection = sqlite3.connect(copy)
    connection.execute("PRAGMA user_version = 999")
    connection.close()
    with pytest.raises(SchemaNewer):
        restore(data_dir, copy)
    assert len(titles(data_dir)) == 1


def test_a_backup_takes_no_other_files_place(data_dir: Path, tmp_path: Path) -> None:
    mine = tmp_path / "论文.zip"
    mine.write_bytes(b"mine")
    with pytest.raises(BackupRefused):
        back_up(data_dir, mine)
    with pytest.raises(BackupRefused):
        back_up(tmp_path / "nothing", tmp_path / "b.zip")
    assert mine.read_bytes() == b"mine"
    back_up(data_dir, tmp_path / "b.zip")
    back_up(data_dir, tmp_path / "b.zip")


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
    Database(path, STEPS[:-1], write=True).close()
    with sqlite3.connect(path) as connection:
        connection.execute("INSERT INTO vectors VALUES ('d', 'm', 1, x'003c')")
    connection.close()
    with Library.open(tmp_path) as library:
        assert library.identity
        assert list(library.damaged_vectors("m")) == []
    (copy,) = (tmp_path / "backups").iterdir()
    assert f"-v{len(STEPS) - 1}" in copy.name
    connection = sqlite3.connect(copy)
    assert connection.execute("PRAGMA user_version").fetchone() == (len(STEPS) - 1,)
    connection.close()
    restore(tmp_path / "again", copy)
    with Library.open(tmp_path / "again") as library:
        assert library.identity
