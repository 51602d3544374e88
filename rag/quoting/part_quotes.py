"""The paragraphs of a numbered part of a document, whole: `第五条` with its 款 and 项."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace

from rag.data_model.documents import Span
from rag.language.text import fold, sentence_spans, trim_span
from rag.library.records import StoredArticle
from rag.question.numbered_parts import (
    AskedParts,
    Part,
    asked_parts,
    is_same,
    items_of,
    opening,
    openings,
)
from rag.question.understanding import ParsedQuestion, content_words, is_held
from rag.quoting.quotes import SURE, LineQuote, Quotable, Quote, whole_paragraph

_LIST_FACTOR = 5
"""A part may be this many times as long as another answer, as lists may."""
_NAMED_TEXT = 400
"""Characters at the beginning of a document that may name it, besides its title."""
_LINES_BEFORE = 200
"""Characters before a document's first paragraph that may hold its first heading."""

SourceText = Callable[[StoredArticle], str]


def find_parts(
    question: ParsedQuestion, articles: Sequence[StoredArticle], source: SourceText, max_quote: int
) -> tuple[Quotable, ...]:
    """The parts that a question names by number; empty where no document has them.

    Args:
        question: as understood.
        articles: in the order in which they were found.
        source: gives the decoded file of an article.
        max_quote: characters that are quoted, aimed at.
    """
    asked = asked_parts(question)
    if asked is None:
        return ()
    for stored in _named_first(asked, articles):
        each = [list(_quotes(part, stored, source(stored))) for part in asked.parts]
        if any(each):
            quotes = [quote for found in each for quote in found]
            return _bounded(quotes, _LIST_FACTOR * max_quote)
    return ()


def _named_first(asked: AskedParts, articles: Sequence[StoredArticle]) -> list[StoredArticle]:
    """The documents that the words before the number can mean, best by their titles first."""
    words = content_words(asked.before)
    told = {
        s.key: fold(f"{s.article.title}\n{s.article.newspaper or ''}\n{s.file}") for s in articles
    }
    meant = [
        s
        for s in articles
        if all(is_held(w, f"{told[s.key]}\n{fold(s.article.text[:_NAMED_TEXT])}") for w in words)
    ]
    return sorted(meant, key=lambda s: -sum(is_held(word, told[s.key]) for word in words))


def _quotes(part: Part, stored: StoredArticle, text: str) -> Iterator[Quotable]:
    if part.within is None and part.unit not in {"条", "款", "项"}:
        yield from _under_heading(part, stored, text)
    elif part.whole.unit == "条":
        paragraphs = _article_of_law(part.whole, stored)
        yield from _within(part, stored, paragraphs)


def _article_of_law(part: Part, stored: StoredArticle) -> list[int]:
    """Numbers of the paragraphs of 第N条: the one that begins so, and those up to the next part."""
    article = stored.article
    begins = openings(article)
    for at, begun in enumerate(begins):
        if begun is None or not is_same(begun, part):
            continue
        section = article.paragraphs[at].section
        numbers = [at + 1]
        for n in range(at + 1, len(begins)):
            if begins[n] is not None or article.paragraphs[n].section != section:
                break
            numbers.append(n + 1)
        return numbers
    return [p.n for p in article.paragraphs if (o := opening(p.section or "")) and is_same(o, part)]


def _within(part: Part, stored: StoredArticle, paragraphs: list[int]) -> Iterator[Quote]:
    """All of 第N条, or its 款 or 项: a 款 is a paragraph that no （一） begins, with its items."""
    if part.within is None:
        yield from (whole_paragraph(stored, n) for n in paragraphs)
        return
    if part.within.unit == "款" or part.unit == "款":
        clause = part.within if part.unit == "项" else part
        paragraphs = _clause(clause.number, stored, paragraphs)
    if part.unit == "款":
        yield from (whole_paragraph(stored, n) for n in paragraphs)
        return
    for n in paragraphs:
        whole = whole_paragraph(stored, n)
        items = items_of(whole.text)
        ends = [*(start for _, start in items), len(whole.text)][1:]
        for (number, start), end in zip(items, ends, strict=True):
            if number == part.number and (span := trim_span(whole.text, start, end)):
                yield replace(whole, start=whole.start + span.start, end=whole.start + span.end)
                return


