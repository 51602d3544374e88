"""Saved web pages: the article without menus, scripts and hidden text."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import IO, TYPE_CHECKING, Any

from ingest.encodings import Decoded, decode
from ingest.formats.extracted import MOST_CHARACTERS, Extracted, storable
from rag.errors import EncodingUnknown, HtmlTooDeep, ParseFailed, ParseLimit

if TYPE_CHECKING:
    from lxml.html import HtmlElement

DEEPEST = 400
MOST_BYTES = 30 << 20
_TAG = re.compile(r"<(/?)([a-zA-Z][a-zA-Z0-9]*)")
# These never nest, or their end tag may be left out and the next one closes them.
_FLAT_NAMES = (
    "area base br col embed hr img input link meta param source track wbr p li dt dd tr td th "
    "thead tbody tfoot option optgroup colgroup rp rt html head body"
)
_FLAT = frozenset(_FLAT_NAMES.split())
_CHARSET = re.compile(rb"<meta[^>]+charset=[\"']?\s*([\w-]+)", re.IGNORECASE)
_CODECS = {
    **dict.fromkeys(("gb2312", "gbk", "gb18030"), "gb18030"),
    **dict.fromkeys(("big5", "big5-hkscs"), "big5hkscs"),
    **dict.fromkeys(("utf-8", "utf8"), "utf-8"),
}
_UNSEEN = "script style noscript template iframe object embed svg canvas button select textarea"
_HIDING = re.compile(
    r"display\s*:\s*none|visibility\s*:\s*(?:hidden|collapse)|opacity\s*:\s*0(?:\.0*)?(?![.\d])"
    r"|font-size\s*:\s*0(?![.\d])|(?:left|top|text-indent)\s*:\s*-\d{3,}",
    re.IGNORECASE,
)
_BLOCK_NAMES = (
    "p div section article main header footer li tr h1 h2 h3 h4 h5 h6 blockquote pre table ul ol "
    "dl dt dd figcaption caption aside address"
)
_BLOCKS = frozenset(_BLOCK_NAMES.split())
_HEADINGS = {f"h{level}": level for level in range(1, 7)}
_LEAST_SHARE = 0.3
_LONGEST_CREDITS = 100
_CREDIT = re.compile(r"(?<!\w)(来源|作者|记者)\s*[:：]\s*([\w·、]{2,20})")
_CREDITED = {"来源": "newspaper", "作者": "authors", "记者": "authors"}


def extract(file: IO[bytes]) -> dict[str, Any]:
    """Title, authors, date and text of a web page.

    Raises:
        HtmlTooDeep: nested deeper than `DEEPEST`.
        EncodingUnknown: undecodable.
        ParseLimit: too many bytes or characters.
        ParseFailed: no element in it.
    """
    data = file.read(MOST_BYTES + 1)
    if len(data) > MOST_BYTES:
        raise ParseLimit(file="", reason=f"超过 {MOST_BYTES >> 20} MB")
    decoded = _decode(data)
    if _depth(decoded.text) > DEEPEST:
        raise HtmlTooDeep(file="", limit=DEEPEST)
    tree = _tree(decoded.text)
    hidden = _drop_unseen(tree)
    lines, values = _main_content(tree)
    text = storable("\n".join(lines))
    if len(text) > MOST_CHARACTERS:
        raise ParseLimit(file="", reason=f"超过 {MOST_CHARACTERS} 字")
    remarks = (f"略去了网页里 {hidden} 处看不见的文字",) if hidden else ()
    return Extracted(text, decoded.encoding, values=values, remarks=remarks).as_dict()


def _decode(data: bytes) -> Decoded:
    """As the page declares where that works, else as it looks."""
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


def _depth(page: str) -> int:
    """How deep elements nest, by a walk over the tags: linear, before any parser sees them."""
    depth = deepest = 0
    for closing, name in _TAG.findall(page):
        if name.lower() not in _FLAT:
            depth = max(0, depth - 1) if closing else depth + 1
            deepest = max(deepest, depth)
    return deepest


def _tree(page: str) -> HtmlElement:
    from lxml import etree, html

    parser = html.HTMLParser(no_network=True, remove_comments=True, remove_pis=True)
    page = re.sub(r"^\s*<\?xml[^>]*\?>", "", storable(page).lstrip("\ufeff"))
    try:
        return html.document_fromstring(page, parser=parser)
    except etree.LxmlError as error:
        raise ParseFailed(file="", reason="网页里没有内容") from error


def _drop_unseen(tree: HtmlElement) -> int:
    """Take out scripts and everything that a reader would not see; how many hidden texts."""
    for element in list(tree.iter(*_UNSEEN.split())):
        if element.getparent() is not None:
            element.drop_tree()
    hidden = 0
    for element in list(tree.iter()):
        if not isinstance(element.tag, str) or element.getparent() is None:
            continue
        concealed = "hidden" in element.attrib or _HIDING.search(element.get("style") or "")
        if concealed and element.tag not in {"html", "body"}:
            hidden += bool(element.text_content().strip())
            element.drop_tree()
    return hidden


def _main_content(tree: HtmlElement) -> tuple[list[str], dict[str, Any]]:
    """The article as trafilatura finds it; all visible text where it finds next to nothing."""
    import trafilatura
    from lxml import html
    from trafilatura.settings import Document

    everything = list(_visible_lines(tree))
    found = trafilatura.bare_extraction(
        html.fromstring(html.tostring(tree, encoding="unicode")),
        favor_recall=True,
        include_comments=False,
        include_formatting=False,
        include_links=False,
        include_images=False,
        include_tables=True,
        with_metadata=True,
    )
    if not isinstance(found, Document):
        return everything, {}
    lines = list(_article_lines(found.body)) if found.body is not None else []
    values: dict[str, Any] = {"title": found.title, "date": found.date, **_credits(everything)}
    if authors := _authors(tree):
        values["authors"] = authors
    if sum(map(len, lines)) < _LEAST_SHARE * sum(map(len, everything)):
        lines = everything
    if found.title and any(line.startswith("#") for line in lines):
        lines = _headed(lines, found.title)
    return lines, {key: value for key, value in values.items() if value}


def _headed(lines: list[str], title: str) -> list[str]:
    """Where there are headings, the headline stands first, so that they are its sections."""
    if any(line.startswith("# ") for line in lines):
        return lines
    return [f"# {title}", *(line for line in lines if line.lstrip("# ") != title)]


def _credits(lines: list[str]) -> dict[str, str]:
    """What a short line says of source and author: `来源：某某日报　作者：某某`."""
    said: dict[str, str] = {}
    for line in lines:
        if len(line) <= _LONGEST_CREDITS:
            for key, value in _CREDIT.findall(line):
                said.setdefault(_CREDITED[key], value)
    return said


def _authors(tree: HtmlElement) -> list[str]:
    """As the page's head says: trafilatura takes names of two characters for no names."""
    for name in ("author", "article:author", "byl", "dc.creator"):
        for content in tree.xpath("//meta[@name=$name or @property=$name]/@content", name=name):
            if content.strip() and "://" not in content:
                return [str(content).strip()]
    return []


