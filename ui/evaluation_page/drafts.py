"""Drafts as HTML: a card each, with its evidence and what can be done with it."""

from __future__ import annotations

import json
from collections.abc import Sequence
from urllib.parse import quote, urlencode

from eval.drafting.draft_store import Draft
from eval.question_checks import remarks
from eval.question_sets import EvalQuestion
from ui.chat.escaping import attribute, escaped
from ui.evaluation_page.rendering import type_name
from ui.language import _, message

_ORIGINS = {
    "template": message("从文中句子拟的"),
    "near_miss": message("只差一点，应当拒答"),
    "feedback": message("来自评价"),
}


def drafts_html(drafts: Sequence[Draft]) -> str:
    """All drafts, as list items; or that there are none."""
    if not drafts:
        return f'<p class="yj-label">{_("没有要看的草稿。按“再拟一些”，从文章里拟出问题来。")}</p>'
    return f'<ol class="yj-draft-list">{"".join(map(draft_html, drafts))}</ol>'


def draft_html(draft: Draft) -> str:
    """One draft; a rejected one is a line with a way back."""
    question = draft.question
    name = attribute(draft.id)
    if draft.state == "rejected":
        return (
            f'<li class="yj-draft yj-rejected" data-draft="{name}" data-state="rejected"'
            ' tabindex="0"><span class="yj-name">'
            f"{_('不要：{}', escaped(question.question))}</span>"
            f'<button type="button" class="yj-link" data-decide="open">{_("放回")}</button></li>'
        )
    return (
        f'<li class="yj-draft" data-draft="{name}" data-state="{draft.state}" tabindex="0"'
        f' data-fields="{attribute(json.dumps(_fields(question), ensure_ascii=False))}">'
        f'<p class="yj-draft-tags">{_tags(draft, question)}</p>'
        f'<p class="yj-asked-text">{escaped(question.question)}</p>'
        f"{_gold(question)}{_evidence(draft, question)}{_remarks(question)}"
        f'<div class="yj-row">{_actions(draft)}</div></li>'
    )


def _fields(question: EvalQuestion) -> dict[str, object]:
    """What the form shows: a group of answers a line, its aliases between bars."""
    return {
        "question": question.question,
        "answerable": question.answerable is not False,
        "answers": "\n".join("|".join(group) for group in question.answers),
        "evidence": "\n".join(question.evidence),
    }


def _tags(draft: Draft, question: EvalQuestion) -> str:
    origin = str(question.extra.get("draft", ""))
    tags = [
        ("yj-good", _("已收下")) if draft.state == "accepted" else None,
        ("", type_name(question.type)) if question.type else None,
        ("yj-wary" if origin == "near_miss" else "", _(_ORIGINS[origin]))
        if origin in _ORIGINS
        else None,
        ("", _("改过")) if draft.edited else None,
    ]
    return " ".join(
        f'<span class="yj-tag {tag[0]}">{escaped(tag[1])}</span>' for tag in tags if tag
    )


def _gold(question: EvalQuestion) -> str:
    if question.answerable is False:
        return f'<p class="yj-label">{_("应当拒答：文章里没有答案")}</p>'
    groups = "；".join(" / ".join(group) for group in question.answers)
    told = f"<b>{escaped(groups)}</b>" if groups else _("没有写，请改一改")
    return f'<p class="yj-draft-gold"><span class="yj-label">{_("答案")}</span> {told}</p>'


def _evidence(draft: Draft, question: EvalQuestion) -> str:
    quotes = "".join(f'<p class="yj-quote">{escaped(one)}</p>' for one in question.evidence)
    if not draft.spot or not question.evidence:
        return quotes
    spot = draft.spot
    marked = urlencode({"paragraph": spot.paragraph, "text": question.evidence[0][:200]})
    address = f"/evaluation/articles/{quote(spot.article_id, safe='')}?{marked}#here"
    return (
        f'{quotes}<p class="yj-label yj-from"><a class="yj-link" href="{escaped(address)}"'
        ' target="_blank" rel="noopener">'
        f"{_('《{}》第 {} 段', escaped(spot.title), spot.paragraph)}</a></p>"
    )


def _remarks(question: EvalQuestion) -> str:
    lines = "".join(f"<li>{escaped(one)}</li>" for one in remarks(question))
    return f'<ul class="yj-remarks">{lines}</ul>' if lines else ""


def _actions(draft: Draft) -> str:
    if draft.state == "accepted":
        first = f'<button type="button" class="yj-button" data-decide="open">{_("先不收")}</button>'
    else:
        first = (
            '<button type="button" class="yj-button yj-primary" data-decide="accepted">'
            f"{_('收下')}</button>"
        )
    return (
        f'{first}<button type="button" class="yj-button" data-edit>{_("改")}</button>'
        f'<button type="button" class="yj-button" data-decide="rejected">{_("不要")}</button>'
    )
