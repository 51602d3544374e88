"""The store: generations, supersession, one writer, and what it says when it cannot serve."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest
from pages import BRIDGE, ingest_into, write

from rag.errors import (
    ArticleMissing,
    LibraryBusy,
    LibraryCorrupt,
    LibraryReadOnly,
    SchemaNewer,
    StorageFailed,
    StorageFull,
)
from rag.library.library import Library
from rag.library.records import ArticleHead
from rag.library.schema import DATABASE
from rag.library.storage import Database, WriteLock, translated


def test_what_was_stored_comes_back_exactly(data_dir: Path) -> None:
    with Library.open(data_dir) as library:
        assert library.counts().articles == 2
        for stored in library.articles():
            source = library.source(stored.sha256)
            assert source is not None
            for paragraph in stored.article.paragraphs:
                text = "".join(source.text[s:e] for s, e in paragraph.spans)
                assert text == paragraph.text
            ids = library.passage_ids(library.generation)
            mine = [p for p in library.passages(ids) if p.article_key == stored.key]
            assert "".join(p.passage.text for p in mine) == stored.article.text


def test_heads_are_the_articles_without_their_text(data_dir: Path, tmp_path: Path) -> None:
    with Library.open(data_dir) as library:
        for bridge in (BRIDGE, BRIDGE.replace("21亿元", "22亿元"), BRIDGE):
            write(tmp_path / "in", bridge=bridge)
            ingest_into(data_dir, tmp_path / "in")  # while the library is open to read
            for superseded in (False, True):
                articles = library.articles(superseded=superseded)
                heads = library.heads(superseded=superseded)
                assert [ArticleHead.of(stored.article) for stored in articles] == [
                    stored.article for stored in heads
                ]
                for stored, head in zip(articles, heads, strict=True):
                    for name in ("key", "file", "path", "sha256", "group", "superseded"):
                        assert getattr(stored, name) == getattr(head, name)
            assert library.heads() is library.heads()


def test_ingesting_again_does_nothing(data_dir: Path, tmp_path: Path) -> None:
    before = (data_dir / DATABASE).read_bytes()
    report = ingest_into(data_dir, tmp_path / "in")
    assert {outcome.status for outcome in report.files} == {"unchanged"}
    assert (data_dir / DATABASE).read_bytes() == before


def test_a_changed_file_replaces_its_articles_and_keeps_the_old_as_superseded(
    data_dir: Path, tmp_path: Path
) -> None:
    with Library.open(data_dir) as library:
        old = {stored.article.article_id for stored in library.articles()}
    write(tmp_path / "in", bridge=BRIDGE.replace("21亿元", "22亿元"))
    report = ingest_into(data_dir, tmp_path / "in")
    assert sorted(outcome.status for outcome in report.files) == ["replaced", "unchanged"]
    with Library.open(data_dir) as library:
        assert library.counts().articles == 2
        gone = [stored.article for stored in library.articles(superseded=True)]
        assert len(gone) == 1
        assert gone[0].article_id in old
        assert "21亿元" in gone[0].text
        assert not any("21亿元" in stored.article.text for stored in library.articles())


def test_a_reader_of_an_older_generation_still_finds_its_passages(
    data_dir: Path, tmp_path: Path
) -> None:
    with Library.open(data_dir) as library:
        generation = library.generation
        ids = library.passage_ids(generation)
        write(tmp_path / "in", bridge=BRIDGE.replace("21亿元", "22亿元"))
        ingest_into(data_dir, tmp_path / "in")
        assert library.generation > generation
        assert library.passage_ids(generation) == ids
        assert len(library.passages(ids)) == len(ids)
        changes = library.changes(generation, library.generation)
        assert set(ids) - set(changes.died) | set(changes.born) == set(
            library.passage_ids(library.generation)
        )


def test_a_removed_article_is_gone_and_its_file_can_come_back(
    data_dir: Path, tmp_path: Path
) -> None:
    with Library.open(data_dir, write=True) as library:
        article_id = library.articles()[0].article.article_id
        library.remove(article_id)
        assert article_id not in {s.article.article_id for s in library.articles()}
        with pytest.raises(ArticleMissing):
            library.remove(article_id)
        with pytest.raises(ArticleMissing):
            library.article("nothing")
    ingest_into(data_dir, tmp_path / "in")
    with Library.open(data_dir) as library:
        assert article_id in {s.article.article_id for s in library.articles()}


def test_there_is_one_writer(data_dir: Path) -> None:
    with Library.open(data_dir, write=True), pytest.raises(LibraryBusy):
        WriteLock(data_dir / "write.lock", patience=0.1).acquire()
    with Library.open(data_dir) as reader, pytest.raises(LibraryReadOnly):
        reader.remove(reader.articles()[0].article.article_id)


def test_a_failed_transaction_changes_nothing(
    data_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with Library.open(data_dir, write=True) as library:
        before = library.generation, library.counts()
        monkeypatch.setattr("rag.library.bin.retire_article", _disk_full)
        with pytest.raises(StorageFull):
            library.remove(library.articles()[0].article.article_id)
        assert (library.generation, library.counts()) == before


def _disk_full(*_: object) -> None:
    raise OSError(28, "No space left on device")


@pytest.mark.parametrize("damage", ["garbage", "truncated", "foreign"])
def test_a_damaged_library_is_named(data_dir: Path, damage: str) -> None:
    path = data_dir / DATABASE
    data = path.read_bytes()
    if damage == "garbage":
        path.write_bytes(b"\xff" * len(data))
    elif damage == "truncated":
        path.write_bytes(data[: len(data) // 3])
    else:
        path.unlink()
        with sqlite3.connect(path) as connection:
            connection.execute("CREATE TABLE theirs (x)")
        connection.close()
    with pytest.raises(LibraryCorrupt):
        _read_everything(data_dir)


def _read_everything(data_dir: Path) -> None:
    with Library.open(data_dir) as library:
        library.articles()
        library.passages(library.passage_ids(library.generation))
        if problems := library.integrity():
            raise LibraryCorrupt(path=data_dir, reason=problems[0])


def test_a_newer_library_is_refused_and_left_alone(data_dir: Path) -> None:
    connection = sqlite3.connect(data_dir / DATABASE)
    connection.execute("PRAGMA user_version = 999")
    connection.close()
    before = (data_dir / DATABASE).read_bytes()
    for write_too in (False, True):
        with pytest.raises(SchemaNewer):
            Library.open(data_dir, write=write_too)
    assert (data_dir / DATABASE).read_bytes() == before


def test_a_directory_that_refuses_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(LibraryReadOnly):
        Library.open(tmp_path / "file" / "data", write=True)


def test_a_reader_of_nothing_sees_an_empty_library(tmp_path: Path) -> None:
    with Library.open(tmp_path / "none") as library:
        assert library.counts().articles == 0
        assert library.articles() == []
        assert library.generation == 0
    assert not (tmp_path / "none").exists()


@pytest.mark.parametrize(
    ("error", "expected"),
    [
        (OSError(28, "full"), StorageFull),
        (OSError(30, "read only"), LibraryReadOnly),
        (PermissionError(13, "no"), LibraryReadOnly),
        (OSError(5, "I/O"), StorageFailed),
        (sqlite3.DatabaseError("malformed"), LibraryCorrupt),
    ],
)
def test_errors_of_lower_layers_are_translated(error: Exception, expected: type) -> None:
    with pytest.raises(expected), translated(Path("x")):
        raise error


def test_an_older_library_is_brought_up_to_date_by_whoever_opens_it(tmp_path: Path) -> None:
    path = tmp_path / DATABASE
    Database(path, ["CREATE TABLE one (x);"], write=True).close()
    reader = Database(path, ["CREATE TABLE one (x);", "CREATE TABLE two (x);"], write=False)
    assert reader.all("SELECT x FROM two") == []
    reader.close()
