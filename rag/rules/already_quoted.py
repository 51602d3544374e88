"""What a conversation has already quoted: `还有吗` and `他还说了什么` ask for the rest."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from rag.data_model.answers import Citation
from rag.evidence.scorer import Assessment
from rag.language.text import SPEAKER_LABEL


@dataclass(frozen=True, slots=True)
class AlreadyQuoted:
    """Quotes of an earlier answer: (article id, characters)."""

    quotes: tuple[tuple[str, str], ...] = ()

    @classmethod
    def by(cls, citations: Iterable[Citation]) -> AlreadyQuoted:
        """What an answer's citations quote."""
        return cls(tuple((citation.article_id, citation.quote) for citation in citations))

    def holds(self, article_id: str, text: str) -> bool:
        """Whether a sentence has been quoted, perhaps without its speaker's name or its end."""
        label = SPEAKER_LABEL.match(text)
        bare = text[label.end() :] if label else text
        return any(
            article_id == said_in and (bare in quote or bare.startswith(quote))
            for said_in, quote in self.quotes
        )


NOTHING_QUOTED = AlreadyQuoted()


def without_already_quoted(assessment: Assessment, told: AlreadyQuoted) -> Assessment:
    """The evidence that is new; none of it new, no answer."""
    if not told.quotes:
        return assessment
    new = [
        evidence
        for evidence in assessment.evidence
        if not told.holds(evidence.candidate.hit.article_id, evidence.text)
    ]
    return assessment if len(new) == len(assessment.evidence) else assessment.among(new)
