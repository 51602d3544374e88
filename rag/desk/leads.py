"""What a refusal leads on to: questions that are answered, as a try has shown, and articles."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from itertools import islice

from rag.data_model.answers import Answer, Lead, Question, Refusal
from rag.errors import YoujuError
from rag.language.text import fold
from rag.question.understanding import content_words, without_end_marks
from rag.wording.phrases import template

_TRIED = 2
"""Questions that are asked to find one that is answered; each costs as much as the refusal did."""
_ARTICLES = 2
_LEFT_OVER = re.compile(r"^[的在于,，、\s]+")
"""What stands before the next word where a word was taken out."""
Asks = Callable[[Question], Answer]


def led_on(answer: Answer, ask: Asks) -> Answer:
    """The same refusal with what may be asked in its place; an answer as it is.

    Args:
        answer: what was replied.
        ask: answers what is tried.
    """
    refusal = answer.refusal
    if refusal is None or refusal.reason == "out_of_scope" or answer.sub_questions:
        return answer
    others = islice(_others(answer, refusal), _TRIED)
    tried = [lead for lead, question in others if _is_answered(lead, question, ask)]
    leads = (*tried, *islice(_articles(refusal), _ARTICLES))
    return answer.model_copy(update={"refusal": refusal.model_copy(update={"leads": leads})})


def _others(answer: Answer, refusal: Refusal) -> Iterator[tuple[Lead, Question]]:
    """Questions near the one that was refused, the nearest first."""
    whole = answer.searched_question or answer.question
    if not answer.filters.empty:
        asked = Question(question=whole, exact=answer.exact)
        yield Lead(kind="unfiltered", question=whole), asked
    for text in dict.fromkeys(_rephrased(whole, refusal)):
        asked = Question(question=text, filters=answer.filters, exact=answer.exact)
        yield Lead(kind="rephrased", question=text), asked


def _rephrased(whole: str, refusal: Refusal) -> Iterator[str]:
    """The question about what the articles tell of instead; then without what they never name."""
    if refusal.mismatch and refusal.mismatch.asked in whole:
        yield whole.replace(refusal.mismatch.asked, refusal.mismatch.told, 1)
    left = fold(whole)
    for word in refusal.missing_words:
        left = left.replace(fold(word), "", 1)
    left = _LEFT_OVER.sub("", left)
    if refusal.missing_words and content_words(without_end_marks(left)):
        yield left


def _articles(refusal: Refusal) -> Iterator[Lead]:
    """The gists of the articles that came near by a word of the question, the nearest first."""
    seen: set[str] = set()
    for near in refusal.nearest:
        shares_words = any(len(word) > 1 for word in near.matched_words)
        if shares_words and not near.title_inferred and near.article_id not in seen:
            seen.add(near.article_id)
            question = template("lead_on", "gist").format(title=near.title)
            yield Lead(kind="article", question=question, article_id=near.article_id)


def _is_answered(lead: Lead, question: Question, ask: Asks) -> bool:
    """Whether it may be offered; a question that nobody asked has to be answered for sure."""
    try:
        answer = ask(question)
    except YoujuError:  # longer than questions may be, or the library has moved on meanwhile
        return False
    return answer.answered and (lead.kind == "unfiltered" or answer.certainty == "sure")
