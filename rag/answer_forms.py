"""Whether a sentence has what its question asks for: a time, a number, a name, a reason."""

from __future__ import annotations

from rag.forms import has_form
from rag.question import Understood
from rag.question_types import QuestionType
from rag.text import fold, names_in


def lacks_form(question: Understood, text: str) -> bool:
    """Whether a text holds no time, number, name or reason, where one is asked for."""
    if question.type is QuestionType.WHO:
        return all(name in question.searched for name in names_in(fold(text)))
    return has_form(question, text) is False
