"""Questions with their measured sentences, as the pipeline would see them, and their labels."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from eval.evidence_training.near_misses import near_miss
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
        present: whether the question can be answered from what could be found.
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
    """Every question once: as it is, without its gold article, or turned into a near miss."""
    indexes = load_indexes(library, embedder.fingerprint, embedder.dimension)
    retriever = Retriever(library, indexes, settings.retrieval)
    contexts = {passage.id: passage.text for passage in squad.passages}
    cases = _cases(questions, contexts, random.Random(seed))  # noqa: S311
    vectors = embedder.embed_queries([case.text for case in cases])
    for done, (case, vector) in enumerate(zip(cases, vectors, strict=True), start=1):
        understood = understand(Question(question=case.text), limit=2000)
        limit = settings.retrieval.passages
        hits = retriever.search(understood.searched, vector, limit + _SPARE)
        gold = case.question.passage_id
        hits = [hit for hit in hits if not case.removed or hit.article_id != gold][:limit]
        matrices = library.vectors([hit.digest for hit in hits], embedder.fingerprint)
        candidates = tuple(Candidate(hit, matrices[hit.digest]) for hit in hits)
        weights = Weights(understood, indexes.lexical.document_frequency, len(indexes.lexical))
        measured = measure(understood, vector, candidates, weights)
        labels = _labels(candidates, case.question, contexts[gold])
        if not case.answerable:
            labels = np.minimum(labels, 0).astype(np.int8)
        yield Example(understood, candidates, measured, labels, case.answerable)
        if progress:
            progress(done, len(cases))


@dataclass(frozen=True, slots=True)
class _Case:
    """A question as it will be asked; `removed`: its gold article is left out."""

    question: SquadQuestion
    text: str
    removed: bool = False
    changed: bool = False

    @property
    def answerable(self) -> bool:
        return not (self.removed or self.changed)


def _cases(
    questions: Sequence[SquadQuestion], contexts: dict[str, str], rng: random.Random
) -> list[_Case]:
    """Half as they are; of the rest, half without gold article, half near misses."""
    others = [question.question for question in questions]
    cases = []
    for question in questions:
        text, draw = question.question, rng.random()
        missed = near_miss(text, contexts[question.passage_id], others, rng)
        if draw < 0.5 or (draw >= 0.75 and missed is None):
            cases.append(_Case(question, text))
        elif draw < 0.75 or missed is None:
            cases.append(_Case(question, text, removed=True))
        else:
            cases.append(_Case(question, missed, changed=True))
    return cases


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
