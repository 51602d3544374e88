"""A page's lines: where each one stands, and which of them are one paragraph broken by a column."""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from statistics import median

from rag.data_model.documents import Cell, Span

_LINE = re.compile(r"[^\n\r\f\v\x85\u2028\u2029]+")
_EMPTY = "\ufeff\u200b\u200c\u200d\u2060"
_END = re.compile(r"[。！？!?…；;：:][”’」』）)》〉\]】\"']*$")
_WRITERS = "记者|通讯员|实习生|编辑|责编|校对|审核|审校|终审|监制|摄影|撰文|供稿"
_ROLES = f"{_WRITERS}|作者|图片来源|来源|图源|稿源"
_OUTLET = (
    r"[^\s。！？，；：:、]{0,10}"
    r"(?:报|社|网|台|刊|新闻|媒体|客户端|首席|见习|实习|特约|文字|责任|值班|图片)"
)
_BRACKETED = r"[（(【\[][^（）()【】\[\]。，]{1,24}[）)】\]]"
_NAME = rf"(?!(?:{_ROLES}))[\u4e00-\u9fff]{{2,3}}"
_CREDITED_END = re.compile(
    r"[。！？][”’」』）)]*\s?(?:"
    rf"(?:{_BRACKETED}\s?)+"
    rf"|(?:{_BRACKETED}\s?){{0,3}}(?:{_OUTLET})?(?:{_ROLES})\s*[:：/／|丨]\s*"
    r"[^\s。！？，；：:]{2,12}(?:\s\S{2,12}){0,3}"
    rf"|(?:{_BRACKETED}\s?){{0,3}}(?:{_OUTLET})?(?:{_WRITERS})(?:\s(?:(?:{_WRITERS})\s)?{_NAME}){{1,4}}"
    rf"|(?:{_BRACKETED}\s?){{0,3}}[【\[][^【】\[\]。，]{{0,12}}(?:{_ROLES})"
    r"[^【】\[\]。，]{1,12}[】\]][^。！？，；：]{0,16}"
    r")$"
)
_TAIL = 80
_INDENT = re.compile(r"(?:\u3000|\t| {2,})")
_MARKED = re.compile(r"#{1,6}\s|[-*+>|]\s|[□■◇◆●▲△☐]")
_NARROW = 60.0
_FULL = 0.88
_SHARE_WRAPPED = 0.5
_SHARE_PASTED = 0.7
_MIN_PAIRS = 6
_MARK_INSIDE = re.compile(r"[，。、；：！？].")
_SHARE_RUNNING = 0.4
_FLOWS = re.compile(r"[，。；！？].|.{5}、.|[,.;] ")
"""A mark of running text; a list's numbers and labels stand at the start of its lines."""
_SHARE_FLOWING = 0.2
_SHARE_PARALLEL = 0.7
"""Of lines whose first mark stands where that of the next one stands, as in a list."""


@dataclass(frozen=True, slots=True)
class Line:
    """One line, or several that a narrow column broke, without the white space at the ends.

    Attributes:
        spans: where it stands in the file, one span a line.
        text: the characters of the spans.
        gap: an empty line (or the page's start) stands before it, or its column sets it apart.
        indented: it starts with an indent, as the first line of a paragraph does.
        cells: of a table's row, which stands by itself.
        row: it is such a row, whether or not its cells are known.
    """

    spans: tuple[Span, ...]
    text: str
    gap: bool
    indented: bool
    cells: tuple[Cell, ...] = ()
    row: bool = False

    @property
    def alone(self) -> bool:
        """Whether it goes on with no other line."""
        return self.row or bool(self.cells)


def read_lines(
    text: str,
    start: int = 0,
    without: Iterable[Span] = (),
    rows: Callable[[list[Line]], list[Line]] | None = None,
    alone: Iterable[Span] = (),
    *,
    stated: bool = False,
) -> list[Line]:
    """The lines of `text` from offset `start` on; hard-wrapped paragraphs become one `Line`.

    Lines that begin in one of the ranges of `without` are passed over; those in `alone` are rows of
    tables, and `rows` knows more of them among the others. `stated`: the file says where its
    paragraphs end, so that only what is clearly text pasted line by line is joined.
    """
    passed, told = _Ranges.of(without), _Ranges.of(alone)
    lines = [
        replace(line, row=True) if told.hold(line) else line
        for line in raw_lines(text, start)
        if not passed.hold(line)
    ]
    return _unwrapped(rows(lines) if rows else lines, stated=stated)


@dataclass(frozen=True, slots=True)
class _Ranges:
    """Ranges of a text that do not overlap, in order."""

    spans: list[Span]
    starts: list[int]

    @classmethod
    def of(cls, spans: Iterable[Span]) -> _Ranges:
        ordered = sorted(spans)
        return cls(ordered, [span.start for span in ordered])

    def hold(self, line: Line) -> bool:
        """Whether a line begins in one of them."""
        begins = line.spans[0].start
        n = bisect_right(self.starts, begins) - 1
        return n >= 0 and begins < self.spans[n].end


def is_blank(character: str) -> bool:
    """Whether nobody sees it."""
    return character.isspace() or character in _EMPTY


def width(text: str) -> float:
    """Columns that `text` takes: Han characters and full-width marks 1, Latin ones one half."""
    return sum(1.0 if unicodedata.east_asian_width(c) in "WFA" else 0.5 for c in text)


def ends_sentence(text: str) -> bool:
    """Whether a paragraph may end here; a credit, as `（完）`, may follow the last sentence."""
    return (_END.search(text) or _CREDITED_END.search(text[-_TAIL:])) is not None


