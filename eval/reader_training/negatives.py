"""Passages that do not answer, hard enough to teach "not here".

Five kinds: another passage of the same article; the passages of other articles that a search
ranks first; the right passage under a question changed to ask about another thing or number; the
right passage without the sentences that answer; and without the clauses that do, so that what is
left names the thing asked about and does not answer.
"""

from __future__ import annotations

import math
import random
import re
from collections import Counter, defaultdict
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import accumulate, pairwise

import numpy as np
from numpy.typing import NDArray

from eval.reader_training.cloze import tagged
from eval.reader_training.pairs import Asked, Pair, holds, passages_of, positive
from rag.data_model.documents import Article, Span, touches
from rag.language.text import words
from rag.models.embedding import PassageInput

_NUMBER = re.compile(r"\d+")
_NUMERAL = re.compile(r"[一二三四五六七八九](?=[期届次季轮批区号条章局等])")
_NAME = re.compile(r"n[rstz]$")
_K1, _B = 1.2, 0.75
_CLAUSE_END = re.compile("[，；：]")
_SHORTEST_REST = 8
_HEAD = 200
"""Characters of an article that are searched for names."""


class Bm25:
    """BM25 (Robertson and Zaragoza, 2009) over texts held in memory."""

    def __init__(self, texts: Sequence[str]) -> None:
        counts = [Counter(words(text)) for text in texts]
        lengths = np.array([count.total() for count in counts], dtype=np.float32)
        self._size = len(texts)
        norms = _K1 * (1 - _B + _B * lengths / max(float(lengths.mean()), 1.0))
        postings: dict[str, list[tuple[int, int]]] = defaultdict(list)
        for number, count in enumerate(counts):
            for word, times in count.items():
                postings[word].append((number, times))
        self._weights: dict[str, tuple[NDArray[np.int64], NDArray[np.float32]]] = {}
        for word, pairs in postings.items():
            numbers = np.array([number for number, _ in pairs])
            often = np.array([times for _, times in pairs], dtype=np.float32)
            idf = math.log(1 + (self._size - len(pairs) + 0.5) / (len(pairs) + 0.5))
            weight = idf * often * (_K1 + 1) / (often + norms[numbers])
            self._weights[word] = (numbers, weight.astype(np.float32))

    def best(self, query: str, limit: int) -> list[int]:
        """Numbers of the texts that score highest, best first."""
        scores = np.zeros(self._size, dtype=np.float32)
        for word in words(query):
            if word in self._weights:
                numbers, weight = self._weights[word]
                scores[numbers] += weight
        top = np.argpartition(-scores, limit)[:limit] if limit < self._size else range(self._size)
        return sorted((int(n) for n in top if scores[n] > 0), key=lambda n: (-scores[n], n))


