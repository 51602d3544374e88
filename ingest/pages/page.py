"""A page becomes articles: blocks, runs of blocks, runs stitched together, paragraphs."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, fields, replace
from functools import partial
from itertools import pairwise
from pathlib import PurePath

from ingest.files.loading import LoadedFile
from ingest.formats.readers import states_paragraphs
from ingest.lines.blocks import Block, Kind
from ingest.lines.bylines import closing_names, dateline_names
from ingest.lines.lines import raw_lines, read_lines
from ingest.lines.markdown import is_markdown, without_marks
from ingest.lines.metadata import Metadata, merge, metadata_from_file_name, read_front_matter
from ingest.lines.table_lines import cells_of_line, with_rows
from ingest.pages.boilerplate import stated_at_the_top
from ingest.pages.conservation import left_out, named_blocks, named_by, with_marks_named
from ingest.pages.headline_lines import is_label
from ingest.pages.headlines import first_words, infer_headline
from ingest.pages.notes import (
    as_fact,
    fact_blocks,
    is_ordered,
    joined_over_pages,
    note_blocks,
    noted,
    outside_the_flow,
    rows_among,
)
from ingest.pages.official import official_date
from ingest.pages.segmentation import read_blocks
from ingest.pages.structure import PARAGRAPH_KINDS, paragraphs, section_name, settled_headings
from ingest.seams.fragments import flow_of, pieces_of
from ingest.seams.stitching import Link, Stitching, stitch
from rag.data_model.documents import Article, Join, LeftOut, Paragraph, Span, cut_spans
from rag.models.embedding import Embedder

_COLUMN_NAME = 6
_ABOUT_PEOPLE = frozenset({Kind.BYLINE, Kind.ROLE, Kind.FURNITURE})


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


@dataclass(frozen=True, slots=True)
class PageReading:
    """The articles of a file, and what of its text they do not have."""

    articles: tuple[Article, ...]
    left_out: tuple[LeftOut, ...]


def page_to_articles(loaded: LoadedFile, embedder: Embedder | None = None) -> tuple[Article, ...]:
    """The articles of a decoded file, in the order in which the page starts them.

    A file without the marks of a newspaper page is one article. A `ready` file is one too, and
    its paragraphs are its lines.

    Args:
        loaded: the file; its metadata win over what the page itself says.
        embedder: compares the topics of pieces that may belong together; without it, their
            words do.
    """
    return read_page(loaded, embedder).articles


def read_page(loaded: LoadedFile, embedder: Embedder | None = None) -> PageReading:
    """As `page_to_articles`, with every character that no article has, and why."""
    text = loaded.source.text
    if loaded.ready:
        numbered = tuple(
            Paragraph(n, line.text, line.spans, cells=cells_of_line(line.text))
            for n, line in enumerate(raw_lines(text), start=1)
        )
        known = merge(loaded.metadata, metadata_from_file_name(loaded.source.name))
        # A file of many articles names none of them.
        title = loaded.metadata.title or first_words(text)
        inferred = not loaded.metadata.title
        known = replace(known, title=title)
        whole = _finished(loaded, known, numbered, title_inferred=inferred)
        spans = [span for paragraph in numbered for span in paragraph.spans]
        return PageReading((whole,), left_out(text, spans, (), Span(0, 0)))
    header, front = read_front_matter(text)
    if not text[front.end :].strip():
        front = Span(0, 0)  # there is nothing that it could be the header of
    rows = partial(with_rows, marked=is_markdown(loaded.source.name))
    told = rows_among(loaded.marks)
    paragraphed = states_paragraphs(loaded.source.name)
    lines = read_lines(
        text, front.end, outside_the_flow(loaded.marks), rows, told, stated=paragraphed
    )
    lines = joined_over_pages(lines, loaded.marks)
    if is_markdown(loaded.source.name):
        lines = without_marks(lines)
    blocks = read_blocks(lines)
    in_order = bool(loaded.places)
    unbroken = paragraphed or is_ordered(loaded.marks)
    drafts = _with_text(_drafts(blocks, embedder, in_order=in_order, whole=unbroken))
    _add_notes(drafts, list(note_blocks(text, loaded.marks)))
    stated = [as_fact(block) for block in stated_at_the_top(blocks)]
    _add_facts(drafts, [*stated, *fact_blocks(text, loaded.marks)])
    issued = Metadata(date=official_date(blocks)) if len(drafts) == 1 else Metadata()
    made = [_article(draft, header, loaded, issued, alone=len(drafts) == 1) for draft in drafts]
    made = [(article, own) for article, own in made if article.paragraphs]
    kept = [span for article, own in made for span in _kept_spans(article, own)]
    rest = left_out(text, kept, [*named_blocks(blocks), *named_by(loaded.marks)], front)
    marked = is_markdown(loaded.source.name)
    return PageReading(tuple(a for a, _ in made), tuple(with_marks_named(text, rest, marked)))


def _with_text(drafts: Sequence[_Draft]) -> list[_Draft]:
    """The drafts, those of nothing but headings as the end of the one before.

    Where bylines are all that there is below a headline, or on the whole page, they are the text.
    """
    texts = any(draft.of(*PARAGRAPH_KINDS) for draft in drafts)
    for draft in drafts:
        if not draft.of(*PARAGRAPH_KINDS) and (draft.of(Kind.TITLE) or not texts):
            for part in draft.parts if draft.of(Kind.BYLINE) else ():
                if part.block.kind in _ABOUT_PEOPLE:
                    part.block = replace(part.block, kind=Kind.LONE)
    kept: list[_Draft] = []
    for draft in drafts:
        if kept and not draft.of(*PARAGRAPH_KINDS):
            kept[-1].parts += draft.parts
        elif kept and not kept[-1].of(*PARAGRAPH_KINDS):
            draft.parts[:0] = kept.pop().parts
            kept.append(draft)
        else:
            kept.append(draft)
    return kept


def _add_notes(drafts: Sequence[_Draft], notes: Sequence[Block]) -> None:
    """Each note right below the paragraph that refers to it."""
    for note in notes:
        places = [(draft, part) for draft in drafts for part in draft.parts]
        texts = [pair for pair in places if pair[1].block.kind in PARAGRAPH_KINDS] or places
        n = noted(note, [part.block for _, part in texts])
        if n is None:
            drafts[0].insert(_Part(note), None)
        else:
            draft, part = texts[n]
            draft.insert(_Part(note), part)


def _add_facts(drafts: Sequence[_Draft], facts: Sequence[Block]) -> None:
    """What stands above the text at the start of the first article, all else at the last's end."""
    spans = [
        span for draft in drafts for block in draft.of(*PARAGRAPH_KINDS) for span in block.spans
    ]
    first = min((span.start for span in spans), default=0)
    above = [fact for fact in facts if fact.spans[0].start < first]
    drafts[0].parts[:0] = [_Part(fact) for fact in above]
    drafts[-1].parts += [_Part(fact) for fact in facts if fact not in above]


