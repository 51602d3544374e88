"""Facts that a web page states around its article: day, source, editor, a table of its numbers."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING

from ingest.web.dates import day_of, is_about_page
from ingest.web.furniture import is_furniture_line
from ingest.web.main import stands_in
from ingest.web.tables import WebLine

if TYPE_CHECKING:
    from lxml.html import HtmlElement

_CREDIT = re.compile(
    r"(?:来源|來源|稿源|作者|撰文|撰稿|记者|記者|编辑|編輯|责编|責編|校对|审核|监制|供稿|摄影|发布机构"
    r"|更新)\s*[:：]"
)
_CREDIT_START = re.compile(
    rf"[\[【（(]?\s*(?:文章|信息|稿件|责任|責任|本文|执行)?{_CREDIT.pattern}\s*\S"
)
_PAIRS = re.compile(r"(?:^|\u3000)(?P<label>[\u4e00-\u9fff（）() ]{2,12})[:：\u3000]\s?(?=\S)")
_LONGEST = 120
_LONGEST_CREDIT = 60


def facts_around(
    everything: Sequence[WebLine],
    article: Sequence[WebLine],
    head: Sequence[WebLine],
    body: HtmlElement,
    title: str | None,
) -> tuple[list[WebLine], list[WebLine]]:
    """The lines of facts above the article's running text, and those below it.

    Args:
        everything: all visible lines.
        article: those of the article; its own rows are none of these.
        head: the lines above its running text.
        body: without its furniture, which states nothing of the article.
        title: the headline; a table above it is no part of the text.
    """
    own = {id(line) for line in article}
    headline = next((n for n, line in enumerate(head) if line.text.lstrip("# ") == title), 0)
    above = [
        line
        for n, line in enumerate(head)
        if _may_be(line, body)
        and (
            _tells_of_page(line.text)
            or (_is_of_form(line) and (n < headline or id(line) not in own))
        )
    ]
    last = next((n for n in range(len(everything) - 1, -1, -1) if id(everything[n]) in own), None)
    rest = everything[last + 1 :] if last is not None else ()
    below = [
        line
        for line in rest
        if _may_be(line, body)
        and len(line.text) <= _LONGEST_CREDIT
        and _CREDIT_START.match(line.text)
    ]
    return above, below


def _may_be(line: WebLine, body: HtmlElement) -> bool:
    linked = 2 * line.links >= len(line.text)
    return not linked and not is_furniture_line(line) and stands_in(line.owner, body)


def _tells_of_page(text: str) -> bool:
    """Whether it names a day or a person, more than how often the page was read."""
    return is_about_page(text) and bool(_CREDIT.search(text) or day_of(text))


def _is_of_form(line: WebLine) -> bool:
    """Whether it is a row of labels and values, as an official page's number and issuer are."""
    in_table = line.owner.tag in {"tr", "td"}
    return in_table and len(line.text) <= _LONGEST and _PAIRS.match(line.text) is not None
