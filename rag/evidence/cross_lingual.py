"""A question in another language: no word of it can stand in the articles, so meaning decides.

The bundled embedder is multilingual. How near the nearest sentence is, and how far ahead of the
next, tells an answer from a chance likeness; the line was drawn on English questions over made-up
pages, where four of five answers above it were right. The reader does better; this is for those
who do without it. What asks nothing, like a query in some syntax or letters at random, is near to
something as well, and is not answered.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from rag.evidence.scorer import Assessment, Evidence
from rag.models.embedding import Vectors
from rag.models.logistic import sigmoid
from rag.question.understanding import ParsedQuestion
from rag.retrieval.candidates import Candidate

_LINE = 0.805
_AHEAD = 3.0
"""What the lead over the next sentence counts against the cosine itself."""
_STEEP = 60.0
_BESIDE = 0.02
"""A cosine that is lower by this says nothing beside the nearest."""
_ASKS = re.compile(
    r"\?\s*$|[^\W\da-z_]|\b(?:the|of|in|for|on|at|by)\b"
    r"|^\W*(?:please )?(?:wh(?:ats?|o|om|ose|en|ere|ich|y)|how|is|are|was|were|do|does|did|can"
    r"|could|should|will|would|has|have|had|tell|list|name|describe|explain|give|show|find|summari[sz]e)\b"
    r"(?:\W+\w+){2}"
)
"""A question mark at the end, letters other than a to z, or English words that ask or join."""
_SYNTAX = re.compile(
    r"[;*=<>{}\[\]|\\^~]|--|\bnear(?:/\d+)?\s*\("
    r"|\b(?:select|delete|insert|update|drop)\b.*\b(?:from|into|set|table)\b"
)
"""Marks and words of query languages."""


def asks_in_words(question: ParsedQuestion) -> bool:
    """Whether a question without Han characters asks something."""
    text = question.searched
    return _ASKS.search(text) is not None and _SYNTAX.search(text) is None


def by_meaning(vector: Vectors, candidates: Sequence[Candidate]) -> Assessment:
    """Sentences by cosine alone; `vector` is the question's, shape (dim,).

    P = 1 / (1 + exp(-60 (cosine + 3 lead - 0.805))).
    """
    near = sorted(
        (
            (float(candidate.vectors[1 + n] @ vector), candidate, n)
            for candidate in candidates
            for n in range(len(candidate.hit.passage.sentences))
        ),
        key=lambda found: -found[0],
    )
    if not near:
        return Assessment((), 0.0)
    best = near[0][0]
    lead = best - near[1][0] if len(near) > 1 else 0.0
    answerable = _probability(best, lead)
    evidence = tuple(
        Evidence(candidate, n, answerable * _decay(best - cosine)) for cosine, candidate, n in near
    )
    return Assessment(evidence, answerable)


def _decay(behind: float) -> float:
    """What is left to a sentence that is so much further away than the nearest."""
    return max(1.0 - behind / _BESIDE, 0.0)


def _probability(cosine: float, lead: float) -> float:
    import numpy as np

    return float(sigmoid(np.asarray(_STEEP * (cosine + _AHEAD * lead - _LINE))))
