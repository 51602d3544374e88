"""Evidence that would answer, if it told of what is asked."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from rag.evidence.scorer import Assessment, Evidence


@dataclass(frozen=True, slots=True)
class NearMiss:
    """Evidence that would answer, if it told of what is asked: of `told` and not of `asked`.

    `kind` is that of the qualifier that they differ in, if it is one.
    """

    evidence: Evidence
    asked: str
    told: str
    kind: str = ""


def without(
    assessment: Assessment, misses: Sequence[NearMiss | None]
) -> tuple[Assessment, NearMiss | None]:
    """The evidence that is no near miss, and the likeliest piece's near miss, if it is one."""
    if not any(misses):
        return assessment, None
    judged = zip(assessment.evidence, misses, strict=True)
    return assessment.among([e for e, miss in judged if miss is None]), misses[0]
