"""Count character runs for `ingest/seams/seams.bin`.

Usage: python scripts/train_seams.py NEWS.jsonl.gz

Only the first four fifths of the file are read; the last fifth is left for measuring.
"""

from __future__ import annotations

import argparse
from collections import Counter
from pathlib import Path

import numpy as np

from eval.news_pages import read_news, training_part
from ingest.seams import seams
from ingest.seams.seams import BITS, ORDER, SENTENCE_START, SeamStatistics, normal_form, pack

_LEAST = (1, 2, 3, 4)
_SENTENCE_MARKS = "。！？!?"


def count(texts: list[str], least: tuple[int, ...] = _LEAST) -> SeamStatistics:
    """Runs of 1–4 characters seen at least `least[length - 1]` times."""
    normal = [_with_starts(normal_form(text)) for text in texts]
    characters = Counter("".join(normal))
    alphabet = "".join(c for c, _ in characters.most_common((1 << BITS) - 1) if characters[c] > 1)
    ids = {character: n for n, character in enumerate(alphabet, start=1)}
    stream = np.array(
        [ids.get(c, 0) for text in normal for c in f"{text}{SENTENCE_START}"], dtype=np.int64
    )
    keys, counts = [], []
    for length in range(1, ORDER + 1):
        runs = np.lib.stride_tricks.sliding_window_view(stream, length)
        found, seen = np.unique(pack(runs), return_counts=True)
        kept = (seen >= least[length - 1]) & _without_unknown(found, length)
        keys.append(found[kept])
        counts.append(seen[kept].astype(np.float64))
    return SeamStatistics(alphabet, tuple(keys), tuple(counts), float(len(stream)))


def _with_starts(text: str) -> str:
    """A mark where each sentence starts."""
    for mark in _SENTENCE_MARKS:
        text = text.replace(mark, f"{mark}{SENTENCE_START}")
    return f"{SENTENCE_START}{text}"


def _without_unknown(packed: seams.Ids, length: int) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
    known = np.ones(len(packed), dtype=bool)
    for place in range(length):
        known &= (packed >> (BITS * place)) & ((1 << BITS) - 1) != 0
    return known


def main() -> None:
    """Count, write, and say how large it became."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("news", type=Path)
    parser.add_argument("--output", type=Path, default=Path(seams.__file__).with_name("seams.bin"))
    arguments = parser.parse_args()
    statistics = count(training_part(read_news(arguments.news)))
    seams.write_statistics(arguments.output, statistics)
    sizes = ", ".join(str(len(keys)) for keys in statistics.keys)
    print(f"{arguments.output}: {arguments.output.stat().st_size} bytes, runs: {sizes}")


if __name__ == "__main__":
    main()
