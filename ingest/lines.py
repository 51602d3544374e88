"""A page's lines: where each one stands, and which of them are one paragraph broken by a column."""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
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
_MIN_PAIRS = 6


@dataclass(frozen=True, slots=True)
class Line:
    """One line, or several that a narrow column broke, without the white space at the ends.

    Attributes:
        spans: where it stands in the file, one span a line.
        text: the characters of the spans.
        gap: an empty line (or the page's start) stands before it.
        indented: it starts with an indent, as the first line of a paragraph does.
        cells: of a table's row, which stands by itself.
    """

    spans: tuple[Span, ...]
    text: str
    gap: bool
    indented: bool
    cells: tuple[Cell, ...] = ()


def read_lines(
    text: str,
    start: int = 0,
    without: Iterable[Span] = (),
    rows: Callable[[list[Line]], list[Line]] | None = None,
) -> list[Line]:
    """The lines of `text` from offset `start` on; hard-wrapped paragraphs become one `Line`.

    Lines that begin in one of the ranges of `without` are passed over; `rows` knows the rows of
    tables among the others.
    """
    passed = sorted(without)
    starts = [span.start for span in passed]

    def is_wanted(line: Line) -> bool:
        begins = line.spans[0].start
        n = bisect_right(starts, begins) - 1
        return n < 0 or begins >= passed[n].end

    lines = [line for line in raw_lines(text, start) if is_wanted(line)]
    lines = rows(lines) if rows else lines
    return _unwrap(lines) if _is_wrapped(lines) else lines


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


def _is_wrapped(lines: Sequence[Line]) -> bool:
    """Whether most neighbouring lines are narrow, equally wide and end in mid-sentence."""
    if any(line.text.startswith("# ") for line in lines):
        lines = [line for line in lines if not line.text.startswith("#")]
    pairs = [(a, b) for a, b in pairwise(lines) if not (b.gap or a.cells or b.cells)]
    if len(pairs) < _MIN_PAIRS:
        return False
    column = _column_width(lines)
    if column > _NARROW:
        return False
    broken = sum(_runs_on(a, b, column) and not ends_sentence(a.text) for a, b in pairs)
    return broken >= _SHARE_WRAPPED * len(pairs)


def _column_width(lines: Sequence[Line]) -> float:
    widths = sorted(width(line.text) for line in lines if not line.cells)
    return median(widths[len(widths) // 2 :]) if widths else 0.0


def _runs_on(line: Line, following: Line, column: float) -> bool:
    if line.cells or following.cells:
        return False
    full = width(line.text) + (2.0 if line.indented else 0.0) >= _FULL * column
    marked = _MARKED.match(line.text) or _MARKED.match(following.text)
    return full and not following.gap and not following.indented and not marked


def _unwrap(lines: Sequence[Line]) -> list[Line]:
    column = _column_width(lines)
    unwrapped: list[Line] = []
    last: Line | None = None
    for line in lines:
        if last and _runs_on(last, line, column) and width(last.text) <= column * 1.3:
            whole = unwrapped[-1]
            unwrapped[-1] = Line(
                whole.spans + line.spans, whole.text + line.text, whole.gap, whole.indented
            )
        else:
            unwrapped.append(line)
        last = line
    return unwrapped
