"""Whether a sentence has what its question asks for: a time, a number, a name, a reason."""

from __future__ import annotations

from rag.evidence.forms import has_form
from rag.language.text import fold, names_in
from rag.question.question_types import QuestionType
from rag.question.understanding import ParsedQuestion


def lacks_form(question: ParsedQuestion, text: str) -> bool:
    """Whether a text holds no time, number, name or reason, where one is asked for."""
    if question.type is QuestionType.WHO:
        return all(name in question.searched for name in names_in(fold(text)))
    return has_form(question, text) is False
