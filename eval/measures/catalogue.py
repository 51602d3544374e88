"""All figures of a report, in its order."""

from __future__ import annotations

from eval.judging import RANKED
from eval.measures.accuracy import ACCURACY
from eval.measures.average_precision import MAP
from eval.measures.calibration_error import CALIBRATION_ERROR
from eval.measures.character_f1 import CHARACTER_F1
from eval.measures.citation_precision import CITATION_PRECISION
from eval.measures.citation_recall import CITATION_RECALL
from eval.measures.correct import CORRECT
from eval.measures.exact_match import EXACT_MATCH
from eval.measures.hit import HIT
from eval.measures.latency import LATENCIES
from eval.measures.ndcg import NDCG
from eval.measures.precision import PRECISION
from eval.measures.quoted_evidence import EVIDENCE_F1
from eval.measures.quotes import MEAN_QUOTED_LENGTH, QUOTES_VERIFIED
from eval.measures.ratio import Measure
from eval.measures.recall import RECALL
from eval.measures.reciprocal_rank import MRR
from eval.measures.refusal import (
    BALANCED_ACCURACY,
    REFUSAL_F1,
    REFUSAL_PRECISION,
    REFUSAL_RATE,
    REFUSAL_RECALL,
)
from eval.measures.risk_area import RISK_AREA
from eval.measures.rouge_l import ROUGE_L
from eval.measures.statement_support import STATEMENT_PRECISION, STATEMENT_RECALL
from eval.measures.statistic import Figure

_CUTOFFS = (1, 5, RANKED)

ANSWERING = (CORRECT, ACCURACY, EXACT_MATCH, CHARACTER_F1, ROUGE_L)
CITING = (
    CITATION_PRECISION,
    CITATION_RECALL,
    EVIDENCE_F1,
    STATEMENT_RECALL,
    STATEMENT_PRECISION,
)
REFUSING = (REFUSAL_PRECISION, REFUSAL_RECALL, REFUSAL_F1, BALANCED_ACCURACY, REFUSAL_RATE)
RANKING = (
    *(RECALL @ k for k in _CUTOFFS),
    *(HIT @ k for k in _CUTOFFS),
    PRECISION @ 5,
    PRECISION @ RANKED,
    MRR @ RANKED,
    NDCG @ RANKED,
    MAP @ RANKED,
)
MEASURES: tuple[Measure, ...] = (
    *ANSWERING,
    *CITING,
    QUOTES_VERIFIED,
    *REFUSING,
    *RANKING,
    MEAN_QUOTED_LENGTH,
)
"""Quotients of sums over questions: two runs can be compared in them, question by question."""

FIGURES: tuple[Figure, ...] = (*MEASURES, RISK_AREA, CALIBRATION_ERROR, *LATENCIES)
BY_TYPE: tuple[Measure, ...] = (
    CORRECT,
    ACCURACY,
    CHARACTER_F1,
    CITATION_PRECISION,
    CITATION_RECALL,
    REFUSAL_RATE,
    MEAN_QUOTED_LENGTH,
)

LOWER_IS_BETTER = frozenset(
    figure.name for figure in (MEAN_QUOTED_LENGTH, RISK_AREA, CALIBRATION_ERROR, *LATENCIES)
)
UNDIRECTED = frozenset({REFUSAL_RATE.name})
"""More of it is neither better nor worse."""
