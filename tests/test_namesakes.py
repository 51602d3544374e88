"""What is told of another thing of the same kind is no answer, and it is said of which."""

from __future__ import annotations

from pathlib import Path
from time import process_time

import pytest
from pages import ask, asking, evidence_of

from rag.data_model.answers import Question
from rag.evidence.scorer import Assessment
from rag.question.understanding import understand
from rag.rules.asked_source import asked_source
from rag.rules.namesakes import named_things, without_namesakes

BRIDGES = """临浦大桥开工
临浦大桥全长六百米。这座大桥总投资3亿元。
"""


@pytest.mark.parametrize(
    ("text", "things"),
    [
        ("松陵大桥总投资多少", ["松陵大桥"]),
        ("望川县茶园面积有多大", ["望川县茶园"]),
        ("大桥总投资多少", []),
        ("望川通用机场的跑道有多长", ["望川通用机场"]),
        ("他在杭州工作几年了", []),
    ],
)
def test_a_name_and_its_kind(text: str, things: list[str]) -> None:
    assert [thing.text for thing in named_things(text)] == things


@pytest.mark.parametrize(
    ("question", "text", "told"),
    [
        pytest.param("松陵大桥总投资多少？", "临浦大桥总投资3亿元。", "临浦大桥", id="another"),
        pytest.param("松陵大桥总投资多少？", "松陵大桥总投资3亿元。", None, id="its own"),
        pytest.param("松陵大桥总投资多少？", "松陵跨江大桥总投资3亿元。", None, id="in full"),
        pytest.param(
            "松陵大桥总投资多少？",
            "临浦大桥总投资3亿元。\n松陵大桥还没有开工。",
            "临浦大桥",
            id="elsewhere",
        ),
        pytest.param(
            "松陵大桥总投资多少？", "临浦大桥总投资3亿元，松陵大桥还在选址。", None, id="both"
        ),
        pytest.param("松陵大桥总投资多少？", "这座大桥总投资3亿元。", None, id="this one"),
        pytest.param("松陵大桥总投资多少？", "大桥总投资3亿元。", None, id="no name"),
        pytest.param("去松陵大桥要多久？", "松陵大桥开车两小时。", None, id="a verb before it"),
        pytest.param(
            "望川通用机场投资多少？", "青石通用机场投资3亿元。", "青石通用机场", id="a long kind"
        ),
        pytest.param(
            "望川通用机场投资多少？",
            "青石通用机场投资3亿元。望川在它的东边。",
            "青石通用机场",
            id="a name that is told of something else",
        ),
        pytest.param(
            "望川通用机场投资多少？",
            "青石通用机场投资3亿元。\n望川通用机场还在选址。",
            None,
            id="a thing that the article knows",
        ),
        pytest.param("松陵大桥总投资多少？", "杭州亚运会总投资3亿元。", None, id="another kind"),
    ],
)
def test_another_of_the_kind_is_a_near_miss(question: str, text: str, told: str | None) -> None:
    asked = understand(Question(question=question), 100)
    found = evidence_of(text, "3亿元" if "3亿元" in text else "")
    kept, miss = without_namesakes(asked, Assessment((found,), 0.9))
    assert bool(kept.evidence) == (told is None)
    assert (miss.told if miss else None) == told


@pytest.mark.parametrize(
    ("question", "source"),
    [
        ("据《河湾晚报》报道，大桥总投资多少？", "河湾晚报"),
        ("河湾晚报说大桥总投资多少？", "河湾晚报"),
        ("《河湾晚报》是哪年创刊的？", None),
        ("据《城市更新条例》，改造由谁出钱？", None),
    ],
)
def test_a_source_is_a_medium_that_is_said_to_tell(question: str, source: str | None) -> None:
    assert asked_source(understand(Question(question=question), 100).searched) == source


def test_pages_of_a_source_take_no_longer_the_more_there_are() -> None:
    """`第a版第版第a版` can be cut in one way only: each further one took twice the time."""
    start = process_time()
    assert asked_source("据江州日报" + "第a版第版第a版" * 30) is None
    assert process_time() - start < 1


def test_refusals_name_what_is_told_instead(tmp_path: Path) -> None:
    with asking(tmp_path, bridges=BRIDGES) as pipeline:
        other = ask(pipeline, "松陵大桥总投资多少？")
        unknown = ask(pipeline, "据《河湾晚报》报道，临浦大桥总投资多少？")
        own = ask(pipeline, "临浦大桥总投资多少？")
    assert not other.answered
    assert "松陵大桥" in other.text
    assert not unknown.answered
    assert "河湾晚报" in unknown.text
    assert own.answered
