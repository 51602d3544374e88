"""A sentence that asks, or invites to speak, is no answer: what follows it is."""

from __future__ import annotations

import re
from dataclasses import replace

from rag.data_model.documents import Article
from rag.evidence.scorer import Assessment, Evidence
from rag.language.names import is_asker

_INVITES = re.compile(
    r"(?:请|邀请|约请)(?![来到进])[^，。；：]{1,24}?(?:谈|说|聊|讲|解答|解读|分析|支招|把脉|建言|介绍|探讨|讨论)"
    r"(?:[一了]?[谈说聊讲下]|看法|意见|建议|想法|体会|[^，。；：]{0,8})[。！!]?$"
)
_DOUBTS = re.compile("真|信|还是|是否|是不是|对[吗吧么]|谁|哪[一位个家]?[能会将可]|属实|可能")
"""What makes the question at a sentence's end one about what was said before it."""
_CLOSING = "”’」』）)\"' "


def asks(text: str) -> bool:
    """Whether a sentence ends with a question mark or an invitation, or says nothing at all."""
    bare = text.rstrip(_CLOSING)
    if bare.endswith(("?", "？")) or not any(map(str.isalnum, text)):
        return True
    return _INVITES.search(bare) is not None


def answers_follow(assessment: Assessment) -> Assessment:
    """Evidence that only asks, or that the interviewer says, gives its probability to what follows.

    `什么是X？某某解释，X是…` and an interviewer's question are nearer to a question than their
    answers are; quoting them would answer with the question itself. What tells something before it
    asks may answer: `主演某剧的某某，为什么不接受采访？`.
    """
    by_place = {evidence.place: evidence for evidence in assessment.evidence}
    raised: dict[tuple[int, int], float] = {}
    silent: set[tuple[int, int]] = set()
    starts = sorted(by_place)
    for at, place in enumerate(starts):
        evidence = by_place[place]
        article = evidence.candidate.hit.stored.article
        interviewer = _interviewer(evidence, article)
        if not interviewer and not _only_asks(evidence):
            continue
        silent.add(place)
        after = next((p for p in starts[at + 1 :] if not _asking(by_place[p])), None)
        if after and after[0] == place[0] and _next_to(evidence, by_place[after], interviewer):
            raised[after] = max(raised.get(after, 0.0), evidence.probability)
    if not silent:
        return assessment
    kept = [
        replace(e, probability=raised[place]) if raised.get(place, 0.0) > e.probability else e
        for place, e in by_place.items()
        if place not in silent
    ]
    return replace(assessment, evidence=tuple(sorted(kept, key=lambda e: -e.probability)))


def _asking(evidence: Evidence) -> bool:
    return _interviewer(evidence, evidence.candidate.hit.stored.article) or _only_asks(evidence)


def _only_asks(evidence: Evidence) -> bool:
    """Whether a sentence asks, and the answer that was read in it is not told before that."""
    text = evidence.text
    if not asks(text):
        return False
    bare = text.rstrip(_CLOSING)
    asking = max(text.rfind(mark, 0, len(bare)) for mark in "，；,;")
    if evidence.answer is None or not bare.endswith(("?", "？")):
        return True
    if _DOUBTS.search(text, asking + 1):
        return True
    return evidence.answer.end - evidence.sentence.start > asking


def _interviewer(evidence: Evidence, article: Article) -> bool:
    speaker = article.paragraphs[evidence.sentence.paragraph - 1].speaker
    return speaker is not None and is_asker(speaker, article)


def _next_to(asked: Evidence, answer: Evidence, interviewer: bool) -> bool:
    """Whether an answer stands where one is expected: in the paragraph, or in the next."""
    apart = answer.sentence.paragraph - asked.sentence.paragraph
    return apart <= (1 if interviewer else 0)
