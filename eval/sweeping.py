"""A question set under every combination of some settings, and which combinations are worth it.

A combination is worth it where no other is as good in all and better in one of accuracy, refusals,
quoted length and milliseconds: the Pareto front.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from pathlib import Path
from typing import Any

from eval.data_files import write_whole
from eval.evaluating import ask_in, judged
from eval.measures.accuracy import ACCURACY
from eval.measures.catalogue import LOWER_IS_BETTER
from eval.measures.correct import CORRECT
from eval.measures.latency import LATENCIES
from eval.measures.quotes import MEAN_QUOTED_LENGTH
from eval.measures.refusal import REFUSAL_F1
from eval.measures.statistic import Figure
from eval.question_sets import QuestionSet
from eval.report_writing import write_report
from eval.reports import Report
from eval.spreadsheets import csv_text
from eval.tables import as_read, markdown_table, text_table
from rag.errors import UsageInvalid
from rag.models.embedding import Progress
from rag.pipeline import Pipeline
from rag.settings import Loaded, Settings
from rag.settings.catalogue import Effect, setting
from rag.settings.origins import Layer
from rag.settings.writing import put, value_of

AXES: tuple[Figure, ...] = (ACCURACY, REFUSAL_F1, MEAN_QUOTED_LENGTH, LATENCIES[0])
SHOWN: tuple[Figure, ...] = (CORRECT, *AXES)
MOST = 200
"""Combinations."""

_SAME_MS = 0.05
"""Share by which two medians of milliseconds differ at least before either counts as quicker."""
_COMMAND = "youju sweep"
_GROUPS = {"answer", "passages", "retrieval", "embedding", "reader", "reranker", "chooser"}
_UNSAFE = re.compile(r"[^\w.=,+-]")
_LONGEST_NAME = 120

Values = Mapping[str, Any]
"""Of settings, by key."""


@dataclass(frozen=True, slots=True)
class Combination:
    """Settings to try."""

    values: Values

    @property
    def name(self) -> str:
        """Of its run: the settings; what a folder's name cannot hold is replaced and numbered."""
        told = ",".join(f"{key}={_told(value)}" for key, value in self.values.items())
        safe = _UNSAFE.sub("_", told)
        if safe == told and len(told) <= _LONGEST_NAME:
            return told
        return f"{safe[:_LONGEST_NAME]}-{hashlib.sha256(told.encode()).hexdigest()[:8]}"

    def settings(self, loaded: Loaded) -> Settings:
        """All settings, these over the others."""
        nested: dict[str, Any] = {}
        for key, value in self.values.items():
            put(nested, key, value)
        return loaded.over(Layer("running", nested)).settings


@dataclass(frozen=True, slots=True)
class Tried:
    """A combination and what came of it."""

    combination: Combination
    report: Report

    def figure(self, figure: Figure) -> float | None:
        """One of `SHOWN`."""
        return self.report.metrics.get(figure.name)


@dataclass(frozen=True, slots=True)
class Sweep:
    """All combinations over one question set."""

    questions: int
    tried: tuple[Tried, ...]

    @property
    def front(self) -> list[Tried]:
        """Those that no other beats."""
        return [one for one in self.tried if not any(beats(other, one) for other in self.tried)]

    def to_json(self) -> dict[str, Any]:
        """The sweep as JSON."""
        front = self.front
        return {
            "benchmark": "sweep",
            "questions": self.questions,
            "runs": [
                {
                    "run": one.combination.name,
                    "settings": dict(one.combination.values),
                    "metrics": {figure.name: one.figure(figure) for figure in SHOWN},
                    "intervals": {
                        figure.name: list(one.report.intervals[figure.name])
                        for figure in SHOWN
                        if figure.name in one.report.intervals
                    },
                    "front": one in front,
                }
                for one in self.tried
            ],
        }

    def rows(self) -> list[list[str]]:
        """A header and a row a combination."""
        keys = list(self.tried[0].combination.values)
        front = self.front
        head = [*keys, *(figure.label for figure in SHOWN), "前沿"]
        body = [
            [
                *(_told(value) for value in one.combination.values.values()),
                *(as_read(one.figure(figure), share=figure.share) for figure in SHOWN),
                "是" if one in front else "",
            ]
            for one in self.tried
        ]
        return [head, *body]

    def table(self) -> str:
        """For a terminal."""
        return f"{text_table(self.rows())}\n\n{self._legend()}"

    def markdown(self) -> str:
        """As a page."""
        names = "\n".join(
            f"- [{one.combination.name}]({one.combination.name}/report.html)" for one in self.tried
        )
        head = f"# 设置对比：{self.questions} 题，{len(self.tried)} 种设置"
        parts = (head, markdown_table(self.rows()), self._legend(), "## 各次评测", names)
        return "\n\n".join(parts) + "\n"

    def _legend(self) -> str:
        labels = "、".join(figure.label for figure in AXES)
        return (
            f"前沿（{len(self.front)} 种）：没有别的设置在{labels}上样样不差而有一样更好"
            f"（耗时相差不到 {_SAME_MS:.0%} 算一样）。"
        )


