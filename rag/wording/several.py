"""The text of an answer to several questions: each under its own words, and what is not told."""

from __future__ import annotations

from collections.abc import Iterator

from rag.data_model.answers import Answer, SubQuestion
from rag.wording.phrases import render_answer, template


def answers_apart(answer: Answer) -> Iterator[tuple[SubQuestion, Answer]]:
    """Each question with an answer of its own, which has only what was not quoted before it."""
    shown: set[tuple[int, ...]] = set()
    for sub in answer.sub_questions:
        own = [answer.statements[n] for n in sub.statements]
        new = tuple(statement for statement in own if statement.citations not in shown)
        shown.update(statement.citations for statement in new)
        yield (
            sub,
            answer.model_copy(
                update={
                    "question": sub.question,
                    "searched_question": sub.searched_question,
                    "question_type": sub.question_type,
                    "short_answer": sub.short_answer,
                    "statements": new,
                    "confidence": sub.confidence,
                    "certainty": sub.certainty,
                    "corrections": (),
                    "sub_questions": (),
                }
            ),
        )


def heading(n: int, sub: SubQuestion) -> str:
    """`1. 大桥多长`; `n` counts from 1."""
    return template("several", "heading").format(n=n, question=sub.question)


def not_told(sub: SubQuestion) -> str:
    """Why a question has no answer."""
    if sub.mismatch:
        told, asked = sub.mismatch.told, sub.mismatch.asked
        return template("several", "mismatch").format(told=told, asked=asked)
    text = template("several", "not_told")
    if sub.missing_words:
        text += template("refusal", "missing_words").format(words="、".join(sub.missing_words))
    return text


def quoted_before(answer: Answer, sub: SubQuestion, own: Answer) -> str:
    """Where the quotes stand that an earlier question was answered with; empty for none."""
    said = [answer.statements[at] for at in sub.statements]
    numbers = dict.fromkeys(n for one in said if one not in own.statements for n in one.citations)
    if not numbers:
        return ""
    return template("several", "before").format(marks="".join(f"[{n}]" for n in numbers))


def several_lines(answer: Answer) -> Iterator[str]:
    """The whole text, a line each."""
    for n, (sub, own) in enumerate(answers_apart(answer), start=1):
        yield heading(n, sub)
        if sub.status == "refused":
            yield not_told(sub)
            continue
        text = render_answer(
            own.statements, answer.citations, sub.question_type, sub.short_answer, sub.certainty
        )
        if text:
            yield text
        if before := quoted_before(answer, sub, own):
            yield before
