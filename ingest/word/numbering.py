"""Word's automatic numbers: what stands before a paragraph without being in its text."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from ingest.parts.list_numbers import shown_number
from ingest.word.package import W
from ingest.word.styles import Styles, value

if TYPE_CHECKING:
    from lxml.etree import _Element as Element

_LEVELS = 9
_PLACEHOLDER = re.compile(r"%([1-9])")
_OPEN_END = re.compile(r"[、，．。）】〕》：]$")


class Numbering:
    """Counts along the document: `label` is asked once for every paragraph, in order."""

    def __init__(self, root: Element | None, styles: Styles) -> None:
        """`root`: of `numbering.xml`, if there is one."""
        self._styles = styles
        self._lists = _by_id(root, "num", "numId")
        self._schemes = _by_id(root, "abstractNum", "abstractNumId")
        # Lists of one scheme count on together; by scheme, then by level.
        self._counts: dict[str, list[int | None]] = {}
        self._restarted: set[tuple[str, int]] = set()

    def label(self, paragraph: Element) -> str:
        """The number with what parts it from the text, `第三条 `, `（二）`; empty if none."""
        place = self._place(paragraph)
        if place is None:
            return ""
        list_id, level = place
        definition = self._level(list_id, level)
        if definition is None:
            return ""
        counts = self._count(list_id, level)
        text = self._shown(list_id, definition, level, counts)
        if not text or _format(definition) == "bullet":
            return ""
        joined = value(definition.find(f"{W}suff")) == "nothing" or _OPEN_END.search(text)
        return text if joined else f"{text} "

    def _place(self, paragraph: Element) -> tuple[str, int] | None:
        """(list, level) of a paragraph: its own, or its style's."""
        own = paragraph.find(f"{W}pPr/{W}numPr")
        list_id = value(own.find(f"{W}numId")) if own is not None else None
        level = value(own.find(f"{W}ilvl")) if own is not None else None
        for style in self._styles.of_paragraph(paragraph):
            if list_id is not None:
                break
            given = style.find(f"{W}pPr/{W}numPr")
            if given is None:
                continue
            list_id = value(given.find(f"{W}numId"))
            if list_id is not None and level is None:
                of_style = self._level_of_style(list_id, style.get(f"{W}styleId"))
                level = value(given.find(f"{W}ilvl")) or of_style
        if list_id is None or list_id not in self._lists:
            return None
        number = int(level) if level and level.isdecimal() else 0
        return list_id, min(number, _LEVELS - 1)

    def _level_of_style(self, list_id: str, style_id: str | None) -> str:
        scheme = self._scheme(list_id)
        for level in scheme.iterchildren(f"{W}lvl") if scheme is not None else ():
            if value(level.find(f"{W}pStyle")) == style_id:
                return str(level.get(f"{W}ilvl", "0"))
        return "0"

    def _scheme(self, list_id: str) -> Element | None:
        """The scheme of a list; one that names a list style stands for that style's scheme."""
        chosen = self._lists.get(list_id)
        scheme_id = value(chosen.find(f"{W}abstractNumId")) if chosen is not None else None
        scheme = self._schemes.get(scheme_id or "")
        named = value(scheme.find(f"{W}numStyleLink")) if scheme is not None else None
        if named is None:
            return scheme
        for other in self._schemes.values():
            if value(other.find(f"{W}styleLink")) == named:
                return other
        return scheme

    def _level(self, list_id: str, level: int) -> Element | None:
        """The definition of a level: the list's own, else its scheme's."""
        override = self._override(list_id, level)
        own = override.find(f"{W}lvl") if override is not None else None
        return own if own is not None else _at_level(self._scheme(list_id), "lvl", level)

    def _override(self, list_id: str, level: int) -> Element | None:
        return _at_level(self._lists.get(list_id), "lvlOverride", level)

    def _count(self, list_id: str, level: int) -> list[int | None]:
        """Count one on at `level`; levels above begin, those below are forgotten."""
        scheme = self._scheme(list_id)
        scheme_id = scheme.get(f"{W}abstractNumId", "") if scheme is not None else ""
        counts = self._counts.setdefault(scheme_id, [None] * _LEVELS)
        for above in range(level):
            if counts[above] is None:
                counts[above] = self._start(list_id, above)
        current, restart = counts[level], self._restart(list_id, level)
        if restart is not None:
            counts[level] = restart
        else:
            counts[level] = self._start(list_id, level) if current is None else current + 1
        for below in range(level + 1, _LEVELS):
            definition = self._level(list_id, below)
            after = value(definition.find(f"{W}lvlRestart")) if definition is not None else None
            if after is None or (after.isdecimal() and level < int(after)):
                counts[below] = None
        return counts

    def _restart(self, list_id: str, level: int) -> int | None:
        """The number with which this list begins anew, the first time that it is used."""
        override = self._override(list_id, level)
        given = value(override.find(f"{W}startOverride")) if override is not None else None
        if given is None or (list_id, level) in self._restarted:
            return None
        self._restarted.add((list_id, level))
        return _number(given)

    def _start(self, list_id: str, level: int) -> int:
        definition = self._level(list_id, level)
        return _number(value(definition.find(f"{W}start")) if definition is not None else None)

    def _shown(
        self, list_id: str, definition: Element, level: int, counts: list[int | None]
    ) -> str:
        """The level's pattern, `第%1条`, with the numbers in their formats."""
        in_digits = definition.find(f"{W}isLgl") is not None

        def filled(match: re.Match[str]) -> str:
            at = int(match[1]) - 1
            source = definition if at == level else self._level(list_id, at)
            style = _format(source) if source is not None else "decimal"
            if in_digits and style != "none":
                style = "decimal"
            return shown_number(counts[at] or 0, style) if at <= level else ""

        return _PLACEHOLDER.sub(filled, value(definition.find(f"{W}lvlText")) or "").strip()


def _by_id(root: Element | None, name: str, key: str) -> dict[str, Element]:
    if root is None:
        return {}
    return {item.get(f"{W}{key}", ""): item for item in root.iterchildren(f"{W}{name}")}


def _at_level(parent: Element | None, name: str, level: int) -> Element | None:
    for item in parent.iterchildren(f"{W}{name}") if parent is not None else ():
        if item.get(f"{W}ilvl") == str(level):
            return item
    return None


def _format(definition: Element) -> str:
    """The number format; of two, that for programs which do not know the newer one."""
    formats = list(definition.iter(f"{W}numFmt"))
    return value(formats[-1]) or "decimal" if formats else "decimal"


def _number(text: str | None) -> int:
    return int(text) if text and text.isdecimal() else 1
