"""Fixed pages of China's own standard (`.ofd`, GB/T 33190): official documents, invoices.

Text objects have a box and a start for each run of characters; they are put in reading order and
set in paragraphs as those of a PDF are. What is drawn and not written (seals, scans) has no text.
"""

from __future__ import annotations

import posixpath
from collections.abc import Iterator
from typing import IO, TYPE_CHECKING, Any

from ingest.lines.lines import width
from ingest.parts.extracted import Extracted, bounded, join_pages
from ingest.parts.packages import Package, below, inside, local
from ingest.printed.layout import Printed, lay_out
from ingest.printed.text_runs import Piece
from ingest.printed.turns import Turn
from rag.errors import ParseFailed, ParseLimit

if TYPE_CHECKING:
    from lxml.etree import _Element as Element

MOST_PAGES = 2_000
_A4 = (210.0, 297.0)
_FAR = 1.5  # em to the next character: another piece


def extract(file: IO[bytes]) -> dict[str, Any]:
    """The text of the pages.

    Raises:
        ArchiveTooLarge, ArchiveCorrupt, XmlForbidden: the zip is refused.
        ParseFailed: a part is not what it should be.
        ParseLimit: too many pages or characters.
    """
    package = Package(file, " OFD 文件")
    pages: list[Printed] = []
    unread: list[int] = []
    try:
        for document in _documents(package):
            for size, pieces in _pages(package, document):
                own = {Turn.LEVEL: list(dict.fromkeys(pieces))}
                pages.append(Printed(len(pages) + 1, size, own))
                if not pieces:
                    unread.append(len(pages))
                if len(pages) > MOST_PAGES:
                    raise ParseLimit(file="", reason=f"超过 {MOST_PAGES} 页")
    except ValueError as error:
        raise package.damaged() from error
    if pages and len(unread) == len(pages):
        raise ParseFailed(file="", reason="页面上没有文字，多半是扫描件；请另存为 PDF")
    text, _, marks = join_pages(lay_out(pages))
    remarks = (f"第 {'、'.join(map(str, unread))} 页没有文字，未读",) if unread else ()
    return Extracted(bounded(text), "ofd", remarks=remarks, marks=marks).as_dict()


def _documents(package: Package) -> Iterator[str]:
    for root in below(package.xml("OFD.xml"), "DocRoot"):
        yield inside("", (root.text or "").strip())


def _pages(package: Package, document: str) -> Iterator[tuple[tuple[float, float], list[Piece]]]:
    root, folder = package.xml(document), posixpath.dirname(document)
    common = _size(root) or _A4
    for page in below(root, "Page"):
        content = package.xml(inside(folder, page.get("BaseLoc") or ""))
        yield (
            _size(content) or common,
            [piece for one in below(content, "TextObject") for piece in _object(one)],
        )


def _size(root: Element) -> tuple[float, float] | None:
    box = next((_numbers(one.text) for one in below(root, "PhysicalBox")), [])
    return (box[2], box[3]) if len(box) == 4 and box[2] > 0 and box[3] > 0 else None


def _object(one: Element) -> Iterator[Piece]:
    """Its runs, each from where it starts; a run whose characters stand apart is several."""
    box, size = _numbers(one.get("Boundary")), float(one.get("Size") or 0)
    matrix = _numbers(one.get("CTM")) or [1.0, 0.0, 0.0, 1.0, 0.0, 0.0]
    if len(box) != 4 or len(matrix) != 6 or size <= 0:
        return
    x = y = 0.0
    em = size * (abs(matrix[3]) or abs(matrix[1]) or 1.0)
    for code in one:
        if local(code) != "TextCode" or not (code.text or "").strip():
            continue
        x, y = float(code.get("X") or x), float(code.get("Y") or y)
        steps = _steps(code.get("DeltaX"))
        start, at, text = x, x, ""
        for n, character in enumerate(code.text or ""):
            text += character
            step = steps[n] if n < len(steps) else size * width(character)
            at += step
            if step > _FAR * size:
                yield _piece(text, (start, y), box, matrix, em)
                start, text = at, ""
        if text:
            yield _piece(text, (start, y), box, matrix, em)


def _piece(
    text: str, start: tuple[float, float], box: list[float], matrix: list[float], em: float
) -> Piece:
    a, b, c, d, e, f = matrix
    x, y = start
    left, base = box[0] + a * x + c * y + e, box[1] + b * x + d * y + f
    text = text.strip()
    return Piece(text, left, base - 0.85 * em, left + em * width(text), base + 0.15 * em, em)


def _steps(deltas: str | None) -> list[float]:
    """Distances between characters; `g 3 2.5` is `2.5 2.5 2.5`."""
    words = (deltas or "").split()
    steps: list[float] = []
    at = 0
    while at < len(words):
        if words[at] == "g" and at + 2 < len(words):
            steps += [float(words[at + 2])] * min(int(words[at + 1]), 100_000)
            at += 3
        else:
            steps.append(float(words[at]))
            at += 1
    return steps


def _numbers(text: str | None) -> list[float]:
    return [float(word) for word in (text or "").split()]
