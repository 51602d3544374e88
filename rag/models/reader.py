"""The reader: a small fine-tuned encoder that finds a question's answer in a passage, or misses it.

For each token it gives three scores: answer start, answer end, evidence. The place of `<s>` stands
for "not here" (Devlin et al., 2019, on SQuAD 2.0). Its word embeddings are those of the bundled
model, so only the layers ship. Trained by `python -m eval.reader_training`; the model card tells on
what and how well.
"""

from __future__ import annotations

import hashlib
import json
import threading
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np
from numpy.typing import NDArray

from rag.data_model.documents import Span, touches
from rag.errors import ReaderCorrupt, ReaderMissing
from rag.errors.reasons import why
from rag.language.text import BRACKETS
from rag.models.embedding import PassageInput
from rag.models.reader_tokens import PAD, TokenWindow, question_ids, token_windows

if TYPE_CHECKING:
    from tokenizers import Tokenizer

    from rag.models.weights_file import WeightsFile

Scores = NDArray[np.float32]

READER = Path(__file__).parent / "reader-9"
RECORD, GRAPH, WEIGHTS = "record.json", "reader.xml", "reader.bin"
START, END, EVIDENCE = 0, 1, 2
ANSWER_TOKENS = 80
"""The longest answer, in tokens."""
_BATCH = 8
_LANES = 16
"""Numbers that a processor adds at once, at most."""
_CALL = 16
"""Tokens that cost as much as a call of the model does by itself."""
_NOWHERE = -1e4
_EDGE_MARKS = "，。；：、！？,.;:!? \n\t　"


@dataclass(frozen=True, slots=True)
class Reading:
    """What the reader made of one passage.

    Attributes:
        has_answer: calibrated probability that the passage answers the question.
        answer: where the likeliest answer stands in the passage's text; None if the passage
            has no words. It is given even where `has_answer` is low.
        answer_score: how sure start and end are, given that the answer is here; 0–1.
        evidence: for each of the passage's spans, the mean probability of its tokens to be
            part of the evidence; 0–1.
        touched: which of the passage's spans the answer touches.
        margin: score of the best answer above that of "not here", not calibrated.
        presence: evidence score at place 0, not calibrated.
    """

    has_answer: float
    answer: Span | None
    answer_score: float
    evidence: tuple[float, ...]
    touched: tuple[int, ...] = ()
    margin: float = 0.0
    presence: float = 0.0


class PassageReader(Protocol):
    """What reads passages for a question: ours, or a model of the user's choice."""

    @property
    def fingerprint(self) -> str:
        """Names the model."""

    def read(self, question: str, passages: Sequence[PassageInput]) -> list[Reading]:
        """One reading a passage, in order; may be called from several threads."""


class RememberingReader:
    """A reader that knows what it read before: whoever asks why an answer is wrong asks again.

    Args:
        reader: reads what was not read before.
        most: how many readings of several passages are kept; each takes about 5 KB.
    """

    def __init__(self, reader: PassageReader, most: int = 8192) -> None:
        self.fingerprint = reader.fingerprint
        self._known = lru_cache(most)(reader.read)

    def read(self, question: str, passages: Sequence[PassageInput]) -> list[Reading]:
        """See `PassageReader`."""
        return list(self._known(question, tuple(passages)))


@dataclass(frozen=True, slots=True)
class Calibration:
    """Logistic regression from the reader's two "is it here" scores to a probability.

    Attributes:
        margin: weight of the best answer's score above that of "not here".
        presence: weight of the evidence score at place 0.
        bias: added.
    """

    margin: float = 1.0
    presence: float = 1.0
    bias: float = 0.0

    def probability(self, margin: float, presence: float) -> float:
        """Probability that the answer is here."""
        return float(_sigmoid(self.margin * margin + self.presence * presence + self.bias))


@dataclass(frozen=True, slots=True)
class WindowReading:
    """The best answer of one window.

    Attributes:
        margin: score of the best answer above that of "not here".
        presence: evidence score at place 0.
        answer: in the passage's text.
        answer_score: as in `Reading`.
        tokens: evidence probability of each passage token.
    """

    margin: float
    presence: float
    answer: Span | None
    answer_score: float
    tokens: NDArray[np.float32]


