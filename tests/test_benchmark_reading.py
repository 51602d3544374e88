"""Benchmarks of reading, with a reader that quotes by script: the figures can be counted."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from fakes_eval import answer, refusal

from eval.benchmarks import evidence, rgb, span
from eval.question_sets import EvalQuestion
from eval.reading import with_answer_settings
from rag.data_model.answers import Answer, Question
from rag.errors import DataLineInvalid, SettingsError
from rag.models.embedding import Progress
from rag.settings import Settings


class FirstTextReader:
    """Quotes the first text that begins with 是, with its first characters as short answer."""

    def ask_over(self, question: Question, texts: Sequence[str]) -> Answer:
        """Refuses where no text begins so."""
        for text in texts:
            if text.startswith("是"):
                return answer(question.question, text, short=text[1:3])
        return refusal(question.question)


@contextmanager
def opener(
    settings: Settings,
    texts: Iterable[str],
    cache_dir: Path | None = None,
    progress: Progress | None = None,
) -> Iterator[FirstTextReader]:
    yield FirstTextReader()


def question(positive: int, negative: int) -> EvalQuestion:
    passages = {
        "positive": [f"正{n}" for n in range(positive)],
        "negative": [f"负{n}" for n in range(negative)],
    }
    return EvalQuestion("x", "问？", extra=passages)


@pytest.mark.parametrize(
    ("positive", "negative", "noise", "expected"),
    [
        (9, 9, 0.0, 0),
        (9, 9, 0.2, 1),
        (9, 9, 0.5, 3),  # ceil(2.5)
        (9, 9, 0.8, 4),
        (9, 9, 1.0, 5),
        (9, 2, 0.8, 2),  # only two negatives: three positives fill up
        (3, 9, 0.0, 2),  # only three positives: two negatives fill up
    ],
)
def test_rgb_takes_the_first_of_each_kind(
    positive: int, negative: int, noise: float, expected: int
) -> None:
    passages = rgb.passages_of(question(positive, negative), noise, Path("f"))
    wanted = [f"正{n}" for n in range(5 - expected)] + [f"负{n}" for n in range(expected)]
    assert sorted(passages) == sorted(wanted)
    assert passages == rgb.passages_of(question(positive, negative), noise, Path("f"))


def test_rgb_needs_passages() -> None:
    with pytest.raises(DataLineInvalid, match="positive"):
        rgb.passages_of(EvalQuestion("x", "问？"), 0.0, Path("f"))


@pytest.fixture
def rgb_file(tmp_path: Path) -> Path:
    rows = [
        {"id": 1, "query": "甲？", "answer": ["甲乙"], "positive": ["是甲乙。"] * 5},
        {"id": 2, "query": "丙？", "answer": ["丙丁"], "positive": ["是别的。丙丁也在。"] * 5},
        {"id": 3, "query": "戊？", "answer": ["戊", "己"], "positive": ["先说戊。再说己。"] * 5},
    ]
    path = tmp_path / "rgb.jsonl"
    lines = [json.dumps(row | {"negative": ["无关。"] * 5}, ensure_ascii=False) for row in rows]
    path.write_text("\n".join(lines), encoding="utf-8")
    return path


def test_rgb_figures(rgb_file: Path) -> None:
    metrics = rgb.run(rgb_file, 0.0, opener=opener)["metrics"]
    assert metrics == {
        "accuracy": 2 / 3,  # the third is refused
        "refusal_rate": 1 / 3,
        "mean_quoted_length": (4 + 9) / 2,
        "accuracy_bound": 2 / 3,  # 戊 and 己 stand in two sentences
    }


def test_rgb_at_full_noise_wants_refusals(rgb_file: Path) -> None:
    metrics = rgb.run(rgb_file, 1.0, opener=opener)["metrics"]
    assert (metrics["refusal_rate"], metrics["accuracy"]) == (1.0, None)


@pytest.fixture
def squad_file(tmp_path: Path) -> Path:
    def entry(name: str, context: str, gold: str, evidence_: str) -> dict[str, Any]:
        answers = [{"text": gold, "answer_start": 0}]
        qas = [{"id": name, "question": "谁？", "answers": answers, "evidences": [evidence_]}]
        return {"paragraphs": [{"id": f"p{name}", "context": context, "qas": qas}]}

    path = tmp_path / "squad.json"
    entries = [entry("a", "是甲乙。", "甲乙", "是甲乙。"), entry("b", "是丙丁。", "丁", "丙丁")]
    path.write_text(json.dumps({"data": entries}), encoding="utf-8")
    return path


def test_evidence_figures(squad_file: Path) -> None:
    metrics = evidence.run(squad_file, opener=opener)["metrics"]
    second_evidence, second_answer = 2 * 2 / (3 + 2), 2 * 1 / (2 + 1)
    assert metrics["evidence_f1"] == pytest.approx(100 * (1 + second_evidence) / 2)
    assert metrics["answer_f1"] == pytest.approx(100 * (1 + second_answer) / 2)
    assert metrics["all_f1"] == pytest.approx(100 * (1 + second_evidence * second_answer) / 2)
    assert metrics["mean_quoted_length"] == 4


def test_span_figures(squad_file: Path) -> None:
    metrics = span.run(squad_file, opener=opener)["metrics"]
    assert metrics["em"] == 50
    assert metrics["f1"] == pytest.approx(100 * (1 + 2 * 1 / (2 + 1)) / 2)
    assert span.run(squad_file, 1, opener=opener)["metrics"]["em"] == 100


def test_settings_that_are_not_there_are_refused() -> None:
    assert with_answer_settings(None, threshold=0.0).answer.threshold == 0
    for changed in ({"nothing": 1}, {"threshold": 2}):
        with pytest.raises(SettingsError):
            with_answer_settings(Settings(), **changed)
