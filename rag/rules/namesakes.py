"""Another thing of the same kind and another name: 青石湾大桥 is no answer about 松陵大桥.

The nearest text that names anything of the kind decides, back from the answer: the sentence, its
paragraph before it, the heading, the title. Where none does, nothing is amiss.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from rag.data_model.documents import Article
from rag.evidence.scorer import Assessment, Evidence
from rag.language.names import PLACE_UNITS
from rag.language.text import fold, tagged
from rag.question.understanding import ParsedQuestion
from rag.rules.near_miss import NearMiss, without

_NAMES = re.compile("n(?:s|z|t)$")
_NOUNS = re.compile("n(?:s|z|t)?$|j$")
_MODIFIERS = re.compile("n$|vn?$|b$|a$")
_UNIT = re.compile(f"[{PLACE_UNITS}]$")
_APART = 8
"""Characters that may stand between a name and its kind in an article: 松陵新区跨江大桥."""
_LONGEST = 12
"""Characters of a name with its kind."""
_SPECIFIC = 4
"""Characters of a kind that so few things are of that any noun before it names one."""
_TELL_APART = "新老旧大小东西南北中上下前后左右内外一二三四五六七八九十"
"""Characters that make another name of one that they stand before: 新松陵大桥."""
_OWN = re.compile(f"(?:[本该此这那全其]|这座|那座|我们?)[{PLACE_UNITS}校院厂社馆台]?$")


@dataclass(frozen=True, slots=True)
class NamedThing:
    """A thing as a question names it: `name` 松陵, `kind` 大桥, `text` 松陵大桥."""

    name: str
    kind: str
    text: str


def without_namesakes(
    question: ParsedQuestion, assessment: Assessment
) -> tuple[Assessment, NearMiss | None]:
    """The evidence that does not tell of another thing of the kind that is asked about.

    Gives also the near miss that seemed likeliest, if it was the best of all.
    """
    things = tuple(dict.fromkeys(named_things(question.searched)))
    if not things or not assessment.evidence:
        return assessment, None
    return without(assessment, [_another(things, e) for e in assessment.evidence])


def named_things(text: str) -> Iterator[NamedThing]:
    """The names of places, bodies and brands in a folded text that a kind stands right behind."""
    words = tagged(text)
    ended = [*words, *[("", "")] * 3]
    for at, (name, tag) in enumerate(words, start=1):
        if len(name) < 2 or not _NAMES.match(tag):
            continue
        unit = ended[at][0] if _UNIT.fullmatch(ended[at][0]) else ""
        behind = at + bool(unit)
        if kind := _kind(ended[behind], ended[behind + 1]):
            yield NamedThing(name, kind, f"{name}{unit}{kind}")


def _kind(first: tuple[str, str], second: tuple[str, str]) -> str:
    """The noun that tagged words begin with, or end with: 大桥, 通用 · 机场; empty for none."""
    (word, tag), (further, tag_of_further) = first, second
    if len(word) > 1 and _NOUNS.match(tag):
        return word
    both = _MODIFIERS.match(tag) and _NOUNS.match(tag_of_further)
    return word + further if both and min(len(word), len(further)) > 1 else ""


def _another(things: Sequence[NamedThing], evidence: Evidence) -> NearMiss | None:
    article = evidence.candidate.hit.stored.article
    sentence = fold(evidence.text)
    whole = fold(f"{article.title}\n{article.text}")
    section = article.paragraphs[evidence.sentence.paragraph - 1].section
    headed = fold(f"{article.title}\n{section or ''}\n{article.newspaper or ''}")
    for thing in things:
        if _is_named(thing, sentence):  # of both: it is quoted whole
            continue
        nouns = len(thing.kind) >= _SPECIFIC and not _is_named(thing, whole)
        near = (_nearest(thing, text, nouns=nouns) for text in _before(article, evidence))
        told = next(filter(None, near), None)
        if told and told != thing.text and not _is_of_it(thing, told, headed):
            return NearMiss(evidence, thing.text, told)
    return None


def _is_of_it(thing: NamedThing, told: str, headed: str) -> bool:
    """Whether what is told is the thing that is asked about after all.

    A verb stuck to its name (`去松陵科技馆`), or the name is that of the place which all of it is
    about: the car park of 松陵 may have a name of its own.
    """
    core = _UNIT.sub("", told.removesuffix(thing.kind))
    stuck, own = thing.name[: -len(core)], thing.name[-len(core) :]
    if len(core) > 1 and own == core and len(stuck) == 1 and stuck not in _TELL_APART:
        return True
    return thing.name in headed and told not in headed


def _nearest(thing: NamedThing, text: str, *, nouns: bool) -> str | None:
    """Which thing of the kind a folded text tells of: the one asked about if it names that."""
    if thing.kind not in text:
        return None
    return thing.text if _is_named(thing, text) else _last_named(thing, text, nouns=nouns)


def _is_named(thing: NamedThing, text: str) -> bool:
    """Whether a text says the name together with its kind, or the kind with the name after it."""
    name, kind = re.escape(thing.name), re.escape(thing.kind)
    return (
        re.search(rf"{name}[^。!?\n]{{0,{_APART}}}{kind}|{kind}[^。!?\n]{{0,2}}{name}", text)
        is not None
    )


def _before(article: Article, evidence: Evidence) -> Iterator[str]:
    """Folded: the sentence to the answer's end, the paragraph before it, heading and title."""
    paragraph = article.paragraphs[evidence.sentence.paragraph - 1]
    end = evidence.answer.end if evidence.answer else evidence.sentence.end
    start = article.paragraph_starts[paragraph.n - 1]
    yield fold(article.text[evidence.sentence.start : end])
    yield fold(article.text[start : evidence.sentence.start])
    yield fold(paragraph.section or "")
    yield fold(article.title)


def _last_named(thing: NamedThing, text: str, *, nouns: bool) -> str | None:
    """The last thing of the kind that a folded text names otherwise; None if it says `该桥`.

    With `nouns`, any noun may be the name: no dictionary has all names of small places.
    """
    at = text.rfind(thing.kind)
    while at > 0:
        before = text[max(0, at - _LONGEST) : at]
        if _OWN.search(before):
            return None
        if name := _name_at_end(before, nouns=nouns):
            return f"{name}{thing.kind}"
        at = text.rfind(thing.kind, 0, at)
    return None


def _name_at_end(text: str, *, nouns: bool) -> str | None:
    """The name that a stretch of text ends with, its province or town before it left out."""
    words = tagged(text)
    if not words:
        return None
    last, tag = words[-1]
    if _UNIT.fullmatch(last) and len(words) > 1:
        last, tag = words[-2][0] + last, words[-2][1]
    if len(last) > 1 and (_NAMES.match(tag) or (nouns and tag == "n")):
        return last
    if len(last) == 1 and len(words) > 1 and tag.startswith(("n", "zg")):  # 青石 · 湾
        return f"{words[-2][0]}{last}" if words[-2][1].startswith("n") else None
    return None
