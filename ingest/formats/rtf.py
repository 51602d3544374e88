r"""Rich text (`.rtf`): paragraphs, table rows and footnotes; what Word hides is left out.

Read here: a document is a stream of control words (RTF 1.9.1). Chinese stands in it as `\u` with a
substitute behind it, or as bytes of the font's or the document's code page, two a character.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import IO, Any

from ingest.formats.rtf_rows import RowShapes, ShapedRow, table_rows
from ingest.parts.extracted import Extracted, bounded
from ingest.parts.tables import lines_of_rows
from rag.errors import ParseFailed, ParseLimit

MOST_BYTES = 64 << 20
_DEEPEST = 500
_TOKEN = re.compile(
    rb"\\([a-zA-Z]{1,32})(-?\d{1,10})? ?|\\'([0-9a-fA-F]{2})|\\([^a-zA-Z])|([{}])|([^\\{}\r\n]+)"
)
# Groups that hold no text, whether or not `\*` says so.
_UNREAD = frozenset(
    b"fonttbl colortbl stylesheet info pict header headerl headerr headerf footer footerl footerr"
    b" footerf fldinst themedata colorschememapping datastore listtable listoverridetable"
    b" rsidtbl generator latentstyles xmlnstbl revtbl filetbl annotation atnid atnauthor bkmkstart"
    b" bkmkend xe tc objdata nonshppict pgptbl template wgrffmtfilter mmathPr userprops docvar"
    b" sp shprslt nonesttables".split()
)
# Groups behind `\*` that hold text all the same.
_READ = frozenset({b"shpinst", b"shptxt", b"ud"})
_MARKS = {
    b"tab": "\t",
    b"emdash": "—",
    b"endash": "–",
    b"bullet": "•",
    b"lquote": "‘",
    b"rquote": "’",
    b"ldblquote": "“",
    b"rdblquote": "”",
    b"emspace": "\u3000",
    b"enspace": " ",
    b"qmspace": " ",
    b"line": "\n",
    b"softline": "\n",
}
_CHARSETS = {0: 1252, 128: 932, 129: 949, 134: 936, 136: 950, 238: 1250, 204: 1251}
_PAGES = {936: "gb18030", 54936: "gb18030", 950: "cp950", 65001: "utf-8", 10008: "gb18030"}


def extract(file: IO[bytes]) -> dict[str, Any]:
    """The text of an RTF.

    Raises:
        ParseFailed: not an RTF.
        ParseLimit: too large or too deep.
    """
    data = file.read(MOST_BYTES + 1)
    if len(data) > MOST_BYTES:
        raise ParseLimit(file="", reason=f"超过 {MOST_BYTES >> 20} MB")
    if not data.startswith(b"{\\rtf"):
        raise ParseFailed(file="", reason="不是完好的 RTF 文件")
    reader = _Reader()
    reader.read(data)
    if reader.depth > 0:
        raise ParseFailed(file="", reason="RTF 文件不完整")
    return Extracted(bounded("\n".join(reader.lines())), "rtf").as_dict()


@dataclass(frozen=True, slots=True)
class _State:
    r"""What a group inherits and its end restores.

    Attributes:
        unread: nothing of it is text.
        hidden: not shown, or deleted under revision.
        note: it is a footnote.
        skip: characters that stand in for one `\u`.
        page: code page of the font in use.
        level: of the heading that the paragraph is, from 0; None for text.
        fonts: it is the table of fonts.
    """

    unread: bool = False
    hidden: bool = False
    note: bool = False
    skip: int = 1
    page: int = 0
    level: int | None = None
    in_table: bool = False
    fonts: bool = False


class _Reader:
    """Goes through the stream once."""

    def __init__(self) -> None:
        self.depth = 0
        self._state = _State()
        self._outer: list[_State] = []
        self._page = 1252
        self._fonts: dict[int, int] = {}
        self._font = 0
        self._starred = False
        self._fresh = False
        self._skipped = 0
        self._bytes = bytearray()
        self._lines: dict[bool, list[str]] = {False: [], True: []}
        self._pieces: dict[bool, list[str]] = {False: [], True: []}
        self._cells: list[str] = []
        self._shapes = RowShapes()
        self._rows: list[ShapedRow] = []

    def lines(self) -> Iterator[str]:
        """Paragraphs and rows, then the notes."""
        for note in (False, True):
            self._end_paragraph(note=note)
        self._end_row()
        self._end_table()
        yield from self._lines[False]
        yield from (line for line in self._lines[True] if line.strip())

    def read(self, data: bytes) -> None:
        at = 0
        while match := _TOKEN.search(data, at):
            at = match.end()
            word, number, byte, symbol, brace, plain = match.groups()
            if byte:
                self._add_bytes(bytes([int(byte, 16)]))
            elif plain:
                self._add_bytes(plain)
            elif word == b"bin":
                at += max(0, int(number or 0))
            elif brace:
                self._brace(brace)
            else:
                self._flush()
                if word:
                    self._word(word, int(number) if number else None)
                else:
                    self._symbol(symbol)
            self._fresh = brace == b"{" or (self._fresh and symbol == b"*")

    def _brace(self, brace: bytes) -> None:
        self._flush()
        self._skipped = 0
        if brace == b"{":
            if len(self._outer) >= _DEEPEST:
                raise ParseLimit(file="", reason=f"嵌套超过 {_DEEPEST} 层")
            self._outer.append(self._state)
            self._starred = False
        elif self._outer:
            if self._state.note and not self._outer[-1].note:
                self._end_paragraph(note=True)
            self._state = self._outer.pop()
        self.depth = len(self._outer)

    def _word(self, word: bytes, number: int | None) -> None:
        if self._fresh and (word in _UNREAD or (self._starred and word not in _READ)):
            self._state = replace(self._state, unread=True, fonts=word == b"fonttbl")
        elif self._fresh and word in {b"footnote", b"endnote"}:
            self._state = replace(self._state, note=True, level=None, in_table=False)
        elif self._fresh and word == b"upr":
            self._state = replace(self._state, unread=True)  # what follows says it in Unicode
        elif word == b"ud":
            self._state = replace(self._state, unread=False)
        elif word == b"u" and number is not None:
            self._add(chr(number % 0x10000))
            self._skipped = self._state.skip
        elif word in _MARKS:
            self._add(_MARKS[word])
        elif word in {b"par", b"sect", b"page"}:
            self._end_paragraph(note=self._state.note)
        else:
            self._layout(word, number)

    def _layout(self, word: bytes, number: int | None) -> None:
        """Words that change how what follows is read."""
        state = self._state
        if word == b"uc":
            self._state = replace(state, skip=max(0, number or 0))
        elif word in {b"v", b"deleted"}:
            self._state = replace(state, hidden=number != 0)
        elif word == b"plain":
            self._state = replace(state, hidden=False)
        elif word == b"pard":
            self._state = replace(state, level=None, in_table=False)
        elif word == b"intbl":
            self._state = replace(state, in_table=True)
        elif word == b"outlinelevel" and number is not None:
            self._state = replace(state, level=number if 0 <= number < 9 else None)
        elif word in {b"cell", b"nestcell"}:
            self._end_cell()
        elif word in {b"row", b"nestrow"}:
            self._end_row()
        else:
            if not state.unread:
                self._shapes.hear(word, number)
            self._codes(word, number or 0)

    def _codes(self, word: bytes, number: int) -> None:
        """Code pages: the document's, and those of its fonts."""
        if word == b"ansicpg":
            self._page = number
        elif word == b"f":
            self._font = number
            self._state = replace(self._state, page=self._fonts.get(number, 0))
        elif word == b"fcharset" and self._state.fonts and number in _CHARSETS:
            # A Western font says nothing of the Chinese that older programs write in it.
            self._fonts[self._font] = _CHARSETS[number] if number else 0

    def _symbol(self, symbol: bytes) -> None:
        if symbol == b"*":
            self._starred = True
        elif symbol in {b"\n", b"\r"}:
            self._end_paragraph(note=self._state.note)
        elif symbol in {b"~", b"_", b"\\", b"{", b"}"}:
            self._add({b"~": "\u00a0", b"_": "-"}.get(symbol, symbol.decode("ascii")))

    def _add_bytes(self, data: bytes) -> None:
        dropped = min(self._skipped, len(data))
        self._skipped -= dropped
        self._bytes += data[dropped:]

    def _flush(self) -> None:
        """Bytes of one code page become characters."""
        if self._bytes:
            page = self._state.page or self._page
            codec = _PAGES.get(page, f"cp{page}")
            try:
                text = self._bytes.decode(codec, "replace")
            except LookupError:
                text = self._bytes.decode("gb18030", "replace")
            self._bytes.clear()
            self._add(text)

    def _add(self, text: str) -> None:
        if not (self._state.unread or self._state.hidden):
            self._pieces[self._state.note].append(text)

    def _taken(self, *, note: bool) -> str:
        text = "".join(self._pieces[note])
        self._pieces[note].clear()
        # Characters beyond the basic plane are written as two.
        return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace").strip()

    def _end_paragraph(self, *, note: bool) -> None:
        if self._state.unread:
            return
        if self._state.in_table and not note:
            self._pieces[note].append(" ")
            return
        if not note:
            self._end_table()
        text = self._taken(note=note)
        level = self._state.level
        if level is not None and text:
            text = f"{'#' * min(level + 1, 6)} {' '.join(text.split())}"
        self._lines[note].append(text)

    def _end_cell(self) -> None:
        if not self._state.unread:
            self._cells.append(" ".join(self._taken(note=False).split()))

    def _end_row(self) -> None:
        if not self._state.unread and self._cells:
            self._rows.append(self._shapes.row(self._cells))
            self._cells.clear()

    def _end_table(self) -> None:
        """The rows that stand below each other, now that something else follows."""
        self._lines[False] += [line.text for line in lines_of_rows(table_rows(self._rows))]
        self._rows.clear()
