"""A row of a table answers only what is asked of that row, by a cell that it has."""

from __future__ import annotations

from rag.evidence.scorer import Assessment, Evidence
from rag.language.text import spelt_as
from rag.question.understanding import ParsedQuestion
from rag.rules.near_miss import NearMiss, without
from rag.rules.row_lookup import is_missed, lookup
from rag.rules.row_measures import opposed
from rag.rules.row_tables import tables_of


def without_other_rows(
    question: ParsedQuestion, assessment: Assessment
) -> tuple[Assessment, NearMiss | None]:
    """The evidence without rows of another key than is asked, or without the cell that is asked."""
    misses = [_missed(question, evidence) for evidence in assessment.evidence]
    return without(assessment, misses)


def _missed(question: ParsedQuestion, evidence: Evidence) -> NearMiss | None:
    article = evidence.candidate.hit.stored.article
    n = evidence.sentence.paragraph
    if not article.paragraphs[n - 1].cells:
        return None
    table = next(table for table in tables_of(article) if n in table.places)
    asked = lookup(question.searched, table)
    told = is_missed(asked, table.places[n])
    if told is None and asked.rows and asked.columns:
        filled = [column for column, value in table.rows[table.places[n]].values if value]
        if not set(asked.columns) & set(filled):
            told = asked.columns[0], "、".join(filter(None, filled))
        elif asked.beside and asked.beside.kind == "otherwise":
            told = asked.beside.said, asked.beside.column
        elif other := opposed(question.searched, asked.columns[0]):
            told = other, asked.columns[0]
    if told is None:
        return None
    return NearMiss(
        evidence,
        spelt_as(told[0], *question.written),
        spelt_as(told[1], evidence.text, article.text, article.title),
    )
