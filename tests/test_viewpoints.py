"""What a person says on a topic answers the question that was asked, in whole sentences."""

from __future__ import annotations

from collections.abc import Mapping

import pytest
from cases import assessed, parsed, talk, weights_of

from rag.library.records import StoredArticle
from rag.question.question_types import QuestionType
from rag.question.topics import topic_of_view
from rag.quoting.viewpoints import View, guests, view_of
from rag.rules.already_quoted import AlreadyQuoted

ROUND = talk(
    "记者：水渠为什么要修？",
    "顾明川：石缝张开了，水都渗走了。",
    "乔大山：田里不够用。",
    "记者：修渠的石料从哪里运来？",
    "顾明川：从北山运。水渠为什么难修，是路窄。",
    "沈知秋：石料也可以就近取。",
)


def view(
    name: str,
    question: str,
    *held: StoredArticle,
    kind: QuestionType = QuestionType.OPINION,
    told: AlreadyQuoted | None = None,
    likely: Mapping[str, float] | None = None,
    max_quote: int = 60,
    answerable: float = 0.3,
) -> View | None:
    asked = parsed(question, kind)
    return view_of(
        name,
        asked,
        held,
        assessed(*held, likely=likely, answerable=answerable),
        weights=weights_of(topic_of_view(asked)),
        max_quote=max_quote,
        told=told or AlreadyQuoted(),
    )


def quoted(found: View | None) -> list[str]:
    return [quote.text for quote in found.quotes] if found else []


def test_the_answer_to_the_very_question_is_quoted_though_it_repeats_no_word_of_it() -> None:
    assert quoted(view("顾明川", "水渠为什么要修？", ROUND, kind=QuestionType.WHY)) == [
        "石缝张开了，水都渗走了。"
    ]
    assert quoted(view("乔大山", "水渠为什么要修？", ROUND, kind=QuestionType.WHY)) == [
        "田里不够用。"
    ]


def test_the_answer_to_it_comes_before_what_sounds_more_like_it() -> None:
    held = talk(
        "记者：水渠漏水最担心什么？",
        "顾明川：怕秧苗旱死。",
        "记者：还有呢？",
        "顾明川：我担心水渠漏水。",
    )
    likely = {"我担心": 0.9}
    assert quoted(view("顾明川", "水渠漏水最担心什么？", held, likely=likely)) == ["怕秧苗旱死。"]


@pytest.mark.parametrize(
    "fact", [QuestionType.HOW_MANY, QuestionType.WHEN, QuestionType.WHERE, QuestionType.WHO]
)
def test_a_single_fact_that_nobody_asked_is_no_view(fact: QuestionType) -> None:
    assert view("顾明川", "修渠用了多少石料？", ROUND, kind=fact) is None


@pytest.mark.parametrize(
    ("question", "who", "quote"),
    [
        ("修渠的石料从哪里运来？", "顾明川", ["从北山运。水渠为什么难修，是路窄。"]),
        ("修渠的石料从哪里运来？", "沈知秋", ["石料也可以就近取。"]),
        ("修渠的水泥从哪里运来？", "顾明川", []),
    ],
)
def test_a_reply_to_the_very_question_tells_a_fact(
    question: str, who: str, quote: list[str]
) -> None:
    assert quoted(view(who, question, ROUND, kind=QuestionType.WHERE)) == quote
    assert quoted(view(who, question, ROUND, kind=QuestionType.WHEN)) == []


def test_neither_the_asker_nor_whom_he_calls_is_a_part_of_what_he_asks() -> None:
    called = talk(
        "柳江周刊：顾馆长，翻新花了多少钱？", "顾明川：一共两千万元。", "柳江周刊：人多了吗？"
    )
    asked = parsed("翻新花了多少钱？", QuestionType.HOW_MANY)
    assert guests(asked, called, weights_of(topic_of_view(asked))) == ("顾明川",)


def test_who_is_named_is_meant() -> None:
    asked = parsed("水渠为什么要修？", QuestionType.WHY)
    weights = weights_of(topic_of_view(asked))
    assert guests(asked, ROUND, weights) == ("顾明川", "乔大山")
    assert guests(asked, ROUND, weights, ("乔大山",)) == ("乔大山",)
    assert guests(asked, ROUND, weights, ("沈知秋",)) == ()


def test_who_says_nothing_or_nothing_of_it_has_no_view() -> None:
    assert view("顾明川", "怎么看灯塔？", ROUND) is None
    assert view("陈望山", "水渠为什么要修？", ROUND) is None
    assert view("顾明川", "水渠为什么要修？") is None


def test_a_topic_that_only_others_spoke_of_is_not_put_into_somebodys_mouth() -> None:
    held = talk("记者：各位请谈。", "顾明川：灯塔应该重建，灯塔是港口的眼睛。", "乔大山：天晚了。")
    assert quoted(view("顾明川", "怎么看灯塔重建？", held)) != []
    assert view("乔大山", "怎么看灯塔重建？", held) is None


def test_a_view_is_as_sure_as_the_evidence_and_rather_sure_anyway() -> None:
    unsure, sure = (view("顾明川", "水渠为什么要修？", ROUND, answerable=p) for p in (0.3, 0.97))
    assert unsure is not None
    assert sure is not None
    assert 0.3 < unsure.probability < sure.probability == 0.97
    assert all(quote.probability == sure.probability for quote in sure.quotes)
    assert {quote.chosen for quote in sure.quotes} == {"view"}