def _article_lines(body: Any) -> Iterator[str]:
    """Lines of trafilatura's own tree: `head`, `p`, `item`, `row`, `quote`, `lb`."""
    for element in body.iterchildren():
        tag = element.tag
        if tag in {"list", "table", "quote", "div"} and len(element):
            if element.text and element.text.strip():
                yield _squeezed(element.text)
            yield from _article_lines(element)
        elif tag == "row":
            yield "　".join(filter(None, (_squeezed("".join(c.itertext())) for c in element)))
        else:
            level = int((element.get("rend") or "h0")[1:2] or 0) if tag == "head" else 0
            mark = f"{'#' * level} " if level else ""
            for line in _broken(element):
                yield mark + line
        if element.tail and element.tail.strip():
            yield _squeezed(element.tail)


def _broken(element: Any) -> Iterator[str]:
    """Lines of an element, which `lb` breaks."""
    text = element.text or ""
    for child in element.iterchildren():
        text += "\n" if child.tag == "lb" else "".join(child.itertext())
        text += child.tail or ""
    yield from filter(None, map(_squeezed, text.split("\n") if "lb" in _tags(element) else [text]))


def _tags(element: Any) -> set[str]:
    return {child.tag for child in element.iterchildren()}


def _visible_lines(tree: HtmlElement) -> Iterator[str]:
    """All text of the page's body, one line a block."""
    pieces: list[str] = []
    mark = ""

    def flush() -> Iterator[str]:
        nonlocal mark
        line = _squeezed("".join(pieces))
        pieces.clear()
        if line:
            yield mark + line
        mark = ""

    body = tree.find("body")
    for event, element in _walk(tree if body is None else body):
        if element.tag in _BLOCKS or element.tag == "br":
            yield from flush()
        if event == "start":
            level = _HEADINGS.get(element.tag)
            mark = f"{'#' * level} " if level else mark
            pieces.append(element.text or "")
        else:
            pieces.append(element.tail or "")
    yield from flush()


def _walk(tree: HtmlElement) -> Iterator[tuple[str, HtmlElement]]:
    from lxml import etree

    for event, element in etree.iterwalk(tree, events=("start", "end")):
        if isinstance(element.tag, str):
            yield event, element


def _squeezed(text: str) -> str:
    return " ".join(text.split())


def whole_text(data: bytes) -> tuple[list[str], str]:
    """What a reader sees of a page that is nothing but text, as a book's chapter, and its codec.

    Raises:
        HtmlTooDeep, EncodingUnknown, ParseFailed: as `extract`.
    """
    decoded = _decode(data)
    if _depth(decoded.text) > DEEPEST:
        raise HtmlTooDeep(file="", limit=DEEPEST)
    tree = _tree(decoded.text)
    _drop_unseen(tree)
    return list(_visible_lines(tree)), decoded.encoding
