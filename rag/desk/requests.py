"""What kind of request a message is, before anything is searched.

Most messages are questions to the articles. One that greets, sets a task, wants a list of articles
or the gist of one is known by having nothing else to say: the segmenter's words are all of the
few that such messages are made of (`data/requests.toml`), once days, pages, newspapers, titles and
`关于X的文章` are taken out. One word more, and it is a question: `这篇文章的作者是谁`. Where that
stretch may name an article, `评估报告的结论是什么`, the library tells (`rag.desk.naming`).
"""

from __future__ import annotations

import re
import tomllib
from bisect import bisect_right
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from itertools import accumulate
from pathlib import Path
from typing import Any

from rag.desk.asked_sources import NOWHERE, AskedSource, source_in
from rag.desk.naming import Name, readings_of
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
        rf"(?:关于|有关(?!于)|涉及|{_SAYS}(?:到|过|了)){_TOPIC}(?:有关|相关)?的(?:[那这]?一?[篇条则个])?(?={_NOUN}|(?<=[那这][篇则]))",
        rf"(?:与|跟|和|同){_TOPIC}(?:有关|相关)的(?:[那这]?一?[篇条则个])?(?={_NOUN}|(?:都|一共)?有?(?:哪些|什么|几[篇条])?(?:内容)?$)",
        rf"(?<=有){_SAYS}(?:到|过|了)?{_TOPIC}的(?={_NOUN}|吗?$)",
        rf"是?(?:关于|有关(?!于)){_TOPIC}的$",
        rf"(?:关于|有关(?!于)){_TOPIC}(?=(?:都|一共|共)?有(?:哪些|什么|多少|几[篇条]){_NOUN})",
        rf"(?<=文章|报道|新闻){_SAYS}(?:到|过|了){{1,2}}{_TOPIC}$",
        rf"(?<=有没有|有哪些|有什么){_TOPIC}(?:方面|相关|有关)?的(?={_NOUN}$)",
        rf"(?<=有){_TOPIC}(?:方面|相关|有关)的(?={_NOUN})",
        rf"(?<=哪篇文章|哪篇报道|哪条新闻|哪条消息)(?:是|在|里){{0,4}}{_SAYS}(?:到|过|了|的)*是?{_TOPIC}的?$",
        rf"(?<=哪[篇则条])(?:是|在|里){{0,4}}{_SAYS}(?:到|过|了|的)*是?{_TOPIC}的?$",
        rf"(?:(?<=哪几[篇则条])|(?<=哪些{_NOUN}))(?:是|在|里|都){{0,4}}{_SAYS}(?:到|过|了|的)+是?{_TOPIC}的?$",
        rf"^有{_TOPIC}的(?={_NOUN}[吗么]?$)",
        rf"^{_TOPIC}(?:方面|相关|有关)的(?={_NOUN}$)",
    )
)
_WRITES = "(?:写|撰写|采写|发表|报道|发|登|刊登)"
_BY = tuple(
    re.compile(pattern)
    for pattern in (
        rf"^(?:记者|作者|通讯员)?{_TOPIC}(?:在|于)?(?:都|一共|还)?{_WRITES}(?:过|了)?(?=(?:哪些|什么|哪几[篇条则]|多少|几[篇条则])(?:{_NOUN})?$)",
        rf"(?:(?<={_NOUN})|(?<=哪几篇))(?:都)?是(?:记者|作者|通讯员)?{_TOPIC}{_WRITES}的$",
        rf"(?<=有)(?:没有|哪些|什么|多少|哪?几[篇条则])?(?:记者|作者|通讯员)?{_TOPIC}{_WRITES}的(?={_NOUN}[吗么]?$)",
        rf"^(?:记者|作者|通讯员)?{_TOPIC}{_WRITES}的(?={_NOUN}(?:都|一共)?有(?:哪些|什么|多少|几[篇条则])$)",
        rf"^(?:记者|作者|通讯员){_TOPIC}的?(?={_NOUN}(?:有哪些)?$)",
    )
)
"""Patterns of who wrote the articles that are asked for; who that is, the library has to know."""
_BESIDE_HAN = re.compile(r"(?<=[\u4e00-\u9fff]) | (?=[\u4e00-\u9fff])|^ | $")
_ASKS = re.compile("谁|什么|啥|哪|怎|吗|几|多少|是否")
_A_PIECE = re.compile(
    rf"^的?(?:[那这]?一?[篇则条份场](?:{_NOUN}|报告|对话|采访|评论|通讯|圆桌|故事)?|{_NOUN}|报告|对话|采访|评论|通讯|圆桌|故事)"
)
"""What stands behind a name and says that it is an article's."""
_LONGEST = 60
"""Characters of a message in which a name is looked for."""
_READINGS = 12
_BEFORE_A_NAME = ("polite", "summing", "summing_more", "retelling")
_LEAST_BARE = 4
"""Characters of a name that nothing else says is one."""
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
        name_of: what may name the article; if it names none, the message is a question.
        article: the id of the one that it names, once that has been looked up.
        place: of the article in the list that was shown, from 1, or from -1 at its end; 0 for none.
        author: who may have written the articles that are asked for, if the library knows them.
        rest: what is asked of the article at `place`.
    """

    kind: Kind
    name: str = ""
    source: AskedSource = NOWHERE
    topic: str = ""
    vague: bool = False
    name_of: Name | None = None
    article: str = ""
    place: int = 0
    author: str = ""
    rest: str = ""


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
_SAME_OF = re.compile("^(?:那么?|还有)?[,，]?(?P<new>.{2,30}?)呢$")
_TEMPLATES = {Kind.OVERVIEW: "{}有哪些文章", Kind.GIST: "{}讲了什么"}


def request_of(
    message: str,
    newspapers: Callable[[], Iterable[str]] = tuple,
    *,
    leans: bool = False,
) -> Request:
    """What a message wants; a question, unless it plainly wants something else.

    Args:
        message: as typed.
        newspapers: gives the names that the library knows.
        leans: whether a question came before that a short message may lean on.
    """
    return _read(without_end_marks(" ".join(fold(message).split())), message, newspapers, leans)


def by_author(message: str, newspapers: Callable[[], Iterable[str]] = tuple) -> Request | None:
    """The list of what somebody wrote, `author` as it was written in the folded message."""
    bare = without_end_marks(" ".join(fold(message).split()))
    if not re.search(_WRITES, bare) and not re.search("记者|作者|通讯员", bare):
        return None
    source, rest = source_in(bare, message, newspapers)
    topic, left = _found(_ABOUT, rest)
    for on, text in ((topic, left), ("", rest)):
        if author := _found(_BY, _BESIDE_HAN.sub("", text))[0]:
            return Request(Kind.OVERVIEW, source=source, topic=on, author=author)
    return None


def _read(bare: str, message: str, newspapers: Callable[[], Iterable[str]], leans: bool) -> Request:
    if not bare:
        return QUESTION
    source, rest = source_in(bare, message, newspapers)
    topic, rest = _found(_ABOUT, rest)
    found = _by_words(rest, source, topic, leans=leans)
    if found is not None:
        return Request(found.kind, found.name, source, topic, found.vague)
    if task := task_in(bare):
        return Request(Kind.TASK, task)
    named = None if topic or source.title or source.restricts else _named(bare)
    if named is not None:
        rule, name = named
        return Request(rule.kind, rule.name, name_of=name)
    return QUESTION


def again(
    last: Request, message: str, newspapers: Callable[[], Iterable[str]] = tuple
) -> Request | None:
    """`X呢` after a list or a gist: the same of another newspaper, day, topic or article."""
    match = _SAME_OF.match(without_end_marks(" ".join(fold(message).split())))
    if match is None or last.kind not in _TEMPLATES:
        return None
    request = request_of(_TEMPLATES[last.kind].format(match["new"]), newspapers)
    return request if request.kind is last.kind else None


def _named(bare: str) -> tuple[_Rule, Name] | None:
    """The rule for gists that has a use for all of a message but one stretch, and that stretch."""
    filled = {"title": True}
    if len(bare) > _LONGEST:
        return None
    for rule in _rules():
        if rule.kind is not Kind.GIST or rule.vague or "title" not in rule.allows:
            continue
        if not _is_met(rule, bare, filled):
            continue
        starts = [at for at in range(len(bare)) if _are_known(bare[:at], _BEFORE_A_NAME)]
        ends = [at for at in range(1, len(bare) + 1) if _are_known(bare[at:], rule.allows)]
        spans = [
            (start, end)
            for start in starts
            for end in ends
            if start < end
            and _is_met(rule, frame := f"{bare[:start]} {bare[end:]}", filled)
            and not (rule.never and rule.never.search(frame))
        ]
        spans = sorted(spans, key=lambda span: span[1] - span[0])[:_READINGS]
        readings = readings_of(spans, bare)
        if readings and content_words(readings[0]):
            plain = _A_PIECE.match(bare[spans[0][1] :]) is not None
            if plain or len(readings[-1]) >= _LEAST_BARE:
                return rule, Name(readings, plain)
    return None


def _are_known(text: str, allows: tuple[str, ...]) -> bool:
    return all(_is_known(piece, allows) for piece in _PARTS_NOTHING.split(text) if piece)


def _found(patterns: Sequence[re.Pattern[str]], rest: str) -> tuple[str, str]:
    """The X of `关于X的文章`, and the message without it; an empty X for none."""
    for pattern in patterns:
        match = pattern.search(rest)
        if match and content_words(match["topic"]) and not _ASKS.search(match["topic"]):
            return match["topic"].strip(), f"{rest[: match.start()]} {rest[match.end() :]}"
    return "", rest


def _by_words(rest: str, source: AskedSource, topic: str, *, leans: bool) -> _Rule | None:
    """The first rule that has a use for every word of the message."""
    filled = {
        "source": source.restricts,
        "title": bool(source.title),
        "about": bool(topic),
    }
    named = filled | {"paper": bool(source.newspaper or source.page)}
    for rule in _rules():
        fits = all(filled[name] <= (name in rule.allows) for name in filled)
        if not fits or (rule.alone and leans) or (rule.never and rule.never.search(rest)):
            continue
        if _is_met(rule, rest, named) and _are_known(rest, rule.allows):
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
