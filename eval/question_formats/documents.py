"""Documents and judgements, for forms that judge documents where a question set has evidence."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from eval.measures.containment import holds_evidence, loose
from eval.question_formats.loss import Losses
from eval.question_sets import EvalQuestion


@dataclass(frozen=True, slots=True)
class Document:
    """A text that is judged."""

    id: str
    title: str
    text: str


@dataclass
class Judgements:
    """Documents by id, and the grades of those that are relevant to each question."""

    documents: dict[str, Document] = field(default_factory=dict)
    grades: dict[str, dict[str, int]] = field(default_factory=dict)


def judgements(
    questions: Sequence[EvalQuestion], given: Iterable[Document], losses: Losses
) -> Judgements:
    """What is relevant to each question.

    That is what the set says; else the given documents that hold evidence of it; else each piece of
    evidence, as a document of its own.
    """
    made = Judgements({document.id: document for document in given})
    texts = {document.id: loose(document.text) for document in made.documents.values()}
    for question in questions:
        losses.note("history", bool(question.history))
        losses.note("forbidden", bool(question.forbidden))
        losses.note("filters", not question.filters.empty)
        losses.note("answers", bool(question.answers))
        losses.note("type", bool(question.type))
        losses.note("answerable", question.answerable is False)
        made.grades[question.id] = dict(question.relevant) or _found(question, texts, made)
    return made


def _found(question: EvalQuestion, texts: Mapping[str, str], made: Judgements) -> dict[str, int]:
    grades: dict[str, int] = {}
    for evidence in question.evidence:
        holding = [key for key, text in texts.items() if holds_evidence(text, evidence)]
        if not holding:
            key = f"e-{hashlib.sha256(evidence.encode()).hexdigest()[:12]}"
            made.documents[key] = Document(key, "", evidence)
            holding = [key]
        grades |= dict.fromkeys(holding, 1)
    return grades
