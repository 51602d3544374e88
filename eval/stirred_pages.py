"""Newspaper pages as text, printed from news articles: what stitching is trained and measured on.

Each article is cut at random positions (in mid-word, in mid-sentence, at a sentence's end) and the
pieces are shuffled into one another, as columns read in the wrong order leave them. Layouts:

- `bare`: nothing but the pieces, an empty line between them.
- `printed`: headlines, bylines, paragraphs, line wraps and closing lines in one of many styles,
  some of them missing.
- `rough`: a printed page badly read: pieces may follow one another without an empty line and be
  very short, a character may be lost at a cut, a box may stand between.
- `ordered`: a page in its right order, bare or printed; only empty lines break the sentences.
"""

from __future__ import annotations

import random
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from eval.layouts import Layout
from eval.news_pages import SENTENCE_ENDS, CutKind, random_cuts
from ingest.pages.headlines import infer_headline
from rag.data_model.documents import Span

_SURNAMES = "王李张刘陈杨黄赵周吴徐孙朱马胡郭林何高梁"
_GIVEN = "文华明静伟芳敏杰秀兰涛丽强军磊洋勇艳娟霞宁安禾晨岚松柏溪远航"
_UNITS = (
    "大学经济学院教授",
    "社会科学院研究员",
    "大学公共管理学院",
    "市委党校副教授",
    "农业科学院",
)
_BYLINES = (
    "□{a}",
    "本报记者 {a}",
    "本报记者 {a} {b}",
    "记者 {a} 通讯员 {b}",
    "文/{a}",
    "■ {a}",
    "{a}",
)
_ENDINGS = ("（作者系{c}{u}）", "（作者单位：{c}{u}）", "(作者为{c}{u})")
_BOXES = ("链接", "相关链接", "名词解释", "新闻背景", "延伸阅读>>>", "小贴士")
_EDGE, _SHORT_EDGE = 20, 3
_WIDOW, _LINE = 4, 12  # the least that a column starts with, and ends with, of a paragraph
_GAP_CHANCE = 0.3


@dataclass(frozen=True, slots=True)
class Stretch:
    """`page.text[span.start:span.end]` is article `article` from character `offset` on.

    `cut` is set on the last stretch before a cut of the article.
    """

    article: int
    offset: int
    span: Span
    cut: CutKind | None = None

    @property
    def end(self) -> int:
        """Offset in the article where the stretch stops."""
        return self.offset + self.span.end - self.span.start


@dataclass(frozen=True, slots=True)
class StirredPage:
    """A page's text, and where each stretch of each article stands on it, in page order."""

    text: str
    stretches: tuple[Stretch, ...]

    def origin(self, place: int) -> tuple[int, int] | None:
        """Article and offset of the page's character at `place`; None where it is of none."""
        n = bisect_right(self.stretches, place, key=lambda stretch: stretch.span.start) - 1
        if n < 0 or place >= self.stretches[n].span.end:
            return None
        stretch = self.stretches[n]
        return stretch.article, stretch.offset + place - stretch.span.start


@dataclass(frozen=True, slots=True)
class _Style:
    """How one page is set.

    Attributes:
        bare: it has no lines but the articles' own.
        marked: headlines have a `#`.
        indent, between: what stands before a paragraph, and between two.
        column: characters in a line, if lines are wrapped.
        apart: what stands between two pieces that no headline separates.
        edge: the least number of characters between two cuts.
        lost: the chance that the character before a cut is lost.
        boxed: the chance that the last of three or more articles is a box of a sentence.
        ordered: pieces stand in their articles' order, and cuts are many.
    """

    bare: bool
    marked: bool
    indent: str
    between: str
    column: int | None
    apart: str = "\n\n"
    edge: int = _EDGE
    lost: float = 0.0
    boxed: float = 0.0
    ordered: bool = False

    @classmethod
    def drawn(cls, layout: Layout, rng: random.Random) -> _Style:
        if layout == "ordered":
            return replace(cls.drawn(rng.choice(("bare", "printed")), rng), ordered=True)
        if layout == "rough":
            return replace(
                cls.drawn("printed", rng),
                apart=rng.choice(("\n", "\n", "\n\n")),
                edge=_SHORT_EDGE if rng.random() < 0.3 else _EDGE,
                lost=rng.choice((0.0, 0.0, 0.4)),
                boxed=0.4,
            )
        if layout == "bare":
            return cls(bare=True, marked=False, indent="", between="\n\n", column=None)
        column = rng.randint(16, 32) if rng.random() < 0.25 else None
        indented = column is not None or rng.random() < 0.3
        return cls(
            bare=False,
            marked=column is None and rng.random() < 0.4,
            indent="\u3000\u3000" if indented else "",
            between="\n" if indented and rng.random() < 0.7 else "\n\n",
            column=column,
        )


def stir_page(
    articles: Sequence[str],
    rng: random.Random,
    layout: Layout,
    whole: float = 0.0,
    headlines: Sequence[str] = (),
) -> StirredPage:
    """One page of all `articles`, each cut one to three times, or more often if it is ordered.

    On a page with paragraphs an empty line may also break a sentence where it stands.

    Args:
        articles: their texts.
        rng: draws everything.
        layout: how the page is set.
        whole: the chance of an article to be left uncut.
        headlines: to draw from, in place of a clause of each article.
    """
    style = _Style.drawn(layout, rng)
    queues = [
        list(_segments(text, rng, 0 if rng.random() < whole else _cuts(style, rng), style))
        for text in articles
    ]
    boxed = None
    if style.boxed and len(queues) > 2 and rng.random() < style.boxed:
        boxed = len(queues) - 1
        queues[boxed] = [_first_sentence(articles[boxed])]
    order = [number for number, queue in enumerate(queues) for _ in queue]
    if not style.ordered:
        rng.shuffle(order)
    press = _Press(style)
    opened: set[int] = set()
    for number in order:
        if number == boxed:
            press.line(rng.choice(_BOXES), style.apart)
        elif number not in opened and not style.bare:
            press.heading(articles[number], rng, headlines)
        opened.add(number)
        press.segment(number, articles[number], queues[number].pop(0), rng)
        if not queues[number] and not style.bare and rng.random() < 0.25:
            press.line(rng.choice(_ENDINGS).format(c="江东", u=rng.choice(_UNITS)))
    return StirredPage("".join(press.parts), tuple(press.stretches))


