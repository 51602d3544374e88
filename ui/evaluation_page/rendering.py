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
from rag.errors import DataLineInvalid
from ui.chat.escaping import attribute, escaped

_TYPES = {
    "definition": "定义",
    "how_many": "多少",
    "when": "何时",
    "where": "何处",
    "who": "何人",
    "list": "列举",
    "why": "为何",
    "how": "如何",
    "yes_no": "是否",
    "comparison": "比较",
    "difference": "异同",
    "opinion": "看法",
    "speaker": "谁说的",
    "follow_up": "追问",
}
_STATES = {
    "finished": ("已完成", "yj-good"),
    "cancelled": ("已停下", "yj-wary"),
    "failed": ("出错", "yj-bad"),
    "running": ("进行中", ""),
}


def type_name(kind: str) -> str:
    """The Chinese name of a question type; a set's own names stay."""
    return _TYPES.get(kind, kind)


def sets_html(sets: Iterable[KeptSet], chosen: str) -> str:
    """The sets as radio buttons."""
    return "".join(
        f'<label class="yj-choice"><input type="radio" name="set" value="{attribute(one.id)}"'
        f"{' checked' if one.id == chosen else ''}>"
        f'<span class="yj-name">{escaped(one.name)}</span>'
        f'<span class="yj-label">{one.questions} 题</span></label>'
        for one in sets
    )


def problems_html(problems: Sequence[DataLineInvalid], shown: int = 8) -> str:
    """Lines of a set that were left out."""
    if not problems:
        return ""
    lines = "".join(f"<li>{escaped(problem.message_zh)}</li>" for problem in problems[:shown])
    more = f"<li>……共 {len(problems)} 处</li>" if len(problems) > shown else ""
    return (
        f'<div class="yj-notice" role="status"><p>有 {len(problems)} 行用不了，已略过：</p>'
        f"<ul>{lines}{more}</ul></div>"
    )


def runs_html(runs: Sequence[KeptRun], active: str | None) -> str:
    """The runs, latest first, as buttons."""
    if not runs:
        return '<p class="yj-label">还没有评测过。选一个问题集，按“开始评测”。</p>'
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
        f'<header class="yj-run-head"><div><h2>{escaped(run.set_name)}</h2>'
        f'<p class="yj-label">{_moment(run.began)} · {run.questions} 题</p></div>'
        f'<div class="yj-row">{actions}</div></header>'
        f'{_failure(run)}<div class="yj-compared"></div>{_figures(report) if report else ""}'
    )


def comparison_html(comparison: Comparison, a: KeptRun, b: KeptRun) -> str:
    """What run B does differently from run A."""
    rows = "".join(
        _difference(d) for d in comparison.differences if d.a is not None or d.b is not None
    )
    lists = (
        ("新答对", "yj-good", comparison.won),
        ("新答错", "yj-bad", comparison.lost),
        ("引文有变", "yj-wary", comparison.changed),
    )
    return (
        '<section class="yj-card yj-comparison" aria-label="两次评测的比较"><h3>两次评测的比较</h3>'
        f'<p class="yj-label">甲：{_moment(a.began)}　乙：{_moment(b.began)}　'
        f"共 {comparison.questions} 题</p>"
        '<div class="yj-table-scroll"><table><thead><tr><th scope="col">指标</th>'
        '<th scope="col">甲</th><th scope="col">乙</th><th scope="col">差</th>'
        '<th scope="col"><abbr title="差别只是碰巧的概率（配对随机化检验）">p</abbr></th>'
        "</tr></thead>"
        f"<tbody>{rows}</tbody></table></div>{''.join(_id_list(*one) for one in lists)}</section>"
    )


def _run(run: KeptRun, active: str | None) -> str:
    state, tone = _STATES[run.state]
    if run.state == "running" and run.id != active:
        state, tone = "中断", "yj-wary"
    figure = "" if run.correct is None else f"<b>{run.correct:.1%}</b>"
    tag = figure or f'<span class="yj-tag {tone}">{state}</span>'
    return (
        f'<li><button type="button" class="yj-run" data-run="{attribute(run.id)}">'
        f'<span class="yj-name">{escaped(run.set_name)}</span>{tag}'
        f'<span class="yj-label">{_moment(run.began)} · {run.questions} 题</span></button></li>'
    )


def _actions(
    run: KeptRun, others: Sequence[KeptRun], files: Collection[str], *, finished: bool
) -> str:
    parts = []
    if not finished:
        parts.append(
            '<button type="button" class="yj-button yj-primary" data-resume>接着做完</button>'
        )
    if finished and others:
        options = "".join(
            f'<option value="{attribute(other.id)}">{_moment(other.began)}'
            f"{'' if other.correct is None else f'（{other.correct:.1%}）'}</option>"
            for other in others
        )
        parts.append(
            '<label class="yj-unseen" for="yj-other">与哪一次比较</label>'
            '<select id="yj-other" class="yj-field" data-compare>'
            f'<option value="">与……比较</option>{options}</select>'
        )
    if finished:
        base = f"/evaluation/runs/{escaped(run.id)}"
        report = "report.html" if "report.html" in files else "report.md"
        offered = (report, "报告"), ("questions.xlsx", "表格"), ("answers.jsonl", "回答")
        parts += [
            f'<a class="yj-button" href="{base}/{file}" download>{label}</a>'
            for file, label in offered
            if file in files
        ]
    parts.append(
        '<button type="button" class="yj-icon" data-remove aria-label="删除这次评测">'
        '<i class="yj-i yj-i-trash"></i></button>'
    )
    return "".join(parts)


