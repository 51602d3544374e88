"""Whose value a short answer is, where a sentence tells several of one kind.

Of `总投资9万元，其中乡里出资5万元，其余由县农业局补助` no value is the bureau's own. A value
belongs to the subject of its clause; what was planned is not what was done; and of `分别为3个和5个`
each is of one of the things listed, in their order. The sentence is quoted all the same.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from rag.data_model.documents import Span
from rag.language.quantities import UNIT, quantities
from rag.language.text import fold, fold_with_offsets, tagged
from rag.question.question_types import QuestionType
from rag.question.understanding import ParsedQuestion, content_words, without_end_marks

_END = re.compile(r"[;；:：。]|(?<!\d)[,，]|[,，](?!\d)")
_BARE = re.compile(r"(?<![\d.])\d{1,15}(?:\.\d{1,15})?[万亿]{1,2}")
"""A sum without its unit: `是5800万`."""
_APART = re.compile(rf"(?<=\d) (?=[千万亿]|{UNIT})")
_CALENDAR = 1000
"""`2021年` counts nothing."""
_UNITS = re.compile(
    rf"[十百千万亿]{{0,3}}(?:{UNIT})|个?点|钱|资金|占|比例|比重|[多大高长重远]|每[年月周天日]?"
)
"""Words of a question that tell what kind of value is asked for, not of what."""
_NOUNS = ("n", "b", "f", "s", "t")
"""The tagger's marks of nouns and of what stands for one: kinds, sides, places, times."""
_LEVEL = re.compile(
    r"(?P<upper>中央|国家)|(?<![城社小校园])(?P<levels>[省市区县乡镇]{1,4})(?=[两三四]?级|本级|财政|政府|里)"
    r"|(?<![城社小校园])(?P<bureau>[省市区县])(?!场)(?=[\u4e00-\u9fff]{1,5}[厅局委])"
)
_PLANNED = re.compile("预算|计划|预计|概算|目标|规划|拟|原定|预期|力争")
_DONE = re.compile("[了过]|已|实际|完成")
_EACH = re.compile("分别|各自|各[是有为占]")
_ASKING = re.compile("多少|多[大高长重远]|几|百分之")
_LISTED = re.compile("[、和与及]")
_LONGEST_NAME = 8


@dataclass(frozen=True, slots=True)
class _Clause:
    """A clause of a folded sentence, with the values of the kind that is asked for."""

    start: int
    text: str
    values: int


def is_anothers_value(question: ParsedQuestion, text: str, start: int, end: int) -> bool:
    """Whether a value is told of something else than what a question for values is about.

    Args:
        question: as understood.
        text: of the sentence.
        start: where the short answer begins in it.
        end: where it ends.
    """
    found = _answer_among(question, text, start, end)
    if found is None:
        return False
    own, told, alike, answer, clauses, c = found
    if _of_other_level(own, clauses[c].text):
        return True
    if len(alike) == 1:
        return False
    if _EACH.search(own) or _planned_not_done(own, clauses, c):
        return True
    listed = _of_another_item(own, told, alike, answer)
    if listed is not None:
        return listed
    words = _words(own)
    within = _within(words, clauses)
    named = _namesake_clause(within, clauses, c) is not None
    return named or _told_elsewhere(own, words, within, clauses, c)


def own_value(question: ParsedQuestion, text: str, start: int, end: int) -> Span | None:
    """Where the value stands that is told of what is asked about, beside the one at hand.

    Of `甲县38张，乙县36张，丙县只有19张` asked for 丙县 it is `19张`. None where the value at hand
    may be of that too, or not one other clause alone begins with it.

    Args:
        question: as understood.
        text: of the sentence.
        start: where the short answer begins in it.
        end: where it ends.
    """
    found = _answer_among(question, text, start, end)
    if found is None:
        return None
    n = _namesake_clause(_within(_words(found.own), found.clauses), found.clauses, found.c)
    if n is None or found.clauses[n].values != 1:
        return None
    folded = fold_with_offsets(text)
    if folded.text != found.told:
        return None
    clause = found.clauses[n]
    first, last = next(
        (one[0], one[1])
        for one in found.alike
        if clause.start <= one[0] < clause.start + len(clause.text)
    )
    return folded.raw_span(first, last)


class _Among(NamedTuple):
    """A short answer's value, among the values of its kind in its sentence.

    `c` is its clause, `told` the folded sentence.
    """

    own: str
    told: str
    alike: list[tuple[int, int, str]]
    answer: tuple[int, int, str]
    clauses: list[_Clause]
    c: int


def _answer_among(question: ParsedQuestion, text: str, start: int, end: int) -> _Among | None:
    """None where no value is asked for, or the short answer is not one value."""
    if question.type is not QuestionType.HOW_MANY:
        return None
    told, at, stop = _close(text), len(_close(text[:start])), len(_close(text[:end]))
    every = _values(told)
    answers = [one for one in every if at <= one[0] < stop]
    if len(answers) != 1:
        return None
    alike = [one for one in every if one[2] == answers[0][2]]
    clauses = _clauses(told, alike)
    c = max(n for n, clause in enumerate(clauses) if clause.start <= answers[0][0])
    own = without_end_marks(question.own)
    return _Among(own, told, alike, answers[0], clauses, c)


def _within(words: Sequence[str], clauses: Sequence[_Clause]) -> list[set[str]]:
    """Which of a question's words stand in each clause."""
    return [{word for word in words if word in clause.text} for clause in clauses]


