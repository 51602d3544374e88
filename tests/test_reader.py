"""The reader: its windows, its files, and that it finds an answer or misses it."""

from __future__ import annotations

import json
import shutil
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from eval.reader_training.train import FIFTH_ROUND
from rag.data_model.documents import Span
from rag.errors import ReaderCorrupt, ReaderMissing
from rag.language.text import sentence_spans
from rag.models.bundled_model import tokenizer
from rag.models.embedding import PassageInput
from rag.models.reader import (
    READER,
    RECORD,
    WEIGHTS,
    Reader,
    Reading,
    RememberingReader,
    _batches,
    _best_answer,
    read_record,
    trim_answer,
)
from rag.models.reader_tokens import question_ids, token_windows

pytestmark = pytest.mark.model

HEADER = "青石桥记\n"
BODY = "青石桥建于一九二六年，长四十二米。桥由石匠周远山主持修建。每年三月，村民在桥上办灯会。"
QUESTION = "青石桥是谁主持修建的？"


def passage(header: str, body: str) -> PassageInput:
    shift = len(header)
    spans = tuple(Span(s.start + shift, s.end + shift) for s in sentence_spans(body))
    return PassageInput(header + body, spans)


@pytest.fixture(scope="module")
def reader() -> Reader:
    return Reader.open()


def test_an_answer_is_found_in_its_sentence_and_missed_elsewhere(reader: Reader) -> None:
    other = passage("", "香菇宜在阴凉处培育。菌棒每隔五天浇一次水，湿度保持在八成以上。")
    right, wrong = reader.read(QUESTION, [passage(HEADER, BODY), other])
    assert right.answer is not None
    assert "周远山" in (HEADER + BODY)[right.answer.start : right.answer.end]
    assert right.has_answer > 0.5 > wrong.has_answer
    assert max(range(3), key=lambda n: right.evidence[n]) == 1


def test_readings_side_by_side_are_the_same(reader: Reader) -> None:
    side_by_side = Reader.open(streams=2)
    asked = [(f"{n}年，{QUESTION}", [passage(HEADER, BODY * n)]) for n in (1, 3, 6, 2, 5, 4)]
    with ThreadPoolExecutor(2) as threads:
        found = list(threads.map(lambda one: side_by_side.read(*one), asked))
    assert found == [reader.read(*one) for one in asked]


def test_windows_read_in_batches_score_as_padded_to_the_longest(reader: Reader) -> None:
    asked = question_ids(reader.tokenizer, QUESTION)
    texts = [BODY * 3, BODY * 2, BODY * 2 + BODY[:9], BODY, BODY[:20], BODY[:5], BODY[3:24]]
    windows = [w for t in texts for w in token_windows(reader.tokenizer, asked, passage("", t))]
    longest = max(len(window.ids) for window in windows)
    scores = reader._scores(windows, longest)
    together = [_best_answer(w, s) for w, s in zip(windows, scores, strict=True)]
    found = reader.window_readings(windows)
    assert [r.margin for r in found] == [r.margin for r in together]
    assert [r.answer for r in found] == [r.answer for r in together]


def test_what_goes_through_the_model_is_little_padded() -> None:
    lengths = [230, 40, 90, 226, 60, 200, 64, 10]
    batches = list(_batches(lengths))
    assert sorted(n for _, batch in batches for n in batch) == list(range(8))
    assert batches[0] == (230, [0, 3, 5])
    for width, batch in batches:
        assert all(lengths[n] <= width for n in batch)
        assert all(width - lengths[n] < 32 for n in batch)


def test_what_was_read_is_remembered(reader: Reader) -> None:
    class Counting:
        fingerprint, asked = reader.fingerprint, 0

        def read(self, question: str, passages: Sequence[PassageInput]) -> list[Reading]:
            self.asked += 1
            return reader.read(question, passages)

    counting = Counting()
    remembering = RememberingReader(counting)
    given = [passage(HEADER, BODY)]
    first = remembering.read(QUESTION, given)
    first.clear()
    assert remembering.read(QUESTION, list(given)) == reader.read(QUESTION, given)
    assert counting.asked == 1
    remembering.read("桥有多长？", given)
    assert counting.asked == 2
    assert remembering.fingerprint == reader.fingerprint


