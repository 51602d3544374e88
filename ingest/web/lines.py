"""The lines of a web page: one a block or table row, headings as `#` lines, lists numbered."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from ingest.parts.formulas import formula_text
from ingest.parts.list_numbers import shown_number
from ingest.parts.scripts import lowered, raised
from ingest.web.tables import WebLine, WebTable, plain_row

if TYPE_CHECKING:
    from lxml.html import HtmlElement

_BLOCK_NAMES = (
    "p div section article main header footer nav li tr h1 h2 h3 h4 h5 h6 blockquote pre table ul "
    "ol dl dt dd figure figcaption caption aside address body form fieldset legend details summary "
    "center td th hr thead tbody tfoot dir menu"
)
_BLOCKS = frozenset(_BLOCK_NAMES.split())
_HEADINGS = {f"h{level}": level for level in range(1, 7)}
_UNREAD = frozenset({"rt", "rp", "rtc", "head", "title"})
_NO_MARKER = re.compile(r"list-style(?:-type)?\s*:[^;]*\bnone\b", re.IGNORECASE)
_MARKER = re.compile(r"list-style(?:-type)?\s*:\s*([\w-]+)", re.IGNORECASE)
_UNMARKED_LISTS = re.compile(
    r"(?:^|[},])\s*ol\b[^{}]*\{[^{}]*list-style(?:-type)?\s*:[^;}]*\bnone\b", re.IGNORECASE
)
_NUMBERED = re.compile(
    r"[(（【第]?\s*(?:\d{1,3}|[一二三四五六七八九十百]{1,4}|[a-zA-Z]|[①-⑳])\s*[)）】、.．:：条步章节款项]"
    r"|[①-⑳⑴-⑿⒈-⒛]"
)
_CHINESE_STYLES = re.compile(r"chinese|cjk")
_FILE = re.compile(
    r"\.(?:pdf|docx?|wps|xlsx?|et|pptx?|zip|rar|ofd|txt|csv)(?:$|[?#])", re.IGNORECASE
)
# A line's end in the page's source between Chinese characters is no blank.
_SOURCE_BREAK = re.compile(r"(?<=[\u2e80-\uffef])[ \t\r]*\n\s*(?=[\u2e80-\uffef])")
_NOTE = re.compile(r"note|ref|cite|reference", re.IGNORECASE)


def web_lines(body: HtmlElement, *, unmarked: bool = False) -> list[WebLine]:
    """The lines of an element and all below it, in order; blank ones left out.

    `unmarked`: the page's own style sheet takes the numbers off its lists.
    """
    return _Writer(unmarked).lines(body)


def leads_to_file(link: HtmlElement) -> bool:
    """Whether a link leads to a document to download."""
    return _FILE.search(link.get("href") or "") is not None


def has_unmarked_lists(page: str) -> bool:
    """Whether the page's own style sheet takes the numbers off its lists."""
    return _UNMARKED_LISTS.search(page) is not None


@dataclass(slots=True)
class _List:
    """An `<ol>` that is being read: its next number and how it is written."""

    next: int
    step: int
    style: str


