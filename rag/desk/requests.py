"""What kind of request a message is, before anything is searched.

Most messages are questions to the articles. One that greets, sets a task, wants a list of articles
or the gist of one is known by having nothing else to say: the segmenter's words are all of the
few that such messages are made of (`data/requests.toml`), once days, pages, newspapers, titles and
`关于X的文章` are taken out. One word more, and it is a question: `这篇文章的作者是谁`.
"""

from __future__ import annotations

import re
import tomllib
from bisect import bisect_right
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from itertools import accumulate
from pathlib import Path
from typing import Any

from rag.desk.asked_sources import NOWHERE, AskedSource, source_in
from rag.desk.tasks import task_in
from rag.language.text import fold
from rag.question.understanding import content_words, without_end_marks

_DATA = Path(__file__).parents[1] / "data" / "requests.toml"
_NOUN = "(?:文章|报道|新闻|消息|稿件|稿子|访谈)"
_SAYS = "(?:讲|写|谈|提|说|报道|涉及|介绍)"
_TOPIC = "(?P<topic>[^,。?!;]{1,30}?)"
_ABOUT = tuple(
    re.compile(pattern)
    for pattern in (
        rf"(?:关于|有关(?!于)|涉及|{_SAYS}(?:到|过|了)){_TOPIC}(?:有关|相关)?的(?:[那这]?一?[篇条则个])?(?={_NOUN})",
        rf"(?:与|跟|和|同){_TOPIC}(?:有关|相关)的(?:[那这]?一?[篇条则个])?(?={_NOUN})",
        rf"(?<=有){_SAYS}{_TOPIC}的(?={_NOUN})",
        rf"是?(?:关于|有关(?!于)){_TOPIC}的$",
        rf"(?:关于|有关(?!于)){_TOPIC}(?=(?:都|一共|共)?有(?:哪些|什么|多少|几[篇条]){_NOUN})",
        rf"(?<=文章|报道|新闻){_SAYS}(?:到|过|了){{1,2}}{_TOPIC}$",
    )
)
_ASKS = re.compile("谁|什么|啥|哪|怎|吗|几|多少|是否")
_PARTS_NOTHING = re.compile(r"[\s,，。.?？!！、:：;；~…“”\"'()（）=]+")


class Kind(StrEnum):
    """What a message wants."""

    HELP = "help"
    TASK = "task"
    OVERVIEW = "overview"
    GIST = "gist"
    QUESTION = "question"


@dataclass(frozen=True, slots=True)
class Request:
    """A message, as far as it is understood without the articles.

    Attributes:
        kind: what it wants.
        name: which talk, task or part of a gist; empty for none in particular.
        source: the newspaper, day, page or title that it names.
        topic: of `关于X的文章`, as it was written in the folded message.
        vague: whether it is of its kind only where an article is being talked about.
    """

    kind: Kind
    name: str = ""
    source: AskedSource = NOWHERE
    topic: str = ""
    vague: bool = False


@dataclass(frozen=True, slots=True)
class _Rule:
    kind: Kind
    name: str
    needs: tuple[tuple[str, ...], ...]
    allows: tuple[str, ...]
    never: re.Pattern[str] | None
    alone: bool
    vague: bool


QUESTION = Request(Kind.QUESTION)


def request_of(
    message: str, newspapers: Callable[[], Iterable[str]] = tuple, *, leans: bool = False
) -> Request:
    """What a message wants; a question, unless it plainly wants something else.

    Args:
        message: as typed.
        newspapers: gives the names that the library knows.
        leans: whether a question came before that a short message may lean on.
    """
    bare = without_end_marks(" ".join(fold(message).split()))
    if not bare:
        return QUESTION
    source, rest = source_in(bare, message, newspapers)
    topic, rest = _about(rest)
    found = _by_words(rest, source, topic, leans=leans)
    if found is not None:
        return Request(found.kind, found.name, source, topic, found.vague)
    task = task_in(bare)
    return Request(Kind.TASK, task) if task else QUESTION


def _about(rest: str) -> tuple[str, str]:
    """The X of `关于X的文章`, and the message without it; an empty X for none."""
    for pattern in _ABOUT:
        match = pattern.search(rest)
        if match and content_words(match["topic"]) and not _ASKS.search(match["topic"]):
            return match["topic"].strip(), f"{rest[: match.start()]} {rest[match.end() :]}"
    return "", rest


def _by_words(rest: str, source: AskedSource, topic: str, *, leans: bool) -> _Rule | None:
    """The first rule that has a use for every word of the message."""
    pieces = [piece for piece in _PARTS_NOTHING.split(rest) if piece]
    filled = {
        "source": source.restricts,
        "title": bool(source.title),
        "about": bool(topic),
    }
    for rule in _rules():
        fits = all(filled[name] <= (name in rule.allows) for name in filled)
        if not fits or (rule.alone and leans) or (rule.never and rule.never.search(rest)):
            continue
        if _is_met(rule, rest, filled) and all(_is_known(piece, rule.allows) for piece in pieces):
            return rule
    return None


def _is_met(rule: _Rule, rest: str, filled: Mapping[str, bool]) -> bool:
    groups = _groups()
    return all(
        any(filled.get(name) or any(word in rest for word in groups.get(name, ())) for name in any_)
        for any_ in rule.needs
    )


@cache
def _known(allows: tuple[str, ...]) -> frozenset[str]:
    groups = _groups()
    return frozenset(word for name in allows for word in groups.get(name, ()))


def _is_known(piece: str, allows: tuple[str, ...]) -> bool:
    """Whether a run of characters is made of allowed words, each one of the segmenter's or several.

    What it takes for one word may be made of several: 篇文章 of 篇 and 文章.
    """
    import rjieba

    known = _known(allows)
    ends = list(accumulate(map(len, rjieba.cut(piece))))
    word_of = [bisect_right(ends, at) for at in range(len(piece) + 1)]
    edges = {0, *ends}
    reached = {0}
    for end in range(1, len(piece) + 1):
        for start in reached:
            within = word_of[start] == word_of[end - 1] and not piece.isascii()
            if (within or edges >= {start, end}) and piece[start:end] in known:
                reached.add(end)
                break
    return len(piece) in reached


@cache
def _groups() -> dict[str, frozenset[str]]:
    return {name: frozenset(words.split()) for name, words in _data()["groups"].items()}


@cache
def _rules() -> tuple[_Rule, ...]:
    return tuple(
        _Rule(
            Kind(entry["kind"]),
            entry.get("name", ""),
            tuple(tuple(need.split("|")) for need in entry["needs"]),
            tuple(entry["allows"]),
            re.compile(entry["never"]) if "never" in entry else None,
            entry.get("alone", False),
            entry.get("vague", False),
        )
        for entry in _data()["rules"]
    )


@cache
def _data() -> dict[str, Any]:
    return tomllib.loads(_DATA.read_text(encoding="utf-8"))