def _cuts(style: _Style, rng: random.Random) -> int:
    return rng.randint(1, 6) if style.ordered else rng.randint(1, 3)


@dataclass(frozen=True, slots=True)
class _Segment:
    """Paragraphs `[start, end)` between two cuts, and the kind of the cut after them.

    `gaps` are places at which an empty line breaks a sentence.
    """

    paragraphs: tuple[tuple[int, int], ...]
    cut: CutKind | None
    gaps: frozenset[int]


def _segments(text: str, rng: random.Random, most: int, style: _Style) -> Iterator[_Segment]:
    cuts = random_cuts(text, most, rng, style.edge)
    ends = [] if style.bare else _paragraph_ends(text, rng)
    gaps = set() if style.bare else _gaps(text, rng)
    edges = [0, *(place for place, _ in cuts), len(text)]
    kinds: list[CutKind | None] = [*(kind for _, kind in cuts), None]
    for start, end, kind in zip(edges, edges[1:], kinds, strict=False):
        places = sorted({*ends, *gaps})
        inner = [place for place in places if start + _WIDOW <= place <= end - _LINE]
        paragraphs = tuple(pairwise([start, *inner, end]))
        yield _Segment(paragraphs, kind, frozenset(gaps))


def _first_sentence(text: str) -> _Segment:
    end = next((match.end() for match in SENTENCE_ENDS.finditer(text)), len(text))
    return _Segment(((0, end),), None, frozenset())


def _gaps(text: str, rng: random.Random) -> set[int]:
    """With a chance of 0.3, one place inside a sentence."""
    ends = {match.end() for match in SENTENCE_ENDS.finditer(text)}
    place = rng.randrange(_EDGE, max(len(text) - _EDGE, _EDGE + 1))
    return {place} if rng.random() < _GAP_CHANCE and place not in ends else set()


def _paragraph_ends(text: str, rng: random.Random) -> list[int]:
    """Every first to fourth end of a sentence."""
    ends = [match.end() for match in SENTENCE_ENDS.finditer(text)]
    chosen, at = [], -1
    while (at := at + rng.randint(1, 4)) < len(ends):
        chosen.append(ends[at])
    return chosen


class _Press:
    """Puts lines on the page and remembers where each stretch of text went."""

    def __init__(self, style: _Style) -> None:
        self.style = style
        self.parts: list[str] = []
        self.stretches: list[Stretch] = []
        self._length = 0

    def line(self, text: str, after: str = "\n\n") -> None:
        """One line that belongs to no article's text."""
        self._put(f"{text}{after}")

    def heading(self, text: str, rng: random.Random, headlines: Sequence[str]) -> None:
        """Headline and byline, either of which may be missing."""
        headline, signed = rng.random() < 0.88, rng.random() < 0.75
        self._gap()
        if headline:
            title = rng.choice(headlines) if headlines else infer_headline([text[:400]])
            self.line(f"# {title}" if self.style.marked else title, self.style.apart)
        if signed or not headline:
            a, b = (
                rng.choice(_SURNAMES) + "".join(rng.sample(_GIVEN, rng.randint(1, 2))) for _ in "ab"
            )
            byline = rng.choice(_BYLINES[: None if headline else -1]).format(a=a, b=b)
            self.line(byline, self.style.apart)

    def segment(self, number: int, text: str, segment: _Segment, rng: random.Random) -> None:
        """The paragraphs of a segment, set apart from what follows."""
        torn = segment.cut in {"word", "sentence"}
        lost = torn and self.style.lost > 0 and rng.random() < self.style.lost
        for n, (start, end) in enumerate(segment.paragraphs):
            last = n == len(segment.paragraphs) - 1
            whole = (n > 0 and start not in segment.gaps) or start == 0
            self._put(self.style.indent if whole else "")
            lines = list(self._lines(start, end, text))
            for line, (left, right) in enumerate(lines, start=1):
                right -= int(lost and last and line == len(lines) and right - left > 1)  # noqa: PLW2901
                at = Span(self._length, self._length + right - left)
                cut = segment.cut if last and line == len(lines) else None
                self.stretches.append(Stretch(number, left, at, cut))
                self._put(text[left:right])
                self._put("" if line == len(lines) else "\n")
            gap = "\n\n" if end in segment.gaps and not last else self.style.between
            self._put(self.style.apart if last else gap)

    def _lines(self, start: int, end: int, text: str) -> Iterator[tuple[int, int]]:
        """A paragraph's lines, without the spaces around them."""
        step = self.style.column or end - start
        while start < end:
            stop = min(start + step, end)
            left, right = start, stop
            while left < right and text[left].isspace():
                left += 1
            while right > left and text[right - 1].isspace():
                right -= 1
            if left < right:
                yield left, right
            start = stop

    def _gap(self) -> None:
        if self.parts and not self.parts[-1].endswith("\n\n"):
            self._put("\n\n")

    def _put(self, text: str) -> None:
        if text:
            self.parts.append(text)
            self._length += len(text)
