"""Questions that articles answer, made of their own sentences: a phrase becomes a question word.

Articles without questions teach the reader how they are written and what is asked of them: who,
when, where, how many, called what. A question keeps the sentence's words, or only those that a
person would type into a search box; the answer is the phrase that was taken out. Some questions
also name what only the article's source or beginning says: a year, a place, a person.
"""

from __future__ import annotations

import random
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import accumulate, pairwise

from eval.reader_training.pairs import Asked
from rag.data_model.documents import Article, Span
from rag.language.names import named
from rag.language.quantities import UNIT
from rag.language.text import fold, sentence_spans
from rag.models.embedding import source_line

_DATE = re.compile(r"(?:\d{4}年)?\d{1,2}月(?:\d{1,2}[日号])?|\d{4}年")
_AMOUNT = re.compile(rf"\d+(?:[,.]\d+)*[千万亿]*(?P<unit>{UNIT})")
_CALLED = re.compile(r"《[^》]{2,20}》|(?<=[为是叫称名作题])“[^”]{2,16}”")
_NO_COUNT = re.compile(r"[年月日时分秒]")
_CLAUSE = re.compile("[，；：,;:]")
_TAGGED = {"ns": "where", "nt": "body"}
_TOWARDS = tuple("在于到赴从抵自往")
_CONTENT = re.compile(r"n|v|t$|s$|eng|m|a")
"""Parts of speech that carry what a sentence is about, as rjieba names them."""
_SPARE = re.compile(r"[dcx]")
"""Adverbs, conjunctions, punctuation: what people leave out of a question first."""

# Question words in the phrase's place, and after the words that are left of a sentence.
_IN_PLACE = {
    "who": ("谁", "哪位"),
    "where": ("哪里", "什么地方", "哪儿"),
    "body": ("哪个机构", "哪个单位", "哪家单位"),
    "when": ("什么时候", "何时", "什么时间", "哪天"),
    "amount": ("多少{unit}", "多少"),
    "called": ("什么",),
}
_AFTER = {
    "who": ("是谁", "是哪位", "是什么人"),
    "where": ("在哪里", "的地点", "是哪里", "在什么地方"),
    "body": ("是哪个机构", "是哪个单位", "是谁"),
    "when": ("的时间", "是什么时候", "时间", "是哪天"),
    "amount": ("是多少", "多少{unit}", "有多少{unit}", "多少"),
    "called": ("是什么", "叫什么", "名称"),
}
_YEAR = re.compile(r"\d{4}年")
_NAME = re.compile(r"n[rstz]$|t$")
_HEAD = 120
"""Characters of an article that tell what it is about."""
_LONGEST, _SHORTEST = 60, 8
_DROPPED = (0.0, 0.1, 0.25)


@dataclass(frozen=True, slots=True)
class Phrase:
    """What may be asked for: a range of an article's text, of one `kind`."""

    span: Span
    kind: str
    unit: str = ""


def cloze_questions(
    articles: Sequence[Article], count: int, chance: random.Random, context: float = 0.0
) -> Iterator[Asked]:
    """At most `count` questions, from articles in a random order; a share names the `context`."""
    made = 0
    while made < count:
        before = made
        for article in chance.sample(articles, len(articles)):
            if made < count and (asked := _one_question(article, chance, context)):
                made += 1
                yield asked
        if made == before:
            return


def _one_question(article: Article, chance: random.Random, context: float) -> Asked | None:
    sentences = [
        s
        for s in sentence_spans(article.text)
        if 20 < s.end - s.start < 160 and article.text[s.end - 1] in "。！？”"
    ]
    if not sentences:
        return None
    sentence = chance.choice(sentences)
    by_kind: dict[str, list[Phrase]] = {}
    for phrase in phrases(article, sentence):
        by_kind.setdefault(phrase.kind, []).append(phrase)
    if not by_kind:
        return None
    phrase = chance.choice(by_kind[chance.choice(sorted(by_kind))])
    question = _question(article.text, sentence, phrase, chance)
    if question and context and chance.random() < context:
        before = f"{source_line(article)} {article.text[: min(sentence.start, _HEAD)]}"
        question = _named_first(question, before, chance)
    return Asked(question, article, phrase.span) if question else None


