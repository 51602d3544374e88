"""No worse than before: whether a run has lost against an earlier one beyond what chance gives."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from eval.comparison import COMPARED
from eval.judging import judge
from eval.measures.calibration_error import CALIBRATION_ERROR
from eval.measures.catalogue import LOWER_IS_BETTER, UNDIRECTED
from eval.measures.latency import LATENCIES
from eval.measures.paired import Paired, holm, paired
from eval.measures.risk_area import RISK_AREA
from eval.measures.statistic import Figure
from eval.question_sets import EvalQuestion
from eval.runs import Run
from eval.tables import as_read, text_table
from rag.errors import UsageInvalid

LEVEL = 0.025
"""Corrected one-sided p below which a figure counts as worse: a two-sided test at 5 %."""
_FIGURES: tuple[Figure, ...] = (*COMPARED, RISK_AREA, CALIBRATION_ERROR, *LATENCIES)
_GATED = {figure.name: figure for figure in _FIGURES if figure.name not in UNDIRECTED}
USUAL = ("correct", "accuracy", "citation_precision", "citation_recall", "balanced_accuracy")
"""Asked where none are named."""


@dataclass(frozen=True, slots=True)
class Held:
    """One figure beside that of the earlier run.

    Attributes:
        found: None where the figure cannot be had of both runs.
        p: that it is no worse, corrected for how many figures are asked (Holm, 1979).
    """

    figure: Figure
    before: float | None
    now: float | None
    found: Paired | None
    p: float | None

    @property
    def worse(self) -> bool:
        """Whether it has got worse, or nothing can be said."""
        return self.p is None or self.p < LEVEL

    def cells(self) -> list[str]:
        """A row of the table."""
        share = self.figure.share
        values = [as_read(self.before, share=share), as_read(self.now, share=share)]
        if self.found is None or self.p is None:
            return [self.figure.label, *values, "—", "—", "—", "无法比较"]
        change = as_read(self.found.change, share=share, sign="+")
        ends = " – ".join(as_read(end, share=share, sign="+") for end in self.found.interval)
        verdict = "变差" if self.worse else "未变差"
        return [self.figure.label, *values, change, ends, f"{self.p:.3f}", verdict]

    def __str__(self) -> str:
        if self.found is None:
            return f"{self.figure.label}（{self.figure.name}）与原来无法比较"
        _, before, now, change, ends, p, _ = self.cells()
        return (
            f"{self.figure.label}（{self.figure.name}）变差：原 {before}，现 {now}，"
            f"差 {change}（95% 区间 {ends}），校正后 p = {p}"
        )


@dataclass(frozen=True, slots=True)
class NoWorse:
    """A run held against an earlier one.

    Attributes:
        questions: those that the earlier run was asked too.
        left_out: questions of the set that it was not.
    """

    before: str
    questions: int
    left_out: int
    held: tuple[Held, ...]

    @property
    def failed(self) -> list[Held]:
        """What has got worse, or was there before and cannot be had any more."""
        return [one for one in self.held if one.worse]

    def to_json(self) -> dict[str, Any]:
        """All of it."""
        return {
            "run": self.before,
            "questions": self.questions,
            "left_out": self.left_out,
            "level": LEVEL,
            "measures": {
                one.figure.name: {
                    "before": one.before,
                    "now": one.now,
                    "difference": one.found.change if one.found else None,
                    "interval": list(one.found.interval) if one.found else None,
                    "p": one.p,
                    "worse": one.worse,
                }
                for one in self.held
            },
        }

    def table(self) -> str:
        """For a terminal."""
        more = f"，另有 {self.left_out} 题那一次没有问过，不比" if self.left_out else ""
        head = ["指标", "原来", "现在", "差", "差的 95% 区间", "校正后 p", "结论"]
        rows = text_table([head, *(one.cells() for one in self.held)])
        return f"与 {self.before} 比（{self.questions} 题{more}）\n{rows}"


def no_worse(
    questions: Iterable[EvalQuestion], before: Run, now: Run, names: Sequence[str] = ()
) -> NoWorse:
    """Hold a run against an earlier one, on the questions that the earlier one was asked.

    Args:
        questions: with what is right.
        before: the earlier run.
        now: the run that must be no worse; a question without an answer counts as wrong.
        names: of figures; if none are named, those of the usual ones that the earlier run has.

    Raises:
        UsageInvalid: a figure that cannot be asked, no question that the earlier run was asked, or
            nothing that can be compared: a gate that holds nothing would let everything pass.
    """
    figures = gated(names)
    asked = list(questions)
    shared = [question for question in asked if before.has(question)]
    if not shared:
        reason = f"{before.name} 里没有问过这个问题集的题，无从比较。"
        raise UsageInvalid(reason=reason, command="youju evaluate")
    a = [judge(question, before.answers.get(question.id)) for question in shared]
    b = [judge(question, now.answers.get(question.id)) for question in shared]
    found = paired(figures, a, b, LOWER_IS_BETTER)
    corrected = holm([one.p_worse if one else None for one in found])
    rows = (
        Held(figure, figure.value(a), figure.value(b), one, p)
        for figure, one, p in zip(figures, found, corrected, strict=True)
    )
    held = tuple(row for row in rows if names or row.before is not None)
    if not held:
        reason = f"与 {before.name} 没有一项指标可比：问题集里没有写答案或该不该拒答。"
        raise UsageInvalid(reason=reason, command="youju evaluate")
    return NoWorse(before.name, len(shared), len(asked) - len(shared), held)


def gated(names: Sequence[str]) -> list[Figure]:
    """The figures of these names, or the usual ones.

    Raises:
        UsageInvalid: one that is unknown, or is neither better nor worse.
    """
    wanted = [part.strip() for name in names for part in name.split(",") if part.strip()] or USUAL
    for name in wanted:
        if name not in _GATED:
            known = "、".join(_GATED)
            reason = f"不能拿 {name!r} 来比：可用的指标有 {known}。"
            raise UsageInvalid(reason=reason, command="youju evaluate")
    return [_GATED[name] for name in dict.fromkeys(wanted)]
