"""Corrections stay with the file and change what is stored, but never a character of the text."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest

from ingest.indexing import ingest
from ingest.storing.corrections import Page, read_pages, seams, store_corrections, stored_page
from rag.data_model.documents import Article, Join, Span, spans_text
from rag.errors import ArticleMissing, CorrectionInvalid
from rag.library.corrections import (
    Corrected,
    Correction,
    Layout,
    apply,
    correction_json,
    correction_of,
)
from rag.library.library import Library
from rag.models.embedding import HashingEmbedder
from rag.proof.verification import unproven_articles
from rag.settings import Settings

TEXT = """江州日报 2024年3月5日 第6版

# 灯塔岛的风电

□本报记者 何苇

灯塔岛风电场共有38台风机，去年发电9.2亿千瓦时。
岛上的居民原来靠柴油机发电，一天只有六个小时的

电，如今昼夜不停。

码头边新修了一条观景步道。

# 石湾村办起夜校

□本报记者 丁禾

石湾村的夜校每周开三次课，教村民算账和开网店。

夜校的老师是镇上退休的会计。
"""
EMBEDDER = HashingEmbedder()


@pytest.fixture
def file(tmp_path: Path) -> Path:
    file = tmp_path / "版面.txt"
    file.write_text(TEXT, encoding="utf-8")
    return file


@pytest.fixture
def library(settings: Settings, file: Path) -> Library:
    library = Library.open(settings.data_dir, write=True)
    assert not ingest([file], library, EMBEDDER, settings).failed
    return library


def page_of(library: Library) -> Page:
    return stored_page(library, library.articles()[0].article.article_id)


def first(library: Library) -> Article:
    return page_of(library).articles[0]


def keep(library: Library, settings: Settings, page: Page, corrected: list[Corrected]) -> None:
    store_corrections(library, page.source.sha256, corrected, EMBEDDER, settings)


def spelled(page: Page) -> Counter[Span]:
    return Counter(s for a in page.articles for p in a.paragraphs for s in p.spans)


def test_a_title_is_corrected_under_the_same_id(library: Library, settings: Settings) -> None:
    page = page_of(library)
    before = page.articles[0]
    said = Correction(title=" 灯塔岛  用上了风电 ", authors=("何苇", "周舟"), date="2024年3月6日")
    keep(library, settings, page, page.amend(before.article_id, said))
    after = library.article(before.article_id)
    assert (after.article.title, after.article.date) == ("灯塔岛 用上了风电", "2024-03-06")
    assert after.article.authors == ("何苇", "周舟")
    assert after.article.paragraphs == before.paragraphs
    assert library.articles_by_key([after.key])[after.key] == after
    passages = library.passages_of_articles([after.key], library.generation)
    assert "".join(p.passage.text for p in passages) == before.text
    assert len(library.vectors([p.digest for p in passages], EMBEDDER.fingerprint)) == len(passages)
    assert not unproven_articles(library)
    assert len(library.articles()) == len(page.articles)


def test_saying_what_stands_there_already_changes_nothing(library: Library) -> None:
    page = page_of(library)
    article = page.articles[0]
    same = Correction(title=article.title, authors=article.authors, date=article.date, page="6")
    assert page.amend(article.article_id, same) == []


@pytest.mark.parametrize("name", ["版面.txt", "另一个名字.txt"])
def test_corrections_survive_a_new_ingest_of_the_same_bytes(
    library: Library, settings: Settings, file: Path, name: str
) -> None:
    page = page_of(library)
    keep(library, settings, page, page.amend(first(library).article_id, Correction(title="甲")))
    page = page_of(library)
    keep(library, settings, page, page.join(first(library).article_id, 1))
    wanted = first(library)
    for stored in library.articles():
        library.remove(stored.article.article_id)
    ingest([file.rename(file.with_name(name))], library, EMBEDDER, settings)
    again = first(library)
    assert (again.title, again.paragraphs, again.joins) == ("甲", wanted.paragraphs, wanted.joins)
    assert not unproven_articles(library)


def test_another_version_of_the_file_is_read_afresh(
    library: Library, settings: Settings, file: Path
) -> None:
    page = page_of(library)
    keep(library, settings, page, page.amend(first(library).article_id, Correction(title="甲")))
    file.write_text(TEXT + "\n新添了一段话，写在最后。\n", encoding="utf-8")
    ingest([file], library, EMBEDDER, settings)
    assert first(library).title == "灯塔岛的风电"


def test_corrections_made_before_storing_are_stored(file: Path, settings: Settings) -> None:
    with Library.open(settings.data_dir, write=True) as library:
        (page,) = read_pages(file, library, EMBEDDER)
        target = page.articles[1].article_id
        keep(library, settings, page, page.amend(target, Correction(title="夜校")))
        assert library.articles() == []
        assert library.generation == 0
        (again,) = read_pages(file, library, EMBEDDER)
        assert again.article(target).title == "夜校"
        ingest([file], library, EMBEDDER, settings)
        assert [stored.article.title for stored in library.articles()] == ["灯塔岛的风电", "夜校"]


def test_splitting_undoes_joining(library: Library, settings: Settings) -> None:
    page = page_of(library)
    before = first(library)
    keep(library, settings, page, page.join(before.article_id, 1))
    joined = first(library)
    assert len(joined.paragraphs) == len(before.paragraphs) - 1
    assert joined.paragraphs[0].text == before.paragraphs[0].text + before.paragraphs[1].text
    assert Join(1, 1.0) in joined.joins
    piece = len(before.paragraphs[0].spans)
    page = page_of(library)
    assert spelled(page) == Counter(s for a in page.articles for p in a.paragraphs for s in p.spans)
    keep(library, settings, page, page.split(before.article_id, 1, piece))
    assert first(library).paragraphs == before.paragraphs
    assert not unproven_articles(library)


def test_every_split_and_join_spells_the_same_characters(library: Library) -> None:
    page = page_of(library)
    for article in page.articles:
        for paragraph in article.paragraphs:
            for piece in range(1, len(paragraph.spans)):
                (one,) = page.split(article.article_id, paragraph.n, piece)
                spans = [s for p in one.article.paragraphs for s in p.spans]
                assert spans == [s for p in article.paragraphs for s in p.spans]
                assert [p.n for p in one.article.paragraphs] == list(
                    range(1, len(article.paragraphs) + 2)
                )


def test_a_moved_paragraph_is_lost_by_none_and_stands_in_source_order(
    library: Library, settings: Settings
) -> None:
    page = page_of(library)
    giving, taking = page.articles
    keep(library, settings, page, page.move(giving.article_id, 2, taking.article_id))
    after = page_of(library)
    assert spelled(after) == spelled(page)
    assert after.articles[1].paragraphs[0].text == giving.paragraphs[1].text
    assert all(
        p.text == spans_text(page.source.text, p.spans)
        for a in after.articles
        for p in a.paragraphs
    )
    # the anchor of an article whose first paragraph came from elsewhere is still the page's
    keep(library, settings, after, after.amend(taking.article_id, Correction(title="乙")))
    assert len(library.corrections(page.source.sha256)) == 2


@pytest.mark.parametrize(
    "said",
    [
        Correction(title="  "),
        Correction(title="长" * 201),
        Correction(date="上个月"),
        Correction(authors=tuple(map(str, range(51)))),
    ],
    ids=["no title", "long title", "no date", "many authors"],
)
def test_what_cannot_be_used_is_refused(library: Library, said: Correction) -> None:
    with pytest.raises(CorrectionInvalid):
        page_of(library).amend(first(library).article_id, said)


def test_places_that_are_not_there_are_refused(library: Library) -> None:
    page = page_of(library)
    article = first(library)
    last = len(article.paragraphs)
    attempts: tuple[Callable[[], object], ...] = (
        lambda: page.split(article.article_id, last + 1, 1),
        lambda: page.split(article.article_id, 1, 99),
        lambda: page.join(article.article_id, last),
        lambda: page.join(article.article_id, 0),
        lambda: page.move(article.article_id, 1, article.article_id),
    )
    for wrong in attempts:
        with pytest.raises(CorrectionInvalid):
            wrong()
    with pytest.raises(ArticleMissing):
        page.join("nobody", 1)


def test_seams_are_where_pieces_from_apart_meet(library: Library) -> None:
    page = page_of(library)
    (one,) = page.join(first(library).article_id, 1)
    whole = one.article.paragraphs[0]
    piece = len(first(library).paragraphs[0].spans)
    if page.source.text[whole.spans[piece - 1].end : whole.spans[piece].start].count("\n") > 1:
        assert piece in seams(whole, page.source.text)
    for paragraph in page.articles[1].paragraphs:
        assert seams(paragraph, page.source.text) == ()


def test_a_correction_is_read_as_it_was_written(library: Library) -> None:
    article = first(library)
    whole = Correction("题", ("甲",), "", "2024-01-01", "", Layout(article.paragraphs, ()))
    again = correction_of(correction_json(whole))
    assert apply(again, article, TEXT) == apply(whole, article, TEXT)
    assert apply(again, article, TEXT).newspaper is None
    assert correction_of(correction_json(Correction())) == Correction()


def test_a_layout_of_another_text_is_left_out(library: Library) -> None:
    article = first(library)
    correction = Correction(title="题", layout=Layout(article.paragraphs))
    shorter = apply(correction, article, TEXT[:20])
    assert (shorter.title, shorter.paragraphs) == ("题", article.paragraphs)