def _clause(number: int, stored: StoredArticle, paragraphs: list[int]) -> list[int]:
    """The paragraphs of the `number`th 款 among those of an article of law."""
    clauses: list[list[int]] = []
    for n in paragraphs:
        starts_item = any(not start for _, start in items_of(stored.article.paragraphs[n - 1].text))
        if starts_item and clauses:
            clauses[-1].append(n)
        else:
            clauses.append([n])
    return clauses[number - 1] if number <= len(clauses) else []


def _under_heading(part: Part, stored: StoredArticle, text: str) -> Iterator[Quotable]:
    """The line that begins a chapter, an annex, a table; and the paragraphs as far as the next."""
    paragraphs = stored.article.paragraphs
    first, last = paragraphs[0].spans[0].start, paragraphs[-1].spans[-1].end
    lines = [
        (line, begun)
        for line in _lines(text, max(0, first - _LINES_BEFORE), last)
        if (begun := opening(text[line.start : line.end])) and begun.unit == part.unit
    ]
    ends = [*(line.start for line, _ in lines), last][1:]
    starts = [p.spans[0].start for p in paragraphs]
    found: list[tuple[Span, list[int]]] = []
    for (line, begun), end in zip(lines, ends, strict=True):
        if is_same(begun, part):
            inside = range(bisect_left(starts, line.start), bisect_left(starts, end))
            held = [paragraphs[at].n for at in inside]
            found.append((line, _of_table(part, stored, held)))
    if not found:
        return
    line, held = max(found, key=lambda pair: len(pair[1]))  # a table of contents has no paragraphs
    if not held or paragraphs[held[0] - 1].spans[0].start != line.start:
        n = held[0] if held else _nearest(stored, line)
        yield LineQuote(stored, n, line, text[line.start : line.end], SURE)
    yield from (whole_paragraph(stored, n) for n in held)


def _of_table(part: Part, stored: StoredArticle, held: list[int]) -> list[int]:
    """Of the paragraphs after a table's or picture's caption, those that belong to it: no prose."""
    if part.unit not in {"表", "图"}:
        return held
    prose = next((at for at, n in enumerate(held) if _is_prose(stored, n)), len(held))
    return held[:prose] or held[:1]


def _is_prose(stored: StoredArticle, n: int) -> bool:
    return stored.article.paragraphs[n - 1].text.rstrip().endswith("。")


def _nearest(stored: StoredArticle, line: Span) -> int:
    after = (p.n for p in stored.article.paragraphs if p.spans[0].start >= line.start)
    return next(after, len(stored.article.paragraphs))


def _lines(text: str, start: int, end: int) -> Iterator[Span]:
    """The lines of `[start, end)` without the white space and the Markdown around them."""
    at = text.rfind("\n", 0, start) + 1
    while at < end:
        stop = text.find("\n", at)
        stop = len(text) if stop < 0 else stop
        marks = len(text[at:stop]) - len(text[at:stop].lstrip("# \t"))
        if span := trim_span(text, at + marks, stop):
            yield span
        at = stop + 1


def _bounded(quotes: Sequence[Quotable], room: int) -> tuple[Quotable, ...]:
    """As many quotes as there is room for; the first at least as far as its sentences go."""
    kept: list[Quotable] = []
    for quote in quotes:
        if not kept and isinstance(quote, Quote) and len(quote.text) > room:
            ends = [s.end for s in sentence_spans(quote.text)]
            end = max((e for e in ends if e <= room), default=ends[0])
            return (replace(quote, end=quote.start + end),)
        room -= len(quote.text)
        if kept and room < 0:
            break
        kept.append(quote)
    return tuple(kept)
