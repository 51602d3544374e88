"""A page of wrapped articles and of whole lines becomes the right articles."""

from __future__ import annotations

import pytest

from ingest.files.loading import LoadedFile
from ingest.lines.lines import read_lines
from ingest.lines.metadata import Metadata
from ingest.pages.page import page_to_articles
from rag.data_model.documents import Article, SourceFile, spans_text

HEAD = "沙洲晚报\nSHAZHOU EVENING NEWS　　总第88期\n2022年6月3日　星期五\n第4版　社会\n"
FERRY = (
    "沙洲渡口的老船下个月就要退役了，新船比旧船多出40个座位，还装上了遮雨的顶棚和可以放自行车的架子。",
    "船工老冯说，他在这条船上干了26年，闭着眼睛也知道哪里水浅，如今要从头学起，“心里有点舍不得”。",
)
LIBRARY = "县图书馆昨天宣布，阅览室从下周起每天延长两个小时，周末也不休息。" * 3
TALK = (
    "记者：为什么想到回乡种茶？",
    "沐兰：因为山上的老茶树没有人管，看着可惜，我和三个同学商量了一夜，第二天就去承包了那片坡地。",
    "记者：最难的是什么？",
    "沐兰：是等。新苗种下去要三年才能采，这三年里天天花钱，一分也收不回来，家里人都劝我算了。",
)


def wrapped(paragraphs: tuple[str, ...], wide: int) -> str:
    """Each paragraph indented by two characters, every line at most `wide` characters."""
    lines: list[str] = []
    for paragraph in paragraphs:
        rest = f"　　{paragraph}"
        lines += [rest[n : n + wide] for n in range(0, len(rest), wide)]
    return "\n".join(lines)


def articles_of(text: str) -> tuple[Article, ...]:
    articles = page_to_articles(
        LoadedFile(SourceFile("a.txt", "a.txt", "0" * 64, "utf-8", text), Metadata())
    )
    for article in articles:
        for paragraph in article.paragraphs:
            assert spans_text(text, paragraph.spans) == paragraph.text
    return articles


@pytest.fixture(scope="module")
def page() -> dict[str, Article]:
    ferry = "本报讯（记者 江禾）" + FERRY[0]
    text = "\n".join(
        (
            f"{HEAD}\n老渡船下月退役\n{wrapped((ferry, FERRY[1], *FERRY), 20)}\n",
            f"图书馆延长开放\n　　本报讯（记者 林遥）{LIBRARY}\n　　{LIBRARY}\n",
            "三个同学回乡，\n种活一片老茶山\n" + wrapped((f"本报讯（记者 安宁）{FERRY[1]}",), 17),
            "",
            "山上的茶，急不得\n——对话返乡青年\n主持：本报记者 江禾",
            f"嘉　宾：沐兰（青坡茶园创办人、县返乡青\n年协会理事）\n{wrapped(TALK, 20)}\n",
            f"【河边短评】\n新船也要等一等人\n江禾\n{wrapped(FERRY, 23)}\n",
            "【便民】\n停电通知\n　　因线路检修，6月5日8时至12时，渡口一带停电，请提前做好准备。\n",
        )
    )
    return {article.title: article for article in articles_of(text)}


def test_every_piece_is_an_article_of_its_own(page: dict[str, Article]) -> None:
    assert list(page) == [
        "老渡船下月退役",
        "图书馆延长开放",
        "三个同学回乡，种活一片老茶山",
        "山上的茶，急不得",
        "新船也要等一等人",
        "停电通知",
    ]


def test_the_masthead_names_paper_date_and_page(page: dict[str, Article]) -> None:
    known = {(a.newspaper, a.date, a.page) for a in page.values()}
    assert known == {("沙洲晚报", "2022-06-03", "4")}


def test_wrapped_and_whole_lines_stand_on_one_page(page: dict[str, Article]) -> None:
    assert [p.text for p in page["老渡船下月退役"].paragraphs][1:] == [FERRY[1], *FERRY]
    assert [p.text[-len(LIBRARY) :] for p in page["图书馆延长开放"].paragraphs] == [LIBRARY] * 2
    assert [p.text for p in page["新船也要等一等人"].paragraphs] == list(FERRY)


def test_a_post_broken_over_two_lines_is_known(page: dict[str, Article]) -> None:
    said = [(p.speaker, p.speaker_title) for p in page["山上的茶，急不得"].paragraphs if p.speaker]
    guest = ("沐兰", "青坡茶园创办人、县返乡青年协会理事")
    assert said[1::2] == [guest, guest]
    assert [p.text for p in page["山上的茶，急不得"].paragraphs][-4:] == list(TALK)


@pytest.mark.parametrize(
    "text",
    [
        "\n".join(
            ["风急天高猿啸哀，", "渚清沙白鸟飞回。", "无边落木萧萧下，", "不尽长江滚滚来。"] * 2
        ),
        "\n".join(["临江门小学三年级", "解放路小学四年级", "望江楼小学五年级"] * 3),
    ],
    ids=["poem", "list"],
)
def test_lines_that_are_no_column_stay_apart_on_a_page(text: str) -> None:
    page = f"{text}\n\n" + "\n".join(f"　　{LIBRARY}" for _ in range(12))
    assert len(read_lines(page)) == len(page.split("\n")) - 1
