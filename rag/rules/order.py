"""The rules, in their order, each with why it stands where it stands.

A rule drops, demotes or reorders sentences, or has them scored in other words; it may hand on one
of the scorer's probabilities or lower it, and never invents one.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from rag.evidence.scorer import Assessment
from rag.question.question_types import QuestionType
from rag.question.understanding import ParsedQuestion
from rag.rules.already_quoted import without_already_quoted
from rag.rules.announced import announced_first
from rag.rules.articles_words import asked_in_articles_words
from rag.rules.asked_source import without_other_sources
from rag.rules.attributes import without_other_people
from rag.rules.case import Case, Rule, Rules
from rag.rules.contrasts import without_other_places, without_others_answers
from rag.rules.differences import different_figures
from rag.rules.interviewer_sentences import answers_follow
from rag.rules.measured import counted_first
from rag.rules.namesakes import without_namesakes
from rag.rules.near_miss import NearMiss
from rag.rules.posts import without_other_posts
from rag.rules.qualifiers import without_near_misses
from rag.rules.rates import without_other_rates
from rag.rules.table_rows import without_other_rows

Drop = Callable[[ParsedQuestion, Assessment], tuple[Assessment, NearMiss | None]]
"""Gives the evidence that is no near miss, and the one that seemed likeliest of all."""


def _answers_follow(case: Case) -> Case:
    return case.with_assessment(answers_follow(case.assessment))


def _not_again(case: Case) -> Case:
    return case.with_assessment(without_already_quoted(case.assessment, case.told))


def _in_articles_words(case: Case) -> Case:
    asked = asked_in_articles_words(case.question, case.candidates, case.assessment, case.assess)
    return case.with_assessment(asked)


def _counted(case: Case) -> Case:
    counted = counted_first(case.question, case.candidates, case.assessment, case.assess)
    return case.with_assessment(counted)


def _dropping(drop: Drop) -> Callable[[Case], Case]:
    """A rule out of a function that parts near misses from the rest."""
    return lambda case: case.without_near_misses(*drop(case.question, case.assessment))


def _no_others_answer(case: Case) -> Case:
    return case.with_assessment(without_others_answers(case.question, case.assessment))


def _announced(case: Case) -> Case:
    return case.with_assessment(announced_first(case.question, case.assessment, case.weights))


def _differing(case: Case) -> Case:
    differing = different_figures(case.question, case.assessment, case.weights)
    return replace(case, differing=differing) if differing else case


RULES = Rules(
    before=(
        Rule(
            "answers_follow",
            "what only asks must be gone before anything else is compared with it",
            _answers_follow,
        ),
        Rule(
            "not_again",
            "what was quoted before counts no more, neither as best nor as a near miss",
            _not_again,
        ),
    ),
    after=(
        Rule(
            "articles_words",
            "first of all, for it brings sentences that the rules after it have to look at",
            _in_articles_words,
        ),
        Rule("counted", "brings sentences as well: `8万亩茶园` for an area", _counted),
        Rule(
            "of_this_source",
            "what another newspaper tells is not looked at further",
            _dropping(without_other_sources),
        ),
        Rule(
            "of_this_row",
            "a table's row is told by its own cells, before others are by what stands around them",
            _dropping(without_other_rows),
        ),
        Rule(
            "of_what_is_asked",
            "another year, part or number: before places and people, whose misses say less",
            _dropping(without_near_misses),
        ),
        Rule(
            "of_this_rate",
            "a price per kilo for one per pound; like what is asked of a series, and before names",
            _dropping(without_other_rates),
            frozenset({QuestionType.HOW_MANY}),
        ),
        Rule(
            "of_this_place",
            "what a newspaper reports of elsewhere",
            _dropping(without_other_places),
        ),
        Rule(
            "of_this_name",
            "another bridge than the one asked about",
            _dropping(without_namesakes),
        ),
        Rule(
            "of_this_post",
            "a deputy, or a county's bureau: who holds a post is somebody",
            _dropping(without_other_posts),
            frozenset({QuestionType.WHO}),
        ),
        Rule(
            "of_this_person",
            "last of those that drop sentences: it needs their names",
            _dropping(without_other_people),
        ),
        Rule(
            "no_others_answer",
            "short answers of the sentences that are left",
            _no_others_answer,
        ),
        Rule(
            "announced",
            "puts another sentence first, so after all that drop some",
            _announced,
            frozenset({QuestionType.LIST}),
        ),
        Rule(
            "differing",
            "compares the best with the others: last, when the best is known",
            _differing,
            frozenset({QuestionType.HOW_MANY}),
        ),
    ),
)