@dataclass(frozen=True)
class Miner:
    """Makes negatives for questions.

    Attributes:
        articles: where wrong passages come from.
        size: characters a passage has at most.
    """

    articles: Sequence[Article]
    size: int
    _pool: list[tuple[Article, PassageInput]] = field(default_factory=list, init=False)
    _index: list[Bm25] = field(default_factory=list, init=False)
    _names: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list), init=False)

    def __post_init__(self) -> None:
        for article in self.articles:
            self._pool.extend((article, given) for given in passages_of(article, self.size))
            for name in names(article.text[:_HEAD]):
                self._names[name[-1]].append(name)
        self._index.append(Bm25([given.text for _, given in self._pool]))

    def same_article(self, asked: Asked, chance: random.Random) -> Pair | None:
        """Another passage of the article, if one does not hold the answer's words."""
        answer = asked.article.text[asked.answer.start : asked.answer.end]
        given = passages_of(asked.article, self.size, header=chance.random() < 0.7)
        wrong = [g for g in given if not holds(g.text, answer)]
        return Pair(asked.question, chance.choice(wrong)) if wrong else None

    def top_ranked(self, asked: Asked, chance: random.Random, depth: int = 4) -> Pair | None:
        """One of the best-ranked passages of other articles without the answer's words."""
        answer = asked.article.text[asked.answer.start : asked.answer.end]
        return self.elsewhere(asked.question, (asked.article.article_id,), answer, chance, depth)

    def elsewhere(
        self,
        question: str,
        own: Collection[str],
        answer: str,
        chance: random.Random,
        depth: int = 4,
    ) -> Pair | None:
        """One of the best-ranked passages of articles that are not its `own`, without `answer`."""
        wrong = [
            given
            for article, given in self._ranked(question, 6 * depth)
            if article.article_id not in own and not holds(given.text, answer)
        ]
        if not wrong:
            return None
        given = chance.choice(wrong[:depth])
        return Pair(question, given if chance.random() < 0.7 else without_header(given))

    def changed_question(self, asked: Asked, chance: random.Random) -> Pair | None:
        """The right passage, and the question about another thing, or with another number."""
        right = positive(asked, self.size, header=chance.random() < 0.7)
        if right is None:
            return None
        changed = list(self._changed(asked, right.passage.text, chance))
        return Pair(chance.choice(changed), right.passage) if changed else None

    def _changed(self, asked: Asked, read: str, chance: random.Random) -> Iterator[str]:
        """Only what the passage says too is changed: what it leaves out would not contradict it."""
        title, question, known = asked.article.title, asked.question, asked.article.text
        if len(title) > 1 and title in question:
            others = (article.title for article, _ in self._ranked(question, 40))
            near = [o for o in dict.fromkeys(others) if o and o not in known]
            if near:
                yield question.replace(title, chance.choice(near[:5]))
        for found, other in self._others(question, chance):
            if found in read and other not in known:
                yield question.replace(found, other, 1)

    def _others(self, question: str, chance: random.Random) -> Iterator[tuple[str, str]]:
        """A number, a numeral and each name of the question, with another of its kind.

        A name's last character often tells its kind: 区, 县, 公司, 大学.
        """
        if numbers := _NUMBER.findall(question):
            number = chance.choice(numbers)
            yield number, str(int(number) + chance.choice([-7, -3, -2, -1, 1, 2, 3, 5])).lstrip("-")
        for numeral in _NUMERAL.finditer(question):
            whole = question[numeral.start() : numeral.end() + 1]
            yield whole, chance.choice("一二三四五六七八九") + whole[1:]
        for name in names(question):
            if alike := [other for other in self._names[name[-1]] if other != name]:
                yield name, chance.choice(alike)

    def without_evidence(self, asked: Asked, chance: random.Random) -> Pair | None:
        """The right passage without its sentences that hold the answer's words."""
        right = positive(asked, self.size, header=chance.random() < 0.7)
        if right is None or right.answer is None:
            return None
        text, spans = right.passage.text, right.passage.spans
        answer = text[right.answer.start : right.answer.end]
        kept = [
            text[s.start : s.end]
            for s in spans
            if s not in right.evidence and not holds(text[s.start : s.end], answer)
        ]
        return Pair(asked.question, _joined(text[: spans[0].start], kept)) if kept else None

    def without_clause(self, asked: Asked, chance: random.Random) -> Pair | None:
        """The right passage without the clauses that hold the answer or its words."""
        right = positive(asked, self.size, header=chance.random() < 0.7)
        if right is None or right.answer is None:
            return None
        text, spans = right.passage.text, right.passage.spans
        answer = text[right.answer.start : right.answer.end]
        kept = []
        for sentence in spans:
            shown = text[sentence.start : sentence.end]
            if sentence in right.evidence:
                shown = _other_clauses(text, sentence, right.answer)
                if len(shown) < _SHORTEST_REST:
                    return None
            if not holds(shown, answer):
                kept.append(shown)
        return Pair(asked.question, _joined(text[: spans[0].start], kept)) if kept else None

    def _ranked(self, question: str, limit: int) -> Iterator[tuple[Article, PassageInput]]:
        return (self._pool[number] for number in self._index[0].best(question, limit))


def names(text: str) -> Iterator[str]:
    """Proper names of a text, as rjieba tags them."""
    return (word for word, tag, _ in tagged(text) if len(word) > 1 and _NAME.match(tag))


def _other_clauses(text: str, sentence: Span, answer: Span) -> str:
    """The sentence without its clauses that the answer touches; it ends as it did."""
    marks = [m.end() for m in _CLAUSE_END.finditer(text, sentence.start, sentence.end)]
    places = sorted({sentence.start, *marks, sentence.end})
    clauses = [Span(*pair) for pair in pairwise(places)]
    kept = "".join(text[c.start : c.end] for c in clauses if not touches(c, answer))
    return kept if not kept or kept[-1] not in "，；：" else f"{kept[:-1]}。"


def _joined(header: str, sentences: Sequence[str]) -> PassageInput:
    ends = list(accumulate(map(len, sentences), initial=len(header)))
    spans = tuple(Span(start, end) for start, end in pairwise(ends))
    return PassageInput(header + "".join(sentences), spans)


def without_header(given: PassageInput) -> PassageInput:
    """The passage without what stands before its first sentence."""
    if not given.spans:
        return given
    body = given.spans[0].start
    spans = tuple(type(span)(span.start - body, span.end - body) for span in given.spans)
    return PassageInput(given.text[body:], spans)
