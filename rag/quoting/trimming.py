"""A long sentence is quoted as far as the clause that tells the last of what is asked.

Newspapers and encyclopaedias string facts together; what follows the answer mostly is another one,
and of a very long sentence what comes before it too, unless it is a condition, a plan or a time, or
says whose word it is. What takes back or limits what was said is quoted with it.
"""

from __future__ import annotations

import re
from dataclasses import replace

from rag.data_model.documents import Span
from rag.evidence.forms import has_form
from rag.language.names import SAYING
from rag.language.quantities import quantities
from rag.language.text import BRACKETS, fold
from rag.question.question_types import QuestionType
from rag.question.term_weights import TermWeights
from rag.question.understanding import ParsedQuestion
from rag.quoting.quotes import Quote

LONG = 40
"""Characters; shorter sentences are quoted whole."""

_CLAUSE_END = re.compile(r"[，；]|(?<!\d)[,;]|[,;](?!\d)")
_LIMITS = re.compile(
    r"\s*(?:但|不|没|未|无|可|却|而[不非]|并非|然而|除|仅|只|否则|尽管|虽|如|若|须|需|应|且|或|直到|其[中余]"
    r"|据|后|现在|改|最[多少]|至[多少]|这一?(?:说法|消息|传闻)|在.{0,12}(?:前提|条件|情况)下)"
)
"""How a clause begins that limits the one before, or says whose word it is."""
_TAKES_BACK = re.compile(rf"谣|不实|误传|更正|不同意|否认|接任|改[由为]|取消|推迟|(?:{SAYING})")
"""What takes a statement back, or attributes it, wherever it stands in the rest."""

_RESTS_ON = re.compile(
    rf"如|若|假[如使设]|除非|只[要有]|一旦|倘|虽|尽管|不|未|没|无|非|据|按|传|谣|(?:{SAYING})"
    r"|[：:“‘「『\"]|计划|预计|目标|力争|将|拟|争取|规划|方案|设想|[年月日时]"
)
"""What a later clause may rest on, so that it must not be left out: conditions, whose word it is,
plans, times."""


def shortened(quote: Quote, answer: Span, weights: TermWeights, limit: int) -> Quote:
    """Of a sentence longer than `limit`, a run of clauses that tells all that is asked.

    The sentence itself where nothing so short tells it fairly.
    """
    text = quote.text
    if len(text) <= limit or not quote.start <= answer.start < answer.end <= quote.end:
        return quote
    first, last = answer.start - quote.start, answer.end - quote.start
    marks = list(_CLAUSE_END.finditer(text))
    starts = [s for s in (0, *(m.end() for m in marks)) if s <= first]
    ends = [e for e in (*(m.start() for m in marks), len(text)) if e >= last]
    told = weights.pairs_in(fold(text))
    runs = (
        (start, end)
        for start in starts
        for end in ends
        if end - start <= limit
        and weights.pairs_in(fold(text[start:end])) == told
        and tells_fairly(text, start, end)
    )
    start, end = next(runs, (0, len(text)))  # from as far left as can be
    return replace(quote, start=quote.start + start, end=quote.start + end)


def tells_fairly(text: str, start: int, end: int) -> bool:
    """Whether what is left out neither limits nor attributes what is kept."""
    rest = fold(text[end:]).lstrip("，；,;")
    return (
        _is_whole(text[start:end])
        and not _RESTS_ON.search(fold(text[:start]))
        and not _LIMITS.match(rest)
        and not _TAKES_BACK.search(rest)
    )


def trimmed(quote: Quote, answer: Span, question: ParsedQuestion, weights: TermWeights) -> Quote:
    """The quote without the clauses after the answer that tell nothing of what is asked.

    Args:
        quote: a sentence.
        answer: where the answer stands in the article's text.
        question: a further time or number, if it asks for one, is quoted too.
        weights: of the question's words.
    """
    text = quote.text
    if len(text) < LONG or not quote.start <= answer.start < answer.end <= quote.end:
        return quote
    named = fold(text[answer.start - quote.start : answer.end - quote.start])
    told = weights.pairs_in(fold(text))
    for mark in _CLAUSE_END.finditer(text, answer.end - quote.start):
        kept, rest = text[: mark.start()], fold(text[mark.end() :])
        if (
            weights.pairs_in(fold(kept)) == told
            and tells_fairly(text, 0, mark.start())
            and not _tells_another(question, named, rest)
        ):
            return replace(quote, end=quote.start + mark.start())
    return quote


def _tells_another(question: ParsedQuestion, answer: str, rest: str) -> bool:
    """Whether the rest names a time too, or a number of the answer's unit, where that is asked."""
    if question.type is QuestionType.HOW_MANY:
        units = {quantity.unit for quantity in quantities(answer)}
        if units:
            return any(quantity.unit in units for quantity in quantities(rest))
    elif question.type is not QuestionType.WHEN:
        return False
    return has_form(question, rest) is True


def _is_whole(text: str) -> bool:
    """Whether no bracket or quotation mark is left open."""
    return text.count('"') % 2 == 0 and all(
        text.count(left) <= text.count(right) for left, right in BRACKETS
    )
