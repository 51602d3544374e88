"""A reader of the user's choice: a model of transformers behind the bundled reader's protocol.

Extractive question answering gives scores of start and end, and the sum of both at the place of
"not here" is what an answer is measured against (Devlin et al., 2019). Sentence highlighters score
tokens; a sentence counts the mean of its own.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from rag.data_model.documents import Span, touches
from rag.models.embedding import PassageInput
from rag.models.hub import READER, folder_of, named, read_config
from rag.models.logistic import log_odds, sigmoid
from rag.models.networks import (
    Network,
    kind_of,
    open_network,
    tokenizer_of,
    with_form,
    without_surrogates,
)
from rag.models.placing import device_of
from rag.models.reader import ANSWER_TOKENS, Reading, trim_answer
from rag.settings.model_sections import ReaderSettings

Numbers = NDArray[np.float32]
_QUESTION_SHARE = 4
"""A question gets one such part of the window at most."""
_STRIDE_SHARE = 4
"""Windows of one passage share so much of their tokens."""
_NOWHERE = -1e4
_OUTSIDE = {"o", "0", "irrelevant", "not_relevant", "non_relevant", "not-relevant", "none", "drop"}
"""Names of the label of tokens that do not matter; the first label, where none is named so."""


@dataclass(frozen=True, slots=True)
class Window:
    """Question and part of a passage, as the network sees them.

    Attributes:
        passage: which one.
        ids, types: of all tokens.
        null: place of the token that stands for "not here".
        places: of the tokens of the passage's body.
        offsets: where each of those stands in the passage's text.
    """

    passage: int
    ids: tuple[int, ...]
    types: tuple[int, ...]
    null: int
    places: tuple[int, ...]
    offsets: tuple[Span, ...]

    def among(self, span: Span) -> list[int]:
        """Which of the body's tokens touch a span."""
        return [n for n, offset in enumerate(self.offsets) if touches(offset, span)]


@dataclass(frozen=True, slots=True)
class Seen:
    """What is made of one window.

    Attributes:
        margin, presence, answer, answer_score: as in `Reading`; the answer is not trimmed.
        shares: of each of the passage's spans, 0–1; None for one that the window does not hold.
    """

    margin: float
    presence: float
    answer: Span | None
    answer_score: float
    shares: tuple[float | None, ...]


class Judge(Protocol):
    """Makes something of the network's results for one window."""

    def __call__(self, window: Window, spans: Sequence[Span], results: Sequence[Numbers]) -> Seen:
        """`results` are of this window alone, its padding included."""


