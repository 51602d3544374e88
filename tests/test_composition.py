"""How much is quoted: a sentence alone, or with the next one that it leads to."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from pages import asking

from rag.data_model.answers import Question
from rag.pipeline import Pipeline

TERRACES = """梯田里的稻鱼
稻鱼共生要在水深上做文章。水浅了鱼怕热，水深了秧怕淹，所以田埂加高到四十厘米，中间挖一条鱼沟。

白露乡的梯田有三百二十亩，由七十户人家分着种。去年秋天收的鲤鱼卖了九万元。

守住梯田先要守住水渠。乡里请了十二名护渠员，每天沿着渠走一遍，清淤、堵漏、看闸门。
"""


@pytest.fixture(scope="module")
def pipeline(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Pipeline]:
    with asking(tmp_path_factory.mktemp("terraces"), terraces=TERRACES) as made:
        yield made


@pytest.mark.parametrize(
    ("question", "quote"),
    [
        pytest.param(
            "稻鱼共生怎样在水深上做文章？",
            "稻鱼共生要在水深上做文章。水浅了鱼怕热，水深了秧怕淹，所以田埂加高到四十厘米，中间挖一条鱼沟。",
            id="what repeats the question leads to what follows",
        ),
        pytest.param(
            "梯田的水渠怎样守住？",
            "守住梯田先要守住水渠。乡里请了十二名护渠员，每天沿着渠走一遍，清淤、堵漏、看闸门。",
            id="a paragraph's topic is followed by how",
        ),
        pytest.param(
            "白露乡的梯田由哪种人家分着种？",
            "白露乡的梯田有三百二十亩，由七十户人家分着种。",
            id="what says something new stands alone",
        ),
    ],
)
def test_a_sentence_is_quoted_with_what_it_leads_to(
    pipeline: Pipeline, question: str, quote: str
) -> None:
    assert pipeline.ask(Question(question=question)).citations[0].quote == quote
