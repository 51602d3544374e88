"""What a message wants: hundreds of messages of every kind, and what they name."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from rag.desk.asked_sources import AskedSource, source_in
from rag.desk.requests import Kind, again, request_of
from rag.language.text import fold

MESSAGES = Path(__file__).with_name("data") / "requests.txt"
PAPERS = ("江州日报", "沅江晚报")


def messages() -> Iterator[tuple[str, str, str]]:
    """Kind, name (or nothing) and message."""
    kind = name = ""
    for line in MESSAGES.read_text(encoding="utf-8").splitlines():
        if line.startswith("# "):
            kind, _, name = line[2:].partition(" ")
        elif line:
            yield kind, name, line


def test_the_messages_are_many_and_most_kinds_are_frequent() -> None:
    kinds = [kind for kind, _, _ in messages()]
    assert len(kinds) > 500
    assert all(kinds.count(kind) >= 30 for kind in Kind)


@pytest.mark.parametrize("kind", Kind)
def test_a_message_is_of_its_kind(kind: Kind) -> None:
    for wanted, name, message in messages():
        if wanted == kind:
            found = request_of(message, lambda: PAPERS)
            # what names an article that the library does not have is a question
            told = Kind.QUESTION if found.name_of else found.kind
            assert (told, message) == (kind, message)
            assert not name or found.name == name, message


@pytest.mark.parametrize(
    "asked",
    ["大桥全长多少米", "什么是低空经济", "谁提出了建议", "茶园面积有多大", "为什么要修大桥"],
)
@pytest.mark.parametrize(
    "said", ["{}", "你好，{}", "请问{}？", "谢谢，{}", "文章里说{}", "报纸上{}"]
)
def test_a_word_of_its_own_makes_a_question(asked: str, said: str) -> None:
    assert request_of(said.format(asked)).kind is Kind.QUESTION


@pytest.mark.parametrize("short", ["怎么用", "有哪些功能", "建议是什么", "5月20日有哪些"])
def test_what_may_lean_on_a_question_is_one(short: str) -> None:
    assert request_of(short).kind is not Kind.QUESTION
    assert request_of(short, leans=True).kind is Kind.QUESTION


@pytest.mark.parametrize(
    ("message", "source"),
    [
        ("2024年5月20日有哪些新闻", AskedSource(date_from="2024-05-20", date_to="2024-05-20")),
        ("二〇二四年五月有哪些新闻", AskedSource(date_from="2024-05-01", date_to="2024-05-31")),
        ("2023年登过什么", AskedSource(date_from="2023-01-01", date_to="2023-12-31")),
        ("5月20号有哪些新闻", AskedSource(month_day="05-20")),
        ("五月有什么新闻", AskedSource(month_day="05")),
        ("昨天有什么新闻", AskedSource(days_ago=1)),
        ("这一版有哪些文章", AskedSource(this_page=True)),
        ("第六版有哪些文章", AskedSource(page="6")),
        ("A03版有哪些文章", AskedSource(page="A03")),
        ("《江州日报》头版有什么", AskedSource(newspaper="江州日报", page="1")),
        ("沅江晚報登过什么", AskedSource(newspaper="沅江晚报")),
        ("望川日报登过什么", AskedSource(newspaper="望川日报")),
        ("《GDP增长了》讲了什么", AskedSource(title="GDP增长了")),
        ("晚报上都登了些什么", AskedSource(newspaper="沅江晚报")),
        ("这期日报有哪些报道", AskedSource(newspaper="江州日报")),
        ("沅江的报纸登了什么", AskedSource(newspaper="沅江晚报")),
        ("晚报第三版有什么内容", AskedSource(newspaper="沅江晚报", page="3")),
        ("13月40日有哪些新闻", AskedSource()),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_what_a_message_names(message: str, source: AskedSource) -> None:
    assert source_in(fold(message), message, lambda: PAPERS)[0] == source


@pytest.mark.parametrize(
    ("message", "topic"),
    [
        ("有没有关于青石湾大桥的文章", "青石湾大桥"),
        ("哪些报道提到了高山茶园", "高山茶园"),
        ("有没有跟地铁有关的文章", "地铁"),
        ("关于风电的文章有几篇", "风电"),
        ("关于大桥的那篇文章讲了什么", "大桥"),
        ("有没有关于什么的文章", ""),
    ],
)
def test_what_articles_are_to_be_about(message: str, topic: str) -> None:
    assert request_of(message).topic == topic


@pytest.mark.parametrize(
    ("message", "kind"),
    [
        ("今天报上有什么新闻", Kind.OVERVIEW),
        ("这两版都登了啥", Kind.OVERVIEW),
        ("哪篇讲的是渡船", Kind.OVERVIEW),
        ("有没有讲渡船的", Kind.OVERVIEW),
        ("有茶叶方面的报道吗", Kind.OVERVIEW),
        ("关于渡船的那篇讲了什么", Kind.GIST),
    ],
)
def test_newcomers_words_for_lists_and_gists(message: str, kind: Kind) -> None:
    assert request_of(message, lambda: PAPERS).kind is kind


@pytest.mark.parametrize(
    ("message", "name", "plain", "part"),
    [
        ("总结一下加固河堤那篇报道", "加固河堤", True, ""),
        ("评估报告的结论是什么", "评估", True, "conclusion"),
        ("夜间公交评估报告提了哪些建议", "夜间公交评估", True, "advice"),
        ("望川渡口换上电动船主要内容", "望川渡口换上电动船", False, ""),
        ("渡口换船是怎么回事", "渡口换船", False, ""),
        ("说说渡口换船的事", "渡口换船", False, ""),
        ("馆长讲了什么", None, False, ""),
        ("书的主要内容由谁编写", None, False, ""),
    ],
)
def test_what_may_name_an_article(message: str, name: str | None, plain: bool, part: str) -> None:
    found = request_of(message)
    assert (found.name_of.text if found.name_of else None) == name
    if found.name_of:
        assert (found.kind, found.name, found.name_of.plain) == (Kind.GIST, part, plain)


def test_the_same_is_asked_of_another() -> None:
    listed, told = request_of("江州日报有哪些文章"), request_of("这篇文章讲了什么")
    other = again(listed, "那沅江晚报呢？", lambda: PAPERS)
    assert other
    assert (other.kind, other.source.newspaper) == (Kind.OVERVIEW, "沅江晚报")
    gist = again(told, "渡船那篇呢", lambda: PAPERS)
    assert gist
    assert gist.name_of
    assert gist.name_of.text == "渡船"
    assert again(listed, "那大桥有多长呢") is None
    assert again(request_of("大桥多长"), "沅江晚报呢", lambda: PAPERS) is None


@pytest.mark.parametrize(
    ("message", "newspaper"),
    [
        ("经济报登了什么", "中国经济报"),
        ("看看昨天的经济报", "中国经济报"),
        ("中国经济报有哪些文章", "中国经济报"),
        ("2024年的经济报告有哪些文章", None),
        ("有哪些关于经济报道的文章", None),
        ("世界经济报有哪些文章", None),
        ("在经济报社发生了什么", None),
    ],
)
def test_a_newspaper_is_known_by_its_end_as_a_word(message: str, newspaper: str | None) -> None:
    source, _ = source_in(message, message, lambda: ["中国经济报", "江州晚报"])
    assert source.newspaper == newspaper
