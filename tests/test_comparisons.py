"""How far two things are apart is named only where a sentence states that very difference."""

from __future__ import annotations

import pytest

from rag.data_model.answers import Question
from rag.question.comparisons import states_no_difference
from rag.question.understanding import understand

TWO = "二车间有女工四十名，三车间有女工三十名，"


@pytest.mark.parametrize(
    ("question", "sentence", "short"),
    [
        ("二车间女工比三车间多多少名？", f"{TWO}共七十名。", "四十名"),
        ("二车间和三车间女工相差多少名？", f"{TWO}共七十名。", "三十名"),
        ("二车间比五车间多多少名女工？", f"{TWO}二车间比三车间多十名。", "十名"),
        ("东塘比西塘深几米？", "东塘水深九米，西塘水深六米。", "九米"),
        ("2023年失业率比2022年下降了几个百分点？", "2023年失业率为百分之三。", "百分之三"),
        ("甲楼比乙楼高多少米？", "乙楼高十五米。", "十五米"),
        ("甲楼比乙楼高多少米？", "甲楼高四十米，乙楼高十五米。", "十五米"),
        ("甲楼比乙楼高多少米？", "甲楼比乙楼新，乙楼高十五米。", "高十五米"),
        ("甲楼和乙楼相差多少米？", "甲楼高四十米，乙楼高达十五米。", "十五米"),
    ],
)
def test_another_figure_is_no_difference(question: str, sentence: str, short: str) -> None:
    assert asked(question, sentence, short)


@pytest.mark.parametrize(
    ("question", "sentence", "short"),
    [
        ("二车间女工比三车间多多少名？", f"{TWO}二车间比三车间多十名。", "十名"),
        ("2车间女工比3车间多多少名？", f"{TWO}二车间比三车间多出整整十名。", "十名"),
        ("二车间和三车间女工相差多少名？", f"{TWO}相差十名。", "十名"),
        ("东塘比西塘深几米？", "东塘比西塘深三米。", "三米"),
        ("2023年产量比2022年增加了多少吨？", "2023年产煤八万吨，比上年增加六千吨。", "六千吨"),
        ("甲楼比乙楼高多少米？", "甲楼比乙楼高十五米。", "十五米"),
        ("甲楼比乙楼高多少米？", "甲楼比乙楼高十五米。", "高十五米"),
        ("甲楼比乙楼高多少米？", "与乙楼相比，甲楼高十五米。", "十五米"),
        ("甲楼比乙楼高多少米？", "甲楼高出乙楼十五米。", "十五米"),
        ("甲楼比乙楼的高度高多少米？", "甲楼高于乙楼，高出十五米。", "十五米"),
        ("二车间有女工多少名？", f"{TWO}共七十名。", "四十名"),
        ("水费占比多少？", "水费占比为一成。", "一成"),
    ],
)
def test_a_stated_difference_or_no_such_question(question: str, sentence: str, short: str) -> None:
    assert not asked(question, sentence, short)


def asked(question: str, sentence: str, short: str) -> bool:
    at = sentence.rfind(short)
    understood = understand(Question(question=question), 100)
    return states_no_difference(understood, sentence, at, at + len(short))
