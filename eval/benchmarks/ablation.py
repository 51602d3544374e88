"""What each part adds: dense, lexical, fused retrieval, then evidence by features, then the reader.

Open question answering with half of the passages taken out. Before there is a scorer, a sentence
counts by its similarity and the words it shares with the question; that has no threshold, so the
best one for these very questions is taken, which is kind to it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from eval import risk_coverage, rule_worth
from eval.benchmarks.latency import latency_figures
from eval.benchmarks.open_qa import answers_of, asked_over
from eval.corpora import library_without, random_half, squad_library
from eval.judging import Judged, judge, quoted_text
from eval.measures.evidence_f1 import evidence_f1
from eval.question_sets import EvalQuestion
from eval.reading import BENCHMARK, figures, mean, pipeline_over, result, with_answer_settings
from rag.errors import UsageInvalid
from rag.evidence.features import SENTENCE_FEATURES, measure
from rag.evidence.scorer import Assessment, Evidence, EvidenceScorer
from rag.models.embedding import Embedder, Progress, Vectors
from rag.question.term_weights import TermWeights
from rag.question.understanding import ParsedQuestion
from rag.retrieval.candidates import Candidate
from rag.settings import AnswerSettings, Settings

_OVERLAP = 0.25
"""Weight of shared words beside the cosine, as in the baseline that retrieval was chosen with."""


@dataclass(frozen=True, slots=True)
class System:
    """A row of the table.

    Attributes:
        retrieval: as in `retrieval.systems`.
        scorer: as in `answer.scorer`; None for the plain similarity.
    """

    retrieval: str
    scorer: str | None = None

    def settings(self, base: Settings) -> Settings:
        """Settings that make this system; nothing is refused."""
        chosen = with_answer_settings(base, scorer=self.scorer, threshold=0.0)
        retrieval = chosen.retrieval.model_copy(update={"systems": self.retrieval})
        return chosen.model_copy(update={"retrieval": retrieval})


SYSTEMS: Mapping[str, System] = {
    "dense": System("dense"),
    "lexical": System("lexical"),
    "fused": System("both"),
    "fused+features": System("both", "features"),
    "fused+reader": System("both", "reader"),
}


class PlainScorer:
    """Ranks sentences by similarity and shared words, without a fitted weight."""

    fingerprint = "plain"
    reads = False

    def under(self, _: AnswerSettings, /) -> PlainScorer:
        """Itself: it heeds none."""
        return self

    def assess(
        self,
        question: ParsedQuestion,
        vector: Vectors,
        candidates: Sequence[Candidate],
        weights: TermWeights,
    ) -> Assessment:
        """Score every sentence; see `rag.evidence.scorer.EvidenceScorer`."""
        measured = measure(question, vector, candidates, weights)
        if not measured.places:
            return Assessment((), 0.0)
        column = {name: at for at, name in enumerate(SENTENCE_FEATURES)}
        shared = measured.matrix[:, column["cover"]]
        scores = (measured.matrix[:, column["sim"]] + _OVERLAP * shared) / (1 + _OVERLAP)
        order = np.argsort(-scores, kind="stable")
        evidence = tuple(
            Evidence(candidates[at], n, float(np.clip(scores[row], 0.0, 1.0)))
            for row in order
            for at, n in [measured.places[row]]
        )
        return Assessment(evidence, evidence[0].probability)


def run(
    file: Path | None = None,
    distractors: Sequence[Path] | None = None,
    limit: int | None = None,
    *,
    rules: bool = False,
    articles: Sequence[Path] | None = None,
    split: str | None = None,
    questions: int | None = None,
    settings: Settings | None = None,
    progress: Progress | None = None,
    cache_dir: Path | None = None,
    embedder: Embedder | None = None,
) -> dict[str, Any]:
    """Measure every system on the same questions.

    Args:
        file: of ExpMRC's format (SQuAD with `evidences`; without them evidence F1 is null).
        distractors: JSONL files of `id`, `text`.
        limit: how many of the distractors.
        rules: leave out each rule in turn instead; see `eval.rule_worth`.
        articles: for rules: files that hold the questions' articles.
        split: for rules: which questions.
        questions: about so many, evenly taken.
        settings: of the pipeline.
        progress: called with (articles stored, in all), then with (questions done, in all).
        cache_dir: where the embedded library is kept for the next time.
        embedder: instead of the one that the settings name.
    """
    _check_options(file, rules=rules, others=(limit, questions), of_rules=(articles, split))
    if rules or file is None:
        return rule_worth.run(
            file,
            articles,
            distractors,
            split=split,
            settings=settings,
            progress=progress,
            cache_dir=cache_dir,
            embedder=embedder,
        )
    settings = settings or Settings()
    with squad_library(
        file, distractors, limit, settings, embedder, cache_dir=cache_dir, progress=progress
    ) as made:
        removed = random_half([passage.id for passage in made.squad.passages])
        asked = asked_over(file, questions, removed)
        with library_without(made.root, removed, made.embedder) as root:
            metrics = dict(_rows(asked, root, settings, made.embedder, progress))
    return result("ablation", file, settings, metrics, questions=len(asked), removed=len(removed))


def _check_options(
    file: Path | None,
    *,
    rules: bool,
    others: Sequence[object],
    of_rules: Sequence[object],
) -> None:
    reason = None
    if rules and any(others):
        reason = "--rules 不与 --limit、--questions 同用。"
    elif not rules and any(of_rules):
        reason = "--articles、--split 只与 --rules 同用。"
    elif not rules and file is None:
        reason = "基准 ablation 还要写：file。"
    if reason:
        raise UsageInvalid(reason=reason, command=BENCHMARK)


def _rows(
    asked: Sequence[EvalQuestion],
    root: Path,
    settings: Settings,
    embedder: Embedder,
    progress: Progress | None,
) -> Iterator[tuple[str, dict[str, float | None]]]:
    for name, system in SYSTEMS.items():
        scorer: EvidenceScorer | None = None if system.scorer else PlainScorer()
        with pipeline_over(root, system.settings(settings), embedder, scorer) as pipeline:
            answers = answers_of(pipeline, asked, progress)
        judged = [judge(question, answer) for question, answer in zip(asked, answers, strict=True)]
        threshold = settings.answer.threshold if system.scorer else None
        yield name, {**_figures(judged, threshold), **latency_figures(answers)}


def _figures(judged: Sequence[Judged], threshold: float | None) -> dict[str, float | None]:
    """Accuracy and evidence of the answerable, and the balance at the threshold or at the best."""
    due = [one for one in judged if one.question.answerable]
    tried = risk_coverage.tried(judged)
    point = (
        risk_coverage.balanced(risk_coverage.curve(tried))
        if threshold is None
        else risk_coverage.point(tried, threshold)
    )
    scores = [
        evidence_f1(quoted_text(one.answer), one.question.evidence)
        for one in due
        if one.answer and one.question.evidence
    ]
    return {
        "accuracy": mean(bool(one.contained) for one in due),
        "evidence_f1": 100 * mean(scores) if scores else None,
        "balanced_accuracy": point.balanced_accuracy,
        "mean_quoted_length": figures(due)["mean_quoted_length"],
    }
