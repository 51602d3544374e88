"""Scans with labels, fonts without characters, turned and vertical text, forms and notes."""

from __future__ import annotations

import random

import numpy as np
import pytest
from test_page_furniture import PROSE, SENTENCES
from typeset_pdfs import HEIGHT, LINE, WIDTH, Sheet, read, said

from ingest.formats.readers import _without_scans
from ingest.parts.extracted import Extracted, Mark, PageText, join_pages
from ingest.printed.garbled import looks_garbled
from ingest.printed.merged_lines import cut_at_gutters
from ingest.printed.text_runs import Piece
from ingest.printed.turns import Turn
from rag.errors import FontsUnknown, NoTextLayer

LABELS = [
    "由 某某王 扫描创建",
    "河口镇档案馆 第1页 共3页 打印时间2024-05-06 密级：内部",
    "Scanned by X",
]


class TestScans:
    @pytest.mark.parametrize("label", LABELS)
    def test_a_label_does_not_make_a_text(self, label: str) -> None:
        sheet = Sheet().picture(20, 60, 555, 700).text(label, 60, 825, 9)
        contents, _ = read([sheet])
        assert contents.unread == (1,)
        assert said(contents)["扫描页上的标签"] == [" ".join(label.split())]

    def test_strips_that_make_up_a_page(self) -> None:
        sheet = Sheet().text(LABELS[1], 60, 825, 9)
        for n in range(7):
            sheet.picture(20, 60 + 100 * n, 555, 100)
        assert read([sheet])[0].unread == (1,)

    def test_only_the_scanned_pages_of_a_mixed_file(self) -> None:
        text = Sheet()
        text.lines(PROSE, 90, 100)
        scan = Sheet().picture(20, 60, 555, 700).text(LABELS[0], 60, 825, 9)
        contents, reading = read([text, scan, text])
        assert contents.unread == (2,)
        assert reading.articles[0].text.count(SENTENCES[0]) == 8

    def test_a_page_printed_on_a_picture_is_text(self) -> None:
        sheet = Sheet().picture(0, 0, WIDTH, HEIGHT)
        sheet.lines(PROSE, 90, 100)
        assert read([sheet])[0].unread == ()

    def test_a_photograph_with_its_text_is_text(self) -> None:
        sheet = Sheet().picture(90, 100, 400, 300)
        sheet.lines(SENTENCES[0] + SENTENCES[1], 90, 430)
        assert read([sheet])[0].unread == ()

    def test_letters_drawn_as_outlines(self) -> None:
        sheet = Sheet()
        for n in range(300):
            sheet.rule(60 + n % 20 * 20, 80 + n // 20 * 20, 9)
        assert read([sheet])[0].unread == (1,)

    def test_what_cannot_be_read_is_said(self) -> None:
        scan = Sheet().picture(20, 60, 555, 700).text(LABELS[0], 60, 825, 9)
        with pytest.raises(NoTextLayer):
            _without_scans("a.pdf", read([scan, scan])[0])
        text = Sheet()
        text.lines(PROSE, 90, 100)
        (remark,) = _without_scans("a.pdf", read([text, scan])[0]).remarks
        assert remark.startswith("第 2 页没有文字层")


class TestFonts:
    def garbage(self, count: int) -> str:
        draw = random.Random(5)
        return "".join(chr(draw.randrange(0x4E00, 0x9FA0)) for _ in range(count))

    def test_one_without_characters_is_not_stored(self) -> None:
        sheet = Sheet()
        for n in range(10):
            sheet.text(self.garbage(LINE), 90, 100 + 18 * n, font="F2")
        contents, _ = read([sheet])
        assert contents.garbled == contents.unread == (1,)
        with pytest.raises(FontsUnknown):
            _without_scans("a.pdf", contents)

    def test_only_the_pages_that_it_sets(self) -> None:
        good, bad = Sheet(), Sheet()
        good.lines(PROSE, 90, 100)
        for n in range(10):
            bad.text(self.garbage(LINE), 90, 100 + 18 * n, font="F2")
        contents, reading = read([good, bad])
        assert contents.unread == (2,)
        assert reading.articles[0].text == PROSE

    @pytest.mark.parametrize(
        "text",
        [
            PROSE,
            "龔璇、岑昶熹、闫晗、覃冉、禤国维、逄锦聚、亓玉、乜国荣",
            "委員會主席致開會辭，謂去歲經費較前年增百分之三，議員等無異議通過。",
            "Настоящее соглашение вступает в силу со дня его подписания.",
            "この協定は署名の日に効力を生ずるものとする。",
            "① 甲级；② 乙级；③ 丙级。■ 合格　□ 不合格　±0.5％　≤3.0℃",
        ],
    )
    def test_what_people_write(self, text: str) -> None:
        assert not looks_garbled(text)

    @pytest.mark.parametrize("first", [0x0100, 0x3400, 0x4E00, 0xE000])
    def test_numbers_that_pose_as_characters(self, first: int) -> None:
        draw = random.Random(7)
        last = first + (0x1400 if first >= 0x3400 else 0x250)
        assert looks_garbled("".join(chr(draw.randrange(first, last)) for _ in range(60)))


class TestTurned:
    @pytest.mark.parametrize("angle", [90, 180, 270])
    def test_a_whole_page(self, angle: int) -> None:
        sheet = Sheet()
        for n, start in enumerate(range(0, 5 * LINE, LINE)):
            line, step = PROSE[start : start + LINE], 18 * n
            at = {90: (100 + step, 640), 180: (500, 700 - step), 270: (500 - step, 100)}[angle]
            sheet.text(line, *at, angle=angle)
        contents, reading = read([sheet])
        assert reading.articles[0].text == PROSE[: 5 * LINE]
        for place in contents.places:
            left, top, right, bottom = place.box
            assert 0 <= left < right <= 1
            assert 0 <= top < bottom <= 1
            assert (right - left > bottom - top) == (angle == 180)

    def test_a_turned_page_of_a_level_file(self) -> None:
        sheet = Sheet(rotate=90)
        sheet.lines(PROSE[: 8 * LINE], 90, 100)
        turned = Sheet(rotate=90)
        for n, start in enumerate(range(0, 5 * LINE, LINE)):
            turned.text(PROSE[start : start + LINE], 100 + 18 * n, 640, angle=90)
        _, reading = read([turned])
        assert reading.articles[0].text == PROSE[: 5 * LINE]
        _, reading = read([sheet])
        assert reading.articles[0].text == PROSE[: 8 * LINE]

    def test_columns_from_right_to_left(self) -> None:
        sheet = Sheet()
        text = SENTENCES[0] + SENTENCES[1] + SENTENCES[2]
        for n, start in enumerate(range(0, len(text), 20)):
            sheet.column(text[start : start + 20], 480 - 22 * n, 120)
        _, reading = read([sheet])
        assert reading.articles[0].text == text

    def test_a_level_column_of_single_characters_is_none(self) -> None:
        sheet = Sheet()
        sheet.lines(PROSE, 90, 100)
        sheet.column("甲乙丙丁", 90, 640, pitch=20)
        contents, _ = read([sheet])
        assert all(place.box[2] - place.box[0] > 0 for place in contents.places)
        assert contents.text.replace("\n", "").endswith("甲乙丙丁")

    @pytest.mark.parametrize("turn", [turn for turn in Turn if turn is not Turn.SLANTED])
    def test_there_and_back(self, turn: Turn) -> None:
        box = (0.1, 0.2, 0.4, 0.25)
        width, height = turn.size(300, 500)
        corners = turn.in_frame((30, 100, 120, 125), 300, 500)
        share = (corners[0] / width, corners[1] / height, corners[2] / width, corners[3] / height)
        assert turn.on_page(share) == pytest.approx(box)


class TestForms:
    def test_values_stand_beside_their_names(self) -> None:
        sheet = Sheet().text("船名", 90, 110).field("河口十二号", 130, 98, 200)
        sheet.text("吨位", 90, 140).field("三百二十", 130, 128, 200)
        contents, _ = read([sheet])
        assert "船名　河口十二号" in contents.text
        assert "吨位　三百二十" in contents.text

    def test_remarks_are_kept_apart(self) -> None:
        sheet = Sheet().note("此处数字请再核对。", 400, 100)
        sheet.lines(PROSE, 90, 100)
        _, reading = read([sheet])
        (article,) = reading.articles
        assert article.paragraphs[0].text == PROSE
        assert (article.paragraphs[-1].text, article.paragraphs[-1].section) == (
            "此处数字请再核对。",
            "批注",
        )


class TestMergedLines:
    def page(self, merged: set[int], gap: int = 14) -> tuple[list[Piece], np.ndarray]:
        """Three columns of ten characters of 20 pixels; some lines are one for the detector."""
        pixels = np.full((900, 900, 3), 255, np.uint8)
        pieces: list[Piece] = []
        pitch = 200 + gap
        for row in range(20):
            top = 20 + 40 * row
            texts = ["甲乙丙丁戊己庚辛壬癸", "子丑寅卯辰巳午未申酉", "天地玄黄宇宙洪荒日月"]
            for n in range(3):
                for k in range(10):
                    left = 20 + n * pitch + 20 * k
                    pixels[top : top + 20, left + 1 : left + 19] = 0
            if row in merged:
                pieces.append(Piece("".join(texts), 20, top, 20 + 2 * pitch + 200, top + 20, 20))
            else:
                pieces += [
                    Piece(text, 20 + n * pitch, top, 220 + n * pitch, top + 20, 20)
                    for n, text in enumerate(texts)
                ]
        return pieces, pixels

    @pytest.mark.parametrize("merged", [set(range(20)), set(range(0, 20, 2)), {3, 4, 5, 6, 7, 8}])
    def test_cut_at_the_gutter(self, merged: set[int]) -> None:
        pieces, pixels = self.page(merged)
        cut = cut_at_gutters(pieces, [() for _ in pieces], pixels)
        assert sorted(piece.text for piece in cut) == sorted(
            ["甲乙丙丁戊己庚辛壬癸", "子丑寅卯辰巳午未申酉", "天地玄黄宇宙洪荒日月"] * 20
        )

    def test_white_beside_marks_is_no_gutter(self) -> None:
        pixels = np.full((900, 900, 3), 255, np.uint8)
        pieces = []
        for row in range(20):
            text = "甲乙丙丁戊己，庚辛壬癸子丑寅卯"
            top = 20 + 40 * row
            for k, character in enumerate(text):
                wide = 6 if character == "，" else 19
                pixels[top : top + 20, 21 + 20 * k : 20 + 20 * k + wide] = 0
            pieces.append(Piece(text, 20, top, 20 + 20 * len(text), top + 20, 20))
        kept = cut_at_gutters(pieces, [() for _ in pieces], pixels)
        assert [piece.text for piece in kept] == [piece.text for piece in pieces]


def test_marks_move_with_their_pages() -> None:
    pages = [
        PageText("甲页", (), (Mark(0, 2, "页码"),)),
        PageText("乙页", (), (Mark(1, 2, "页码"),)),
    ]
    text, _, marks = join_pages(pages)
    assert [text[mark.start : mark.end] for mark in marks] == ["甲页", "页"]
    assert Extracted(text, "pdf", marks=marks).kept_text == "\n\f\n乙"
