"""Where on a web page the article stands: the element with the most prose and the fewest links."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Sequence
from typing import TYPE_CHECKING

from ingest.web.tables import WebLine

if TYPE_CHECKING:
    from lxml.html import HtmlElement

_SENTENCE_MARK = re.compile(r"[。！？；，]|[a-z]{2}[.!?](?:\s|$)")
_LINK_COST = 1.5
_OF_A_LIST = 0.3
_LISTED = frozenset({"td", "th", "tr", "li", "dd", "dt", "pre"})
_MAIN_SHARE = 0.75
_PARTS = frozenset({"p", "li", "tr", "td", "table", "tbody", "blockquote", "dl", "ul", "ol"})


def main_lines(lines: Sequence[WebLine], body: HtmlElement) -> list[WebLine]:
    """The lines of the article, those of the whole body where no part of it stands out."""
    gains: dict[HtmlElement, float] = defaultdict(float)
    for line in lines:
        gain = _gain(line)
        element = line.owner
        while element is not None:
            gains[element] += gain
            element = None if element is body else element.getparent()
    best = max(gains, key=lambda element: gains[element], default=body)
    if gains.get(best, 0.0) <= 0:
        return list(lines)
    root = _innermost(best, gains, lines)
    return [line for line in lines if stands_in(line.owner, root)]


def prose_of(lines: Sequence[WebLine]) -> int:
    """Characters of running text in the lines, links left out."""
    return sum(len(line.text) - line.links for line in lines if _is_prose(line))


def _gain(line: WebLine) -> float:
    plain = max(0, len(line.text) - line.links)
    cost = _LINK_COST * line.links
    if _is_prose(line):
        return plain - (cost if line.links > plain else 0.0)
    return (_OF_A_LIST * plain if line.owner.tag in _LISTED else 0.0) - cost


def _is_prose(line: WebLine) -> bool:
    text = line.text
    return len(text) >= 12 and text[0] != "#" and _SENTENCE_MARK.search(text) is not None


def _innermost(
    best: HtmlElement, gains: dict[HtmlElement, float], lines: Sequence[WebLine]
) -> HtmlElement:
    """The deepest element that is the article: what stands beside it is of another kind.

    A container with most of the gain is the article if it is unlike its neighbours, and no
    paragraph stands beside it. What leads to the next article, or says who may copy this one,
    mostly stands in a neighbour.
    """
    while True:
        children = [child for child in best if child in gains]
        inner = max(children, key=lambda child: gains[child], default=None)
        if inner is None or inner.tag in _PARTS or gains[inner] < _MAIN_SHARE * gains[best]:
            return best
        others = [child for child in children if child is not inner and gains[child] > 0]
        if any(_is_alike(child, inner) for child in others) or any(
            line.owner is best and prose_of([line]) for line in lines
        ):
            return best
        if any(_comes_before(child, inner) for child in others):
            return best  # a lead, an abstract
        best = inner


def _is_alike(element: HtmlElement, inner: HtmlElement) -> bool:
    """Whether it may be another part of the same text."""
    if element.tag in _PARTS:
        return True
    return bool(element.tag == inner.tag and element.get("class") == inner.get("class"))


def _comes_before(element: HtmlElement, inner: HtmlElement) -> bool:
    return any(following is inner for following in element.itersiblings())


def stands_in(element: HtmlElement | None, root: HtmlElement) -> bool:
    """Whether an element is `root` or below it."""
    while element is not None and element is not root:
        element = element.getparent()
    return element is root
