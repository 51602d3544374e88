"""One answer to a message that asks several questions, out of an answer to each."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from rag.data_model.answers import Answer, Citation, Question, Statement, SubQuestion
from rag.wording.rendering import answer_text

SEVERAL = "several"
"""The question type."""
_BETWEEN = "；"


def joined(
    question: Question, answers: Sequence[Answer], timings_ms: Mapping[str, float]
) -> Answer:
    """The answers one after the other; a quote that two of them have has one number.

    Args:
        question: the whole message.
        answers: at least one that answers among them.
        timings_ms: of all.
    """
    citations: list[Citation] = []
    statements: list[Statement] = []
    subs: list[SubQuestion] = []
    for answer in answers:
        numbers = {cited.n: _numbered(cited, citations) for cited in answer.citations}
        own = []
        for said in answer.statements:
            own.append(len(statements))
            cited = tuple(numbers[n] for n in said.citations)
            statements.append(Statement(text=said.text, citations=cited))
        subs.append(_sub_question(answer, tuple(own)))
    told = [answer for answer in answers if answer.answered]
    whole = Answer(
        id=question.id,
        question=question.question,
        history=question.history,
        filters=question.filters,
        exact=question.exact,
        searched_question=_BETWEEN.join(answer.searched_question for answer in answers),
        corrections=tuple(dict.fromkeys(slip for a in answers for slip in a.corrections)),
        bridged=tuple(dict.fromkeys(one for a in answers for one in a.bridged)),
        status="answered",
        text="",
        question_type=SEVERAL,
        statements=tuple(statements),
        citations=tuple(citations),
        confidence=min(answer.confidence for answer in told),
        certainty="sure" if all(a.certainty == "sure" for a in told) else "unsure",
        sub_questions=tuple(subs),
        receipt=next((a.receipt for a in answers if a.receipt.choice), answers[0].receipt),
        timings_ms=dict(timings_ms),
    )
    return whole.model_copy(update={"text": answer_text(whole)})


def without_short_answer(answer: Answer) -> Answer:
    """The same in quotes alone: which of two figures is the greater is for the reader to see."""
    bare = answer.model_copy(update={"short_answer": None})
    return bare.model_copy(update={"text": answer_text(bare)})


def _numbered(cited: Citation, citations: list[Citation]) -> int:
    """The number of a quote among those so far, where it is put if it is new."""
    for known in citations:
        if (known.article_id, known.source) == (cited.article_id, cited.source):
            return known.n
    n = len(citations) + 1
    citations.append(cited.model_copy(update={"n": n}))
    return n


def _sub_question(answer: Answer, statements: tuple[int, ...]) -> SubQuestion:
    return SubQuestion(
        question=answer.question,
        searched_question=answer.searched_question,
        status=answer.status,
        question_type=answer.question_type,
        short_answer=answer.short_answer,
        statements=statements,
        confidence=answer.confidence,
        certainty=answer.certainty,
        missing_words=answer.refusal.missing_words if answer.refusal else (),
        mismatch=answer.refusal.mismatch if answer.refusal else None,
    )
