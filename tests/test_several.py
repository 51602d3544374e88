"""Several questions in one message: apart, each answered or not, in one answer that verifies."""

from __future__ import annotations

from pathlib import Path
from time import process_time

import pytest
from pages import ask, asking

from rag.proof.verification import verify
from rag.question.several import several
from rag.wording.rendering import answer_text
from ui.chat.answer_view import answer_html
from ui.reply import lines_of

BRIDGE = """柳镇大桥通车
柳镇大桥昨天通车。柳镇大桥全长六百米，总投资3亿元。

总工程师顾明川说，工期三年，比计划短了半年。
"""
HALL = """柳镇会堂开放
柳镇会堂总投资8000万元，可坐一千人。
"""


@pytest.mark.parametrize(
    ("message", "parts"),
    [
        ("大桥多长，谁设计的？", ("大桥多长", "谁设计的")),
        ("大桥多长？总投资多少？", ("大桥多长", "总投资多少")),
        ("津贴怎么申请？要带什么材料？", ("津贴怎么申请", "要带什么材料")),
        ("哪些人能领高龄津贴，到哪里领？", ("哪些人能领高龄津贴", "到哪里领")),
        (
            "甲公司和乙公司的研发投入分别是多少",
            ("甲公司的研发投入是多少", "乙公司的研发投入是多少"),
        ),
        (
            "柳镇大桥的主跨和全长分别是多少米？",
            ("柳镇大桥的主跨是多少米", "柳镇大桥的全长是多少米"),
        ),
        ("柳镇大桥和柳镇会堂分别多长", ("柳镇大桥多长", "柳镇会堂多长")),
        ("黄金期货和白银期货谁的成交额更大", ("黄金期货成交额是多大", "白银期货成交额是多大")),
        ("北京和上海面积分别是多少", ("北京面积是多少", "上海面积是多少")),
        ("云顶乡和望川县茶园分别多大", ("云顶乡茶园多大", "望川县茶园多大")),
        ("2022年和2023年的冠军是谁", ("2022年的冠军是谁", "2023年的冠军是谁")),
        ("甲桥和乙桥哪个更长", ("甲桥是多长", "乙桥是多长")),
        ("2022年和2023年哪一年的产值更高", ("2022年产值是多高", "2023年产值是多高")),
        ("产值从2021年到2022年怎么变化", ("2021年产值是多少", "2022年产值是多少")),
        (
            "石盘站和黄泥站2022年降水量分别是多少",
            ("石盘站2022年降水量是多少", "黄泥站2022年降水量是多少"),
        ),
        ("江州市和望川县茶园面积分别是多少", ("江州市茶园面积是多少", "望川县茶园面积是多少")),
        ("李大山和顾明川对修路分别怎么看", ("李大山对修路怎么看", "顾明川对修路怎么看")),
        (
            "石盘站2022年和2023年的水位各是多少",
            ("石盘站2022年的水位是多少", "石盘站2023年的水位是多少"),
        ),
        (
            "市住房和城乡建设局局长和总工程师分别是谁",
            ("市住房和城乡建设局局长是谁", "总工程师是谁"),
        ),
        ("1. 大桥多长？\n2. 谁设计的？", ("大桥多长", "谁设计的")),
        ("大桥什么时候开工以及什么时候通车", ("大桥什么时候开工", "什么时候通车")),
        ("主跨多长、几车道、谁承建", ("主跨多长", "几车道", "谁承建")),
        ("谁承建了大桥？水厂何时投产？", ("谁承建了大桥", "水厂何时投产")),
        ("会堂几点关门？周一开吗？儿童阅览室呢？", ("会堂几点关门", "周一开吗", "儿童阅览室呢")),
        (
            "东坡区和北岭县每千名老人的床位各是多少",
            ("东坡区每千名老人的床位是多少", "北岭县每千名老人的床位是多少"),
        ),
    ],
)
def test_each_question_of_a_message(message: str, parts: tuple[str, ...]) -> None:
    assert tuple(part.text for part in several(message)) == parts


