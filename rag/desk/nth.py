"""`第二篇讲了什么` after a list: which of the articles just shown is meant."""

from __future__ import annotations

import re

from rag.data_model.answers import Answer
from rag.language.numerals import NUMERAL, number_of
from rag.language.text import fold
from rag.question.understanding import without_end_marks

_NTH = re.compile(
    rf"(?:第(?P<n>{NUMERAL})|倒数第(?P<back>{NUMERAL})|(?:倒数|最后)的?[那这]?一?)(?P<piece>[篇条则个])"
    "(?:文章|报道|新闻|消息|稿件|稿子)?"
)
THIS = "这篇"
_OPENS = re.compile("^(?:那么?|还有|至于|再看)?[,，]?")
_ALONE = re.compile(f"^{THIS}(?:呢|的?内容|怎么说|说说|看看)?$")

_OF_IT = re.compile(
    f"^{THIS}(?:的|是|呢|里|中|在|由|讲|说|写|提|登|发|有|谁|什么|哪|多|几|共)"
    "(?!.*(?:[篇《]|文章|报道|新闻|稿))"
)
"""Nothing else is named that may be an article."""
_IT = re.compile("^它(?=(?:的作者)?(?:是|由)?(?:谁|哪|什么|何时|作者)|的作者|(?:刊|登|发表|写))")
_OF_NOTHING = re.compile(
    rf"^第{NUMERAL}(?:[条个项点]呢|[条个项点](?!呢)[\u4e00-\u9fff]{{2}}是(?:什么|啥|哪个))$"
)
_COUNTED = re.compile("第|哪[些几]|几[条个项点]|[二两三四五六七八九十\\d][大条个项点]|分别|各")


def asks_of_it(rest: str) -> bool:
    """Whether what `nth_in` left is a question to that article: `这篇是谁写的`."""
    return _OF_IT.match(rest) is not None


def leans_on_it(message: str) -> bool:
    """Whether a message asks of 它."""
    return _OPENS.sub("", fold(message).strip()).startswith("它")


def of_it(message: str) -> str:
    """`它是谁写的` with 这篇文章 for 它; empty where it may be what the article is about."""
    bare = _OPENS.sub("", without_end_marks(" ".join(fold(message).split())))
    return f"{THIS}文章{bare[1:]}" if _IT.match(bare) else ""


def is_of_nothing(message: str, before: str) -> bool:
    """Whether `第四个呢` and `第三条措施是什么` go on with nothing that was asked before."""
    bare = _OPENS.sub("", without_end_marks(" ".join(fold(message).split())))
    return _OF_NOTHING.match(bare) is not None and not _COUNTED.search(before)


def nth_in(message: str, *, listed: bool) -> tuple[int, str] | None:
    """The place that a message names, and the message with 这篇 in its stead; None for no place.

    Places count from 1, and from -1 at the end. 第二条 may be one of a law, and 第二个 anything:
    they are places only where a list was shown.

    Args:
        message: as typed.
        listed: whether a list was shown before.
    """
    bare = _OPENS.sub("", without_end_marks(" ".join(fold(message).split())))
    found = list(_NTH.finditer(bare))
    if len(found) != 1 or (found[0]["piece"] != "篇" and not listed):
        return None
    match = found[0]
    numeral = match["n"] or match["back"] or "1"
    place = number_of(numeral)
    if not place:
        return None
    rest = f"{bare[: match.start()]}{THIS}{bare[match.end() :]}"
    rest = rest.removesuffix("呢") if rest[:-1] != THIS else rest
    if _ALONE.match(rest):
        rest = f"{THIS}讲了什么"
    return (place if match["n"] else -place), rest


def article_at(place: int, shown: Answer) -> str | None:
    """The id of the article at a place of a list, in the order in which its lines stand."""
    article_of = {citation.n: citation.article_id for citation in shown.citations}
    groups = shown.overview.groups if shown.overview else ()
    ids = [article_of[n] for group in groups for n in group.citations]
    at = place - 1 if place > 0 else len(ids) + place
    return ids[at] if 0 <= at < len(ids) else None
