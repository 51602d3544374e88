"""What each rule is worth: every one left out in turn, on the same questions.

What was scored once is kept, so a rule costs the rules' time alone. Worth is the share of questions
that are right with the rule and not without it, less those the other way round.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from eval.benchmarks.questions import Asked, OpenSet
from eval.corpora import embedder_of, library_of
from eval.judging import judge
from eval.measures.significance import bootstrap_interval
from eval.question_sets import EvalQuestion
from eval.reading import counted, mean, pipeline_over, result
from eval.shelves import Shelf, shelves
from eval.written import WrittenQuestion
from rag.assembly import open_scorer
from rag.data_model.answers import Answer, Question
from rag.evidence.scorer import Assessment, EvidenceScorer
from rag.models.embedding import Embedder, Progress, Vectors
from rag.pipeline import Pipeline
from rag.question.term_weights import TermWeights
from rag.question.understanding import ParsedQuestion
from rag.retrieval.candidates import Candidate
from rag.rules.case import Rules
from rag.rules.order import RULES
from rag.settings import AnswerSettings, Settings


@dataclass(frozen=True, slots=True)
class Posed:
    """A question, and what tells whether an answer is right."""

    question: Question
    is_right: Callable[[Answer], bool]


class RememberingScorer:
    """Scores what was not scored before."""

    def __init__(self, scorer: EvidenceScorer) -> None:
        self._scorer = scorer
        self._known: dict[tuple[object, ...], Assessment] = {}
        self.reads = scorer.reads

    @property
    def fingerprint(self) -> str:
        """The scorer's."""
        return self._scorer.fingerprint

    def under(self, settings: AnswerSettings, /) -> RememberingScorer:
        """Another, which remembers nothing yet."""
        return RememberingScorer(self._scorer.under(settings))

    def assess(
        self,
        question: ParsedQuestion,
        vector: Vectors,
        candidates: Sequence[Candidate],
        weights: TermWeights,
    ) -> Assessment:
        """Score every sentence; see `rag.evidence.scorer.EvidenceScorer`."""
        places = tuple((c.hit.stored.key, c.hit.passage.start) for c in candidates)
        key = (question, vector.tobytes(), places)
        if key not in self._known:
            self._known[key] = self._scorer.assess(question, vector, candidates, weights)
        return self._known[key]


def run(
    file: Path | None = None,
    articles: Sequence[Path] | None = None,
    distractors: Sequence[Path] | None = None,
    *,
    split: str | None = None,
    settings: Settings | None = None,
    progress: Progress | None = None,
    cache_dir: Path | None = None,
    embedder: Embedder | None = None,
) -> dict[str, Any]:
    """Measure every rule on written questions, or on the project's own sets where none are named.

    Args:
        file: written questions (see `eval.written`).
        articles: JSONL files that hold their articles.
        distractors: how many other articles of those files are put beside them.
        split: which questions; `dev` if there are such, else all.
        settings: of the pipeline.
        progress: called with (questions done, in all), for each rule anew.
        cache_dir: where the embedded library is kept for the next time.
        embedder: instead of the one that the settings name.
    """
    settings = settings or Settings()
    embedder = embedder or embedder_of(settings)
    metrics: dict[str, Any] = {}
    with ExitStack() as stack:
        if file is not None:
            asked = OpenSet.read(file, articles or (), distractors, split)
            opened = _written(asked, embedder, settings, cache_dir)
            sets = [(file.name, stack.enter_context(opened))]
        else:
            sets = [
                (s.name, stack.enter_context(_of_shelf(s, embedder, settings))) for s in shelves()
            ]
        for name, (root, posed) in sets:
            metrics[name] = _worths(root, posed, settings, embedder, progress)
    return result("rule-worth", file or Path("corpus"), settings, metrics)


@contextmanager
def _of_shelf(
    shelf: Shelf, embedder: Embedder, settings: Settings
) -> Iterator[tuple[Path, list[Posed]]]:
    def right(asked: EvalQuestion) -> Callable[[Answer], bool]:
        return lambda answer: judge(asked, answer).fault is None

    posed = [Posed(question.to_question(), right(question)) for question in shelf.questions]
    with shelf.stored(embedder, settings) as root:
        yield root, posed


@contextmanager
def _written(
    asked: OpenSet, embedder: Embedder, settings: Settings, cache_dir: Path | None
) -> Iterator[tuple[Path, list[Posed]]]:
    def right(question: WrittenQuestion, evidence: tuple[str, ...]) -> Callable[[Answer], bool]:
        return lambda answer: Asked(question, evidence, answer).right

    posed = [Posed(q.to_question(), right(q, evidence)) for q, evidence in asked.questions]
    with library_of(asked.library, embedder, settings, cache_dir) as root:
        yield root, posed


def _worths(
    root: Path,
    posed: Sequence[Posed],
    settings: Settings,
    embedder: Embedder,
    progress: Progress | None,
) -> dict[str, Any]:
    """How many are right with all rules, and what each adds, with a 95 % interval."""
    scorer = RememberingScorer(open_scorer(settings))

    def rights(rules: Rules) -> list[bool]:
        with pipeline_over(root, settings, embedder, scorer, rules) as pipeline:
            return _rights(pipeline, posed, progress)

    whole = rights(RULES)
    worths = {name: _worth(whole, rights(RULES.without(name))) for name in RULES.names}
    return {"questions": len(posed), "all": mean(whole), **worths}


def _rights(pipeline: Pipeline, posed: Sequence[Posed], progress: Progress | None) -> list[bool]:
    return [one.is_right(pipeline.ask(one.question)) for one in counted(posed, progress)]


def _worth(whole: Sequence[bool], without: Sequence[bool]) -> dict[str, Any]:
    gained = np.asarray(whole, dtype=float) - np.asarray(without, dtype=float)
    table = np.stack([gained, np.ones_like(gained)], axis=-1)[:, None, :]
    return {
        "worth": float(gained.mean()),
        "interval": bootstrap_interval(table),
        "gained": int((gained > 0).sum()),
        "lost": int((gained < 0).sum()),
    }
