"""A web page's bytes → its tree, as a browser would see it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from ingest.lines.encodings import Decoded, decode
from ingest.parts.extracted import storable
from rag.errors import EncodingUnknown, HtmlTooDeep, ParseFailed

if TYPE_CHECKING:
    from lxml.html import HtmlElement

DEEPEST = 400
_TAG = re.compile(r"<(/?)([a-zA-Z][a-zA-Z0-9]*)")
# These never nest, or their end tag may be left out and the next one closes them.
_FLAT_NAMES = (
    "area base br col embed hr img input link meta param source track wbr p li dt dd tr td th "
    "thead tbody tfoot option optgroup colgroup rp rt html head body"
)
_FLAT = frozenset(_FLAT_NAMES.split())
_CHARSET = re.compile(rb"<(?:meta|\?xml)[^>]+(?:charset|encoding)=[\"']?\s*([\w-]+)", re.IGNORECASE)
_CODECS = {
    **dict.fromkeys(("gb2312", "gbk", "gb18030"), "gb18030"),
    **dict.fromkeys(("big5", "big5-hkscs"), "big5hkscs"),
    **dict.fromkeys(("utf-8", "utf8"), "utf-8"),
}
# A browser goes on below them; the parser would drop what follows.
_STRAY_ENDS = re.compile(r"</(?:html|body)\s*>", re.IGNORECASE)
_DECLARATION = re.compile(r"^\s*<\?xml[^>]*\?>")


def decoded_page(data: bytes) -> Decoded:
    """As the page declares where that works, else as it looks.

    Raises:
        EncodingUnknown: undecodable.
    """
    declared = _CHARSET.search(data[:4096])
    codec = _CODECS.get(declared.group(1).decode("ascii").lower()) if declared else None
    if codec:
        try:
            return Decoded(data.decode(codec), codec)
        except UnicodeDecodeError:
            pass  # a wrong declaration is common
    decoded = decode(data)
    if decoded is None:
        raise EncodingUnknown(file="")
    return decoded


def page_tree(page: str) -> HtmlElement:
    """The elements of a page, comments left out.

    Raises:
        HtmlTooDeep: nested deeper than `DEEPEST`.
        ParseFailed: no element in it.
    """
    if _depth(page) > DEEPEST:
        raise HtmlTooDeep(file="", limit=DEEPEST)
    from lxml import etree, html

    parser = html.HTMLParser(no_network=True, remove_comments=True, remove_pis=True)
    page = _DECLARATION.sub("", storable(page).lstrip("\ufeff"))
    try:
        return html.document_fromstring(_STRAY_ENDS.sub("", page), parser=parser)
    except etree.LxmlError as error:
        raise ParseFailed(file="", reason="网页里没有内容") from error


def names_of(element: HtmlElement) -> list[str]:
    """The words of an element's class and id, lower case: `rightSide_box` gives three."""
    said = f"{element.get('class') or ''} {element.get('id') or ''}"
    return [word.lower() for word in _WORD.findall(said)]


_WORD = re.compile(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])")


def _depth(page: str) -> int:
    """How deep elements nest, by a walk over the tags: linear, before any parser sees them."""
    depth = deepest = 0
    for closing, name in _TAG.findall(page):
        if name.lower() not in _FLAT:
            depth = max(0, depth - 1) if closing else depth + 1
            deepest = max(deepest, depth)
    return deepest
