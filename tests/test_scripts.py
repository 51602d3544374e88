"""Exponents, indices and the marks of notes; numbers of lists; formulas."""

from __future__ import annotations

import pytest
from lxml import etree, html

from ingest.parts.formulas import formula_text
from ingest.parts.list_numbers import shown_number
from ingest.parts.scripts import lowered, raised

MATH = 'xmlns:m="http://schemas.openxmlformats.org/officeDocument/2006/math"'


@pytest.mark.parametrize(
    ("before", "high", "links", "shown"),
    [
        ("装机2.6×10", "8", False, "⁸"),
        ("约为10", "-6", False, "⁻⁶"),
        ("占地3km", "2", False, "²"),
        ("库容4.1亿米", "3", False, "³"),
        ("能量mc", "2", False, "²"),
        ("(a+b)", "2", False, "²"),
        ("x", "n", False, "^n"),
        ("x", "n+1", False, "^(n+1)"),
        ("水库建于清代", "2", False, "[2]"),
        ("全长一千米。", "12", False, "[12]"),
        ("增长5.3%", "3", False, "[3]"),
        ("早在1956", "1", False, "[1]"),
        ("共有12", "1", True, "[1]"),
        ("用TensorFlow", "4", False, "[4]"),
        ("见前人研究", "3-5", False, "[3-5]"),
        ("见前人研究", "[3]", False, "[3]"),
        ("见前人研究", "①", False, "①"),
        ("the 5", "th", False, "th"),
        ("商标", "TM", False, "TM"),
    ],
)
def test_exponents_are_told_from_marks(before: str, high: str, links: bool, shown: str) -> None:
    assert raised(high, before, links=links) == shown


def test_indices_in_their_own_characters() -> None:
    assert lowered("2") == "₂"
    assert lowered("max") == "max"


@pytest.mark.parametrize(
    ("style", "numbers"),
    [
        ("decimal", "1 2 3 10 11"),
        ("chineseCountingThousand", "一 二 三 十 十一"),
        ("upperRoman", "I II III X XI"),
        ("lowerLetter", "a b c j k"),
        ("decimalEnclosedCircle", "① ② ③ ⑩ ⑪"),
        ("ideographTraditional", "甲 乙 丙 癸 11"),
        ("ideographDigital", "一 二 三 一〇 一一"),
        ("chineseLegalSimplified", "壹 贰 叁 拾 拾壹"),
        ("decimalZero", "01 02 03 10 11"),
        ("decimalFullWidth", "１ ２ ３ １０ １１"),
        ("unheard-of", "1 2 3 10 11"),
    ],
)
def test_numbers_as_they_are_shown(style: str, numbers: str) -> None:
    assert [shown_number(n, style) for n in (1, 2, 3, 10, 11)] == numbers.split()


def test_bullets_are_no_numbers() -> None:
    assert shown_number(3, "bullet") == shown_number(3, "none") == ""


@pytest.mark.parametrize(
    ("inside", "shown"),
    [
        ("<m:r><m:t>v=30</m:t></m:r>", "v=30"),
        (
            "<m:sSup><m:e><m:r><m:t>r</m:t></m:r></m:e><m:sup><m:r><m:t>2</m:t></m:r></m:sup></m:sSup>",
            "r²",
        ),
        (
            "<m:f><m:num><m:r><m:t>a+b</m:t></m:r></m:num><m:den><m:r><m:t>c</m:t></m:r></m:den></m:f>",
            "(a+b)/c",
        ),
        ("<m:rad><m:deg/><m:e><m:r><m:t>2</m:t></m:r></m:e></m:rad>", "√(2)"),
        ("<m:d><m:e><m:r><m:t>x</m:t></m:r></m:e></m:d>", "(x)"),
    ],
)
def test_formulas_of_word(inside: str, shown: str) -> None:
    assert formula_text(etree.fromstring(f"<m:oMath {MATH}>{inside}</m:oMath>")) == shown


def test_deep_formulas_take_no_time() -> None:
    inside = "<m:d><m:e>" * 55 + "<m:r><m:t>x</m:t></m:r>" + "</m:e></m:d>" * 55
    assert "(" in formula_text(etree.fromstring(f"<m:oMath {MATH}>{inside}</m:oMath>"))


def test_formulas_of_web_pages() -> None:
    page = "<math><mi>E</mi><mo>=</mo><mi>m</mi><msup><mi>c</mi><mn>2</mn></msup></math>"
    assert formula_text(html.fragment_fromstring(page)) == "E=mc²"