def test_a_stand_is_quoted_with_its_reason() -> None:
    held = talk("记者：开场。", "顾明川：我不赞成。灯塔重建会挡住航道。")
    assert quoted(view("顾明川", "怎么看灯塔重建？", held, likely={"挡住": 0.9})) == [
        "我不赞成。灯塔重建会挡住航道。"
    ]


def test_the_word_for_a_stance_leads_to_the_sentence_that_has_it() -> None:
    held = talk("顾明川：灯塔要重建。", "乔大山：好。", "顾明川：我担心灯塔没人看守。")
    assert quoted(view("顾明川", "担心灯塔什么？", held)) == ["我担心灯塔没人看守。"]


def test_sentences_go_on_as_far_as_there_is_room_and_within_the_paragraph() -> None:
    long = (
        "灯塔应该重建，旧塔的石阶已经塌了一半，雾天里看守的人上不去，船在外海也看不见它的灯火了。"
    )
    held = talk(f"顾明川：{long}修它要三年。钱由港口出。", "顾明川：再说别的。")
    for max_quote, expected in (
        (10, long),
        (len(long) + 6, f"{long}修它要三年。"),
        (200, f"{long}修它要三年。钱由港口出。"),
    ):
        assert quoted(view("顾明川", "怎么看灯塔重建？", held, max_quote=max_quote)) == [expected]


def test_an_opening_that_only_announces_brings_more() -> None:
    held = talk("顾明川：灯塔重建我有话说。第一步是清石阶。")
    assert quoted(view("顾明川", "怎么看灯塔重建？", held, max_quote=12)) == [
        "灯塔重建我有话说。第一步是清石阶。"
    ]


def test_an_enumeration_is_quoted_whole() -> None:
    held = talk("顾明川：灯塔重建有两难。一是路窄。山路要绕。二是风大。", "乔大山：是。")
    assert quoted(view("顾明川", "灯塔重建有哪些难处？", held, kind=QuestionType.LIST)) == [
        "灯塔重建有两难。一是路窄。",
        "二是风大。",
    ]


def test_what_was_told_is_not_told_again() -> None:
    held = talk("顾明川：灯塔应该重建。", "乔大山：好。", "顾明川：灯塔重建要三年。")
    first = AlreadyQuoted((("1", "灯塔应该重建。"),))
    both = AlreadyQuoted((*first.quotes, ("1", "灯塔重建要三年。")))
    assert quoted(view("顾明川", "怎么看灯塔重建？", held, told=first)) == ["灯塔重建要三年。"]
    assert view("顾明川", "怎么看灯塔重建？", held, told=both) is None


def test_what_else_there_is_must_be_on_the_topic() -> None:
    held = talk("记者：怎么看灯塔重建？", "顾明川：灯塔应该重建。我早饭吃了面。")
    told = AlreadyQuoted((("1", "灯塔应该重建。"),))
    assert view("顾明川", "怎么看灯塔重建？", held, told=told) is None


def test_the_article_that_says_more_of_it_is_quoted() -> None:
    little = talk("顾明川：灯塔重建的事以后谈。", title="港口")
    much = talk("记者：灯塔为什么要重建？", "顾明川：雾天看不见灯。", key=2, title="灯塔")
    for order in ((little, much), (much, little)):
        assert quoted(view("顾明川", "灯塔为什么要重建？", *order, kind=QuestionType.WHY)) == [
            "雾天看不见灯。"
        ]


class TestGuests:
    @staticmethod
    def of(question: str, held: StoredArticle, kind: QuestionType) -> tuple[str, ...]:
        asked = parsed(question, kind)
        return guests(asked, held, weights_of(asked))

    def test_all_who_answer_the_question_in_the_order_in_which_they_do(self) -> None:
        held = talk("记者：水渠为什么要修？", "乔大山：缺水。", "顾明川：漏。", "乔大山：真缺。")
        assert self.of("水渠为什么要修？", held, QuestionType.WHY) == ("乔大山", "顾明川")

    def test_who_answers_another_question_or_speaks_after_the_text_goes_on_does_not(self) -> None:
        assert self.of("水渠为什么要修？", ROUND, QuestionType.WHY) == ("顾明川", "乔大山")
        held = talk("记者：水渠为什么要修？", "顾明川：漏。", "天色晚了。", "沈知秋：走吧。")
        assert self.of("水渠为什么要修？", held, QuestionType.WHY) == ("顾明川",)

    def test_of_two_such_questions_the_nearer_one_counts(self) -> None:
        twofold = "记者：水渠为什么要修？水闸怎么换？", "沈知秋：都旧了。"
        plain = "记者：水渠为什么要修？", "顾明川：漏。"
        assert self.of("水渠为什么要修？", talk(*twofold), QuestionType.WHY) == ("沈知秋",)
        for order in ((*twofold, *plain), (*plain, *twofold)):
            assert self.of("水渠为什么要修？", talk(*order), QuestionType.WHY) == ("顾明川",)

    def test_nobody_where_it_was_not_asked_or_is_a_single_fact(self) -> None:
        assert self.of("灯塔为什么要重建？", ROUND, QuestionType.WHY) == ()
        assert self.of("水渠为什么要修？", ROUND, QuestionType.WHEN) == ()
