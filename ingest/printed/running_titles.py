"""A document without a headline is called what its running heads call it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from ingest.lines.metadata import is_newspaper_name
from ingest.parts.extracted import ORDERED, PageText
from ingest.printed.furnishing import RUNNING
from rag.language.text import has_han

_LEAST, _MOST = 6, 60
"""Characters of a title; shorter heads are names of whoever publishes it."""


def running_title(pages: Sequence[PageText]) -> str:
    """The longest line that runs over or below most pages of one column; empty if there is none.

    Where a page has a headline, that is the title.
    """
    ordered = any(mark.kind == ORDERED for page in pages for mark in page.marks)
    if not ordered or any(line.startswith("# ") for p in pages for line in p.text.split("\n")):
        return ""
    heads = Counter(
        page.text[mark.start : mark.end]
        for page in pages
        for mark in page.marks
        if mark.kind == RUNNING
    )
    often = [
        head
        for head, count in heads.items()
        if count > 1 and 2 * count > len(pages) and _LEAST <= len(head) <= _MOST
    ]
    named = [head for head in often if has_han(head) and not is_newspaper_name(head)]
    return max(named, key=len, default="")