def phrases(article: Article, sentence: Span) -> Iterator[Phrase]:
    """What a question can ask for in a sentence of the article; phrases may share characters."""
    for phrase in _phrases(article, article.text[sentence.start : sentence.end]):
        start, end = (place + sentence.start for place in phrase.span)
        yield replace(phrase, span=Span(start, end))


def _phrases(article: Article, shown: str) -> Iterator[Phrase]:
    for match in _DATE.finditer(shown):
        yield Phrase(Span(*match.span()), "when")
    for match in _AMOUNT.finditer(shown):
        if not _NO_COUNT.fullmatch(match["unit"]):
            yield Phrase(Span(*match.span()), "amount", match["unit"])
    for match in _CALLED.finditer(shown):
        yield Phrase(Span(*match.span()), "called")
    people = sorted(set(named(fold(shown), (article,))), key=lambda name: (-len(name), name))
    for word, tag, span in tagged(shown):
        if tag == "nr":
            at = (name for name in people if shown.startswith(name, span.start))
            if name := next(at, None):
                yield Phrase(Span(span.start, span.start + len(name)), "who")
        towards = tag == "nt" or shown.endswith(_TOWARDS, 0, span.start)
        if tag in _TAGGED and len(word) > 1 and towards:
            yield Phrase(span, _TAGGED[tag])


def tagged(text: str) -> Iterator[tuple[str, str, Span]]:
    """Words, their parts of speech and where they stand."""
    import rjieba

    words: list[tuple[str, str]] = rjieba.tag(text)
    places = accumulate((len(word) for word, _ in words), initial=0)
    for (word, tag), (start, end) in zip(words, pairwise(places), strict=True):
        yield word, tag, Span(start, end)


def _question(text: str, sentence: Span, phrase: Phrase, chance: random.Random) -> str | None:
    """The sentence, or a few clauses of it, with a question word for the phrase."""
    shown = _clauses(text, sentence, phrase.span, chance.randint(12, _LONGEST))
    drop = chance.choice(_DROPPED)
    sides = [
        [(w, tag) for w, tag, _ in tagged(side) if not _left_out(w, tag, drop, chance)]
        for side in (text[shown.start : phrase.span.start], text[phrase.span.end : shown.end])
    ]
    content = [word for side in sides for word, tag in side if _CONTENT.match(tag)]
    if len(content) < 2 or not _SHORTEST <= sum(map(len, content)) <= _LONGEST:
        return None
    if chance.random() < 0.5:
        before, after = ("".join(word for word, _ in side) for side in sides)
        asks = chance.choice(_IN_PLACE[phrase.kind]).format(unit=phrase.unit)
        question = f"{before}{asks}{after}".strip("，；：、, ")
    else:
        gap = chance.choice(("", "", " "))
        asks = chance.choice(_AFTER[phrase.kind]).format(unit=phrase.unit)
        question = gap.join(content) + asks
    return question + chance.choice(("？", "？", "?", ""))


def _named_first(question: str, before: str, chance: random.Random) -> str:
    """The question after a year, a name or both that is told before the answer."""
    years = [year for year in _YEAR.findall(before) if year not in question]
    names = [
        word
        for word, tag, _ in tagged(before)
        if len(word) > 1 and _NAME.match(tag) and word not in question
    ]
    told = [chance.choice(found) for found in (years, names) if found]
    return "".join(told[chance.randrange(len(told)) :]) + question if told else question


def _left_out(word: str, tag: str, drop: float, chance: random.Random) -> bool:
    """Whether a word goes: `drop` of those with content, many of the spare ones, and all gaps."""
    rate = 0.3 if _SPARE.match(tag) else drop if _CONTENT.match(tag) else 0.0
    return not word.strip() or chance.random() < rate


def _clauses(text: str, sentence: Span, phrase: Span, length: int) -> Span:
    """The phrase's clause, and clauses before it while there are `length` characters at most."""
    marks = [m.end() for m in _CLAUSE.finditer(text, sentence.start, phrase.start)]
    starts = [sentence.start, *marks]
    end = _CLAUSE.search(text, phrase.end, sentence.end)
    stop = end.start() if end else sentence.end - (text[sentence.end - 1] in "。！？!?")
    start = next((s for s in starts if stop - s <= length), starts[-1])
    return Span(start, max(stop, phrase.end))
