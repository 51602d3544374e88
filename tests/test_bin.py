"""The bin: what is removed is gone from answers, and comes back as it was."""

from __future__ import annotations

import time
from pathlib import Path

import pytest
from killed_bin import start
from killed_runs import write_articles
from pages import ingest_into

from rag.data_model.answers import Filters, Question
from rag.errors import ArticleInPlace, ArticleMissing, NothingChosen, NotInBin
from rag.library.backup import back_up, restore
from rag.library.bin_queries import DAYS
from rag.library.library import Library
from rag.models.embedding import HashingEmbedder
from rag.pipeline import Pipeline
from rag.proof.doctor import examine
from rag.proof.replay import replay
from rag.proof.verification import verify
from rag.settings import Settings

ASKED = Question(question="青石湾大桥总投资多少亿元？")


def ids(data_dir: Path) -> list[str]:
    with Library.open(data_dir) as library:
        return [one.article.article_id for one in library.heads()]


def bridge_of(data_dir: Path) -> str:
    with Library.open(data_dir) as library:
        heads = library.heads()
        return next(one.article.article_id for one in heads if "大桥" in one.article.title)


def statuses(data_dir: Path, folder: Path) -> set[str]:
    return {outcome.status for outcome in ingest_into(data_dir, folder).files}


def sound(data_dir: Path) -> None:
    checks = examine(Settings(data_dir=data_dir), embedder=HashingEmbedder())
    wrong = [check for check in checks if not check.ok and check.name != "索引"]
    assert wrong == []


def test_what_is_removed_is_nowhere_and_comes_back_as_it_was(
    pipeline: Pipeline, data_dir: Path, tmp_path: Path
) -> None:
    before = pipeline.ask(ASKED)
    assert before.answered
    bridge = bridge_of(data_dir)
    with Library.open(data_dir, write=True) as library:
        library.create_collection("工程")
        library.move("工程", [bridge])
        library.tag(["要闻"], [bridge])
        counts, collections = library.counts(), library.collections()
        library.remove(bridge)
        assert library.counts().articles == 1
        assert [one.articles for one in library.collections()] == [1, 0]
        assert library.tags() == ()
        (binned,) = library.binned()
        assert (binned.article_id, binned.collection) == (bridge, "工程")
        assert binned.tags == ("要闻",)
        assert (binned.kept_until - binned.removed_at).days == DAYS
    pipeline.refresh()
    assert not pipeline.ask(ASKED).answered
    assert all(hit.article_id != bridge for hit in pipeline.search("青石湾大桥", 10))
    assert verify(before, pipeline.library) == []
    with Library.open(data_dir, write=True) as library:
        with pytest.raises(ArticleMissing):
            library.remove(bridge)
        assert library.restore([bridge]) == (bridge,)
        assert library.binned() == ()
        assert (library.counts(), library.collections()) == (counts, collections)
        with pytest.raises(NotInBin):
            library.restore([bridge])
    pipeline.refresh()
    again = replay(before, pipeline, pipeline.library)
    assert again.same, again.changes
    assert again.now.citations[0].collection == "工程"
    assert verify(again.now, pipeline.library) == []
    assert statuses(data_dir, tmp_path / "in") == {"unchanged"}
    sound(data_dir)


def test_old_data_is_swept_around_the_bin(pipeline: Pipeline, data_dir: Path) -> None:
    before = pipeline.ask(ASKED)
    bridge = bridge_of(data_dir)
    settings = Settings(data_dir=data_dir)
    with Library.open(data_dir, write=True) as library:
        library.remove(bridge)
    examine(settings, rebuild=True, embedder=HashingEmbedder())
    with Library.open(data_dir, write=True) as library:
        library.restore([bridge])
        assert library.without_vectors(HashingEmbedder().fingerprint) == []
    pipeline.refresh()
    assert replay(before, pipeline, pipeline.library).same
    sound(data_dir)


