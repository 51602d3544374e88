"""Written questions: rows, places, answers; and what the reader is taught with them."""

from __future__ import annotations

import json
import random
from pathlib import Path

import pytest

from eval.reader_training.mixture import Mixture, MixturePlan, as_read
from eval.reader_training.negatives import Miner
from eval.reader_training.pairs import Pair
from eval.reader_training.written_pairs import Shares, written_pairs
from eval.written import (
    WrittenQuestion,
    evidence_in,
    located_in,
    read_sources,
    read_written,
    text_at,
    with_answers,
)
from rag.data_model.documents import Span
from rag.errors import DataLineInvalid
from scripts.gather_written import gathered, split_of

TEXT = (
    "青石县去年办了三期讲习班。\n\n第一期招收学员48人，每周上课两次。\n"
    "馆长周远山说，经费还没有着落。"
)
OTHER = "白石县今年办了剪纸班，招收学员52人。\n老师是退休工人。"
ALWAYS = Shares(more_evidence=1.0, own=1.0, others=1.0, near_miss=1.0)


@pytest.fixture
def files(tmp_path: Path) -> tuple[Path, Path]:
    texts = {"a": TEXT, "b": OTHER}
    articles = tmp_path / "articles.jsonl"
    articles.write_text(
        "".join(
            json.dumps({"id": k, "text": v, "newspaper": "青石晚报"}) + "\n"
            for k, v in texts.items()
        )
    )
    rows = [
        row("q1", "头一期来了多少人？", "第一期招收学员48人，每周上课两次。", answer="48人"),
        row("q2", "经费什么时候到位？", None, style="colloquial"),
        row("q3", "学员人数", "第一期招收学员48人，每周上课两次。", split="dev", style="keyword"),
    ]
    questions = tmp_path / "questions.jsonl"
    made = [gathered(r, texts, 0.0) for r in rows]
    with questions.open("w", encoding="utf-8") as file:
        for original, one in zip(rows, made, strict=True):
            assert one is not None
            file.write(json.dumps({**one, "id": original["id"], "split": original["split"]}) + "\n")
    return questions, articles


def row(
    name: str,
    question: str,
    evidence: str | None,
    *,
    answer: str | None = None,
    split: str = "train",
    style: str = "synonym",
) -> dict[str, object]:
    return {
        "id": name,
        "split": split,
        "article": "a",
        "question": question,
        "style": style,
        "type": "number",
        "answerable": evidence is not None,
        "answer": answer,
        "evidence": [evidence] if evidence else [],
        "near_miss": None if evidence else "没有说时间",
    }


def test_rows_keep_places_and_no_words_of_the_text(files: tuple[Path, Path]) -> None:
    questions, articles = files
    assert "48人" not in questions.read_text()
    known = read_sources([articles])
    (asked, *_) = with_answers(read_written(questions, "train"), known)
    assert asked.answers == ("48人",)
    assert asked.answerable
    (place,) = evidence_in(asked, known)
    found = known["a"].text[place.span.start : place.span.end]
    assert found == "第一期招收学员48人，每周上课两次。"


def test_empty_lines_shift_places(files: tuple[Path, Path]) -> None:
    article = read_sources([files[1]])["a"]
    start = TEXT.index("馆长")
    span = located_in(article, Span(start, start + 5))
    assert article.text[span.start : span.end] == "馆长周远山"
    assert text_at(article, Span(start, start + 5)) == "馆长周远山"
    with pytest.raises(ValueError, match="nothing stands"):
        located_in(article, Span(10_000, 10_001))


def test_a_row_that_is_none_names_its_line(tmp_path: Path) -> None:
    path = tmp_path / "bad.jsonl"
    path.write_text('{"question": "？"}\n')
    with pytest.raises(DataLineInvalid, match="第 1 行"):
        read_written(path)


def test_what_does_not_stand_in_the_article_is_left_out() -> None:
    bad = row("q", "多少人？", "这一句文中没有。")
    assert gathered(bad, {"a": TEXT}, 0.0) is None


def test_a_split_is_the_same_every_time_and_rows_over_two_articles_keep_to_one() -> None:
    names = [f"text-{n}" for n in range(400)]
    splits = {name: split_of([name], 0.2) for name in names}
    shares = [sum(s == split for s in splits.values()) / 400 for split in ("dev", "calibrate")]
    assert shares == pytest.approx([0.1, 0.2], abs=0.06)
    dev = next(name for name in names if splits[name] == "dev")
    train = next(name for name in names if splits[name] == "train")
    assert split_of([dev, train], 0.2) == "unused"


def pairs_of(files: tuple[Path, Path], name: str) -> list[Pair]:
    known = read_sources([files[1]])
    asked = {q.id: q for q in with_answers(read_written(files[0]), known)}[name]
    miner = Miner(list(known.values()), 30)
    return list(written_pairs(asked, known, miner, ALWAYS, random.Random(3)))


def test_the_right_passage_holds_answer_and_evidence(files: tuple[Path, Path]) -> None:
    right, *wrong = pairs_of(files, "q1")
    assert right.answer is not None
    text = right.passage.text
    assert text[right.answer.start : right.answer.end] == "48人"
    assert [text[s.start : s.end] for s in right.evidence] == ["第一期招收学员48人，每周上课两次。"]
    assert wrong
    assert all(pair.answer is None and "48人" not in pair.passage.text for pair in wrong)


def test_a_near_miss_is_read_with_its_own_article(files: tuple[Path, Path]) -> None:
    pairs = pairs_of(files, "q2")
    assert all(pair.answer is None for pair in pairs)
    assert any("经费还没有着落" in pair.passage.text for pair in pairs)


def test_a_mixture_never_reads_what_chooses(files: tuple[Path, Path]) -> None:
    plan = MixturePlan(shares=ALWAYS, cloze=0, distractors=1, size=30)
    mixture = Mixture.read([files[0]], [files[1]], [], plan)
    assert [question.id for question in mixture.written] == ["q1", "q2"]
    first, again = (next(mixture.batches(4, "7")) for _ in range(2))
    assert [e.window for e in first] == [e.window for e in again]


def test_a_question_is_read_after_the_one_before_it() -> None:
    asked = WrittenQuestion(
        "q", "train", "那今年呢？", ("去年多少人？",), "formal", "number", ("a",), (), ()
    )
    assert as_read(asked, random.Random(1)) == "去年多少人？ 那今年呢？"
