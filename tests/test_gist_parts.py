"""A conclusion and advice are what the article itself calls so, or says as such."""

from __future__ import annotations

import pytest
from cases import news, talk

from rag.data_model.answers import Part
from rag.desk.gist_parts import rows_of
from rag.language.text import numbered_sentences
from rag.library.records import StoredArticle


def part_of(part: Part, held: StoredArticle, after: int = 0) -> list[str]:
    """The sentences of a part, among those after the first few."""
    text = held.article.text
    sentences = numbered_sentences(text, held.article.paragraph_starts)[after:]
    rows = rows_of(part, held, sentences)
    assert rows == sorted(set(rows))
    return [text[sentences[row].start : sentences[row].end] for row in rows]


HEADED = talk(
    "渠修好了，应该常清。",
    "# 五、结语",
    "渠要常清。",
    "人要常巡。",
    "# 对策与建议",
    "先修闸门。",
    "# 天气",
    "总之天晴。",
)


def test_what_stands_under_its_heading_is_the_part_whole_and_alone() -> None:
    assert part_of("conclusion", HEADED) == ["渠要常清。", "人要常巡。"]
    assert part_of("advice", HEADED) == ["先修闸门。"]


def test_rows_count_among_the_sentences_that_are_handed_in() -> None:
    assert part_of("conclusion", HEADED, after=2) == ["人要常巡。"]
    assert part_of("advice", HEADED, after=2) == ["先修闸门。"]


def test_where_no_sentence_under_the_heading_is_handed_in_others_may_say_it() -> None:
    assert part_of("conclusion", HEADED, after=3) == ["总之天晴。"]


@pytest.mark.parametrize(
    ("part", "sentence"),
    [
        ("conclusion", "总之，渠要常清。"),
        ("conclusion", "由此可见，渠要常清。"),
        ("conclusion", "调查表明，渠要常清。"),
        ("advice", "专家建议先修闸门。"),
        ("advice", "闸门不妨先修。"),
        ("advice", "村里应尽快修闸门。"),
    ],
)
def test_without_headings_a_part_is_what_is_said_as_such(part: Part, sentence: str) -> None:
    assert part_of(part, news(f"渠修好了。{sentence}天晴了。")) == [sentence]


@pytest.mark.parametrize(
    ("part", "text"),
    [
        pytest.param("conclusion", "渠修好了，总之没白修。", id="a word for it not at the start"),
        pytest.param("advice", "药的反应加强了。", id="反应 is no 应"),
        pytest.param("advice", "渠修好了。", id="nothing of the kind"),
        pytest.param("conclusion", "渠修好了。", id="nothing of this kind"),
    ],
)
def test_an_article_that_says_none_has_none(part: Part, text: str) -> None:
    assert part_of(part, news(text)) == []


def test_advice_that_leads_in_a_list_brings_its_items() -> None:
    held = news("渠修好了。专家建议做两件事。一是换闸。闸已锈了。二是设岗。天晴了。")
    assert part_of("advice", held) == ["专家建议做两件事。", "一是换闸。", "二是设岗。"]
    assert part_of("advice", news("渠有两难。一是水急。二是石硬。")) == []
    opened = news("渠修好了。专家建议做两件事：一是换闸。二是设岗。天晴了。")
    assert part_of("advice", opened) == ["专家建议做两件事：一是换闸。", "二是设岗。"]
