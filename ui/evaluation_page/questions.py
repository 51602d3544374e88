"""A run's questions as HTML: the list to filter, and one with its answer side by side."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any
from urllib.parse import quote, urlencode

from eval.judging import Judged
from eval.measures.containment import shares_evidence
from eval.reports import FAULTS
from rag.data_model.answers import Answer, Citation
from rag.language.text import fold
from ui.chat.escaping import attribute, escaped
from ui.evaluation_page.rendering import type_name
from ui.language import _
from ui.references import reference_text

SHOWN = 300
_NOTHING_LOST: Mapping[str, Mapping[str, Any]] = {}


def questions_html(
    judged: Sequence[Judged],
    fault: str,
    kind: str,
    run_id: str = "",
    losses: Mapping[str, Mapping[str, Any]] = _NOTHING_LOST,
) -> str:
    """The filters and the questions that pass them.

    Args:
        judged: all questions.
        fault: one, `any`, or empty for all.
        kind: a type, or empty for all.
        run_id: the run that they are of.
        losses: where wrong answers were lost, by question id.
    """
    passing = [
        one
        for one in judged
        if (not kind or one.question.type == kind)
        and (not fault or (one.fault is not None if fault == "any" else one.fault == fault))
    ]
    rows = "".join(_row(one, run_id, losses.get(one.question.id, {})) for one in passing[:SHOWN])
    more = (
        f'<p class="yj-label">{_("只列出前 {} 题，共 {} 题。", SHOWN, len(passing))}</p>'
        if len(passing) > SHOWN
        else ""
    )
    listed = f'<ol class="yj-questions">{rows}</ol>{more}' if rows else _nothing(fault)
    return f'<div class="yj-filters yj-row">{_filters(judged, fault, kind)}</div>{listed}'


def question_html(one: Judged, lost: Mapping[str, Any] | None = None) -> str:
    """One question: what was expected on the left, what was said on the right.

    `lost`: where a wrong answer was lost, as the run's report has it.
    """
    question, answer = one.question, one.answer
    history = "".join(f"<li>{escaped(earlier)}</li>" for earlier in question.history)
    before = f'<h4>{_("前面问过")}</h4><ul class="yj-before">{history}</ul>' if history else ""
    return (
        f'<header class="yj-question-head"><p class="yj-label">{escaped(question.id)}'
        f" {_kind(question.type)} {_verdict(one)}</p>"
        f'<h3 tabindex="-1">{escaped(question.question)}</h3>'
        f'<button type="button" class="yj-icon yj-close" data-close aria-label="{_("关闭")}">'
        '<i class="yj-i yj-i-close"></i></button></header>'
        f'<div class="yj-sides"><section aria-label="{_("应答")}"><h4>{_("应答")}</h4>'
        f"{before}{_gold(one)}</section>"
        f'<section aria-label="{_("实答")}"><h4>{_("实答")}'
        f"</h4>{_said(one, answer)}</section></div>"
        f"{_lost(lost) if lost else ''}"
    )


def _lost(lost: Mapping[str, Any], level: int = 4) -> str:
    """The stage that lost it, a heading of `level`; what should have won and what did, scored."""
    rule = _("（{}）", escaped(_(lost["rule"]))) if lost.get("rule") else ""
    return (
        f'<h{level} class="yj-lost">{_("丢在哪一步")}'
        f' <span class="yj-tag yj-bad">{escaped(_(lost["label"]))}</span>{rule}</h{level}>'
        f'<div class="yj-sides">{_spots(lost)}</div>'
    )


def lost_html(one: Judged, lost: Mapping[str, Any]) -> str:
    """Over the passage that should have won: the question, and both with their scores."""
    return (
        f'<div class="yj-card yj-beaten"><h2>{escaped(one.question.question)}</h2>'
        f"{_lost(lost, 3)}</div>"
    )


def _spots(lost: Mapping[str, Any]) -> str:
    return "".join(
        f'<section aria-label="{name}"><h4>{name}</h4>{_spot(lost[key])}</section>'
        for key, name in (("gold", _("该引的")), ("chosen", _("实引的")))
        if lost.get(key)
    )


def _spot(spot: Mapping[str, Any]) -> str:
    chance, rank, score = spot.get("probability"), spot.get("rank"), spot.get("retrieval")
    told = [
        _("没有读到") if chance is None else _("把握 {:.1%}", chance),
        _("检索第 {} 位", rank) if rank else "",
        _("检索得分 {:.4f}", score) if score is not None else "",
    ]
    marked = urlencode({"paragraph": spot["paragraph"], "text": spot["text"][:200]})
    address = f"/evaluation/articles/{quote(spot['article_id'], safe='')}?{marked}#here"
    return (
        f'<p class="yj-label">{" · ".join(filter(None, told))}</p>'
        f'<p class="yj-quote">{escaped(spot["text"])}</p>'
        f'<p class="yj-label yj-from"><a class="yj-link" href="{escaped(address)}" target="_blank"'
        f' rel="noopener">'
        f"{_('《{}》第 {} 段', escaped(spot['title']), spot['paragraph'])}</a></p>"
    )


def _filters(judged: Sequence[Judged], fault: str, kind: str) -> str:
    faults = Counter(one.fault for one in judged if one.fault)
    kinds = Counter(one.question.type for one in judged if one.question.type)
    chips = [("", _("全部"), len(judged)), ("any", _("没答好"), faults.total())]
    chips += [(name, _(FAULTS[name]), count) for name, count in faults.most_common()]
    buttons = "".join(
        f'<button type="button" class="yj-filter" data-fault="{name}"'
        f' aria-pressed="{str(name == fault).lower()}">{escaped(label)} <b>{count}</b></button>'
        for name, label, count in chips
    )
    options = "".join(
        f'<option value="{attribute(name)}"{" selected" if name == kind else ""}>'
        f"{_('{}（{}）', escaped(type_name(name)), count)}</option>"
        for name, count in sorted(kinds.items())
    )
    select = (
        f'<label class="yj-unseen" for="yj-kind">{_("类型")}</label>'
        f'<select id="yj-kind" class="yj-field" data-kind><option value="">{_("各种类型")}</option>'
        f"{options}</select>"
    )
    return buttons + (select if kinds else "")


def _row(one: Judged, run_id: str, lost: Mapping[str, Any]) -> str:
    address = f"/evaluation/runs/{run_id}/passage?{urlencode({'id': one.question.id})}#here"
    should = (
        f'<a class="yj-link yj-should" href="{escaped(address)}" target="_blank" rel="noopener">'
        f"{_('该引的段落')}</a>"
        if lost.get("gold")
        else ""
    )
    stage = f'<span class="yj-tag">{escaped(_(lost["label"]))}</span>' if lost else ""
    return (
        f'<li><button type="button" class="yj-asked" data-question="{attribute(one.question.id)}">'
        f'<span class="yj-name">{escaped(one.question.question)}</span>'
        f"{_kind(one.question.type)}{stage}{_verdict(one)}</button>{should}</li>"
    )


def _nothing(fault: str) -> str:
    return f'<p class="yj-label">{_("没有这样的题。") if fault else _("这次评测还没有回答。")}</p>'


def _kind(kind: str) -> str:
    return f'<span class="yj-tag">{escaped(type_name(kind))}</span>' if kind else ""


def _verdict(one: Judged) -> str:
    if one.fault:
        return f'<span class="yj-tag yj-bad">{_(FAULTS[one.fault])}</span>'
    if one.correct is None:
        return f'<span class="yj-tag">{_("无标准答案")}</span>'
    return f'<span class="yj-tag yj-good">{_("拒得对") if one.refused else _("答对")}</span>'


def _gold(one: Judged) -> str:
    question = one.question
    if question.answerable is False:
        return f"<p>{_('应当拒答：文章里没有答案。')}</p>"
    groups = "".join(
        f"<li>{' / '.join(escaped(alias) for alias in group)}</li>" for group in question.answers
    )
    parts = [
        f'<p class="yj-label">{_("每一条都要答到")}</p><ul class="yj-gold">{groups}</ul>'
        if groups
        else "",
        _passages(_("证据"), question.evidence),
        _passages(_("不该出现"), question.forbidden),
    ]
    return "".join(parts) or f"<p>{_('这一题没有写标准答案。')}</p>"


def _passages(label: str, texts: Iterable[str]) -> str:
    quotes = "".join(f'<p class="yj-quote">{escaped(one)}</p>' for one in texts)
    return f'<p class="yj-label">{label}</p>{quotes}' if quotes else ""


def _said(one: Judged, answer: Answer | None) -> str:
    if answer is None:
        return f"<p>{_('没有回答。')}</p>"
    searched = (
        f'<p class="yj-label">{_("实际检索：{}", escaped(answer.searched_question))}</p>'
        if fold(answer.searched_question) != fold(one.question.question)
        else ""
    )
    sure = f'<p class="yj-label">{_("把握 {:.0%}", answer.confidence)}</p>'
    evidence = one.question.evidence
    if answer.refusal is not None:
        nearest = "".join(_citation(citation, evidence) for citation in answer.refusal.nearest)
        shown = f'<p class="yj-label">{_("最接近的段落")}</p>{nearest}' if nearest else ""
        return f"{searched}<p>{escaped(answer.refusal.message)}</p>{sure}{shown}"
    short = (
        (
            '<p class="yj-short"><span class="yj-label">'
            f"{_('简答')}</span> {escaped(answer.short_answer)}</p>"
        )
        if answer.short_answer
        else ""
    )
    quotes = "".join(_citation(citation, evidence) for citation in answer.citations)
    return f"{searched}{short}{quotes}{sure}"


def _citation(citation: Citation, evidence: Sequence[str]) -> str:
    mark = ""
    if evidence:
        found = shares_evidence(citation.quote, evidence)
        tone, word = ("yj-good", _("含证据")) if found else ("yj-bad", _("不含证据"))
        mark = f' <span class="yj-tag {tone}">{word}</span>'
    return (
        f'<p class="yj-quote">{escaped(citation.quote)}</p>'
        '<p class="yj-label yj-from">'
        f"〔{citation.n}〕{escaped(reference_text(citation))}{mark}</p>"
    )
