"""Which stage lost a wrong answer, and the passage that should have won beside the one that did.

The question goes through the stages once more, and the first one without its gold evidence has
lost it: library → search → reading → probability → rules → choice of sentences → trimming.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from functools import cached_property
from typing import Any, Literal, Protocol

from eval.judging import Judged
from eval.measures.containment import holds_any, shares_evidence
from eval.question_checks import HeldTexts
from eval.question_sets import EvalQuestion
from rag.data_model.answers import Answer, Citation, Question
from rag.data_model.found import FoundPassage
from rag.errors import InputError, LibraryError
from rag.evidence.scorer import Evidence
from rag.generation import Findings
from rag.library.library import Library

Stage = Literal[
    "no_answer",
    "not_ingested",
    "not_retrieved",
    "not_read",
    "not_believed",
    "refused_by_rule",
    "wrong_sentence",
    "cut_short",
    "should_refuse",
]
STAGES: dict[Stage, str] = {
    "no_answer": "没有回答（出错）",
    "not_ingested": "文章库里没有证据",
    "not_retrieved": "有证据，没检索到",
    "not_read": "检索到了，没读到",
    "not_believed": "读到了，没采信",
    "refused_by_rule": "被规则拒答",
    "wrong_sentence": "引错了句子",
    "cut_short": "引得太短",
    "should_refuse": "该拒而答",
}
_RULES = {
    "out_of_scope": "不是问文章里的事（要它做事、问它自己或问此刻）",
    "mismatch": "问的与文中的年份、期次、对象或出处不同",
    "unknown_speaker": "问的人在文章里没有说过话",
    "further": "证据在上一答里引过了",
    "removed": "证据被规则排除",
}
_DEEP = 100
"""Passages searched for what was not among those looked at."""


class Examiner(Protocol):
    """What can be asked why: the pipeline, or a fake."""

    @property
    def library(self) -> Library:
        """What it answers from."""

    def findings(self, question: Question) -> Findings:
        """What the answer would be made of."""

    def search(self, query: str, limit: int) -> Sequence[FoundPassage]:
        """The best passages, best first."""


@dataclass(frozen=True, slots=True)
class Spot:
    """A sentence or passage, and how the stages scored it.

    Attributes:
        rank: in the search, from 1; None where it is not among those searched.
        probability: that it answers; None where it was not read.
    """

    article_id: str
    title: str
    paragraph: int
    text: str
    rank: int | None = None
    retrieval: float | None = None
    probability: float | None = None


@dataclass(frozen=True, slots=True)
class Loss:
    """Where an answer was lost.

    Attributes:
        rule: which rule, where one did it; Chinese.
        gold: what should have been quoted; None where nothing in the library should.
        chosen: what was quoted first, or came nearest.
    """

    stage: Stage
    rule: str = ""
    gold: Spot | None = None
    chosen: Spot | None = None

    def to_json(self) -> dict[str, Any]:
        """All of it, with the stage in Chinese."""
        return {**asdict(self), "label": STAGES[self.stage]}


@dataclass(frozen=True)
class Diagnosis:
    """Looks into wrong answers of one library.

    Attributes:
        examiner: puts a question through the stages again.
        passages: how many of those found are looked at for evidence.
    """

    examiner: Examiner
    passages: int

    def of(self, one: Judged) -> Loss | None:
        """What lost a question; None where it is not wrong, or cannot be asked again."""
        if one.fault is None or one.fault == "unsupported":
            return None
        answer, question = one.answer, one.question
        if answer is None:
            return Loss("no_answer")
        if question.answerable is False:
            return Loss("should_refuse", chosen=_shown(answer))
        try:
            return self._lost(one, answer)
        except (InputError, LibraryError):
            return None

    def _lost(self, one: Judged, answer: Answer) -> Loss:
        """What lost a question that is asked again."""
        question = one.question
        findings = self.examiner.findings(question.to_question())
        evidence = [e for side in findings.sides for e in side.assessment.evidence]
        gold = next((e for e in evidence if _answers(e.text, e, question)), None)
        if gold is not None:
            return _lost_after_reading(one, answer, gold, findings)
        return self._lost_before(one, answer, findings)

    def _lost_before(self, one: Judged, answer: Answer, findings: Findings) -> Loss:
        """The gold sentence is not among the evidence: never found, or taken away by a rule."""
        chosen = _shown(answer)
        hits = enumerate(self.examiner.search(answer.searched_question, _DEEP), start=1)
        relevant = ((n, h) for n, h in hits if _answers(h.passage.text, h, one.question))
        found = next(relevant, None)
        if found is None:
            if not self._holds(one.question):
                return Loss("not_ingested", chosen=chosen)
            return Loss("not_retrieved", gold=self._kept(one.question), chosen=chosen)
        rank, hit = found
        gold = _spot_of_hit(hit, rank, one.question)
        looked_at = {e.candidate.hit.passage for s in findings.sides for e in s.assessment.evidence}
        if rank > self.passages and hit.passage not in looked_at:
            return Loss("not_retrieved", gold=gold, chosen=chosen)
        if _cut_short(one, answer):
            return Loss("cut_short", gold=gold, chosen=chosen)
        rule = _rule(answer, findings) or _RULES["removed"]
        if one.refused:
            return Loss("refused_by_rule", rule, gold, chosen)
        return Loss("wrong_sentence", rule, gold, chosen)

    def _holds(self, question: EvalQuestion) -> bool:
        """Whether the library holds all that is needed."""
        if question.relevant:
            return bool(question.relevant.keys() & self._names)
        if question.evidence:
            return all(map(self._held.holds, question.evidence))
        return all(any(map(self._held.holds, group)) for group in question.answers)

    def _kept(self, question: EvalQuestion) -> Spot | None:
        """The first paragraph of the library that should have been found."""
        for stored in self.examiner.library.articles():
            article = stored.article
            for paragraph in article.paragraphs:
                if _tells(paragraph.text, article.article_id, question):
                    return Spot(article.article_id, article.title, paragraph.n, paragraph.text)
        return None

    @cached_property
    def _held(self) -> HeldTexts:
        return HeldTexts(stored.article for stored in self.examiner.library.articles())

    @cached_property
    def _names(self) -> frozenset[str]:
        return frozenset(head.article.article_id for head in self.examiner.library.articles())


def stages(losses: Iterable[Loss]) -> dict[str, int]:
    """How many answers each stage lost, in the order of the stages."""
    counts = Counter(loss.stage for loss in losses)
    return {stage: counts[stage] for stage in STAGES if counts[stage]}


def _lost_after_reading(one: Judged, answer: Answer, gold: Evidence, findings: Findings) -> Loss:
    spot, chosen = _spot_of_evidence(gold), _shown(answer)
    if one.answered:
        stage: Stage = "cut_short" if _cut_short(one, answer) else "wrong_sentence"
        return Loss(stage, gold=spot, chosen=chosen)
    if gold.probability == 0.0:  # what the reader did not get to
        return Loss("not_read", gold=spot, chosen=chosen)
    rule = _rule(answer, findings)
    return Loss("refused_by_rule" if rule else "not_believed", rule, spot, chosen)


def _cut_short(one: Judged, answer: Answer) -> bool:
    """Whether something of the right place is quoted, and not the answer."""
    if one.fault != "wrong":
        return False
    quotes = [citation.quote for citation in answer.citations]
    if one.question.evidence:
        return any(shares_evidence(quote, one.question.evidence) for quote in quotes)
    return any(holds_any(quote, one.question.answers) for quote in quotes)


def _rule(answer: Answer, findings: Findings) -> str:
    """The rule that refused; empty where none did."""
    refusal = answer.refusal
    if refusal is None:
        return ""
    if refusal.reason == "out_of_scope":
        return _RULES["out_of_scope"]
    if refusal.mismatch:
        told = f"：问 {refusal.mismatch.asked}，文中是 {refusal.mismatch.told}"
        return _RULES["mismatch"] + told
    if findings.scope.unknown:
        return f"{_RULES['unknown_speaker']}：{findings.scope.unknown}"
    return _RULES["further"] if refusal.further else ""


def _answers(text: str, found: Evidence | FoundPassage, question: EvalQuestion) -> bool:
    """Whether a sentence or passage should have been quoted."""
    hit = found.candidate.hit if isinstance(found, Evidence) else found
    return _tells(text, hit.article_id, question)


def _tells(text: str, article_id: str, question: EvalQuestion) -> bool:
    """Whether a text of an article is what the question's set asks for."""
    if question.evidence:
        return shares_evidence(text, question.evidence)
    if question.answers:
        return holds_any(text, question.answers)
    return question.relevant.get(article_id, 0) > 0