def _kept_spans(article: Article, blocks: Sequence[Block]) -> Iterator[Span]:
    """What an article has of the source: its paragraphs, its title, its sections' names."""
    for paragraph in article.paragraphs:
        yield from paragraph.spans
    sections = {paragraph.section for paragraph in article.paragraphs if paragraph.section}
    for block in blocks:
        if block.kind is Kind.TITLE and block.text == article.title:
            yield from block.spans
        elif block.kind in {Kind.SECTION, Kind.BOX}:
            name = section_name(block.text)
            start = block.text.find(name)
            if any(name in section for section in sections):
                yield from cut_spans(block.spans, start, start + len(name))


def _drafts(
    blocks: Sequence[Block], embedder: Embedder | None, *, in_order: bool, whole: bool
) -> list[_Draft]:
    """Blocks in their articles, each piece after the one that it continues.

    What follows a piece on the page stands after it in its article too, so that a box in which
    the text was broken stands below the text. `whole`: the file says itself where its paragraphs
    end, or sets them in one column, so that none is broken.
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


def _article(
    draft: _Draft, header: Metadata, loaded: LoadedFile, issued: Metadata, *, alone: bool
) -> tuple[Article, list[Block]]:
    """One draft as an article, and its blocks as they were taken; `issued`: when it was made.

    What is said of the whole file names title and authors only if the file is one article.
    """
    by_name = metadata_from_file_name(loaded.source.name)
    told = _without(loaded.metadata, by_name)
    title = _title_block(draft)
    blocks = settled_headings(_demoted([part.block for part in draft.parts], title))
    own = Metadata(title=title.text if title else None, authors=_authors(draft))
    whole_file = [told, header]
    if not alone:
        whole_file = [replace(known, title=None, authors=()) for known in whole_file]
        by_name = replace(by_name, title=None)
    known = merge(*whole_file, own, draft.folio, issued, by_name)
    texts = [block.text for block in draft.of(Kind.TEXT)]
    newspaper = not alone or bool(draft.of(Kind.BYLINE, Kind.DATELINE))
    inferred = None if known.title else (infer_headline(texts) if newspaper and texts else None)
    article = _finished(
        loaded,
        replace(known, title=known.title or inferred),
        paragraphs(blocks),
        title_inferred=not known.title,
        joins=_joins(blocks, draft),
        affiliations=tuple(name for b in draft.of(Kind.AFFILIATION) for name in b.names),
    )
    return article, blocks


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

    Of marked ones, the largest; then the one right above a `——` subtitle; else the first that is
    more than a column's name.
    """
    titles = draft.of(Kind.TITLE)
    largest = min((block.level for block in titles if block.level), default=0)
    titles = [block for block in titles if block.level in {0, largest}]
    over_subtitle = [
        part.block
        for part, below in pairwise(draft.parts)
        if part.block in titles and below.block.kind is Kind.SUBTITLE
    ]
    titles = [block for block in titles if not is_label(block.text)] or titles
    long = [block for block in (*over_subtitle, *titles) if len(block.text) > _COLUMN_NAME]
    return next(iter([*long, *titles]), None)


def _demoted(blocks: Sequence[Block], title: Block | None) -> list[Block]:
    """Headlines beside the title: marked ones below it head a section, others are subtitles."""
    result: list[Block] = []
    below = title is None
    for block in blocks:
        below = below or block is title
        if block.kind is Kind.TITLE and block is not title:
            kind = Kind.SECTION if block.level and below else Kind.SUBTITLE
            result.append(replace(block, kind=kind))
        else:
            result.append(block)
    return result


def _authors(draft: _Draft) -> tuple[str, ...]:
    """Names of the bylines; else of the dateline; else of the credit that closes the text."""
    names = [n for b in draft.of(Kind.BYLINE, Kind.DATELINE, Kind.LONE) for n in b.names]
    texts = [block.text for block in draft.of(Kind.TEXT)]
    if not names and texts:
        names = list(dateline_names(texts[0]) or closing_names(texts[-1]))
    return tuple(dict.fromkeys(names))


def _joins(blocks: Sequence[Block], draft: _Draft) -> tuple[Join, ...]:
    numbered = [
        part
        for block, part in zip(blocks, draft.parts, strict=True)
        if block.kind in PARAGRAPH_KINDS
    ]
    return tuple(
        Join(n, round(confidence, 4))
        for n, part in enumerate(numbered, start=1)
        for confidence in part.joins
    )
