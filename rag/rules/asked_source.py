"""A newspaper that a question names as its source, and that the library does not have.

Where the library has it, the question is restricted to it before anything is searched.
"""

from __future__ import annotations

import re

from rag.evidence.scorer import Assessment, Evidence
from rag.language.text import fold
from rag.question.understanding import ParsedQuestion
from rag.rules.near_miss import NearMiss, without

_NAME = '[^,，。《》“”"的]{1,12}'
_SOURCE = re.compile(
    rf"(?:根据|依据|按照|据|在|从|^)(?:《(?P<marked>{_NAME})》|(?P<bare>{_NAME}?(?:[日晚晨早周时商快]报|都市报|青年报|周刊)))"
    r"(?:的|上|里|中|第[^版]{1,3}版)*(?:报道|消息|文章|刊登|登|写道|介绍|显示|披露|[说称讲]|,|，)"
)
_MEDIUM = re.compile("(?:报|周刊|杂志|新闻网?|电视台|广播)$")


def without_other_sources(
    question: ParsedQuestion, assessment: Assessment
) -> tuple[Assessment, NearMiss | None]:
    """The evidence of the newspaper that is named, or that names it; all if none is named.

    Gives also the near miss that seemed likeliest, if it was the best of all.
    """
    named = asked_source(question.searched)
    if named is None:
        return assessment, None
    return without(assessment, [_elsewhere(named, e) for e in assessment.evidence])


def asked_source(text: str) -> str | None:
    """The medium that a folded question names as its source."""
    match = _SOURCE.search(text)
    name = match and (match["marked"] or match["bare"])
    return name if name and _MEDIUM.search(name) else None


def _elsewhere(named: str, evidence: Evidence) -> NearMiss | None:
    article = evidence.candidate.hit.stored.article
    if named in fold(f"{article.newspaper or ''}\n{article.title}\n{article.text}"):
        return None
    return NearMiss(evidence, f"《{named}》", f"《{article.newspaper or article.title}》")
