"""Hidden parts of a web page: most are no text, but what a script shows later is the page."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from ingest.web.tree import names_of

if TYPE_CHECKING:
    from lxml.html import HtmlElement

_NO_TEXT = "script style iframe object embed svg canvas button select textarea"
_LATER = ("noscript", "template")
_HIDING = re.compile(
    r"display\s*:\s*none|visibility\s*:\s*(?:hidden|collapse)|opacity\s*:\s*0(?:\.0*)?(?![.\d])",
    re.IGNORECASE,
)
# Nobody is ever shown these.
_NEVER_SHOWN = re.compile(
    r"font-size\s*:\s*0(?![.\d])|(?:left|top|text-indent)\s*:\s*-\d{3,}", re.IGNORECASE
)
_FOLDING_NAMES = (
    "accordion collapse collapsed collapsible fold folded folding unfold panel toggle expand "
    "answer tab tabs pane faq detail details qa"
)
_FOLDING = frozenset(_FOLDING_NAMES.split())
_LEAST = 30
_LEAST_FOLDED = 1 / 4
_SENTENCE_MARK = re.compile("[。！？；，]")


def drop_unseen(tree: HtmlElement) -> int:
    """Take out scripts and everything that a reader would not see; how many hidden texts.

    What is hidden stays where it is most of the page's prose: `#js_content` of a saved article
    waits for its script, answers of a list of questions for a click.
    """
    for element in list(tree.iter(*_NO_TEXT.split())):
        _drop(element)
    return _drop_hidden(tree)


def _drop_hidden(root: HtmlElement) -> int:
    hidden = _outermost_hidden(root)
    prose = {element: _prose(element) for element in hidden}
    kept = _kept(hidden, prose, _prose(root) - sum(prose.values()))
    count = 0
    for element in hidden:
        if element in kept:
            _reveal(element)
            count += _drop_hidden(element)
        else:
            count += element.tag not in _LATER and bool(element.text_content().strip())
            _drop(element)
    return count


def _kept(
    hidden: list[HtmlElement], prose: dict[HtmlElement, int], shown: int
) -> list[HtmlElement]:
    """Those of the hidden parts that are the page: all with prose, or what a click unfolds."""
    waiting = [
        element
        for element in hidden
        if prose[element] and not _NEVER_SHOWN.search(element.get("style") or "")
    ]
    if sum(prose[element] for element in waiting) >= max(shown, _LEAST):
        return waiting
    folded = [element for element in waiting if _is_folded(element)]
    length = sum(prose[element] for element in folded)
    return folded if length >= max(_LEAST_FOLDED * (shown + length), _LEAST) else []


def _outermost_hidden(root: HtmlElement) -> list[HtmlElement]:
    """The hidden elements below `root` that stand in no other one."""
    found: list[HtmlElement] = []
    below = list(root)
    while below:
        element = below.pop()
        if not isinstance(element.tag, str):
            continue
        if _is_hidden(element):
            found.append(element)
        else:
            below.extend(element)
    return found[::-1]


def _is_hidden(element: HtmlElement) -> bool:
    if element.tag in _LATER:
        return True
    style = element.get("style") or ""
    concealed = "hidden" in element.attrib or _HIDING.search(style) or _NEVER_SHOWN.search(style)
    return bool(concealed) and element.tag not in {"html", "body"}


def _is_folded(element: HtmlElement) -> bool:
    """Whether it looks like a part that a click unfolds."""
    around = [element, *list(element.iterancestors())[:2]]
    named = any(_FOLDING & {*names_of(other)} for other in around)
    return named or element.get("role") in {"tabpanel", "region"}


def _reveal(element: HtmlElement) -> None:
    element.attrib.pop("style", None)
    element.attrib.pop("hidden", None)
    if element.tag in _LATER:
        element.tag = "div"


def _prose(element: HtmlElement) -> int:
    """Characters of running text in it: with marks of sentences, links left out."""
    texts = element.xpath(".//text()[not(ancestor::a)]")
    return sum(len("".join(text.split())) for text in texts if _SENTENCE_MARK.search(text))


def _drop(element: HtmlElement) -> None:
    if element.getparent() is not None:
        element.drop_tree()