@pytest.mark.parametrize(
    "message",
    [
        "大桥总投资多少？",
        "为什么要修桥，而不是修隧道呢？",
        "谁和谁打决赛",
        "听说最近几年房租涨了，怎么回事",
        "《谁是英雄，谁是好汉》是谁写的",
        "无论什么情况，怎么办理退税",
        "“什么都有，什么都贵”是谁说的",
        "",
        "？？？",
    ],
)
def test_one_question_stays_one(message: str) -> None:
    assert several(message) == ()


@pytest.mark.parametrize("message", ["，" * 1000 + "多还是" * 333, "谁和" * 1000])
def test_the_longest_message_is_cut_in_a_moment(message: str) -> None:
    several("甲是谁和乙怎么样")
    start = process_time()
    several(message)
    assert process_time() - start < 1


def test_an_answer_to_each_and_what_is_not_told(tmp_path: Path) -> None:
    with asking(tmp_path, bridge=BRIDGE, hall=HALL) as pipeline:
        answer = ask(pipeline, "柳镇大桥总投资多少，2019年的冠军是谁？")
        again = ask(pipeline, "柳镇大桥和柳镇会堂的总投资分别是多少？")
    assert answer.answered
    told, untold = answer.sub_questions
    assert (told.status, untold.status) == ("answered", "refused")
    assert "3亿元" in answer.citations[0].quote
    assert "没有说到" in answer.text or "不是所问的" in answer.text
    assert [sub.status for sub in again.sub_questions] == ["answered", "answered"]
    assert [c.n for c in again.citations] == list(range(1, len(again.citations) + 1))


def test_what_is_shown_leaves_nothing_out(tmp_path: Path) -> None:
    """`asking` verifies; page, copy and text have each question and each quote."""
    with asking(tmp_path, bridge=BRIDGE, hall=HALL) as pipeline:
        answer = ask(pipeline, "柳镇大桥全长多少米，柳镇大桥总投资多少？")
    shown = answer_html(answer), "\n".join(line.text for line in lines_of(answer)), answer.text
    assert len(answer.sub_questions) == 2
    for text in shown:
        for sub in answer.sub_questions:
            assert sub.question in text
        for citation in answer.citations:
            assert citation.quote[:12] in text
    assert answer.text == answer_text(answer)


@pytest.mark.parametrize("message", ["2019年接待人次：  、  、2020年", "柳" * 1996 + "和乙谁早"])
def test_each_part_can_be_asked(tmp_path: Path, message: str) -> None:
    """Blanks are no part, and no part is longer than a question may be."""
    with asking(tmp_path, hall=HALL) as pipeline:
        assert ask(pipeline, message).question == message


@pytest.mark.parametrize(
    "change",
    [{"short_answer": "9亿元"}, {"statements": (7,)}, {"statements": ()}, {"status": "refused"}],
)
def test_what_no_quote_of_a_part_has_is_no_proof(tmp_path: Path, change: dict[str, object]) -> None:
    with asking(tmp_path, bridge=BRIDGE, hall=HALL) as pipeline:
        answer = ask(pipeline, "柳镇大桥全长多少米，柳镇大桥总投资多少？")
        first, *others = answer.sub_questions
        subs = (first.model_copy(update=change), *others)
        changed = answer.model_copy(update={"sub_questions": subs})
        if change != {"statements": (7,)}:
            changed = changed.model_copy(update={"text": answer_text(changed)})
        assert verify(changed, pipeline.library)


def test_nothing_told_is_one_refusal(tmp_path: Path) -> None:
    with asking(tmp_path, hall=HALL) as pipeline:
        answer = ask(pipeline, "月球有多重，火星上住着谁？")
    assert not answer.answered
    assert answer.sub_questions == ()
