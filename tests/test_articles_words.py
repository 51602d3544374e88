"""A year in a question is what articles of that year, and of the years after it, call it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import pytest
from cases import assessed, news, parsed, texts
from pages import candidate_of

from rag.evidence.scorer import Assessment
from rag.library.records import StoredArticle
from rag.question.understanding import ParsedQuestion
from rag.retrieval.candidates import Candidate
from rag.rules.articles_words import asked_in_articles_words, in_articles_words, saying

ASKED = "2030年柳镇修了几座桥？"


def dated(text: str, date: str | None, key: int = 1) -> StoredArticle:
    held = news(text, key)
    return replace(held, article=replace(held.article, date=date))


@pytest.mark.parametrize(
    ("date", "word"),
    [
        ("2030-05-01", "今年"),
        ("2031-05-01", "去年"),
        ("2032-05-01", "前年"),
        ("2031-05", "去年"),
    ],
)
def test_a_year_is_asked_for_as_articles_of_their_day_call_it(date: str, word: str) -> None:
    own = candidate_of(dated("柳镇修了三座桥。", date))
    other = candidate_of(dated("柳镇修了三座桥。", "2040-01-01", key=2))
    ((worded, words, held),) = in_articles_words(parsed(ASKED), [own, other])
    assert worded.searched == f"{word}柳镇修了几座桥?"
    assert word in worded.terms
    assert "2030" not in "".join(worded.terms)
    assert words == (word, "2030年")
    assert held == [own]


def test_a_year_in_han_numerals_is_the_same_year() -> None:
    own = candidate_of(dated("柳镇修了三座桥。", "2031-05-01"))
    ((worded, words, _),) = in_articles_words(parsed("二〇三〇年柳镇修了几座桥？"), [own])
    assert worded.searched == "去年柳镇修了几座桥?"
    assert words == ("去年", "二〇三〇年")


@pytest.mark.parametrize(
    ("question", "date"),
    [
        pytest.param(ASKED, None, id="no date"),
        pytest.param(ASKED, "昨天", id="no year in the date"),
        pytest.param(ASKED, "2033-05-01", id="too long after"),
        pytest.param(ASKED, "2029-05-01", id="before it"),
        pytest.param("柳镇修了几座桥？", "2030-05-01", id="no year asked"),
        pytest.param("去年柳镇修了几座桥？", "2030-05-01", id="no number of a year"),
        pytest.param("柳镇花了12030年薪吗？", "2030-05-01", id="the end of a longer number"),
    ],
)
def test_no_other_wording(question: str, date: str | None) -> None:
    own = candidate_of(dated("柳镇修了三座桥。", date))
    assert list(in_articles_words(parsed(question), [own])) == []


def test_each_wording_is_put_to_the_articles_that_it_holds_for() -> None:
    held = [
        candidate_of(dated("柳镇修桥。", f"{year}-01-01", key=year)) for year in (2031, 2030, 2031)
    ]
    found = {words[0]: own for _, words, own in in_articles_words(parsed(ASKED), held)}
    assert found == {"今年": [held[1]], "去年": [held[0], held[2]]}


class TestAsked:
    HELD = dated("去年柳镇修了三座桥。柳镇今年没修桥。", "2031-05-01")

    def asked(self, sure: float, scored: float) -> tuple[Assessment, Assessment]:
        """The assessment before, and after another wording was scored so."""
        before = assessed(self.HELD, likely={"今年": 0.4}, answerable=sure)

        def assess(question: ParsedQuestion, own: Sequence[Candidate]) -> Assessment:
            assert question.searched.startswith("去年")
            assert own == [candidate]
            this_year, last_year = before.evidence
            found = replace(this_year, probability=0.8), replace(last_year, probability=0.4)
            return Assessment(found, scored)

        candidate = before.evidence[0].candidate
        return before, asked_in_articles_words(parsed(ASKED), [candidate], before, assess)

    def test_the_likelier_wording_leads_with_what_says_the_year(self) -> None:
        _, after = self.asked(sure=0.3, scored=0.9)
        assert after.answerable == pytest.approx(0.9 / 2), "as sure as that sentence is likely"
        assert after.evidence[0].text == "去年柳镇修了三座桥。"
        assert "柳镇今年没修桥。" in texts(after.evidence[1:])

    def test_no_sentence_comes_twice(self) -> None:
        _, after = self.asked(sure=0.3, scored=0.9)
        assert sorted(texts(after.evidence)) == sorted(["去年柳镇修了三座桥。", "柳镇今年没修桥。"])

    @pytest.mark.parametrize("scored", [0.1, 0.6])
    def test_a_wording_that_is_no_likelier_changes_nothing_at_all(self, scored: float) -> None:
        before, after = self.asked(sure=0.3, scored=scored)
        assert after is before

    def test_a_question_without_a_year_is_not_scored_again(self) -> None:
        before = assessed(self.HELD)

        def never(*_: object) -> Assessment:
            raise AssertionError

        again = asked_in_articles_words(
            parsed("柳镇修了几座桥？"), [before.evidence[0].candidate], before, never
        )
        assert again is before


def test_sentences_must_say_one_of_the_words_folded() -> None:
    held = news("去年修桥。前年修路。ＧＤＰ涨了。")
    made = assessed(held, likely={"前年": 0.8, "去年": 0.4}, answerable=0.6)
    assert texts(saying(("去年", "gdp"), made).evidence) == ["去年修桥。", "ＧＤＰ涨了。"]
    assert saying(("去年",), made).answerable == pytest.approx(0.3), "no surer than that sentence"
    assert saying(("明年",), made) == Assessment((), 0.0)