def raw_lines(text: str, start: int = 0) -> Iterator[Line]:
    """The lines of `text` from offset `start` on, one `Line` each."""
    previous_end, gap = start, True
    for match in _LINE.finditer(text, start):
        left, right = match.span()
        gap = gap or text.count("\n", previous_end, left) > 1 or "\f" in text[previous_end:left]
        while left < right and is_blank(text[left]):
            left += 1
        while right > left and is_blank(text[right - 1]):
            right -= 1
        if left < right:
            indented = _INDENT.match(match.group().lstrip(_EMPTY)) is not None
            yield Line((Span(left, right),), text[left:right], gap, indented)
            gap = False
        else:
            gap = True
        previous_end = match.end()


def _unwrapped(lines: Sequence[Line], *, stated: bool) -> list[Line]:
    """`lines` with hard-wrapped paragraphs joined.

    A page may set its articles in columns of different widths, and some in none: each stretch
    between empty lines that shows a column of its own is judged by that one, the others by the
    page's, if the page as a whole has one.
    """
    least = _SHARE_PASTED if stated else _SHARE_WRAPPED
    whole = _column(lines, least)
    joined: list[Line] = []
    for stretch in _stretches(lines):
        running = _is_running(stretch)
        column = (_column(stretch, least) if running else None) or whole
        column = column if running or not stated else None
        joined += _unwrap(stretch, column) if column else stretch
    return joined


def _stretches(lines: Sequence[Line]) -> Iterator[list[Line]]:
    """Lines between empty ones; a line too long for any column stands by itself."""
    stretch: list[Line] = []
    for line in lines:
        long = width(line.text) > _NARROW
        if stretch and (line.gap or long or width(stretch[-1].text) > _NARROW):
            yield stretch
            stretch = []
        stretch.append(line)
    if stretch:
        yield stretch


def _is_running(lines: Sequence[Line]) -> bool:
    """Whether sentences go on over the lines' ends, as neither a list's nor a poem's do."""
    inside = sum(_MARK_INSIDE.search(line.text) is not None for line in lines)
    amid = sum(line.text[-1].isalnum() for line in lines)
    return min(inside, amid) >= _SHARE_RUNNING * len(lines)


@dataclass(frozen=True, slots=True)
class _Column:
    """How wide a column's full lines are, as `size` measures a text."""

    size: Callable[[str], float]
    width: float

    @classmethod
    def of(cls, lines: Sequence[Line], size: Callable[[str], float]) -> _Column:
        sizes = sorted(size(line.text) for line in lines if not line.alone)
        return cls(size, median(sizes[len(sizes) // 2 :]) if sizes else 0.0)

    def runs_on(self, line: Line, following: Line) -> bool:
        """Whether `line` is full and `following` may go on with it."""
        if line.alone or following.alone:
            return False
        full = self.size(line.text) + (2.0 if line.indented else 0.0) >= _FULL * self.width
        marked = _MARKED.match(line.text) or _MARKED.match(following.text)
        return full and not following.gap and not following.indented and not marked


def _column(lines: Sequence[Line], least: float = _SHARE_WRAPPED) -> _Column | None:
    """The column in which `least` of the lines are narrow, full and end in mid-sentence.

    Some columns are so many characters wide, whatever these measure; a column is measured so only
    where more lines are full then.
    """
    if any(line.text.startswith("# ") for line in lines):
        lines = [line for line in lines if not line.text.startswith("#")]
    pairs = [(a, b) for a, b in pairwise(lines) if not (b.gap or a.alone or b.alone)]
    if len(pairs) < _MIN_PAIRS:
        return None
    columns = [_Column.of(lines, width), _Column.of(lines, len)]
    broken = [
        sum(column.runs_on(a, b) and not ends_sentence(a.text) for a, b in pairs)
        for column in columns
    ]
    best = broken.index(max(broken))
    column = columns[best]
    marks = [mark and mark.start() for mark in (_MARK_INSIDE.search(a.text) for a, _ in pairs)]
    parallel = sum(a is not None and a == b for a, b in pairwise(marks))
    if parallel >= _SHARE_PARALLEL * len(marks):
        return None
    wrapped = column.width <= _NARROW and broken[best] >= least * len(pairs)
    return column if wrapped and _flows([line for pair in pairs for line in pair]) else None


def _flows(lines: Sequence[Line]) -> bool:
    """Whether some of the lines have marks inside, as the lines of a list or form hardly have."""
    return sum(_FLOWS.search(line.text) is not None for line in lines) >= (
        _SHARE_FLOWING * len(lines)
    )


def _unwrap(lines: Sequence[Line], column: _Column) -> list[Line]:
    unwrapped: list[Line] = []
    last: Line | None = None
    for n, line in enumerate(lines):
        if last and column.runs_on(last, line) and column.size(last.text) <= column.width * 1.3:
            whole = unwrapped[-1]
            unwrapped[-1] = Line(
                whole.spans + line.spans, whole.text + line.text, whole.gap, whole.indented
            )
        else:
            apart = 0 < n < len(lines) - 1 and _is_between_paragraphs(*lines[n - 1 : n + 2])
            unwrapped.append(replace(line, gap=True) if apart else line)
        last = line
    return unwrapped


def _is_between_paragraphs(before: Line, line: Line, following: Line) -> bool:
    """Whether a line is out of its column's indent, as a heading between paragraphs is."""
    ends = ends_sentence(before.text) and not ends_sentence(line.text)
    return ends and following.indented and not line.indented
