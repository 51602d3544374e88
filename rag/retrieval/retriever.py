"""Hybrid retrieval: dense and lexical rankings fused by reciprocal rank, within filters."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace

from rag.data_model.answers import Filters
from rag.data_model.documents import Passage
from rag.language.text import has_han
from rag.library.index_queries import Admitted
from rag.library.library import Library
from rag.library.records import StoredArticle, StoredPassage
from rag.library.reprints import says_nothing_new
from rag.models.embedding import Vectors
from rag.retrieval.searching import Indexes
from rag.settings import RetrievalSettings

Scored = list[tuple[int, float]]
EVERYTHING = Filters()

Groups = Sequence[Sequence[str]]
"""Words of which any may stand for one of a question in another language."""

_ABROAD = 0.2
"""Weight of the lexical ranking where the question is in another language: what words can match are
names and figures, and a frequent one among them would outvote the meaning."""
_BRIDGED = 1.5
"""The same where the articles' words for it are known: those say more than the meaning does."""
_REMEMBERED_FILTERS = 16
_DEEPER = 4
"""Rankings are made so many times at most, each four times as deep, until reprints leave enough."""


@dataclass(frozen=True, slots=True)
class Hit:
    """A passage that was found.

    Attributes:
        id: its row.
        score: fused, `sum(1 / (k + rank))` over the rankings that hold it.
        dense, lexical: cosine and BM25; None where that ranking does not hold it.
        dense_rank, lexical_rank: from 1, or None.
        digest: names its vectors in the library.
    """

    id: int
    stored: StoredArticle
    passage: Passage
    score: float
    dense: float | None
    lexical: float | None
    digest: str
    dense_rank: int | None = None
    lexical_rank: int | None = None

    @property
    def article_id(self) -> str:
        """The article's id."""
        return self.stored.article.article_id

    @property
    def title(self) -> str:
        """The article's title."""
        return self.stored.article.title


@dataclass(frozen=True, slots=True)
class Rankings:
    """Row ids with scores, best first, as each system ranks them."""

    dense: Scored
    lexical: Scored
    fused: Scored


