"""Broken pages made of news articles: the same maker for training and for measuring."""

from __future__ import annotations

import gzip
import json
import random
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal, get_args

CutKind = Literal["word", "sentence", "end"]
CUT_KINDS: tuple[CutKind, ...] = get_args(CutKind)
_HEADER = re.compile(r"^.{0,60}?正文[:：]\s*")
_ORIGINAL_TITLE = re.compile(r"^原标题[:：]")
_TRAILER = re.compile(r"(?:返回搜狐，查看更多)?\s*责任编辑[:：]?\s*$|https?://\S+$|\S+\.html?$")
_SPACE = re.compile(r"\s+")
SENTENCE_ENDS = re.compile(r"[。！？](?:[”’」』）)]*)")
_EDGE = 20


@dataclass(frozen=True, slots=True)
class PagePiece:
    """A piece of article `article`, the `part`-th of it, that ends in a cut of kind `cut`."""

    article: int
    part: int
    text: str
    cut: CutKind | None


def read_news(path: Path, shortest: int = 150) -> list[str]:
    """Texts of a JSONL file (gzipped or not) with `text`, without site headers and trailers."""
    opener = gzip.open if path.suffix == ".gz" else open
    with opener(path, "rt", encoding="utf-8") as lines:
        texts = [clean_news(json.loads(line)["text"]) for line in lines if line.strip()]
    return [text for text in texts if len(text) >= shortest]


def clean_news(text: str) -> str:
    """One article without what the site that published it put around it."""
    text = _ORIGINAL_TITLE.sub("", _HEADER.sub("", text))
    text = _SPACE.sub(lambda match: " " if len(match.group()) == 1 else "", text.strip())
    return _TRAILER.sub("", text).strip()


def make_page(
    articles: Sequence[str], rng: random.Random, most_cuts: int = 3, edge: int = _EDGE
) -> list[PagePiece]:
    """Cut each article at 1 to `most_cuts` random positions and shuffle the pieces.

    Each cut's kind is drawn evenly: in mid-word, between words in mid-sentence, or at a sentence's
    end. The pieces of one article keep their order, and have at least `edge` characters.
    """
    queues = []
    for number, text in enumerate(articles):
        cuts = random_cuts(text, rng.randint(1, most_cuts), rng, edge)
        edges = [0, *(position for position, _ in cuts), len(text)]
        kinds: list[CutKind | None] = [*(kind for _, kind in cuts), None]
        queues.append(
            [
                PagePiece(number, part, text[a:b].strip(), kind)
                for part, (a, b, kind) in enumerate(zip(edges, edges[1:], kinds, strict=False))
            ]
        )
    order = [number for number, queue in enumerate(queues) for _ in queue]
    rng.shuffle(order)
    return [queues[number].pop(0) for number in order]


@dataclass(frozen=True, slots=True)
class FlowPiece:
    """A paragraph of a page that is read in order; `part` orders those of one article."""

    article: int
    part: float
    text: str
    starts: bool


def make_flowing_page(articles: Sequence[str], rng: random.Random) -> list[FlowPiece]:
    """Articles below their headlines, in paragraphs; some are broken in mid-sentence.

    A broken article's rest stands below, after text of the articles that follow, or directly
    below, as an empty line in a sentence leaves it.
    """
    page: list[FlowPiece] = []
    rests: list[list[FlowPiece]] = []
    for number, text in enumerate(articles):
        pieces = _paragraphs(number, text, rng)
        if pieces and rng.random() < 0.3:
            _break(pieces, rng)
        if len(pieces) > 1 and rng.random() < 0.5:
            at = _break(pieces, rng)
            rests.append(pieces[at + 1 :])
            pieces = pieces[: at + 1]
        page += pieces
        while rests and (number == len(articles) - 1 or rng.random() < 0.3):
            page += rests.pop(rng.randrange(len(rests)))
    return page


def _paragraphs(number: int, text: str, rng: random.Random) -> list[FlowPiece]:
    """One to four sentences each."""
    ends = [match.end() for match in SENTENCE_ENDS.finditer(text)]
    pieces: list[FlowPiece] = []
    start = 0
    while ends:
        end = ends[min(rng.randint(0, 3), len(ends) - 1)]
        ends = [other for other in ends if other > end]
        if part := text[start:end].strip():
            pieces.append(FlowPiece(number, len(pieces), part, not pieces))
        start = end
    return pieces


def _break(pieces: list[FlowPiece], rng: random.Random) -> int:
    """Break one paragraph in mid-sentence, in place; the index of its first half."""
    at = rng.randrange(len(pieces))
    whole = pieces[at]
    ends = {match.end() for match in SENTENCE_ENDS.finditer(whole.text)}
    free = [p for p in range(4, len(whole.text) - 3) if p not in ends]
    if not free:
        return at
    cut = rng.choice(free)
    step = 0.5 if whole.part == int(whole.part) else 0.25
    rest = replace(whole, part=whole.part + step, text=whole.text[cut:].strip(), starts=False)
    pieces[at : at + 1] = [replace(whole, text=whole.text[:cut].strip()), rest]
    return at


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
