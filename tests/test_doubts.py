"""Only what no passage has is doubted, and for each doubt there are spellings to search for."""

from __future__ import annotations

from itertools import pairwise

import pytest

from rag.language.sounds import Likeness
from rag.question.doubts import (
    Doubt,
    Kind,
    Token,
    doubts_in,
    ends_a_phrase,
    is_person,
    is_word,
    likeness_of,
    may_be_meant,
    other_spelling,
    tokens_of,
)
from rag.retrieval.lexical import LexicalIndex

PASSAGES = (
    "黄泥湾大桥总投资二十亿元",
    "社区食堂上午开门",
    "账户余额由银行核对",
    "山路有弯",
    "粮食产量增加了",
    "茶农李大山卖茶",
)
QUESTIONS = [
    "",
    "abc",
    "2360米？",
    "黄泥弯大桥总投资多少",
    "社区实堂几点开门",
    "帐户余额由谁核对",
    "粮食产量曾加了多少吨",
    "huangniwan大桥",
    "茶农黎大山卖什么",
    "火星 探测器！",
]


@pytest.fixture(scope="module")
def lexical() -> LexicalIndex:
    return LexicalIndex.build(enumerate(PASSAGES))


def doubts(question: str, lexical: LexicalIndex) -> list[list[Doubt]]:
    return list(doubts_in(tokens_of(question, lexical), lexical))


@pytest.mark.parametrize("question", QUESTIONS)
def test_tokens_are_the_question_cut(question: str, lexical: LexicalIndex) -> None:
    tokens = tokens_of(question, lexical)
    assert "".join(token.text for token in tokens) == question
    assert all(question[token.start : token.end] == token.text for token in tokens)
    assert all(before.end == after.start for before, after in pairwise(tokens))


@pytest.mark.parametrize("question", QUESTIONS)
def test_a_doubt_is_about_a_stretch_that_might_be_spelt_otherwise(
    question: str, lexical: LexicalIndex
) -> None:
    for doubt in (one for found in doubts(question, lexical) for one in found):
        assert doubt.typed == question[doubt.start : doubt.end]
        assert not doubt.spellings.fullmatch(question, doubt.start, doubt.end), "it is no other"
        assert all(doubt.spellings.fullmatch(word) for word in doubt.words)
        assert doubt.before is None or doubt.before.end == doubt.start
        assert doubt.after is None or doubt.after.start == doubt.end
        assert Kind.OTHER not in {t.kind for t in (doubt.before, doubt.after) if t}


@pytest.mark.parametrize(
    ("question", "word", "kind"),
    [
        ("社区食堂几点开门", "食堂", Kind.KNOWN),
        ("社区实堂几点开门", "实堂", Kind.GUESS),
        ("帐户余额由谁核对", "帐户", Kind.WORD),
        ("帐户余额由谁核对", "谁", Kind.OTHER),
        ("茶农黎大山卖什么", "黎", Kind.SINGLE),
        ("黄泥弯大桥", "弯", Kind.STRAY),
        ("黄泥湾大桥", "湾", Kind.KNOWN),
        ("山路有弯", "弯", Kind.KNOWN),
        ("huangniwan大桥总投资", "huangniwan", Kind.PINYIN),
        ("大桥2360", "2360", Kind.OTHER),
    ],
)
def test_what_a_token_is(question: str, word: str, kind: Kind, lexical: LexicalIndex) -> None:
    (token,) = (t for t in tokens_of(question, lexical) if t.text == word)
    assert token.kind is kind
    assert token.doubtful is (kind not in {Kind.OTHER, Kind.KNOWN})


def test_letters_of_an_english_question_are_no_pinyin(lexical: LexicalIndex) -> None:
    tokens = tokens_of("how long is the huangniwan 大桥", lexical)
    assert not any(token.doubtful for token in tokens)


@pytest.mark.parametrize("passage", PASSAGES)
def test_nothing_is_doubted_in_what_a_passage_says(passage: str, lexical: LexicalIndex) -> None:
    assert doubts(passage, lexical) == []


