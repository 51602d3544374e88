"""The figures of the model card: evidence F1, answer spans, and telling right passages from wrong.

Every question is read with its whole gold article, cut into passages as the product cuts it; the
passage with the highest `has_answer` gives answer and evidence.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from eval.measures.evidence_f1 import evidence_f1
from eval.measures.span_em_f1 import span_exact_match, span_f1
from eval.reader_training.negatives import Bm25
from eval.reader_training.pairs import PASSAGE_SIZE, article_of, holds, passages_of
from eval.squad import SquadQuestion, read_squad
from rag.data_model.documents import touches
from rag.models.embedding import PassageInput
from rag.models.reader import Reader, Reading

Figures = dict[str, float]


@dataclass(frozen=True, slots=True)
class Found:
    """What the reader found for a question in its article: the best passage and its reading."""

    question: SquadQuestion
    passage: PassageInput
    reading: Reading

    @property
    def answer(self) -> str:
        """The answer's text."""
        span = self.reading.answer
        return self.passage.text[span.start : span.end] if span else ""

    @property
    def touched(self) -> str:
        """The sentences that the answer touches."""
        answer = self.reading.answer
        spans = [s for s in self.passage.spans if answer and touches(s, answer)]
        return "".join(self.passage.text[s.start : s.end] for s in spans)

    @property
    def likeliest(self) -> str:
        """The sentence with the highest evidence score."""
        best = max(zip(self.reading.evidence, self.passage.spans, strict=True), default=None)
        return self.passage.text[best[1].start : best[1].end] if best else ""


def measure(reader: Reader, path: Path, limit: int = 0) -> Figures:
    """Shares 0–1 over the questions of a SQuAD-format file.

    `evidence_f1…` only where the file has evidences (ExpMRC).

    Args:
        reader: the reader.
        path: the file.
        limit: about so many questions, evenly taken; 0 for all.
    """
    squad = read_squad(path)
    every = max(1, len(squad.questions) // limit) if limit else 1
    questions = squad.questions[::every]
    passages = {p.id: passages_of(article_of(p), PASSAGE_SIZE) for p in squad.passages}
    found = [read_best(reader, q, passages[q.passage_id]) for q in questions]
    figures = {
        "questions": float(len(found)),
        "answer_em": _mean([span_exact_match(f.answer, f.question.answers) for f in found]),
        "answer_f1": _mean([span_f1(f.answer, f.question.answers) for f in found]),
    }
    if any(f.question.evidences for f in found):
        golds = [f.question.evidences for f in found]
        touched = [evidence_f1(f.touched, g) for f, g in zip(found, golds, strict=True)]
        likeliest = [evidence_f1(f.likeliest, g) for f, g in zip(found, golds, strict=True)]
        figures |= {"evidence_f1": _mean(touched), "evidence_f1_scores": _mean(likeliest)}
    wrong = _wrong_passages(questions, passages)
    refused = [
        max(r.has_answer for r in reader.read(q.question, [given]))
        for q, given in zip(questions, wrong, strict=True)
    ]
    return figures | separation([f.reading.has_answer for f in found], refused)


def read_best(reader: Reader, question: SquadQuestion, passages: list[PassageInput]) -> Found:
    """Read all passages of the article; the one with the highest `has_answer` wins."""
    readings = reader.read(question.question, passages)
    best = max(range(len(readings)), key=lambda n: readings[n].has_answer)
    return Found(question, passages[best], readings[best])


def separation(right: Sequence[float], wrong: Sequence[float]) -> Figures:
    """How well `has_answer` tells right passages from wrong ones.

    `auc` is the chance that a right passage scores above a wrong one (Hanley and McNeil, 1982);
    `balanced_accuracy` is at 0.5; `brier` is the mean squared error, both sides weighing the same.
    """
    high, low = np.array(right), np.array(wrong)
    above = (high[:, None] > low[None, :]).mean() + 0.5 * (high[:, None] == low[None, :]).mean()
    return {
        "auc": float(above),
        "balanced_accuracy": float(((high >= 0.5).mean() + (low < 0.5).mean()) / 2),
        "found_at_half": float((high >= 0.5).mean()),
        "refused_at_half": float((low < 0.5).mean()),
        "brier": float((((1 - high) ** 2).mean() + (low**2).mean()) / 2),
    }


def _wrong_passages(
    questions: Sequence[SquadQuestion],
    passages: dict[str, list[PassageInput]],
) -> list[PassageInput]:
    """For each question the best-ranked passage of another article without a gold answer."""
    pool = [(name, given) for name, group in passages.items() for given in group]
    index = Bm25([given.text for _, given in pool])
    return [_wrong(question, pool, index) for question in questions]


def _wrong(
    question: SquadQuestion, pool: list[tuple[str, PassageInput]], index: Bm25
) -> PassageInput:
    for number in index.best(question.question, 60):
        name, given = pool[number]
        if name != question.passage_id and not any(holds(given.text, a) for a in question.answers):
            return given
    return PassageInput("")


def _mean(values: Sequence[float]) -> float:
    array: NDArray[np.float64] = np.array(values, dtype=np.float64)
    return float(array.mean())
