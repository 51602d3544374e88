"""A case goes from rule to rule; only what changed something leaves its name."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import NoReturn

import pytest
from cases import assessed, news, parsed, weights_of

from rag.evidence.scorer import Assessment
from rag.question.question_types import QuestionType
from rag.rules.case import Case, Rule, Rules, applied
from rag.rules.near_miss import NearMiss

BRIDGE = news("云桥长三公里。云桥由周家设计。")


def never(*_: object) -> NoReturn:
    raise AssertionError


def case_of(question: str = "云桥有多长？", kind: QuestionType = QuestionType.HOW_MANY) -> Case:
    asked = parsed(question, kind)
    made = assessed(BRIDGE, likely={"三公里": 0.8})
    return Case(asked, weights_of(asked), [made.evidence[0].candidate], made, never)


def rule(name: str, run: Callable[[Case], Case], *types: QuestionType) -> Rule:
    return Rule(name, "for the test", run, frozenset(types))


def same(case: Case) -> Case:
    return case


def first_only(case: Case) -> Case:
    return case.with_assessment(case.assessment.among(case.assessment.evidence[:1]))


def silent(case: Case) -> Case:
    return case.with_assessment(case.assessment.among(()))


def test_a_rule_that_changes_nothing_leaves_no_trace() -> None:
    case = case_of()
    assert applied([rule("same", same), rule("again", same)], case) is case
    assert applied([], case) is case


def test_the_rules_that_acted_are_named_in_their_order() -> None:
    rules = [rule("first", first_only), rule("same", same), rule("silent", silent)]
    after = applied(rules, case_of())
    assert after.acted == ("first", "silent")
    assert after.assessment.evidence == ()


def test_each_rule_sees_what_the_one_before_left() -> None:
    seen: list[tuple[int, tuple[str, ...]]] = []

    def look(case: Case) -> Case:
        seen.append((len(case.assessment.evidence), case.acted))
        return case

    applied([rule("a", look), rule("first", first_only), rule("b", look)], case_of())
    assert seen == [(2, ()), (1, ("first",))]


def test_names_are_added_to_those_of_the_rules_before() -> None:
    before = replace(case_of(), acted=("earlier",))
    assert applied([rule("silent", silent)], before).acted == ("earlier", "silent")


def test_the_case_that_was_handed_in_stays_as_it_was() -> None:
    case = case_of()
    applied([rule("silent", silent)], case)
    assert case.acted == ()
    assert len(case.assessment.evidence) == 2


@pytest.mark.parametrize("kind", QuestionType)
def test_a_rule_with_types_passes_over_all_other_questions(kind: QuestionType) -> None:
    case = case_of(kind=kind)
    mine = rule("mine", silent, QuestionType.LIST, QuestionType.WHO)
    concerned = kind in {QuestionType.LIST, QuestionType.WHO}
    assert mine.concerns(case) is concerned
    assert applied([mine], case).acted == (("mine",) if concerned else ())
    assert rule("everybody's", silent).concerns(case)


def test_what_a_rule_passes_over_is_not_even_run() -> None:
    never_run = rule("never", never, QuestionType.LIST)
    case = case_of()
    assert applied([never_run], case) is case


def test_the_very_same_assessment_makes_no_new_case() -> None:
    case = case_of()
    assert case.with_assessment(case.assessment) is case
    other = case.with_assessment(Assessment((), 0.0))
    assert other is not case
    assert (other.assessment, other.question) == (Assessment((), 0.0), case.question)


class TestNearMisses:
    CASE = case_of()
    FIRST, SECOND = (
        NearMiss(evidence, asked, "2031年")
        for evidence, asked in zip(CASE.assessment.evidence, ("2029年", "2030年"), strict=True)
    )

    def test_the_first_is_kept(self) -> None:
        once = self.CASE.without_near_misses(self.CASE.assessment, self.FIRST)
        assert once.near_miss is self.FIRST
        left = self.CASE.assessment.among(())
        twice = once.without_near_misses(left, self.SECOND)
        assert twice.near_miss is self.FIRST
        assert twice.assessment is left, "the sentences go all the same"

    def test_none_leaves_the_very_same_case_and_keeps_one_before(self) -> None:
        assert self.CASE.without_near_misses(self.CASE.assessment, None) is self.CASE
        once = self.CASE.without_near_misses(self.CASE.assessment, self.FIRST)
        assert once.without_near_misses(once.assessment, None) is once

    def test_a_later_one_that_drops_nothing_leaves_no_trace(self) -> None:
        once = self.CASE.without_near_misses(self.CASE.assessment, self.FIRST)
        told = rule("told", lambda c: c.without_near_misses(c.assessment, self.SECOND))
        assert applied([told], once) is once


class TestRules:
    ALL = Rules((rule("a", same), rule("b", same)), (rule("c", same), rule("d", same)))

    def test_names_are_in_the_order_in_which_they_run(self) -> None:
        assert self.ALL.names == ("a", "b", "c", "d")

    @pytest.mark.parametrize("name", ["a", "b", "c", "d"])
    def test_without_leaves_out_one_and_keeps_the_others_in_order(self, name: str) -> None:
        fewer = self.ALL.without(name)
        assert fewer.names == tuple(n for n in "abcd" if n != name)
        assert set(fewer.before) <= set(self.ALL.before)
        assert set(fewer.after) <= set(self.ALL.after)
        assert self.ALL.names == ("a", "b", "c", "d")

    def test_without_what_is_not_there_all_are_left(self) -> None:
        assert self.ALL.without("e") == self.ALL
        assert self.ALL.without("a").without("c").names == ("b", "d")