def combinations(given: Sequence[str]) -> list[Combination]:
    """Every combination of what was given as `key=value,value`.

    Raises:
        UsageInvalid: something of another form, a setting twice, or too many combinations.
        SettingUnknown, SettingInvalid: there is no such setting, or no such value.
    """
    choices: dict[str, list[Any]] = {}
    for text in given:
        key, equals, values = text.partition("=")
        key = key.strip()
        parts = [part.strip() for part in values.split(",") if part.strip()]
        if not equals or not parts:
            raise _wrong(f"看不懂 {text!r}：应写作 设置=值,值，如 answer.threshold=0.3,0.5")
        if key in choices:
            raise _wrong(f"{key} 写了两次，请写在一起，用逗号隔开")
        _check(key)
        choices[key] = list(dict.fromkeys(value_of(key, part) for part in parts))
    if not choices:
        raise _wrong("请用 --set 写出要试的设置，如 --set answer.threshold=0.3,0.5")
    made = [Combination(dict(zip(choices, one, strict=True))) for one in product(*choices.values())]
    if len(made) > MOST:
        raise _wrong(f"一共有 {len(made)} 种设置，最多试 {MOST} 种")
    return made


def sweep(
    questions: QuestionSet,
    tried: Sequence[Combination],
    loaded: Loaded,
    folder: Path,
    opener: Callable[[Settings], Pipeline],
    *,
    progress: Callable[[Combination], Progress] | None = None,
    at_once: int = 1,
) -> Sweep:
    """Ask the set under every combination; a run that is finished already is not asked again.

    Args:
        questions: the set.
        tried: the combinations.
        loaded: the settings that they stand over.
        folder: a folder a run, named after its settings, and the table.
        opener: opens a pipeline.
        progress: of the run of a combination.
        at_once: how many questions are under way at a time, the same in all runs.

    Raises:
        NothingToEvaluate: the library is empty.
        ReportTaken: the folder holds runs of another set.
        DataFileMissing, StorageFull, StorageFailed: the folder does not take the files.
    """
    found: dict[str, Tried] = {}
    for combination, pipeline in _opened(tried, loaded, opener):
        own = folder / combination.name
        advance = progress(combination) if progress else None
        run = ask_in(own, pipeline, questions, advance, at_once=at_once, again=False)
        report = judged(pipeline, questions, run, diagnosed=False)
        write_report(report, own)
        found[combination.name] = Tried(combination, report)
    result = Sweep(len(questions), tuple(found[one.name] for one in tried))
    document = json.dumps(result.to_json(), ensure_ascii=False, indent=2)
    write_whole(folder / "sweep.json", document + "\n")
    write_whole(folder / "sweep.md", result.markdown())
    write_whole(folder / "sweep.csv", csv_text(result.rows()))
    return result


def beats(one: Tried, other: Tried) -> bool:
    """Whether one is as good in all axes that both have, and better in one."""
    signs = [
        _sign(figure, a, b)
        for figure in AXES
        if (a := one.figure(figure)) is not None and (b := other.figure(figure)) is not None
    ]
    return bool(signs) and min(signs) >= 0 and max(signs) > 0


def _sign(figure: Figure, a: float, b: float) -> int:
    """1 where a is better, -1 where it is worse, 0 where they are the same."""
    tolerance = _SAME_MS * max(a, b) if figure in LATENCIES else 1e-12
    if abs(a - b) <= tolerance:
        return 0
    return 1 if (a < b) == (figure.name in LOWER_IS_BETTER) else -1


def _opened(
    tried: Sequence[Combination], loaded: Loaded, opener: Callable[[Settings], Pipeline]
) -> Iterator[tuple[Combination, Pipeline]]:
    """Each combination with a pipeline under it: opened once for all that need no other models."""
    groups: dict[str, list[Combination]] = {}
    for one in tried:
        fixed = {k: v for k, v in one.values.items() if setting(k).effect is not Effect.NOW}
        groups.setdefault(json.dumps(fixed, sort_keys=True), []).append(one)
    for group in groups.values():
        pipeline = opener(group[0].settings(loaded))
        try:
            for one in group:
                yield one, pipeline.under(one.settings(loaded))
        finally:
            pipeline.close()


def _check(key: str) -> None:
    """Refuse what changes no answer, or only with other articles.

    Raises:
        UsageInvalid, SettingUnknown: as said.
    """
    one = setting(key)
    if one.group not in _GROUPS or one.secret:
        raise _wrong(f"{key} 不改变回答，不用比")
    if one.effect not in {Effect.NOW, Effect.RESTART}:
        raise _wrong(f"{key} 要重新导入或重建文章库才起作用，不能在同一个库上比")


def _told(value: Any) -> str:
    return json.dumps(value) if isinstance(value, bool) else str(value)


def _wrong(reason: str) -> UsageInvalid:
    return UsageInvalid(reason=reason, command=_COMMAND)
