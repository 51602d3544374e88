"""Evaluations in real child processes, to be killed or interrupted between any two questions.

    python killed_evaluations.py DATA_DIR QUESTIONS REPORT_DIR

The child answers with the fake pipeline and acknowledges every question on stdout.
"""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path

from fake_pipeline import FakePipeline

from rag import assembly
from rag.data_model.answers import Answer, OnStage, Question


class Acknowledging(FakePipeline):
    """Says so whenever a question is answered, and takes a moment."""

    def ask(self, question: Question, on_stage: OnStage | None = None) -> Answer:
        """As the fake."""
        answer = super().ask(question, on_stage)
        sys.stdout.write(f"asked {question.id}\n")
        sys.stdout.flush()
        time.sleep(0.01)
        return answer


def start(data_dir: Path, questions: Path, report: Path) -> subprocess.Popen[str]:
    """A child that evaluates."""
    here = Path(__file__).parent
    return subprocess.Popen(
        [sys.executable, __file__, str(data_dir), str(questions), str(report)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        cwd=here.parent,
        env={"PYTHONPATH": f"{here.parent}:{here}", "PATH": ""},
    )


def acknowledged(child: subprocess.Popen[str], count: int) -> int:
    """Read up to so many acknowledgements; how many there were."""
    assert child.stdout is not None
    found = 0
    while found < count and (line := child.stdout.readline()):
        found += line.startswith("asked ")
    return found


if __name__ == "__main__":
    from ui.cli import main

    assembly.open_pipeline = Acknowledging  # type: ignore[assignment]
    data_dir, questions, report = sys.argv[1:]
    one_at_a_time = ["--at-once", "1"]  # so that what is acknowledged is what is written
    main(["--data-dir", data_dir, "evaluate", questions, "--report", report, *one_at_a_time])
