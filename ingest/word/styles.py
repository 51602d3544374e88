"""The styles of a Word file: what a paragraph or a run has by its style and those below it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from ingest.word.package import W

if TYPE_CHECKING:
    from lxml.etree import _Element as Element

_DEEPEST = 12
_OFF = frozenset({"0", "false", "off"})


class Styles:
    """Looks properties up: its own first, then the style's, then that of each style below."""

    def __init__(self, root: Element | None) -> None:
        """`root`: of `styles.xml`, if there is one."""
        found = [] if root is None else list(root.iterchildren(f"{W}style"))
        self._styles = {style.get(f"{W}styleId"): style for style in found}
        self._default = next(
            (
                style
                for style in found
                if style.get(f"{W}type") == "paragraph"
                and style.get(f"{W}default") not in {None, *_OFF}
            ),
            None,
        )

    def of_paragraph(self, paragraph: Element) -> Iterator[Element]:
        """The styles of a paragraph, its own first."""
        named = paragraph.find(f"{W}pPr/{W}pStyle")
        style = self._styles.get(value(named)) if named is not None else None
        return self._chain(self._default if style is None else style)

    def named(self, style_id: str | None) -> Iterator[Element]:
        """A style and those below it."""
        return self._chain(self._styles.get(style_id))

    def names(self, paragraph: Element) -> Iterator[str]:
        """Names of the paragraph's styles, lower case."""
        for style in self.of_paragraph(paragraph):
            yield (value(style.find(f"{W}name")) or "").strip().lower()

    def of_run(self, run: Element, paragraph: Element, name: str) -> str | None:
        """The value of a run's property (`on` where it has none), or None if nothing sets it."""
        own = run.find(f"{W}rPr")
        places = [own] if own is not None else []
        character = own.find(f"{W}rStyle") if own is not None else None
        if character is not None:
            places += [style.find(f"{W}rPr") for style in self.named(value(character))]
        places += [style.find(f"{W}rPr") for style in self.of_paragraph(paragraph)]
        for place in places:
            found = place.find(f"{W}{name}") if place is not None else None
            if found is not None:
                return value(found) or "on"
        return None

    def _chain(self, style: Element | None) -> Iterator[Element]:
        for _ in range(_DEEPEST):
            if style is None:
                return
            yield style
            style = self._styles.get(value(style.find(f"{W}basedOn")))


def value(element: Element | None) -> str | None:
    """Its `w:val`."""
    return None if element is None else element.get(f"{W}val")


def is_on(setting: str | None) -> bool:
    """Whether a property that is either on or off is on."""
    return setting is not None and setting not in _OFF
