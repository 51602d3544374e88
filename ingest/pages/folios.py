"""A page's own head: newspaper, date, page and section, on one line or spread over several."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from ingest.lines.blocks import Block, Kind
from ingest.lines.metadata import Metadata, is_newspaper_name, loose_folio

_MOST_LINES = 7
_WEEKDAY = re.compile(r"(?:星期|周|礼拜)[一二三四五六日天](?:[ \u3000].{0,20})?")
_FOREIGN_NAME = re.compile(r"[A-Z][A-Za-z&.' ]{3,40}")
_ISSUE = re.compile(r"[ \u3000]*(?:总?第\s?\d{1,6}\s?期|今日\d{1,3}版|(?:CN|ISSN)\s?[\dX-]{5,12})")
_HEAD_KINDS = {Kind.TEXT, Kind.BYLINE, Kind.TABLE}  # a head's parts stand apart, as cells do


def folios_at_the_top(blocks: Sequence[Block]) -> list[Block]:
    """The first lines of a page as its folio, where at least one of them has a date or page."""
    head = 0
    known: list[Metadata] = []
    for block in blocks[:_MOST_LINES]:
        named = any(folio.newspaper for folio in known)
        folio = block.folio or _folio_part(block) or (_other_part(block) if named else None)
        if folio is None and block.kind is not Kind.FURNITURE:
            break
        if folio and named:  # the name in Latin letters is not another one
            folio = replace(folio, newspaper=None)
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
    if block.level or block.kind not in _HEAD_KINDS:
        return None
    return Metadata() if _WEEKDAY.fullmatch(text) else loose_folio(text)


def _other_part(block: Block) -> Metadata | None:
    """What stands below a newspaper's name: the name in Latin letters, the issue's number."""
    rest = _ISSUE.sub("", block.text).strip()
    told = not rest or _FOREIGN_NAME.fullmatch(rest)
    return Metadata() if told and not block.level and block.kind in _HEAD_KINDS else None
