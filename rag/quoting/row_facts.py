"""The cell that a question asks of a table: quoted as its row, which says its columns' names."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from rag.language.text import fold
from rag.library.records import StoredArticle
from rag.question.understanding import ParsedQuestion
from rag.quoting.quotes import UNSURE, Quote, whole_paragraph
from rag.rules.row_extremes import extreme_row
from rag.rules.row_lookup import Lookup, holds, is_ranged, is_telling, lookup
from rag.rules.row_measures import is_of_another_unit, opposed
from rag.rules.row_tables import Row, tables_of
from rag.rules.told_rows import told_alone

_MOST_ROWS = 5
_LONGEST_ROW = 4
"""So many times the length aimed at may a row have."""
_OTHERWISE = re.compile(
    "为什么|为何|原因|怎么(?!收|算|卖)|怎样|如何|看法|评价|区别|差别|差异|相比|对比|比较"
)
"""What no single cell answers, but 怎么收费; a type is too unsure of `甲站，人数是什么`."""


class Found(NamedTuple):
    """A row that answers.

    Attributes:
        quote: the row.
        value: what stands in the asked cell, if that is a short answer.
        last: whether it answers only where nothing else does.
    """

    quote: Quote
    value: str
    last: bool = False


def find_rows(
    question: ParsedQuestion, articles: Sequence[StoredArticle], max_quote: int
) -> tuple[tuple[Quote, ...], str | None, bool] | None:
    """The rows that hold all the question names, and their one value in the column it asks for.

    And whether they answer only where nothing else does. None where a question names no row, no
    column, or anything that the table knows nothing of.

    Args:
        question: as understood.
        articles: in the order in which they were found.
        max_quote: characters that are quoted, aimed at.
    """
    if _OTHERWISE.search(question.searched):
        return None
    best: list[Found] = []
    most = -1
    for stored in articles:
        named = sum(word in fold(stored.article.title) for word in question.terms)
        found = list(_answering(question, stored))
        if found and named > most:
            best, most = found, named
        elif found and named == most and not {f.value for f in found} <= {f.value for f in best}:
            best += found  # another article has it otherwise: both are shown
    best = [found for found in best if not found.last] or best
    quotes = tuple(found.quote for found in best)
    if not 0 < len(quotes) <= _MOST_ROWS or any(
        len(quote.text) > _LONGEST_ROW * max_quote for quote in quotes
    ):
        return None
    values = {found.value for found in best}
    short = values.pop() if len(values) == 1 and len(quotes) == 1 else None
    return quotes, short or None, any(found.last for found in best)


def find_told_row(
    question: ParsedQuestion, articles: Sequence[StoredArticle], max_quote: int
) -> tuple[tuple[Quote, ...], None] | None:
    """The only row of all that holds every word which says something of a row.

    Of what it is asked the row may say nothing, so this is unsure, and for where nothing else
    answers.
    """
    if _OTHERWISE.search(question.searched):
        return None
    found = [
        whole_paragraph(stored, table.rows[n].paragraph, UNSURE)
        for stored in articles
        for table in tables_of(stored.article)
        if (n := told_alone(lookup(question.searched, table))) is not None
    ]
    if len(found) != 1 or len(found[0].text) > _LONGEST_ROW * max_quote:
        return None
    return tuple(found), None


def _answering(question: ParsedQuestion, stored: StoredArticle) -> Iterator[Found]:
    for table in tables_of(stored.article):
        asked = lookup(question.searched, table)
        if (most := extreme_row(asked, question.searched)) is not None:
            row = table.rows[most]
            name = stored.article.paragraphs[row.paragraph - 1].value(row.cells[0])
            yield Found(whole_paragraph(stored, row.paragraph), name)
        if not asked.rows or not asked.columns or asked.foreign:
            continue
        if opposed(question.searched, asked.columns[0]):
            continue
        unclear = asked.beside is not None and asked.beside.kind == "unknown"
        if asked.beside and asked.beside.kind != "verb" and not unclear:
            continue
        for n in asked.rows:
            if unclear and not is_ranged(asked, n):
                continue
            row = table.rows[n]
            said = asked.beside.said if asked.beside else ""
            unheld = [w for w in asked.unheld if w not in said and not holds(row.text, w)]
            more = any(is_telling(w) and f"多少{w}" not in question.searched for w in unheld)
            if more and not is_ranged(asked, n):
                continue
            column, value = _cell(stored, row, asked)
            other = more or is_of_another_unit(question.searched, column, fold(value), table.about)
            if value and (other or asked.beside):
                doubted = whole_paragraph(stored, row.paragraph, UNSURE)
                yield Found(doubted, "", last=asked.beside is not None)
            elif value:
                yield Found(whole_paragraph(stored, row.paragraph), value)


def _cell(stored: StoredArticle, row: Row, asked: Lookup) -> tuple[str, str]:
    """The first of the columns that are asked for and what stands in it, as the article has it."""
    paragraph = stored.article.paragraphs[row.paragraph - 1]
    for column in asked.columns:
        for (name, _), cell in zip(row.values, row.cells, strict=True):
            if name == column and paragraph.value(cell):
                return column, paragraph.value(cell)
    return "", ""
