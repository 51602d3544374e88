"""Reading twice as much takes about twice as long, whatever was written to make it take longer.

The rules read whole articles and questions that anybody may send. What is compared is how long one
text takes with how long as many characters in several short texts take, never the time itself:
where it grows with the square, the one text takes `TIMES` as long.
"""

from __future__ import annotations

import importlib
import re
from collections.abc import Callable, Iterator, Mapping
from time import process_time

import pytest
from pages import article

from ingest.printed.aligned_tables import aligned_tables
from ingest.printed.text_runs import Piece
from rag.data_model.answers import Question
from rag.desk.statements import statement_end
from rag.language import names, numerals, series, year_parts
from rag.language.naming import qualifiers_in
from rag.language.quantities import quantities
from rag.language.series import members_in
from rag.language.year_names import years_in
from rag.language.year_parts import parts_in, without_parts
from rag.library.records import StoredArticle
from rag.question.comparisons import states_no_difference
from rag.question.english_figures import figures_in
from rag.question.limits import limits_of
from rag.question.numbered_parts import Part, asked_parts, items_of, other_part_around, reports
from rag.question.romanised import readings
from rag.question.several import several
from rag.question.spellings import spelt_out
from rag.question.understanding import ParsedQuestion, understand
from rag.quoting.part_quotes import find_parts
from rag.rules import attributes
from rag.rules.asked_source import asked_source
from rag.rules.namesakes import named_things

MODULES = (
    "language.series language.naming language.numerals language.year_names language.year_parts "
    "language.names language.quantities question.limits question.spellings question.comparisons "
    "question.numbered_parts question.doubts question.slips question.english question.romanised "
    "question.english_figures question.understanding evidence.units quoting.part_quotes "
    "rules.attributes rules.qualifiers rules.contrasts"
)
TIMES = 8
"""How many times as long the longer text is."""
MOST = 3
"""So many times as long it may take as all the short ones together."""
LEAST = 2e-3
"""Seconds; less than that is noise."""
RUNS = (
    "1 一 十 千 年 月 第 王 ( 、 - 至 a v 比 说 的 近 了 是 到 , 岁 多 东 周一 上午 今年 现在 去年 "
    "违反 1、 一、 3、 三和 3月 3月5日至 1- 1. 第一 第一条 第1条至 2023年 2023年至 1年级 三班 "
    "二千年 一万 a1- a. 比的 比王的 王和 王比王大 和王的相差 年龄 王说 教授王 王明明 "
    "(1 (一) 上一次 几年 还是2023年 哪一个 周一一 周三次 担任 来自 出生于 比2023年 比三班 8%"
)


LAW = StoredArticle(
    1, article(*(f"第{n}条　王明说。" for n in range(1, 9))), "a.txt", "/a.txt", "0" * 64, 1
)
FIFTH = Part("条", 5, "第五条")


