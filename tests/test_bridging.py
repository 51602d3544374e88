"""An English question finds the Chinese article: by dictionaries, by figures and by sound."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from pages import BRIDGE, TEA, asking

from rag.data_model.answers import Answer, Bridged, Question
from rag.library.library import Library
from rag.proof.verification import verify
from rag.question.bridging import as_told, bridged
from rag.question.english import stems, translated, words_of
from rag.question.english_figures import figures_in
from rag.question.romanised import readings, romanised
from rag.question.understanding import glossed, is_chinese, understand
from rag.retrieval.candidates import Candidate
from rag.retrieval.lexical import LexicalIndex
from rag.wording.phrases import sound_note
from ui.chat.answer_view import parts

NAMES = (
    "市长张伟昨天到西安考察",
    "诗人张维在杨园街道朗诵",
    "吕梁的李某某已被拘留",
    "背景是北京的一张照片",
    "教授覃世光讲课",
)


@pytest.fixture(scope="module")
def lexical() -> LexicalIndex:
    return LexicalIndex.build(list(enumerate(NAMES, start=1)))


def in_dictionaries(typed: str) -> dict[str, tuple[str, ...]]:
    return {typed[m.start : m.end]: m.words for m in translated(words_of(typed))}


def by_sound(typed: str, lexical: LexicalIndex) -> dict[str, tuple[str, ...]]:
    return {typed[m.start : m.end]: m.words for m in romanised(words_of(typed), lexical)}


@pytest.mark.parametrize(
    ("typed", "asked", "meant"),
    [
        ("How many countries did it visit?", "countries", "国家"),
        ("The vaccinated pupils", "pupils", "小学生"),
        ("when was the factory closed", "closed", "关闭"),
        ("Which stopped first?", "stopped", "停止"),
        ("Is Uruguay's president ill?", "Uruguay", "乌拉圭"),
        ("is uruguay in it", "uruguay", "乌拉圭"),
        ("Which party secretary spoke?", "party secretary", "党委书记"),
        ("What did the WHO say?", "WHO", "世卫组织"),
        ("Flights to Tokyo", "Tokyo", "东京"),
        ("What did the U.S. want?", "U.S.", "美国"),
    ],
)
def test_dictionaries_know_the_longest_entry(typed: str, asked: str, meant: str) -> None:
    assert meant in in_dictionaries(typed)[asked]


@pytest.mark.parametrize(
    "typed", ["Who told us?", "What may turkey meat cost in Ankara?", "Is it the one?"]
)
def test_a_word_that_is_also_a_name_is_none_in_small_letters(typed: str) -> None:
    found = in_dictionaries(typed)
    assert found.keys().isdisjoint({"Who", "us", "turkey", "may", "it", "one"})


@pytest.mark.parametrize(
    ("word", "stem"),
    [("cities", "city"), ("boxes", "box"), ("planned", "plan"), ("moving", "move"), ("is", "is")],
)
def test_stems(word: str, stem: str) -> None:
    assert stem in set(stems(word))


@pytest.mark.parametrize(
    ("typed", "written"),
    [
        ("Who invested 210 million yuan?", "2.1"),
        ("Who invested 3.5 billion?", "35"),
        ("1.2 trillion was lent", "1.2"),
        ("70 million children", "7000"),
        ("20 thousand people", "20000"),
        ("Of 4,316 people", "4316"),
        ("it rose 6.5 percent", "6.5%"),
        ("in the 42nd minute", "42"),
        ("On May 4 it rained", "5月4日"),
        ("on 4th May", "5月4日"),
        ("in May it rained", "5月"),
        ("Sept. 18", "9月18日"),
        ("August 2023 sales", "8月"),
    ],
)
def test_figures_are_respelt(typed: str, written: str) -> None:
    assert written in {word for meant in figures_in(typed) for word in meant.words}


@pytest.mark.parametrize("typed", ["it may rain", "They march on", "May I ask", "in 2023"])
def test_no_figure_is_made_up(typed: str) -> None:
    assert list(figures_in(typed)) == []


@pytest.mark.parametrize(
    ("letters", "read"),
    [
        ("Chongqing", {("chong", "qing")}),
        ("Xi'an", {("xi", "an")}),
        ("Liang", {("liang",)}),
        ("Lü", {("lv",)}),
        ("Lyuliang", {("lv", "liang")}),
        ("Smith", set()),
    ],
)
def test_readings(letters: str, read: set[tuple[str, ...]]) -> None:
    assert set(readings(letters)) == read


@pytest.mark.parametrize(
    ("typed", "asked", "words"),
    [
        ("What does Zhang Wei say?", "Zhang Wei", {"张伟", "张维"}),
        ("What does Wei Zhang say?", "Wei Zhang", {"张伟", "张维"}),
        ("Who came to Xi'an?", "Xi'an", {"西安"}),
        ("Was Li arrested?", "Li", {"李某某"}),
        ("A photo of Beijing", "Beijing", {"北京"}),
        ("Who read at Yangyuan?", "Yangyuan", {"杨园"}),
        ("What did Qin Shiguang teach?", "Qin Shiguang", {"覃世光"}),
        ("what does zhang wei say", "zhang", set()),
    ],
)
def test_names_are_found_by_sound(
    typed: str, asked: str, words: set[str], lexical: LexicalIndex
) -> None:
    found = {word.replace(" ", "") for word in by_sound(typed, lexical).get(asked, ())}
    assert all(any(known.startswith(word) for known in found) for word in words)
    assert len(found) == len(words)


def test_nothing_that_the_library_lacks_is_searched_for(lexical: LexicalIndex) -> None:
    asked = understand(Question(question="Which minister praised Zhang Wei in Uruguay?"), 200)
    searched = [word for one in bridged(asked, lexical) for word in one.searched]
    assert sorted(searched) == ["张伟", "张维"]


@pytest.mark.parametrize(
    ("question", "chinese"),
    [
        ("How long is the 青石湾大桥?", False),
        ("What does Qingshiwan (青石湾) expect?", False),
        ("Сколько стоит мост", False),
        ("大桥有多长", True),
        ("Gone with the Wind的作者是谁", True),
        ("The Lord of the Rings什么时候上映", True),
        ("RTX 3080显卡多少钱", True),
    ],
)
def test_english_with_chinese_names_is_english(question: str, chinese: bool) -> None:
    assert understand(Question(question=question), 200).chinese is chinese


@pytest.mark.parametrize(
    "question", ["How long is the Qingshiwan bridge?", "Who designed the bridge?"]
)
def test_an_english_question_finds_its_article_by_words(tmp_path: Path, question: str) -> None:
    others = {f"tea{n}": TEA.replace("三千", f"{n}千") for n in range(2, 20)}
    with asking(tmp_path, bridge=BRIDGE, **others) as pipeline:
        assert pipeline.search(question, 1)[0].title == "青石湾大桥合龙"
        answer = pipeline.ask(Question(question=question))
        assert not verify(answer, pipeline.library)
    searched = {word for one in answer.bridged for word in one.searched}
    assert "大桥" in searched
    assert all(word in BRIDGE for word in searched)


def test_a_chinese_question_is_searched_as_it_is(tmp_path: Path) -> None:
    with asking(tmp_path, bridge=BRIDGE) as pipeline:
        assert pipeline.ask(Question(question="大桥有多长？")).bridged == ()


@pytest.fixture
def told(tmp_path: Path) -> Iterator[tuple[Answer, Library]]:
    """An English question with a name in it, answered over an article that has the name."""
    with asking(tmp_path, tea=TEA, bridge=BRIDGE) as pipeline:
        answer = pipeline.ask(Question(question="How much tea did Li Dashan sell?"))
        yield answer, pipeline.library


def test_the_answer_says_what_a_name_was_taken_for(told: tuple[Answer, Library]) -> None:
    answer, library = told
    (name,) = (one for one in answer.bridged if one.by == "sound")
    assert (name.asked, [w.replace(" ", "") for w in name.searched]) == ("Li Dashan", ["李大山"])
    assert sound_note(answer.bridged) == "名字按读音查找：“李大山”"
    assert "名字按读音查找：“李大山”" in "".join(part.html for part in parts(answer))
    assert not verify(answer, library)


def test_a_made_up_bridge_is_found_out(told: tuple[Answer, Library]) -> None:
    answer, library = told
    other = Bridged(asked="Wang", searched=("王某",), by="sound")
    assert verify(answer.model_copy(update={"bridged": (other,)}), library)


def test_the_reader_is_shown_the_articles_names(tmp_path: Path) -> None:
    with asking(tmp_path, tea=TEA) as pipeline:
        asked = understand(Question(question="How much tea did Li Dashan sell?"), 200)
        lexical = LexicalIndex.build([(1, TEA)])
        candidates = [
            Candidate(hit, np.eye(8, dtype=np.float32)) for hit in pipeline.search("李大山", 3)
        ]
    read = as_told(replace(asked, bridged=bridged(asked, lexical)), candidates)
    assert "li dashan (李大山)" in read.searched
    assert "李大山" in read.terms
    assert "much" not in read.terms
    assert as_told(understand(Question(question="李大山卖茶吗"), 200), candidates).bridged == ()


def test_many_parts_are_no_name_and_cost_nothing() -> None:
    assert readings("-".join(["aoa"] * 500)) == []
    assert readings("xi'an") == [("xi", "an")]


@pytest.mark.parametrize("typed", ["How many ٣ million people?", "may ٣", "６ percent of it"])
def test_digits_of_other_scripts_are_no_figures(typed: str) -> None:
    assert all(word.strip() for meant in figures_in(typed) for word in meant.words)


@pytest.mark.parametrize(
    ("searched", "asked", "name", "expected"),
    [
        ("what did russia tell the us", "us", "美国", "what did russia tell the us (美国)"),
        ("which policy did li sign", "li", "李某", "which policy did li (李某) sign"),
        ("what did li say", "li", "李某", "what did li (李某) say"),
        ("did the eu's plan pass", "eu", "欧盟", "did the eu (欧盟)'s plan pass"),
    ],
)
def test_a_name_is_told_beside_the_whole_word(
    searched: str, asked: str, name: str, expected: str
) -> None:
    told = [(Bridged(asked=asked, searched=(name,), by="name"), name)]
    assert glossed(searched, told) == expected


@pytest.mark.parametrize(
    ("bare", "chinese"),
    [
        ("《what is the what》有多少页", True),
        ("《when we were orphans》是否获奖", True),
        ("《how to be a hero》有没有译本", True),
        ("how long is the 青石湾大桥", False),
        ("who wrote 《青石湾》", False),
    ],
)
def test_what_is_quoted_does_not_tell_the_language(bare: str, chinese: bool) -> None:
    assert is_chinese(bare) is chinese


def test_a_slip_in_a_quoted_chinese_name_is_mended(tmp_path: Path) -> None:
    with asking(tmp_path, bridge=BRIDGE) as pipeline:
        answer = pipeline.ask(Question(question="How long is the 青石弯大桥?"))
        assert [slip.searched for slip in answer.corrections] == ["青石湾"]
        exact = pipeline.ask(Question(question="How long is the 青石弯大桥?", exact=True))
        assert exact.corrections == ()
        assert verify(answer, pipeline.library) == []
