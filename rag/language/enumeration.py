"""Enumerations in running text: 一是…二是…, 首先…其次…, 1. … 2. …, also over paragraphs."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from rag.data_model.documents import Article, Sentence
from rag.language.numerals import ONES
from rag.language.text import numbered_sentences

_DIGITS = f"{ONES}十"
_MARK = re.compile(
    rf"(?P<is>[{_DIGITS}](?=[是要])|其[{_DIGITS}](?=[，,、：:]))"
    rf"|第(?P<ordinal>[{_DIGITS}]|\d)(?=[，,、：:是步个点项]|条(?!\s)|[^{_DIGITS}\d届次年月日章]{{0,3}}[，,：:])"
    r"|(?P<number>\d{1,2})[.．、)）](?!\d)"
    rf"|[（(](?P<bracket>[{_DIGITS}]|\d{{1,2}})[)）]"
    rf"|(?P<heading>[{_DIGITS}])、"
    r"|(?P<word>首先|其次|再次|再者|最后|此外)"
)
_WORDS = {"首先": 1, "其次": 2, "再次": 3, "再者": 3, "最后": 4, "此外": 4}
_LEAD = 60
"""Characters within which a sentence that leads in may bring the first item."""
_FARTHEST = 12
"""Sentences between two items, at most: an item may be explained before the next begins."""


@dataclass(frozen=True, slots=True)
class Enumeration:
    """Items in order, and the sentence right before the first, which may announce them.

    `under` is the heading over the first item.
    """

    items: tuple[Sentence, ...]
    lead: Sentence | None
    under: str | None = None

    @property
    def members(self) -> tuple[Sentence, ...]:
        """The items, and the sentence that leads in."""
        return self.items if self.lead is None else (self.lead, *self.items)


def enumerations(article: Article) -> tuple[Enumeration, ...]:
    """All enumerations of two items or more, by their marks alone."""
    return _enumerations(
        article.text,
        article.paragraph_starts,
        tuple(paragraph.section for paragraph in article.paragraphs),
    )


@lru_cache(maxsize=256)
def _enumerations(
    text: str, starts: tuple[int, ...], sections: tuple[str | None, ...]
) -> tuple[Enumeration, ...]:
    sentences = numbered_sentences(text, starts)
    marks = [_mark(text[s.start : s.end]) for s in sentences]
    found: list[Enumeration] = []
    used: set[int] = set()
    for first, mark in enumerate(marks):
        if mark is None or mark[1] != 1 or first in used:
            continue
        items = [first]
        for at in range(first + 1, len(sentences)):
            if at - items[-1] > _FARTHEST:
                break
            after = marks[at]
            if after and after[0] == mark[0]:
                if not _follows(mark[0], len(items), after[1]):
                    break
                items.append(at)
        if len(items) > 1:
            used.update(items)
            under = sections[sentences[first].paragraph - 1]
            lead = sentences[first - 1] if first else None
            if lead and sections[lead.paragraph - 1] != under:
                lead = None  # it ends what stands under another heading
            found.append(Enumeration(tuple(sentences[at] for at in items), lead, under))
    return tuple(found)


def _follows(kind: str, count: int, number: int) -> bool:
    """Whether an item numbered `number` may come after `count` items."""
    return number > 1 if kind == "word" else number == count + 1


def _mark(sentence: str) -> tuple[str, int] | None:
    """Kind and number of the mark that a sentence begins with, perhaps after `某某：`."""
    match = _MARK.match(sentence) or _after_lead(sentence)
    if match is None or match.lastgroup is None:
        return None
    value = match.group(match.lastgroup).removeprefix("其")
    if match.lastgroup == "word":
        return "word", _WORDS[match.group("word")]
    return match.lastgroup, int(value) if value.isdecimal() else _DIGITS.index(value) + 1


def _after_lead(sentence: str) -> re.Match[str] | None:
    """The mark right after a colon near the start: `优势有三：一是…`."""
    colons = [m.end() for m in re.finditer("[：:]", sentence[:_LEAD])]
    return next((match for end in colons if (match := _MARK.match(sentence, end))), None)
