"""Quotas where something takes the place of something: only what is more counts, where it goes."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest

from ingest.indexing import ingest
from rag.library.library import Library
from rag.models.embedding import HashingEmbedder
from rag.settings import load_settings


class Desk:
    """A library that may hold so much, and a folder of files."""

    def __init__(self, folder: Path, **quota: int) -> None:
        self.data = folder / "data"
        self.files = folder / "files"
        self.files.mkdir()
        self._settings = load_settings(self.data, quota=quota)

    def write(self, name: str, *lines: str) -> Path:
        """A file of one article: a title and paragraphs."""
        path = self.files / f"{name}.txt"
        path.write_text("\n\n".join(lines) + "\n", encoding="utf-8")
        return path

    def ingest(self, *paths: Path, collection: str | None = None) -> Sequence[str]:
        """How each file fared: its status, or the code of why not."""
        with Library.open(self.data, write=True) as library:
            report = ingest(
                list(paths), library, HashingEmbedder(), self._settings, collection=collection
            )
        return [one.error.code if one.error else one.status for one in report.files]

    def held(self) -> dict[str, int]:
        """Articles by collection."""
        with Library.open(self.data) as library:
            return {one.name: one.articles for one in library.collections()}

    def move(self, collection: str) -> None:
        """Put all articles into a new collection."""
        with Library.open(self.data, write=True) as library:
            library.collection_made(collection)
            library.move(collection, [one.article.article_id for one in library.articles()])


@pytest.mark.parametrize("quota", [{"articles": 1}, {"collection_articles": 1}, {"characters": 40}])
def test_a_changed_file_takes_the_room_that_it_had(tmp_path: Path, quota: dict[str, int]) -> None:
    desk = Desk(tmp_path, **quota)
    file = desk.write("泉", "泉眼的报道", "北岸一共有17处泉眼，夏天也不干。")
    assert desk.ingest(file) == ["stored"]
    desk.write("泉", "泉眼的报道", "北岸一共有18处泉眼，夏天也不干。")
    assert desk.ingest(file) == ["replaced"]
    assert desk.ingest(desk.write("雨", "雨的报道", "今天下了一场雨，路上没有人。" * 2)) == [
        "quota_reached"
    ]
    assert desk.held() == {"默认文集": 1}


def test_what_replaces_may_still_be_too_long(tmp_path: Path) -> None:
    desk = Desk(tmp_path, characters=40)
    file = desk.write("泉", "泉眼的报道", "北岸一共有17处泉眼，夏天也不干。")
    desk.ingest(file)
    desk.write("泉", "泉眼的报道", "北岸一共有18处泉眼，夏天也不干。" * 4)
    assert desk.ingest(file) == ["quota_reached"]
    desk.write("泉", "泉眼的报道", "北岸有18处泉眼。")
    assert desk.ingest(file) == ["replaced"]


def test_heirs_count_where_those_before_them_were(tmp_path: Path) -> None:
    desk = Desk(tmp_path, collection_articles=1)
    moved = desk.write("泉", "泉眼的报道", "北岸一共有17处泉眼，夏天也不干。")
    desk.ingest(moved)
    desk.move("别处")
    assert desk.ingest(desk.write("雨", "雨的报道", "今天下了一场雨，路上没有人。")) == ["stored"]
    desk.write("泉", "泉眼的报道", "北岸一共有18处泉眼，夏天也不干。")
    assert desk.ingest(moved) == ["replaced"]  # the default collection is full, and stays as it is
    assert desk.held() == {"默认文集": 1, "别处": 1}
    again = desk.write("雪", "雪的报道", "昨天下了一场雪，山上都白了。")
    assert desk.ingest(again, collection="别处") == ["quota_reached"]


def test_an_article_out_of_the_bin_takes_room_again(tmp_path: Path) -> None:
    desk = Desk(tmp_path, articles=1)
    first = desk.write("泉", "泉眼的报道", "北岸一共有17处泉眼，夏天也不干。")
    desk.ingest(first)
    with Library.open(desk.data, write=True) as library:
        library.remove_all([one.article.article_id for one in library.articles()])
    assert desk.ingest(desk.write("雨", "雨的报道", "今天下了一场雨，路上没有人。")) == ["stored"]
    assert desk.ingest(first) == ["quota_reached"]
    assert desk.held() == {"默认文集": 1}
