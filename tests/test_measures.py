"""Every measure against arithmetic that a reader can check by hand."""

from __future__ import annotations

import pytest

from eval.measures.evidence_f1 import evidence_f1
from eval.measures.segmentation import segment
from eval.measures.span_em_f1 import span_exact_match, span_f1


@pytest.mark.parametrize(
    ("text", "tokens"),
    [
        ("共20.5万", ["共", "20.5", "万"]),
        ("1,000人，AT&T", ["1,000", "人", "，", "AT", "&", "T"]),
        ("ω-force公司", ["ω", "-", "force", "公", "司"]),
        ("a_b (c)", ["a", "_", "b", "(", "c", ")"]),
        ("", []),
    ],
)
def test_segments_are_han_characters_words_and_marks(text: str, tokens: list[str]) -> None:
    assert segment(text) == tokens


def test_evidence_f1_shares_tokens() -> None:
    # predicted 桥长五百米 (5 tokens), gold 全桥长五百零三米 (8 tokens); 桥长五百米 shared: 5
    assert evidence_f1("桥长五百米。", ["全桥长五百零三米！"]) == pytest.approx(
        2 * (5 / 5) * (5 / 8) / (5 / 5 + 5 / 8)
    )


def test_evidence_f1_counts_a_repeated_token_as_often_as_both_hold_it() -> None:
    # 天天天 and 天天: two shared of 3 and 2
    assert evidence_f1("天天天", ["天天"]) == pytest.approx(2 * (2 / 3) * 1 / (2 / 3 + 1))


def test_evidence_f1_ignores_order_marks_case_and_articles() -> None:
    assert evidence_f1("The 桥，Bridge", ["桥 bridge"]) == pytest.approx(
        2 * (2 / 3) / (2 / 3 + 1)  # "The" is dropped only in lower case, as the paper's tool does
    )
    assert evidence_f1("《乙甲》the", ["甲乙。"]) == 1.0


@pytest.mark.parametrize(
    ("predicted", "golds", "value"),
    [("", ["。"], 1.0), ("", ["甲"], 0.0), ("甲", [], 0.0), ("甲", ["乙", "甲"], 1.0)],
)
def test_evidence_f1_at_the_edges(predicted: str, golds: list[str], value: float) -> None:
    assert evidence_f1(predicted, golds) == value


def test_span_f1_counts_the_longest_run_only() -> None:
    # 西湖大学校 and 西湖的大学校: runs 西湖 (2) and 大学校 (3); 5 and 6 tokens
    assert span_f1("西湖大学校", ["西湖的大学校"]) == pytest.approx(
        2 * (3 / 5) * (3 / 6) / (3 / 5 + 3 / 6)
    )


def test_span_f1_takes_the_best_gold() -> None:
    assert span_f1("三月一日", ["四月", "3月1日", "三月一日上午"]) == pytest.approx(
        2 * 1 * (4 / 6) / (1 + 4 / 6)
    )
    assert span_f1("", ["甲"]) == 0.0
    assert span_f1("甲", []) == 0.0


def test_span_exact_match_ignores_marks_and_case() -> None:
    assert span_exact_match("《Abc》", ["其他", "abc"])
    assert not span_exact_match("abcd", ["abc"])
    assert not span_exact_match("abc", [])
