"""Files come again: unchanged, touched, changed, doubled, gone; what is skipped is not read."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from pages import BRIDGE, TEA, ingest_into, write

from ingest.files.loaded import LoadedFile, Remark, Report
from ingest.files.loading import load
from ingest.storing import changes, taking
from rag.library.library import Library
from rag.library.records import FileStamp


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Two files that count as settled at once."""
    monkeypatch.setattr(changes, "_UNSETTLED_NS", -1)
    return write(tmp_path / "in", bridge=BRIDGE, tea=TEA)


@pytest.fixture
def data_dir(tmp_path: Path, folder: Path) -> Path:
    ingest_into(tmp_path / "data", folder)
    return tmp_path / "data"


def statuses(data_dir: Path, *paths: Path) -> dict[str, str]:
    report = ingest_into(data_dir, *paths)
    return {Path(outcome.file).name: outcome.status for outcome in report.files}


def titles(data_dir: Path) -> list[str]:
    with Library.open(data_dir) as library:
        return sorted(stored.article.title for stored in library.articles())


def records(folder: Path, *texts: str) -> Path:
    """A file of ready articles, one a text."""
    folder.mkdir(parents=True, exist_ok=True)
    lines = [json.dumps({"id": f"r{n}", "text": text}) for n, text in enumerate(texts)]
    (folder / "all.jsonl").write_text("\n".join(lines), encoding="utf-8")
    return folder / "all.jsonl"


@pytest.fixture
def loads(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Names of the files that are loaded."""
    loaded: list[str] = []

    def noted(file: Path, report: Report, remark: Remark) -> Iterator[LoadedFile]:
        loaded.append(file.name)
        return load(file, report, remark)

    monkeypatch.setattr(taking, "load", noted)
    return loaded


def test_unchanged_files_are_neither_read_nor_hashed(
    data_dir: Path, folder: Path, loads: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(changes, "hashlib", None)
    assert set(statuses(data_dir, folder).values()) == {"unchanged"}
    assert loads == []


def test_a_touched_file_is_hashed_and_found_unchanged(
    data_dir: Path, folder: Path, loads: list[str]
) -> None:
    os.utime(folder / "tea.txt")
    assert set(statuses(data_dir, folder).values()) == {"unchanged"}
    assert loads == []


def test_a_change_of_the_same_length_with_its_old_time_is_seen(
    data_dir: Path, folder: Path
) -> None:
    state = (folder / "tea.txt").stat()
    write(folder, tea=TEA.replace("三千亩", "两千亩"))
    os.utime(folder / "tea.txt", ns=(state.st_atime_ns, state.st_mtime_ns))
    assert statuses(data_dir, folder) == {"bridge.txt": "unchanged", "tea.txt": "replaced"}


def test_a_file_written_a_moment_ago_is_not_trusted(tmp_path: Path) -> None:
    file = write(tmp_path / "in", tea=TEA) / "tea.txt"
    with Library.open(tmp_path / "data", write=True) as library:
        assert changes.hash_of(file, "p", library)[1] is None
        later = time.time_ns() + 10 * changes._UNSETTLED_NS
        digest, stamp = hash_at(file, library, later)
        assert stamp is not None
        library.store([], "m", stamps=[stamp])
        assert hash_at(file, library, later) == (digest, None)


def hash_at(file: Path, library: Library, now: int) -> tuple[str, FileStamp | None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("time.time_ns", lambda: now)
        return changes.hash_of(file, "p", library)


def test_a_sidecar_that_changes_its_mind_is_heard(data_dir: Path, folder: Path) -> None:
    (folder / "metadata.csv").write_text("file,title\ntea.txt,采茶时节\n", encoding="utf-8")
    assert statuses(data_dir, folder) == {"bridge.txt": "unchanged", "tea.txt": "replaced"}
    assert "采茶时节" in titles(data_dir)


def test_of_a_changed_file_of_records_only_the_changed_ones_are_stored(
    tmp_path: Path, data_dir: Path
) -> None:
    file = records(tmp_path / "ready", BRIDGE, TEA, "山里的小学有了新操场。" * 5)
    assert ingest_into(data_dir, file).articles == 3
    records(tmp_path / "ready", BRIDGE, TEA.replace("三千亩", "两千亩"))
    report = ingest_into(data_dir, file)
    assert (report.articles, report.files[0].status) == (1, "replaced")
    with Library.open(data_dir) as library:
        live = {s.article.article_id for s in library.articles() if s.path.startswith(str(file))}
        assert live == {"r0", "r1"}
        gone = library.articles(superseded=True)
        assert {s.article.article_id for s in gone} == {"r1", "r2"}
        assert len(library.versions("r1")) == 2


def test_a_copy_is_noted_and_takes_over_when_its_original_changes(
    data_dir: Path, folder: Path
) -> None:
    write(folder, zcopy=TEA, acopy=BRIDGE)
    report = ingest_into(data_dir, folder)
    copies = {Path(o.file).name: o.duplicate_of for o in report.files if o.duplicate_of}
    assert {name: Path(of).name for name, of in copies.items()} == {
        "acopy.txt": "bridge.txt",
        "zcopy.txt": "tea.txt",
    }
    assert report.articles == 0
    write(
        folder,
        tea="渔港开渔\n休渔期满，渔港昨天开渔。一百多条船出海。\n",
        bridge="新\n旧桥拆了，桥墩留作纪念。\n",
    )
    ingest_into(data_dir, folder)
    kept = titles(data_dir)
    assert "高山茶园迎来采摘季" in kept
    assert "青石湾大桥合龙" in kept
    assert len(kept) == 4


def test_an_article_taken_out_comes_back_with_its_file_alone(
    tmp_path: Path, data_dir: Path, loads: list[str]
) -> None:
    file = records(tmp_path / "ready", BRIDGE, TEA)
    ingest_into(data_dir, file)
    with Library.open(data_dir, write=True) as library:
        library.remove("r1")
    report = ingest_into(data_dir, file)
    assert report.articles == 1
    with Library.open(data_dir) as library:
        assert not library.article("r1").superseded


def test_a_folder_of_many_files_is_stored_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(changes, "_UNSETTLED_NS", -1)
    texts = {f"n{n}": f"第{n}号通知\n第{n}号仓库本周{n}日盘点，请各组留人。\n" for n in range(300)}
    folder = write(tmp_path / "many", **texts)
    assert set(statuses(tmp_path / "data", folder).values()) == {"stored"}
    with Library.open(tmp_path / "data") as library:
        before = library.generation
    assert set(statuses(tmp_path / "data", folder).values()) == {"unchanged"}
    with Library.open(tmp_path / "data") as library:
        assert library.generation == before
