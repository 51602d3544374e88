"""ExpMRC (Cui et al., 2022): evidence and answer within the right passage, by token F1."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from eval.measures.evidence_f1 import evidence_f1
from eval.reading import (
    ReaderOpener,
    figures,
    mean,
    open_reader,
    read_gold,
    result,
    with_answer_settings,
)
from rag.models.embedding import Progress
from rag.settings import Settings


def run(
    file: Path,
    limit: int | None = None,
    *,
    scorer: str | None = None,
    settings: Settings | None = None,
    progress: Progress | None = None,
    cache_dir: Path | None = None,
    opener: ReaderOpener = open_reader,
) -> dict[str, Any]:
    """Measure evidence F1, answer F1 and their product, in percent.

    The gold passage is given and every question has an answer in it, so nothing is refused: the
    threshold is zero and the span is always named.

    Args:
        file: of ExpMRC's format (SQuAD with `evidences`).
        limit: the first questions only.
        scorer: the evidence scorer, instead of the one in `settings`.
        settings: of the pipeline.
        progress: called with (passages stored, in all), then with (questions done, in all).
        cache_dir: where the embedded library is kept for the next time.
        opener: gives what answers.
    """
    settings = with_answer_settings(settings, scorer=scorer, threshold=0.0, short_answer="always")
    readings = read_gold(
        file, limit, settings, cache_dir=cache_dir, progress=progress, opener=opener
    )
    evidence = [evidence_f1(r.quoted, r.question.evidence) for r in readings]
    answers = [
        evidence_f1(r.short, [text for group in r.question.answers for text in group])
        for r in readings
    ]
    metrics = {
        "evidence_f1": 100 * mean(evidence),
        "answer_f1": 100 * mean(answers),
        "all_f1": 100 * mean(e * a for e, a in zip(evidence, answers, strict=True)),
        **figures([reading.judged for reading in readings]),
    }
    return result("evidence", file, settings, metrics, questions=len(readings))
