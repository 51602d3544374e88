"""A stronger model may choose among the sentences that were found, and do nothing else.

It is shown numbered sentences and gives numbers back. Whatever else it says is dropped, so that an
answer stays made of quotes, whoever wrote the sentences and whatever they ask of the model.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Literal, Protocol

from rag.evidence.scorer import Assessment, Evidence
from rag.language.text import fold
from rag.models.embedding import source_line
from rag.settings.model_sections import ChooserSettings

Outcome = Literal[
    "chosen", "none", "timeout", "down", "rejected", "garbage", "wrong_ids", "budget", "resting"
]
"""What came of asking; all but the first two leave the reader's order as it is."""
_MOST = 6
"""Sentences that may be chosen for one question."""
_LATER = 0.95
"""What each chosen sentence counts of the one before it, where the reader believes neither."""


@dataclass(frozen=True, slots=True)
class Numbered:
    """A sentence to choose from: where it stands, in words, and its characters."""

    source: str
    text: str


@dataclass(frozen=True, slots=True)
class Choice:
    """What came of asking; `ids` count from 1, all of them are of sentences that were shown."""

    outcome: Outcome
    ids: tuple[int, ...] = ()


class Chooser(Protocol):
    """Chooses among numbered sentences."""

    @property
    def name(self) -> str:
        """Where it is, and which model."""

    def choose(self, question: str, sentences: Sequence[Numbered]) -> Choice:
        """Never raises; may be called from several threads."""


def checked(ids: Iterable[object], count: int) -> tuple[int, ...]:
    """The numbers that were shown, each once, in the order given; what is invented is dropped."""
    real = (one for one in ids if isinstance(one, int) and not isinstance(one, bool))
    return tuple(dict.fromkeys(one for one in real if 1 <= one <= count))[:_MOST]


def chosen_by(
    chooser: Chooser, question: str, assessment: Assessment, settings: ChooserSettings
) -> tuple[Assessment, Outcome]:
    """The assessment with what the chooser chose first, and nothing else believed.

    The answer is as sure as the reader is of the chosen sentences, and at least as sure as the
    settings say; where none is chosen, nothing answers. The sentences are those of the assessment.
    """
    offered = _offered(assessment.evidence, settings)
    shown = [Numbered(_source(one), one.text) for one in offered]
    choice = chooser.choose(question, shown)
    if choice.outcome == "none":
        return replace(assessment, answerable=0.0), choice.outcome
    if choice.outcome != "chosen":
        return assessment, choice.outcome
    picked = [offered[n - 1] for n in checked(choice.ids, len(offered))]
    if not picked:
        return assessment, "wrong_ids"
    raised = [
        replace(one, probability=max(one.probability, settings.confidence * _LATER**n))
        for n, one in enumerate(picked)
    ]
    taken = {one.place for one in picked}
    rest = [replace(one, probability=0.0) for one in assessment.evidence if one.place not in taken]
    own = assessment.among(sorted(picked, key=lambda one: -one.probability))
    answerable = max(own.answerable, settings.confidence)
    return Assessment((*raised, *rest), answerable), "chosen"


def _offered(evidence: Sequence[Evidence], settings: ChooserSettings) -> list[Evidence]:
    """The likeliest sentences, each text once, as far as there is room."""
    offered: list[Evidence] = []
    seen: set[str] = set()
    room = settings.characters
    for one in evidence:
        folded = fold(one.text)
        if folded in seen or len(one.text) > room:
            continue
        seen.add(folded)
        offered.append(one)
        room -= len(one.text)
        if len(offered) == settings.sentences:
            break
    return offered


def _source(evidence: Evidence) -> str:
    article = evidence.candidate.hit.stored.article
    return " ".join(filter(None, (f"《{article.title}》", source_line(article))))
