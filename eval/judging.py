"""One question and its answer, judged: the facts that all measures are made from."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal, Protocol

from eval.measures.containment import holds_answer, holds_any, shares_evidence
from eval.question_sets import EvalQuestion
from rag.answers import Answer
from rag.documents import Passage

RANKED = 10

Fault = Literal["missing", "wrong", "forbidden", "refused", "answered", "unsupported"]
Verifier = Callable[[Answer], Sequence[object]]


class Found(Protocol):
    """A hit of a search."""

    @property
    def passage(self) -> Passage:
        """What was found."""


class Searcher(Protocol):
    """What finds passages: the pipeline, or a fake."""

    def search(self, query: str, limit: int) -> Sequence[Found]:
        """The best passages, best first."""


@dataclass(frozen=True, slots=True)
class Judged:
    """What a question's answer is worth.

    Attributes:
        answer: None where the question was not answered at all; it counts as wrong.
        contained: every required group quoted, nothing forbidden; None without gold answers.
        citations, supported: citations that can be judged, and those that share gold evidence.
        rank: of the first relevant passage, from 1; None if none is among the first ten.
        findings: what does not verify; None where nothing was verified.
    """

    question: EvalQuestion
    answer: Answer | None
    contained: bool | None
    citations: int
    supported: int
    rank: int | None
    findings: tuple[object, ...] | None

    @property
    def answered(self) -> bool:
        """Whether there is an answer that is not a refusal."""
        return self.answer is not None and self.answer.answered

    @property
    def refused(self) -> bool:
        """Whether there is a refusal."""
        return self.answer is not None and not self.answer.answered

    @property
    def rankable(self) -> bool:
        """Whether one can say which passages are relevant."""
        return bool(self.question.answerable and (self.question.evidence or self.question.answers))

    @property
    def correct(self) -> bool | None:
        """Right answer or right refusal; None where the set does not say what is right."""
        if self.question.answerable is False:
            return self.refused
        return self.contained

    @property
    def fault(self) -> Fault | None:
        """The first thing that is wrong."""
        if self.answer is None:
            return "missing"
        if self.question.answerable is False:
            return "answered" if self.answered else None
        if self.question.answerable and self.refused:
            return "refused"
        if self.contained is False:
            holds = holds_answer(quoted_text(self.answer), self.question.answers)
            return "forbidden" if holds else "wrong"
        return "unsupported" if self.supported < self.citations else None


def quoted_text(answer: Answer) -> str:
    """All quotes of an answer, a line each."""
    return "\n".join(citation.quote for citation in answer.citations)


def judge(
    question: EvalQuestion,
    answer: Answer | None,
    searcher: Searcher | None = None,
    verifier: Verifier | None = None,
) -> Judged:
    """Judge one answer.

    Args:
        question: with its gold answers and evidence, as far as there are any.
        answer: None if there is none.
        searcher: ranks passages for the searched question. Without it the ranking judged is what
            the answer shows: its citations, or a refusal's nearest passages.
        verifier: gives what is wrong with an answer's quotes; nothing if they are proven.
    """
    contained = None
    if question.answers:
        contained = answer is not None and answer.answered and _contained(question, answer)
    shown = answer.citations if answer is not None and answer.answered else ()
    judgeable = question.answerable is False or bool(question.evidence or question.answers)
    return Judged(
        question=question,
        answer=answer,
        contained=contained,
        citations=len(shown) if judgeable else 0,
        supported=sum(_relevant(citation.quote, question) for citation in shown),
        rank=_rank(question, answer, searcher),
        findings=tuple(verifier(answer)) if verifier and answer is not None else None,
    )


def _contained(question: EvalQuestion, answer: Answer) -> bool:
    text = quoted_text(answer)
    forbidden = [(text_,) for text_ in question.forbidden]
    return holds_answer(text, question.answers) and not holds_any(text, forbidden)


def _relevant(text: str, question: EvalQuestion) -> bool:
    """Shares gold evidence; without gold evidence: holds some answer."""
    if question.evidence:
        return shares_evidence(text, question.evidence)
    return holds_any(text, question.answers)


def _rank(question: EvalQuestion, answer: Answer | None, searcher: Searcher | None) -> int | None:
    if searcher is not None:
        query = answer.searched_question if answer is not None else question.question
        texts = [hit.passage.text for hit in searcher.search(query, RANKED)]
    elif answer is not None:
        shown = answer.refusal.nearest if answer.refusal else answer.citations
        texts = [citation.quote for citation in shown]
    else:
        texts = []
    ranks = (rank for rank, text in enumerate(texts[:RANKED], 1) if _relevant(text, question))
    return next(ranks, None)
