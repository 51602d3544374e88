"""The evaluation page's HTML: sets, runs, a run's figures. All outside text goes through `text`."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from eval.comparison import Comparison, Difference
from eval.diagnosis import STAGES
from eval.measures.catalogue import BY_TYPE, FIGURES
from eval.measures.ratio import Measure
from eval.measures.statistic import Figure
from eval.run_store import KeptRun, KeptSet
from eval.tables import as_read
from rag.errors import DataLineInvalid
from ui.chat.escaping import attribute, escaped
from ui.language import _, given, message
from ui.language.errors import shown as shown_error
from ui.language.errors import told

_TYPES = {
    "definition": message("定义"),
    "how_many": message("多少"),
    "when": message("何时"),
    "where": message("何处"),
    "who": message("何人"),
    "list": message("列举"),
    "why": message("为何"),
    "how": message("如何"),
    "yes_no": message("是否"),
    "comparison": message("比较"),
    "difference": message("异同"),
    "opinion": message("看法"),
    "speaker": message("谁说的"),
    "follow_up": message("追问"),
}
_STATES = {
    "finished": (message("已完成"), "yj-good"),
    "cancelled": (message("已停下"), "yj-wary"),
    "failed": (message("出错"), "yj-bad"),
    "running": (message("进行中"), ""),
}


def type_name(kind: str) -> str:
    """The Chinese name of a question type; a set's own names stay."""
    return _(_TYPES[kind]) if kind in _TYPES else kind


def sets_html(sets: Iterable[KeptSet], chosen: str) -> str:
    """The sets as radio buttons."""
    return "".join(
        f'<label class="yj-choice"><input type="radio" name="set" value="{attribute(one.id)}"'
        f"{' checked' if one.id == chosen else ''}>"
        f'<span class="yj-name">{escaped(given.shown(one.name))}</span>'
        f'<span class="yj-label">{_("{} 题", one.questions)}</span></label>'
        for one in sets
    )


def problems_html(problems: Sequence[DataLineInvalid], shown: int = 8) -> str:
    """Lines of a set that were left out."""
    if not problems:
        return ""
    lines = "".join(f"<li>{escaped(shown_error(problem)[0])}</li>" for problem in problems[:shown])
    more = f"<li>{_('……共 {} 处', len(problems))}</li>" if len(problems) > shown else ""
    return (
        '<div class="yj-notice" role="status"><p>'
        f"{_('有 {} 行用不了，已略过：', len(problems))}</p>"
        f"<ul>{lines}{more}</ul></div>"
    )


def runs_html(runs: Sequence[KeptRun], active: str | None) -> str:
    """The runs, latest first, as buttons."""
    if not runs:
        return f'<p class="yj-label">{_("还没有评测过。选一个问题集，按“开始评测”。")}</p>'
    return f'<ol class="yj-runs">{"".join(_run(run, active) for run in runs)}</ol>'


def run_html(
    run: KeptRun,
    report: Mapping[str, Any] | None,
    others: Sequence[KeptRun],
    files: Collection[str] = (),
    *,
    active: bool,
) -> str:
    """A run's head and figures; one that is under way is not to be resumed or removed.

    `files`: those of the run that people may take with them.
    """
    actions = "" if active else _actions(run, others, files, finished=report is not None)
    return (
        f'<header class="yj-run-head"><div><h2>{escaped(given.shown(run.title))}</h2>'
        f"{_told(run, report)}</div>"
        f'<div class="yj-row">{actions}</div></header>'
        f'{_failure(run)}<div class="yj-compared"></div>{_figures(report) if report else ""}'
    )


