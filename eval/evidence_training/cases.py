"""Questions as the product meets them: what it finds, and which sentences answer."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from eval.corpora import library_of
from eval.evidence_training.material import Wanted
from eval.measures.containment import loose
from rag.data_model.documents import Article, Span, touches
from rag.library.library import Library
from rag.models.embedding import Embedder, Progress, Vectors
from rag.question.bridging import as_told, with_bridges
from rag.question.spellings import spelt_out
from rag.question.term_weights import TermWeights
from rag.question.understanding import ParsedQuestion, understand
from rag.retrieval.candidates import Candidate
from rag.retrieval.indexes import load_indexes
from rag.retrieval.retriever import Retriever
from rag.settings import Settings

_SPARE = 12
"""Hits fetched beyond those read, so that some remain when an article is left out."""
Labels = NDArray[np.int8]


@dataclass(frozen=True)
class Case:
    """A question with the passages that are found for it; `vector` is the question's."""

    wanted: Wanted
    understood: ParsedQuestion
    vector: Vectors
    candidates: tuple[Candidate, ...]
    weights: TermWeights

    def gold(self, places: Iterable[tuple[int, int]]) -> Labels:
        """Of each (candidate, sentence): 1 answers, 0 does not, -1 cannot be said.

        A sentence elsewhere that holds the answer's words may answer or not.
        """
        answers = [loose(answer) for answer in self.wanted.answers]
        return np.asarray([self._label(*place, answers) for place in places], dtype=np.int8)

    def _label(self, at: int, n: int, answers: Sequence[str]) -> int:
        candidate = self.candidates[at]
        sentence, article = candidate.hit.passage.sentences[n], candidate.hit.article_id
        for name, span in self.wanted.places:
            if name == article and touches(span, Span(sentence.start, sentence.end)):
                return 1
        text = loose(candidate.sentence_text(sentence))
        told = bool(self.wanted.places) and any(answer in text for answer in answers)
        return -1 if told else 0


@contextmanager
def finder(
    articles: Sequence[Article], embedder: Embedder, cache: Path, progress: Progress
) -> Iterator[Retriever]:
    """Finds passages of these articles; the embedded library is kept in `cache`."""
    settings = Settings()
    with (
        library_of(articles, embedder, settings, cache, progress) as root,
        Library.open(root) as library,
    ):
        indexes = load_indexes(library, embedder.fingerprint, embedder.dimension)
        yield Retriever(library, indexes, settings.retrieval)


def cases(wanted: Sequence[Wanted], retriever: Retriever, embedder: Embedder) -> Iterator[Case]:
    """What is found for each question; nothing of its own articles where they are removed."""
    limit, lexical = retriever.settings.passages, retriever.indexes.lexical
    for one in wanted:
        read = with_bridges(understand(one.question, limit=2_000), lexical)
        vector = embedder.embed_queries([read.spelt])[0]
        found = limit + _SPARE * one.removed
        hits = retriever.search(spelt_out(read), vector, found, groups=read.groups)
        gone = set(one.articles) if one.removed else set()
        hits = [hit for hit in hits if hit.article_id not in gone][:limit]
        matrices = retriever.library.vectors([hit.digest for hit in hits], embedder.fingerprint)
        candidates = tuple(Candidate(hit, matrices[hit.digest]) for hit in hits)
        understood = as_told(read, candidates)
        weights = TermWeights(understood, lexical.document_frequency, len(lexical))
        yield Case(one, understood, vector, candidates, weights)