def _spot_of_evidence(evidence: Evidence) -> Spot:
    hit = evidence.candidate.hit
    return Spot(
        article_id=hit.article_id,
        title=hit.title,
        paragraph=evidence.sentence.paragraph,
        text=evidence.text,
        retrieval=round(hit.score, 5),
        probability=round(evidence.probability, 4) or None,
    )


def _spot_of_hit(hit: FoundPassage, rank: int, question: EvalQuestion) -> Spot:
    """The passage, at the paragraph whose sentence tells; else at its first one."""
    passage = hit.passage
    sentences = sorted(
        passage.sentences,
        key=lambda one: (
            not _tells(
                passage.text[one.start - passage.start : one.end - passage.start],
                hit.article_id,
                question,
            )
        ),
    )
    return Spot(
        article_id=hit.article_id,
        title=hit.title,
        paragraph=sentences[0].paragraph if sentences else 1,
        text=hit.passage.text,
        rank=rank,
        retrieval=round(hit.score, 5),
    )


def _shown(answer: Answer) -> Spot | None:
    shown: Sequence[Citation] = answer.refusal.nearest if answer.refusal else answer.citations
    if not shown:
        return None
    first = shown[0]
    return Spot(
        article_id=first.article_id,
        title=first.title,
        paragraph=first.paragraph,
        text=first.quote,
        probability=first.score,
    )