def test_after_thirty_days_it_goes_when_the_library_is_opened(
    data_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    bridge = bridge_of(data_dir)
    with Library.open(data_dir, write=True) as library:
        library.remove(bridge)
    now = time.time()
    monkeypatch.setattr("rag.library.bin_queries.time.time", lambda: now + DAYS * 86_400 - 60)
    with Library.open(data_dir, write=True) as library:
        assert len(library.binned()) == 1
    monkeypatch.setattr("rag.library.bin_queries.time.time", lambda: now + DAYS * 86_400 + 60)
    with Library.open(data_dir) as library:  # a reader changes nothing, and shows nothing
        assert library.binned() == ()
        assert library._all("SELECT count(*) FROM bin") == [(1,)]
    with Library.open(data_dir, write=True) as library:
        assert library._all("SELECT count(*) FROM bin") == [(0,)]
        with pytest.raises(NotInBin):
            library.restore([bridge])
    sound(data_dir)


def test_a_file_ingested_again_brings_back_what_was_removed(data_dir: Path, tmp_path: Path) -> None:
    bridge = bridge_of(data_dir)
    with Library.open(data_dir, write=True) as library:
        library.create_collection("工程")
        library.move("工程", [bridge])
        library.tag(["要闻"], [bridge])
        library.remove(bridge)
    assert statuses(data_dir, tmp_path / "in") == {"replaced", "unchanged"}
    with Library.open(data_dir) as library:
        assert library.binned() == ()
        stored = library.article(bridge)
        assert (stored.collection, stored.tags) == ("工程", ("要闻",))


def test_what_is_purged_is_gone_for_good_but_proves_old_answers(
    pipeline: Pipeline, data_dir: Path, tmp_path: Path
) -> None:
    before = pipeline.ask(ASKED)
    bridge = bridge_of(data_dir)
    with Library.open(data_dir, write=True) as library:
        library.create_collection("工程")
        library.move("工程", [bridge])
        with pytest.raises(NotInBin):
            library.purge_bin([bridge])
        library.remove(bridge)
        assert [one.article_id for one in library.purge_bin()] == [bridge]
        assert library.binned() == ()
        assert library.purge_bin() == ()
    assert verify(before, pipeline.library) == []
    ingest_into(data_dir, tmp_path / "in")
    with Library.open(data_dir) as library:
        assert library.article(bridge).collection == "默认文集"


def test_a_file_is_whole_again_only_when_all_of_it_is_back(tmp_path: Path) -> None:
    data_dir, file = tmp_path / "data", write_articles(tmp_path / "all.jsonl", 4)
    ingest_into(data_dir, file)
    with Library.open(data_dir, write=True) as library:
        library.remove("n0")
        library.remove_all(["n1", "n2"])
        library.restore(["n2", "n0"])
    assert len(ids(data_dir)) == 3
    with Library.open(data_dir, write=True) as library:
        library.restore(["n1"])
    assert statuses(data_dir, file) == {"unchanged"}
    with Library.open(data_dir, write=True) as library:
        library.remove_all(["n1", "n2"])
        library.purge_bin(["n1"])
        library.restore(["n2"])
    assert statuses(data_dir, file) == {"replaced"}
    assert sorted(ids(data_dir)) == ["n0", "n1", "n2", "n3"]


def test_removal_is_of_all_or_none_and_by_filters(data_dir: Path) -> None:
    with Library.open(data_dir, write=True) as library:
        version = library.version
        with pytest.raises(ArticleMissing):
            library.remove_all([*ids(data_dir), "nothing"])
        with pytest.raises(NothingChosen):
            library.remove_all()
        assert library.remove_all(filters=Filters(newspaper="没有的报")) == ()
        assert library.version == version
        library.tag(["旧"], filters=Filters(collections=("默认文集",)))
        assert len(library.remove_all(filters=Filters(tags=("旧",)))) == 2
        assert library.counts().articles == 0
        assert len(library.restore([one.article_id for one in library.binned()])) == 2


def test_an_id_that_was_taken_meanwhile_is_told(tmp_path: Path) -> None:
    data_dir = tmp_path / "data"
    ingest_into(data_dir, write_articles(tmp_path / "a.jsonl", 1))
    with Library.open(data_dir, write=True) as library:
        library.remove("n0")
    ingest_into(data_dir, write_articles(tmp_path / "b.jsonl", 2))
    with Library.open(data_dir, write=True) as library:
        with pytest.raises(ArticleInPlace):
            library.restore(["n0"])
        assert library.counts().articles == 2


def test_a_collection_that_went_meanwhile_gives_its_articles_to_the_default_one(
    data_dir: Path,
) -> None:
    bridge = bridge_of(data_dir)
    with Library.open(data_dir, write=True) as library:
        made = library.create_collection("工程")
        library.move("工程", [bridge])
        library.remove(bridge)
        library.remove_collection(made.id)
        library.restore([bridge])
        assert library.article(bridge).collection == "默认文集"
        assert library.uneven_shelves() == ()


def test_a_backup_holds_the_bin(data_dir: Path, tmp_path: Path) -> None:
    bridge = bridge_of(data_dir)
    with Library.open(data_dir, write=True) as library:
        library.remove(bridge)
    made = back_up(data_dir, tmp_path / "backup.zip")
    assert made.binned == 1
    restore(tmp_path / "elsewhere", made.file)
    with Library.open(tmp_path / "elsewhere", write=True) as library:
        assert library.restore([bridge]) == (bridge,)
    assert len(ids(tmp_path / "elsewhere")) == 2


@pytest.mark.slow
@pytest.mark.parametrize("changes", [1, 2, 7])
def test_a_killed_removal_or_return_is_whole(tmp_path: Path, changes: int) -> None:
    data_dir = tmp_path / "data"
    ingest_into(data_dir, write_articles(tmp_path / "all.jsonl", 120))
    with start(data_dir) as child:
        assert child.stdout is not None
        for _ in range(changes):
            said = child.stdout.readline().strip()
        child.kill()
        said = ([said, *child.stdout.read().split()])[-1]
    with Library.open(data_dir, write=True) as library:
        assert library.integrity() == []
        alive, binned = len(library.heads()), len(library.binned())
        assert {alive, binned} == {0, 120}
        if binned:
            library.restore([one.article_id for one in library.binned()])
    assert said in {"removed", "restored"}
    sound(data_dir)
