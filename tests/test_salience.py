"""What a gist is chosen by: measured of each sentence, learnt from outlines, nothing said twice."""

from __future__ import annotations

import tracemalloc

import numpy as np
import pytest
from pages import article, stored

from rag.desk.gist import gist_of
from rag.desk.salience import SALIENCE, features, salience
from rag.desk.statements import statement_end
from rag.language.text import numbered_sentences

NEWS = article(
    "柳镇大桥通车",
    "柳镇大桥昨天上午通车，全长六百米，总投资3亿元，工期比计划缩短了半年。",
    "天气怎么样？",
    "大桥由市建工集团承建，双向四车道，设计时速60公里，两岸车程由40分钟缩短到5分钟。",
    "当天不少市民到场，他们沿着新修好的大桥，一直走到了对岸的柳镇老街。",
)
SENTENCES = numbered_sentences(NEWS.text, NEWS.paragraph_starts)


def test_each_feature_says_what_it_is_called() -> None:
    rows = features(NEWS, SENTENCES, np.eye(len(SENTENCES)))
    measured = dict(zip(SALIENCE, rows.T.tolist(), strict=True))
    assert measured["place"] == [0.0, 0.2, 0.4, 0.6, 0.8]
    assert measured["last"] == [0.0, 0.0, 0.0, 0.0, 1.0]
    assert measured["commas"] == [0.0, 3.0, 0.0, 3.0, 2.0]
    assert measured["closes"] == measured["beside"] == [0.0] * 5
    assert measured["like_first"][0] == max(measured["like_first"])
    assert measured["fragment"] == [1.0, 0.0, 0.0, 0.0, 0.0]
    assert measured["asks"] == [0.0, 0.0, 1.0, 0.0, 0.0]
    assert measured["figures"] == [0.0, 1.0, 0.0, 3.0, 0.0]
    assert measured["opens"] == [1.0] * 5


def test_what_tells_something_is_likelier_than_headings_and_questions() -> None:
    chances = salience(NEWS, SENTENCES, np.eye(len(SENTENCES)))
    assert min(chances[1], chances[3]) > max(chances[0], chances[2])


def test_nothing_is_said_twice_while_something_else_is_left() -> None:
    """The second and the fourth sentence mean the same here, so only one of them is quoted."""
    vectors = np.eye(len(SENTENCES))
    vectors[3] = vectors[1]
    apart = gist_of(stored(NEWS), SENTENCES, np.eye(len(SENTENCES)), most=80)
    alike = gist_of(stored(NEWS), SENTENCES, vectors, most=80)
    assert len(apart) == 2
    assert {quote.text for quote in alike} != {quote.text for quote in apart}


def test_a_gist_of_a_book_takes_no_memory_for_all_pairs_of_sentences() -> None:
    book = article(*(f"第{n}件事发生在柳镇大桥上，{n}人看见了。" for n in range(3000)))
    sentences = numbered_sentences(book.text, book.paragraph_starts)
    vectors = np.random.default_rng(1).normal(size=(len(sentences), 16))
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    tracemalloc.start()
    assert gist_of(stored(book), sentences, vectors)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 8 * len(sentences) ** 2


def test_a_gist_takes_turns_between_the_paragraphs() -> None:
    """Of two paragraphs of three like sentences each, both are told of."""
    first, second = (
        "".join(f"{place}的居民领到补贴{n}0元，手续已经办好。" for n in (1, 2, 3))
        for place in ("柳镇", "江州")
    )
    told = article(first, second)
    sentences = numbered_sentences(told.text, told.paragraph_starts)
    quotes = gist_of(stored(told), sentences, np.eye(len(sentences)), most=50)
    assert {quote.paragraph for quote in quotes} == {1, 2}


def test_a_sentence_is_quoted_as_far_as_it_states_something() -> None:
    long = "柳镇大桥昨天上午正式通车，全长六百米，总投资3亿元，双向四车道。"
    assert long[: statement_end(long, 12, 120)] == "柳镇大桥昨天上午正式通车"
    leading = "如果第二年仍然没有建成的，由市里收回，两年内另选地方。"
    assert leading[: statement_end(leading, 5, 120)] == "如果第二年仍然没有建成的，由市里收回"
    within = "他说：“大桥通车以后，两岸近了。”乡亲都来了。"
    assert within[: statement_end(within, 5, 120)] == "他说：“大桥通车以后，两岸近了。”"
    opening = "5月18日上午10时26分，跑了十年的老车，要换一条路走了。"
    assert statement_end(opening, 5, 120) == len(opening)
    assert statement_end("短。", 20, 120) == 2


@pytest.mark.parametrize(
    "sentence",
    [
        "全县今年的投资总额达到2,234万元。",
        "全县今年的投资总额达到1,234.5亿元。",
        "全县今年的投资总额达到2，234万元。",
        "网上流传柳镇大桥昨天垮塌造成多人伤亡，但警方证实这是谣言。",
        "网传柳镇大桥昨天垮塌造成多人伤亡，镇里的人都走了出来，桥上一切照常。",
        "试验显示新药治愈了九成的病人，后来的试验推翻了。",
        "试验显示新药治愈了九成的病人，一时轰动，后来的试验推翻了这个结果。",
        "柳镇大桥昨天起禁止机动车通行，节假日除外。",
        "柳镇大桥昨天起禁止机动车通行，前提是天气晴好。",
        "柳镇大桥原定昨天上午正式通车，全长六百米。",
        "学校有两个难处：一是教室不够用要轮流上课，二是老师不够。",
    ],
)
def test_nothing_is_cut_that_follows_and_limits_it(sentence: str) -> None:
    assert statement_end(sentence, 12, 120) == len(sentence)


def test_the_items_of_an_enumeration_are_whole() -> None:
    told = article(
        "学校有两个难处。",
        "一是教室已经很不够用了，年级轮流上课。",
        "二是教师的结构性缺编严重，音乐、美术都缺老师。",
    )
    sentences = numbered_sentences(told.text, told.paragraph_starts)
    quotes = {quote.text for quote in gist_of(stored(told), sentences, np.eye(len(sentences)))}
    assert {paragraph.text for paragraph in told.paragraphs[1:]} <= quotes
