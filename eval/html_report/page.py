"""Puts the page together: figures and charts as markup, questions as data that a script shows.

All text from outside is escaped, or is JSON in which no tag can begin; the script puts it in as
text only. The page's policy admits this one script and no address at all.
"""

from __future__ import annotations

import base64
import hashlib
import json
import re
from collections.abc import Sequence
from html import escape
from pathlib import Path

from eval.html_report.charts import latency_chart, reliability_chart, risk_chart
from eval.html_report.rows import Room, data_rows
from eval.reports import STAMPS, Report

_DATA_LIMIT = 4_600_000
"""Bytes of the questions, so that a report of thousands can still be mailed."""
_ROOMS = (Room(400, 240, 90), Room(300, 160, 50), Room(150, 90, 0), Room(60, 0, 0))
_PLACE = re.compile(r"\{\{(\w+)\}\}")
_STATIC = Path(__file__).with_name("static")


def html_of(report: Report, faults: dict[str, str]) -> str:
    """The report as one HTML file."""
    script = _read("report.js")
    parts = {
        "policy": _policy(script),
        "style": _read("report.css"),
        "title": escape(report.title()),
        "headline": escape(report.headline()),
        "stamps": _stamps(report),
        "tables": "".join(_table(name, rows) for name, rows in report.tables()),
        "charts": _charts(report),
        "problems": _problems(report),
        "data": _fitting(report, faults),
        "script": script,
    }
    # In one go: what stands in a part is never taken for the place of another.
    return _PLACE.sub(lambda place: parts[place[1]], _read("report.html"))


def _fitting(report: Report, faults: dict[str, str]) -> str:
    """The questions, with as long quotes as there is room for."""
    for room in _ROOMS:
        data = _data(data_rows(report.judged, report.losses, faults, room))
        if len(data.encode()) <= _DATA_LIMIT:
            break
    return data


def _policy(script: str) -> str:
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    return f"default-src 'none'; style-src 'unsafe-inline'; script-src 'sha256-{digest}'"


def _stamps(report: Report) -> str:
    rows = [
        (name, "、".join(map(str, value)) if isinstance(value, list) else str(value))
        for name, value in report.stamps.items()
    ]
    return "".join(
        f"<dt>{escape(STAMPS.get(name, name))}</dt><dd>{escape(value)}</dd>" for name, value in rows
    )


def _charts(report: Report) -> str:
    judged = report.judged
    return "".join((risk_chart(judged), reliability_chart(judged), latency_chart(judged)))


def _problems(report: Report) -> str:
    if not report.problems:
        return ""
    lines = "".join(f"<li>{escape(problem)}</li>" for problem in report.problems)
    return f"<section><h2>问题集里用不了的行</h2><ul>{lines}</ul></section>"


def _table(name: str, rows: Sequence[Sequence[str]]) -> str:
    head = "".join(f'<th scope="col">{escape(cell)}</th>' for cell in rows[0])
    body = "".join(
        f'<tr><th scope="row">{escape(first)}</th>'
        + "".join(f"<td>{escape(cell)}</td>" for cell in rest)
        + "</tr>"
        for first, *rest in rows[1:]
    )
    return (
        f'<section><h2>{escape(name)}</h2><div class="scroll"><table><thead><tr>{head}</tr></thead>'
        f"<tbody>{body}</tbody></table></div></section>"
    )


def _data(rows: Sequence[object]) -> str:
    """JSON that can stand in a script element: no `<` in it, so that nothing ends the element."""
    text = json.dumps(rows, ensure_ascii=False, separators=(",", ":"))
    text = text.replace("<", "\\u003c").replace("\u2028", "\\u2028").replace("\u2029", "\\u2029")
    return text.encode("utf-8", "replace").decode("utf-8")


def _read(name: str) -> str:
    return (_STATIC / name).read_text(encoding="utf-8")
