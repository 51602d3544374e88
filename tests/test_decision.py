"""What is measured and read becomes rows; the models that weigh them are checked when opened."""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from rag.data_model.answers import Question
from rag.data_model.documents import Span
from rag.errors import ReaderCorrupt, ReaderMissing
from rag.evidence import decision
from rag.evidence.decision import (
    DECISION,
    QUESTION_READINGS,
    SENTENCE_READINGS,
    UNFITTED,
    Decision,
    Measurements,
    question_row,
    sentence_rows,
)
from rag.evidence.features import QUESTION_FEATURES, SENTENCE_FEATURES, Measured
from rag.models.reader import READER, Reading
from rag.question.understanding import understand

HERE = Reading(0.9, Span(0, 3), 0.8, (0.5, 0.1), (0,), margin=2.0, presence=3.0)
ELSEWHERE = Reading(0.1, None, 0.0, (0.2,), (), margin=-4.0, presence=-1.0)


def measured() -> Measured:
    places = ((0, 0), (1, 0), (1, 1))
    matrix = np.zeros((3, len(SENTENCE_FEATURES)))
    matrix[:, SENTENCE_FEATURES.index("sim")] = (0.7, 0.9, 0.8)
    return Measured(places, matrix, (0.0, 0.0))


def rows_of(*names: str) -> dict[str, list[float]]:
    # the second candidate is read first
    rows = sentence_rows([HERE, ELSEWHERE], [1, 0], measured(), np.array([-1.0, 2.0, 0.5]))
    assert rows.places == ((0, 0), (0, 1), (1, 0))
    return {name: rows.matrix[:, SENTENCE_READINGS.index(name)].tolist() for name in names}


def test_a_sentence_knows_its_passage_and_how_far_it_is_behind() -> None:
    found = rows_of("presence", "presence_gap", "margin_gap", "touched", "features", "sim_gap")
    assert found["presence"] == [3.0, 3.0, -1.0]
    assert found["presence_gap"] == [0.0, 0.0, -4.0]
    assert found["margin_gap"] == [0.0, 0.0, -6.0]
    assert found["touched"] == [1.0, 0.0, 0.0]
    assert found["features"] == [2.0, 0.5, -1.0]
    assert found["sim_gap"] == pytest.approx([0.0, -0.1, -0.2])


def test_the_best_of_a_passage_is_looked_for_once(monkeypatch: pytest.MonkeyPatch) -> None:
    sizes: list[int] = []

    def counted(values: Sequence[float], default: float = 0.0) -> float:
        held = list(values)
        sizes.append(len(held))
        return max(held, default=default)

    monkeypatch.setattr(decision, "max", counted, raising=False)
    count = 50
    long = Reading(0.9, None, 0.0, tuple(n / 100 for n in range(count)), ())
    places = tuple((0, n) for n in range(count))
    features = Measured(places, np.zeros((count, len(SENTENCE_FEATURES))), (0.0,))
    rows = sentence_rows([long], [0], features, np.zeros(count))
    behind = rows.matrix[:, SENTENCE_READINGS.index("evidence_gap")]
    assert (int(behind.argmax()), float(behind.max())) == (count - 1, 0.0)
    assert sizes.count(count) <= 3  # of the shares, the scores, the likenesses


def test_a_question_knows_its_two_best_sentences_and_the_best_elsewhere() -> None:
    understood = understand(Question(question="大桥多长？"), 200)
    rows = sentence_rows([HERE, ELSEWHERE], [1, 0], measured(), np.array([-1.0, 2.0, 0.5]))
    scores = np.array([1.0, 0.0, -1.0])
    alone = Measurements(np.arange(len(QUESTION_FEATURES), dtype=np.float64), 0.25)
    row = question_row(understood, [HERE, ELSEWHERE], rows, scores, alone)
    known = dict(zip(QUESTION_READINGS, row, strict=True))
    assert (known["best"], known["second"], known["elsewhere"]) == (1.0, 0.0, -1.0)
    assert (known["presence"], known["presence_second"]) == (3.0, -1.0)
    none = math.prod(1 / (1 + math.exp(score)) for score in scores)
    assert known["any"] == pytest.approx(math.log((1 - none) / none))
    assert known["type_how_many"] == 1.0
    assert sum(v for name, v in known.items() if name.startswith("type_")) == 1.0
    assert known["features"] == 0.25


def test_an_unfitted_decision_says_one_half() -> None:
    matrix = np.ones((2, len(SENTENCE_READINGS)))
    assert UNFITTED.sentences.probability(matrix).tolist() == [0.5, 0.5]


def test_the_bundled_decision_opens() -> None:
    assert Decision.open().version.startswith("decision-")


@pytest.mark.parametrize("content", ["{", "{}", '{"version": "x", "sentences": {"weights": {}}}'])
def test_what_weighs_something_else_is_refused(tmp_path: Path, content: str) -> None:
    (tmp_path / DECISION).write_text(content)
    with pytest.raises(ReaderCorrupt):
        Decision.open(tmp_path)


def test_other_features_are_refused(tmp_path: Path) -> None:
    record = {"bias": 0.0, "weights": {"presence": 1.0}}
    content = {"version": "x", "sentences": record, "questions": record}
    (tmp_path / DECISION).write_text(json.dumps(content))
    with pytest.raises(ReaderCorrupt, match="presence"):
        Decision.open(tmp_path)


def test_a_changed_digit_is_found(tmp_path: Path) -> None:
    text = (READER / DECISION).read_text(encoding="utf-8")
    bias = f'"bias": {json.loads(text)["questions"]["bias"]}'
    assert bias in text
    (tmp_path / DECISION).write_text(text.replace(bias, f"{bias}1"), encoding="utf-8")
    with pytest.raises(ReaderCorrupt, match="sha256"):
        Decision.open(tmp_path)


def test_a_missing_decision_is_named(tmp_path: Path) -> None:
    with pytest.raises(ReaderMissing):
        Decision.open(tmp_path)