@dataclass
class Retriever:
    """Searches one generation. Safe for many threads."""

    library: Library
    indexes: Indexes
    settings: RetrievalSettings
    _articles: dict[int, StoredArticle] = field(default_factory=dict)
    _admitted: dict[Filters, Admitted] = field(default_factory=dict)

    def rank(
        self,
        query: str,
        vector: Vectors,
        filters: Filters = EVERYTHING,
        depth: int | None = None,
        groups: Groups = (),
    ) -> Rankings:
        """Rank passages.

        Args:
            query: as it is searched for.
            vector: the query's, shape (dim,).
            filters: which passages.
            depth: of each index's ranking.
            groups: searched for besides.
        """
        depth = depth or self.settings.candidates
        among = None
        if not filters.empty:
            among = self._among(filters)
        systems = self.settings.systems
        dense = [] if systems == "lexical" else self.indexes.dense.search(vector, depth, among)
        lexical: Scored = []
        if systems != "dense":
            lexical = self.indexes.lexical.search(query, depth, among, groups)
        weights = (1.0, _BRIDGED if groups else 1.0 if has_han(query) else _ABROAD)
        return Rankings(dense, lexical, fuse([dense, lexical], self.settings.rrf_k, weights))

    def _among(self, filters: Filters) -> Admitted:
        """What the filters admit of this generation: the last few are remembered."""
        remembered = self._admitted  # another thread may begin a new memory meanwhile
        if filters not in remembered:
            if len(remembered) >= _REMEMBERED_FILTERS:
                self._admitted = remembered = {}
            remembered[filters] = self.library.admitted(filters, self.indexes.generation)
        return remembered[filters]

    def search(
        self,
        query: str,
        vector: Vectors,
        limit: int,
        filters: Filters = EVERYTHING,
        groups: Groups = (),
    ) -> list[Hit]:
        """The `limit` best passages, best first; what only repeats a reprint is left out."""
        depth = self.settings.candidates
        for _ in range(_DEEPER):
            rankings = self.rank(query, vector, filters, depth, groups)
            rankings = replace(rankings, fused=with_leaders(rankings, limit))
            hits = self._hits(rankings, limit)
            if len(hits) >= min(limit, len(rankings.fused)):
                break
            depth *= 4  # reprints took the places of others
        return hits

    def mentions(self, words: str, limit: int) -> list[Hit]:
        """The `limit` passages that say most of `words`, by their words alone."""
        lexical = self.indexes.lexical.search(words, self.settings.candidates)
        return self._hits(Rankings([], lexical, fuse([lexical], self.settings.rrf_k)), limit)

    def _hits(self, rankings: Rankings, limit: int) -> list[Hit]:
        dense, lexical = dict(rankings.dense), dict(rankings.lexical)
        dense_ranks, lexical_ranks = _ranks(rankings.dense), _ranks(rankings.lexical)
        hits: list[Hit] = []
        for row, score, item, stored in self._stored(rankings.fused, limit):
            if any(_repeats(item.passage, stored, hit.stored) for hit in hits):
                continue
            hits.append(
                Hit(
                    id=row,
                    stored=stored,
                    passage=item.passage,
                    score=score,
                    dense=dense.get(row),
                    lexical=lexical.get(row),
                    digest=item.digest,
                    dense_rank=dense_ranks.get(row),
                    lexical_rank=lexical_ranks.get(row),
                )
            )
            if len(hits) == limit:  # before the next are fetched
                break
        return hits

    def _stored(
        self, ranking: Scored, size: int
    ) -> Iterator[tuple[int, float, StoredPassage, StoredArticle]]:
        """Passages and articles of a ranking, fetched `size` at a time.

        Raises:
            LibraryCorrupt: a passage does not say what its article says.
        """
        for start in range(0, len(ranking), size):
            part = ranking[start : start + size]
            stored = {item.id: item for item in self.library.passages([row for row, _ in part])}
            articles = self._articles_of(item.article_key for item in stored.values())
            for row, score in part:
                if row in stored:
                    item, held = stored[row], articles[stored[row].article_key]
                    if not item.passage.is_of(held.article):
                        raise self.library.corrupt(f"片段 {row} 与它的文章不符")
                    yield row, score, item, held

    def _articles_of(self, keys: Iterable[int]) -> dict[int, StoredArticle]:
        """Articles by row, remembered: rows never change."""
        wanted = set(keys)
        remembered = self._articles  # another thread may begin a new memory meanwhile
        missing = sorted(key for key in wanted if key not in remembered)
        if missing and len(remembered) > self.settings.remembered_articles:
            remembered = {key: remembered[key] for key in wanted.difference(missing)}
            self._articles = remembered
        if missing:
            remembered.update(self._with_reprints(missing))
        return remembered

    def _with_reprints(self, keys: Sequence[int]) -> dict[int, StoredArticle]:
        found = self.library.articles_by_key(keys)
        groups = sorted({stored.group for stored in found.values()})
        reprints = self.library.reprints(groups, self.indexes.generation)
        return {
            key: replace(
                stored,
                reprints=tuple(o for o in reprints.get(stored.group, ()) if o.key != key),
            )
            for key, stored in found.items()
        }


def fuse(rankings: Sequence[Scored], k: int, weights: Sequence[float] | None = None) -> Scored:
    """Reciprocal rank fusion: `sum(weight / (k + rank))`, ranks from 1; ties by row id.

    G. V. Cormack, C. L. A. Clarke, S. Büttcher: Reciprocal Rank Fusion outperforms Condorcet and
    individual Rank Learning Methods. SIGIR 2009.
    """
    scores: defaultdict[int, float] = defaultdict(float)
    for ranking, weight in zip(rankings, weights or [1.0] * len(rankings), strict=True):
        for rank, (row, _) in enumerate(ranking, start=1):
            scores[row] += weight / (k + rank)
    return sorted(scores.items(), key=lambda pair: (-pair[1], pair[0]))


def with_leaders(rankings: Rankings, limit: int) -> Scored:
    """The fused ranking, its first `limit` with the very first of each system among them.

    Fusion forgets by how much a system prefers its first: a passage that alone holds a question's
    rare words would be lost where its vector is a middling one.
    """
    leaders = {ranking[0][0] for ranking in (rankings.dense, rankings.lexical) if ranking}
    head, tail = rankings.fused[:limit], rankings.fused[limit:]
    lost = [pair for pair in tail if pair[0] in leaders]
    spare = [pair for pair in head if pair[0] not in leaders]
    gone = spare[max(0, len(spare) - len(lost)) :]
    kept = [pair for pair in head if pair not in gone]
    return [*kept, *lost, *gone, *(pair for pair in tail if pair not in lost)]


def _repeats(passage: Passage, stored: StoredArticle, kept: StoredArticle) -> bool:
    """Whether a passage says only what a reprint of its article says that is kept already."""
    return (
        stored.group == kept.group
        and stored.key != kept.key
        and says_nothing_new(passage, stored.article.text, kept.article)
    )


def _ranks(ranking: Scored) -> dict[int, int]:
    return {row: rank for rank, (row, _) in enumerate(ranking, start=1)}
