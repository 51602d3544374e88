"""Setting a file's articles right: their particulars, and which pieces are one paragraph.

A `Page` is a file with its articles as they stand, stored or only looked at. Its methods give what
has to change; `store_corrections` keeps that. Only spans move between paragraphs and articles, so
every paragraph stays the source's own characters and every quote still verifies.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from ingest.files.loading import load
from ingest.lines.metadata import normal_date, normal_page
from ingest.pages.page import page_to_articles
from ingest.storing.passages import split_article
from rag.data_model.documents import Article, Join, Paragraph, SourceFile
from rag.errors import ArticleMissing, CorrectionInvalid, DocumentError
from rag.library.corrections import Corrected, Correction, Layout, anchor_of, apply, apply_all
from rag.library.library import Library
from rag.library.records import NewPassage
from rag.models.embedding import Embedder, passage_input
from rag.settings import Settings

_LONGEST = {"title": 200, "newspaper": 60, "page": 20}
_MOST_AUTHORS = 50


@dataclass(frozen=True, slots=True)
class Page:
    """A file and its articles as they stand; `anchors` and `corrections` are by article id."""

    source: SourceFile
    articles: tuple[Article, ...]
    anchors: Mapping[str, int]
    corrections: Mapping[int, Correction] = field(default_factory=dict)

    def article(self, article_id: str) -> Article:
        """One of the articles.

        Raises:
            ArticleMissing: there is none of this id.
        """
        for article in self.articles:
            if article.article_id == article_id:
                return article
        raise ArticleMissing(article_id=article_id)

    def amend(self, article_id: str, said: Correction) -> list[Corrected]:
        """Set particulars; those that are as before are not touched.

        Raises:
            ArticleMissing, CorrectionInvalid: see their messages.
        """
        article = self.article(article_id)
        checked = _checked(said)
        changed = {
            name: value
            for name in ("title", "authors", "newspaper", "date", "page")
            if (value := getattr(checked, name)) is not None
            and value != (getattr(article, name) or ("" if name != "authors" else ()))
        }
        confirmed = article.title_inferred and checked.title == article.title
        if confirmed:
            changed["title"] = article.title
        return [self._corrected(article, Correction(**changed))] if changed else []

    def split(self, article_id: str, n: int, piece: int) -> list[Corrected]:
        """Make two paragraphs of paragraph `n`; the second begins with its span `piece`.

        Raises:
            ArticleMissing, CorrectionInvalid: there is no such place.
        """
        article = self.article(article_id)
        old = _paragraph(article, n)
        if not 1 <= piece < len(old.spans):
            raise CorrectionInvalid(reason=f"第 {n} 段没有这个接合处")
        halves = (
            replace(old, spans=old.spans[:piece], cells=()),
            replace(old, spans=old.spans[piece:], cells=()),
        )
        paragraphs = (*article.paragraphs[: n - 1], *halves, *article.paragraphs[n:])
        return [self._laid_out(article, paragraphs, _moved(article.joins, _after_split(n)))]

    def join(self, article_id: str, n: int) -> list[Corrected]:
        """Make one paragraph of paragraphs `n` and `n + 1`.

        Raises:
            ArticleMissing, CorrectionInvalid: there are no two such paragraphs.
        """
        article = self.article(article_id)
        first, second = _paragraph(article, n), _paragraph(article, n + 1)
        whole = replace(first, spans=first.spans + second.spans)
        paragraphs = (*article.paragraphs[: n - 1], whole, *article.paragraphs[n + 1 :])
        joins = _moved(article.joins, lambda at: at - 1 if at > n else at)
        sure = sorted((*joins, Join(n, 1.0)), key=lambda join: join.at_paragraph)
        return [self._laid_out(article, paragraphs, tuple(sure))]

    def move(self, article_id: str, n: int, target_id: str) -> list[Corrected]:
        """Give paragraph `n` to another article of the file, at its place in the source.

        Raises:
            ArticleMissing, CorrectionInvalid: there is no such paragraph, or it is the only one.
        """
        article, target = self.article(article_id), self.article(target_id)
        moved = _paragraph(article, n)
        if article_id == target_id or len(article.paragraphs) == 1:
            raise CorrectionInvalid(reason="一篇文章至少要留一段，也不能移给自己")
        left = tuple(p for p in article.paragraphs if p is not moved)
        start = moved.spans[0].start
        before = [p for p in target.paragraphs if p.spans[0].start < start]
        at = before[-1].n if before else 0
        section = before[-1].section if before else None
        moved = replace(moved, section=section)
        taken = (*target.paragraphs[:at], moved, *target.paragraphs[at:])
        return [
            self._laid_out(article, left, _moved(article.joins, _after_loss(n))),
            self._laid_out(
                target, taken, _moved(target.joins, lambda old: old + 1 if old > at else old)
            ),
        ]

    def _laid_out(
        self, article: Article, paragraphs: tuple[Paragraph, ...], joins: tuple[Join, ...]
    ) -> Corrected:
        numbered = tuple(replace(p, n=n) for n, p in enumerate(paragraphs, start=1))
        return self._corrected(article, Correction(layout=Layout(numbered, joins)))

    def _corrected(self, article: Article, correction: Correction) -> Corrected:
        anchor = self.anchors[article.article_id]
        whole = correction.over(self.corrections.get(anchor, Correction()))
        return Corrected(anchor, whole, apply(correction, article, self.source.text))


def stored_page(library: Library, article_id: str) -> Page:
    """The file that a stored article came from.

    Raises:
        ArticleMissing: no live article has this id.
    """
    stored = library.article(article_id)
    if stored.superseded:
        raise ArticleMissing(article_id=article_id)
    source = library.source_of(stored.key)
    articles = tuple(neighbour.article for neighbour in library.neighbours(stored.key))
    anchors = {}
    for article in articles:
        known = library.corrected_anchor(source.sha256, article.article_id)
        anchors[article.article_id] = anchor_of(article) if known is None else known
    return Page(source, articles, anchors, library.corrections(source.sha256))


def read_pages(
    path: Path,
    library: Library,
    embedder: Embedder,
    report: Callable[[DocumentError], None] | None = None,
) -> list[Page]:
    """What a file would be stored as, corrections made so far included. Nothing is stored.

    Raises:
        DocumentError: as `ingest.files.loading.load` does.
    """
    pages = []
    for loaded in load(path, report):
        found = page_to_articles(loaded, embedder)
        corrections = library.corrections(loaded.source.sha256)
        anchors = {article.article_id: anchor_of(article) for article in found}
        articles = apply_all(corrections, found, loaded.source.text)
        pages.append(Page(loaded.source, articles, anchors, corrections))
    return pages


def store_corrections(
    library: Library,
    sha256: str,
    corrected: Sequence[Corrected],
    embedder: Embedder,
    settings: Settings,
) -> None:
    """Keep corrections, and bring those of the articles that are stored up to date.

    Raises:
        LibraryError: the store refuses; nothing is changed.
    """
    wanted = {
        one.article.article_id
        for one in corrected
        if library.live_key(one.article.article_id, sha256) is not None
    }
    inputs = [
        (passage, passage_input(one.article, passage))
        for one in corrected
        if one.article.article_id in wanted
        for passage in split_article(one.article, settings.passages.size)
    ]
    texts = {text.digest: text for _, text in inputs}
    matrices = library.vectors(list(texts), embedder.fingerprint)
    unseen = [digest for digest in texts if digest not in matrices]
    if unseen:
        embedded = embedder.embed_passages([texts[digest] for digest in unseen])
        matrices |= {d: v.matrix for d, v in zip(unseen, embedded, strict=True)}
    passages = [NewPassage(p, text.digest, matrices[text.digest]) for p, text in inputs]
    library.correct(sha256, corrected, passages, embedder.fingerprint)


def seams(paragraph: Paragraph, source: str) -> tuple[int, ...]:
    """Where a paragraph was put together: spans not next to the one before; rows are whole."""
    if paragraph.cells:
        return ()
    found = []
    for piece, (before, after) in enumerate(
        zip(paragraph.spans, paragraph.spans[1:], strict=False), start=1
    ):
        between = source[before.end : after.start]
        if after.start < before.end or between.strip() or between.count("\n") > 1:
            found.append(piece)
    return tuple(found)


def _checked(said: Correction) -> Correction:
    title = None if said.title is None else " ".join(said.title.split())
    if title == "":
        raise CorrectionInvalid(reason="标题不能是空的")
    if said.authors is not None and len(said.authors) > _MOST_AUTHORS:
        raise CorrectionInvalid(reason=f"作者不能超过 {_MOST_AUTHORS} 位")
    for name, limit in _LONGEST.items():
        if len(getattr(said, name) or "") > limit:
            raise CorrectionInvalid(reason=f"内容太长，最多 {limit} 个字")
    date = said.date and normal_date(said.date)
    if said.date and date is None:
        raise CorrectionInvalid(reason=f"认不出日期“{said.date[:20]}”，请写成 2024-05-20 这样")
    page = said.page and normal_page(said.page)
    return replace(said, title=title, date=date, page=page)


def _paragraph(article: Article, n: int) -> Paragraph:
    if not 1 <= n <= len(article.paragraphs):
        raise CorrectionInvalid(reason=f"没有第 {n} 段")
    return article.paragraphs[n - 1]


def _moved(joins: Sequence[Join], place: Callable[[int], int | None]) -> tuple[Join, ...]:
    """The joins at their new paragraphs; those whose place is gone are dropped."""
    found = ((place(join.at_paragraph), join.confidence) for join in joins)
    return tuple(Join(at, confidence) for at, confidence in found if at is not None)


def _after_split(n: int) -> Callable[[int], int | None]:
    """The split paragraph's joins are what the person did not believe."""
    return lambda at: None if at == n else at + 1 if at > n else at


def _after_loss(n: int) -> Callable[[int], int | None]:
    return lambda at: None if at == n else at - 1 if at > n else at