class Reader:
    """Reads passages for a question; may be called from several threads.

    Args:
        graph: the compiled model.
        words: looks word embeddings up, ids of shape (n,) to (n, hidden).
        tokenizer: the bundled one.
        calibration: of `has_answer`.
        fingerprint: names the model.
    """

    def __init__(
        self,
        graph: Any,
        words: WordRows,
        tokenizer: Tokenizer,
        calibration: Calibration,
        fingerprint: str,
    ) -> None:
        self.fingerprint = fingerprint
        self._graph, self._words, self.tokenizer = graph, words, tokenizer
        self._calibration = calibration
        self._local = threading.local()

    @classmethod
    def open(
        cls,
        folder: Path = READER,
        threads: int = 0,
        weights: WeightsFile | None = None,
        streams: int = 1,
    ) -> Reader:
        """The reader that comes with the program.

        Args:
            folder: holds the graph, its weights and the training record.
            threads: 0 for as many as there are cores.
            weights: of the bundled model, if they are already read.
            streams: readings that go on at once.

        Raises:
            ReaderMissing: a file is not there.
            ReaderCorrupt: a file is not the one that the record names.
            ModelMissing, ModelCorrupt: the bundled model cannot be used.
        """
        from rag.models.bundled_model import shared_tokenizer, tokenizer
        from rag.models.openvino_runtime import compile_model
        from rag.models.weights_file import WeightsFile, weights_path

        record = read_record(folder)
        weights = weights or WeightsFile(weights_path())
        tokens = shared_tokenizer(lambda: tokenizer(weights))
        return cls(
            compile_model(folder / GRAPH, threads, streams),
            WordRows(weights),
            tokens,
            Calibration(**record["calibration"]),
            fingerprint_of(folder, record),
        )

    def read(self, question: str, passages: Sequence[PassageInput]) -> list[Reading]:
        """One reading a passage, in order. A passage is read in several windows if it is long."""
        asked = question_ids(self.tokenizer, question)
        windows = [list(token_windows(self.tokenizer, asked, given)) for given in passages]
        readings = iter(self.window_readings([w for group in windows for w in group]))
        return [
            self._reading(given, group, [next(readings) for _ in group])
            for given, group in zip(passages, windows, strict=True)
        ]

    def window_readings(self, windows: Sequence[TokenWindow]) -> list[WindowReading]:
        """The best answer of each window, before calibration."""
        found: dict[int, WindowReading] = {}
        for width, batch in _batches([len(window.ids) for window in windows]):
            scores = self._scores([windows[n] for n in batch], width)
            found.update(
                (n, _best_answer(windows[n], s)) for n, s in zip(batch, scores, strict=True)
            )
        return [found[n] for n in range(len(windows))]

    def _scores(self, windows: Sequence[TokenWindow], width: int) -> Scores:
        """Shape (windows, width, 3)."""
        ids = np.full((len(windows), width), PAD, dtype=np.int64)
        mask, types = np.zeros_like(ids), np.zeros_like(ids)
        for row, window in enumerate(windows):
            length = len(window.ids)
            ids[row, :length], mask[row, :length] = window.ids, 1
            types[row, :length] = window.types
        if not hasattr(self._local, "request"):
            self._local.request = self._graph.create_infer_request()
        result = self._local.request.infer([self._words(ids), mask, types])
        return np.array(result[0], dtype=np.float32)

    def _reading(
        self, given: PassageInput, windows: list[TokenWindow], readings: list[WindowReading]
    ) -> Reading:
        chances = [self._calibration.probability(r.margin, r.presence) for r in readings]
        best = int(np.argmax(chances))
        answer = readings[best].answer
        answer = answer and trim_answer(given.text, answer)
        return Reading(
            has_answer=chances[best],
            answer=answer,
            answer_score=readings[best].answer_score,
            evidence=tuple(_evidence(span, windows, readings) for span in given.spans),
            touched=tuple(
                n for n, span in enumerate(given.spans) if answer and touches(span, answer)
            ),
            margin=readings[best].margin,
            presence=readings[best].presence,
        )


class WordRows:
    """Word embeddings of the bundled model, unpacked row by row."""

    def __init__(self, weights: WeightsFile) -> None:
        self._weights = weights

    def __call__(self, ids: NDArray[np.int64]) -> NDArray[np.float32]:
        """Shape (…, hidden) for ids of shape (…)."""
        distinct, places = np.unique(ids, return_inverse=True)
        rows = self._weights.rows("emb.word", distinct, self._weights.shape.hidden)
        return rows[places].reshape(*ids.shape, -1)


def read_record(folder: Path) -> dict[str, Any]:
    """The training record, once the files beside it are the ones that it names.

    Raises:
        ReaderMissing, ReaderCorrupt.
    """
    try:
        record: dict[str, Any] = json.loads((folder / RECORD).read_text(encoding="utf-8"))
        found = {n: hashlib.sha256((folder / n).read_bytes()).hexdigest() for n in (GRAPH, WEIGHTS)}
    except OSError as error:
        raise ReaderMissing(path=folder, reason=why(error)) from error
    except ValueError as error:
        raise ReaderCorrupt(path=folder / RECORD, reason="不是 JSON") from error
    for name, sha256 in found.items():
        if record.get("sha256", {}).get(name) != sha256:
            raise ReaderCorrupt(path=folder / name, reason="sha256 与训练记录不符")
    return record


