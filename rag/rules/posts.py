"""Another rank than is asked, 副局长 for 局长, and a county's body for a city's.

The sentence must give the post in the rank that is asked; the body must be of the level that is
asked, unless the article names that one as well.
"""

from __future__ import annotations

import re

from rag.data_model.documents import Article
from rag.evidence.scorer import Assessment, Evidence
from rag.language.names import POST
from rag.language.text import fold
from rag.question.understanding import ParsedQuestion
from rag.rules.near_miss import NearMiss, without

_RANKED = re.compile(rf"(?P<rank>常务副|执行副|名誉|副|代|原|前)?(?P<post>{POST})")
_HEADS = re.compile("(?:长|主任|书记|经理|主席|总裁)$")
"""Posts that one person holds: another one is somebody else."""
_LEVEL = "[省市县区镇乡]"
_BODY = re.compile(
    rf"(?P<unit>{_LEVEL})(?P<body>[\u4e00-\u9fff]{{1,10}}?(?:局|委员会|委|办公室|厅|馆|院|中心|公司|中学|小学|医院))"
)


def without_other_posts(
    question: ParsedQuestion, assessment: Assessment
) -> tuple[Assessment, NearMiss | None]:
    """The evidence that tells of the rank and of the body that are asked.

    Gives also the near miss that seemed likeliest, if it was the best of all.
    """
    asked = _RANKED.search(question.searched)
    if asked is None:
        return assessment, None
    misses = [
        _other_body(question.searched, evidence) or _other_rank(asked, evidence)
        for evidence in assessment.evidence
    ]
    return without(assessment, misses)


def other_body(asked: str, text: str, article: Article) -> tuple[str, str] | None:
    """The body that a folded question names, and that of another level which a text has instead."""
    named = _BODY.search(asked)
    if named is None or named.group() in fold(f"{article.title}\n{article.text}"):
        return None
    told = re.search(f"{_LEVEL}{re.escape(named['body'])}", text)
    return (named.group(), told.group()) if told else None


def _other_body(asked: str, evidence: Evidence) -> NearMiss | None:
    article = evidence.candidate.hit.stored.article
    other = other_body(asked, fold(evidence.text), article)
    return NearMiss(evidence, *other) if other else None


def _other_rank(asked: re.Match[str], evidence: Evidence) -> NearMiss | None:
    told = list(_RANKED.finditer(fold(evidence.text)))
    same = [match for match in told if match["post"] == asked["post"]]
    if same:
        if any(_level(match["rank"]) == _level(asked["rank"]) for match in same):
            return None
        return NearMiss(evidence, asked.group(), same[0].group())
    if evidence.answer is None or not _HEADS.search(asked["post"]):
        return None
    at = evidence.answer.start - evidence.sentence.start
    before = next((match for match in told if match.end() == at), None)
    if before is None or not _HEADS.search(before["post"]):
        return None
    return NearMiss(evidence, asked.group(), before.group())


def _level(rank: str | None) -> str:
    """常务副 and 执行副 are 副, too; who was something is not who is."""
    return "副" if rank and rank.endswith("副") else rank or ""