@dataclass(slots=True)
class _Writer:
    """Collects characters until a block begins or ends; rows of tables wait for their cells."""

    unmarked: bool = False
    pieces: list[str] = field(default_factory=list)
    links: int = 0
    to_file: bool = False
    in_link: int = 0
    mark: str = ""
    number: str = ""
    lists: list[_List | None] = field(default_factory=list)
    sinks: list[list[WebLine]] = field(default_factory=lambda: [[]])
    tables: list[WebTable] = field(default_factory=list)
    rows: list[list[tuple[HtmlElement, list[WebLine]]]] = field(default_factory=list)
    preformatted: int = 0

    def lines(self, body: HtmlElement) -> list[WebLine]:
        from lxml import etree

        walker = etree.iterwalk(body, events=("start", "end"))
        for event, element in walker:
            if not isinstance(element.tag, str):
                continue
            if event == "start":
                if self._is_whole(element):
                    walker.skip_subtree()
                else:
                    self._start(element)
            else:
                if not self._is_whole(element, read=False):
                    self._end(element)
                if element is not body:
                    self._add(element.tail or "")
        self._flush(body)
        return self.sinks[0]

    def _is_whole(self, element: HtmlElement, *, read: bool = True) -> bool:
        """Whether an element is read as one, or not at all; reads it."""
        if element.tag in _UNREAD:
            return True
        if element.tag in {"sup", "sub", "math", "input", "br"}:
            if read:
                self._read(element)
            return True
        return False

    def _read(self, element: HtmlElement) -> None:
        if element.tag == "br":
            self._flush(_block_of(element))
        elif element.tag == "input":
            if (element.get("type") or "").lower() in {"checkbox", "radio"}:
                self._add("☑" if "checked" in element.attrib else "☐")
        elif element.tag == "math":
            self._add(formula_text(element))
        else:
            text = "".join(element.itertext())
            before = "".join(self.pieces[-20:])
            high = element.tag == "sup"
            self._add(raised(text, before, links=_is_note(element)) if high else lowered(text))

    def _start(self, element: HtmlElement) -> None:
        tag = element.tag
        if tag in _BLOCKS:
            self._flush(
                _block_of(element.getparent() if element.getparent() is not None else element)
            )
        if tag in _HEADINGS:
            self.mark = f"{'#' * _HEADINGS[tag]} "
        elif tag == "a":
            self.in_link += 1
            self.to_file = self.to_file or leads_to_file(element)
        elif tag == "pre":
            self.preformatted += 1
        elif tag in {"ol", "ul", "menu", "dir"}:
            self.lists.append(_numbered(element) if tag == "ol" and not self.unmarked else None)
        elif tag == "li":
            self.number = self._number(element)
        elif tag == "table":
            self.tables.append(WebTable())
        elif tag == "tr":
            self.rows.append([])
        elif tag in {"td", "th"} and self.rows:
            self.sinks.append([])
        self._add(element.text or "")

    def _end(self, element: HtmlElement) -> None:
        tag = element.tag
        if tag in _BLOCKS:
            self._flush(element)
        if tag in _HEADINGS:
            self.mark = ""
        elif tag == "a":
            self.in_link -= 1
        elif tag == "pre":
            self.preformatted -= 1
        elif tag in {"ol", "ul", "menu", "dir"} and self.lists:
            self.lists.pop()
        elif tag == "li":
            self.number = ""
        elif tag == "table" and self.tables:
            self.sinks[-1].extend(self.tables.pop().lines(nested=bool(self.tables)))
        elif tag == "tr" and self.rows:
            self._end_row(element)
        elif tag in {"td", "th"} and self.rows and len(self.sinks) > 1:
            self.rows[-1].append((element, self.sinks.pop()))

    def _end_row(self, row: HtmlElement) -> None:
        """A row waits for its table's end; one without a table is a line."""
        cells = self.rows.pop()
        if self.tables:
            self.tables[-1].add(row, cells)
        else:
            self.sinks[-1].extend(plain_row(row, [lines for _, lines in cells]))

    def _add(self, text: str) -> None:
        if not text:
            return
        if self.preformatted and "\n" in text:
            first, *others = text.split("\n")
            self.pieces.append(first)
            for other in others:
                self.pieces.append("\n")
                self.pieces.append(other)
        else:
            self.pieces.append(_SOURCE_BREAK.sub("", text))
        if self.in_link:
            self.links += len("".join(text.split()))

    def _flush(self, owner: HtmlElement) -> None:
        """End the line."""
        whole = "".join(self.pieces)
        texts = whole.split("\n") if self.preformatted else [whole]
        for line in filter(None, (" ".join(text.split()) for text in texts)):
            number = "" if _NUMBERED.match(line) else self.number
            text = f"{self.mark}{number}{line}"
            self.sinks[-1].append(WebLine(text, self.links, owner, self.to_file))
            self.number = ""
        self.pieces.clear()
        self.links, self.to_file = 0, False

    def _number(self, item: HtmlElement) -> str:
        """`3. ` before an item of an ordered list, `三、` in Chinese styles."""
        counted = self.lists[-1] if self.lists else None
        if counted is None:
            return ""
        given = item.get("value") or ""
        if given.lstrip("-").isdecimal():
            counted.next = int(given)
        number, counted.next = counted.next, counted.next + counted.step
        style = _marker(item) or counted.style
        text = shown_number(number, style)
        if not text:
            return ""
        return f"{text}、" if _CHINESE_STYLES.search(style) else f"{text}. "


def _numbered(element: HtmlElement) -> _List:
    backwards = "reversed" in element.attrib
    given = element.get("start") or ""
    count = len(element.findall("li"))
    start = int(given) if given.lstrip("-").isdecimal() else (count if backwards else 1)
    return _List(start, -1 if backwards else 1, _marker(element) or element.get("type") or "1")


def _marker(element: HtmlElement) -> str:
    style = element.get("style") or ""
    if _NO_MARKER.search(style):
        return "none"
    found = _MARKER.search(style)
    return found[1].lower() if found else ""


def _is_note(element: HtmlElement) -> bool:
    """Whether a raised text leads to a note: by a link to a place on the page, or its name."""
    parent = element.getparent()
    links = [*element.iter("a"), *([parent] if parent is not None and parent.tag == "a" else [])]
    if any((link.get("href") or "").partition("#")[1] for link in links):
        return True
    return _NOTE.search(f"{element.get('class') or ''} {element.get('id') or ''}") is not None


def _block_of(element: HtmlElement) -> HtmlElement:
    """The innermost block around an element, or the element."""
    while element.tag not in _BLOCKS and (parent := element.getparent()) is not None:
        element = parent
    return element
