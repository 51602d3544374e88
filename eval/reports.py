"""A run judged against its question set: figures, figures per type, failures, gates."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from eval.data_files import write_whole
from eval.judging import Judged, Searcher, Verifier, judge, quoted_text
from eval.measures.accuracy import ACCURACY
from eval.measures.citation_precision import CITATION_PRECISION
from eval.measures.correct import CORRECT
from eval.measures.latency import milliseconds, percentile
from eval.measures.quotes import MEAN_QUOTED_LENGTH, QUOTES_VERIFIED
from eval.measures.ranking import MRR, RECALL
from eval.measures.ratio import Measure
from eval.measures.refusal import (
    BALANCED_ACCURACY,
    REFUSAL_PRECISION,
    REFUSAL_RATE,
    REFUSAL_RECALL,
)
from eval.measures.significance import bootstrap_interval
from eval.question_sets import EvalQuestion, QuestionSet
from eval.runs import Run
from eval.tables import markdown_table, text_table
from rag.errors import UsageInvalid

MEASURES = (
    CORRECT,
    ACCURACY,
    CITATION_PRECISION,
    QUOTES_VERIFIED,
    REFUSAL_PRECISION,
    REFUSAL_RECALL,
    REFUSAL_RATE,
    BALANCED_ACCURACY,
    *RECALL,
    MRR,
    MEAN_QUOTED_LENGTH,
)
WITH_INTERVAL = (CORRECT, ACCURACY, CITATION_PRECISION, REFUSAL_RECALL, BALANCED_ACCURACY)
BY_TYPE = (CORRECT, ACCURACY, CITATION_PRECISION, REFUSAL_RATE, MEAN_QUOTED_LENGTH)

FAULTS = {
    "missing": "没有回答",
    "wrong": "引文不含答案",
    "forbidden": "引文含不该有的内容",
    "refused": "该答而拒",
    "answered": "该拒而答",
    "unsupported": "有引文不含证据",
}


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
class Report:
    """All that is said of a run.

    Attributes:
        judged: every question of the set, in its order.
        metrics: by the names of the contract; None where nothing can be said.
        intervals: 95 % bootstrap intervals of the main figures.
        stamps: what the answers were computed from.
        failed: questions that could not be asked.
        problems: lines of the question set that could not be used.
    """

    judged: tuple[Judged, ...]
    metrics: dict[str, float | None]
    intervals: dict[str, tuple[float, float]]
    types: dict[str, dict[str, float | None]]
    stamps: dict[str, Any]
    failed: int
    problems: tuple[str, ...]

    def to_json(self) -> dict[str, Any]:
        """The report as JSON, without the questions themselves."""
        return {
            "benchmark": "evaluate",
            "settings": self.stamps,
            "metrics": self.metrics,
            "intervals": {name: list(ends) for name, ends in self.intervals.items()},
            "types": self.types,
            "problems": list(self.problems),
        }

    def table(self) -> str:
        """The report for a terminal: figures, then types. Chinese, aligned."""
        parts = [self._headline(), text_table(self._figures())]
        if self.types:
            parts.append(text_table(self._type_rows()))
        return "\n\n".join([*parts, *self.problems])

    def markdown(self) -> str:
        """The report as a page."""
        stamps = "\n".join(f"- {name}：{_shown(value)}" for name, value in self.stamps.items())
        parts = ["# 评测报告", self._headline(), stamps, markdown_table(self._figures())]
        if self.types:
            parts += ["## 分类型", markdown_table(self._type_rows())]
        faults = [["编号", "问题", "毛病"], *self._fault_rows()]
        if len(faults) > 1:
            parts += ["## 没答好的问题", markdown_table(faults)]
        return "\n\n".join([*parts, *self.problems]) + "\n"

    def write(self, folder: Path) -> None:
        """Write `report.json`, `report.md` and `failures.jsonl` into a folder, made if need be.

        Raises:
            DataFileMissing: the folder does not take them.
        """
        document = json.dumps(self.to_json(), ensure_ascii=False, indent=2)
        lines = [json.dumps(row, ensure_ascii=False) + "\n" for row in self.failures()]
        write_whole(folder / "report.json", document + "\n")
        write_whole(folder / "report.md", self.markdown())
        write_whole(folder / "failures.jsonl", "".join(lines))

    def failures(self) -> list[dict[str, Any]]:
        """Every question with a fault: what was asked, expected and said."""
        return [_failure(one) for one in self.judged if one.fault]

    def check(self, gates: str | Iterable[str]) -> list[FailedGate]:
        """The gates (`citation_precision=0.95`) that the report does not pass.

        Raises:
            UsageInvalid: a gate of another form, or of no known figure.
        """
        asked = gates.split(",") if isinstance(gates, str) else gates
        floors = [_gate(gate, self.metrics) for gate in asked]
        failed = [FailedGate(name, floor, self.metrics[name]) for name, floor in floors]
        return [gate for gate in failed if gate.value is None or gate.value < gate.floor]

    def _headline(self) -> str:
        answered = sum(one.answered for one in self.judged)
        refused = sum(one.refused for one in self.judged)
        missing = len(self.judged) - answered - refused
        return (
            f"共 {len(self.judged)} 题：回答 {answered}，拒答 {refused}，未答 {missing}"
            f"（其中出错 {self.failed}）"
        )

    def _figures(self) -> list[list[str]]:
        rows = [["指标", "值", "95% 区间"]]
        for measure in MEASURES:
            ends = self.intervals.get(measure.name)
            interval = " – ".join(_cell(end, share=measure.share) for end in ends) if ends else ""
            rows.append([measure.label, self._value(measure, self.metrics), interval])
        rows += [
            [label, _cell(self.metrics[name], share=False), ""]
            for name, label in (
                ("p50_ms", "耗时中位数（毫秒）"),
                ("p95_ms", "耗时 95 分位（毫秒）"),
            )
        ]
        return rows

    def _type_rows(self) -> list[list[str]]:
        header = ["类型", "题数", *(measure.label for measure in BY_TYPE)]
        rows = [
            [name, f"{row['questions']:.0f}", *(self._value(m, row) for m in BY_TYPE)]
            for name, row in self.types.items()
        ]
        return [header, *rows]

    def _fault_rows(self) -> list[list[str]]:
        return [
            [one.question.id, one.question.question, FAULTS[one.fault]]
            for one in self.judged
            if one.fault
        ]

    @staticmethod
    def _value(measure: Measure, metrics: dict[str, float | None]) -> str:
        return _cell(metrics[measure.name], share=measure.share)


def evaluate(
    questions: QuestionSet | Sequence[EvalQuestion],
    run: Run,
    *,
    searcher: Searcher | None = None,
    verifier: Verifier | None = None,
) -> Report:
    """Judge a run. Every question counts: one without an answer is wrong.

    Args:
        questions: the set that was asked, or part of it.
        run: the answers.
        searcher: ranks passages for recall and MRR; without it they judge what answers show.
        verifier: finds what is wrong with an answer's quotes.
    """
    judged = tuple(judge(q, run.answers.get(q.id), searcher, verifier) for q in questions)
    measured = ((m, bootstrap_interval(m.table(judged))) for m in WITH_INTERVAL)
    problems = questions.problems if isinstance(questions, QuestionSet) else ()
    return Report(
        judged=judged,
        metrics=_metrics(judged, MEASURES) | _latency(judged),
        intervals={measure.name: ends for measure, ends in measured if ends},
        types=_types(judged),
        stamps=_stamps(judged, run),
        failed=sum(question.id in run.failures for question in questions),
        problems=tuple(problem.message_zh for problem in problems),
    )


def _metrics(judged: Sequence[Judged], measures: Sequence[Measure]) -> dict[str, float | None]:
    values = {measure.name: measure.value(judged) for measure in measures}
    return {"questions": float(len(judged)), **values}


def _latency(judged: Sequence[Judged]) -> dict[str, float | None]:
    taken = [ms for one in judged if one.answer and (ms := milliseconds(one.answer)) is not None]
    return {"p50_ms": percentile(taken, 0.5), "p95_ms": percentile(taken, 0.95)}


def _types(judged: Sequence[Judged]) -> dict[str, dict[str, float | None]]:
    names = sorted({one.question.type for one in judged} - {""})
    groups = {name: [one for one in judged if one.question.type == name] for name in names}
    return {name: _metrics(group, BY_TYPE) for name, group in groups.items()}


def _stamps(judged: Sequence[Judged], run: Run) -> dict[str, Any]:
    receipts = [one.answer.receipt for one in judged if one.answer]
    return {
        "run": run.path.name,
        "model": sorted({receipt.model for receipt in receipts}),
        "generation": sorted({receipt.generation for receipt in receipts}),
        "settings": sorted({receipt.settings for receipt in receipts}),
    }


def _failure(one: Judged) -> dict[str, Any]:
    question, answer = one.question, one.answer
    return {
        "id": question.id,
        "type": question.type,
        "question": question.question,
        "history": list(question.history),
        "fault": one.fault,
        "answers": [list(group) for group in question.answers],
        "forbidden": list(question.forbidden),
        "evidence": list(question.evidence),
        "searched_question": answer.searched_question if answer else None,
        "quoted": quoted_text(answer) if answer else None,
        "refusal": answer.refusal.reason if answer and answer.refusal else None,
        "confidence": answer.confidence if answer else None,
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


def _cell(value: float | None, *, share: bool) -> str:
    if value is None:
        return "—"
    return f"{100 * value:.1f}%" if share else f"{value:.4g}"


def _shown(value: Any) -> str:
    return "、".join(map(str, value)) if isinstance(value, list) else str(value)
