"""Open retrieval: all passages of a SQuAD-format file and distractors in one index.

The question alone decides. A document is right if it is the question's passage; a retrieval
passage is right if it is of that document and holds a gold answer.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from eval.corpora import squad_library
from eval.measures.containment import loose
from eval.squad import SquadFile, SquadQuestion
from rag.data_model.answers import Question
from rag.library.library import Library
from rag.models.embedding import Embedder, Progress
from rag.question.understanding import understand
from rag.retrieval.indexes import load_indexes
from rag.retrieval.retriever import Rankings, Retriever, Scored
from rag.settings import Settings

SYSTEMS = ("dense", "lexical", "fused")
CUTS = (1, 5, 10)
_BATCH = 500


@dataclass(frozen=True, slots=True)
class Ranks:
    """Where the right document and the first right passage stand, from 1; None: not found."""

    document: int | None
    passage: int | None


def run(
    file: Path,
    distractors: Sequence[Path] | None = None,
    limit: int | None = None,
    *,
    settings: Settings | None = None,
    progress: Progress | None = None,
    cache_dir: Path | None = None,
    embedder: Embedder | None = None,
) -> dict[str, Any]:
    """Measure dense, lexical and fused retrieval.

    Args:
        file: of SQuAD format.
        distractors: JSONL files of `id`, `text`, plain or gzip.
        limit: how many of the distractors.
        settings: passage size, candidates, fusion.
        progress: called with (articles stored, articles in all), only while embedding.
        cache_dir: where the embedded library is kept for the next time.
        embedder: instead of the one that the settings name.
    """
    settings = settings or Settings()
    with (
        squad_library(
            file, distractors, limit, settings, embedder, cache_dir=cache_dir, progress=progress
        ) as made,
        Library.open(made.root) as library,
    ):
        counts = library.counts()
        ranks = _ranks(made.squad, library, made.embedder, settings)
    return {
        "benchmark": "retrieval",
        "settings": {
            "file": Path(file).name,
            "questions": len(made.squad.questions),
            "documents": counts.articles,
            "passages": counts.passages,
            "passage_size": settings.passages.size,
            "model": made.embedder.fingerprint,
            **settings.retrieval.model_dump(include={"candidates", "rrf_k"}),
        },
        "metrics": {system: figures(ranks[system]) for system in SYSTEMS},
    }


def figures(ranks: Sequence[Ranks]) -> dict[str, float]:
    """Shares of questions found at each cut, and the mean reciprocal rank of the document."""
    total = max(len(ranks), 1)
    documents = [one.document for one in ranks]
    passages = [one.passage for one in ranks]
    return {
        **{f"doc@{k}": sum(r is not None and r <= k for r in documents) / total for k in CUTS},
        **{f"passage@{k}": sum(r is not None and r <= k for r in passages) / total for k in CUTS},
        "mrr@10": sum(1 / r for r in documents if r is not None and r <= 10) / total,
    }


def _ranks(
    squad: SquadFile, library: Library, embedder: Embedder, settings: Settings
) -> dict[str, list[Ranks]]:
    indexes = load_indexes(library, embedder.fingerprint, embedder.dimension)
    retriever = Retriever(library, indexes, settings.retrieval)
    vectors = embedder.embed_queries([question.question for question in squad.questions])
    passages = _Passages(library, indexes.generation)
    ranks: dict[str, list[Ranks]] = {system: [] for system in SYSTEMS}
    for question, vector in zip(squad.questions, vectors, strict=True):
        read = understand(Question(question=question.question), settings.answer.question_limit)
        rankings: Rankings = retriever.rank(read.sought, vector)
        for system in SYSTEMS:
            ranks[system].append(passages.ranks(getattr(rankings, system), question))
    return ranks


class _Passages:
    """Every passage's article and text, in memory: questions ask for most of them."""

    def __init__(self, library: Library, generation: int) -> None:
        ids = library.passage_ids(generation)
        self._article: dict[int, str] = {}
        self._text: dict[int, str] = {}
        for start in range(0, len(ids), _BATCH):
            for stored in library.passages(ids[start : start + _BATCH]):
                self._article[stored.id] = stored.passage.article_id
                self._text[stored.id] = loose(stored.passage.text)

    def ranks(self, ranking: Scored, question: SquadQuestion) -> Ranks:
        """Where the question's document and a passage that bears its answer stand."""
        rows = [row for row, _ in ranking]
        documents = list(dict.fromkeys(self._article[row] for row in rows))
        answers = [loose(answer) for answer in question.answers]
        bearing = (
            rank
            for rank, row in enumerate(rows, start=1)
            if self._article[row] == question.passage_id
            and any(answer in self._text[row] for answer in answers)
        )
        found = question.passage_id in documents
        return Ranks(
            document=documents.index(question.passage_id) + 1 if found else None,
            passage=next(bearing, None),
        )
