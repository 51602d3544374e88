"""Every measure against arithmetic that a reader can check by hand."""

from __future__ import annotations

import numpy as np
import pytest

from eval.measures.containment import holds_answer, shares_evidence
from eval.measures.evidence_f1 import evidence_f1
from eval.measures.latency import percentile
from eval.measures.ratio import Sums
from eval.measures.segmentation import segment
from eval.measures.significance import bootstrap_interval, randomisation_p
from eval.measures.span_em_f1 import span_exact_match, span_f1


@pytest.mark.parametrize(
    ("text", "tokens"),
    [
        ("共20.5万", ["共", "20.5", "万"]),
        ("1,000人，AT&T", ["1,000", "人", "，", "AT", "&", "T"]),
        ("ω-force公司", ["ω", "-", "force", "公", "司"]),
        ("a_b (c)", ["a", "_", "b", "(", "c", ")"]),
        ('他说"茶"…', ["他", "说", "``", "茶", "``", "…"]),
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


@pytest.mark.parametrize(
    ("text", "groups", "holds"),
    [
        ("全長 ５００米，單塔", [["500米"], ["单塔", "一塔"]], True),
        ("全长500米", [["500米"], ["单塔"]], False),
        ("SE 3上市", [["SE3"]], True),
        ("", [["甲"]], False),
    ],
)
def test_every_group_is_required_and_any_alias_will_do(
    text: str, groups: list[list[str]], holds: bool
) -> None:
    assert holds_answer(text, groups) is holds


@pytest.mark.parametrize(
    ("text", "evidence", "shares"),
    [
        ("大桥全长五百米。", ["大桥全长五百米。"], True),
        ("全长五百米", ["大桥全长五百米。"], True),  # stands within it
        (
            "此前，大桥全长五百米。",
            ["大桥全长五百米。它是单塔斜拉桥。"],
            True,
        ),  # one sentence of it
        ("对。河里有鱼。", ["对。大桥全长五百米。"], False),  # 对。 alone tells nothing
        ("大桥全长六百米。", ["大桥全长五百米。"], False),
        ("", ["大桥全长五百米。"], False),
        ("茶叶要卖得好，先得有路。路修好了。", ["姜远：茶叶要卖得好，先得有路。"], True),
        ("先得有路。", ["茶叶要卖得好，原因：先得有水。"], False),
    ],
)
def test_sharing_evidence(text: str, evidence: list[str], shares: bool) -> None:
    assert shares_evidence(text, evidence) is shares


def test_percentiles_are_nearest_ranks() -> None:
    values = [40.0, 10.0, 30.0, 20.0]  # ceil(.5 · 4) = 2nd, ceil(.95 · 4) = 4th of 10 20 30 40
    assert (percentile(values, 0.5), percentile(values, 0.95)) == (20.0, 40.0)
    assert (percentile([7.0], 0.0), percentile([], 0.5)) == (7.0, None)


def table(*rows: tuple[float, float]) -> Sums:
    return np.array([[row] for row in rows], dtype=np.float64)


def test_bootstrap_interval_of_a_constant_is_that_constant() -> None:
    assert bootstrap_interval(table(*[(1, 2)] * 9)) == (0.5, 0.5)
    assert bootstrap_interval(table((0, 0))) is None
    assert bootstrap_interval(np.zeros((0, 1, 2))) is None


def test_bootstrap_interval_is_about_two_standard_errors_wide_and_repeats() -> None:
    half = table(*[(n % 2, 1) for n in range(400)])  # 1.96 · sqrt(.5 · .5 / 400) = .049
    interval = bootstrap_interval(half)
    assert interval == bootstrap_interval(half)
    assert interval == pytest.approx((0.451, 0.549), abs=0.006)


def test_randomisation_p_of_five_wins_in_five_is_two_in_thirty_two() -> None:
    # 2^5 ways to swap; only none and all swapped give a difference as large: 2/32 = .0625
    a, b = table(*[(0, 1)] * 5), table(*[(1, 1)] * 5)
    assert randomisation_p(a, b) == pytest.approx(2 / 32, abs=0.015)
    assert randomisation_p(a, a) == 1.0
    assert randomisation_p(table((0, 0)), a[:1]) is None
