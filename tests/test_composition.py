"""How much is quoted: a sentence alone, with the next one that it leads to, or a whole list."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import pytest
from cases import assessed, news, parsed, talk, weights_of
from pages import asking

from rag.data_model.answers import Question
from rag.evidence.scorer import Assessment
from rag.generation import TemplateGenerator
from rag.library.records import StoredArticle
from rag.pipeline import Pipeline
from rag.question.question_types import QuestionType
from rag.quoting.composition import compose, nearest
from rag.quoting.quotes import Quotable
from rag.settings import AnswerSettings

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


BRIDGE = news("云桥长三公里。桥下能过船。云桥由周家设计。")
LIST = news("修桥有三难。一是水急。二是石硬。三是路远。\n云桥修好了。")


def composed(
    question: str,
    kind: QuestionType,
    *held: StoredArticle,
    likely: Mapping[str, float],
    max_quote: int = 130,
    enough: float = 0.9,
) -> list[Quotable]:
    asked = parsed(question, kind)
    settings = AnswerSettings(max_quote=max_quote, enough=enough)
    return compose(asked, assessed(*held, likely=likely), weights_of(asked), settings)


def quoted(quotes: list[Quotable]) -> list[str]:
    return [quote.text for quote in quotes]


def test_no_more_is_quoted_than_makes_the_answer_likely_enough() -> None:
    asked = "云桥有多长？", QuestionType.HOW_MANY, BRIDGE
    likely = {"三公里": 0.6, "周家": 0.4}
    assert quoted(composed(*asked, likely=likely, enough=0.5)) == ["云桥长三公里。"]
    both = composed(*asked, likely=likely, enough=0.9)
    assert quoted(both) == ["云桥长三公里。", "云桥由周家设计。"]
    assert [quote.chosen for quote in both] == ["evidence", "further"]


def test_what_is_hardly_likely_is_not_quoted_besides() -> None:
    asked = "云桥有多长？", QuestionType.HOW_MANY, BRIDGE
    assert quoted(composed(*asked, likely={"三公里": 0.5, "周家": 0.02}, enough=1.0)) == [
        "云桥长三公里。"
    ]


def test_neighbours_are_one_quote_in_the_texts_order() -> None:
    likely = {"过船": 0.6, "三公里": 0.5}
    (quote,) = composed("云桥有多长？", QuestionType.HOW_MANY, BRIDGE, likely=likely)
    assert quote.text == "云桥长三公里。桥下能过船。"
    assert quote.probability == 0.6


def test_the_same_words_of_another_article_are_quoted_once() -> None:
    copy = news("云桥長三公里。渡口关了。", key=2)
    likely = {"三公里": 0.9}
    assert len(composed("云桥有多长？", QuestionType.HOW_MANY, BRIDGE, copy, likely=likely)) == 1


def test_what_has_no_room_gives_way_to_what_has() -> None:
    long = news("云桥的长度是三公里，算上两头的引桥有四公里多，走完要一个小时。", key=2)
    short = news("引桥一公里。", key=3)
    likely = {"云桥长": 0.9, "四公里": 0.8, "引桥一": 0.7}
    quotes = composed(
        "云桥有多长？", QuestionType.HOW_MANY, BRIDGE, long, short, likely=likely, max_quote=24
    )
    assert quoted(quotes) == ["云桥长三公里。", "引桥一公里。"]


@pytest.mark.parametrize(
    ("best", "expected"),
    [
        pytest.param("石硬", "一是水急。二是石硬。三是路远。", id="one of its items"),
        pytest.param("三难", "修桥有三难。一是水急。二是石硬。三是路远。", id="what leads in"),
        pytest.param("修好", "云桥修好了。", id="outside of it"),
    ],
)
def test_for_several_things_a_list_is_quoted_whole(best: str, expected: str) -> None:
    quotes = composed("修桥有哪些难处？", QuestionType.LIST, LIST, likely={best: 0.9})
    assert quoted(quotes) == [expected]


def test_a_list_may_be_longer_than_another_answer_but_not_endless() -> None:
    item = "水很急，船到了河心就要打转，撑船的人要用三根竹篙才能稳住它"
    for marks, whole in (("一二三四五六", True), ("一二三四五六七八九", False)):
        held = news("".join(f"{mark}是{item}。" for mark in marks))
        (quote,) = composed(
            "修桥有哪些难处？", QuestionType.LIST, held, likely={"一是": 0.9}, max_quote=40
        )
        assert (quote.text == held.article.text) is whole
        assert quote.text.startswith("一是")


def test_one_fact_stands_in_one_item_of_a_list() -> None:
    likely = {"石硬": 0.5, "路远": 0.4}
    quotes = composed("修桥处的石头怎样？", QuestionType.WHERE, LIST, likely=likely, enough=1.0)
    assert quoted(quotes) == ["二是石硬。"]


def test_of_several_things_the_next_sentence_is_quoted_if_it_is_likely_too() -> None:
    for chance, expected in ((0.3, "云桥长三公里。桥下能过船。"), (0.1, "云桥长三公里。")):
        likely = {"三公里": 0.6, "过船": chance}
        quotes = composed("桥怎么样？", QuestionType.OTHER, BRIDGE, likely=likely, enough=0.1)
        assert quoted(quotes) == [expected]


def test_a_colon_leads_to_what_it_announces() -> None:
    held = news("周家的答复如下：\n云桥长三公里。")
    likely = {"答复": 0.9}
    assert quoted(composed("云桥有多长？", QuestionType.HOW_MANY, held, likely=likely)) == [
        "周家的答复如下："
    ], "it stays within the paragraph"


def test_a_speakers_name_is_not_quoted() -> None:
    held = talk("周望川：云桥长三公里。", "周望川：")
    assert quoted(
        composed("云桥有多长？", QuestionType.HOW_MANY, held, likely={"三公里": 0.9})
    ) == ["云桥长三公里。"]


@pytest.mark.parametrize("max_quote", [20, 40, 80])
def test_no_sentence_is_quoted_endlessly_and_the_clauses_that_tell_are(max_quote: int) -> None:
    clauses = [f"第{n}段渠岸种了柳树和槐树" for n in range(20)]
    clauses[13] = "云桥长三公里"
    held = news("，".join(clauses) + "。")
    (quote,) = composed(
        "云桥有多长？", QuestionType.HOW_MANY, held, likely={"云桥": 0.9}, max_quote=max_quote
    )
    assert len(quote.text) <= 2 * max_quote
    assert "云桥长三公里" in quote.text
    assert quote.text in held.article.text


def test_the_nearest_are_one_sentence_a_passage_and_only_so_many() -> None:
    held = [news(f"第{n}座桥长{n}公里。第{n}座能过船。", key=n) for n in range(1, 6)]
    asked = parsed("云桥有多长？")
    made: Assessment = assessed(*held, likely={f"第{n}座": n / 10 for n in range(1, 6)})
    settings = AnswerSettings(nearest=3)
    found = nearest(made.evidence, weights_of(asked), settings)
    assert [quote.text for quote in found] == [f"第{n}座桥长{n}公里。" for n in (5, 4, 3)]
    assert {quote.chosen for quote in found} == {"nearest"}
    assert nearest((), weights_of(asked), settings) == []


LISTED = """鱼沟常见的毛病有三个。
一是沟浅。夏天水一热，鱼就往泥里钻。
二是口窄。大雨一来排不出去。
三是没人清。淤泥半年就堵了沟口。
"""


@pytest.mark.parametrize(
    "likely",
    ["往泥里钻", "排不出去", "堵了沟口", "二是口窄"],
    ids=["first", "second", "last", "item"],
)
def test_a_list_is_whole_where_an_explanation_of_an_item_is_likeliest(likely: str) -> None:
    asked, held = parsed("鱼沟有哪些毛病？", QuestionType.LIST), news(LISTED)
    quotes = compose(
        asked, assessed(held, likely={likely: 0.9}), weights_of(asked), AnswerSettings()
    )
    told = "".join(quote.text for quote in quotes)
    assert all(item in told for item in ("一是沟浅", "二是口窄", "三是没人清"))


@pytest.mark.parametrize(
    ("chosen", "least"),
    [
        ({}, 0.12),
        ({"threshold": 0.5}, 0.5),
        ({"threshold": 0.05}, 0.05),
        ({"threshold": 0.5, "threshold_why": 0.3}, 0.3),
        ({"threshold_why": 0.15}, 0.15),
    ],
)
def test_a_threshold_that_was_chosen_holds_for_why_too(
    chosen: dict[str, float], least: float
) -> None:
    settings = AnswerSettings.model_validate(chosen)
    asked = parsed("鱼为什么往泥里钻？", QuestionType.WHY)
    assert TemplateGenerator(settings)._threshold(asked) == least


def test_why_is_answered_by_the_explanation_itself() -> None:
    asked, held = parsed("鱼为什么往泥里钻？", QuestionType.WHY), news(LISTED)
    likely = {"往泥里钻": 0.9}
    quotes = compose(asked, assessed(held, likely=likely), weights_of(asked), AnswerSettings())
    assert "夏天水一热" in quotes[0].text
