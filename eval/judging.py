"""One question and its answer, judged: the facts that all measures are made from."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Literal, NamedTuple, Protocol

from eval.measures.containment import holds_answer, holds_any, shares_evidence
from eval.question_sets import EvalQuestion
from rag.data_model.answers import Answer, Citation
from rag.data_model.documents import Passage
from rag.errors import InputError, LibraryError

RANKED = 10
_COLONS = ("：", ":")

Fault = Literal["missing", "wrong", "forbidden", "refused", "answered", "unsupported"]
Verifier = Callable[[Answer], Sequence[object]]


@dataclass(frozen=True, slots=True)
class Ranked:
    """Something that was found, or should have been: `grade` is 0 where it is irrelevant."""

    id: str
    grade: int


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
        citations, supported: citations that can be judged, and those that share gold evidence; the
            sentence that leads in a list is judged with the list.
        ranking: the first ten, best first.
        unfound: what is relevant and not among them.
        findings: what does not verify; None where nothing was verified.
        error: why it could not be judged, in its wire form; then it counts as not answered.
    """

    question: EvalQuestion
    answer: Answer | None
    contained: bool | None
    citations: int
    supported: int
    ranking: tuple[Ranked, ...]
    unfound: tuple[Ranked, ...]
    findings: tuple[object, ...] | None
    error: dict[str, str] | None = None

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
        question = self.question
        gold = question.relevant or question.evidence or question.answers
        return bool(question.answerable and gold)

    @property
    def relevant(self) -> tuple[Ranked, ...]:
        """All that is relevant, found or not."""
        return (*(found for found in self.ranking if found.grade > 0), *self.unfound)

    @property
    def rank(self) -> int | None:
        """Of the first that is relevant, from 1; None if none is among the first ten."""
        ranks = (rank for rank, found in enumerate(self.ranking, start=1) if found.grade > 0)
        return next(ranks, None)

    @property
    def said(self) -> str:
        """The few characters that answer, or all quotes where none were named; empty if refused."""
        if self.answer is None or not self.answered:
            return ""
        return self.answer.short_answer or quoted_text(self.answer)

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

    @property
    def place(self) -> int:
        """Where a report lists it: 0 for what is wrong, 1 for right with a stray quote, else 2."""
        return {None: 2, "unsupported": 1}.get(self.fault, 0)


def quoted_text(answer: Answer) -> str:
    """All quotes of an answer, a line each."""
    return "\n".join(citation.quote for citation in answer.citations)


def judge(
    question: EvalQuestion,
    answer: Answer | None,
    searcher: Searcher | None = None,
    verifier: Verifier | None = None,
) -> Judged:
    """Judge one answer; where the library or the searcher refuses, it counts as none.

    Args:
        question: with its gold answers and evidence, as far as there are any.
        answer: None if there is none.
        searcher: ranks passages for the searched question. Without it the ranking judged is what
            the answer shows: its citations, or a refusal's nearest passages.
        verifier: gives what is wrong with an answer's quotes; nothing if they are proven.
    """
    try:
        return _judged(question, answer, searcher, verifier)
    except (InputError, LibraryError) as error:
        return replace(_judged(question, None, None, None), error=error.as_dict())


def _judged(
    question: EvalQuestion,
    answer: Answer | None,
    searcher: Searcher | None,
    verifier: Verifier | None,
) -> Judged:
    contained = None
    if question.answers:
        contained = answer is not None and answer.answered and _contained(question, answer)
    shown = answer.citations if answer is not None and answer.answered else ()
    judgeable = question.answerable is False or bool(question.evidence or question.answers)
    ranking, unfound = rank(question, answer, searcher)
    return Judged(
        question=question,
        answer=answer,
        contained=contained,
        citations=len(shown) if judgeable else 0,
        supported=sum(_supported(shown, question)),
        ranking=ranking,
        unfound=unfound,
        findings=tuple(verifier(answer)) if verifier and answer is not None else None,
    )


def rank(
    question: EvalQuestion, answer: Answer | None, searcher: Searcher | None
) -> tuple[tuple[Ranked, ...], tuple[Ranked, ...]]:
    """The first ten that were found, graded, and what is relevant and not among them.

    Where the set names no relevant articles, passages that hold evidence are relevant, and a piece
    of evidence that none of them holds counts as one that was not found.
    """
    places = _places(question, answer, searcher)
    if question.relevant:
        articles = list(dict.fromkeys(place.article_id for place in places))[:RANKED]
        ranking = tuple(Ranked(name, max(question.relevant.get(name, 0), 0)) for name in articles)
        missed = question.relevant.items() - {(one.id, one.grade) for one in ranking}
        return ranking, tuple(Ranked(*one) for one in sorted(missed) if one[1] > 0)
    texts = [place.text for place in places if _relevant(place.text, question)]
    ranking = tuple(
        Ranked(place.id, int(_relevant(place.text, question))) for place in places[:RANKED]
    )
    if not question.evidence:
        return ranking, () if texts or not question.answers else (Ranked("unfound-1", 1),)
    unfound = (
        Ranked(f"unfound-{n}", 1)
        for n, gold in enumerate(question.evidence, start=1)
        if not any(shares_evidence(text, [gold]) for text in texts)
    )
    return ranking, tuple(unfound)


class _Place(NamedTuple):
    """A text in a ranking."""

    id: str
    article_id: str
    text: str


def _places(
    question: EvalQuestion, answer: Answer | None, searcher: Searcher | None
) -> list[_Place]:
    """What was found, best first: by the searcher, or else by what the answer shows."""
    if searcher is not None:
        query = answer.searched_question if answer is not None else question.question
        found = [hit.passage for hit in searcher.search(query, RANKED)]
        return [_Place(f"{p.article_id}#{p.start}", p.article_id, p.text) for p in found]
    if answer is None:
        return []
    shown = answer.refusal.nearest if answer.refusal else answer.citations
    return [_Place(f"{c.article_id}#{c.n}", c.article_id, c.quote) for c in shown[:RANKED]]


def _supported(shown: Sequence[Citation], question: EvalQuestion) -> list[bool]:
    """Which citations share gold evidence; what leads in a list is right if some of it is."""
    supported = [_relevant(citation.quote, question) for citation in shown]
    items = [one.why is not None and one.why.chosen == "list_item" for one in shown]
    for n in reversed(range(len(shown) - 1)):
        first_of_list = items[n + 1] and not (items[n] and n and items[n - 1])
        announces = shown[n].quote.rstrip().endswith(_COLONS)
        if shown[n].article_id == shown[n + 1].article_id and (announces or first_of_list):
            supported[n] = supported[n] or supported[n + 1]
    return supported


def _contained(question: EvalQuestion, answer: Answer) -> bool:
    text = quoted_text(answer)
    forbidden = [(text_,) for text_ in question.forbidden]
    return holds_answer(text, question.answers) and not holds_any(text, forbidden)


def _relevant(text: str, question: EvalQuestion) -> bool:
    """Shares gold evidence; without gold evidence: holds some answer."""
    if question.evidence:
        return shares_evidence(text, question.evidence)
    return holds_any(text, question.answers)
