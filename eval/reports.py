"""A run judged against its question set: figures, figures per type, failures, gates."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from eval.diagnosis import STAGES, Diagnosis, Loss, stages
from eval.judging import Judged, Searcher, Verifier, judge, quoted_text
from eval.measures.catalogue import BY_TYPE, FIGURES
from eval.measures.ratio import Measure
from eval.measures.significance import intervals
from eval.measures.statistic import Figure
from eval.question_sets import EvalQuestion, QuestionSet
from eval.run_stamps import Stamps
from eval.runs import Run
from eval.tables import as_read, markdown_table, text_table
from rag.errors import UsageInvalid

FAULTS = {
    "missing": "没有回答",
    "wrong": "引文不含答案",
    "forbidden": "引文含不该有的内容",
    "refused": "该答而拒",
    "answered": "该拒而答",
    "unsupported": "有引文不含证据",
}


STAMPS = {
    "run": "评测",
    "set": "问题集",
    "date": "日期",
    "started": "开始",
    "finished": "完成",
    "machine": "机器",
    "at_once": "同时问几题",
    "model": "向量模型",
    "evidence": "阅读模型",
    "reranker": "重排模型",
    "chooser": "挑句子的模型",
    "generation": "文章库更新次数",
    "settings": "设置",
    "version": "程序版本",
}
"""What people read for the names of stamps."""


@dataclass(frozen=True, slots=True)
class FailedGate:
    """A figure below the floor that was asked for; `value` is None where it cannot be had."""

    name: str
    floor: float
    value: float | None

    def __str__(self) -> str:
        found = "无法计算" if self.value is None else f"{self.value:.4f}"
        return f"{self.name} 应不低于 {self.floor:g}，实为 {found}"


@dataclass(frozen=True, slots=True)
class Group:
    """Figures of some of the questions, with their intervals."""

    metrics: dict[str, float | None]
    intervals: dict[str, tuple[float, float]]


@dataclass(frozen=True, slots=True)
class Report:
    """All that is said of a run.

    Attributes:
        judged: every question of the set, in its order.
        metrics: by the names of the contract; None where nothing can be said.
        intervals: 95 % bootstrap intervals of the same figures.
        types, styles: figures of the questions of each type, and of each style.
        stamps: what the answers were computed from.
        failed: questions that could not be asked, or whose answers could not be judged.
        problems: lines of the question set that could not be used.
        losses: where each wrong answer was lost, by question id, as far as that was looked into.
    """

    judged: tuple[Judged, ...]
    metrics: dict[str, float | None]
    intervals: dict[str, tuple[float, float]]
    types: dict[str, Group]
    styles: dict[str, Group]
    stamps: dict[str, Any]
    failed: int
    problems: tuple[str, ...]
    losses: dict[str, Loss] = field(default_factory=dict)

    def to_json(self) -> dict[str, Any]:
        """The report as JSON, without the questions themselves."""
        return {
            "benchmark": "evaluate",
            "settings": self.stamps,
            "metrics": self.metrics,
            "intervals": _lists(self.intervals),
            "types": {name: group.metrics for name, group in self.types.items()},
            "type_intervals": {n: _lists(group.intervals) for n, group in self.types.items()},
            "styles": {name: group.metrics for name, group in self.styles.items()},
            "style_intervals": {n: _lists(group.intervals) for n, group in self.styles.items()},
            "stages": self.stages,
            "problems": list(self.problems),
        }

    @property
    def stages(self) -> dict[str, int]:
        """How many answers each stage lost."""
        return stages(self.losses.values())

    def table(self) -> str:
        """The report for a terminal: figures, types, styles, lost stages. Chinese, aligned."""
        parts = [
            f"{self.title()}\n{self.headline()}",
            *(text_table(rows) for _, rows in self.tables()),
        ]
        return "\n\n".join([*parts, *self.problems])

    def markdown(self) -> str:
        """The report as a page."""
        stamps = "\n".join(
            f"- {STAMPS.get(name, name)}：{_stamp(value)}" for name, value in self.stamps.items()
        )
        parts = [f"# 评测报告：{self.title()}", self.headline(), stamps]
        for name, rows in self.tables():
            parts += [f"## {name}", markdown_table(rows)]
        faults = [["编号", "问题", "毛病", "丢在哪一步"], *self._fault_rows()]
        if len(faults) > 1:
            parts += ["## 没答好的问题", markdown_table(faults)]
        return "\n\n".join([*parts, *self.problems]) + "\n"

    def failures(self) -> list[dict[str, Any]]:
        """Every question with a fault: what was asked, expected and said."""
        return [_failure(one, self.losses.get(one.question.id)) for one in self.judged if one.fault]

    def check(self, gates: str | Iterable[str]) -> list[FailedGate]:
        """The gates (`citation_precision=0.95`) that the report does not pass.

        Raises:
            UsageInvalid: a gate of another form, or of no known figure.
        """
        asked = gates.split(",") if isinstance(gates, str) else gates
        floors = [_gate(gate, self.metrics) for gate in asked]
        failed = [FailedGate(name, floor, self.metrics[name]) for name, floor in floors]
        return [gate for gate in failed if gate.value is None or gate.value < gate.floor]

    def title(self) -> str:
        """Which questions these are, and when they were asked."""
        known = (self.stamps.get("set") or self.stamps["run"], self.stamps.get("date"))
        return " · ".join(filter(None, known))

    def headline(self) -> str:
        """How many were asked, answered, refused and failed."""
        answered = sum(one.answered for one in self.judged)
        refused = sum(one.refused for one in self.judged)
        missing = len(self.judged) - answered - refused
        return (
            f"共 {len(self.judged)} 题：回答 {answered}，拒答 {refused}，未答 {missing}"
            f"（其中出错 {self.failed}）"
        )

    def tables(self) -> list[tuple[str, list[list[str]]]]:
        """The tables that there are, each under its name, its header the first row."""
        figures = [["指标", "值", "95% 区间"], *figure_rows(self.metrics, self.intervals)]
        parts = [
            ("分类型", "类型", _group_rows(self.types)),
            ("分问法", "问法", _group_rows(self.styles)),
        ]
        tables = [("指标", figures)]
        tables += [
            (name, [[first, "题数", *(measure.label for measure in BY_TYPE)], *rows])
            for name, first, rows in parts
            if rows
        ]
        if self.losses:
            counts = [[STAGES[s], str(self.stages[s])] for s in STAGES if s in self.stages]
            tables.append(("答错的丢在哪一步", [["丢在哪一步", "题数"], *counts]))
        return tables

    def _fault_rows(self) -> list[list[str]]:
        return [
            [
                one.question.id,
                one.question.question,
                FAULTS[one.fault],
                STAGES[self.losses[one.question.id].stage]
                if one.question.id in self.losses
                else "",
            ]
            for one in self.judged
            if one.fault
        ]


def evaluate(
    questions: QuestionSet | Sequence[EvalQuestion],
    run: Run,
    *,
    searcher: Searcher | None = None,
    verifier: Verifier | None = None,
    diagnosis: Diagnosis | None = None,
) -> Report:
    """Judge a run. Every question counts: one without an answer is wrong.

    Args:
        questions: the set that was asked, or part of it.
        run: the answers.
        searcher: ranks passages for recall and MRR; without it they judge what answers show.
        verifier: finds what is wrong with an answer's quotes.
        diagnosis: finds the stage that lost each wrong answer.
    """
    judged = tuple(judge(q, run.answers.get(q.id), searcher, verifier) for q in questions)
    problems = questions.problems if isinstance(questions, QuestionSet) else ()
    found = {one.question.id: diagnosis.of(one) for one in judged} if diagnosis else {}
    return Report(
        judged=judged,
        metrics=_metrics(judged, FIGURES),
        intervals=intervals(FIGURES, judged),
        types=_groups(judged, [one.question.type for one in judged]),
        styles=_groups(judged, [one.question.style for one in judged]),
        stamps=_stamps(judged, run, questions),
        failed=sum(bool(one.error) or one.question.id in run.failures for one in judged),
        problems=tuple(problem.message_zh for problem in problems),
        losses={name: loss for name, loss in found.items() if loss},
    )


def figure_rows(
    metrics: Mapping[str, float | None],
    ends: Mapping[str, Sequence[float]],
    figures: Sequence[Figure] = FIGURES,
) -> list[list[str]]:
    """Label, value and interval of the figures that can be had, as people read them."""
    return [
        [
            figure.label,
            as_read(metrics[figure.name], share=figure.share),
            " – ".join(as_read(end, share=figure.share) for end in ends.get(figure.name, ())),
        ]
        for figure in figures
        if metrics.get(figure.name) is not None
    ]


def _metrics(judged: Sequence[Judged], figures: Sequence[Figure]) -> dict[str, float | None]:
    values = {figure.name: figure.value(judged) for figure in figures}
    return {"questions": float(len(judged)), **values}


def _groups(judged: Sequence[Judged], names: Sequence[str]) -> dict[str, Group]:
    """Figures of the questions of each name; nothing where none has a name."""
    groups: dict[str, Group] = {}
    for name in sorted(set(names) - {""}):
        own = [one for one, its in zip(judged, names, strict=True) if its == name]
        groups[name] = Group(_metrics(own, BY_TYPE), intervals(BY_TYPE, own))
    return groups


def _group_rows(groups: Mapping[str, Group]) -> list[list[str]]:
    return [
        [name, f"{group.metrics['questions']:.0f}", *(_value(m, group.metrics) for m in BY_TYPE)]
        for name, group in groups.items()
    ]


def _value(measure: Measure, metrics: Mapping[str, float | None]) -> str:
    return as_read(metrics[measure.name], share=measure.share)


def _lists(ends: Mapping[str, tuple[float, float]]) -> dict[str, list[float]]:
    return {name: list(pair) for name, pair in ends.items()}


def _stamps(
    judged: Sequence[Judged], run: Run, questions: QuestionSet | Sequence[EvalQuestion]
) -> dict[str, Any]:
    """What the figures were made from; a run names itself, its set and its day."""
    asked = datetime.fromisoformat(run.stamps.started) if run.stamps else _written(run.path)
    receipts = [one.answer.receipt for one in judged if one.answer]
    return {
        "run": run.name,
        **({"set": questions.name} if isinstance(questions, QuestionSet) else {}),
        **({"date": f"{asked.astimezone():%Y-%m-%d %H:%M}"} if asked else {}),
        **(_sessions(run.stamps) if run.stamps else {}),
        "model": sorted({receipt.model for receipt in receipts}),
        "generation": sorted({receipt.generation for receipt in receipts}),
        "settings": sorted({receipt.settings for receipt in receipts}),
        **{
            name: found
            for name in ("evidence", "reranker", "chooser")
            if (found := sorted({getattr(receipt, name) for receipt in receipts} - {""}))
        },
    }


def _sessions(stamps: Stamps) -> dict[str, Any]:
    """When, where and by which program a run was made."""
    return {
        "started": stamps.started,
        "finished": stamps.finished,
        "machine": stamps.machines(),
        "version": stamps.versions(),
        "at_once": max(session.at_once for session in stamps.sessions),
    }


def _written(file: Path) -> datetime | None:
    """When a file was last written; a run is, with every answer."""
    try:
        return datetime.fromtimestamp(file.stat().st_mtime, UTC)
    except OSError:
        return None


def _failure(one: Judged, loss: Loss | None) -> dict[str, Any]:
    question, answer = one.question, one.answer
    return {
        "id": question.id,
        "type": question.type,
        "question": question.question,
        "history": list(question.history),
        "filters": question.filters.model_dump(mode="json", exclude_defaults=True),
        "fault": one.fault,
        "answers": [list(group) for group in question.answers],
        "forbidden": list(question.forbidden),
        "evidence": list(question.evidence),
        "searched_question": answer.searched_question if answer else None,
        "quoted": quoted_text(answer) if answer else None,
        "refusal": answer.refusal.reason if answer and answer.refusal else None,
        "confidence": answer.confidence if answer else None,
        "lost": loss.to_json() if loss else None,
        "error": one.error,
    }


def _gate(text: str, metrics: dict[str, float | None]) -> tuple[str, float]:
    name, _, floor = text.strip().partition("=")
    try:
        value = float(floor)
    except ValueError:
        value = float("nan")
    if name not in metrics or value != value:  # noqa: PLR0124  (not a number)
        known = "、".join(metrics)
        reason = f"看不懂门槛 {text!r}：应写作 指标=下限，指标为 {known} 之一"
        raise UsageInvalid(reason=reason, command="youju evaluate")
    return name, value


def _stamp(value: Any) -> str:
    return "、".join(map(str, value)) if isinstance(value, list) else str(value)
