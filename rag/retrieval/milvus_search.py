"""Searching one generation in Milvus: by meaning, and by words that are cut and weighed here."""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from rag.data_model.answers import Filters
from rag.language.text import words
from rag.library.index_queries import Admitted
from rag.models.embedding import Vectors
from rag.retrieval.milvus_rows import ODD, alive, effort, name_of, number, quoted, rarity
from rag.retrieval.milvus_server import AT_ONCE, MilvusServer
from rag.retrieval.searching import Scored

_AMONG = 10_000
"""Rows that are named in one expression."""
_DEEPER = 4


class Vocabulary:
    """How many passages of one generation hold each word; in this process's memory."""

    def __init__(self, counts: Mapping[str, int]) -> None:
        self.counts = counts

    def changed(self, changes: Mapping[str, int]) -> Vocabulary:
        """Another one, of a later generation."""
        counts = Counter(self.counts)
        counts.update(changes)
        return Vocabulary({word: n for word, n in counts.items() if n > 0})

    def frequency(self, word: str) -> int:
        """Of how many passages."""
        return self.counts.get(name_of(word), 0)

    def beginning(self, start: str) -> list[tuple[str, int]]:
        """The words with a beginning, in order."""
        found = []
        for word in self._sorted[bisect_left(self._sorted, start) :]:
            if not word.startswith(start):
                break
            found.append((word, self.counts[word]))
        return found

    @cached_property
    def _sorted(self) -> list[str]:
        return sorted(word for word in self.counts if not word.startswith(ODD))


@dataclass(frozen=True)
class View:
    """One generation of a collection: `passages` are in it; `index` is that of their vectors."""

    server: MilvusServer
    collection: str
    generation: int
    passages: int
    index: str

    def search(
        self, field: str, vector: object, limit: int, among: Collection[int] | None, also: str = ""
    ) -> Scored:
        """The best rows with their scores, best first; ties by row id."""
        found: Scored = []
        if limit > 0 and self.passages:
            for condition in self._conditions(among):
                parts = (alive(self.generation), condition, also)
                expression = " and ".join(part for part in parts if part)
                far = effort(self.index, limit) if field == "dense" else {}
                found += self.server.search(
                    self.collection, field, vector, expression, limit, effort=far
                )
        return sorted(found, key=lambda pair: (-pair[1], pair[0]))[:limit]

    def _conditions(self, among: Collection[int] | None) -> Iterator[str]:
        """Expressions, each to be searched with, that admit these rows together."""
        if among is None:
            yield ""
        elif isinstance(among, Admitted):
            if condition := _admitting(among):
                yield condition
        else:
            rows = sorted(among)
            for start in range(0, len(rows), _AMONG):
                yield f"passage in {rows[start : start + _AMONG]}"


def _admitting(among: Admitted) -> str:
    """Filters as an expression; empty where they admit nothing."""
    filters = among.filters
    conditions = list(_of_articles(filters))
    for field, value in (("speaker", filters.speaker), ("section", filters.section)):
        if value:
            conditions.append(f'{field} == "{name_of(value)}"')
    if filters.collections:
        if not among.collections:
            return ""
        conditions.append(f"collection in {list(among.collections)}")
    if filters.tags:
        conditions.append(f"array_contains_any(tags, {quoted(filters.tags)})")
    return " and ".join(conditions)


def _of_articles(filters: Filters) -> Iterator[str]:
    for field, value in (("newspaper", filters.newspaper), ("page", filters.page)):
        if value:
            yield f'{field} == "{name_of(value)}"'
    if filters.author:
        yield f'array_contains(authors, "{name_of(filters.author)}")'
    if filters.date_from:
        yield f'day >= "{name_of(filters.date_from)}"'
    if filters.date_to:
        yield f'day != "" and day <= "{name_of(filters.date_to)}"'
    if filters.articles:
        yield f"article in {quoted(filters.articles)}"


@dataclass(frozen=True)
class MilvusDense:
    """Inner products over unit vectors."""

    view: View
    dimension: int

    def __len__(self) -> int:
        """How many passages."""
        return self.view.passages

    def search(self, vector: Vectors, limit: int, among: Collection[int] | None = None) -> Scored:
        """The `limit` nearest rows with their cosine, best first; ties by row id."""
        return self.view.search("dense", vector.tolist(), limit, among)


