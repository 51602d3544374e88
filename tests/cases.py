"""What rules and quotes work on, made of texts alone: parsed questions, weights, assessments."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from pages import article, candidate_of, stored

from rag.data_model.answers import Question
from rag.evidence.scorer import Assessment, Evidence
from rag.library.records import StoredArticle
from rag.question.question_types import QuestionType
from rag.question.term_weights import TermWeights
from rag.question.understanding import ParsedQuestion, understand


def parsed(question: str, kind: QuestionType | None = None) -> ParsedQuestion:
    """A question as it is understood, or as one of that kind."""
    made = understand(Question(question=question), 200)
    return made if kind is None else replace(made, type=kind)


def weights_of(question: ParsedQuestion) -> TermWeights:
    """Every word weighs the same."""
    return TermWeights(question, lambda _: 1, 10)


def source_of(held: StoredArticle) -> str:
    """The file of an article that `article` made."""
    return held.article.text


def assessed(
    *held: StoredArticle, likely: Mapping[str, float] | None = None, answerable: float = 0.9
) -> Assessment:
    """Every sentence, the likeliest first; `likely` says how likely those with a word are."""
    evidence = []
    for one in held:
        candidate = candidate_of(one)
        for n in range(len(candidate.hit.passage.sentences)):
            bare = Evidence(candidate, n, 0.01)
            chance = max((p for w, p in (likely or {}).items() if w in bare.text), default=0.01)
            evidence.append(Evidence(candidate, n, chance))
    return Assessment(tuple(sorted(evidence, key=lambda e: -e.probability)), answerable)


def texts(evidence: Sequence[Evidence]) -> list[str]:
    """The sentences."""
    return [one.text for one in evidence]


def news(text: str, key: int = 1, title: str = "标题") -> StoredArticle:
    """An article of a library, its paragraphs one a line."""
    return stored(article(*text.split("\n"), article_id=str(key), title=title), key)


def talk(*lines: str, key: int = 1, title: str = "标题") -> StoredArticle:
    """An interview: `姓名：…` is said by that name, `# …` a heading over what comes after it."""
    spoken = [line for line in lines if not line.startswith("# ")]
    plain = article(*spoken, article_id=str(key), title=title)
    made, section = [], None
    paragraphs = iter(plain.paragraphs)
    for line in lines:
        if line.startswith("# "):
            section = line[2:]
        else:
            name, colon, _ = line.partition("：")
            speaker = name if colon else None
            made.append(replace(next(paragraphs), section=section, speaker=speaker))
    return stored(replace(plain, paragraphs=tuple(made)), key)
