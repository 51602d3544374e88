"""Whose report a folder holds, so that the run of one question set never writes over another's."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from eval.question_formats.trec import QRELS, RUN
from eval.question_sets import QuestionSet
from eval.run_stamps import read_stamps
from eval.runs import ANSWERS, read_run
from rag.errors import FileTaken, ReportTaken

FILES = (
    "report.json",
    "report.md",
    "failures.jsonl",
    "report.html",
    "questions.csv",
    "questions.xlsx",
    "junit.xml",
    RUN,
    QRELS,
)
"""What a report writes into its folder, in this order."""


def check_free(folder: Path, questions: QuestionSet) -> None:
    """Let a folder pass that is new, or holds a run or a report of this very set.

    A set is known by its file's name and by a question that both runs share, for its lines may be
    mended between two runs; a run that does not tell its set is known by its questions alone.

    Raises:
        ReportTaken: it holds a run or a report of another set.
        DataLineInvalid: its answers cannot be read, so nobody knows whose they are.
    """
    answers = folder / ANSWERS
    stamps = read_stamps(answers)
    told = {stamps.asked if stamps else "", _reported(folder)} - {""}
    other = next((name for name in sorted(told) if name != questions.name), None)
    if other is None and (run := _other_questions(answers, questions)) is not None:
        other = f"{questions.name}，没有一题相同" if told else run
    if other:
        raise ReportTaken(folder=folder, held=other, asked=questions.name)


def check_nothing_foreign(folder: Path) -> None:
    """Let a folder pass where a report would write over nothing but a report.

    Raises:
        FileTaken: a file of a report's name is there, and no report.
    """
    if not _report(folder):
        taken = next((folder / name for name in FILES if (folder / name).exists()), None)
        if taken is not None:
            raise FileTaken(file=taken)


def _report(folder: Path) -> dict[str, Any]:
    """The report of ours that a folder holds, whose JSON is written before all else; else empty."""
    try:
        report = json.loads((folder / FILES[0]).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return report if isinstance(report, dict) and "settings" in report else {}


def _reported(folder: Path) -> str:
    """The set that the folder's report names; empty where there is none."""
    settings = _report(folder).get("settings")
    return str(settings.get("set", "")) if isinstance(settings, dict) else ""


def _other_questions(answers: Path, questions: QuestionSet) -> str | None:
    """The name of a run that shares no question with the set."""
    if not answers.is_file():
        return None
    run = read_run(answers)
    shared = any(run.has(question) for question in questions)
    return run.name if (run.answers or run.failures) and not shared else None
