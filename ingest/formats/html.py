"""Saved web pages: the article without menus, scripts and hidden text."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from itertools import accumulate
from typing import IO, TYPE_CHECKING, Any

from ingest.parts.extracted import FACT, Extracted, Mark, bounded, storable
from ingest.web.dates import is_about_page, page_date, says_source
from ingest.web.facts import facts_around
from ingest.web.furniture import drop_furniture, is_furniture_line
from ingest.web.hidden import drop_unseen
from ingest.web.lines import has_unmarked_lists, web_lines
from ingest.web.main import main_lines, prose_of
from ingest.web.metadata import json_ld, page_authors, page_credits, page_source, page_title
from ingest.web.tables import WebLine
from ingest.web.tree import decoded_page, page_tree
from rag.errors import ParseLimit

if TYPE_CHECKING:
    from lxml.html import HtmlElement

MOST_BYTES = 30 << 20
_LEAST_SHARE = 0.3
_MOST_ABOVE = 6


def extract(file: IO[bytes]) -> dict[str, Any]:
    """Title, authors, date and text of a web page.

    Raises:
        HtmlTooDeep: nested too deep.
        EncodingUnknown: undecodable.
        ParseLimit: too many bytes or characters.
        ParseFailed: no element in it.
    """
    data = file.read(MOST_BYTES + 1)
    if len(data) > MOST_BYTES:
        raise ParseLimit(file="", reason=f"超过 {MOST_BYTES >> 20} MB")
    decoded = decoded_page(data)
    page = _Page(decoded.text)
    text = bounded("\n".join(page.lines))
    marks = _marks(page.lines, page.facts)
    remarks = (f"略去了网页里 {page.hidden} 处看不见的文字",) if page.hidden else ()
    read = Extracted(text, decoded.encoding, values=page.values, remarks=remarks, marks=marks)
    return read.as_dict()


def whole_text(data: bytes) -> tuple[list[str], str]:
    """All visible lines of a page that is a part of another document, and its codec.

    Raises:
        HtmlTooDeep, EncodingUnknown, ParseFailed: as `extract`.
    """
    decoded = decoded_page(data)
    tree = page_tree(decoded.text)
    drop_unseen(tree)
    return [line.text for line in web_lines(_body(tree))], decoded.encoding


def _marks(lines: Sequence[str], facts: Collection[int]) -> tuple[Mark, ...]:
    """The lines of these numbers as facts."""
    ends = list(accumulate((len(line) + 1 for line in lines), initial=0))
    return tuple(Mark(ends[n], ends[n + 1] - 1, FACT) for n in sorted(facts))


class _Page:
    """One page, read once.

    Attributes:
        lines: of its article, the headline first where there are other headings.
        facts: the numbers of those among them that state facts around it.
        values: what it says of itself.
        hidden: how many texts were left out because nobody sees them.
    """

    def __init__(self, text: str) -> None:
        tree = page_tree(text)
        said = json_ld(tree)
        self.hidden = drop_unseen(tree)
        everything = web_lines(_body(tree), unmarked=has_unmarked_lists(text))
        title = page_title(tree, said, [line.text.lstrip("# ") for line in everything])
        article = _article(tree, everything)
        head = _head(everything, article)
        about = [
            line.text for line in head if 2 * line.links < len(line.text) or says_source(line.text)
        ]
        day = page_date(tree, text, about, [line.text for line in article], said)
        values: dict[str, Any] = {"title": title, "date": day}
        values |= page_credits([line.text for line in (*head, *everything)])
        if authors := page_authors(tree, said):
            values["authors"] = authors
        values.setdefault("newspaper", page_source(tree))
        self.values = {key: value for key, value in values.items() if value}
        around = facts_around(everything, article, head, _body(tree), title)
        above = {id(line) for line in head if is_about_page(line.text)} | set(map(id, around[0]))
        kept = [line.text for line in article if id(line) not in above]
        headed = _headed(kept or [line.text for line in article], title)
        over, below = ([line.text for line in lines if kept] for lines in around)
        top = sum(line.startswith("# ") for line in headed[:1])
        whole = [*headed[:top], *over, *headed[top:], *below]
        self.lines = [storable(line) for line in whole]
        end = len(self.lines)
        self.facts = {*range(top, top + len(over)), *range(end - len(below), end)}


def _article(tree: HtmlElement, everything: Sequence[WebLine]) -> list[WebLine]:
    """The lines of the article; all visible lines where next to nothing stands out."""
    body = _body(tree)
    drop_furniture(body)
    left = {*body.iter()}
    lines = [line for line in everything if line.owner in left]
    found = [line for line in main_lines(lines, body) if not is_furniture_line(line)]
    found = _without_link_ends(found)
    if sum(len(line.text) for line in found) < _LEAST_SHARE * prose_of(lines) or not found:
        return list(lines or everything)
    return found


def _without_link_ends(lines: Sequence[WebLine]) -> list[WebLine]:
    """Without links before the first paragraph and after the last, which lead elsewhere."""
    prose = [n for n, line in enumerate(lines) if prose_of([line])]
    if not prose:
        return list(lines)
    return [line for n, line in enumerate(lines) if prose[0] <= n <= prose[-1] or not line.is_link]


def _head(everything: Sequence[WebLine], article: Sequence[WebLine]) -> list[WebLine]:
    """The lines above the article's running text."""
    first = next((line for line in article if prose_of([line])), None)
    head: list[WebLine] = []
    for line in everything:
        if line is first:
            break
        head.append(line)
    return head if first is not None else []


def _headed(lines: list[str], title: str | None) -> list[str]:
    """One headline, and where there are other headings, it stands first: a page is one article."""
    own = [line for line in lines if line.lstrip("# ") == title] if title else []
    if own:
        lines = lines[lines.index(own[0]) :] if lines.index(own[0]) <= _MOST_ABOVE else lines
    rest = [f"#{line}" if line.startswith("# ") else line for line in lines if line not in own]
    if not any(line.startswith("#") for line in rest):
        return [f"# {title}", *rest] if any(line.startswith("#") for line in own) else rest
    if title:
        return [f"# {title}", *rest]
    first = next(n for n, line in enumerate(rest) if line.startswith("#"))
    return [f"# {line.lstrip('# ')}" if n == first else line for n, line in enumerate(rest)]


def _body(tree: HtmlElement) -> HtmlElement:
    body = tree.find("body")
    return tree if body is None else body
