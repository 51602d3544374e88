"""Risk and coverage of refusing below a threshold, and the threshold that balances both.

Questions are answered once with nothing refused; then every threshold can be tried on paper
(El-Yaniv and Wiener, 2010). Coverage is the share of questions answered, risk the share of answers
that are wrong; an answer to an unanswerable question is wrong.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass

from eval.judging import Judged
from eval.tables import text_table
from rag.errors import QuestionsOneSided

_ROWS = 12


@dataclass(frozen=True, slots=True)
class Tried:
    """A question answered with nothing refused.

    Attributes:
        confidence: of the answer; 0 where there was nothing to quote.
        right: whether the answer holds what was wanted.
        answerable: whether there is an answer.
    """

    confidence: float
    right: bool
    answerable: bool


@dataclass(frozen=True, slots=True)
class Point:
    """What refusing below `threshold` does.

    Attributes:
        threshold: as in the settings.
        answered: of the answerable questions, the share answered.
        refused: of the unanswerable ones, the share refused.
        coverage: of all questions, the share answered.
        risk: of the answers, the share that is wrong; 0 where nothing is answered.
        wrong, lost: of all questions, the share answered wrongly, and refused although answerable.
    """

    threshold: float
    answered: float
    refused: float
    coverage: float
    risk: float
    wrong: float
    lost: float

    @property
    def balanced_accuracy(self) -> float:
        """The mean of answering what can be answered and refusing what cannot."""
        return (self.answered + self.refused) / 2


def tried(judged: Iterable[Judged]) -> list[Tried]:
    """Those questions whose answerability is known, asked at threshold zero."""
    return [
        Tried(
            confidence=one.answer.confidence if one.answer is not None and one.answered else 0.0,
            right=bool(one.contained),
            answerable=bool(one.question.answerable),
        )
        for one in judged
        if one.question.answerable is not None
    ]


def curve(questions: Sequence[Tried]) -> list[Point]:
    """A point for every threshold that changes anything, from the lowest; halfway between.

    Raises:
        QuestionsOneSided: all questions can be answered, or none.
    """
    if len({one.answerable for one in questions}) < 2:
        raise QuestionsOneSided(
            answerable="true" if questions and questions[0].answerable else "false"
        )
    levels = sorted({one.confidence for one in questions})
    between = [(low + high) / 2 for low, high in itertools.pairwise(levels)]
    return [point(questions, threshold) for threshold in (0.0, *between, 1.0)]


def point(questions: Sequence[Tried], threshold: float) -> Point:
    """What refusing below `threshold` does to these questions of both kinds."""
    answers = [one for one in questions if one.confidence >= threshold]
    due = [one for one in questions if one.answerable]
    wrong = sum(not (one.answerable and one.right) for one in answers)
    answered = sum(one.answerable for one in answers)
    others = len(questions) - len(due)
    return Point(
        threshold=round(threshold, 4),
        answered=answered / len(due),
        refused=1 - (len(answers) - answered) / others,
        coverage=len(answers) / len(questions),
        risk=wrong / len(answers) if answers else 0.0,
        wrong=wrong / len(questions),
        lost=(len(due) - answered) / len(questions),
    )


def balanced(points: Sequence[Point]) -> Point:
    """The point with the best balance; of equals the one in the middle."""
    best = max(one.balanced_accuracy for one in points)
    equals = [one for one in points if one.balanced_accuracy == best]
    return equals[len(equals) // 2]


def cheapest(points: Sequence[Point], cost: float) -> Point:
    """The point of least loss where a wrong answer costs so many times a refusal.

    Of equals the one that answers least (C. K. Chow: On optimum recognition error and reject
    tradeoff. IEEE Transactions on Information Theory, 1970).
    """
    return min(points, key=lambda one: (cost * one.wrong + one.lost, one.coverage))


def within_risk(points: Sequence[Point], risk: float) -> Point:
    """The point that answers most with at most this risk."""
    return max((one for one in points if one.risk <= risk), key=lambda one: one.coverage)


def table(points: Sequence[Point]) -> str:
    """About a dozen points, evenly taken."""
    step = max(1, len(points) // _ROWS)
    shown = [*points[:-1:step], points[-1]]
    header = ("阈值", "回答比例", "答错比例", "可答而答", "不可答而拒", "平衡准确率")
    rows = [
        (
            f"{one.threshold:.3f}",
            *(
                f"{share:.1%}"
                for share in (
                    one.coverage,
                    one.risk,
                    one.answered,
                    one.refused,
                    one.balanced_accuracy,
                )
            ),
        )
        for one in shown
    ]
    return text_table([header, *rows])


def to_json(points: Sequence[Point], chosen: Point) -> dict[str, object]:
    """The chosen point and the whole curve."""

    def record(one: Point) -> dict[str, float]:
        return asdict(one) | {"balanced_accuracy": one.balanced_accuracy}

    return {"chosen": record(chosen), "curve": [record(one) for one in points]}


def figure(points: Sequence[Point], chosen: Point) -> str:
    """The curve as SVG: coverage to the right, risk upwards, the chosen threshold marked."""
    width, height, margin = 480, 320, 48
    top = max(0.1, *(one.risk for one in points))

    def place(one: Point) -> tuple[float, float]:
        x = margin + one.coverage * (width - 2 * margin)
        return x, height - margin - one.risk / top * (height - 2 * margin)

    line = " ".join(f"{x:.1f},{y:.1f}" for x, y in map(place, points))
    x, y = place(chosen)
    right, bottom = width - margin, height - margin
    return f"""<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" role="img">
<title>答错比例随回答比例的变化</title>
<style>text {{ font: 13px sans-serif; fill: #444 }}</style>
<path d="M{margin} {margin}V{bottom}H{right}" fill="none" stroke="#999"/>
<polyline points="{line}" fill="none" stroke="#1c5d99" stroke-width="2"/>
<circle cx="{x:.1f}" cy="{y:.1f}" r="5" fill="#b3261e"/>
<text x="{x - 8:.1f}" y="{y - 10:.1f}" text-anchor="end">阈值 {chosen.threshold:.2f}</text>
<text x="{margin}" y="{margin - 12}">答错比例（最高 {top:.0%}）</text>
<text x="{right}" y="{bottom + 32}" text-anchor="end">回答比例（0–100%）</text>
</svg>
"""