@pytest.mark.parametrize(
    ("question", "typed", "meant"),
    [
        pytest.param("社区实堂几点开门", "实堂", "食堂", id="a character that sounds alike"),
        pytest.param("社区食棠几点开门", "食棠", "食堂", id="one that looks alike"),
        pytest.param("帐户余额由谁核对", "帐户", "账户", id="a homophone in the dictionary"),
        pytest.param("粮食产量曾加了吗", "曾加", "增加", id="by its second reading"),
        pytest.param("茶农黎大山卖什么", "黎大山", "李大山", id="joined with its neighbour"),
        pytest.param("huangniwan大桥总投资", "huangniwan", "黄泥湾", id="pinyin"),
    ],
)
def test_what_may_be_meant_is_among_the_spellings(
    question: str, typed: str, meant: str, lexical: LexicalIndex
) -> None:
    found = [doubt for group in doubts(question, lexical) for doubt in group]
    (doubt,) = (one for one in found if one.typed == typed)
    assert doubt.spellings.fullmatch(meant)
    assert not doubt.words or meant in doubt.words


def test_a_stray_character_is_changed_only_between_its_neighbours(lexical: LexicalIndex) -> None:
    ((doubt,),) = doubts("黄泥弯大桥", lexical)
    assert (doubt.typed, doubt.kind) == ("黄泥弯", Kind.STRAY)
    assert doubt.spellings.match("黄泥湾大桥")
    assert not doubt.spellings.match("黄泥湾海桥")


def test_a_doubt_about_a_word_that_sounds_like_nothing_here_is_none(lexical: LexicalIndex) -> None:
    assert doubts("火星探测器", lexical) == []


def test_a_doubt_knows_what_it_touches(lexical: LexicalIndex) -> None:
    ((doubt,),) = doubts("社区实堂开门", lexical)
    assert doubt.beside == ("社区", "开门")
    assert doubt.among_known
    unknown = doubts("火星实堂开门", lexical)
    (beside,) = (one for group in unknown for one in group if one.typed == "实堂")
    assert not beside.among_known


def test_a_word_is_spelt_as_the_library_spells_it_or_left(lexical: LexicalIndex) -> None:
    def token(text: str, kind: Kind) -> Token:
        return Token(0, len(text), text, kind)

    assert other_spelling(token("帐户", Kind.WORD), lexical) == "账户"
    assert other_spelling(token("帐户", Kind.KNOWN), lexical) is None
    assert other_spelling(token("帐单", Kind.WORD), lexical) is None, "no passage has 账单"
    assert other_spelling(token("食堂", Kind.WORD), lexical) is None


@pytest.mark.parametrize(
    ("word", "passages", "expected"),
    [
        pytest.param("食堂", 1, True, id="in the dictionary"),
        pytest.param("实塘", 1, False, id="made of two"),
        pytest.param("实塘", 5, True, id="in many passages"),
        pytest.param("黄泥湾", 1, True, id="long"),
    ],
)
def test_what_few_passages_have_may_be_no_word(word: str, passages: int, *, expected: bool) -> None:
    assert may_be_meant(word, passages) is expected


def test_words_phrases_and_people() -> None:
    assert is_word("食堂")
    assert not is_word("黄泥湾")
    assert ends_a_phrase("卖出")
    assert not ends_a_phrase("食堂")
    assert not ends_a_phrase("卖不出")
    assert is_person("王建国", "王建国卖茶")
    assert not is_person("大桥", "大桥通车")
    assert not is_person("王建国", "茶卖完了")


@pytest.mark.parametrize(
    ("typed", "meant", "likeness"),
    [
        ("食堂", "食堂", Likeness.SAME),
        ("实堂", "食堂", Likeness.SOUND),
        ("食棠", "食堂", Likeness.SOUND),
        ("实趟", "食堂", Likeness.SYLLABLE),
        ("火堂", "食堂", Likeness.NONE),
    ],
)
def test_words_are_as_like_as_their_least_like_characters(
    typed: str, meant: str, likeness: Likeness
) -> None:
    assert likeness_of(typed, meant) is likeness
    assert likeness_of(meant, typed) is likeness


def test_words_of_other_lengths_are_not_compared() -> None:
    with pytest.raises(ValueError, match="argument 2"):
        likeness_of("食堂", "食堂里")
