"""What a gist is chosen by: measured of each sentence, learnt from outlines, nothing said twice."""

from __future__ import annotations

import tracemalloc

import numpy as np
from pages import article, stored

from rag.desk.gist import gist_of
from rag.desk.salience import SALIENCE, features, salience
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
    assert measured["first"] == [1.0, 0.0, 0.0, 0.0, 0.0]
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