def comparison_html(comparison: Comparison, a: KeptRun, b: KeptRun) -> str:
    """What run B does differently from run A."""
    rows = "".join(
        _difference(d) for d in comparison.differences if d.a is not None or d.b is not None
    )
    lists = (
        (_("新答对"), "yj-good", comparison.won),
        (_("新答错"), "yj-bad", comparison.lost),
        (_("引文有变"), "yj-wary", comparison.changed),
    )
    return (
        '<section class="yj-card yj-comparison" aria-label="'
        f'{_("两次评测的比较")}"><h3>{_("两次评测的比较")}</h3>'
        f'<p class="yj-label">'
        f"{_('甲：{}　乙：{}　共 {} 题', _moment(a.began), _moment(b.began), comparison.questions)}"
        f"</p>{_mcnemar(comparison)}"
        '<div class="yj-table-scroll" tabindex="0"><table><thead><tr><th scope="col">'
        f"{_('指标')}</th>"
        f'<th scope="col">{_("甲")}</th><th scope="col">'
        f'{_("乙")}</th><th scope="col">{_("差")}</th>'
        f'<th scope="col">{_("差的 95% 区间")}</th>'
        f'<th scope="col"><abbr title="{_("差别只是碰巧的概率（配对随机化检验）")}">p</abbr></th>'
        '<th scope="col"><abbr title="'
        f'{_("指标比得多，总有碰巧的；按 Holm 法校正")}">{_("校正后")}</abbr></th>'
        "</tr></thead>"
        f"<tbody>{rows}</tbody></table></div>{''.join(_id_list(*one) for one in lists)}</section>"
    )


def _mcnemar(comparison: Comparison) -> str:
    won, lost = len(comparison.won), len(comparison.lost)
    chance = _("不像是碰巧") if comparison.mcnemar < 0.05 else _("可能只是碰巧")
    return (
        f'<p class="yj-verdict">{_("新答对 {} 题，新答错 {} 题：", won, lost)}'
        f"{chance if won + lost else _('对错一样')}"
        f'<abbr title="{_("McNemar 检验：新答对与新答错一样多的概率")}'
        f'">{_("（p = {:.3f}）", comparison.mcnemar)}'
        "</abbr></p>"
    )


def _run(run: KeptRun, active: str | None) -> str:
    state, tone = _STATES[run.state]
    if run.state == "running" and run.id != active:
        state, tone = message("中断"), "yj-wary"
    figure = "" if run.correct is None else f"<b>{run.correct:.1%}</b>"
    tag = figure or f'<span class="yj-tag {tone}">{_(state)}</span>'
    return (
        f'<li><button type="button" class="yj-run" data-run="{attribute(run.id)}">'
        f'<span class="yj-name">{escaped(given.shown(run.title))}</span>{tag}'
        '<span class="yj-label">'
        f"{_('{} · {} 题', _moment(run.began), run.questions)}</span></button></li>"
    )


def _actions(
    run: KeptRun, others: Sequence[KeptRun], files: Collection[str], *, finished: bool
) -> str:
    parts = []
    if not finished:
        parts.append(
            '<button type="button" class="yj-button yj-primary" data-resume>'
            f"{_('接着做完')}</button>"
        )
    if finished and others:
        options = "".join(
            f'<option value="{attribute(other.id)}">{_moment(other.began)}'
            f"{'' if other.correct is None else _('（{:.1%}）', other.correct)}</option>"
            for other in others
        )
        parts.append(
            f'<label class="yj-unseen" for="yj-other">{_("与哪一次比较")}</label>'
            '<select id="yj-other" class="yj-field" data-compare>'
            f'<option value="">{_("与……比较")}</option>{options}</select>'
        )
    if finished:
        base = f"/evaluation/runs/{escaped(run.id)}"
        report = "report.html" if "report.html" in files else "report.md"
        offered = (report, _("报告")), ("questions.xlsx", _("表格")), ("answers.jsonl", _("回答"))
        parts += [
            f'<a class="yj-button" href="{base}/{file}" download>{label}</a>'
            for file, label in offered
            if file in files
        ]
    parts.append(
        f'<button type="button" class="yj-icon" data-rename="{attribute(run.title)}"'
        f' aria-label="{_("给这次评测改名")}"><i class="yj-i yj-i-edit"></i></button>'
        f'<button type="button" class="yj-icon" data-remove aria-label="{_("删除这次评测")}">'
        '<i class="yj-i yj-i-trash"></i></button>'
    )
    return "".join(parts)


