"""What the reader marks becomes evidence: spelling, sentences, short answers, shorter quotes."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import cast

import pytest
from pages import article, ask, ingest_into, word_scorer, write

from rag.assembly import open_pipeline
from rag.data_model.answers import Answer, Mismatch, Question
from rag.data_model.documents import Span
from rag.evidence.decision import Decision
from rag.evidence.reader_scorer import ReaderScorer
from rag.language.text import spelt_as
from rag.models.embedding import HashingEmbedder, PassageInput, source_line
from rag.models.logistic import log_odds
from rag.models.reader import Reader, Reading
from rag.pipeline import Pipeline
from rag.question.understanding import understand
from rag.settings import Settings

LINER = """“海燕”号邮轮首航
“海燕”号邮轮由北湾船厂建造，2019年5月首航，从南港驶往星岛，船上有客舱九百间，雇员四百二十人。船长陈海生说，海上风浪不大。

船厂的老工人王大江也上了船，旧船为什么停在岸边？北湾船厂今年的GDP贡献列全市第三。
"""


class MarkingReader:
    """Marks given words wherever a passage holds them, and remembers what it was asked."""

    fingerprint = "marking"

    def __init__(self, words: str, sure: float = 0.9) -> None:
        self.asked: list[str] = []
        self._words, self._sure = words, sure

    def read(self, question: str, passages: Sequence[PassageInput]) -> list[Reading]:
        """One reading a passage."""
        self.asked.append(question)
        return [self._reading(passage) for passage in passages]

    def _reading(self, passage: PassageInput) -> Reading:
        at = passage.text.find(self._words)
        if at < 0:
            return Reading(0.01, None, 0.0, tuple(0.0 for _ in passage.spans), (), -8.0, -6.0)
        answer = Span(at, at + len(self._words))
        held = [s.start <= answer.start and answer.end <= s.end for s in passage.spans]
        evidence = tuple(0.999 if h else 0.001 for h in held)
        touched = tuple(n for n, h in enumerate(held) if h)
        high = 6.0 * log_odds(self._sure)
        return Reading(self._sure, answer, 0.9, evidence, touched, high, high)


@contextmanager
def read_by(reader: MarkingReader, root: Path, text: str = LINER) -> Iterator[Pipeline]:
    ingest_into(root / "data", write(root / "texts", page=text))
    settings = Settings(data_dir=root / "data")
    scorer = ReaderScorer(cast("Reader", reader), word_scorer(), Decision.open(), settings.answer)
    pipeline = open_pipeline(settings, HashingEmbedder(), scorer)
    try:
        yield pipeline
    finally:
        pipeline.close()


def marked(words: str, root: Path, question: str, *history: str) -> Answer:
    with read_by(MarkingReader(words), root) as pipeline:
        return ask(pipeline, question, *history)


def test_a_marked_answer_is_named_and_its_quote_ends_after_it(tmp_path: Path) -> None:
    answer = marked("北湾船厂", tmp_path, "“海燕”号邮轮由谁建造？")
    assert answer.short_answer == "北湾船厂"
    assert "“海燕”号邮轮由北湾船厂建造" in [c.quote for c in answer.citations]


def test_what_was_quoted_in_part_is_not_told_again(tmp_path: Path) -> None:
    asked = "“海燕”号邮轮由谁建造？"
    answer = marked("北湾船厂", tmp_path, "还有吗？", asked)
    assert all("建造" not in citation.quote for citation in answer.citations)


def test_where_nothing_more_is_told_the_library_is_not_called_empty(tmp_path: Path) -> None:
    first = LINER[: LINER.index("船长")]
    with read_by(MarkingReader("北湾船厂"), tmp_path, first) as pipeline:
        answer = ask(pipeline, "还有吗？", "“海燕”号邮轮由谁建造？")
    assert answer.text == "除了前面引过的，文章里没有更多说到这一点的内容。"


def test_where_nothing_was_quoted_before_the_reason_is_given(tmp_path: Path) -> None:
    answer = marked("火星", tmp_path, "还有吗？", "火星上有几座风电场？")
    assert answer.refusal is not None
    assert not answer.refusal.further
    assert "火星" in answer.text


def test_a_sentence_that_tells_before_it_asks_may_answer(tmp_path: Path) -> None:
    answer = marked("王大江", tmp_path, "也上了船的船厂老工人叫什么？")
    assert answer.short_answer == "王大江"
    assert answer.citations[0].quote.startswith("船厂的老工人王大江也上了船")


@pytest.mark.parametrize(
    "told",
    [
        "青石岭隧道2019年建成了，网上流传的这句话你信吗？",
        "青石岭隧道是2019年建成的，还是后来建成的？",
        "2019年、2020年青石岭隧道哪年建成？",
    ],
)
def test_what_a_question_doubts_is_no_answer(tmp_path: Path, told: str) -> None:
    page = f"隧道\n{told}隧道归交通局管。\n"
    with read_by(MarkingReader("2019年"), tmp_path, page) as pipeline:
        answer = ask(pipeline, "青石岭隧道哪年建成？")
    assert all("2019年" not in citation.quote for citation in answer.citations)


def test_a_sentence_that_only_asks_does_not(tmp_path: Path) -> None:
    answer = marked("停在岸边", tmp_path, "旧船为什么停在岸边？")
    assert all("为什么停" not in citation.quote for citation in answer.citations)


AIRPORTS = "机场\n宁波机场已于今年3月开工，杭州机场正在选址，温州机场还在规划。\n"


def test_what_is_told_of_another_thing_is_not_named(tmp_path: Path) -> None:
    with read_by(MarkingReader("今年3月"), tmp_path, AIRPORTS) as pipeline:
        its_own = ask(pipeline, "宁波机场什么时候开工？")
        anothers = ask(pipeline, "杭州机场什么时候开工？")
    assert its_own.short_answer == "今年3月"
    assert anothers.short_answer is None
    assert "杭州机场正在选址" in anothers.citations[0].quote


DAILY = """杭州日报 2023年3月5日 第1版

