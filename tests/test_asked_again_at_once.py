"""`大桥多长？隧道呢？` in one message asks the same of both."""

from __future__ import annotations

import pytest

from rag.question.several import several


@pytest.mark.parametrize(
    ("message", "wholes"),
    [
        ("柳溪大桥多长？白石大桥呢？", ["柳溪大桥多长", "白石大桥多长"]),
        ("东站什么时候开门，那西站呢", ["东站什么时候开门", "西站什么时候开门"]),
        ("大桥的长度是多少？宽度呢？", ["大桥的长度是多少", "大桥的宽度是多少"]),
        ("茶叶为什么涨价呢？", []),
        ("老人说茶叶涨价呢，是真的吗", []),
    ],
)
def test_what_is_asked_again_is_a_question_of_its_own(message: str, wholes: list[str]) -> None:
    assert [part.whole for part in several(message)] == wholes
