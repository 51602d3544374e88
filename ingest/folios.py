"""A page's own head: newspaper, date, page and section, on one line or spread over several."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from ingest.blocks import Block, Kind
from ingest.metadata import Metadata, is_newspaper_name, loose_folio

_MOST_LINES = 6
_WEEKDAY = re.compile(r"(?:星期|周|礼拜)[一二三四五六日天](?:[ \u3000].{0,20})?")


def folios_at_the_top(blocks: Sequence[Block]) -> list[Block]:
    """The first lines of a page as its folio, where at least one of them has a date or page."""
    head = 0
    known: list[Metadata] = []
    for block in blocks[:_MOST_LINES]:
        folio = block.folio or _folio_part(block)
        if folio is None and block.kind is not Kind.FURNITURE:
            break
        known.append(folio or Metadata())
        head += 1
    if not any(folio.date or folio.page for folio in known):
        return list(blocks)
    return [
        block if block.kind is Kind.FURNITURE else replace(block, kind=Kind.FOLIO, folio=folio)
        for block, folio in zip(blocks, known, strict=False)
    ] + list(blocks[head:])


def _folio_part(block: Block) -> Metadata | None:
    """What one line of a head says: a name, a date, a page or a weekday; None for other lines."""
    text = block.text
    masthead = block.kind is Kind.SECTION and block.level > 0  # in the largest type of the page
    if is_newspaper_name(text) and (masthead or block.kind in {Kind.TEXT, Kind.BYLINE}):
        return Metadata(newspaper=text.replace(" ", ""))
    if block.level or block.kind not in {Kind.TEXT, Kind.BYLINE}:
        return None
    return Metadata() if _WEEKDAY.fullmatch(text) else loose_folio(text)
