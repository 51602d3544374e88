"""A softmax over runs of characters: those anywhere in a text, and those at its start and its end.

Small enough to be read in a millisecond, and good at what the wording of a short text tells.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from rag.language.text import windows

_ANYWHERE, _AT_AN_END = range(1, 5), range(1, 7)
"""Characters in a run."""


class Labelled(NamedTuple):
    """The likeliest label, and its probability."""

    label: str
    confidence: float


def runs_of(text: str) -> set[int]:
    """Hashes of the runs of characters in a text: anywhere, at its start, at its end."""
    return {zlib.crc32(run.encode("utf-8", "replace")) for run in _runs(text)}


def _runs(text: str) -> Iterator[str]:
    for size in _ANYWHERE:
        yield from windows(text, size)
    for size in _AT_AN_END:
        if len(text) >= size:
            yield f"\n{text[:size]}"
            yield f"{text[-size:]}\n"


@dataclass(frozen=True)
class RunModel:
    """P(label) = softmax(bias + mean weight of the known runs · √their number).

    Attributes:
        labels: t names.
        runs: hashes that weigh something, ascending, shape (n,).
        weights: shape (n, t), in steps of `scale`.
        scale, bias: shape (t,).
        bound: the confidence below which a label is rather wrong than right.
    """

    labels: tuple[str, ...]
    runs: NDArray[np.uint32]
    weights: NDArray[np.int8]
    scale: NDArray[np.float32]
    bias: NDArray[np.float32]
    bound: float = 0.0

    @classmethod
    def read(cls, path: Path) -> RunModel:
        """What `write` wrote.

        Raises:
            OSError, ValueError, KeyError: it is not there, or is no such file.
        """
        with np.load(path, allow_pickle=False) as kept:
            return cls(
                tuple(str(name) for name in kept["types"]),
                runs=kept["runs"],
                weights=kept["weights"],
                scale=kept["scale"],
                bias=kept["bias"],
                bound=float(kept["bound"]),
            )

    def write(self, path: Path) -> None:
        """Keep it, in a file that is the same for the same weights."""
        np.savez_compressed(
            path,
            types=np.array(self.labels),
            runs=self.runs,
            weights=self.weights,
            scale=self.scale,
            bias=self.bias,
            bound=np.float64(self.bound),
        )

    def labelled(self, text: str) -> Labelled:
        """The likeliest label of a text."""
        chances = self.probabilities(text)
        best = int(np.argmax(chances))
        return Labelled(self.labels[best], float(chances[best]))

    def probabilities(self, text: str) -> NDArray[np.float64]:
        """Of each label, shape (t,)."""
        wanted = np.array(sorted(runs_of(text)), dtype=np.uint32)
        places = np.searchsorted(self.runs, wanted)
        inside = places < len(self.runs)
        known = places[inside][self.runs[places[inside]] == wanted[inside]]
        summed = self.weights[known].sum(axis=0, dtype=np.int64)  # exact on every machine
        logits = self.bias + summed * self.scale / np.sqrt(max(len(known), 1))
        shares = np.exp(logits - logits.max())
        return np.asarray(shares / shares.sum(), dtype=np.float64)
