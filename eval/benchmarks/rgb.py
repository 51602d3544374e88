"""RGB (Chen et al., 2024): answers among noise, refusals where there is nothing but noise.

Of five passages the share `noise` is negative. As in the paper's program, the first positives and
the first negatives are taken and shuffled; an answer is right if its quotes hold every element.
"""

from __future__ import annotations

import math
import random
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from eval.measures.accuracy import ACCURACY
from eval.measures.containment import holds_answer
from eval.question_sets import EvalQuestion, load_questions
from eval.reading import (
    ReaderOpener,
    figures,
    mean,
    open_reader,
    read_all,
    result,
    with_answer_settings,
)
from rag.errors import DataLineInvalid
from rag.language.text import sentence_spans
from rag.models.embedding import Progress
from rag.settings import Settings

PASSAGES = 5
SEED = 2333  # the paper's program seeds so before each question


def run(
    file: Path,
    noise: float = 0.0,
    limit: int | None = None,
    *,
    scorer: str | None = None,
    settings: Settings | None = None,
    progress: Progress | None = None,
    cache_dir: Path | None = None,
    opener: ReaderOpener = open_reader,
) -> dict[str, Any]:
    """Measure contained-answer accuracy and refusals at one share of noise.

    Args:
        file: RGB's JSONL.
        noise: share of negative passages, 0–1; at 1 only a refusal is right.
        limit: the first questions only.
        scorer: the evidence scorer, instead of the one in `settings`.
        settings: of the pipeline.
        progress: called with (passages stored, in all), then with (questions done, in all).
        cache_dir: where the embedded library is kept for the next time.
        opener: gives what answers.

    Raises:
        DataLineInvalid: a record without passages.
    """
    settings = with_answer_settings(settings, scorer=scorer)
    questions = load_questions(file).questions[:limit]
    asked = [
        (replace(q, answerable=noise < 1, answers=q.answers if noise < 1 else ()), passages)
        for q in questions
        for passages in [passages_of(q, noise, file)]
    ]
    texts = [text for question in questions for text in _all_passages(question, file)]
    with opener(settings, texts, cache_dir, progress) as reader:
        readings = read_all(reader, asked, progress)
    bounds = [_bound(q.answers, texts) for q, (_, texts) in zip(questions, asked, strict=True)]
    metrics = {
        **figures([reading.judged for reading in readings], ACCURACY),
        "accuracy_bound": mean(bounds) if noise < 1 else None,
    }
    about = {"questions": len(questions), "noise": noise, "passages": PASSAGES}
    return result("rgb", file, settings, metrics, **about)


def passages_of(question: EvalQuestion, noise: float, file: Path) -> list[str]:
    """The passages that a question is asked over, in their shuffled order."""
    positive, negative = _sides(question, file)
    negatives = math.ceil(PASSAGES * noise)
    if noise < 1:
        if negatives > len(negative):
            negatives = len(negative)
        elif PASSAGES - negatives > len(positive):
            negatives = PASSAGES - len(positive)
    passages = positive[: PASSAGES - negatives] + negative[:negatives]
    random.Random(SEED).shuffle(passages)  # noqa: S311
    return passages


def _all_passages(question: EvalQuestion, file: Path) -> list[str]:
    """Every passage of a question, so that one library serves all shares of noise."""
    positive, negative = _sides(question, file)
    return positive + negative


def _sides(question: EvalQuestion, file: Path) -> tuple[list[str], list[str]]:
    positive, negative = question.extra.get("positive"), question.extra.get("negative")
    if not isinstance(positive, list) or not isinstance(negative, list):
        reason = f"问题 {question.id} 缺少 positive 或 negative"
        raise DataLineInvalid(file=file, line=1, reason=reason)
    return list(map(str, positive)), list(map(str, negative))


def _bound(answers: Sequence[Sequence[str]], texts: Sequence[str]) -> bool:
    """Whether some single sentence holds the whole answer."""
    sentences = (text[start:end] for text in texts for start, end in sentence_spans(text))
    return any(holds_answer(sentence, answers) for sentence in sentences)
