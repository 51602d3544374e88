"""What asks, or invites to speak, answers nothing; what says that somebody came does."""

from __future__ import annotations

import pytest

from rag.rules.interviewer_sentences import asks


@pytest.mark.parametrize(
    "text",
    [
        "老街的出路在哪里？",
        "“谁来管？”",
        "记者请两位专家谈谈看法。",
        "本报邀请三位嘉宾谈谈看法。",
        "请两位专家为我们把脉支招。",
        "本报邀请专家就此进行解读。",
        "……",
    ],
)
def test_asks(text: str) -> None:
    assert asks(text)


@pytest.mark.parametrize(
    "text",
    [
        "镇里请退休教师当书屋的主人。",
        "我们请律师解读条例，帮助200户解决了纠纷。",
        "商户请来师傅介绍经验。",
        "他提醒，邀请函要提前三天寄出。",
    ],
)
def test_tells(text: str) -> None:
    assert not asks(text)
