"""CMRC 2018 (Cui et al., 2019): the answer's span within the right passage, exact match and F1."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from eval.measures.span_em_f1 import span_exact_match, span_f1
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
    """Measure EM and F1 of the short answer, in percent.

    The gold passage is given and every question has an answer in it, so nothing is refused: the
    threshold is zero and the span is always named. Where there is none the quotes are taken.

    Args:
        file: of SQuAD format.
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
    golds = [[text for group in r.question.answers for text in group] for r in readings]
    pairs = [(r.short, gold) for r, gold in zip(readings, golds, strict=True)]
    metrics = {
        "em": 100 * mean(span_exact_match(short, gold) for short, gold in pairs),
        "f1": 100 * mean(span_f1(short, gold) for short, gold in pairs),
        "with_short_answer": mean(bool(r.answer.short_answer) for r in readings),
        **figures([reading.judged for reading in readings]),
    }
    return result("span", file, settings, metrics, questions=len(readings))