def of_length(unit: str, length: int) -> str:
    """A text of so many characters that says one thing over and over."""
    return (unit * (length // len(unit) + 1))[:length]


def growth(read: Callable[[str], object], unit: str, length: int) -> float:
    """How many times as long one text takes as `TIMES` short ones; the least of several tries."""
    short, long = of_length(unit, length), of_length(unit, TIMES * length)
    grown = float("inf")
    for _ in range(4):
        took = sum(_seconds(read, short) for _ in range(TIMES))
        grown = min(grown, _seconds(read, long) / max(took, LEAST))
        if grown < MOST:
            break
    return grown


def _seconds(read: Callable[[str], object], text: str) -> float:
    start = process_time()
    read(text)
    return process_time() - start


def patterns() -> Iterator[tuple[str, re.Pattern[str]]]:
    """Every regular expression of the rules, the tables of words among them."""
    for name in MODULES.split():
        for own, value in vars(importlib.import_module(f"rag.{name}")).items():
            if isinstance(value, re.Pattern):
                yield f"{name}.{own}", value
    yield "series.toml", series._tables().pattern
    yield "numeral", re.compile(numerals.NUMERAL)
    for n, (pattern, _, _) in enumerate(year_parts._PARTS):
        yield f"year_parts {n}", pattern
    for n, attribute in enumerate(attributes._attributes()):
        told = (attribute.asks, attribute.told, attribute.limits)
        yield from ((f"attributes.toml {n}", each) for each in told if each)


@pytest.mark.parametrize(("name", "pattern"), [pytest.param(*p, id=p[0]) for p in patterns()])
def test_no_pattern_reads_again_what_it_has_read(name: str, pattern: re.Pattern[str]) -> None:
    grown = {u: growth(pattern.findall, u, 400) for u in RUNS.split()}
    assert {unit: times for unit, times in grown.items() if times > MOST} == {}, name


def ask(text: str) -> ParsedQuestion:
    return understand(Question(question=text), len(text))


def around_each(text: str) -> object:
    """In which part of a law each paragraph lies."""
    law = article(*text.split("。"))
    return [other_part_around(FIFTH, law, paragraph.n) for paragraph in law.paragraphs]


RULES: Mapping[str, tuple[Callable[[str], object], str]] = {
    "members": (lambda t: list(members_in(t)), "1、 三班 比三班 周一 东 a1- 甲组 (1 第一 一班"),
    "years": (lambda t: list(years_in(t)), "2023年 比2023年 2023年至 去年 1980年代"),
    "parts of the year": (lambda t: list(parts_in(t)), "3、 3月 比3月 3月5日至 上月 1-"),
    "without parts": (without_parts, "3、 3月 1-"),
    "names": (qualifiers_in.__wrapped__, "2023年 (2023年 上一次2023年 比3月 三班 3月5日 a1 1、"),
    "quantities": (lambda t: list(quantities(t)), "1 一 1、 111 3元 一万 8%"),
    "respelt": (numerals.respelt, "1 一 1班 三班 v"),
    "spelt out": (lambda t: spelt_out(ask(t)), "三班 2023年 3月 第一届 周一"),
    "limits": (lambda t: limits_of(ask(t)), "三班 上午 2023年的 3月 比三班 第几班三班 除三班"),
    "difference": (
        lambda t: states_no_difference(ask(t), t, len(t) - 1, len(t)),
        "比 比的 比王的 王和 王和的 王比王多多少, 近 多了 和王的相差",
    ),
    "difference told": (
        lambda t: states_no_difference(ask("甲楼比乙楼高多少米"), t, len(t) - 1, len(t)),
        "近 多了 高出了 甲楼比乙楼高 多",
    ),
    "parts of a law": (lambda t: asked_parts(ask(t)), "第一条 第1条至 违反第一条 表1 第一条第二款"),
    "found parts": (lambda t: find_parts(ask(t), [LAW], lambda _: "", 100), "第3条 第1条至第9条"),
    "parts around": (around_each, "王明。 第五条王明。"),
    "items": (items_of, "( (1 (一) （"),
    "reports": (lambda t: reports(FIFTH, t), "第五条 违反 第五条规定, 违反第五条规定,"),
    "people shown": (lambda t: list(names.shown_in(t)), "王 教授王明 王说 工王明 工王 王明,男,"),
    "people named": (lambda t: names.named(t, [LAW.article]), "王 王明 教授王"),
    "English figures": (lambda t: list(figures_in(t)), "1 1, 1,111 may may_4 in_may 5th"),
    "syllables": (readings, "aoa aoa- a' xian"),
    "several questions": (
        several,
        "谁 ，谁 多少，多少 甲和 、甲 分别 2022年和 从2017年到 还是 甲多还是 “ 《， ：甲、 以及谁",
    ),
    "named things": (lambda t: list(named_things(t)), "松陵 大桥 松陵大桥 松陵县 县"),
    "statements": (lambda t: statement_end(t, 18, 120), "， 他， “他， 王明说了， 2,"),
    "asked source": (asked_source, "据 据《 》 据甲报 甲报说 报"),
    "of whom": (lambda t: attributes._asked(ask(t), [LAW.article]), "年龄 王明年龄 现在 今年 王"),
}
"""What reads a text, and what makes it slow where it reads it anew for each thing in it."""


@pytest.mark.parametrize("rule", RULES)
def test_no_rule_reads_a_text_anew_for_each_thing_in_it(rule: str) -> None:
    read, units = RULES[rule]
    grown = {unit: growth(read, unit, 1000) for unit in units.split()}
    assert {unit: times for unit, times in grown.items() if times > MOST} == {}


def printed(signs: str) -> list[Piece]:
    """A page of a line a sign, of which there is no table: `栏` two columns, `单` one of them."""
    return [
        Piece("字" * 18, left, 14.0 * n, left + 180, 14.0 * n + 10, 10)
        for n, sign in enumerate(signs)
        for left in ((50.0, 260.0) if sign == "栏" else (50.0,))
    ]


@pytest.mark.parametrize("lines", ["栏", "栏单"])
def test_no_page_is_read_anew_for_each_line_that_begins_no_table(lines: str) -> None:
    assert not list(aligned_tables(printed(of_length(lines, 100)), [], 10.0))
    assert growth(lambda t: list(aligned_tables(printed(t), [], 10.0)), lines, 100) < MOST
