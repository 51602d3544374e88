"""`茶园面积有多大` as articles may tell it: `全县23.5万亩茶园`, the figure before what is measured.

Such a sentence lacks the measure's name, so one that has it of another thing (`推广面积达到8万亩`)
would be read as the likelier answer. Asked for the unit, `茶园有多少亩`, they are told apart.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace

from rag.evidence.scorer import Assessment
from rag.language.quantities import quantities
from rag.language.text import fold
from rag.question.understanding import ParsedQuestion, content_words
from rag.retrieval.candidates import Candidate
from rag.rules.articles_words import saying, worded_first

_UNITS = {
    "面积": ("平方公里", "平方米", "公顷", "亩"),
    "长": ("公里", "千米", "米"),
    "重": ("公斤", "千克", "吨", "斤"),
}
"""Units of each measure, those before others that end like them."""
_MEASURE = re.compile(
    r"的?(?:(?:总|占地|种植|建筑)?(?P<area>面积)|总?(?P<long>长)度?|全长|总?(?P<heavy>重)量)"
    r"(?:总共|一共|大约|大概|现在|目前|究竟|到底){0,2}[是有为达]{0,2}"
    r"(?:多少[^,，。?]{0,4}|多[大长重]|几[^,，。?]{1,4})[?？]?$"
)
_LONGEST = 60
"""Characters before the measure in which it is told of what it is."""


def counted_first(
    question: ParsedQuestion,
    candidates: Sequence[Candidate],
    assessment: Assessment,
    assess: Callable[[ParsedQuestion, Sequence[Candidate]], Assessment],
) -> Assessment:
    """The evidence with a figure right before the thing first, where it is likelier to answer.

    And where the likeliest so far does not so much as name the thing: `推广面积达到8万亩`.
    """
    for worded, words, own in as_measured(question, candidates):
        said, thing = saying(words, assess(worded, own)), words[-1].rpartition("的")[2]
        best = fold(assessment.evidence[0].text) if assessment.evidence else ""
        if said.evidence and (said.answerable > assessment.answerable or thing not in best):
            assessment = worded_first(said, assessment)
    return assessment


def as_measured(
    question: ParsedQuestion, candidates: Sequence[Candidate]
) -> Iterator[tuple[ParsedQuestion, tuple[str, ...], list[Candidate]]]:
    """The question by the units in which some candidates count what is to be measured.

    Gives the question, how they write it (`亩茶园`), and the candidates that write it so.
    """
    asked = _MEASURE.search(question.searched)
    if asked is None:
        return
    measure = next((name for name in asked.groups() if name), "长")
    before = question.searched[: asked.start()]
    thing = next(iter(content_words(before[-_LONGEST:])[::-1]), "")
    if len(thing) < 2 or not before.endswith(thing):
        return
    counting: dict[str, list[Candidate]] = {}
    for candidate in candidates:
        text = fold(candidate.hit.passage.text)
        for unit in dict.fromkeys(_counted(thing, _UNITS[measure], text)):
            counting.setdefault(unit, []).append(candidate)
    for unit, own in counting.items():
        searched = f"{before}有多少{unit}"
        spelt = replace(question, searched=searched, terms=content_words(searched))
        yield spelt, (f"{unit}{thing}", f"{unit}的{thing}"), own


def _counted(thing: str, units: Sequence[str], text: str) -> Iterator[str]:
    """The units of the figures that stand right before a thing in a folded text."""
    for quantity in quantities(text):
        unit = next((u for u in units if text.endswith(u, quantity.start, quantity.end)), None)
        if unit and text.startswith((thing, f"的{thing}"), quantity.end):
            yield unit
