"""Questions with their measured sentences, as the pipeline would see them, and their labels."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from eval.measures.containment import loose
from eval.squad import SquadFile, SquadQuestion
from rag.answers import Question
from rag.embedding import Embedder, Progress
from rag.features import Candidate, Measured, Weights, measure
from rag.indexes import load_indexes
from rag.library import Library
from rag.question import Understood, understand
from rag.retrieval import Hit, Retriever
from rag.settings import Settings

_SPARE = 12
"""Hits fetched beyond those read, so that some remain when the gold article is left out."""


@dataclass(frozen=True)
class Example:
    """One question over its candidates.

    Attributes:
        gold: per sentence: 1 holds the answer where it was marked, 0 does not, -1 cannot say
            (the answer's characters stand there too, by chance or again).
        present: whether the gold article was among what could be found.
    """

    understood: Understood
    candidates: tuple[Candidate, ...]
    measured: Measured
    gold: NDArray[np.int8]
    present: bool


def examples(
    squad: SquadFile,
    questions: Sequence[SquadQuestion],
    library: Library,
    embedder: Embedder,
    settings: Settings,
    *,
    seed: int,
    progress: Progress | None = None,
) -> Iterator[Example]:
    """Every question once; for a random half the gold article is left out."""
    indexes = load_indexes(library, embedder.fingerprint, embedder.dimension)
    retriever = Retriever(library, indexes, settings.retrieval)
    vectors = embedder.embed_queries([question.question for question in questions])
    passages = squad.passage_of()
    rng = random.Random(seed)  # noqa: S311
    for done, (question, vector) in enumerate(zip(questions, vectors, strict=True), start=1):
        understood = understand(Question(question=question.question), limit=2000)
        present = rng.random() < 0.5
        limit = settings.retrieval.passages
        hits = retriever.search(understood.searched, vector, limit + _SPARE)
        if not present:
            hits = [hit for hit in hits if hit.article_id != question.passage_id]
        hits = hits[:limit]
        matrices = library.vectors([hit.digest for hit in hits], embedder.fingerprint)
        candidates = tuple(Candidate(hit, matrices[hit.digest]) for hit in hits)
        lexical = indexes.lexical
        weights = Weights(understood, lexical.document_frequency, len(lexical))
        measured = measure(understood, vector, candidates, weights)
        gold = _labels(candidates, question, passages[question.passage_id].text)
        yield Example(understood, candidates, measured, gold, present)
        if progress:
            progress(done, len(questions))


def _labels(
    candidates: Sequence[Candidate], question: SquadQuestion, context: str
) -> NDArray[np.int8]:
    answers = [loose(answer) for answer in question.answers]
    labels: list[int] = []
    for candidate in candidates:
        for sentence in candidate.hit.passage.sentences:
            text = loose(candidate.sentence_text(sentence))
            if not any(answer in text for answer in answers):
                labels.append(0)
            elif _is_gold(candidate.hit, candidate.sentence_text(sentence), question, context):
                labels.append(1)
            else:
                labels.append(-1)
    return np.asarray(labels, dtype=np.int8)


def _is_gold(hit: Hit, sentence: str, question: SquadQuestion, context: str) -> bool:
    """Whether the marked answer starts within this sentence."""
    if hit.article_id != question.passage_id:
        return False
    at = context.find(sentence)
    return any(at <= start < at + len(sentence) for start in question.starts)
