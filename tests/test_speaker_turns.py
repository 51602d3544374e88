"""A person's words are followed turn by turn, each with the question that it answers."""

from __future__ import annotations

import pytest
from cases import news, talk

from rag.library.records import StoredArticle
from rag.quoting.speaker_turns import turns_of

ROUND = talk(
    "各位围坐渠边。",
    "记者：水渠为什么要修？",
    "顾明川：水渠老了。漏水严重。",
    "顾明川：所以要修。",
    "乔大山：我也说要修。",
    "顾明川：我再补一句。",
    "# 往后",
    "记者：修好以后呢？",
    "顾明川：ＡＢ两段归村里管。",
)
REPORT = news(
    "水渠修好了。顾明川说，渠水清了。渠边还种了柳树。乔大山说，放水要登记。"
    "\n顾明川表示，明年再修三公里。"
)


def said(name: str, held: StoredArticle) -> list[list[str]]:
    return [[turn.raw(s) for s in turn.sentences] for turn in turns_of(name, held)]


def test_the_next_paragraph_of_a_speaker_goes_on_and_another_voice_ends_a_turn() -> None:
    assert said("顾明川", ROUND) == [
        ["顾明川：水渠老了。", "漏水严重。", "顾明川：所以要修。"],
        ["顾明川：我再补一句。"],
        ["顾明川：ＡＢ两段归村里管。"],
    ]


def test_a_turn_knows_the_question_that_it_answers_and_its_heading() -> None:
    assert [turn.asked for turn in turns_of("顾明川", ROUND)] == [
        "\n水渠为什么要修?",
        "\n水渠为什么要修?",
        "往后\n修好以后呢?",
    ]


def test_a_turn_knows_what_others_answered_to_the_same_question_only() -> None:
    first, again, later = turns_of("顾明川", ROUND)
    assert (first.around, later.around) == ("", "")
    assert again.around == "乔大山:我也说要修。"
    asked_anew = talk("记者：修吗？", "乔大山：修。", "记者：何时修？", "顾明川：明天。")
    assert turns_of("顾明川", asked_anew)[0].around == ""
    (other,) = turns_of("乔大山", ROUND)
    assert other.around == "顾明川:水渠老了。漏水严重。顾明川:所以要修。"


def test_texts_are_folded_but_characters_are_kept() -> None:
    later = turns_of("顾明川", ROUND)[-1]
    (sentence,) = later.sentences
    assert later.raw(sentence) == "顾明川：ＡＢ两段归村里管。"
    assert later.text(sentence) == "顾明川:ab两段归村里管。"
    assert later.own == "往后\n修好以后呢?\n顾明川:ab两段归村里管。"
    assert later.context == f"{later.own}\n"


def test_a_question_asked_in_several_sentences_is_whole() -> None:
    held = talk("记者：水渠老了。为什么不修？", "顾明川：缺钱。")
    (turn,) = turns_of("顾明川", held)
    assert turn.asked == "\n水渠老了。为什么不修?"


def test_in_a_report_a_turn_is_what_follows_the_verb_until_another_speaks() -> None:
    assert said("顾明川", REPORT) == [
        ["顾明川说，渠水清了。", "渠边还种了柳树。"],
        ["顾明川表示，明年再修三公里。"],
    ]
    assert said("乔大山", REPORT) == [["乔大山说，放水要登记。"]]


def test_in_a_report_the_paragraph_before_is_what_a_turn_answers() -> None:
    first, second = turns_of("顾明川", REPORT)
    assert first.asked == "\n水渠修好了。"
    assert second.asked == "\n", "another paragraph begins afresh"


@pytest.mark.parametrize("held", [ROUND, REPORT], ids=["interview", "report"])
@pytest.mark.parametrize("name", ["沈知秋", "记者"])
def test_who_says_nothing_or_only_asks_has_no_turn(held: StoredArticle, name: str) -> None:
    assert turns_of(name, held) == []
