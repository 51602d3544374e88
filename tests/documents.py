"""The project's Markdown as its readers use it: fenced blocks, commands, links and headings."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PAGES = tuple(sorted((*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md"))))
RUN = ("bash", "python")
"""Languages whose blocks are commands, to be run; in others nothing is to be run."""
SHOWN = ("json", "nginx", "text", "toml")
_FENCE = re.compile(r"^```([^\n]*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_LINK = re.compile(r"\]\(([^)\s]+)\)")
_HEADING = re.compile(r"^#{1,6} +(.+?) *#*$", re.MULTILINE)
_INLINE = re.compile(r"`([^`\n]+)`")
_NOT_IN_SLUG = re.compile(r"[^\w\- ]")


@dataclass(frozen=True)
class Block:
    """A fenced block of a page."""

    language: str
    text: str

    @property
    def commands(self) -> tuple[str, ...]:
        r"""A shell block's commands: its lines, those that end in `\\` joined with the next."""
        lines = self.text.replace("\\\n", " ").splitlines()
        return tuple(re.sub(r" {2,}", " ", line) for line in lines if line.strip())


def text_of(page: Path) -> str:
    return page.read_text(encoding="utf-8")


def blocks(page: Path) -> Iterator[Block]:
    for found in _FENCE.finditer(text_of(page)):
        yield Block(found[1].strip(), found[2])


def inline_code(page: Path) -> Iterator[str]:
    """What stands between single backticks, outside of blocks."""
    for found in _INLINE.finditer(_FENCE.sub("", text_of(page))):
        yield found[1]


def links(page: Path) -> Iterator[str]:
    """Targets of links and images, outside of code."""
    for found in _LINK.finditer(_INLINE.sub("", _FENCE.sub("", text_of(page)))):
        yield found[1]


def anchors(page: Path) -> set[str]:
    """What headings are linked by, as GitHub makes it: lower case, no punctuation, no spaces."""
    found: set[str] = set()
    for heading in _HEADING.findall(_FENCE.sub("", text_of(page))):
        shown = re.sub(r"\[([^]]*)\]\([^)]*\)", r"\1", heading).replace("`", "").lower()
        slug = base = _NOT_IN_SLUG.sub("", shown).replace(" ", "-")
        number = 0
        while slug in found:
            number += 1
            slug = f"{base}-{number}"
        found.add(slug)
    return found
