"""A question's case, as it goes from rule to rule, and what a rule is."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace

from rag.evidence.scorer import Assessment, Evidence
from rag.question.question_types import QuestionType
from rag.question.term_weights import TermWeights
from rag.question.understanding import ParsedQuestion
from rag.retrieval.candidates import Candidate
from rag.rules.already_quoted import NOTHING_QUOTED, AlreadyQuoted
from rag.rules.near_miss import NearMiss

Assess = Callable[[ParsedQuestion, Sequence[Candidate]], Assessment]
"""Scores the sentences of candidates for a question in other words, under the rules so far."""


@dataclass(frozen=True, slots=True)
class Case:
    """What rules work on.

    Attributes:
        question: as it is put to these candidates.
        weights: of its words.
        candidates: the passages that were scored.
        assessment: the sentences that may answer, as the rules so far have left them.
        assess: scores again, for a rule that asks in other words.
        told: quotes of the answers before, where only what is new will do.
        near_miss: what seemed likeliest, but tells of something else than is asked.
        differing: sentences that give the figure asked for different values.
        acted: names of the rules that changed something, in order.
    """

    question: ParsedQuestion
    weights: TermWeights
    candidates: Sequence[Candidate]
    assessment: Assessment
    assess: Assess
    told: AlreadyQuoted = NOTHING_QUOTED
    near_miss: NearMiss | None = None
    differing: tuple[Evidence, ...] = ()
    acted: tuple[str, ...] = ()

    def with_assessment(self, assessment: Assessment) -> Case:
        """The same case if the assessment is the same one."""
        if assessment is self.assessment:
            return self
        return replace(self, assessment=assessment)

    def without_near_misses(self, kept: Assessment, miss: NearMiss | None) -> Case:
        """With what a rule kept; the first near miss is the one that is told."""
        case = self.with_assessment(kept)
        return replace(case, near_miss=miss) if miss and not self.near_miss else case


@dataclass(frozen=True, slots=True)
class Rule:
    """A step over a case.

    Attributes:
        name: that answers and the ablation call it by.
        why_here: why it stands where it stands.
        run: gives the very same case where it has nothing to change.
        types: the question types that it concerns; empty for all.
    """

    name: str
    why_here: str
    run: Callable[[Case], Case]
    types: frozenset[QuestionType] = frozenset()

    def concerns(self, case: Case) -> bool:
        """Whether the rule is for questions of this type."""
        return not self.types or case.question.type in self.types


@dataclass(frozen=True, slots=True)
class Rules:
    """All rules.

    Attributes:
        before: act on whatever is scored, also for one person's words and in other words.
        after: act on what anybody says.
    """

    before: tuple[Rule, ...]
    after: tuple[Rule, ...]

    @property
    def names(self) -> tuple[str, ...]:
        """In their order."""
        return tuple(rule.name for rule in (*self.before, *self.after))

    def without(self, name: str) -> Rules:
        """All but one."""
        before, after = (
            tuple(rule for rule in part if rule.name != name) for part in (self.before, self.after)
        )
        return Rules(before, after)


def applied(rules: Iterable[Rule], case: Case) -> Case:
    """The case after all rules, with the names of those that changed it."""
    for rule in rules:
        after = rule.run(case) if rule.concerns(case) else case
        if after is not case:
            case = replace(after, acted=(*after.acted, rule.name))
    return case
