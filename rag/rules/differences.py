"""The same quantity with another value elsewhere: both are shown, neither is chosen."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from rag.evidence.scorer import Assessment, Evidence
from rag.evidence.units import asked_unit
from rag.language.enumeration import enumerations
from rag.language.naming import qualifiers_in
from rag.language.numerals import NUMERAL, number_of
from rag.language.quantities import Quantity, quantities
from rag.language.text import fold, names_in, windows
from rag.language.year_names import YEAR
from rag.question.question_types import QuestionType
from rag.question.term_weights import TermWeights
from rag.question.topics import view_in
from rag.question.understanding import ParsedQuestion, content_words

_NEAR = 1.7
"""Two reports of one quantity differ by less than this factor; a part and its whole by more."""
_ALIKE = 0.3
_ON_TOPIC = 0.55
_WHOLE = 0.66
"""Sentences that both hold so much of the question count the same in other words."""
_REACH, _AFTER = 16, 4
"""Characters before and after a number that say what it counts."""
_PLANNED = re.compile(
    r"到\d{4}年|到[今明后]年|计划|预计|目标|力争|应当|将[要会再在把于达]|拟|争取|规划|新增|再|底前|年底"
)
_LASTING = re.compile(rf"(?<![第\d])({NUMERAL})(?:个)?年(?!级|前|后|代|度|底|初|第)")
"""How many years a figure is of: `三年改造1036个`."""
_MOST_YEARS = 100
_EACH = re.compile("分别|各")
_DONE = re.compile("已|累计|达到了|完成了")
_YEARS = re.compile(r"\d{4}(?=年)")
_ASKS_WHETHER_ALIKE = re.compile(
    r"(?:的)?(?:数字|数据|数目|说法|数)?(?:是否|是不是)?(?:前后)?(?:一致|一样|相同|矛盾)(?:吗|么)?$"
    r"|[，,]?(?:几|两|各|不同)(?:处|篇|个|家)?(?:报道|文章|地方|版面|说法)?(?:里|中)?(?:分别|各自?)(?:说|写|报)?的?(?:是多少)?$"
    r"|(?:[，,][^，,]{0,14}?)?的?(?:说法|数字|数据|报道)?有(?:什么|何|哪些)?(?:出入|矛盾|不一致)$"
)
_PLACES = re.compile(r"^(?:在)?第?\S{1,12}(?:版|报道|文章|访谈|报告)(?:里|中|上)?[，,]")
_MONEY = re.compile("资金|钱|投资|费用|金额|经费|补贴|收入|产值|造价|成本|价")


@dataclass(frozen=True, slots=True)
class Figure:
    """A quantity of a piece of evidence, and the words that say what it counts."""

    evidence: Evidence
    quantity: Quantity
    label: str
    text: str


def as_figure_question(question: ParsedQuestion) -> ParsedQuestion:
    """`…的数字一致吗`, `…有什么出入` ask for the figure itself, wherever it stands."""
    bare = question.searched.rstrip("?!。 ")
    topic = _ASKS_WHETHER_ALIKE.sub("", bare)
    if topic == bare or view_in(topic):  # two views may differ as well
        return question
    topic = _PLACES.sub("", topic).strip(",， 的")
    terms = content_words(topic)
    if not terms:
        return question
    return replace(question, searched=f"{topic}是多少", type=QuestionType.HOW_MANY, terms=terms)


def different_figures(
    question: ParsedQuestion, assessment: Assessment, weights: TermWeights
) -> tuple[Evidence, ...]:
    """The best evidence and what gives its figure another value; empty where nothing does."""
    if question.type is not QuestionType.HOW_MANY or not assessment.evidence:
        return ()
    best = assessment.evidence[0]
    told = max(_figures(best), key=lambda f: _fits(f, question), default=None)
    if told is None:
        return ()
    named = [name for name in names_in(question.searched) if _names_all([name], best)]
    others = [
        figure
        for evidence in assessment.evidence[1:]
        if _elsewhere(evidence, best) and _on_topic(evidence, weights)
        if _names_all(named, evidence)
        for figure in _figures(evidence)
        if _contradicts(figure, told, weights)
    ]
    if not others:
        return ()
    other = max(others, key=lambda f: _alike(f.label, told.label))
    return (best, replace(other.evidence, probability=best.probability))


def _figures(evidence: Evidence) -> Iterator[Figure]:
    text = fold(evidence.text)
    for quantity in quantities(text):
        clause = _clause_before(text, quantity)
        label = re.sub(r"[\d,.，、%]", "", clause)[-_REACH:] + text[quantity.end :][:_AFTER]
        yield Figure(evidence, quantity, label, text)


def _clause_before(text: str, quantity: Quantity) -> str:
    """The sentence, or its part between semicolons, as far as the number."""
    return re.split(r"[。；;]", text[: quantity.start])[-1]


def _fits(figure: Figure, question: ParsedQuestion) -> tuple[bool, float]:
    """How well a figure answers: the unit that is asked for, then the words before it."""
    unit = figure.quantity.unit
    money = unit == "元" and _MONEY.search(question.searched) is not None
    right = unit == asked_unit(question) or money
    return right, _alike(figure.label, question.searched)


def _elsewhere(a: Evidence, b: Evidence) -> bool:
    """Whether two pieces stand in different paragraphs, and not in one list of different things."""
    stored = a.candidate.hit.stored
    if stored.key != b.candidate.hit.stored.key:
        return True
    starts = {a.sentence.start, b.sentence.start}
    listed = any(
        starts <= {s.start for s in enumeration.members}
        for enumeration in enumerations(stored.article)
    )
    return a.sentence.paragraph != b.sentence.paragraph and not listed


def _on_topic(evidence: Evidence, weights: TermWeights) -> bool:
    hit = evidence.candidate.hit
    text = fold(f"{hit.stored.article.title}\n{evidence.text}")
    return weights.held(text) >= _ON_TOPIC


def _names_all(names: Sequence[str], evidence: Evidence) -> bool:
    """Whether all stand in a sentence's article, its title or its newspaper's name."""
    if not names:
        return True
    article = evidence.candidate.hit.stored.article
    text = fold("\n".join((article.newspaper or "", article.title, article.text)))
    return all(name in text for name in names)


def _contradicts(a: Figure, b: Figure, weights: TermWeights) -> bool:
    """Whether two figures count the same thing differently."""
    low, high = sorted((a.quantity.value, b.quantity.value))
    years = set(_YEARS.findall(a.text)), set(_YEARS.findall(b.text))
    return (
        a.quantity.unit == b.quantity.unit
        and 0 < low < high < low * _NEAR
        and _count_the_same(a, b, weights)
        and _is_planned(a) == _is_planned(b)
        and (not all(years) or bool(years[0] & years[1]))
        and _of_one_period(a, b)
        and not _of_other_number(a, b)
    )


def _of_one_period(a: Figure, b: Figure) -> bool:
    """Whether two figures can be of the same time: three years' sum is no other value of one's."""
    lasting = {length for figure in (a, b) if (length := _lasting(figure))}
    return len(lasting) < 2


def _lasting(figure: Figure) -> int:
    """Of how many years a figure is, as its clause names them last; 0 where it names none."""
    before = _clause_before(figure.text, figure.quantity)
    if _EACH.search(before):  # then it is of one of those years
        return 0
    years = [n.values for n in qualifiers_in(before) if n.kind == YEAR and not n.compared]
    if years:
        return len(years[-1])
    lasting = [number_of(numeral) or 0 for numeral in _LASTING.findall(before)]
    return lasting[-1] if lasting and lasting[-1] < _MOST_YEARS else 0


def _of_other_number(a: Figure, b: Figure) -> bool:
    """Whether two figures are of different ones of a kind: 7号渡口 and 8号渡口, 3月 and 4月."""
    named = _numbered(a), _numbered(b)
    return any(named[0][kind].isdisjoint(named[1][kind]) for kind in named[0].keys() & named[1])


def _numbered(figure: Figure) -> dict[str, set[int]]:
    """The members of series that a figure's clause names, by kind."""
    found: dict[str, set[int]] = {}
    for named in qualifiers_in(_clause_before(figure.text, figure.quantity)):
        if named.kind != YEAR and not named.compared:
            found.setdefault(named.kind + named.of, set()).update(named.values)
    return found


def _is_planned(figure: Figure) -> bool:
    """Whether a figure is a plan's: words for one come before it, and nothing then says 已."""
    before = figure.text[: figure.quantity.end]
    planned = [match.end() for match in _PLANNED.finditer(before)]
    return bool(planned) and _DONE.search(before, planned[-1]) is None


def _count_the_same(a: Figure, b: Figure, weights: TermWeights) -> bool:
    """Whether the words around two numbers are alike, or hold the same words of the question."""
    shared = [
        word for word in weights.words if len(word) > 1 and word in a.label and word in b.label
    ]
    alike = _alike(a.label, b.label)
    if alike >= _ALIKE or len(shared) > 1 or (bool(shared) and alike >= _ALIKE / 2):
        return True
    return all(weights.pair_cover(figure.text) >= _WHOLE for figure in (a, b)) and bool(shared)


def _alike(a: str, b: str) -> float:
    """Dice coefficient of two texts' character pairs."""
    pairs = set(windows(a, 2)), set(windows(b, 2))
    return 2 * len(pairs[0] & pairs[1]) / (len(pairs[0]) + len(pairs[1]) or 1)
