"""Which sentences define a topic."""

from __future__ import annotations

from pathlib import Path

import pytest
from pages import ingest_into, pipeline_over, write

from rag.data_model.answers import Question
from rag.evidence.definitions import defines
from rag.rules.interviewer_sentences import asks


@pytest.mark.parametrize(
    ("sentence", "expected"),
    [
        ("预应力是事先加在构件里的力。", True),
        ("“预应力”，是指事先加在构件里的力。", True),
        ("预应力（英文缩写PS）是一种力。", True),
        ("预应力：事先加在构件里的力。", True),
        ("预应力是什么？", False),
        ("工程师检查了预应力。", False),
        ("预应力钢筋昨天运到工地。", False),
    ],
)
def test_definitions(sentence: str, expected: bool) -> None:
    assert defines("预应力", sentence) is expected


def test_a_property_is_not_a_definition(tmp_path: Path) -> None:
    """`X的Y是什么` wants Y, though another sentence says what X is."""
    page = "钓台水库\n钓台水库是县里最大的水库。\n钓台水库的水源是三条山溪。\n"
    data = tmp_path / "data"
    ingest_into(data, write(tmp_path / "pages", reservoir=page))
    pipeline = pipeline_over(data)
    answer = pipeline.ask(Question(question="钓台水库的水源是什么？"))
    pipeline.close()
    assert answer.citations[0].quote == "钓台水库的水源是三条山溪。"


@pytest.mark.parametrize("text", ["水从哪里来？", "“水从哪里来？”", "。", "……"])
def test_what_asks_or_says_nothing_is_no_answer(text: str) -> None:
    assert asks(text)
