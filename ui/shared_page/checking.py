"""Whether what was shared holds today: quotes in the stored files, words of templates, articles."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass

from rag.data_model.answers import Answer, Citation
from rag.errors import ArticleMissing
from rag.library.library import Library
from rag.library.records import Version
from rag.proof.verification import verify

_REMEMBERED = 256


@dataclass(frozen=True, slots=True)
class Checked:
    """What today's library says of an answer.

    Attributes:
        findings: what does not hold; none: every character is proven.
        gone: titles of quoted articles that no longer answer, having been removed or replaced.
        generation: the library's, now.
    """

    findings: tuple[str, ...]
    gone: tuple[str, ...]
    generation: int

    @property
    def holds(self) -> bool:
        """Whether every character is proven."""
        return not self.findings


class Checks:
    """Checks answers, once for each state of the library."""

    def __init__(self) -> None:
        self._known: OrderedDict[tuple[int, Version], tuple[Checked, ...]] = OrderedDict()

    def of(self, share: int, answers: Sequence[Answer], library: Library) -> tuple[Checked, ...]:
        """One for each answer; `share` names them. Called from several threads."""
        key = share, library.version
        if key not in self._known:
            self._known[key] = tuple(_checked(answer, library) for answer in answers)
            while len(self._known) > _REMEMBERED:
                self._known.popitem(last=False)
        return self._known[key]


def _checked(answer: Answer, library: Library) -> Checked:
    findings = tuple(
        f"第 {one.citation} 条引文：{one.message}" if one.citation else one.message
        for one in verify(answer, library)
    )
    gone = dict.fromkeys(one.title for one in _cited(answer) if _is_gone(one, library))
    return Checked(findings, tuple(gone), library.generation)


def _cited(answer: Answer) -> tuple[Citation, ...]:
    return answer.citations or (answer.refusal.nearest if answer.refusal else ())


def _is_gone(citation: Citation, library: Library) -> bool:
    try:
        stored = library.article(citation.article_id)
    except ArticleMissing:
        return True
    return stored.superseded or stored.sha256 != citation.source.sha256
