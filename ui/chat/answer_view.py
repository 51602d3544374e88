"""An answer or a refusal as HTML, in parts that can be shown as they come."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import cycle
from typing import Literal

from rag.data_model.answers import Answer, Citation, Filters, Refusal
from rag.errors import YoujuError
from rag.wording.choosing import choice_note
from rag.wording.phrases import correction_note, sound_note, template, typed_words
from rag.wording.several import answers_apart, heading, not_told, quoted_before
from ui.chat.escaping import attribute, escaped, escaped_json, quoted
from ui.chat.overview_view import overview_html
from ui.chat.suggestion_view import leads_html, suggestion_html
from ui.chat.target import Target
from ui.language import _, in_chinese, message
from ui.language.errors import shown
from ui.references import completed_question, reference_text
from ui.reply import lead_over, plain_text, short_label

_MANY_REFERENCES = 5
_SHORT = {"简答": message("简答"), "可能是": message("可能是")}


@dataclass(frozen=True, slots=True)
class Part:
    """A piece of a reply and where it goes: before the card, into it or after it."""

    place: Literal["before", "card", "after"]
    html: str


def card_class(answer: Answer) -> str:
    """Answers, unsure answers, refusals and our own words look different."""
    if answer.refusal is not None:
        return "yj-refusal"
    if answer.talk:
        return "yj-own-words"
    return "yj-answer yj-unsure" if answer.certainty == "unsure" else "yj-answer"


def parts(answer: Answer, filters: Filters | None = None) -> Iterator[Part]:
    """The pieces in the order in which they are read."""
    if completed := completed_question(answer):
        yield Part("before", _completed(completed))
    if answer.corrections:
        yield Part("before", _corrected(answer))
    if sounding := sound_note(answer.bridged):
        yield Part(
            "before", f'<p class="yj-searched"{in_chinese()}><span>{escaped(sounding)}</span></p>'
        )
    if filters is not None and not filters.empty:
        yield Part(
            "before",
            f'<p class="yj-searched"><span class="yj-tag">{_("只在筛选范围内找")}</span></p>',
        )
    if answer.refusal is not None:
        yield from _refusal(answer.refusal)
    elif answer.talk:
        yield from _talk(answer)
    elif answer.overview:
        for html in overview_html(answer, answer.overview):
            yield Part("card", html)
    elif answer.sub_questions:
        yield from _several(answer)
        yield Part("card", _references(answer.citations))
    else:
        yield from _statements(answer)
        yield Part("card", _references(answer.citations))
    yield Part("after", _actions(answer))


def answer_html(answer: Answer) -> str:
    """All parts put together."""
    pieces = list(parts(answer))
    before, card, after = (
        "".join(piece.html for piece in pieces if piece.place == place)
        for place in ("before", "card", "after")
    )
    return f'{before}<div class="yj-card {card_class(answer)}">{card}</div>{after}'


def error_html(error: YoujuError) -> str:
    """What went wrong and what to do next."""
    said, hint = shown(error)
    return (
        '<div class="yj-card yj-error" role="alert">'
        f"<p><strong>{escaped(said)}</strong></p>"
        f'<p>{escaped(hint)} <span class="yj-code">{escaped(error.code)}</span></p></div>'
    )


def _talk(answer: Answer) -> Iterator[Part]:
    """Our own words, and questions to press."""
    yield Part(
        "card",
        f'<p class="yj-own"{in_chinese()}>{escaped(template("help", answer.talk or ""))}</p>',
    )
    if answer.suggestions:
        yield Part("card", suggestion_html(answer.suggestions))


def _several(answer: Answer) -> Iterator[Part]:
    """Each question as a heading over its own answer."""
    for n, (sub, own) in enumerate(answers_apart(answer), start=1):
        yield Part("card", f'<h3 class="yj-sub"{in_chinese()}>{escaped(heading(n, sub))}</h3>')
        if sub.status == "refused":
            yield Part("card", f'<p class="yj-untold"{in_chinese()}>{escaped(not_told(sub))}</p>')
            continue
        yield from _statements(own)
        if before := quoted_before(answer, sub, own):
            yield Part("card", f'<p class="yj-before"{in_chinese()}>{escaped(before)}</p>')


def _statements(answer: Answer) -> Iterator[Part]:
    by_number = {citation.n: citation for citation in answer.citations}
    unsure = answer.certainty == "unsure"
    if lead := lead_over(answer):
        tone = "yj-doubt" if unsure else "yj-lead"
        yield Part("card", f'<p class="{tone}"{in_chinese()}>{escaped(lead)}</p>')
    if answer.short_answer:
        short, label = quoted(answer.short_answer), _(_SHORT[short_label(answer)])
        yield Part("card", f'<p class="yj-short"><span class="yj-label">{label}</span>{short}</p>')
    speaker = None
    for statement in answer.statements:
        cited = [by_number[n] for n in statement.citations if n in by_number]
        says = cited[0].speaker if cited else None
        if says and says != speaker:
            yield Part("card", _speaker(cited[0]))
        speaker = says
        if cited and cited[0].why and cited[0].why.chosen == "further":
            yield Part("card", f'<p class="yj-label yj-further">{_("另一处可能相关的说法")}</p>')
        chips = "".join(map(_chip, cited))
        text = quoted(statement.text)
        yield Part("card", f'<p class="yj-statement"><q{in_chinese()}>{text}</q>{chips}</p>')


def _speaker(citation: Citation) -> str:
    name = escaped(citation.speaker or "")
    title = escaped(citation.speaker_title or "")
    return f'<p class="yj-says"{in_chinese()}>{name}<span class="yj-label">{title}</span></p>'


def _chip(citation: Citation) -> str:
    label = _("看第{}条引文的出处：{}", citation.n, reference_text(citation))
    return (
        f'<button type="button" class="yj-chip" data-cite="{_target(citation)}"'
        f' aria-label="{escaped(label)}" title="{escaped(reference_text(citation))}">'
        f"[{citation.n}]</button>"
    )


def _references(citations: tuple[Citation, ...]) -> str:
    items = "".join(
        f'<li><button type="button" class="yj-reference" data-cite="{_target(citation)}">'
        f'<span class="yj-number">[{citation.n}]</span>'
        f"<span{in_chinese()}>{escaped(reference_text(citation))}</span></button></li>"
        for citation in citations
    )
    if len(citations) <= _MANY_REFERENCES:
        return f'<ol class="yj-references" aria-label="{_("出处")}">{items}</ol>'
    return (
        f'<details class="yj-references"><summary>{_("出处 {} 处", len(citations))}</summary>'
        f'<ol aria-label="{_("出处")}">{items}</ol></details>'
    )


def _refusal(refusal: Refusal) -> Iterator[Part]:
    verdict = _("这里做不了") if refusal.task else _("没有找到依据")
    yield Part(
        "card",
        f'<p class="yj-verdict"><span class="yj-sign" aria-hidden="true"></span>{verdict}</p>'
        f'<p class="yj-why"{in_chinese()}>{escaped(refusal.message)}</p>',
    )
    if refusal.nearest:
        yield Part("card", _nearest(refusal))
    if refusal.leads:
        yield Part("card", leads_html(refusal.leads))


def _nearest(refusal: Refusal) -> str:
    nearest = "".join(
        f'<li><button type="button" class="yj-near" data-cite="{_target(citation)}">'
        f"<q{in_chinese()}>{_emphasised(citation)}</q>"
        f'<span class="yj-from"{in_chinese()}>'
        f"{escaped(reference_text(citation))}</span></button></li>"
        for citation in refusal.nearest
    )
    label = f'<p class="yj-label">{_("最接近的段落，仅供查找，不是答案")}</p>'
    return f'{label}<ul class="yj-nearest">{nearest}</ul>'


def _emphasised(citation: Citation) -> str:
    """The quote, with the question's words in bold; single characters say too little."""
    words = sorted((w for w in citation.matched_words if len(w) > 1), key=len, reverse=True)
    if not words:
        return quoted(citation.quote)
    pieces = re.split(f"({'|'.join(map(re.escape, words))})", citation.quote)
    return "".join(
        f"<b>{quoted(piece)}</b>" if odd else quoted(piece)
        for piece, odd in zip(pieces, cycle((False, True)), strict=False)
        if piece
    )


