"""Follow-ups are completed from the questions before; whole questions are left alone."""

from __future__ import annotations

import pytest

from rag.followups import complete


@pytest.mark.parametrize(
    ("history", "question", "expected"),
    [
        ([], "那挑战呢？", "那挑战呢?"),
        (["大桥是谁设计的？"], "为什么？", "大桥是谁设计的，为什么"),
        (["2023年改造了多少个小区？"], "2019年呢？", "2019年改造了多少个小区"),
        (["城镇居民的收入是多少？"], "农村居民呢？", "农村居民的收入是多少"),
        (["王大山怎么看修路？"], "李小河呢？", "李小河怎么看修路"),
        (["什么是预应力？"], "它有什么用？", "预应力有什么用"),
        (["什么是预应力？"], "茶园今年几月开园？", "茶园今年几月开园?"),
        (["什么是预应力？", "它有什么用？"], "还有吗？", "预应力有什么用"),
        (["什么是预应力？"], "后张法呢？", "什么是后张法"),
        (["王大山怎么看修路？"], "那架桥呢？", "王大山怎么看架桥"),
        (["王大山怎么看修路？"], "那难处呢？", "王大山怎么看修路的难处"),
        (["修路有哪些好处？"], "难处呢？", "修路有哪些难处"),
        (["什么是预应力？"], "那缺点呢？", "预应力的缺点是什么"),
        (["王大山认为修路有哪些难处？"], "他还说了什么？", "王大山还说了什么"),
        (["村里哪一年通的车？"], "这是哪一年的事？", "村里哪一年通的车，这是哪一年的事"),
        (["修桥过程中石料有什么要求？"], "那木料呢？", "修桥过程中木料有什么要求"),
        (["汛期之前堤坝要做什么？"], "水库呢？", "汛期之前水库要做什么"),
        (["王大山是谁？", "他住在哪里？"], "他种什么？", "王大山种什么"),
    ],
)
def test_what_is_left_out_comes_from_before(
    history: list[str], question: str, expected: str
) -> None:
    assert complete(question, history) == expected


def test_a_pronoun_may_mean_whom_the_earlier_answer_names() -> None:
    asked: list[str] = []

    def answer(question: str) -> str:
        asked.append(question)
        return "王大山"

    assert complete("他住在哪里？", ["谁是村里的木匠？"], answer) == "王大山住在哪里"
    assert asked == ["谁是村里的木匠"]
