"""The program's own words, from `templates/answers.toml`.

`render_answer` and `render_refusal` are pure: the same statements and citations always give the
same text, so `verify` can say that an answer has no word that is neither quoted nor a template's.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Sequence
from functools import cache
from pathlib import Path

from rag.answers import Bridged, Certainty, Citation, Mismatch, RefusalReason, Slip, Statement
from rag.documents import day_of

_DATA = Path(__file__).with_name("templates") / "answers.toml"
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
    lines = [_words("lead", "unsure")] if certainty == "unsure" else []
    if short_answer:
        lines.append(_words("lead", "short").format(short_answer=short_answer))
    elif not lines and len(statements) > 1 and question_type in _templates()["lead"]:
        lines.append(_words("lead", str(question_type)))
    before: Citation | None = None
    for statement in statements:
        first = by_number[statement.citations[0]]
        lines.append(_line(statement, first, before))
        before = first
    return "\n".join(lines)


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
        return _words("refusal", "nothing_further")
    if reason == "nothing_relevant" and not (found or missing_words):
        return _words("refusal", "empty_selection" if filtered else "empty_library")
    if mismatch:
        return _words("refusal", "mismatch").format(asked=mismatch.asked, told=mismatch.told)
    form = _templates()["form"].get(question_type or "", "内容")
    text = _words("refusal", reason).format(form=form)
    if missing_words:
        text += _words("refusal", "missing_words").format(words="、".join(missing_words))
    return text


def correction_note(corrections: Sequence[Slip]) -> str:
    """`按“青石湾”查找`: which words were searched for in the place of slips; empty for none."""
    words = _quoted(slip.searched for slip in corrections)
    return _words("note", "corrected").format(words=words) if words else ""


def typed_words(corrections: Sequence[Slip]) -> str:
    """`“青石弯”`: what was typed where other words were searched for."""
    return _quoted(slip.typed for slip in corrections)


def sound_note(bridged: Sequence[Bridged]) -> str:
    """`名字按读音查找：“张伟”`: what names in another language were taken for; empty for none."""
    sounding = (word for one in bridged if one.by == "sound" for word in one.searched)
    words = _quoted(word.replace(" ", "") for word in sounding)
    return _words("note", "sounding").format(words=words) if words else ""


def noting(corrections: Sequence[Slip], text: str) -> str:
    """An answer's text under a line that says what was corrected, if anything was."""
    note = correction_note(corrections)
    return f"{note}。\n{text}" if note else text


def source_label(citation: Citation) -> str:
    """《报名》 date 第N版 《标题》, as far as they are known."""
    parts = []
    if citation.newspaper:
        parts.append(_words("source", "newspaper").format(newspaper=citation.newspaper))
    if citation.date:
        parts.append(_date(citation.date))
    if citation.page:
        parts.append(_words("source", "page").format(page=citation.page))
    name = "untitled" if citation.title_inferred else "title"
    parts.append(_words("source", name).format(title=citation.title))
    return "".join(parts)


def _line(statement: Statement, first: Citation, before: Citation | None) -> str:
    again = (
        before is not None
        and before.article_id == first.article_id
        and before.speaker == first.speaker
    )
    further = before is not None and first.why is not None and first.why.chosen == "further"
    name = _TEMPLATES[further, bool(first.speaker), again]
    line = _words("quote", name).format(
        source=source_label(first),
        speaker=speaker_label(first),
        statement=statement.text,
        marks="".join(f"[{n}]" for n in statement.citations),
    )
    return line if again else line + reprints_label(first)


def reprints_label(citation: Citation) -> str:
    """How many other articles have the same; empty for none."""
    count = len(citation.reprints)
    return _words("quote", "reprints").format(count=count) if count else ""


def speaker_label(citation: Citation) -> str:
    """The speaker's name, with the post that the page gives."""
    if citation.speaker and citation.speaker_title:
        return f"{citation.speaker}（{citation.speaker_title}）"
    return citation.speaker or ""


def _quoted(words: Iterable[str]) -> str:
    return "、".join(_words("note", "word").format(word=word) for word in words)


def _date(iso: str) -> str:
    known = day_of(iso)
    if known is None:
        return iso
    year, month, day = known
    return _words("source", "date").format(year=year, month=month, day=day)


def _words(section: str, name: str) -> str:
    return _templates()[section][name]


@cache
def _templates() -> dict[str, dict[str, str]]:
    return tomllib.loads(_DATA.read_text(encoding="utf-8"))