各地新建学校

宁波今年新建学校12所，招生一万二千人。今年新建公园30处。
"""


def test_what_a_newspaper_reports_of_another_place_is_no_answer_for_its_own(
    tmp_path: Path,
) -> None:
    with read_by(MarkingReader("12所"), tmp_path, DAILY) as pipeline:
        answer = ask(pipeline, "杭州今年新建学校多少所？")
        assert answer.refusal is not None
        assert answer.refusal.mismatch == Mismatch(asked="杭州", told="宁波")
        assert ask(pipeline, "宁波今年新建学校多少所？").short_answer == "12所"


def test_what_a_newspaper_reports_without_a_place_is_of_its_own(tmp_path: Path) -> None:
    with read_by(MarkingReader("30处"), tmp_path, DAILY) as pipeline:
        assert ask(pipeline, "杭州今年新建公园多少处？").short_answer == "30处"


@pytest.mark.parametrize(
    ("date", "line"),
    [
        ("2024-03-05", "江州日报 2024年3月5日"),
        ("2024-03", "江州日报 2024-03"),
        ("2024年3月", "江州日报 2024年3月"),
        ("昨天", "江州日报 昨天"),
        (None, "江州日报"),
    ],
)
def test_any_date_stands_over_what_is_read(date: str | None, line: str) -> None:
    assert source_line(replace(article("句子。"), newspaper="江州日报", date=date)) == line


@pytest.mark.parametrize("typed", ["gdp", "GDP", "ＧＤＰ", "Gdp"])
def test_the_reader_is_asked_in_the_letter_case_of_the_passages(tmp_path: Path, typed: str) -> None:
    reader = MarkingReader("全市第三")
    with read_by(reader, tmp_path) as pipeline:
        pipeline.ask(Question(question=f"北湾船厂的{typed}贡献列第几？"))
    assert set(reader.asked) == {"北湾船厂的GDP贡献列第几?"}


def test_latin_words_are_spelt_as_most_often() -> None:
    told = "5G手机iPhone iPhone", "IPHONE www.wto.org", "WTO与ＷＴＯ"
    assert spelt_as("iphone与5g和wto与gdp", *told) == "iPhone与5G和WTO与gdp"
    assert spelt_as("只有汉字", "GDP") == "只有汉字"


def test_a_chinese_question_is_embedded_as_typed_another_language_folded() -> None:
    assert understand(Question(question="ＧＤＰ是多少？"), 100).spelt == "GDP是多少?"
    later = Question(question="南湾呢？", history=("北湾的GDP是多少？",))
    assert understand(later, 100, "南湾的gdp是多少").spelt == "南湾的GDP是多少"
    assert understand(Question(question="What is GDP?"), 100).spelt == "what is gdp?"
