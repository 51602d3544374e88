"""How well a beginning follows an end, by two small encoders of the characters at the seam.

Each looks at 16 characters: embeddings, a hidden layer, a vector. The dot product of an end's and
a beginning's vectors is high if the one is likely to go on in the other (its logarithm of
P(beginning | end) / P(beginning), up to a constant: the optimum of the contrastive loss, van den
Oord et al. 2018, arXiv:1807.03748). `scripts/train_seam_encoder.py` learns them from cuts of news
and encyclopaedia articles; the file holds no text.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ingest.seams.seams import normal_form

CONTEXT = 16
_FILE = Path(__file__).with_name("seam_encoder.npz")
_READ = 4 * CONTEXT  # characters that surely hold 16 after spaces are dropped

Floats = NDArray[np.float32]
Ids = NDArray[np.int64]


@dataclass(frozen=True)
class SideEncoder:
    """One side of the seam: embedding (v, d), hidden (16·d, h), output (h, o)."""

    embedding: Floats
    hidden: Floats
    hidden_bias: Floats
    output: Floats
    output_bias: Floats

    @classmethod
    def read(cls, stored: Mapping[str, Any], side: str) -> SideEncoder:
        """From arrays named `side_part`; rounded ones have a scale a row in `side_part_scale`."""
        return cls(**{part: _restored(stored, f"{side}_{part}") for part in cls.__annotations__})

    def vectors(self, ids: Ids) -> Floats:
        """Vectors of characters: shape (n, 16) → (n, o)."""
        seen = self.embedding[ids].reshape(len(ids), -1)
        layer = np.maximum(seen @ self.hidden + self.hidden_bias, 0.0)
        return np.asarray(layer @ self.output + self.output_bias, dtype=np.float32)


@dataclass(frozen=True)
class SeamEncoder:
    """Both sides and the characters that they know, id 0 standing for all others."""

    ids: Mapping[str, int]
    ends: SideEncoder
    begins: SideEncoder

    def follows(self, lefts: Sequence[str], rights: Sequence[str]) -> NDArray[np.float64]:
        """How well each of `rights` follows each of `lefts`, in nats: shape (lefts, rights)."""
        return np.asarray(self.end_vectors(lefts) @ self.begin_vectors(rights).T, dtype=np.float64)

    def end_vectors(self, texts: Sequence[str]) -> Floats:
        """Shape (n, o); their dot products with `begin_vectors` are what `follows` gives."""
        found = self.ends.vectors(np.stack([self._end(text) for text in texts]))
        return np.asarray(found / np.sqrt(found.shape[1]), dtype=np.float32)

    def begin_vectors(self, texts: Sequence[str]) -> Floats:
        """Shape (n, o)."""
        return self.begins.vectors(np.stack([self._begin(text) for text in texts]))

    def _end(self, text: str) -> Ids:
        known = self._encode(text[-_READ:])[-CONTEXT:]
        return np.concatenate([np.zeros(CONTEXT - len(known), dtype=np.int64), known])

    def _begin(self, text: str) -> Ids:
        known = self._encode(text[:_READ])[:CONTEXT]
        return np.concatenate([known, np.zeros(CONTEXT - len(known), dtype=np.int64)])

    def _encode(self, text: str) -> Ids:
        return np.array([self.ids.get(c, 0) for c in normal_form(text)], dtype=np.int64)


def write_seam_encoder(path: Path, alphabet: str, weights: Mapping[str, Floats]) -> None:
    """Save matrices as 8-bit integers with a scale a row, vectors as they are."""
    stored: dict[str, NDArray[Any]] = {"alphabet": np.array(alphabet)}
    for name, values in weights.items():
        if values.ndim == 1:
            stored[name] = values.astype(np.float32)
            continue
        scale = np.maximum(np.abs(values).max(axis=1, keepdims=True), 1e-9) / 127
        stored[name] = np.round(values / scale).astype(np.int8)
        stored[f"{name}_scale"] = scale.astype(np.float32)
    np.savez_compressed(path, **stored)  # type: ignore[arg-type]


def read_seam_encoder(path: Path) -> SeamEncoder:
    """Encoders as `write_seam_encoder` saved them."""
    with np.load(path, allow_pickle=False) as stored:
        alphabet = str(stored["alphabet"])
        ids = {character: n for n, character in enumerate(alphabet, start=1)}
        return SeamEncoder(
            ids, SideEncoder.read(stored, "ends"), SideEncoder.read(stored, "begins")
        )


def _restored(stored: Mapping[str, Any], name: str) -> Floats:
    values = stored[name].astype(np.float32)
    scale = stored.get(f"{name}_scale")
    return np.asarray(values if scale is None else values * scale, dtype=np.float32)


@cache
def seam_encoder() -> SeamEncoder:
    """The encoders that come with the package, read once."""
    return read_seam_encoder(_FILE)