@dataclass(frozen=True)
class MilvusLexical:
    """BM25 as a product of two sparse vectors: see `milvus_rows`."""

    view: View
    vocabulary: Vocabulary

    def __len__(self) -> int:
        """How many passages."""
        return self.view.passages

    def document_frequency(self, word: str) -> int:
        """In how many passages a folded word occurs."""
        return self.vocabulary.frequency(word)

    def are_together(self, *words: str) -> bool:
        """Whether some passage holds all of these folded words."""
        if not all(map(self.vocabulary.frequency, words)):
            return False
        if len(words) == 1:
            return True
        expression = f"{alive(self.view.generation)} and {_holding(words)}"
        return bool(self.view.server.query(self.view.collection, expression, ["passage"], limit=1))

    def holding(self, words: Sequence[str], limit: int) -> list[int]:
        """Rows of at most `limit` passages that hold all of these folded words, the best first."""
        if not words or not all(map(self.vocabulary.frequency, words)):
            return []
        asked = self._asked(words)
        return [row for row, _ in self.view.search("terms", asked, limit, None, _holding(words))]

    def words_beginning(self, start: str) -> list[tuple[str, int]]:
        """The folded words with that beginning, and in how many passages each occurs."""
        return self.vocabulary.beginning(start)

    def search(
        self,
        question: str,
        limit: int,
        among: Collection[int] | None = None,
        groups: Sequence[Sequence[str]] = (),
    ) -> Scored:
        """The `limit` best rows with their BM25 score, best first; ties by row id.

        Each of the `groups` is searched for besides, and counts as its best word does.
        """
        asked = self._asked(dict.fromkeys(words(question)))
        if not groups:
            return self._found(asked, limit, among)
        spelt = [[self._spelt(word) for word in group] for group in groups]
        return self._with_groups(asked, spelt, limit, among)

    def _found(
        self, asked: Mapping[int, float], limit: int, among: Collection[int] | None
    ) -> Scored:
        if not asked:
            return []
        found = self.view.search("terms", dict(asked), limit, among)
        return [pair for pair in found if pair[1] > 0]

    def _with_groups(
        self,
        asked: Mapping[int, float],
        groups: Sequence[Sequence[Mapping[int, float]]],
        limit: int,
        among: Collection[int] | None,
    ) -> Scored:
        """A product of vectors adds a group's words up, so it only bounds what a row is worth.

        Rows are counted rightly from their own weights, ever more of them, until no row that was
        not looked at can be worth as much as the last that is wanted.
        """
        bound = Counter(asked)
        for group in groups:
            for word in group:
                bound.update(word)
        depth = limit
        while True:
            likely = self._found(bound, depth, among)
            worth = self._worth([row for row, _ in likely], asked, groups)
            sure = len(likely) < depth or depth >= AT_ONCE
            if sure or (len(worth) >= limit and worth[limit - 1][1] >= likely[-1][1]):
                return worth[:limit]
            depth = min(depth * _DEEPER, AT_ONCE)

    def _worth(
        self,
        rows: Sequence[int],
        asked: Mapping[int, float],
        groups: Sequence[Sequence[Mapping[int, float]]],
    ) -> Scored:
        found: Scored = []
        for start in range(0, len(rows), _AMONG):
            part = list(rows[start : start + _AMONG])
            expression = f"{alive(self.view.generation)} and passage in {part}"
            for row in self.view.server.query(
                self.view.collection, expression, ["passage", "terms"]
            ):
                terms = {int(term): float(weight) for term, weight in row["terms"].items()}
                worth = _product(asked, terms)
                worth += sum(
                    max((_whole(word, terms) for word in group), default=0.0) for group in groups
                )
                if worth > 0:
                    found.append((int(row["passage"]), worth))
        return sorted(found, key=lambda pair: (-pair[1], pair[0]))

    def _asked(self, given: Collection[str]) -> dict[int, float]:
        """The question's half of BM25: the rarity of those of its words that there are."""
        counted = ((word, self.vocabulary.frequency(word)) for word in given)
        return {number(word): rarity(n, len(self)) for word, n in counted if n}

    def _spelt(self, word: str) -> dict[int, float]:
        """One of a group; one that the index lacks is all that it is cut into, or nothing."""
        if self.vocabulary.frequency(word):
            return self._asked([word])
        cut = dict.fromkeys(words(word))
        return self._asked(cut) if all(map(self.vocabulary.frequency, cut)) else {}


def _holding(given: Collection[str]) -> str:
    return f"array_contains_all(words, {quoted(dict.fromkeys(given))})"


def _product(asked: Mapping[int, float], terms: Mapping[int, float]) -> float:
    return sum(weight * terms.get(term, 0.0) for term, weight in asked.items())


def _whole(word: Mapping[int, float], terms: Mapping[int, float]) -> float:
    """What a row is worth for a word that it must hold wholly."""
    return _product(word, terms) if word.keys() <= terms.keys() else 0.0