def _completed(searched: str) -> str:
    """What was searched in place of a question that leans on earlier ones, to be changed."""
    question = escaped(searched)
    return (
        f'<p class="yj-searched"><span class="yj-tag">{_("按上文补全为")}</span>'
        f"<span{in_chinese()}>{question}</span>"
        f'<button type="button" class="yj-link" data-edit="{question}">{_("修改")}</button></p>'
    )


def _corrected(answer: Answer) -> str:
    """Which words were searched for in place of slips, to be undone."""
    return (
        f'<p class="yj-searched"><span{in_chinese()}>'
        f"{escaped(correction_note(answer.corrections))}</span>"
        f'<button type="button" class="yj-link" data-exact>'
        f"{_('仍按{}查找', escaped(typed_words(answer.corrections)))}</button></p>"
    )


_FACTS = message(
    "把握是模型估计的、答对的可能。文章库每导入、移除、更正一次，算更新一次；"
    "次数、模型、设置都相同，答案就相同。"
)


def _actions(answer: Answer) -> str:
    total = answer.timings_ms.get("total")
    facts = [_("把握 {:.0%}", answer.confidence)] if answer.statements else []
    if total is not None:
        facts.append(_("{:.1f} 秒", total / 1000) if total >= 1000 else _("{:.0f} 毫秒", total))
    facts.append(_("文章库更新过 {} 次", answer.receipt.generation))
    if note := choice_note(answer.receipt):
        facts.append(note)
    title = _("{}模型 {}，设置 {}。", _(_FACTS), answer.receipt.model, answer.receipt.settings)
    copy_label = _("复制回答和出处") if answer.answered else _("复制")
    return (
        '<div class="yj-actions">'
        f'<button type="button" class="yj-icon" data-copy="{attribute(plain_text(answer))}"'
        f' aria-label="{copy_label}" title="{copy_label}"><i class="yj-i yj-i-copy"></i></button>'
        f'<button type="button" class="yj-icon" data-share aria-label="{_("分享这个回答")}"'
        f' title="{_("分享这个回答")}"><i class="yj-i yj-i-share"></i></button>'
        '<button type="button" class="yj-icon" data-rate="up" aria-pressed="false"'
        f' aria-label="{_("答得好")}" title="{_("答得好")}"><i class="yj-i yj-i-up"></i></button>'
        '<button type="button" class="yj-icon" data-rate="down" aria-pressed="false"'
        f' aria-label="{_("答得不好")}" title="{_("答得不好")}'
        '"><i class="yj-i yj-i-down"></i></button>'
        f'<span class="yj-receipt" title="{escaped(title)}">{escaped(" · ".join(facts))}</span>'
        "</div>"
    )


def _target(citation: Citation) -> str:
    return escaped_json(Target.of(citation))