def _told(run: KeptRun, report: Mapping[str, Any] | None) -> str:
    """Of which set, when, for how long, where and by which program."""
    stamps = report["settings"] if report else {}
    parts = [
        given.shown(run.set_name) if run.name else "",
        _("文集：{}", _("、").join(map(given.shown, run.collections))) if run.collections else "",
        _moment(run.began),
        _("{} 题", run.questions),
        _duration(stamps.get("started", ""), stamps.get("finished", "")),
        _("第 {} 次更新的文章库", _("、").join(map(str, stamps["generation"])))
        if stamps.get("generation")
        else "",
        *(_("有据 {}", version) for version in stamps.get("version", ())),
        *stamps.get("machine", ()),
    ]
    return f'<p class="yj-label">{escaped(" · ".join(filter(None, parts)))}</p>'


def _duration(started: str, finished: str) -> str:
    """From the first question to the last, pauses included."""
    try:
        taken = datetime.fromisoformat(finished) - datetime.fromisoformat(started)
    except ValueError:
        return ""
    seconds = taken.total_seconds()
    return _("前后 {:.0f} 分钟", seconds / 60) if seconds >= 120 else _("前后 {:.0f} 秒", seconds)


def _failure(run: KeptRun) -> str:
    if run.error is None:
        return ""
    error = told(run.error)
    said = error.get("message_en") or error.get("message_zh", "")
    hint = error.get("hint_en") or error.get("hint", "")
    return (
        '<div class="yj-card yj-error" role="alert">'
        f"<p><strong>{escaped(said)}</strong></p><p>{escaped(hint)}</p></div>"
    )


def _figures(report: Mapping[str, Any]) -> str:
    metrics, intervals = report["metrics"], report["intervals"]
    main = "".join(
        _figure(measure, metrics[measure.name], intervals.get(measure.name))
        for measure in FIGURES
        if metrics.get(measure.name) is not None
    )
    return (
        f'<div class="yj-figures"><section class="yj-card"><h3>{_("指标")}</h3>'
        '<div class="yj-table-scroll" tabindex="0"><table><thead><tr><th scope="col">'
        f"{_('指标')}</th>"
        f'<th scope="col">{_("值")}</th><th scope="col">{_("95% 区间")}</th>'
        '<th scope="col" class="yj-bar-column"><span class="yj-unseen">'
        f"{_('图')}</span></th></tr></thead>"
        f"<tbody>{main}</tbody></table></div></section>{_by_type(_('类型'), report['types'])}"
        f"{_by_type(_('问法'), report.get('styles', {}))}{_stages(report.get('stages', {}))}</div>"
    )


def _figure(measure: Figure, value: float, ends: Sequence[float] | None) -> str:
    interval = f"{_value(ends[0], measure)} – {_value(ends[1], measure)}" if ends else ""
    bar = _bar(value, ends) if measure.share else ""
    return (
        f'<tr><th scope="row">{escaped(_(measure.label))}'
        f"</th><td><b>{_value(value, measure)}</b></td>"
        f'<td class="yj-label">{interval}</td><td class="yj-bar-column">{bar}</td></tr>'
    )


def _bar(value: float, ends: Sequence[float] | None) -> str:
    """A line from 0 to 100 % with the value; the interval as a band."""
    band = (
        f'<rect class="yj-band" x="{ends[0] * 100:.1f}" y="1" height="8" rx="2"'
        f' width="{max((ends[1] - ends[0]) * 100, 0.5):.1f}"/>'
        if ends
        else ""
    )
    return (
        '<svg class="yj-bar" viewBox="0 0 100 10" preserveAspectRatio="none" aria-hidden="true">'
        f'<rect class="yj-track" x="0" y="4" width="100" height="2"/>{band}'
        f'<rect class="yj-point" x="{min(value * 100, 99):.1f}" y="0" width="1" height="10"/></svg>'
    )


