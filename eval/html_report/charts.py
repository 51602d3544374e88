"""Charts as inline SVG: risk over coverage, stated against true, latency."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

import numpy as np

from eval.judging import Judged
from eval.measures.calibration_error import BINS
from eval.measures.latency import milliseconds

_WIDTH, _HEIGHT, _LEFT, _RIGHT, _TOP, _BOTTOM = 420, 290, 48, 24, 30, 40
_POINTS = 200
"""Of a line, at most: more cannot be seen."""

Points = Sequence[tuple[float, float]]


@dataclass(frozen=True, slots=True)
class Axes:
    """What is said of a chart: `ticks` at the left end, the middle and the right end."""

    name: str
    across: str
    upwards: str
    ticks: tuple[float, float, float] = (0, 0.5, 1)
    unit: str = "{:.0%}"
    top: float = 1.0


def risk_chart(judged: Sequence[Judged]) -> str:
    """The share of wrong answers at each share of questions answered; empty without answers."""
    known = [one for one in judged if one.correct is not None]
    answers = [
        (one.answer.confidence, not one.correct)
        for one in known
        if one.answer is not None and one.answered
    ]
    if not answers:
        return ""
    confidence, wrong = np.array(sorted(answers, key=lambda pair: -pair[0]), dtype=float).T
    covered = np.arange(1, len(answers) + 1)
    ends = np.flatnonzero(np.append(np.diff(confidence) != 0, True))  # the equally sure together
    shown = ends[:: max(1, len(ends) // _POINTS)]
    shown = np.unique(np.append(shown, ends[-1]))
    risks = (wrong.cumsum() / covered)[shown]
    top = max(0.1, float(risks.max()))
    line = zip(covered[shown] / len(known), risks / top, strict=True)
    axes = Axes("风险与覆盖", "回答比例", "答错比例", top=top)
    return _chart(axes, _line([(float(x), float(y)) for x, y in line], "line"))


def reliability_chart(judged: Sequence[Judged]) -> str:
    """The share of right answers by stated confidence, a bar a tenth; empty without answers."""
    known = [one for one in judged if one.correct is not None]
    stated = [
        (one.answer.confidence, one.correct)
        for one in known
        if one.answer is not None and one.answered
    ]
    if not stated:
        return ""
    bars = [_bar(n, [right for c, right in stated if _bin(c) == n]) for n in range(BINS)]
    even = _line([(0, 0), (1, 1)], "even")
    return _chart(Axes("把握与实际", "所说的把握", "实际答对"), "".join(bars) + even)


def latency_chart(judged: Sequence[Judged]) -> str:
    """The share of questions answered within each time; empty where nothing was timed."""
    known = (milliseconds(one.answer) for one in judged if one.answer is not None)
    taken = sorted(ms for ms in known if ms is not None)
    if not taken:
        return ""
    longest = float(np.quantile(taken, 0.99)) or 1.0
    shares = np.linspace(0, 1, min(len(taken), _POINTS) + 1)[1:]
    times = np.quantile(taken, shares, method="inverted_cdf")
    line = [(min(t / longest, 1.0), s) for t, s in zip(times, shares, strict=True)]
    drawn = _line([(0.0, 0.0), *line], "line")
    ticks = (0.0, longest / 2, longest)
    return _chart(Axes("耗时", "毫秒（到 99 分位）", "已答完的题", ticks, "{:.0f}"), drawn)


def _bin(confidence: float) -> int:
    return min(int(confidence * BINS), BINS - 1)


def _bar(n: int, rights: Sequence[bool | None]) -> str:
    if not rights:
        return ""
    share = sum(map(bool, rights)) / len(rights)
    (x, y), (right, bottom) = _at(n / BINS, share), _at((n + 1) / BINS, 0)
    title = (
        f"<title>{n / BINS:.1f}–{(n + 1) / BINS:.1f}：{len(rights)} 题，答对 {share:.1%}</title>"
    )
    size = f'width="{right - x - 2:.1f}" height="{bottom - y:.1f}"'
    return f'<rect class="bar" x="{x + 1:.1f}" y="{y:.1f}" {size}>{title}</rect>'


def _line(points: Points, kind: str) -> str:
    places = " ".join(f"{x:.1f},{y:.1f}" for x, y in (_at(*point) for point in points))
    return f'<polyline class="{kind}" points="{places}"/>'


def _at(x: float, y: float) -> tuple[float, float]:
    """The place of a point whose coordinates are shares of the axes."""
    return (
        _LEFT + x * (_WIDTH - _LEFT - _RIGHT),
        _HEIGHT - _BOTTOM - y * (_HEIGHT - _TOP - _BOTTOM),
    )


def _chart(axes: Axes, drawn: str) -> str:
    """A figure with axes around what is drawn."""
    (left, bottom), (right, upper) = _at(0, 0), _at(1, 1)
    marks = [
        _text(_at(n / 2, 0)[0], bottom + 16, "middle", axes.unit.format(value))
        for n, value in enumerate(axes.ticks)
    ]
    marks += [_text(left - 6, _at(0, y)[1] + 4, "end", f"{axes.top * y:.0%}") for y in (0, 0.5, 1)]
    marks.append(_text((left + right) / 2, _HEIGHT - 6, "middle", axes.across))
    marks.append(_text(left, upper - 12, "start", axes.upwards))
    name = escape(axes.name)
    return (
        f"<figure><figcaption>{name}</figcaption>"
        f'<svg viewBox="0 0 {_WIDTH} {_HEIGHT}" role="img" aria-label="{name}">'
        f'<path class="axis" d="M{left} {upper}V{bottom}H{right}"/>{drawn}{"".join(marks)}'
        "</svg></figure>"
    )


def _text(x: float, y: float, anchor: str, text: str) -> str:
    return f'<text x="{x:.0f}" y="{y:.0f}" text-anchor="{anchor}">{escape(text)}</text>'
