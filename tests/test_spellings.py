"""A question's numbers are searched for, and read, as the articles write them."""

from __future__ import annotations

from pathlib import Path

import pytest
from pages import asking

from rag.data_model.answers import Question
from rag.question.spellings import spelt_out
from rag.question.understanding import understand


@pytest.mark.parametrize(
    ("question", "others"),
    [
        ("2023年投产的厂", ["二〇二三年", "二○二三年", "二零二三年"]),
        ("二○二三年投产的厂", ["2023年", "二〇二三年"]),
        ("3车间的工人", ["三车间", "第三车间"]),
        ("第五条的内容", ["第5条"]),
        ("周三的食堂", ["星期三", "礼拜三"]),
        ("12月用电", ["十二月"]),
    ],
)
def test_other_spellings_are_searched_for(question: str, others: list[str]) -> None:
    asked = understand(Question(question=question), 100)
    assert spelt_out(asked).startswith(asked.sought)
    assert set(others) <= set(spelt_out(asked).split())


@pytest.mark.parametrize(
    ("question", "sought"),
    [("大桥由谁设计？", "大桥 设计"), ("顾明川是谁", "顾明川"), ("是谁", "是谁")],
)
def test_words_that_only_ask_are_not_searched_for(question: str, sought: str) -> None:
    assert understand(Question(question=question), 100).sought == sought


@pytest.mark.parametrize("question", ["2019年茶会收茶几斤？", "二〇一九年茶会收茶几斤？"])
def test_a_far_passage_is_found_by_another_spelling(tmp_path: Path, question: str) -> None:
    others = {f"fair{n}": f"第{n}回茶会\n那年茶会收茶{n}斤，来了客人{n}名。" for n in range(3, 20)}
    held = "县志说\n二○一九年茶会收茶八百斤，来了客人六十名。"
    with asking(tmp_path, held=held, **others) as pipeline:
        hits = pipeline.ask(Question(question=question)).citations
    assert any("八百斤" in citation.quote for citation in hits)
