"""A page becomes articles: blocks, runs of blocks, runs stitched together, paragraphs."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field, fields, replace
from itertools import pairwise
from pathlib import PurePath

from ingest.blocks import Block, Kind
from ingest.bylines import closing_names, dateline_names
from ingest.formats.readers import is_web_page
from ingest.fragments import flow_of, pieces_of
from ingest.headlines import first_words, infer_headline
from ingest.lines import raw_lines, read_lines
from ingest.loading import LoadedFile
from ingest.markdown import is_markdown, without_marks
from ingest.metadata import Metadata, merge, metadata_from_file_name, read_front_matter
from ingest.segmentation import read_blocks
from ingest.stitching import Link, Stitching, stitch
from ingest.structure import PARAGRAPH_KINDS, paragraphs
from rag.data_model.documents import Article, Join, Paragraph
from rag.models.embedding import Embedder

_COLUMN_NAME = 6


@dataclass(eq=False)
class _Part:
    """A block in its article, with what was joined to it."""

    block: Block
    joins: list[float] = field(default_factory=list)


@dataclass
class _Draft:
    """An article being put together."""

    folio: Metadata
    parts: list[_Part] = field(default_factory=list)

    def of(self, *kinds: Kind) -> list[Block]:
        return [part.block for part in self.parts if part.block.kind in kinds]

    def insert(self, part: _Part, after: _Part | None) -> _Part:
        """`part`, put right after another, or at the end."""
        at = len(self.parts) if after is None else self.parts.index(after) + 1
        self.parts.insert(at, part)
        return part

    def join(self, before: _Part, block: Block, link: Link) -> _Part:
        """`block` as the rest of the part `before`, or as the next paragraph."""
        if not link.merges:
            return self.insert(_Part(block, [link.confidence]), before)
        before.block = replace(
            before.block,
            text=before.block.text + block.text,
            spans=before.block.spans + block.spans,
        )
        before.joins.append(link.confidence)
        return before


def page_to_articles(loaded: LoadedFile, embedder: Embedder | None = None) -> tuple[Article, ...]:
    """The articles of a decoded file, in the order in which the page starts them.

    A file without the marks of a newspaper page is one article. A `ready` file is one too, and
    its paragraphs are its lines.

    Args:
        loaded: the file; its metadata win over what the page itself says.
        embedder: compares the topics of pieces that may belong together; without it, their
            words do.
    """
    text = loaded.source.text
    if loaded.ready:
        numbered = tuple(
            Paragraph(n, line.text, line.spans) for n, line in enumerate(raw_lines(text), start=1)
        )
        known = merge(loaded.metadata, metadata_from_file_name(loaded.source.name))
        # A file of many articles names none of them.
        title = loaded.metadata.title or first_words(text)
        inferred = not loaded.metadata.title
        return (_finished(loaded, replace(known, title=title), numbered, title_inferred=inferred),)
    header, front = read_front_matter(text)
    lines = read_lines(text, front.end)
    if is_markdown(loaded.source.name):
        lines = without_marks(lines)
    whole = is_web_page(loaded.source.name)
    drafts = _drafts(read_blocks(lines), embedder, in_order=bool(loaded.places), whole=whole)
    drafts = [draft for draft in drafts if draft.of(Kind.TEXT, Kind.PERSON)] or drafts[:1]
    alone = len(drafts) == 1
    articles = (_article(draft, header, loaded, alone=alone) for draft in drafts)
    return tuple(article for article in articles if article.paragraphs)


def _drafts(
    blocks: Sequence[Block], embedder: Embedder | None, *, in_order: bool, whole: bool
) -> list[_Draft]:
    """Blocks in their articles, each piece after the one that it continues.

    What follows a piece on the page stands after it in its article too, so that a box in which
    the text was broken stands below the text. `whole`: the file says itself where its paragraphs
    end, so that none is broken.
    """
    flow = flow_of(blocks)
    pieces = pieces_of(blocks)
    stitching = Stitching() if whole else stitch(pieces, embedder, in_order=in_order)
    into = {flow[link.target]: (flow[link.source], link) for link in stitching.links}
    openings = {flow[n] for n in stitching.openings}
    drafts = [_Draft(Metadata())]
    current, part, folio = drafts[0], None, Metadata()
    place: dict[int, tuple[_Draft, _Part]] = {}
    for n, block in enumerate(blocks):
        if block.kind is Kind.FOLIO and block.folio:
            folio = merge(block.folio, folio) if not current.of(Kind.TEXT) else block.folio
            if not current.of(Kind.TEXT):
                current.folio = merge(current.folio, folio)
            continue
        source, link = into.get(n, (None, None))
        if block.starts or n in openings:
            current, part = _Draft(folio), None
            drafts.append(current)
        if source is not None and link and link.accepted:
            current, part = place[source]
            part = current.join(part, block, link)
        else:
            part = current.insert(_Part(block), part)
            part.joins += [link.confidence] if link else []
        place[n] = current, part
    return drafts


def _article(draft: _Draft, header: Metadata, loaded: LoadedFile, *, alone: bool) -> Article:
    """One draft as an article.

    What is said of the whole file names title and authors only if the file is one article.
    """
    by_name = metadata_from_file_name(loaded.source.name)
    told = _without(loaded.metadata, by_name)
    title = _title_block(draft)
    blocks = [_demoted(part.block, title) for part in draft.parts]
    own = Metadata(title=title.text if title else None, authors=_authors(draft))
    whole_file = [told, header]
    if not alone:
        whole_file = [replace(known, title=None, authors=()) for known in whole_file]
        by_name = replace(by_name, title=None)
    known = merge(*whole_file, own, draft.folio, by_name)
    texts = [block.text for block in draft.of(Kind.TEXT)]
    newspaper = not alone or bool(draft.of(Kind.BYLINE, Kind.DATELINE))
    inferred = None if known.title else (infer_headline(texts) if newspaper and texts else None)
    return _finished(
        loaded,
        replace(known, title=known.title or inferred),
        paragraphs(blocks),
        title_inferred=not known.title,
        joins=_joins(draft),
        affiliations=tuple(name for b in draft.of(Kind.AFFILIATION) for name in b.names),
    )


def _finished(
    loaded: LoadedFile,
    known: Metadata,
    numbered: tuple[Paragraph, ...],
    *,
    title_inferred: bool,
    joins: tuple[Join, ...] = (),
    affiliations: tuple[str, ...] = (),
) -> Article:
    title = known.title or PurePath(loaded.source.name).stem
    text = "\n".join(paragraph.text for paragraph in numbered)
    digest = hashlib.sha256("\0".join((loaded.source.name, title, text)).encode()).hexdigest()
    return Article(
        article_id=known.article_id or digest[:12],
        title=title,
        paragraphs=numbered,
        title_inferred=title_inferred,
        authors=known.authors,
        newspaper=known.newspaper,
        date=known.date,
        page=known.page,
        joins=joins,
        affiliations=affiliations,
    )


def _without(known: Metadata, guessed: Metadata) -> Metadata:
    """`known`, less what only the file name says: the page itself knows better."""
    same = {
        item.name: () if item.name == "authors" else None
        for item in fields(Metadata)
        if getattr(known, item.name) == getattr(guessed, item.name)
    }
    return replace(known, **same)  # type: ignore[arg-type]


def _title_block(draft: _Draft) -> Block | None:
    """The headline among the lines above the text.

    The one right above a `——` subtitle; else the first that is more than a column's name.
    """
    titles = draft.of(Kind.TITLE)
    over_subtitle = [
        part.block
        for part, below in pairwise(draft.parts)
        if part.block.kind is Kind.TITLE and below.block.kind is Kind.SUBTITLE
    ]
    long = [block for block in (*over_subtitle, *titles) if len(block.text) > _COLUMN_NAME]
    return next(iter([*long, *titles]), None)


def _demoted(block: Block, title: Block | None) -> Block:
    """Headlines beside the title: marked ones head a section, others are subtitles."""
    if block.kind is not Kind.TITLE or block is title:
        return block
    return replace(block, kind=Kind.SECTION if block.level else Kind.SUBTITLE)


def _authors(draft: _Draft) -> tuple[str, ...]:
    """Names of the bylines; else of the dateline; else of the credit that closes the text."""
    names = [name for b in draft.of(Kind.BYLINE, Kind.DATELINE) for name in b.names]
    texts = [block.text for block in draft.of(Kind.TEXT)]
    if not names and texts:
        names = list(dateline_names(texts[0]) or closing_names(texts[-1]))
    return tuple(dict.fromkeys(names))


def _joins(draft: _Draft) -> tuple[Join, ...]:
    numbered = [part for part in draft.parts if part.block.kind in PARAGRAPH_KINDS]
    return tuple(
        Join(n, round(confidence, 4))
        for n, part in enumerate(numbered, start=1)
        for confidence in part.joins
    )
