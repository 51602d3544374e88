"""What is no backup, or none of ours, changes nothing; a backup shows no more than was shown."""

from __future__ import annotations

import hashlib
import json
import os
import sqlite3
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from kept_library import beside, kept_library, titles

from rag.errors import BackupInvalid, BackupRefused, LibraryBusy, SchemaNewer, StorageFailed
from rag.library import backup
from rag.library.backup import back_up, restore
from rag.library.library import Library
from rag.library.schema import DATABASE, STEPS
from rag.library.storage import Database, WriteLock


@pytest.fixture
def data_dir(tmp_path: Path) -> Path:
    return kept_library(tmp_path)


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


def crafted(made: Path, target: Path, content: bytes, said: int, packed: int) -> Path:
    """A backup whose `feedback.jsonl` is another one, which the manifest says is `said` long."""
    with zipfile.ZipFile(made) as good, zipfile.ZipFile(target, "w", packed) as bad:
        manifest = json.loads(good.read("manifest.json"))
        digest = hashlib.sha256(content).hexdigest()
        manifest["files"] = {"feedback.jsonl": {"sha256": digest, "bytes": said}}
        bad.writestr("feedback.jsonl", content)
        bad.writestr("manifest.json", json.dumps(manifest), zipfile.ZIP_DEFLATED)
    return target


@pytest.mark.parametrize("said", [-1, 0, 10, "10", 2.5, None])
def test_no_more_is_unpacked_than_the_manifest_says(
    data_dir: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, said: int
) -> None:
    made = back_up(data_dir, tmp_path / "b.zip").file
    bomb = crafted(made, tmp_path / "bomb.zip", bytes(8 << 20), said, zipfile.ZIP_DEFLATED)
    sizes: list[int] = []
    monkeypatch.setattr(backup, "synced", lambda place: sizes.append(place.stat().st_size))
    with pytest.raises(BackupInvalid):
        restore(data_dir, bomb)
    assert all(size <= 11 for size in sizes)


def test_what_cannot_be_unpacked_in_pieces_is_no_backup(
    data_dir: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = back_up(data_dir, tmp_path / "b.zip").file
    for packed in (zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA):
        with pytest.raises(BackupInvalid, match="损坏"):
            restore(data_dir, crafted(made, tmp_path / "bad.zip", b"x", 1, packed))
    monkeypatch.setattr(backup, "_LONGEST_MANIFEST", 100)
    with pytest.raises(BackupInvalid):
        restore(data_dir, made)


def test_what_killed_programs_left_is_neither_kept_nor_backed_up(
    data_dir: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for place in ("uploads/.part-0123", "web/cd/.part-0123", ".restore-dead/uploads/x"):
        (data_dir / place).parent.mkdir(parents=True, exist_ok=True)
        (data_dir / place).write_bytes(b"half")
    made = back_up(data_dir, tmp_path / "b.zip").file
    with zipfile.ZipFile(made) as archive:
        assert [name for name in archive.namelist() if ".part-" in name] == []
    monkeypatch.setattr(WriteLock.__init__, "__defaults__", (0.0,))
    running = WriteLock(data_dir / "restore.lock").acquire()
    with pytest.raises(LibraryBusy):
        restore(data_dir, made)
    assert (data_dir / ".restore-dead").exists()  # it may be the running one's
    running.release()
    restore(data_dir, made)
    assert list(data_dir.glob(".restore-*")) == []


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
