"""News articles to make broken pages of: clean texts, and where they may be cut."""

from __future__ import annotations

import random
import re
from pathlib import Path
from typing import Literal, get_args

from eval.data_files import made_of_rows
from rag.errors import DataFileMissing

CutKind = Literal["word", "sentence", "end"]
CUT_KINDS: tuple[CutKind, ...] = get_args(CutKind)
_HEADER = re.compile(r"^.{0,60}?正文[:：]\s*")
_ORIGINAL_TITLE = re.compile(r"^原标题[:：]")
_TRAILER = re.compile(r"(?:返回搜狐，查看更多)?\s*责任编辑[:：]?\s*$|https?://\S+$|\S+\.html?$")
_SPACE = re.compile(r"\s+")
SENTENCE_ENDS = re.compile(r"[。！？](?:[”’」』）)]*)")


def read_news(path: Path, shortest: int = 150) -> list[str]:
    """Texts of a JSONL file (gzipped or not) with `text`, without site headers and trailers.

    Raises:
        DataFileMissing, EncodingUnknown, DataLineInvalid: it cannot be used, or tells nothing.
    """
    texts = list(made_of_rows(path, lambda record: clean_news(record["text"])))
    long = [text for text in texts if len(text) >= shortest]
    if not long:
        reason = f"没有一篇满 {shortest} 字"
        raise DataFileMissing(file=path, reason=reason)
    return long


def clean_news(text: str) -> str:
    """One article without what the site that published it put around it."""
    text = _ORIGINAL_TITLE.sub("", _HEADER.sub("", text))
    text = _SPACE.sub(lambda match: " " if len(match.group()) == 1 else "", text.strip())
    return _TRAILER.sub("", text).strip()


def random_cuts(text: str, wanted: int, rng: random.Random, edge: int) -> list[tuple[int, CutKind]]:
    """At most `wanted` cuts, `edge` characters apart, in order."""
    positions = _positions(text, edge)
    chosen: list[tuple[int, CutKind]] = []
    for _ in range(wanted):
        kind = rng.choice(CUT_KINDS)
        free = [p for p in positions[kind] if all(abs(p - other) >= edge for other, _ in chosen)]
        if free:
            chosen.append((rng.choice(free), kind))
    return sorted(chosen)


def _positions(text: str, edge: int) -> dict[CutKind, list[int]]:
    """Where each kind of cut may fall."""
    import rjieba

    ends = {match.end() for match in SENTENCE_ENDS.finditer(text)}
    borders, offset = set(), 0
    for word in rjieba.cut(text):
        offset += len(word)
        borders.add(offset)
    found: dict[CutKind, list[int]] = {kind: [] for kind in CUT_KINDS}
    for place in range(edge, len(text) - edge + 1):
        kind: CutKind = "end" if place in ends else "sentence" if place in borders else "word"
        found[kind].append(place)
    return found


def training_part(texts: list[str]) -> list[str]:
    """The first four fifths: counted and fitted on."""
    return texts[: len(texts) * 4 // 5]


def measuring_part(texts: list[str]) -> list[str]:
    """The last fifth: never trained on."""
    return texts[len(texts) * 4 // 5 :]
