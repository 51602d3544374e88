"""Names, posts, and who says a sentence, over text that this test makes up."""

from __future__ import annotations

from dataclasses import replace

import pytest
from pages import article

from rag.language.attribution import said_by
from rag.language.names import is_asker, listed_name, listed_post, named, possible_names
from rag.language.text import numbered_sentences
from rag.question.topics import view_in

REPORT = article(
    "村口的路修好了。“走了三十年泥路，总算不沾脚了。”七十岁的乔大山说。",
    "镇长顾明川介绍，全镇修路十二公里。年底前还要再修三公里。也有村民担心，路宽了车会多。",
    "“修路先问人。”顾明川说。",
)


def _said(name: str) -> list[str]:
    return [
        REPORT.text[s.start : s.end]
        for s in numbered_sentences(REPORT.text, REPORT.paragraph_starts)
        if said_by(name, REPORT, s)
    ]


def test_names_are_known_by_what_the_articles_have_them_do() -> None:
    assert named("顾明川和乔大山怎么看修路", [REPORT]) == ("顾明川", "乔大山")
    assert named("方案怎么说", [REPORT]) == ()
    assert named("村民担心什么", [REPORT]) == ()


@pytest.mark.parametrize(
    ("line", "known"),
    [
        ("会后，副镇长乔大山走来。", True),
        ("村民乔大山走来。", True),
        ("８７岁的乔大山走来。", True),
        ("几岁的乔大山走来。", False),
        ("乔大山女士坦言不易。", True),
        ("乔大山乔大山介绍不易。", True),
        ("乔大山走来。", False),
        ("镇长在乔大山走。", False),
    ],
)
def test_a_post_or_a_verb_of_saying_makes_a_name(line: str, known: bool) -> None:
    assert named("乔大山怎么了", [article(line)]) == (("乔大山",) if known else ())


@pytest.mark.parametrize(("line", "known"), [("镇长高山走来。", True), ("高山说不易。", False)])
def test_a_word_is_a_name_only_after_a_post(line: str, known: bool) -> None:
    assert named("高山怎么了", [article(line)]) == (("高山",) if known else ())


def test_a_name_has_a_surname_and_one_or_two_characters() -> None:
    assert list(possible_names("欧阳修文")) == ["欧阳修文", "欧阳修"]
    assert "的确" not in set(possible_names("的确良"))


def test_who_says_a_sentence() -> None:
    assert _said("乔大山") == ["“走了三十年泥路，总算不沾脚了。”七十岁的乔大山说。"]
    assert _said("顾明川") == [
        "镇长顾明川介绍，全镇修路十二公里。",
        "年底前还要再修三公里。",
        "“修路先问人。”顾明川说。",
    ]


@pytest.mark.parametrize(
    ("line", "name", "post"),
    [
        ("顾明川 青柳镇镇长", "顾明川", "青柳镇镇长"),
        ("苏 禾　青柳小学教师", "苏禾", "青柳小学教师"),
        ("顾明川 说完就走了。他没有回头。", None, None),
        ("路宽 八米", None, None),
    ],
)
def test_lines_of_a_list_of_people(line: str, name: str | None, post: str | None) -> None:
    (paragraph,) = article(line).paragraphs
    assert (listed_name(paragraph), listed_post(paragraph)) == (name, post)


def test_who_only_asks_is_nobody_to_quote() -> None:
    """An interviewer known by name; a guest who asks back now and then stays a guest."""
    said = [
        ("木青禾", "这座桥修了几年？"),
        ("顾明川", "三年。谁能想到呢？"),
        ("木青禾", "最难的是哪一步？"),
        ("顾明川", "合龙。"),
        ("木青禾", "谢谢您。"),
        ("木青禾", "往后呢？"),
    ]
    talk = article(*(text for _, text in said))
    paragraphs = zip(talk.paragraphs, said, strict=True)
    talk = replace(talk, paragraphs=tuple(replace(p, speaker=who) for p, (who, _) in paragraphs))
    speakers = {p.speaker for p in talk.paragraphs if p.speaker}
    assert {name for name in speakers if is_asker(name, talk)} == {"木青禾"}


@pytest.mark.parametrize(
    "question",
    [
        "华佗传说哪年列入省级名录",
        "讲解员有多少名",
        "这座塔被称为什么",
        "布道会的讲题是什么",
        "药品说明书由谁编写",
    ],
)
def test_nobodys_view_is_asked(question: str) -> None:
    assert view_in(question) is None


@pytest.mark.parametrize("question", ["李大山说了什么", "李大山认为谁会来", "李大山对此怎么看"])
def test_somebodys_view_is_asked(question: str) -> None:
    assert view_in(question) is not None
