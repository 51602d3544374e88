"""The rules as they run: named, explained, idle where nothing is amiss, told where they acted."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import NoReturn

import pytest
from cases import assessed, news, parsed, weights_of
from pages import ask, asking

from rag.data_model.answers import Citation
from rag.pipeline import Pipeline
from rag.question.question_types import QuestionType
from rag.rules.case import Case, Rule
from rag.rules.order import RULES

EVERY = (*RULES.before, *RULES.after)
BRIDGES = """柳镇修桥
江州晚报 2031年4月9日 第3版

去年柳镇修桥三座。

2029年柳镇修桥五座。

什么是涵管？涵管是埋在路下的水渠。
"""
SCHOOLS = "柳镇学校\n柳镇有学校21所。\n"
COUNTED = "柳镇学校\n柳镇有学校23所。\n"


def never(*_: object) -> NoReturn:
    raise AssertionError


def case_of(question: str, *pages: str, kind: QuestionType | None = None) -> Case:
    asked = parsed(question, kind)
    made = assessed(*(news(page, key=key) for key, page in enumerate(pages, start=1)))
    candidates = list({e.candidate.hit.id: e.candidate for e in made.evidence}.values())
    return Case(asked, weights_of(asked), candidates, made, never)


def rules_of(citation: Citation) -> tuple[str, ...]:
    assert citation.why is not None
    return citation.why.rules


@pytest.fixture(scope="module")
def pipeline(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Pipeline]:
    folder = tmp_path_factory.mktemp("rules")
    with asking(folder, bridges=BRIDGES, schools=SCHOOLS, counted=COUNTED) as made:
        yield made


@pytest.fixture
def all_rules(pipeline: Pipeline) -> Iterator[None]:
    yield
    pipeline._rules = RULES


def test_every_rule_has_a_name_of_its_own_and_a_reason() -> None:
    assert len(set(RULES.names)) == len(RULES.names) == len(EVERY)
    assert all(rule.name.isidentifier() and rule.why_here.strip() for rule in EVERY)
    assert len({rule.why_here for rule in EVERY}) == len(EVERY)


@pytest.mark.parametrize("rule", EVERY, ids=RULES.names)
@pytest.mark.parametrize("kind", [QuestionType.HOW_MANY, QuestionType.LIST, QuestionType.WHO])
@pytest.mark.parametrize("pages", [(), ("云桥长三公里。云桥由周家设计。", "渡口有船。")])
def test_where_nothing_is_amiss_the_very_same_case_is_given_back(
    rule: Rule, kind: QuestionType, pages: tuple[str, ...]
) -> None:
    case = case_of("云桥有多长？", *pages, kind=kind)
    assert rule.run(case) is case


@pytest.mark.parametrize(
    ("name", "question"),
    [
        ("answers_follow", "什么是涵管？"),
        ("articles_words", "2030年柳镇修桥几座？"),
        ("of_what_is_asked", "2029年柳镇修桥几座？"),
        ("differing", "柳镇有多少所学校？"),
    ],
)
@pytest.mark.usefixtures("all_rules")
def test_an_answer_names_the_rules_that_acted_and_none_that_is_left_out(
    pipeline: Pipeline, name: str, question: str
) -> None:
    answer = ask(pipeline, question)
    assert answer.answered
    acted = rules_of(answer.citations[0])
    assert name in acted
    assert list(acted) == [one for one in RULES.names if one in acted], "in their order"
    pipeline._rules = RULES.without(name)
    assert all(name not in rules_of(c) for c in ask(pipeline, question).citations)


def test_an_answer_in_which_nothing_was_amiss_names_no_rule(tmp_path: Path) -> None:
    with asking(tmp_path, bridge="云桥\n云桥由周家设计。\n") as made:
        (citation,) = ask(made, "云桥由谁家设计？").citations
    assert rules_of(citation) == ()


@pytest.mark.usefixtures("all_rules")
def test_another_year_than_the_page_tells_is_refused_by_the_rule_that_says_so(
    pipeline: Pipeline,
) -> None:
    refused = ask(pipeline, "2028年柳镇修桥几座？")
    assert refused.refusal is not None
    assert refused.refusal.mismatch is not None
    assert (refused.refusal.mismatch.asked, refused.refusal.mismatch.told) == ("2028年", "2029年")
    pipeline._rules = RULES.without("of_what_is_asked")
    unruled = ask(pipeline, "2028年柳镇修桥几座？")
    assert unruled.refusal is None or unruled.refusal.mismatch is None
