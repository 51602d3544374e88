"""Title, authors and newspaper of a web page, from its head and its lines."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from lxml.html import HtmlElement

_TITLE_META = ("articletitle", "og:title", "twitter:title", "dc.title", "citation_title")
_SITE_META = ("og:site_name", "sitename", "application-name")
_AUTHOR_META = ("author", "article:author", "byl", "dc.creator", "og:article:author")
_SOURCE_META = ("contentsource", "source", "mediaid", "article:source")
_SITE = re.compile(
    r"(?:网|网站|网页|频道|新闻|门户|政府|日报|晚报|早报|时报|周刊|杂志|报|社|台|在线|客户端|官网|首页|平台|论坛|博客|中心|资讯|要闻"
    r"|财经|科技|专题|委员会|公众号|百家号|澎湃|号|正文|详情|[Nn]ews|\.com|\.cn|\.net|\.org|CSDN|Online)$",
)
_BORDER = re.compile(
    r"\s*[_|｜]+\s*|\s+[-–—·•»›:：]+\s+|\s*(?:--+|——+|–|»|›)\s*|[-—－](?=[^-—－_|]{2,16}$)"
)
_PAPERS_SITE = re.compile(
    r"[\u4e00-\u9fff]{2,12}(?:数字报刊?|电子报刊?|数字版|电子版|报刊平台)\s*[-—–_|｜:：]+\s*(?=\S)"
)
"""A newspaper's site names itself before the headline."""
_CREDIT = re.compile(
    r"(?<!\w)(?:文章|信息|稿件|新闻|内容)?(来源|稿源|作者|记者|撰文|撰稿)\s*[:：]\s*([\w·、《》]{2,20})"
)
_CREDITED = {
    "来源": "newspaper",
    "稿源": "newspaper",
    **dict.fromkeys(("作者", "记者", "撰文", "撰稿"), "authors"),
}
_NO_NAME = re.compile(
    r"^(?:admin|administrator|root|编辑|管理员|佚名|未知|本站|原创|网络|互联网)$", re.IGNORECASE
)
_NAME = re.compile(r"[\u4e00-\u9fff·•．\s、，,;；/]{2,40}|[A-Za-z][A-Za-z .'\-]{1,40}")
_NO_PERSON = re.compile(
    r"(?:网|报|社|政府|办公室|编辑部|台|公司|委|局|中心|消息|综合|科技|财经|体育|娱乐)$"
)
_LONGEST_CREDITS = 100
_LEAST_TITLE, _MOST_TITLE = 3, 120
_SURE_TITLE = 8
_HEADING_TAGS = ("h1", "h2", "h3")


def json_ld(tree: HtmlElement) -> list[dict[str, Any]]:
    """What the page says of itself to search engines; damaged parts left out."""
    found: list[dict[str, Any]] = []
    for script in tree.iter("script"):
        if "ld+json" in (script.get("type") or "").lower():
            try:
                found += _objects(json.loads(script.text_content().strip() or "{}", strict=False))
            except (ValueError, RecursionError):
                continue
    return found


def page_title(
    tree: HtmlElement, said: Sequence[dict[str, Any]], lines: Sequence[str] = ()
) -> str | None:
    """The headline, without the names of site and channel that a page's title adds.

    `lines`: of the page; one that is the title without those names settles where they begin.
    """
    sites = {_squeezed(value) for value in _meta(tree, _SITE_META)}
    headings = [text for text in _headings(tree) if text not in sites]
    full = _squeezed(next((t.text_content() for t in tree.iter("title")), ""))
    named = [*_meta(tree, _TITLE_META), *_headlines(said)]
    for heading in headings:  # one that the title begins with is the headline itself
        if len(heading) >= _LEAST_TITLE and any(_begins(t, heading) for t in (full, *named)):
            return heading
    for line in lines:
        if len(line) >= _SURE_TITLE and any(
            _begins(t, line) or _ends(t, line) for t in (full, *named)
        ):
            return line
    for title in (*named, full):
        cut = without_site(_squeezed(title), sites)
        if len(cut) >= _LEAST_TITLE and cut not in sites:
            return cut
    return next((heading for heading in headings if len(heading) >= 2), full or None)