def _namesake_clause(within: Sequence[set[str]], clauses: Sequence[_Clause], c: int) -> int | None:
    """The one other clause with a value that begins with words of the question which it alone has.

    None where the clause of the value at hand has words of it as well, or begins with no noun:
    `比前年多2万亩` goes on with what stands before it.
    """
    if within[c] or not _begins_with_noun(clauses[c].text):
        return None
    alone = [
        n
        for n, clause in enumerate(clauses)
        if clause.values
        and clause.text.startswith(tuple(within[n].difference(*within[:n], *within[n + 1 :])))
    ]
    return alone[0] if len(alone) == 1 else None


def _begins_with_noun(clause: str) -> bool:
    return tagged(clause)[0][1].startswith(_NOUNS)


def _close(text: str) -> str:
    """A text folded, with its units close to their numbers: `38 %`."""
    return _APART.sub("", fold(text))


def _values(told: str) -> list[tuple[int, int, str]]:
    """Start, end and unit of the values of a folded text, in order; a bare sum is of money."""
    found = [
        (q.start, q.end, q.unit) for q in quantities(told) if q.unit != "年" or q.value < _CALENDAR
    ]
    taken = {place for start, end, _ in found for place in range(start, end)}
    bare = ((m.start(), m.end(), "元") for m in _BARE.finditer(told) if m.start() not in taken)
    return sorted([*found, *bare])


def _clauses(told: str, alike: Sequence[tuple[int, int, str]]) -> list[_Clause]:
    """The clauses of a sentence; values that are listed with `、` have one each."""
    ends = {match.end() for match in _END.finditer(told)}
    ends.update(end + 1 for _, end, _ in alike if told.startswith("、", end))
    cuts = [0, *sorted(ends - {0, len(told)}), len(told)]
    return [
        _Clause(start, told[start:end], sum(start <= value[0] < end for value in alike))
        for start, end in itertools.pairwise(cuts)
        if start < end
    ]


def _of_other_level(own: str, clause: str) -> bool:
    """Whether a question and a clause name levels of government, and none is of both."""
    asked, told = _levels(own), _levels(clause)
    return bool(asked and told) and not asked & told


def _levels(text: str) -> set[str]:
    return {
        level
        for match in _LEVEL.finditer(text)
        for level in (
            match["levels"] or [match["bureau"] or match["upper"].replace("国家", "中央")]
        )
    }


def _planned_not_done(own: str, clauses: Sequence[_Clause], c: int) -> bool:
    """Whether a question asks what was done, a clause tells a plan, and another what was done."""
    return (
        _DONE.search(own) is not None
        and _PLANNED.search(own) is None
        and _is_plan(clauses[c])
        and any(clause.values and not _is_plan(clause) for clause in clauses)
    )


def _is_plan(clause: _Clause) -> bool:
    return _PLANNED.search(clause.text) is not None and _DONE.search(clause.text) is None


def _of_another_item(
    own: str, told: str, alike: Sequence[tuple[int, int, str]], answer: tuple[int, int, str]
) -> bool | None:
    """Whether a value behind `分别` is of another thing of the list before it than is asked about.

    None where no list before it has as many items as there are values.
    """
    begin = told.rfind("分别", 0, answer[0])
    if begin < 0:
        return None
    ends = [match.end() for match in _END.finditer(told, 0, begin)]
    items = _LISTED.split(told[ends[-1] if ends else 0 : begin])
    values = [one for one in alike if one[0] > begin][: len(items)]
    if len(items) < 2 or len(values) < len(items) or answer not in values:
        return None
    named = {n for n in range(len(items)) if _is_named(own, items, n)}
    return named != {values.index(answer)}


def _is_named(own: str, items: Sequence[str], n: int) -> bool:
    """Whether a question names an item of a list, by what stands beside the mark that parts it."""
    last, item = n == len(items) - 1, items[n]
    others = [other for place, other in enumerate(items) if place != n]
    for length in range(min(len(item), _LONGEST_NAME), 0, -1):
        name = item[:length] if last else item[-length:]
        if name in own:
            return not any(name in other for other in others)
    return False


def _told_elsewhere(
    own: str,
    words: Sequence[str],
    within: Sequence[set[str]],
    clauses: Sequence[_Clause],
    c: int,
) -> bool:
    """Whether what is asked about stands in other clauses than the value, which names none of it.

    A subject holds on for the clauses after it, unless it has a value of its own there and the
    question has no word left that the later clause might say otherwise.
    """
    so_far = set[str]().union(*within[: c + 1])
    later = {word for word in set[str]().union(*within[c + 1 :]) - so_far if len(word) > 1}
    unsaid = set(words) - so_far - later
    subject = _subject(within, clauses, c)
    asked = _ASKING.split(own, maxsplit=1)[0]
    if later.intersection(_words(asked)[-1:]) or (later and not subject and not unsaid):
        return True
    return any(
        clause.values and within[n] > subject and (n > c or not unsaid)
        for n, clause in enumerate(clauses)
        if n != c
    )


def _words(question: str) -> list[str]:
    return [word for word in content_words(question) if not _UNITS.fullmatch(word)]


def _subject(within: Sequence[set[str]], clauses: Sequence[_Clause], c: int) -> set[str]:
    """The question's words in a clause, or in those right before it that have no value."""
    while not within[c] and c and not clauses[c - 1].values:
        c -= 1
    return within[c]
