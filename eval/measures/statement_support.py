"""ALCE's citation recall and precision per statement (Gao et al., EMNLP 2023).

There a language model judges whether cited texts support a statement; here they do if they hold
it, word for word. Recall: statements that all their citations together support. Precision:
citations of supported statements that are needed, because they support the statement alone or the
others do not without them. Both are means over questions; one that should be answered and is not
counts as zero.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from eval.judging import Judged
from eval.measures.containment import loose
from eval.measures.ratio import Measure
from rag.data_model.answers import Answer, Statement


def statement_recall(answer: Answer) -> float:
    """The share of statements that their citations support, 0–1; 0 without a statement."""
    values = [float(_supports(s, _quotes(answer, s))) for s in answer.statements]
    return sum(values) / len(values) if values else 0.0


def statement_precision(answer: Answer) -> float:
    """The share of citations that are needed, 0–1; 0 without a citation."""
    needed = [is_needed for s in answer.statements for is_needed in _needed(answer, s)]
    return sum(needed) / len(needed) if needed else 0.0


def _needed(answer: Answer, statement: Statement) -> list[bool]:
    quotes = _quotes(answer, statement)
    if not _supports(statement, quotes):
        return [False] * len(quotes)
    return [
        _supports(statement, [quote]) or not _supports(statement, [*quotes[:n], *quotes[n + 1 :]])
        for n, quote in enumerate(quotes)
    ]


def _quotes(answer: Answer, statement: Statement) -> list[str]:
    by_number = {citation.n: citation.quote for citation in answer.citations}
    return [by_number.get(n, "") for n in statement.citations]


def _supports(statement: Statement, quotes: Sequence[str]) -> bool:
    return bool(quotes) and loose(statement.text) in loose("".join(quotes))


def _over(value: Callable[[Answer], float]) -> Callable[[Judged], tuple[float, float]]:
    def of(one: Judged) -> tuple[float, float]:
        if one.answer is not None and one.answered:
            return value(one.answer), 1.0
        return 0.0, float(one.question.answerable is True)

    return of


STATEMENT_RECALL = Measure("statement_recall", "每句有引文支持（ALCE）", (_over(statement_recall),))
STATEMENT_PRECISION = Measure(
    "statement_precision", "引文都用得上（ALCE）", (_over(statement_precision),)
)
