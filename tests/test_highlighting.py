"""Words of a search are found in a text as it is written there, and each character once."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.language.highlighting import occurrences
from rag.language.text import fold


def highlighted(text: str, query: str) -> list[str]:
    return [text[span.start : span.end] for span in occurrences(text, query)]


@pytest.mark.parametrize(
    ("text", "query", "expected"),
    [
        pytest.param("渡口的渡船", "渡", ["渡", "渡"], id="each time"),
        pytest.param("渡船与渡口", "渡口 渡船", ["渡船", "渡口"], id="in the text's order"),
        pytest.param("雲橋邊的云桥", "云桥", ["雲橋", "云桥"], id="Traditional for Simplified"),
        pytest.param("云桥", "雲橋", ["云桥"], id="Simplified for Traditional"),
        pytest.param("ＧＤＰ与gdp", "Gdp", ["ＧＤＰ", "gdp"], id="width and case"),
        pytest.param("云\u200b桥通车", "云桥", ["云\u200b桥"], id="an invisible character within"),
        pytest.param("重5㎏多", "kg", ["㎏"], id="one character that folds to two"),
        pytest.param("重5㎏多", "g", ["㎏"], id="half of such a character marks it whole"),
        pytest.param("渡口", "渡船", [], id="not there"),
        pytest.param("渡口", "", [], id="nothing is sought"),
        pytest.param("渡 口", " \u3000\n", [], id="blanks are sought"),
    ],
)
def test_words_are_found_however_they_are_written(
    text: str, query: str, expected: list[str]
) -> None:
    assert highlighted(text, query) == expected


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        pytest.param("云桥 通车", ["云桥通车"], id="touching"),
        pytest.param("云桥通 桥通车", ["云桥通车"], id="overlapping"),
        pytest.param("云桥通车 桥", ["云桥通车"], id="one within another"),
        pytest.param("云 车", ["云", "车"], id="apart"),
        pytest.param("云桥 云桥", ["云桥"], id="said twice"),
    ],
)
def test_what_touches_is_one_stretch(query: str, expected: list[str]) -> None:
    assert highlighted("老城的云桥通车了", query) == expected


@given(st.text("云桥 雲橋gＧ㎏\u200b\n", max_size=24), st.text("云橋 gK", max_size=8))
def test_stretches_are_in_order_apart_and_hold_a_word(text: str, query: str) -> None:
    found = occurrences(text, query)
    assert all(before.end < after.start for before, after in pairwise(found))
    words = fold(query).split()
    for span in found:
        assert 0 <= span.start < span.end <= len(text)
        assert any(word in fold(text[span.start : span.end]) for word in words)
    missed = "".join(
        "\n" if any(s.start <= at < s.end for s in found) else character
        for at, character in enumerate(text)
    )
    assert not any(word in fold(missed) for word in words)
