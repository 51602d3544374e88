"""A row of a table answers only what is asked of that row, by a cell that it has."""

from __future__ import annotations

from rag.evidence.scorer import Assessment, Evidence
from rag.language.text import spelt_as
from rag.question.understanding import ParsedQuestion
from rag.rules.near_miss import NearMiss, without
from rag.rules.row_lookup import asked_of, is_missed, tables_of


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
    for table in tables_of(article):
        for place, row in enumerate(table.rows):
            if row.paragraph != n:
                continue
            asked = asked_of(question, table)
            told = is_missed(asked, place)
            if told is None and asked.rows and asked.columns:
                own = dict(row.values)
                if not any(own.get(column) for column in asked.columns):
                    told = asked.columns[0], "、".join(c for c, value in row.values if c and value)
            if told is None:
                return None
            article_text = (evidence.text, article.text, article.title)
            return NearMiss(
                evidence,
                spelt_as(told[0], *question.written),
                spelt_as(told[1], *article_text),
            )
    return None
