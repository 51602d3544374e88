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
_THIS = "这篇"
_OPENS = re.compile("^(?:那么?|还有|至于|再看)?[,，]?")
_ALONE = re.compile(f"^{_THIS}(?:呢|的?内容|怎么说|说说|看看)?$")


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
    rest = f"{bare[: match.start()]}{_THIS}{bare[match.end() :]}"
    rest = rest.removesuffix("呢") if rest[:-1] != _THIS else rest
    if _ALONE.match(rest):
        rest = f"{_THIS}讲了什么"
    return (place if match["n"] else -place), rest


def article_at(place: int, shown: Answer) -> str | None:
    """The id of the article at a place of a list, in the order in which its lines stand."""
    article_of = {citation.n: citation.article_id for citation in shown.citations}
    groups = shown.overview.groups if shown.overview else ()
    ids = [article_of[n] for group in groups for n in group.citations]
    at = place - 1 if place > 0 else len(ids) + place
    return ids[at] if 0 <= at < len(ids) else None
