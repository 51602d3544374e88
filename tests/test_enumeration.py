"""Enumerations are found by their marks, in one paragraph or over several."""

from __future__ import annotations

from dataclasses import replace

import pytest
from pages import article

from rag.language.enumeration import enumerations


@pytest.mark.parametrize(
    ("paragraphs", "items"),
    [
        (
            ["我有三点建议。一是修路。路要宽。二是架桥。三是通车。"],
            ["一是修路。", "二是架桥。", "三是通车。"],
        ),
        (
            ["首先，要修路。其次，要架桥。最后，要通车。"],
            ["首先，要修路。", "其次，要架桥。", "最后，要通车。"],
        ),
        (["措施如下：", "1. 修路。", "路要宽。", "2. 架桥。"], ["1. 修路。", "2. 架桥。"]),
        (["（一）修路。", "（二）架桥。"], ["（一）修路。", "（二）架桥。"]),
        (["王工：第一，修路。第二，架桥。"], ["王工：第一，修路。", "第二，架桥。"]),
        (["一是修路。三是通车。"], []),
        (["第一条 为了修路，制定本办法。", "第二条 本办法所称路，是指大路。"], []),
        (["第一条，修路。", "第二条，架桥。"], ["第一条，修路。", "第二条，架桥。"]),
        (["一个人来了。二个人走了。1.5公里。2.5公里。"], []),
    ],
)
def test_items(paragraphs: list[str], items: list[str]) -> None:
    made = article(*paragraphs)
    found = enumerations(made)
    assert [made.text[s.start : s.end] for e in found for s in e.items] == items


def test_what_ends_another_section_does_not_lead_in() -> None:
    made = article("账目清楚。", "1. 修路。", "2. 架桥。")
    headed = [replace(p, section="一、账目" if p.n == 1 else "二、任务") for p in made.paragraphs]
    (found,) = enumerations(replace(made, paragraphs=tuple(headed)))
    assert found.lead is None
    assert found.under == "二、任务"


def test_the_sentence_before_leads_in() -> None:
    made = article("短板明显。首先，路窄。其次，桥旧。")
    (found,) = enumerations(made)
    assert found.lead is not None
    assert made.text[found.lead.start : found.lead.end] == "短板明显。"
    assert found.members == (found.lead, *found.items)
