"""A closer look reads the likeliest sentences again, and changes the odds of no others."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.data_model.documents import Span
from rag.evidence.closer import (
    CLOSER_READINGS,
    LOOKED_AT,
    Look,
    excerpt,
    look_closer,
    rescored,
)
from rag.models.embedding import PassageInput
from rag.models.logistic import LogisticModel
from rag.models.reader import Reading

HEADER = "江州日报\n大桥合龙\n"


def passage(*sentences: str) -> PassageInput:
    spans, at = [], len(HEADER)
    for sentence in sentences:
        spans.append(Span(at, at + len(sentence)))
        at += len(sentence)
    return PassageInput(HEADER + "".join(sentences), tuple(spans))


class Recording:
    """Says of each text how long it is, and keeps what it was shown."""

    fingerprint = "recording"

    def __init__(self) -> None:
        self.asked: list[tuple[str, str]] = []

    def read(self, question: str, passages: Sequence[PassageInput]) -> list[Reading]:
        self.asked += [(question, given.text) for given in passages]
        return [
            Reading(
                0.5,
                None,
                0.5,
                tuple(0.1 * (n + 1) for n in range(len(given.spans))),
                margin=float(len(given.text)),
                presence=float(len(given.spans)),
            )
            for given in passages
        ]


@given(
    st.lists(st.text("甲乙丙丁，。", min_size=1, max_size=9), min_size=1, max_size=7),
    st.data(),
)
def test_an_excerpt_keeps_header_and_neighbours(sentences: list[str], data: st.DataObject) -> None:
    at = data.draw(st.integers(0, len(sentences) - 1))
    around = data.draw(st.integers(0, 2))
    cut = excerpt(passage(*sentences), at, around)
    kept = sentences[max(0, at - around) : at + around + 1]
    assert cut.text == HEADER + "".join(kept)
    assert [cut.text[s.start : s.end] for s in cut.spans] == kept


def test_the_likeliest_are_read_between_their_neighbours_and_alone() -> None:
    shown = [passage("一。", "二二。", "三三三。"), passage("四四四四。")]
    places = [(0, 0), (0, 1), (0, 2), (1, 0)]
    scores = np.array([-5.0, 2.0, -6.0, 1.0])
    reader = Recording()
    look = look_closer(reader, ["问甲", "问甲", "问乙"], shown, places, scores)
    assert look.rows == (1, 3, 0, 2)[:LOOKED_AT]
    assert reader.asked[:2] == [
        ("问甲", f"{HEADER}一。二二。三三三。"),
        ("问甲", f"{HEADER}二二。"),
    ]
    best = dict(zip(CLOSER_READINGS, look.matrix[0], strict=True))
    assert (best["score"], best["score_gap"]) == (2.0, 0.0)
    assert (best["near_presence"], best["alone_presence"]) == (3.0, 1.0)
    assert best["near_evidence"] == pytest.approx(np.log(0.2 / 0.8))  # the second of three
    other = dict(zip(CLOSER_READINGS, look.matrix[1], strict=True))
    assert other["score_gap"] == -1.0
    assert other["near_evidence"] == pytest.approx(np.log(0.1 / 0.9))  # has nothing before it


def test_each_passage_is_asked_as_it_was() -> None:
    shown = [passage("一。"), passage("二。")]
    reader = Recording()
    look_closer(reader, ["问甲", "问乙"], shown, [(0, 0), (1, 0)], np.array([0.0, 1.0]))
    assert {(q, t[len(HEADER) :]) for q, t in reader.asked} == {("问甲", "一。"), ("问乙", "二。")}


def test_others_keep_their_odds() -> None:
    model = LogisticModel(CLOSER_READINGS, np.zeros(len(CLOSER_READINGS)), -3.0)
    look = Look((2, 0), np.ones((2, len(CLOSER_READINGS))))
    before = np.array([1.0, 2.0, 3.0])
    assert rescored(before, look, model).tolist() == [-3.0, 2.0, -3.0]
    assert before.tolist() == [1.0, 2.0, 3.0]
