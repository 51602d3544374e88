"""Texts to token vectors on OpenVINO, and token vectors to vectors of texts and sentences.

The bundled model sees 512 tokens. A longer text is cut into windows without overlap, each with its
own `<s>` and `</s>`. The text's vector is the mean of the windows' means, weighed by their tokens;
a sentence's tokens come from whichever windows hold them. Nothing is cut off.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from queue import SimpleQueue
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from rag.data_model.documents import Span
from rag.models.bundled_model import MODEL_FILE, TOKENIZER_FILE, shared_tokenizer
from rag.models.openvino_runtime import compile_model

if TYPE_CHECKING:
    from tokenizers import Encoding

Vectors = NDArray[np.float32]
Offsets = NDArray[np.int64]

BATCH = 8
"""Windows in one forward pass: larger batches are no quicker on a CPU, and queries wait longer."""


@dataclass(frozen=True, slots=True)
class TokenVectors:
    """One text as the model sees it.

    Attributes:
        vectors: shape (tokens, dim), all windows one after the other.
        offsets: shape (tokens, 2), where each token stands in the text; `<s>` and `</s>`: (0, 0).
        weights: shape (tokens,), how much each token counts in the text's vector.
    """

    vectors: Vectors
    offsets: Offsets
    weights: Vectors

    @property
    def pooled(self) -> Vectors:
        """The text's vector: shape (dim,), unit norm."""
        return unit(self.weights @ self.vectors)


def unit(vectors: Vectors) -> Vectors:
    """`vectors`, shape (…, dim), each brought to norm 1; zero stays zero."""
    norms = np.linalg.norm(vectors, axis=-1, keepdims=True)
    return (vectors / np.where(norms > 0, norms, 1)).astype(np.float32)


def span_vectors(vectors: Vectors, offsets: Offsets, spans: Sequence[Span]) -> Vectors:
    """`span_means`, brought to norm 1."""
    return unit(span_means(vectors, offsets, spans))


def span_means(vectors: Vectors, offsets: Offsets, spans: Sequence[Span]) -> Vectors:
    """The mean of the tokens that touch each span: shape (len(spans), dim).

    A span that no token touches (it was cut off, or is all invisible characters) gets zeros.
    """
    bounds = np.array(spans, dtype=np.int64).reshape(-1, 2)
    starts, ends = bounds[:, :1], bounds[:, 1:]
    touching = (offsets[:, 0] < ends) & (offsets[:, 1] > starts)
    counts = np.maximum(touching.sum(axis=1, keepdims=True), 1)
    means: Vectors = (touching.astype(np.float32) @ vectors / counts).astype(np.float32)
    return means


class TokenEncoder:
    """The bundled model, ready to run. Threads may share it; they take turns at its streams.

    Args:
        folder: as `ensure_model` gives it.
        threads: 0 for as many as there are cores.
        streams: runs that go on at once.
    """

    def __init__(self, folder: Path, threads: int = 0, streams: int = 1) -> None:
        from tokenizers import Tokenizer

        file = str(folder / TOKENIZER_FILE)
        self._tokenizer = shared_tokenizer(lambda: Tokenizer.from_file(file))
        self._model = compile_model(folder / MODEL_FILE, threads, streams)
        self._free: SimpleQueue[Any] = SimpleQueue()
        for _ in range(streams):
            self._free.put(self._model.create_infer_request())
        self._padding = self._tokenizer.token_to_id("<pad>")
        self.dimension: int = self._model.output(0).partial_shape[2].get_length()

    def encode(self, texts: Sequence[str]) -> list[TokenVectors]:
        """Token vectors of `texts`, in order. Lone surrogates are read as question marks."""
        clean = [text.encode("utf-8", "replace").decode("utf-8") for text in texts]
        windows = [[encoding, *encoding.overflowing] for encoding in self._encodings(clean)]
        vectors = iter(self._run([window for text in windows for window in text]))
        return [_joined(text, [next(vectors) for _ in text]) for text in windows]

    @contextmanager
    def _turn(self) -> Iterator[Any]:
        """A request of the model's, once one is free."""
        request = self._free.get()
        try:
            yield request
        finally:
            self._free.put(request)

    def _encodings(self, texts: list[str]) -> list[Encoding]:
        return list(self._tokenizer.encode_batch(texts))

    def _run(self, windows: Sequence[Encoding]) -> list[Vectors]:
        """Vectors of each window's tokens; windows of like length share a batch."""
        results: list[Vectors] = [np.empty(0, dtype=np.float32)] * len(windows)
        order = sorted(range(len(windows)), key=lambda place: -len(windows[place].ids))
        for start in range(0, len(order), BATCH):
            places = order[start : start + BATCH]
            shape = (len(places), len(windows[places[0]].ids))
            ids = np.full(shape, self._padding, dtype=np.int64)
            mask = np.zeros(shape, dtype=np.int64)
            for row, place in enumerate(places):
                length = len(windows[place].ids)
                ids[row, :length] = windows[place].ids
                mask[row, :length] = 1
            with self._turn() as request:
                batch = request.infer([ids, mask])[0]
            for row, place in enumerate(places):
                results[place] = batch[row, : len(windows[place].ids)]
        return results


def _joined(windows: Sequence[Encoding], vectors: Sequence[Vectors]) -> TokenVectors:
    """One text from its windows. Each window's mean counts as its tokens without `<s>`, `</s>`."""
    sizes = np.array([len(window.ids) for window in windows], dtype=np.float32)
    shares = np.maximum(sizes - 2, 1) / sizes
    return TokenVectors(
        vectors=np.concatenate(vectors),
        offsets=np.array([pair for window in windows for pair in window.offsets], dtype=np.int64),
        weights=np.repeat(shares, sizes.astype(np.int64)).astype(np.float32),
    )