def test_an_answer_never_stands_in_the_header(reader: Reader) -> None:
    (reading,) = reader.read("文章的题目是什么？", [passage(HEADER, BODY)])
    assert reading.answer is not None
    assert reading.answer.start >= len(HEADER)


@pytest.mark.parametrize("body", ["", "。", "好", "青" * 3000, BODY * 40])
def test_any_length_gives_one_reading_with_shares(reader: Reader, body: str) -> None:
    given = passage("", body)
    (reading,) = reader.read(QUESTION, [given])
    assert len(reading.evidence) == len(given.spans)
    shares = (reading.has_answer, reading.answer_score, *reading.evidence)
    assert all(0.0 <= share <= 1.0 for share in shares)
    assert reading.answer is None or 0 <= reading.answer.start < reading.answer.end <= len(body)


def test_no_passages_no_readings(reader: Reader) -> None:
    assert reader.read(QUESTION, []) == []


def test_windows_overlap_and_cover_every_token(reader: Reader) -> None:
    given = passage("", BODY * 40)
    asked = question_ids(reader.tokenizer, QUESTION * 50)
    windows = list(token_windows(reader.tokenizer, asked, given))
    assert len(windows) > 1
    assert max(len(window.ids) for window in windows) <= 512
    covered = {offset for window in windows for offset in window.offsets}
    uncut = tokenizer()
    uncut.no_truncation()
    tokens = uncut.encode(given.text, add_special_tokens=False)
    assert covered == {Span(*offset) for offset in tokens.offsets}


def test_threads_read_the_same(reader: Reader) -> None:
    given = [passage(HEADER, BODY)]
    alone = reader.read(QUESTION, given)
    with ThreadPoolExecutor(4) as threads:
        together = list(threads.map(lambda _: reader.read(QUESTION, given), range(8)))
    for readings in together:
        assert readings[0].answer == alone[0].answer
        assert readings[0].has_answer == pytest.approx(alone[0].has_answer, abs=1e-3)


@pytest.mark.parametrize(
    ("text", "kept"),
    [("，周远山。", "周远山"), ("《桥》（", "《桥》"), ("）周远山", "周远山"), ("。", "。")],
)
def test_edges_of_an_answer_are_trimmed(text: str, kept: str) -> None:
    start, end = trim_answer(text, Span(0, len(text)))
    assert text[start:end] == kept


def test_files_are_the_ones_the_record_names(tmp_path: Path) -> None:
    with pytest.raises(ReaderMissing):
        read_record(tmp_path)
    folder = Path(shutil.copytree(READER, tmp_path / "copy"))
    read_record(folder)
    data = bytearray((folder / WEIGHTS).read_bytes())
    data[1000] ^= 1
    (folder / WEIGHTS).write_bytes(data)
    with pytest.raises(ReaderCorrupt):
        read_record(folder)
    (folder / RECORD).write_text("{", encoding="utf-8")
    with pytest.raises(ReaderCorrupt):
        read_record(folder)


def test_the_record_tells_how_it_was_trained() -> None:
    record = json.loads((READER / RECORD).read_text(encoding="utf-8"))
    plan = record["training"]["plan"]
    assert (plan["rate"], plan["batch"]) == (FIFTH_ROUND.rate, FIFTH_ROUND.batch)
    assert plan["begin"].startswith("reader-")
    assert record["training"]["held_out"]["auc"] > 0.9


def test_a_passage_is_read_in_the_same_windows_by_a_tokenizer_that_cuts() -> None:
    """The encoder's cuts texts to windows of its own, and the reader shares it."""
    cutting, whole = tokenizer(), tokenizer()
    whole.no_truncation()
    passage = PassageInput("大桥全长2360米，总投资21亿元。Opened in June.\n" * 90, ())
    windows = list(token_windows(cutting, [7, 8], passage))
    assert len(windows) > 3
    assert windows == list(token_windows(whole, [7, 8], passage))
