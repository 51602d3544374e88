"""The bin meets what came between: another model, another file of the same article."""

from __future__ import annotations

import time
from pathlib import Path

import pytest
from pages import BRIDGE, TEA, ingest_into, write

from rag.errors import ModelChanged
from rag.library.bin_queries import DAYS
from rag.library.library import Library
from rag.models.embedding import HashingEmbedder
from rag.proof.doctor import examine
from rag.retrieval.indexes import build_indexes
from rag.settings import Settings
from ui.cli import run

OTHER = 32
"""Numbers of the vectors of another model."""


def bridge_of(library: Library) -> str:
    return next(one.article.article_id for one in library.heads() if "大桥" in one.article.title)


def indexed(data_dir: Path, embedder: HashingEmbedder) -> int:
    """How many passages can be searched, as a server that starts makes its indexes."""
    with Library.open(data_dir) as library:
        return len(build_indexes(library, embedder.fingerprint, embedder.dimension).dense)


def removed_twice(tmp_path: Path) -> tuple[Path, str]:
    """An article that was removed as that of one folder, and then as that of another."""
    data_dir = tmp_path / "data"
    ingest_into(data_dir, write(tmp_path / "first", bridge=BRIDGE))
    with Library.open(data_dir, write=True) as library:
        library.create_collection("工程")
        bridge = bridge_of(library)
        library.move("工程", [bridge])
        library.tag(["要闻"], [bridge])
        library.remove(bridge)
    ingest_into(data_dir, write(tmp_path / "second", bridge=BRIDGE))
    with Library.open(data_dir, write=True) as library:
        assert library.article(bridge).collection == "工程"
        library.remove(bridge)
    return data_dir, bridge


def twice_as_before(data_dir: Path) -> None:
    """Both rows in the bin, as versions before this one left them."""
    with Library.open(data_dir, write=True) as library:
        with library._transaction(changes_articles=False) as (connection, _):
            connection.execute(
                "INSERT OR IGNORE INTO bin SELECT min(rowid), ?, 'r', 'r' FROM articles",
                (int(time.time()) - 20 * 86_400,),
            )
        assert len(library.binned()) == 2


def test_what_is_restored_under_another_model_is_searched_with_it(tmp_path: Path) -> None:
    data_dir, other = tmp_path / "data", HashingEmbedder(OTHER)
    ingest_into(data_dir, write(tmp_path / "in", bridge=BRIDGE, tea=TEA))
    with Library.open(data_dir, write=True) as library:
        bridge = bridge_of(library)
        library.remove(bridge)
    examine(Settings(data_dir=data_dir), rebuild=True, embedder=other)
    with Library.open(data_dir, write=True) as library:
        assert library.restore([bridge]) == (bridge,)
        passages = len(library.passage_ids(library.generation))
    assert indexed(data_dir, other) == passages
    checks = examine(Settings(data_dir=data_dir), rebuild=True, embedder=other)
    assert all(check.ok for check in checks), checks


def test_what_the_present_model_never_embedded_is_not_restored(tmp_path: Path) -> None:
    """A library whose vectors of the bin went before it was made sure that they are made again."""
    data_dir, other = tmp_path / "data", HashingEmbedder(OTHER)
    ingest_into(data_dir, write(tmp_path / "in", bridge=BRIDGE, tea=TEA))
    with Library.open(data_dir, write=True) as library:
        bridge = bridge_of(library)
        library.remove(bridge)
    examine(Settings(data_dir=data_dir), rebuild=True, embedder=other)
    with Library.open(data_dir, write=True) as library:
        dead = library._all("SELECT DISTINCT digest FROM passages WHERE died IS NOT NULL")
        library.drop_vectors([digest for (digest,) in dead], other.fingerprint)
        version = library.version
        with pytest.raises(ModelChanged):
            library.restore([bridge])
        assert library.version == version
        assert [one.article_id for one in library.binned()] == [bridge]
    assert indexed(data_dir, other) > 0
    examine(Settings(data_dir=data_dir), rebuild=True, embedder=other)
    with Library.open(data_dir, write=True) as library:
        assert library.restore([bridge]) == (bridge,)


def test_a_rebuild_for_an_earlier_model_lets_restore(tmp_path: Path) -> None:
    data_dir = tmp_path / "data"
    ingest_into(data_dir, write(tmp_path / "in", bridge=BRIDGE, tea=TEA))
    with Library.open(data_dir, write=True) as library:
        bridge = bridge_of(library)
        library.remove(bridge)
        fake = HashingEmbedder(OTHER)
        digest = library.without_vectors(fake.fingerprint)[0].digest
        library.store_vectors([digest], [fake.embed_queries(["桥"])], fake.fingerprint)
    examine(Settings(data_dir=data_dir), rebuild=True, embedder=HashingEmbedder())
    with Library.open(data_dir, write=True) as library:
        assert library.restore([bridge]) == (bridge,)


def test_an_article_lies_in_the_bin_once(tmp_path: Path) -> None:
    data_dir, bridge = removed_twice(tmp_path)
    with Library.open(data_dir, write=True) as library:
        assert [one.article_id for one in library.binned()] == [bridge]
        library.restore([bridge])
        assert library.binned() == ()
        stored = library.article(bridge)
        assert (stored.collection, stored.tags) == ("工程", ("要闻",))


def test_of_two_in_the_bin_one_may_expire(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    data_dir, bridge = removed_twice(tmp_path)
    twice_as_before(data_dir)
    later = time.time() + (DAYS - 10) * 86_400
    monkeypatch.setattr("rag.library.bin_queries.time.time", lambda: later)
    with Library.open(data_dir, write=True) as library:
        assert [one.collection for one in library.binned()] == ["工程"]
        library.restore([bridge])
        stored = library.article(bridge)
        assert (stored.collection, stored.tags) == ("工程", ("要闻",))
        assert library.uneven_shelves() == ()


def test_of_two_in_the_bin_both_go_and_are_told_once(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    data_dir, bridge = removed_twice(tmp_path)
    twice_as_before(data_dir)
    with Library.open(data_dir, write=True) as library:
        library.restore([bridge])
        assert library.binned() == ()
        library.remove(bridge)
    twice_as_before(data_dir)
    assert run(["--data-dir", str(data_dir), "articles", "purge", "--all"]) == 0
    assert capsys.readouterr().out == f"已从回收站删除：{bridge}\n"
    with Library.open(data_dir) as library:
        assert library.binned() == ()


def test_a_file_whose_article_came_back_from_another_is_not_whole(tmp_path: Path) -> None:
    data_dir, bridge = removed_twice(tmp_path)
    with Library.open(data_dir, write=True) as library:
        library.restore([bridge])
    (outcome,) = ingest_into(data_dir, tmp_path / "second").files
    assert outcome.status == "unchanged"
