"""A price per kilo is none per pound; where nothing is counted by anything, nothing is amiss."""

from __future__ import annotations

import pytest
from pages import evidence_of

from rag.data_model.answers import Question
from rag.evidence.scorer import Assessment
from rag.question.understanding import understand
from rag.rules.rates import without_other_rates


@pytest.mark.parametrize(
    ("question", "text", "miss"),
    [
        ("青梅每斤多少钱？", "青梅每公斤九元。", ("每斤", "每公斤")),
        ("青梅一斤多少钱？", "青梅每吨九千元。", ("每斤", "每吨")),
        ("青梅多少钱一公斤？", "青梅卖4元/斤。", ("每公斤", "每斤")),
        ("每天供水多少吨？", "每小时供水两千吨。", ("每天", "每小时")),
        ("青梅每公斤多少钱？", "青梅每千克九元。", None),
        ("青梅每斤多少钱？", "青梅每公斤九元，每斤四元半。", None),
        ("青梅每斤多少钱？", "青梅卖九元。", None),
        ("每户补多少钱？", "每月补三百元。", None),
        ("青梅收购价多少钱？", "青梅每公斤九元。", None),
        ("青梅每斤由谁收购？", "青梅每公斤由酒厂收购。", None),
    ],
)
def test_what_a_value_is_counted_by(question: str, text: str, miss: tuple[str, str] | None) -> None:
    assessment = Assessment((evidence_of(text, ""),), 0.9)
    understood = understand(Question(question=question), 100)
    kept, missed = without_other_rates(understood, assessment)
    assert bool(kept.evidence) is (miss is None)
    assert ((missed.asked, missed.told) if missed else None) == miss
