"""What stands on many pages alike: running heads, page numbers and watermarks.

A line is furniture by what the pages have in common, never by its words: the same text (numbers
aside) at the same height; whatever stands in the place of such a line on other pages; a number at
the edge that counts with the pages; pale or huge type that lies at one place of every page.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence

from ingest.lines.metadata import metadata_from_folio
from ingest.printed.edge_lines import EdgeLine, Sheet, edge_lines
from ingest.printed.page_numbers import counted, number_on
from ingest.printed.text_runs import Piece

RUNNING = "页眉页脚"
NUMBER = "页码"
WATERMARK = "水印"
MARKED = "文件标明不属正文"

_STEP = 0.012  # of the page's height: lines in one place
_MANY = 3  # pages
_FEW_PAGES = 5  # of so few, two are many
_MOST_PAGES_SHARE = 0.5
_LARGE = 1.3  # em: a heading; where it comes back, its first place is kept
_HUGE = 1.5
_MOST_MARKED = 0.4  # of a document's characters: then the marks are wrong
_TILES = 3


def furniture_of(sheets: Sequence[Sheet], em: float) -> list[dict[Piece, str]]:
    """What of each page is no part of the text, and why.

    Args:
        sheets: all pages, in order.
        em: the size of the document's body type.
    """
    found: list[dict[Piece, str]] = [{} for _ in sheets]
    for page, piece in _marked(sheets):
        found[page][piece] = MARKED
    for page, piece in _watermarks(sheets, em):
        found[page].setdefault(piece, WATERMARK)
    for _ in range(2):  # once more below what was found: a head of several lines
        lines = [line for n, sheet in enumerate(sheets) for line in edge_lines(n, sheet, found[n])]
        numbers = set(counted(lines, len(sheets)))
        for line in numbers:
            reason = NUMBER if number_on("".join(p.text for p in line.pieces)) else RUNNING
            found[line.page] |= dict.fromkeys(line.pieces, reason)
        rest = [line for line in lines if line not in numbers]
        for line in _running(rest, len(sheets), em):
            found[line.page] |= dict.fromkeys(line.pieces, RUNNING)
    return found


def _marked(sheets: Sequence[Sheet]) -> list[tuple[int, Piece]]:
    """What the file itself marks as no part of its text, if that is little."""
    marked = [(n, piece) for n, sheet in enumerate(sheets) for piece in sheet.pieces if piece.aside]
    characters = sum(len(piece.text) for sheet in sheets for piece in sheet.pieces)
    few = sum(len(piece.text) for _, piece in marked) <= _MOST_MARKED * characters
    return marked if few else []


def _watermarks(sheets: Sequence[Sheet], em: float) -> Iterator[tuple[int, Piece]]:
    """Pale or huge pieces that come back, at one place of many pages or all over one."""
    places: dict[tuple[str, int, int], set[int]] = defaultdict(set)
    looks = [
        [
            (_place(piece, sheet), piece)
            for piece in sheet.pieces
            if piece.pale or piece.size >= _HUGE * em
        ]
        for sheet in sheets
    ]
    for page, seen in enumerate(looks):
        for place, _ in seen:
            places[place].add(page)
    for page, (sheet, seen) in enumerate(zip(sheets, looks, strict=True)):
        tiles = Counter(piece.text for _, piece in seen if piece.pale)
        for place, piece in seen:
            usual = len(places[place]) >= max(2, _MOST_PAGES_SHARE * len(sheets))
            usual = usual and (piece.pale or not _is_at_the_edge(piece, sheet))
            across = piece.pale and _crosses(piece, sheet)
            if usual or across or (piece.pale and tiles[piece.text] >= _TILES):
                yield page, piece


def _place(piece: Piece, sheet: Sheet) -> tuple[str, int, int]:
    width, height = sheet.size
    return piece.text, round(100 * piece.left / width), round(100 * piece.top / height)


def _is_at_the_edge(piece: Piece, sheet: Sheet) -> bool:
    return not 0.2 <= piece.middle / sheet.size[1] <= 0.8


def _crosses(piece: Piece, sheet: Sheet) -> bool:
    """Whether other text is printed over it."""
    return any(
        other is not piece
        and not other.pale
        and min(piece.right, other.right) - max(piece.left, other.left) > 0.5 * other.size
        and min(piece.bottom, other.bottom) - max(piece.top, other.top) > 0.5 * other.size
        for other in sheet.pieces
    )


def _running(lines: Sequence[EdgeLine], pages: int, em: float) -> set[EdgeLine]:
    """The lines that come back on many pages, and what stands in their place on the others."""
    by_text: dict[tuple[str, bool], list[EdgeLine]] = defaultdict(list)
    for line in lines:
        if not _is_folio(line) and line.key.strip("#"):
            by_text[line.key, line.is_head].append(line)
    running: set[EdgeLine] = set()
    for alike in by_text.values():
        for line in alike:
            same = [other for other in alike if other.is_in_place_of(line)]
            if _are_many(same, pages) and (line.apart or len(line.pieces) <= 2 or _counts(same)):
                running.add(line)
    for line in [line for line in running if line.em >= _LARGE * em]:
        first = min((one for one in running if one.key == line.key), key=lambda one: one.page)
        running.discard(first if not _counts([line, first]) else line)
    return running | set(_in_place(lines, running, pages))


def _are_many(same: Sequence[EdgeLine], pages: int) -> bool:
    on = {line.page for line in same}
    if len(on) >= _MANY or pages == 1:
        return len(on) >= _MANY
    return len(on) >= 2 and pages <= _FEW_PAGES and all(one.apart for one in same)


def _counts(same: Sequence[EdgeLine]) -> bool:
    """Whether the numbers in otherwise equal lines differ."""
    return len({"".join(piece.text for piece in line.pieces) for line in same}) > 1


def _in_place(
    lines: Sequence[EdgeLine], running: Iterable[EdgeLine], pages: int
) -> Iterator[EdgeLine]:
    """Lines apart from the text at a height where most pages have a running line."""
    places: dict[tuple[bool, int], set[int]] = defaultdict(set)
    for line in running:
        places[line.is_head, round(line.height / _STEP)].add(line.page)
    kept = list(running)
    for line in lines:
        usual = any(
            len(places[line.is_head, round(line.height / _STEP) + off])
            >= max(_MANY, _MOST_PAGES_SHARE * pages)
            for off in (-1, 0, 1)
        )
        furniture = usual and line.apart and line not in running and not _is_folio(line)
        if furniture and any(line.is_in_place_of(other) for other in kept):
            yield line


def _is_folio(line: EdgeLine) -> bool:
    """Whether it says which newspaper's page this is: that is kept, for the articles' sake."""
    said = metadata_from_folio(" ".join(piece.text for piece in line.pieces))
    return said is not None and said.newspaper is not None