class NamedReader:
    """Reads with a model from a folder or the hub; never runs code that comes with a model.

    Raises:
        ModelMissing: no such folder, or the hub has no such model or cannot be reached.
        ModelUnusable: it is no reader, or cannot be loaded.
        ModelPlaceMissing: the device or the backend is not there.
    """

    def __init__(self, settings: ReaderSettings) -> None:
        model = settings.model
        self.folder = folder_of(model, READER, settings.backend)
        config = read_config(model, self.folder, READER)
        kind = kind_of(config)
        if kind is None:
            said = "、".join(config["architectures"]) or "没有写明"
            raise READER.unusable(model, f"不是抽取式问答或标句子的模型（architectures：{said}）")
        device = device_of(settings, "reader")
        name = named(model, self.folder, READER)
        self.fingerprint = with_form(name, settings, device, self.folder)
        self._tokenizer = tokenizer_of(model, self.folder, READER)
        self._network: Network = open_network(model, self.folder, kind, config, settings)
        self._judge: Judge = judge_answers if kind == "answers" else Highlighting(_outside(config))
        self._batch = settings.batch
        self._typed = _knows_types(self._tokenizer, config)
        self._tokenizing = threading.Lock()  # a tokenizer keeps how it is to cut for all threads
        self.window = _window(settings.window, self._tokenizer, config)

    def read(self, question: str, passages: Sequence[PassageInput]) -> list[Reading]:
        """One reading a passage, in order. A passage is read in several windows if it is long."""
        with self._tokenizing:
            asked = self._cut(without_surrogates(question))
            windows = [w for n, one in enumerate(passages) for w in self._windows(asked, one, n)]
        seen: list[list[Seen]] = [[] for _ in passages]
        order = sorted(range(len(windows)), key=lambda n: -len(windows[n].ids))
        for first in range(0, len(order), self._batch):
            batch = [windows[n] for n in order[first : first + self._batch]]
            results = self._network(self._padded(batch))
            for row, window in enumerate(batch):
                spans = passages[window.passage].spans
                found = self._judge(window, spans, [result[row] for result in results])
                seen[window.passage].append(found)
        return [_reading(given, found) for given, found in zip(passages, seen, strict=True)]

    def _cut(self, question: str) -> str:
        """The question as far as a window has room for it."""
        encoded = self._tokenizer(
            question, add_special_tokens=False, return_offsets_mapping=True, verbose=False
        )
        offsets = encoded["offset_mapping"][: self.window // _QUESTION_SHARE]
        return question[: offsets[-1][1]] if offsets else ""

    def _windows(self, question: str, given: PassageInput, n: int) -> Iterator[Window]:
        encoded = self._tokenizer(
            question,
            without_surrogates(given.text),
            truncation="only_second",
            max_length=self.window,
            stride=self.window // _STRIDE_SHARE,
            return_overflowing_tokens=True,
            return_offsets_mapping=True,
            return_token_type_ids=True,
        )
        header_end = given.spans[0].start if given.spans else 0
        for row, ids in enumerate(encoded["input_ids"]):
            offsets = encoded["offset_mapping"][row]
            places = tuple(
                place
                for place, part in enumerate(encoded.sequence_ids(row))
                if part == 1 and offsets[place][1] > max(header_end, offsets[place][0])
            )
            yield Window(
                passage=n,
                ids=tuple(ids),
                types=tuple(encoded["token_type_ids"][row]),
                null=ids.index(self._null) if self._null in ids else 0,
                places=places,
                offsets=tuple(Span(*offsets[place]) for place in places),
            )

    @property
    def _null(self) -> int | None:
        null: int | None = self._tokenizer.cls_token_id
        return null

    def _padded(self, windows: Sequence[Window]) -> dict[str, NDArray[np.int64]]:
        shape = (len(windows), max(len(window.ids) for window in windows))
        ids = np.full(shape, self._tokenizer.pad_token_id or 0, dtype=np.int64)
        mask, types = np.zeros_like(ids), np.zeros_like(ids)
        for row, window in enumerate(windows):
            length = len(window.ids)
            ids[row, :length], mask[row, :length] = window.ids, 1
            if self._typed:
                types[row, :length] = window.types
        return {"input_ids": ids, "attention_mask": mask, "token_type_ids": types}


def judge_answers(window: Window, spans: Sequence[Span], results: Sequence[Numbers]) -> Seen:
    """The best answer by scores of start and end; a sentence counts what of both lies in it."""
    start, end = results[0], results[1]
    if not window.places:
        return Seen(_NOWHERE, _NOWHERE, None, 0.0, (None,) * len(spans))
    places = list(window.places)
    starts, ends = start[places], end[places]
    sums = starts[:, None] + ends[None, :]
    distance = np.arange(len(ends))[None, :] - np.arange(len(starts))[:, None]
    sums = np.where((distance >= 0) & (distance < ANSWER_TOKENS), sums, 2 * _NOWHERE)
    first, last = divmod(int(np.argmax(sums)), len(ends))
    margin = float(sums[first, last] - start[window.null] - end[window.null])
    begins, stops = _softmax(starts), _softmax(ends)
    here = float(sigmoid(np.asarray(margin)))
    shares: list[float | None] = []
    for span in spans:
        own = window.among(span)
        shares.append(here * float(begins[own].sum() + stops[own].sum()) / 2 if own else None)
    answer = Span(window.offsets[first].start, window.offsets[last].end)
    return Seen(margin, margin, answer, float(begins[first] * stops[last]), tuple(shares))


class Highlighting:
    """Judges by scores of tokens.

    Args:
        outside: the label of tokens that do not matter.
    """

    def __init__(self, outside: int) -> None:
        self._outside = outside

    def __call__(self, window: Window, spans: Sequence[Span], results: Sequence[Numbers]) -> Seen:
        """A sentence counts the mean of its tokens; no few characters are named as the answer."""
        matters = self._chances(results[0])[list(window.places)]
        shares: list[float | None] = []
        for span in spans:
            own = window.among(span)
            shares.append(float(matters[own].mean()) if own else None)
        best = log_odds(max((share for share in shares if share is not None), default=0.0))
        ranking = float(results[1]) if len(results) > 1 else best
        return Seen(best, ranking, None, 0.0, tuple(shares))

    def _chances(self, scores: Numbers) -> Numbers:
        """Probability of each token to matter; `scores`: shape (tokens, labels)."""
        if scores.shape[-1] == 1:
            return np.asarray(sigmoid(scores[:, 0].astype(np.float64)), dtype=np.float32)
        powers = np.exp(scores - scores.max(axis=-1, keepdims=True))
        matters: Numbers = 1 - powers[:, self._outside] / powers.sum(axis=-1)
        return matters


def _reading(given: PassageInput, seen: Sequence[Seen]) -> Reading:
    best = max(seen, key=lambda one: one.margin)
    answer = trim_answer(given.text, best.answer) if best.answer else None
    held = ([one.shares[n] for one in seen] for n in range(len(given.spans)))
    return Reading(
        has_answer=float(sigmoid(np.asarray(best.margin))),
        answer=answer,
        answer_score=best.answer_score,
        evidence=tuple(max((s for s in own if s is not None), default=0.0) for own in held),
        touched=tuple(n for n, span in enumerate(given.spans) if answer and touches(span, answer)),
        margin=best.margin,
        presence=max(one.presence for one in seen),
    )


def _window(wanted: int, tokenizer: Any, config: dict[str, Any]) -> int:
    """Tokens of a window: as wanted, or as many as the model was made for."""
    inner = config.get("base_model_config") or {}
    positions = config.get("max_position_embeddings") or inner.get("max_position_embeddings")
    kind = str(config.get("model_type", "")) + str(inner.get("model_type", ""))
    known = [wanted, int(tokenizer.model_max_length)]
    if positions:
        known.append(int(positions) - 2 * ("roberta" in kind))  # two of them are never used
    return min(known)


def _knows_types(tokenizer: Any, config: dict[str, Any]) -> bool:
    """Whether the model was taught to tell question and passage apart by types of tokens."""
    known = {**(config.get("base_model_config") or {}), **config}.get("type_vocab_size")
    return "token_type_ids" in tokenizer.model_input_names and (known is None or known > 1)


def _outside(config: dict[str, Any]) -> int:
    """The label of tokens that do not matter."""
    labels = config.get("id2label") or {}
    named_so = [int(n) for n, name in labels.items() if str(name).lower() in _OUTSIDE]
    return named_so[0] if named_so else 0


def _softmax(scores: Numbers) -> Numbers:
    powers = np.exp(scores - scores.max())
    shares: Numbers = powers / powers.sum()
    return shares
