"""Passages partition the article's text; sentences stand where they say."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pages import article

from ingest.storing.passages import split_article
from rag.data_model.documents import Article
from rag.models.embedding import passage_input

TEXTS = st.lists(
    st.text(st.sampled_from("甲乙丙丁，。！？；、”）…ab 1."), max_size=400), min_size=1, max_size=6
)


def assert_provable(made: Article, size: int) -> None:
    passages = split_article(made, size)
    assert "".join(passage.text for passage in passages) == made.text
    for passage in passages:
        assert made.text[passage.start : passage.end] == passage.text
        assert len(passage.text) <= size
        for sentence in passage.sentences:
            text = made.text[sentence.start : sentence.end]
            assert text == text.strip()
            assert "\n" not in text
            start = made.paragraph_starts[sentence.paragraph - 1]
            paragraph = made.paragraphs[sentence.paragraph - 1].text
            assert paragraph[sentence.start - start : sentence.end - start] == text
        shown = passage_input(made, passage)
        assert [shown.text[s:e] for s, e in shown.spans] == [
            made.text[s.start : s.end] for s in passage.sentences
        ]


@given(TEXTS, st.integers(50, 120))
def test_passages_glued_together_are_the_article(texts: list[str], size: int) -> None:
    assert_provable(article(*texts), size)


def test_no_passage_mixes_sections_or_speakers() -> None:
    made = article("甲说。", "乙说。", "丙说。", "丁说。")
    owners = [("一", None), ("一", "王"), ("一", "王"), ("二", "王")]
    paragraphs = tuple(
        replace(paragraph, section=section, speaker=speaker)
        for paragraph, (section, speaker) in zip(made.paragraphs, owners, strict=True)
    )
    made = replace(made, paragraphs=paragraphs)
    assert_provable(made, 300)
    found = [(p.section, p.speaker, p.text) for p in split_article(made, 300)]
    assert found == [
        ("一", None, "甲说。\n"),
        ("一", "王", "乙说。\n丙说。\n"),
        ("二", "王", "丁说。"),
    ]


def test_a_closing_quote_stays_with_its_sentence() -> None:
    made = article("他说：“" + "好" * 60 + "。”" + "她点了点头。" * 10)
    first = split_article(made, 70)[0].text
    assert first.endswith("。”")


@pytest.mark.parametrize("text", ["甲" * 200_000, "。" * 200_000, "甲\u3000" * 100_000])
def test_long_lines_without_sentences_are_cut_all_the_same(text: str) -> None:
    assert_provable(article(text), 300)
