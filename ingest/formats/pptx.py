"""Slides (`.pptx`, `.pptm`, `.ppsx`, `.potx`): each one's title as a heading, then its text.

Shapes come from top to bottom as a reader meets them, tables row by row, the speaker's notes last.
Hidden slides are left out, and so are slide numbers, dates and footers.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import IO, TYPE_CHECKING, Any

from ingest.parts.extracted import Extracted, bounded
from ingest.parts.packages import Package, attribute, below, local
from ingest.parts.tables import TableCell, TableRow, lines_of_rows

if TYPE_CHECKING:
    from lxml.etree import _Element as Element

_TITLES = frozenset({"title", "ctrTitle"})
_FURNITURE = frozenset({"sldNum", "dt", "ftr", "hdr", "sldImg"})
_DEEPEST_GROUP = 12
_FALSE = frozenset({"0", "false"})
_LINE = 457_200  # EMU, half an inch: shapes that start so near to each other stand side by side


def extract(file: IO[bytes]) -> dict[str, Any]:
    """The text of the slides, a heading each.

    Raises:
        ArchiveTooLarge, ArchiveCorrupt, XmlForbidden: the zip is refused.
        ParseFailed: a part is not what it should be.
        ParseLimit: too many characters.
    """
    package = Package(file, "幻灯片")
    parts = package.related("").values()
    path = next((part for kind, part in parts if kind == "officeDocument"), "ppt/presentation.xml")
    slides = package.related(path)
    lines: list[str] = []
    hidden = 0
    for entry in below(package.xml(path), "sldId"):
        kind, part = slides.get(_relation(entry), ("", ""))
        if kind != "slide":
            raise package.damaged()
        root = package.xml(part)
        if root.get("show") in _FALSE:
            hidden += 1
            continue
        if lines:
            lines.append("")
        lines += _slide(package, part, root)
    remarks = (f"略去了 {hidden} 张隐藏的幻灯片",) if hidden else ()
    return Extracted(bounded("\n".join(lines)), "pptx", remarks=remarks).as_dict()


def _relation(entry: Element) -> str:
    """Its relation's id, which is not its own."""
    return next((v for k, v in entry.items() if k.endswith("}id")), "")


def _slide(package: Package, part: str, root: Element) -> Iterator[str]:
    tree = next(below(root, "spTree"), None)
    shapes = list(_shapes(tree)) if tree is not None else []
    titles = [shape for shape in shapes if _role(shape) in _TITLES]
    for shape in titles:
        if title := " ".join(" ".join(_paragraphs(shape)).split()):
            yield f"## {title}"
    for shape in sorted((one for one in shapes if one not in titles), key=_place):
        yield from _rows(shape) if local(shape) == "graphicFrame" else _paragraphs(shape)
    for kind, notes in package.related(part).values():
        if kind == "notesSlide":
            for shape in _shapes(next(below(package.xml(notes), "spTree"), None)):
                yield from _paragraphs(shape)


def _shapes(tree: Element | None, depth: int = 0) -> Iterator[Element]:
    """What holds text, groups opened; of alternatives the first."""
    for one in tree if tree is not None else ():
        name = local(one)
        if name in {"grpSp", "AlternateContent", "Choice"} and depth < _DEEPEST_GROUP:
            yield from _shapes(one, depth + 1)
        elif name in {"sp", "graphicFrame", "cxnSp"} and _role(one) not in _FURNITURE:
            yield one


def _role(shape: Element) -> str:
    """Which placeholder of the layout it fills."""
    placeholder = next(below(shape, "ph"), None)
    return placeholder.get("type", "body") if placeholder is not None else ""


def _place(shape: Element) -> tuple[int, int]:
    """By rows from top to bottom; a placeholder without a place of its own is the body: first."""
    corner = next(below(shape, "off"), None)
    if corner is None:
        return (0, 0)
    return int(corner.get("y") or 0) // _LINE, int(corner.get("x") or 0)


def _paragraphs(shape: Element) -> Iterator[str]:
    body = next(below(shape, "txBody"), None)
    for paragraph in body if body is not None else ():
        if local(paragraph) == "p":
            yield from filter(None, (line.strip() for line in _text(paragraph).split("\n")))


def _text(paragraph: Element) -> str:
    """The characters of its runs; formulas too, breaks as line ends."""
    return "".join(
        {"br": "\n", "tab": " "}.get(local(one), one.text or "")
        for one in below(paragraph, "t", "br", "tab")
    )


def _rows(frame: Element) -> Iterator[str]:
    """A table's rows, or the words of a diagram or chart that hang on the frame itself."""
    look = next(below(frame, "tblPr"), None)
    headed = look is not None and look.get("firstRow") in {"1", "true"}
    rows = [
        TableRow(
            tuple(_cell(one) for one in row if local(one) == "tc" and not _goes_on(one)),
            header=headed and n == 0,
        )
        for n, row in enumerate(below(frame, "tr"))
    ]
    yield from (line.text for line in lines_of_rows(rows))


def _cell(cell: Element) -> TableCell:
    return TableCell(tuple(_paragraphs(cell)), _span(cell, "gridSpan"), _span(cell, "rowSpan"))


def _goes_on(cell: Element) -> bool:
    """Whether it is the rest of a merged cell."""
    return any(attribute(cell, name) in {"1", "true"} for name in ("hMerge", "vMerge"))


def _span(cell: Element, name: str) -> int:
    given = attribute(cell, name) or ""
    return int(given) if given.isascii() and given.isdecimal() else 1
