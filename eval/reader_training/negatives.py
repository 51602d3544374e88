"""Passages that do not answer, hard enough to teach "not here".

Four kinds: another passage of the same article; the passages of other articles that a search
ranks first; and the right passage under a question changed to ask about another thing or number.
"""

from __future__ import annotations

import math
import random
import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from eval.reader_training.pairs import Asked, Pair, holds, passages_of, positive
from rag.documents import Article
from rag.embedding import PassageInput
from rag.text import words

_NUMBER = re.compile(r"\d+")
_K1, _B = 1.2, 0.75


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

    def __post_init__(self) -> None:
        for article in self.articles:
            self._pool.extend((article, given) for given in passages_of(article, self.size))
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
        wrong = [
            given
            for article, given in self._ranked(asked.question, 6 * depth)
            if article.article_id != asked.article.article_id and not holds(given.text, answer)
        ]
        if not wrong:
            return None
        given = chance.choice(wrong[:depth])
        return Pair(asked.question, given if chance.random() < 0.7 else without_header(given))

    def changed_question(self, asked: Asked, chance: random.Random) -> Pair | None:
        """The right passage, and the question about another thing, or with another number."""
        right = positive(asked, self.size, header=chance.random() < 0.7)
        if right is None:
            return None
        changed = list(self._changed(asked, chance))
        return Pair(chance.choice(changed), right.passage) if changed else None

    def _changed(self, asked: Asked, chance: random.Random) -> Iterator[str]:
        title = asked.article.title
        if len(title) > 1 and title in asked.question:
            others = (article.title for article, _ in self._ranked(asked.question, 40))
            near = [o for o in dict.fromkeys(others) if o and o not in asked.article.text]
            if near:
                yield asked.question.replace(title, chance.choice(near[:5]))
        if numbers := _NUMBER.findall(asked.question):
            number = chance.choice(numbers)
            other = str(int(number) + chance.choice([-7, -3, -2, 2, 3, 5, 11])).lstrip("-")
            if other not in asked.article.text:
                yield asked.question.replace(number, other)

    def _ranked(self, question: str, limit: int) -> Iterator[tuple[Article, PassageInput]]:
        return (self._pool[number] for number in self._index[0].best(question, limit))


def without_header(given: PassageInput) -> PassageInput:
    """The passage without what stands before its first sentence."""
    if not given.spans:
        return given
    body = given.spans[0].start
    spans = tuple(type(span)(span.start - body, span.end - body) for span in given.spans)
    return PassageInput(given.text[body:], spans)
