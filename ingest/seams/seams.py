"""How likely Chinese characters follow one another: the statistics behind stitching.

`seams.bin` holds counts of runs of one to four characters, learnt from news text by
`scripts/train_seams.py`; it holds no text. Digits count as one character, Latin letters as one.
"""

from __future__ import annotations

import json
import lzma
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from rag.language.text import fold_with_offsets

ORDER = 4
BITS = 13
SENTENCE_START = "\n"
_STATISTICS = Path(__file__).with_name("seams.bin")
_MAGIC = b"YJSEAM1\n"
_PRIOR = 4.0
_LOG_STEP = 12.0

Ids = NDArray[np.int64]
Floats = NDArray[np.float64]


@dataclass(frozen=True)
class SeamStatistics:
    """Counts of character runs.

    Attributes:
        alphabet: the characters counted; id 0 stands for all others.
        keys: per length 1…4, the runs in ascending order, each packed into one integer.
        counts: per length, how often each run was seen (quantised logarithmically).
        total: characters seen in all.
    """

    alphabet: str
    keys: tuple[Ids, ...]
    counts: tuple[Floats, ...]
    total: float

    @cached_property
    def _ids(self) -> dict[str, int]:
        return {character: n for n, character in enumerate(self.alphabet, start=1)}

    def encode(self, text: str) -> Ids:
        """Character ids of `text` after `normal_form`, shape (length,)."""
        ids = self._ids
        return np.array([ids.get(character, 0) for character in normal_form(text)], dtype=np.int64)

    def encode_mark(self, mark: str) -> int:
        """The id of a mark that `normal_form` would drop, such as `SENTENCE_START`."""
        return self._ids.get(mark, 0)

    def seen(self, runs: Ids) -> Floats:
        """Counts of the runs in the rows of `runs`, shape (n, length)."""
        return self.seen_packed(pack(runs), runs.shape[1])

    def seen_packed(self, packed: Ids, length: int) -> Floats:
        """Counts of packed runs of this length, shape (n,)."""
        keys = self.keys[length - 1]
        if not len(keys):
            return np.zeros(len(packed))
        at = np.minimum(np.searchsorted(keys, packed), len(keys) - 1)
        return np.where(keys[at] == packed, self.counts[length - 1][at], 0.0)

    def log_probability(self, runs: Ids) -> Floats:
        """Natural log of P(last character | those before it) for each row.

        Each order is smoothed with the next lower one as a Dirichlet prior:
        P_n = (count(run) + μ·P_{n−1}) / (count(context) + μ), μ = 4.
        """
        rows, length = runs.shape
        probability = np.full(rows, 1.0 / (len(self.alphabet) + 1))
        for order in range(1, length + 1):
            run = runs[:, length - order :]
            context = self.seen(run[:, :-1]) if order > 1 else np.full(rows, self.total)
            probability = (self.seen(run) + _PRIOR * probability) / (context + _PRIOR)
        return np.asarray(np.log(probability), dtype=np.float64)


def normal_form(text: str) -> str:
    """Folded text in which any digit is `0`, any Latin letter `a`, and white space is gone."""
    folded = fold_with_offsets(text).text
    return "".join(
        "0" if c.isdigit() else "a" if c.isascii() and c.isalpha() else c
        for c in folded
        if not c.isspace()
    )


def pack(runs: Ids) -> Ids:
    """Rows of ids as single integers, `BITS` bits a character; shape (n, k) → (n,)."""
    packed = np.zeros(len(runs), dtype=np.int64)
    for column in runs.T:
        packed = (packed << BITS) | column
    return packed


def write_statistics(path: Path, statistics: SeamStatistics) -> None:
    """Save counts: keys as differences, counts as bytes, all under LZMA."""
    header = {
        "alphabet": statistics.alphabet,
        "total": statistics.total,
        "sizes": [len(keys) for keys in statistics.keys],
    }
    body = json.dumps(header, ensure_ascii=False).encode() + b"\n"
    for keys, counts in zip(statistics.keys, statistics.counts, strict=True):
        steps = np.diff(keys, prepend=0).astype("<u8")
        planes = steps.view(np.uint8).reshape(-1, 8).T  # bytes of one weight side by side
        levels = np.round(np.log(counts) * _LOG_STEP).clip(0, 255).astype(np.uint8)
        body += planes.tobytes() + levels.tobytes()
    path.write_bytes(_MAGIC + lzma.compress(body, preset=9 | lzma.PRESET_EXTREME))


def read_statistics(path: Path) -> SeamStatistics:
    """Counts as `write_statistics` saved them."""
    data = path.read_bytes()
    if not data.startswith(_MAGIC):
        raise ValueError(f"{path.name} holds no seam statistics of this version")
    body = lzma.decompress(data[len(_MAGIC) :])
    line, _, rest = body.partition(b"\n")
    header = json.loads(line)
    keys, counts, offset = [], [], 0
    for size in header["sizes"]:
        planes = np.frombuffer(rest, np.uint8, 8 * size, offset).reshape(8, size)
        steps = np.ascontiguousarray(planes.T).view("<u8").ravel()
        keys.append(np.cumsum(steps.astype(np.int64)))
        levels = np.frombuffer(rest, np.uint8, size, offset + 8 * size)
        counts.append(np.exp(levels / _LOG_STEP))
        offset += 9 * size
    return SeamStatistics(header["alphabet"], tuple(keys), tuple(counts), header["total"])


@cache
def seam_statistics() -> SeamStatistics:
    """The statistics that come with the package, read once."""
    return read_statistics(_STATISTICS)
