"""What can be measured of a sentence against a question, without running a model.

Sentence vectors were made when the passage was embedded, so a question costs one short model run
and some counting.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from rag.evidence.forms import FORMS, has_new
from rag.evidence.signs import SIGNS, Signs
from rag.language.text import fold, words_among
from rag.models.embedding import Vectors, passage_header
from rag.question.term_weights import TermWeights
from rag.question.understanding import ParsedQuestion
from rag.retrieval.candidates import Candidate

Matrix = NDArray[np.float64]

SENTENCE_FEATURES = (
    "sim", "sim_z", "sim_gap", "passage_sim", "passage_gap", "cover", "cover_near", "cover_passage",
    "pairs", "pairs_near", "pairs_passage", "form", "dense_rank", "lexical_rank", "length", "first",
    "asks", *SIGNS,
)  # fmt: skip
QUESTION_FEATURES = (
    "best", "second", "sim", "passage_sim", "cover", "cover_near", "cover_passage", "pairs",
    "pairs_near", "pairs_passage", "missing", "form", "form_wanted", "terms", "sim_spread",
)  # fmt: skip

_SHARED_WORDS = (
    "cover", "cover_near", "cover_passage", "pairs", "pairs_near", "pairs_passage",
)  # fmt: skip
_NO_WORDS = 0.7


@dataclass(frozen=True)
class Measured:
    """Features of all sentences of all candidates.

    Attributes:
        places: (candidate, sentence) indexes, one a row.
        matrix: shape (sentences, len(SENTENCE_FEATURES)).
        missing: weight share of the heaviest question word that a candidate lacks, one each.
    """

    places: tuple[tuple[int, int], ...]
    matrix: Matrix
    missing: tuple[float, ...]


def measure(
    question: ParsedQuestion, vector: Vectors, candidates: Sequence[Candidate], weights: TermWeights
) -> Measured:
    """Measure every sentence of the candidates; `vector` is the question's, shape (dim,)."""
    places: list[tuple[int, int]] = []
    rows: list[list[float]] = []
    missing: list[float] = []
    passage_sims = [float(candidate.vectors[0] @ vector) for candidate in candidates]
    best_passage = max(passage_sims, default=0.0)
    form, signs = FORMS.get(question.type), Signs.of(question)
    for at, candidate in enumerate(candidates):
        hit = candidate.hit
        raw = [candidate.sentence_text(sentence) for sentence in hit.passage.sentences]
        texts = [fold(text) for text in raw]
        header = fold(passage_header(hit.stored.article, hit.passage))
        found = [words_among(text, weights.words.keys()) for text in texts]
        pairs = [weights.pairs_in(text) for text in texts]
        passage_cover = weights.cover(words_among(header, weights.words.keys()).union(*found))
        passage_pairs = weights.pair_share(weights.pairs_in(header).union(*pairs))
        missing.append(weights.heaviest_missing("\n".join([header, *texts])))
        sims = (candidate.vectors[1:] @ vector).tolist()
        for n, text in enumerate(texts):
            near = slice(max(0, n - 1), n + 2)
            rows.append(
                [
                    sims[n],
                    0.0,
                    0.0,
                    passage_sims[at],
                    passage_sims[at] - best_passage,
                    weights.cover(found[n]),
                    weights.cover(set().union(*found[near])),
                    passage_cover,
                    weights.pair_share(pairs[n]),
                    weights.pair_share(set().union(*pairs[near])),
                    passage_pairs,
                    0.5 if form is None else float(has_new(form, text, question.searched)),
                    _reciprocal(hit.dense_rank),
                    _reciprocal(hit.lexical_rank),
                    math.log(1 + len(text)),
                    float(n == 0),
                    float(text.rstrip("”」』）)\"'").endswith("?")),
                    *signs.of_sentence(raw[n], hit.stored.article, hit.passage.sentences[n].start),
                ]
            )
            places.append((at, n))
    return Measured(tuple(places), _compared(rows), tuple(missing))


def _compared(rows: Sequence[Sequence[float]]) -> NDArray[np.float64]:
    """The rows as one matrix, with how near each sentence is among all in its second and third."""
    matrix = np.asarray(rows, dtype=np.float64).reshape(-1, len(SENTENCE_FEATURES))
    if len(matrix):
        sim = matrix[:, 0]
        matrix[:, 1] = (sim - sim.mean()) / (sim.std() + 1e-6)
        matrix[:, 2] = sim - sim.max()
    return matrix


def question_features(
    question: ParsedQuestion, measured: Measured, scores: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Features of the whole question once its sentences are scored: shape (QUESTION_FEATURES,).

    `scores` are the sentences' log-odds.
    """
    order = np.argsort(-scores, kind="stable")
    best = order[0]
    others = [i for i in order if measured.places[i][0] != measured.places[best][0]]
    row = dict(zip(SENTENCE_FEATURES, measured.matrix[best], strict=True))
    missing = measured.missing[measured.places[best][0]]
    if not question.chinese:  # its words cannot stand in the articles: say neither yes nor no
        row |= dict.fromkeys(_SHARED_WORDS, _NO_WORDS)
        missing = 0.0
    return np.asarray(
        [
            scores[best],
            scores[others[0]] if others else -8.0,
            row["sim"],
            row["passage_sim"],
            row["cover"],
            row["cover_near"],
            row["cover_passage"],
            row["pairs"],
            row["pairs_near"],
            row["pairs_passage"],
            missing,
            row["form"],
            float(question.type in FORMS),
            math.log(1 + len(question.terms)),
            float(measured.matrix[:, 0].max() - measured.matrix[:, 0].mean()),
        ]
    )


def _reciprocal(rank: int | None) -> float:
    return 1.0 / rank if rank else 0.0