def check_reader(folder: Path = READER) -> str:
    """The reader's name, once its files and the words that it shares are those that they should be.

    Raises:
        ReaderMissing, ReaderCorrupt, ModelMissing, ModelCorrupt.
    """
    from rag.models.weights_file import WeightsFile, weights_path

    record = read_record(folder)
    WeightsFile(weights_path())
    return fingerprint_of(folder, record)


def fingerprint_of(folder: Path, record: dict[str, Any]) -> str:
    """Names a reader: its folder and the beginning of its weights' sha256."""
    return f"{folder.name}-{record['sha256'][WEIGHTS][:12]}"


def trim_answer(text: str, answer: Span) -> Span:
    """`answer` without marks at its edges and without half of a pair of brackets.

    A token may be two marks or a word with one, so the best start or end can lie beside them.
    """
    start, end = answer
    while start < end - 1 and _is_loose(text, start, end, text[start]):
        start += 1
    while start < end - 1 and _is_loose(text, start, end, text[end - 1]):
        end -= 1
    return Span(start, end)


def _is_loose(text: str, start: int, end: int, mark: str) -> bool:
    """Whether `mark` at an edge is a separator, or a bracket whose other half is outside."""
    if mark in _EDGE_MARKS:
        return True
    for left, right in BRACKETS:
        if mark in (left, right):
            return text.count(left, start, end) != text.count(right, start, end)
    return False


def _batches(lengths: Sequence[int]) -> Iterator[tuple[int, list[int]]]:
    """Which windows go through the model together, padded to how many tokens.

    Padding costs as much as words do, so what is much shorter than the others goes by itself. A
    window's scores are the same at any width from that of the longest of eight down to its own in
    whole `_LANES`; at other widths sums are rounded in another order, which int8 makes visible.
    """
    order = sorted(range(len(lengths)), key=lambda n: -lengths[n])
    for first in range(0, len(order), _BATCH):
        rest = order[first : first + _BATCH]
        longest = lengths[rest[0]]
        while rest:
            width = min(longest, -(-lengths[rest[0]] // _LANES) * _LANES)
            size = sum(lengths[n] > width - _LANES - _CALL for n in rest)
            yield width, rest[:size]
            rest = rest[size:]


def _best_answer(window: TokenWindow, scores: Scores) -> WindowReading:
    """The start and end whose scores sum highest. `scores` has shape (tokens, 3)."""
    first, last = window.first + window.body, window.first + len(window.offsets)
    tokens = _sigmoid(scores[window.first : last, EVIDENCE])
    presence = float(scores[0, EVIDENCE])
    if first >= last:
        return WindowReading(_NOWHERE, presence, None, 0.0, tokens)
    starts, ends = scores[first:last, START], scores[first:last, END]
    sums = starts[:, None] + ends[None, :]
    distance = np.arange(len(ends))[None, :] - np.arange(len(starts))[:, None]
    sums = np.where((distance >= 0) & (distance < ANSWER_TOKENS), sums, 2 * _NOWHERE)
    start, end = divmod(int(np.argmax(sums)), len(ends))
    score = _softmax(starts)[start] * _softmax(ends)[end]
    offsets = window.offsets[window.body :]
    return WindowReading(
        margin=float(sums[start, end] - scores[0, START] - scores[0, END]),
        presence=presence,
        answer=Span(offsets[start].start, offsets[end].end),
        answer_score=float(score),
        tokens=tokens,
    )


def _evidence(span: Span, windows: list[TokenWindow], readings: list[WindowReading]) -> float:
    """Mean over the span's tokens, in the window that finds most of it."""
    return max(_means(span, windows, readings), default=0.0)


def _means(
    span: Span, windows: list[TokenWindow], readings: list[WindowReading]
) -> Iterator[float]:
    for window, reading in zip(windows, readings, strict=True):
        if places := window.covering(span):
            first, last = places[0] - window.first, places[1] - window.first
            yield float(reading.tokens[first : last + 1].mean())


def _sigmoid(scores: Any) -> Any:
    return 1.0 / (1.0 + np.exp(-np.clip(scores, -60, 60)))


def _softmax(scores: Scores) -> Scores:
    powers = np.exp(scores - scores.max())
    shares: Scores = powers / powers.sum()
    return shares