def without_site(title: str, sites: set[str] | None = None) -> str:
    """`桥通车了_新闻频道_江州网` is `桥通车了`; a dash inside a headline stays."""
    if match := _PAPERS_SITE.match(title):
        title = title[match.end() :]
    parts = _BORDER.split(title)
    if len(parts) < 2:
        return title
    marks = _BORDER.findall(title)
    kept = len(parts)
    while kept > 1 and _is_site(parts[kept - 1], marks[kept - 2], sites or set()):
        kept -= 1
    end = len(title)
    for part, mark in zip(parts[:kept:-1], marks[: kept - 1 : -1], strict=False):
        end -= len(part) + len(mark)
    if kept < len(parts):
        end -= len(parts[kept]) + len(marks[kept - 1])
    return title[:end].strip()


def _is_site(part: str, mark: str, sites: set[str]) -> bool:
    if part in sites or not part:
        return True
    sure = mark.strip() in {"_", "|", "｜", "__", "--", "»", "›"}
    return len(part) <= 20 and (sure or _SITE.search(part) is not None)


def page_credits(lines: Sequence[str]) -> dict[str, str]:
    """What short lines say of source and author: `来源：某某日报　作者：某某`."""
    said: dict[str, str] = {}
    for line in lines:
        if len(line) <= _LONGEST_CREDITS:
            for key, value in _CREDIT.findall(line):
                value = value.strip("《》")  # noqa: PLW2901
                if not _NO_NAME.match(value):
                    said.setdefault(_CREDITED[key], value)
    return said


def page_authors(tree: HtmlElement, said: Sequence[dict[str, Any]]) -> list[str]:
    """Who wrote it, as the page's head says; the site itself is nobody."""
    names = [value for value in _meta(tree, _AUTHOR_META) if "://" not in value]
    for item in said:
        given = item.get("author")
        for author in given if isinstance(given, list) else [given]:
            name = author.get("name") if isinstance(author, dict) else author
            if isinstance(name, str):
                names.append(name)
    full = next((t.text_content() for t in tree.iter("title")), "")
    site = full[len(without_site(_squeezed(full))) :]
    for name in map(_squeezed, names):
        nobody = _NO_NAME.match(name) or _NO_PERSON.search(name) or name in site
        if _NAME.fullmatch(name) and not nobody:
            return [name]
    return []


def page_source(tree: HtmlElement) -> str | None:
    """The newspaper or body that the page's head names as its source."""
    return next(
        (_squeezed(value) for value in _meta(tree, _SOURCE_META) if "://" not in value), None
    )


def _objects(value: Any) -> Iterator[dict[str, Any]]:
    if isinstance(value, list):
        for item in value:
            yield from _objects(item)
    elif isinstance(value, dict):
        yield value
        yield from _objects(value.get("@graph", []))


def _headlines(said: Sequence[dict[str, Any]]) -> list[str]:
    values = (item.get(key) for item in said for key in ("headline", "title"))
    return [value for value in values if isinstance(value, str)]


def _meta(tree: HtmlElement, names: tuple[str, ...]) -> list[str]:
    """Values of the head's entries of these names, in the order of the names."""
    found: list[str] = []
    metas = list(tree.iter("meta"))
    for name in names:
        for meta in metas:
            own = (meta.get("name") or meta.get("property") or "").lower()
            content = meta.get("content") or ""
            if own == name and content.strip():
                found.append(content.strip())
    return found


def _headings(tree: HtmlElement) -> list[str]:
    texts = [
        _squeezed(element.text_content()) for tag in _HEADING_TAGS for element in tree.iter(tag)
    ]
    return [text for text in texts if text and len(text) <= _MOST_TITLE]


def _begins(title: str, heading: str) -> bool:
    """Whether a title is the heading, or the heading and then a border."""
    title = _squeezed(title)
    if not title.startswith(heading):
        return False
    rest = title[len(heading) :]
    return not rest or re.match(r"\s*[_|｜\-–—－·»›:：.…]|\s", rest) is not None


def _ends(title: str, line: str) -> bool:
    """Whether a title is the line behind the name of a site."""
    title = _squeezed(title)
    return (
        title.endswith(line) and re.search(r"(?:[_|｜·»›]|--)\s*$", title[: -len(line)]) is not None
    )


def _squeezed(text: str) -> str:
    return " ".join(text.split())
