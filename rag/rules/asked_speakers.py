"""Whose words may answer: `X认为…`, `X怎么看…`, `按X的说法` want what X says, and nothing else.

A name counts where the articles know a person of that name. One that reads as a name but that no
article holds leaves nothing to answer with.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from rag.data_model.documents import Article
from rag.evidence.scorer import Assessment
from rag.language.attribution import said_by
from rag.language.names import SAYING, named, possible_names
from rag.question.topics import VIEW, view_in
from rag.question.understanding import ParsedQuestion, content_words
from rag.retrieval.candidates import Candidate

_BEFORE_NAME = "(?:在|按照?|据|根据|照)?"
_AFTER_NAME = (
    rf"(?:的(?:说法|看法|介绍|观点|分析)|看来)?(?:还|也|又|则)?(?:{SAYING})?(?:过|道|的)?[，,：:]?"
)


@dataclass(frozen=True, slots=True)
class Scope:
    """Who must have said what answers.

    Attributes:
        names: folded names, in the order of the question; empty where anybody's words will do.
        unknown: a name whose view is asked and that no article holds.
    """

    names: tuple[str, ...] = ()
    unknown: str | None = None


ANYBODY = Scope()


def asks_for_a_view(question: ParsedQuestion) -> tuple[str, ...]:
    """Runs that may be the names of people whose view a question asks, in order.

    They stand before the word that asks for a view, so that `谁说…` and a topic's own words after
    it are none.
    """
    view = view_in(question.searched)
    if view is None:
        return ()
    return tuple(possible_names(question.searched[: view.start()]))


def scope_of(question: ParsedQuestion, articles: Sequence[Article]) -> Scope:
    """The people whose view a question asks, as far as the articles know them."""
    possible = asks_for_a_view(question)
    if not possible:
        return ANYBODY
    names = tuple(name for name in named(question.searched, articles) if _viewed(name, question))
    if names:
        return Scope(names)
    first = possible[0]
    opens = question.searched.startswith(first) and _follows(first, question)
    held = any(first in article.text for article in articles)
    return Scope(unknown=first) if opens and not held else ANYBODY


def without_names(question: ParsedQuestion, names: Sequence[str]) -> ParsedQuestion:
    """The question that is left for somebody's own words: `X认为路窄吗` asks them `路窄吗`."""
    together = "|".join(map(re.escape, names))
    name = f"(?:{together})(?:(?:和|与|同|跟|及|、|,)(?:{together}))*"
    rest = re.sub(f"{_BEFORE_NAME}{name}{_AFTER_NAME}", "", question.searched, count=1)
    if not content_words(rest):
        return question
    return replace(question, searched=rest, terms=content_words(rest))


def only_by(name: str, assessment: Assessment) -> Assessment:
    """The sentences that the person says."""
    return assessment.among(
        [
            evidence
            for evidence in assessment.evidence
            if said_by(name, evidence.candidate.hit.stored.article, evidence.sentence)
        ]
    )


def speaks_in(name: str, candidate: Candidate) -> bool:
    """Whether the person says anything in a passage."""
    hit = candidate.hit
    return any(said_by(name, hit.stored.article, sentence) for sentence in hit.passage.sentences)


def _viewed(name: str, question: ParsedQuestion) -> bool:
    """Whether the view asked is that person's: a word for it follows the name."""
    return view_in(question.searched, question.searched.index(name)) is not None


def _follows(name: str, question: ParsedQuestion) -> bool:
    """Whether the question goes on after a name as it does after a person's."""
    return VIEW.match(question.searched, len(name)) is not None
