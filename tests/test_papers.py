"""A journal's paper on a scan: laid askew, in close columns, one article from title to foot."""

from __future__ import annotations

import math

import numpy as np
import pytest

from ingest.parts.extracted import CONTINUES, ORDERED, PageText
from ingest.printed.frames import Frame
from ingest.printed.layout import Printed, lay_out
from ingest.printed.merged_lines import cut_at_gutters
from ingest.printed.papers import heading_level, is_paper
from ingest.printed.text_runs import Piece
from ingest.printed.tilt import Tilt
from ingest.printed.turns import Turn
from rag.data_model.documents import Place

SIZE = (1000.0, 1400.0)
EM = 20.0


def line(text: str, left: float, top: float, size: float = EM) -> Piece:
    return Piece(text, left, top, left + size * len(text), top + size * 1.2, size)


def box_of(left: float, top: float, wide: float, angle: float) -> list[tuple[float, float]]:
    """The corners of a line that starts at a point and runs at an angle."""
    cos, sin = math.cos(angle), math.sin(angle)
    along, down = (wide * cos, wide * sin), (-20 * sin, 20 * cos)
    start = (left, top)
    return [
        start,
        (left + along[0], top + along[1]),
        (left + along[0] + down[0], top + along[1] + down[1]),
        (left + down[0], top + down[1]),
    ]


class TestTilt:
    @pytest.mark.parametrize("angle", [-0.02, 0.012])
    def test_lines_tell_how_a_page_lies(self, angle: float) -> None:
        boxes = [box_of(100, 100 + 30 * n, 400, angle) for n in range(8)]
        tilt = Tilt.of(boxes, SIZE)
        assert tilt.angle == pytest.approx(angle)
        left, right = (tilt.level(corner) for corner in boxes[0][:2])
        assert left[1] == pytest.approx(right[1])

    def test_short_lines_few_lines_and_large_angles_tell_nothing(self) -> None:
        assert Tilt.of([box_of(100, 100, 400, 0.02)] * 3, SIZE).angle == 0
        assert Tilt.of([box_of(100, 100, 60, 0.02)] * 9, SIZE).angle == 0
        assert Tilt.of([box_of(100, 100, 400, 0.3)] * 9, SIZE).angle == 0

    def test_places_lie_on_the_page_that_was_read(self) -> None:
        tilt = Tilt(0.02, SIZE)
        corners = box_of(300, 500, 200, 0.02)
        (left, top), (right, bottom) = tilt.level(corners[0]), tilt.level(corners[2])
        box = (left / SIZE[0], top / SIZE[1], right / SIZE[0], bottom / SIZE[1])
        [place] = tilt.placed(PageText("字", (Place(0, 1, 1, box),))).places
        assert place.box[0] == pytest.approx(min(x for x, _ in corners) / SIZE[0], abs=1e-3)
        assert place.box[3] == pytest.approx(max(y for _, y in corners) / SIZE[1], abs=1e-3)

    def test_the_picture_turns_with_its_lines(self) -> None:
        pixels = np.full((400, 600, 3), 255, np.uint8)
        for x in range(50, 550):
            pixels[round(100 + 0.02 * x)][x] = 0
        level = Tilt(math.atan(0.02), (600.0, 400.0)).picture(pixels)
        dark = np.flatnonzero((level.min(axis=2) < 150).any(axis=1))
        assert dark.max() - dark.min() <= 2


def test_a_box_is_drawn_back_to_its_ink_and_a_close_gutter_is_cut() -> None:
    """Full lines on both sides show where; the one that was merged has white there too."""
    pixels = np.full((400, 700, 3), 255, np.uint8)
    pieces: list[Piece] = []
    for row in range(7):
        top = 20 + 40 * row
        for left in (20, 350):
            for k in range(16):
                pixels[top : top + 20, left + 20 * k : left + 19 + 20 * k] = 0
        halves = [("甲" * 16, 20), ("乙" * 16, 350)]
        if row == 3:
            pieces.append(Piece("甲" * 16 + "乙" * 16, 15, top, 675, top + 20, 20))
        else:
            pieces += [Piece(t, x - 5, top, x + 325, top + 20, 20) for t, x in halves]
    cut = cut_at_gutters(pieces, [() for _ in pieces], pixels)
    assert sorted(piece.text for piece in cut) == ["乙" * 16] * 7 + ["甲" * 16] * 7
    assert max(p.right for p in cut if p.text[0] == "甲") <= 341
    assert min(p.left for p in cut if p.text[0] == "乙") >= 349


