"""Drafts of a whole library: the kinds and the articles take turns, and near misses join them.

A near miss asks of one thing what the articles tell of another, for the deputy of whom they name,
or for who holds what they place. It is one only where no sentence, for the latter no article, of
all speaks of both that thing and what is asked of it.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from itertools import count as count_from
from itertools import zip_longest
from pathlib import Path
from types import MappingProxyType

from eval.drafting.subjects import Draft
from eval.drafting.templates import drafts
from eval.feedback import Feedback, question_lines
from eval.question_sets import EvalQuestion, parse_rows
from rag.data_model.documents import Article
from rag.language.text import fold, sentence_spans

_NEAR_MISSES = 5
"""Of so many drafts one is a near miss, where there are enough."""


def propose(articles: Sequence[Article], count: int) -> list[EvalQuestion]:
    """At most `count` drafts, no question twice."""
    offered = [list(drafts(article)) for article in articles]
    certain = _certain([draft for of_article in offered for draft in of_article])
    found = _in_turn([_by_kinds([d for d in one if d in certain]) for one in offered])
    asked: dict[str, Draft] = {}
    for draft in _mixed(iter(found), _near_misses(found, articles)):
        asked.setdefault(fold(draft.question), draft)
        if len(asked) == count:
            break
    return [_question(draft) for draft in asked.values()]


def from_feedback(judgements: Sequence[Feedback]) -> list[EvalQuestion]:
    """What people said of answers in the chat, as drafts."""
    lines = [line | {"draft": "feedback"} for line in question_lines(judgements)]
    if not lines:
        return []
    return list(parse_rows(enumerate(lines, start=1), Path("feedback.jsonl")).questions)


def _certain(offered: Sequence[Draft]) -> set[Draft]:
    """The drafts to which no article tells another answer: at the same time, or at any."""
    answers: dict[tuple[str, str], set[tuple[tuple[str, ...], ...]]] = {}
    for draft in offered:
        for time in {draft.time, ""}:
            answers.setdefault((fold(draft.asked), time), set()).add(draft.answers)
    return {draft for draft in offered if len(answers[fold(draft.asked), draft.time]) == 1}


def _by_kinds(found: Sequence[Draft]) -> list[Draft]:
    """One of each kind, then the next ones."""
    kinds = dict.fromkeys(draft.kind for draft in found)
    return _in_turn([[draft for draft in found if draft.kind == kind] for kind in kinds])


def _in_turn(queues: Sequence[Sequence[Draft]]) -> list[Draft]:
    """The first of each, then the second."""
    rows = zip_longest(*queues)
    return [draft for row in rows for draft in row if draft is not None]


def _mixed(found: Iterator[Draft], misses: Iterator[Draft]) -> Iterator[Draft]:
    """Near misses among the others; each is looked for when its turn comes, for that costs most."""
    for n in count_from(1):
        first, then = (found, misses) if n % _NEAR_MISSES else (misses, found)
        draft = next(first, None) or next(then, None)
        if draft is None:
            return
        yield draft


def _near_misses(found: Sequence[Draft], articles: Sequence[Article]) -> Iterator[Draft]:
    """What is not told of a thing itself, and what is told of another that is like it."""
    sentences = [
        fold(p.text[start:end])
        for article in articles
        for p in article.paragraphs
        for start, end in sentence_spans(p.text)
    ]
    texts = [fold(article.text) for article in articles]
    for draft in found:
        if draft.untold and not _holds_all(texts, draft.unless):
            yield Draft(draft.untold, draft.untold_kind or draft.kind, (), ())
    about = [draft for draft in found if draft.subject]
    for n, draft in enumerate(about):
        for other in (*about[n + 1 :], *about[:n]):
            words = other.subject, _asked_of(draft)
            if _is_alike(other.subject, draft.subject) and not _holds_all(sentences, words):
                yield Draft(other.subject + draft.rest, draft.kind, (), ())
                break


def _holds_all(texts: Sequence[str], words: Sequence[str]) -> bool:
    """Whether one of the folded texts holds all the words."""
    wanted = [fold(word) for word in words]
    return any(all(word in text for word in wanted) for text in texts)


def _is_alike(one: str, other: str) -> bool:
    """Whether what is asked of one thing can be asked of another: both end in the same word."""
    import rjieba

    last = rjieba.cut(one)[-1]
    return (
        len(last) >= 2 and last == rjieba.cut(other)[-1] and one not in other and other not in one
    )


def _asked_of(draft: Draft) -> str:
    """What is asked of the subject, without the question word."""
    return draft.rest.replace("什么时候", "").split("多少")[0].rstrip("？")


def _question(draft: Draft) -> EvalQuestion:
    name = hashlib.sha256(draft.question.encode()).hexdigest()[:10]
    return EvalQuestion(
        id=f"draft-{name}",
        question=draft.question,
        answerable=bool(draft.evidence),
        answers=draft.answers,
        evidence=draft.evidence,
        type=draft.kind,
        extra=MappingProxyType({"draft": "template" if draft.evidence else "near_miss"}),
    )
