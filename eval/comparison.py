"""Two runs over the same questions: what differs, which questions, and whether it may be chance."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from eval.judging import Judged, judge
from eval.measures.catalogue import MEASURES, RANKING
from eval.measures.paired import holm, mcnemar_p, paired
from eval.measures.quotes import QUOTES_VERIFIED
from eval.measures.ratio import Measure
from eval.measures.significance import randomisation_p
from eval.question_sets import EvalQuestion, QuestionSet
from eval.runs import Run
from eval.tables import as_read, text_table

# What the answers themselves show. Rankings and proofs need the library that each run had.
COMPARED = tuple(one for one in MEASURES if one not in (*RANKING, QUOTES_VERIFIED))


@dataclass(frozen=True, slots=True)
class Difference:
    """One measure in both runs.

    Attributes:
        p: of a two-sided paired randomisation test.
        corrected: the same, corrected for how many measures are compared (Holm, 1979).
        interval: of the change, 95 %, by paired bootstrap.
    """

    measure: Measure
    a: float | None
    b: float | None
    p: float | None
    corrected: float | None = None
    interval: tuple[float, float] | None = None

    @property
    def change(self) -> float | None:
        """B less A."""
        return None if self.a is None or self.b is None else self.b - self.a


@dataclass(frozen=True, slots=True)
class Comparison:
    """What run B does differently from run A.

    Attributes:
        won, lost: ids that only B, or only A, has right; in the order of the set.
        mcnemar: two-sided exact p that wins and losses are as likely.
        changed: ids whose quotes differ although both runs are right, or both wrong.
    """

    names: tuple[str, str]
    questions: int
    differences: tuple[Difference, ...]
    won: tuple[str, ...]
    lost: tuple[str, ...]
    changed: tuple[str, ...]

    @property
    def mcnemar(self) -> float:
        """Of the wins and losses."""
        return mcnemar_p(len(self.won), len(self.lost))

    def to_json(self) -> dict[str, Any]:
        """The comparison as JSON."""
        return {
            "benchmark": "compare",
            "settings": {"run_a": self.names[0], "run_b": self.names[1]},
            "metrics": {
                d.measure.name: {
                    "a": d.a,
                    "b": d.b,
                    "difference": d.change,
                    "interval": list(d.interval) if d.interval else None,
                    "p": d.p,
                    "p_corrected": d.corrected,
                }
                for d in self.differences
            },
            "questions": self.questions,
            "won": list(self.won),
            "lost": list(self.lost),
            "changed": list(self.changed),
            "mcnemar": {"won": len(self.won), "lost": len(self.lost), "p": self.mcnemar},
        }

    def table(self) -> str:
        """The comparison for a terminal."""
        rows = [["指标", "A", "B", "差", "差的 95% 区间", "p", "校正后 p"]]
        for d in self.differences:
            if d.a is None and d.b is None:
                continue
            values = [_cell(value, d.measure) for value in (d.a, d.b)]
            change = _cell(d.change, d.measure, sign="+")
            ends = " – ".join(_cell(end, d.measure, sign="+") for end in d.interval or ()) or "—"
            chances = ["—" if p is None else f"{p:.3f}" for p in (d.p, d.corrected)]
            rows.append([d.measure.label, *values, change, ends, *chances])
        lists = (("B 新答对", self.won), ("B 新答错", self.lost), ("引文有变", self.changed))
        lines = [f"{name} {len(ids)} 题：{'、'.join(ids) or '无'}" for name, ids in lists]
        lines.append(f"McNemar 检验：新答对与新答错一样多只是碰巧的概率 p = {self.mcnemar:.3f}")
        head = f"A：{self.names[0]}  B：{self.names[1]}  共 {self.questions} 题"
        return "\n\n".join([head, text_table(rows), "\n".join(lines)])


def compare(
    run_a: Run,
    run_b: Run,
    questions: QuestionSet | Sequence[EvalQuestion] | None = None,
) -> Comparison:
    """Judge both runs on every question of the set; one that a run lacks counts as wrong there.

    Without a question set nothing is known to be right: then refusals, lengths and changed quotes
    of the questions that either run has are compared.
    """
    if questions is None:
        asked = {q: answer for run in (run_a, run_b) for q, answer in run.answers.items()}
        questions = [EvalQuestion(id=q, question=answer.question) for q, answer in asked.items()]
    a = [judge(q, run_a.answers.get(q.id)) for q in questions]
    b = [judge(q, run_b.answers.get(q.id)) for q in questions]
    pairs = list(zip(a, b, strict=True))
    return Comparison(
        names=(run_a.name, run_b.name),
        questions=len(pairs),
        differences=_differences(a, b),
        won=tuple(y.question.id for x, y in pairs if y.correct and x.correct is False),
        lost=tuple(y.question.id for x, y in pairs if x.correct and y.correct is False),
        changed=tuple(
            y.question.id for x, y in pairs if x.correct == y.correct and _quotes(x) != _quotes(y)
        ),
    )


def _differences(a: Sequence[Judged], b: Sequence[Judged]) -> tuple[Difference, ...]:
    chances = [randomisation_p(measure.table(a), measure.table(b)) for measure in COMPARED]
    return tuple(
        Difference(
            measure=measure,
            a=measure.value(a),
            b=measure.value(b),
            p=p,
            corrected=corrected,
            interval=found.interval if found else None,
        )
        for measure, p, corrected, found in zip(
            COMPARED, chances, holm(chances), paired(COMPARED, a, b), strict=True
        )
    )


def _quotes(one: Judged) -> tuple[str, ...] | None:
    return tuple(citation.quote for citation in one.answer.citations) if one.answer else None


def _cell(value: float | None, measure: Measure, sign: str = "") -> str:
    return as_read(value, share=measure.share, sign=sign)