def _stages(lost: Mapping[str, int]) -> str:
    """Where wrong answers were lost, the stages in their order."""
    rows = "".join(
        f'<tr><th scope="row">{_(STAGES[stage])}</th><td>{lost[stage]}</td></tr>'
        for stage in STAGES
        if stage in lost
    )
    return (
        f'<section class="yj-card"><h3>{_("答错的丢在哪一步")}'
        '</h3><div class="yj-table-scroll" tabindex="0"><table>'
        f'<thead><tr><th scope="col">{_("丢在哪一步")}'
        f'</th><th scope="col">{_("题数")}</th></tr></thead>'
        f"<tbody>{rows}</tbody></table></div></section>"
        if rows
        else ""
    )


def _by_type(by: str, types: Mapping[str, Mapping[str, Any]]) -> str:
    if not types:
        return ""
    head = "".join(f'<th scope="col">{escaped(_(measure.label))}</th>' for measure in BY_TYPE)
    rows = "".join(
        f'<tr><th scope="row">{escaped(type_name(name))}</th><td>{row["questions"]:.0f}</td>'
        + "".join(f"<td>{_value(row.get(measure.name), measure)}</td>" for measure in BY_TYPE)
        + "</tr>"
        for name, row in types.items()
    )
    return (
        f'<section class="yj-card"><h3>{_("分{}", by)}'
        '</h3><div class="yj-table-scroll" tabindex="0"><table><thead><tr>'
        f'<th scope="col">{by}</th><th scope="col">{_("题数")}</th>{head}</tr></thead>'
        f"<tbody>{rows}</tbody></table></div></section>"
    )


def _difference(d: Difference) -> str:
    tone = ""
    if d.corrected is not None and d.corrected < 0.05 and d.change:
        tone = ' class="yj-sure"'
    change = "—" if d.change is None else _signed(d.change, d.measure)
    chances = "".join(f"<td>{'—' if p is None else f'{p:.3f}'}</td>" for p in (d.p, d.corrected))
    ends = " – ".join(_signed(end, d.measure) for end in d.interval or ()) or "—"
    return (
        f'<tr{tone}><th scope="row">{escaped(_(d.measure.label))}</th>'
        f"<td>{_value(d.a, d.measure)}</td><td>{_value(d.b, d.measure)}</td>"
        f'<td>{change}</td><td class="yj-label">{ends}</td>{chances}</tr>'
    )


def _id_list(name: str, tone: str, ids: Sequence[str]) -> str:
    buttons = "".join(_id_buttons(ids)) or f'<span class="yj-label">{_("无")}</span>'
    return (
        f'<p class="yj-ids"><span class="yj-tag {tone}">'
        f"{_('{} {} 题', name, len(ids))}</span> {buttons}</p>"
    )


def _id_buttons(ids: Sequence[str], shown: int = 60) -> Iterator[str]:
    for name in map(escaped, ids[:shown]):
        yield f'<button type="button" class="yj-link" data-question="{name}">{name}</button> '
    if len(ids) > shown:
        yield f'<span class="yj-label">{_("……共 {} 题", len(ids))}</span>'


def _value(value: float | None, measure: Figure) -> str:
    return as_read(value, share=measure.share)


def _signed(value: float, measure: Measure) -> str:
    return as_read(value, share=measure.share, sign="+")


def _moment(iso: str) -> str:
    """The moment in this machine's time, to the minute."""
    try:
        return f"{datetime.fromisoformat(iso).astimezone():%Y-%m-%d %H:%M}"
    except ValueError:
        return escaped(iso)