COLUMNS = (
    """　　沙棘根系发达能固沙土也能结
栽在坡上三年便可成林不用浇水也
能活。
1 材料与方法
1.1 试验地
　　试验地在河源县北山阳坡上土""",
    """层很薄石块多。
2 结果与分析
　　三年生的沙棘高一米二比对照
出四成冠幅也大。
　　根长两米多须根在表土里织网
雨后冲走的土只有对照的三分之一""",
    """左右。
3 讨论
　　坡越陡差别越大说明根系起主
要作用。
　　只量了三年以后怎样还不知道
要接着量。""",
)


def paper(
    marks: tuple[str, ...] = ("摘要：本文量了沙棘的高和根。", "关键词：沙棘；根系"),
) -> Printed:
    pieces = [
        line("沙棘在阳坡上的生长", 300, 60, 40),
        *(line(mark, 40, 130 + 30 * n) for n, mark in enumerate(marks)),
        line("中图分类号：S793", 600, 130 + 30 * (len(marks) - 1)),
    ]
    for column, lines in enumerate(COLUMNS):
        for n, text in enumerate(lines.split("\n")):
            indent = len(text) - len(text.lstrip("　"))
            left = 40 + 320 * column + EM * indent
            pieces.append(line(text.strip(), left, 240 + 30 * n + 7 * column))
    pieces += [
        line("收稿日期：2020-03-01", 40, 700, 16),
        line("基金项目：某省自然科学基金资助的沙棘固土项目（20190001）", 40, 725, 16),
    ]
    rule = Frame(40, 690, 400, 691)
    return Printed(1, SIZE, {Turn.LEVEL: pieces}, (rule,))


class TestPaper:
    def test_columns_are_read_one_after_another_and_sentences_go_on(self) -> None:
        [page] = lay_out([paper()], slack=0.25)
        joined = {page.text[m.start :].split("\n")[0] for m in page.marks if m.kind == CONTINUES}
        assert any(text.startswith("层很薄") for text in joined)
        assert any(text.startswith("左右") for text in joined)
        order = [
            "1.1 试验地",
            "阳坡上土",
            "层很薄",
            "2 结果",
            "三分之一",
            "左右",
            "3 讨论",
            "接着量",
            "收稿",
        ]
        places = [page.text.index(text) for text in order]
        assert places == sorted(places)

    def test_it_is_one_article_with_numbered_headings(self) -> None:
        [page] = lay_out([paper()], slack=0.25)
        assert any(mark.kind == ORDERED for mark in page.marks)
        assert "\n## 2 结果与分析\n" in page.text
        assert "\n### 1.1 试验地\n" in page.text
        assert "# " not in page.text[page.text.index("收稿") :]

    def test_a_page_without_an_abstract_is_none(self) -> None:
        [page] = lay_out([paper(("近年来栽了许多沙棘。", "县里很满意"))], slack=0.25)
        assert not any(mark.kind in {ORDERED, CONTINUES} for mark in page.marks)

    def test_what_tells_a_paper(self) -> None:
        assert is_paper([line(t, 0, 0) for t in ("【摘 要】目的", "关键词：甲", "收稿日期：2020")])
        assert not is_paper([line(t, 0, 0) for t in ("摘要：会议讲了三点", "记者了解到")])

    @pytest.mark.parametrize(
        ("text", "level"),
        [
            ("1材料与方法", 2),
            ("3 讨论", 2),
            ("2.1 有机碳含量", 3),
            ("2016年3月，", 0),
            ("12头牛，", 0),
        ],
    )
    def test_which_lines_are_headings(self, text: str, level: int) -> None:
        assert heading_level(text) == level