def _failure(run: KeptRun) -> str:
    if run.error is None:
        return ""
    message, hint = run.error.get("message_zh", ""), run.error.get("hint", "")
    return (
        '<div class="yj-card yj-error" role="alert">'
        f"<p><strong>{escaped(message)}</strong></p><p>{escaped(hint)}</p></div>"
    )


def _figures(report: Mapping[str, Any]) -> str:
    metrics, intervals = report["metrics"], report["intervals"]
    main = "".join(
        _figure(measure, metrics[measure.name], intervals.get(measure.name))
        for measure in FIGURES
        if metrics.get(measure.name) is not None
    )
    return (
        '<div class="yj-figures"><section class="yj-card"><h3>指标</h3>'
        '<div class="yj-table-scroll"><table><thead><tr><th scope="col">指标</th>'
        '<th scope="col">值</th><th scope="col">95% 区间</th>'
        '<th scope="col" class="yj-bar-column"><span class="yj-unseen">图</span></th></tr></thead>'
        f"<tbody>{main}</tbody></table></div></section>{_by_type('类型', report['types'])}"
        f"{_by_type('问法', report.get('styles', {}))}{_stages(report.get('stages', {}))}</div>"
    )


def _figure(measure: Figure, value: float, ends: Sequence[float] | None) -> str:
    interval = f"{_value(ends[0], measure)} – {_value(ends[1], measure)}" if ends else ""
    bar = _bar(value, ends) if measure.share else ""
    return (
        f'<tr><th scope="row">{escaped(measure.label)}</th><td><b>{_value(value, measure)}</b></td>'
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
        f'<tr><th scope="row">{STAGES[stage]}</th><td>{lost[stage]}</td></tr>'
        for stage in STAGES
        if stage in lost
    )
    return (
        '<section class="yj-card"><h3>答错的丢在哪一步</h3><div class="yj-table-scroll"><table>'
        '<thead><tr><th scope="col">丢在哪一步</th><th scope="col">题数</th></tr></thead>'
        f"<tbody>{rows}</tbody></table></div></section>"
        if rows
        else ""
    )


def _by_type(by: str, types: Mapping[str, Mapping[str, Any]]) -> str:
    if not types:
        return ""
    head = "".join(f'<th scope="col">{escaped(measure.label)}</th>' for measure in BY_TYPE)
    rows = "".join(
        f'<tr><th scope="row">{escaped(type_name(name))}</th><td>{row["questions"]:.0f}</td>'
        + "".join(f"<td>{_value(row.get(measure.name), measure)}</td>" for measure in BY_TYPE)
        + "</tr>"
        for name, row in types.items()
    )
    return (
        f'<section class="yj-card"><h3>分{by}</h3><div class="yj-table-scroll"><table><thead><tr>'
        f'<th scope="col">{by}</th><th scope="col">题数</th>{head}</tr></thead>'
        f"<tbody>{rows}</tbody></table></div></section>"
    )


def _difference(d: Difference) -> str:
    tone = ""
    if d.p is not None and d.p < 0.05 and d.change:
        tone = ' class="yj-sure"'
    change = "—" if d.change is None else _signed(d.change, d.measure)
    p = "—" if d.p is None else f"{d.p:.3f}"
    return (
        f'<tr{tone}><th scope="row">{escaped(d.measure.label)}</th>'
        f"<td>{_value(d.a, d.measure)}</td><td>{_value(d.b, d.measure)}</td>"
        f"<td>{change}</td><td>{p}</td></tr>"
    )


def _id_list(name: str, tone: str, ids: Sequence[str]) -> str:
    buttons = "".join(_id_buttons(ids)) or '<span class="yj-label">无</span>'
    return (
        f'<p class="yj-ids"><span class="yj-tag {tone}">{name} {len(ids)} 题</span> {buttons}</p>'
    )


def _id_buttons(ids: Sequence[str], shown: int = 60) -> Iterator[str]:
    for name in map(escaped, ids[:shown]):
        yield f'<button type="button" class="yj-link" data-question="{name}">{name}</button> '
    if len(ids) > shown:
        yield f'<span class="yj-label">……共 {len(ids)} 题</span>'


def _value(value: float | None, measure: Figure) -> str:
    if value is None:
        return "—"
    return f"{value:.1%}" if measure.share else f"{value:.4g}"


def _signed(value: float, measure: Measure) -> str:
    return f"{100 * value:+.1f}%" if measure.share else f"{value:+.4g}"


def _moment(iso: str) -> str:
    """The moment in this machine's time, to the minute."""
    try:
        return f"{datetime.fromisoformat(iso).astimezone():%Y-%m-%d %H:%M}"
    except ValueError:
        return escaped(iso)
