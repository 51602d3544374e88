"""What a line of a page is: a block with its kind."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum, auto

from ingest.lines.metadata import Metadata
from rag.data_model.documents import Cell, Span


class Kind(Enum):
    """What a block is on the page."""

    TEXT = auto()
    TITLE = auto()  # starts an article
    SECTION = auto()  # a heading inside an article
    SUBTITLE = auto()  # `——副题` below a title
    BOX = auto()  # `链接>>>`
    BYLINE = auto()
    DATELINE = auto()  # `本报某地5月3日电` on a line of its own
    AFFILIATION = auto()
    ROLE = auto()  # `主持人`, `嘉宾`
    PERSON = auto()  # `张三 某大学教授`
    TABLE = auto()  # a row of cells
    CAPTION = auto()
    FOLIO = auto()
    FURNITURE = auto()  # editors' credits, hot lines, jump lines, rules
    NOTE = auto()  # a footnote or a reader's remark
    LONE = auto()  # a heading with no text of its own below it


HEADINGS = frozenset({Kind.TITLE, Kind.SECTION, Kind.SUBTITLE, Kind.BOX})


@dataclass(frozen=True, slots=True)
class Block:
    """One or more lines that belong together.

    Attributes:
        text, spans: as in `Paragraph`; a heading's are without its `#`.
        level: of a marked heading, 1–6; 0 for all else.
        gap: an empty line stands before it.
        names: of a byline or dateline, or the one affiliation.
        certain: a byline's own mark leaves no doubt.
        starts: an article starts here.
        torn: short, but a piece of running text, as what stands around it shows.
        cells: of a table's row.
        jumps_out, jumps_in: the page says `下转…版` after it, or `上接…版` before it.
    """

    kind: Kind
    text: str
    spans: tuple[Span, ...]
    level: int = 0
    gap: bool = False
    names: tuple[str, ...] = ()
    certain: bool = True
    starts: bool = False
    torn: bool = False
    jumps_out: bool = False
    jumps_in: bool = False
    folio: Metadata | None = None
    cells: tuple[Cell, ...] = ()


def block_at(blocks: Sequence[Block], n: int) -> Block | None:
    """Block `n`, or None beyond the page's ends."""
    return blocks[n] if 0 <= n < len(blocks) else None
