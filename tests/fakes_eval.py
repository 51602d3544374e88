"""Fakes of what `eval` talks to, and short ways to make its records."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from rag.data_model.answers import Answer, Citation, Question, Receipt, Refusal, Source, Statement
from rag.errors import QuestionTooLong

RECEIPT = Receipt(generation=3, model="fake", settings="abc")


def citation(n: int, quote: str, article_id: str = "A") -> Citation:
    """A citation with nothing in it but its quote."""
    source = Source(file="a.txt", sha256="0" * 64, spans=((0, len(quote)),))
    return Citation(
        n=n,
        article_id=article_id,
        title="题",
        paragraph=1,
        quote=quote,
        source=source,
        score=0.5,
    )


def answer(
    question: str, *quotes: str, short: str | None = None, ms: float = 1.0, **more: Any
) -> Answer:
    """An answer of these quotes."""
    citations = tuple(citation(n, quote) for n, quote in enumerate(quotes, start=1))
    return Answer(
        question=question,
        searched_question=question,
        status="answered",
        text="".join(f"{c.quote}[{c.n}]" for c in citations),
        short_answer=short,
        statements=tuple(Statement(text=c.quote, citations=(c.n,)) for c in citations),
        citations=citations,
        confidence=0.9,
        receipt=RECEIPT,
        timings_ms={"total": ms},
        **more,
    )


def refusal(question: str, *nearest: str, ms: float = 1.0, **more: Any) -> Answer:
    """A refusal with these nearest passages."""
    return Answer(
        question=question,
        searched_question=question,
        status="refused",
        text="没有找到。",
        confidence=0.1,
        refusal=Refusal(
            reason="not_stated",
            message="没有找到。",
            nearest=tuple(citation(n, quote) for n, quote in enumerate(nearest, start=1)),
        ),
        receipt=RECEIPT,
        timings_ms={"total": ms},
        **more,
    )


class ScriptedAsker:
    """Quotes what the script says, refuses what it does not name, and keeps a list of calls."""

    def __init__(self, script: Mapping[str, Sequence[str]], interrupt_at: int = 0) -> None:
        self.script = script
        self.interrupt_at = interrupt_at
        self.asked: list[Question] = []

    def ask(self, question: Question) -> Answer:
        """Answer by script; a question of more than 20 characters is bad input."""
        self.asked.append(question)
        if len(self.asked) == self.interrupt_at:
            raise KeyboardInterrupt
        if len(question.question) > 20:
            raise QuestionTooLong(length=len(question.question), limit=20)
        quotes = self.script.get(question.question)
        return answer(question.question, *quotes) if quotes else refusal(question.question)
