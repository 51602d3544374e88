"""The program's own words, from `templates/answers.toml`.

`render_answer` and `render_refusal` are pure: the same statements and citations always give the
same text, so `verify` can say that an answer has no word that is neither quoted nor a template's.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Sequence
from functools import cache
from pathlib import Path

from rag.data_model.answers import (
    Bridged,
    Certainty,
    Citation,
    Mismatch,
    RefusalReason,
    Slip,
    Statement,
)
from rag.data_model.documents import day_of

_DATA = Path(__file__).parents[1] / "templates" / "answers.toml"
_TEMPLATES = {
    (False, False, False): "plain",
    (False, False, True): "again",
    (False, True, False): "speaker",
    (False, True, True): "speaker_again",
    (True, False, False): "further",
    (True, False, True): "further_again",
    (True, True, False): "further_speaker",
    (True, True, True): "further_speaker_again",
}
"""By: a further place, a speaker's words, the same source as before."""


def render_answer(
    statements: Sequence[Statement],
    citations: Sequence[Citation],
    question_type: str | None,
    short_answer: str | None,
    certainty: Certainty | None = None,
) -> str:
    """The answer as one text: a lead, then a line for each statement."""
    by_number = {citation.n: citation for citation in citations}
    lead = lead_of(question_type, short_answer, certainty, len(statements))
    lines = [lead] if lead else []
    if short_answer:
        lines.append(template("lead", "short").format(short_answer=short_answer))
    before: Citation | None = None
    for statement in statements:
        first = by_number[statement.citations[0]]
        lines.append(_line(statement, first, before))
        before = first
    return "\n".join(lines)


def lead_of(
    question_type: str | None, short_answer: str | None, certainty: Certainty | None, count: int
) -> str:
    """What stands over an answer's quotes: a doubt, or what they are; empty for neither."""
    if certainty == "unsure":
        return template("lead", "unsure")
    named = count > 1 and not short_answer and question_type in _templates()["lead"]
    return template("lead", str(question_type)) if named else ""


def render_refusal(
    reason: RefusalReason,
    missing_words: Sequence[str],
    question_type: str | None,
    *,
    mismatch: Mismatch | None = None,
    found: bool = True,
    filtered: bool = False,
    further: bool = False,
) -> str:
    """Why there is no answer.

    Args:
        reason: of the refusal.
        missing_words: of the question, that no passage holds.
        question_type: what kind of answer was wanted.
        mismatch: what the nearest passage tells of instead.
        found: whether any passage came near.
        filtered: whether only some of the articles could answer.
        further: whether only what had not been quoted yet would do.
    """
    if further:
        return template("refusal", "nothing_further")
    if reason == "nothing_relevant" and not (found or missing_words):
        return template("refusal", "empty_selection" if filtered else "empty_library")
    form = _templates()["form"].get(question_type or "", "内容")
    if mismatch:
        text = template("refusal", "mismatch").format(asked=mismatch.asked, told=mismatch.told)
    else:
        text = template("refusal", reason).format(form=form)
    if missing_words:
        text += template("refusal", "missing_words").format(words="、".join(missing_words))
    return text


def correction_note(corrections: Sequence[Slip]) -> str:
    """`按“青石湾”查找`: which words were searched for in the place of slips; empty for none."""
    words = _quoted(slip.searched for slip in corrections)
    return template("note", "corrected").format(words=words) if words else ""


def typed_words(corrections: Sequence[Slip]) -> str:
    """`“青石弯”`: what was typed where other words were searched for."""
    return _quoted(slip.typed for slip in corrections)


def sound_note(bridged: Sequence[Bridged]) -> str:
    """`名字按读音查找：“张伟”`: what names in another language were taken for; empty for none."""
    sounding = (word for one in bridged if one.by == "sound" for word in one.searched)
    words = _quoted(word.replace(" ", "") for word in sounding)
    return template("note", "sounding").format(words=words) if words else ""


def noting(corrections: Sequence[Slip], text: str) -> str:
    """An answer's text under a line that says what was corrected, if anything was."""
    note = correction_note(corrections)
    return f"{note}。\n{text}" if note else text


def source_label(citation: Citation) -> str:
    """《报名》 date 第N版 《标题》, as far as they are known."""
    parts = []
    if citation.newspaper:
        parts.append(template("source", "newspaper").format(newspaper=citation.newspaper))
    if citation.date:
        parts.append(day_label(citation.date))
    if citation.page:
        parts.append(template("source", "page").format(page=citation.page))
    name = "untitled" if citation.title_inferred else "title"
    parts.append(template("source", name).format(title=citation.title))
    return "".join(parts)


def _line(statement: Statement, first: Citation, before: Citation | None) -> str:
    again = (
        before is not None
        and before.article_id == first.article_id
        and before.speaker == first.speaker
    )
    further = before is not None and first.why is not None and first.why.chosen == "further"
    name = _TEMPLATES[further, bool(first.speaker), again]
    line = template("quote", name).format(
        source=source_label(first),
        speaker=speaker_label(first),
        statement=statement.text,
        marks="".join(f"[{n}]" for n in statement.citations),
    )
    return line if again else line + reprints_label(first)


def reprints_label(citation: Citation) -> str:
    """How many other articles have the same; empty for none."""
    count = len(citation.reprints)
    return template("quote", "reprints").format(count=count) if count else ""


def speaker_label(citation: Citation) -> str:
    """The speaker's name, with the post that the page gives."""
    if citation.speaker and citation.speaker_title:
        return f"{citation.speaker}（{citation.speaker_title}）"
    return citation.speaker or ""


def _quoted(words: Iterable[str]) -> str:
    return "、".join(template("note", "word").format(word=word) for word in words)


def day_label(iso: str) -> str:
    """`2024年3月5日`; what is no ISO date stays as the page gave it."""
    known = day_of(iso)
    if known is None:
        return iso
    year, month, day = known
    return template("source", "date").format(year=year, month=month, day=day)


def template(section: str, name: str) -> str:
    """The program's words of that name."""
    return _templates()[section][name]


@cache
def _templates() -> dict[str, dict[str, str]]:
    return tomllib.loads(_DATA.read_text(encoding="utf-8"))
