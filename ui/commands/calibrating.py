"""`youju calibrate`: choose, on one's own questions, below which probability to refuse."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from ui import console
from ui.options import AsJson, DataDir, Options, options_of

if TYPE_CHECKING:
    from eval.risk_coverage import Point
    from rag.evidence.reader_scorer import ReaderScorer
    from rag.evidence.scorer import EvidenceScorer
    from rag.models.named_reader import NamedReader
    from rag.settings import Settings


def calibrate(
    context: typer.Context,
    questions: Annotated[
        Path,
        typer.Argument(metavar="QUESTIONS", help="问题集：既有可答的，也有不可答的。"),
    ],
    max_risk: Annotated[
        float | None,
        typer.Option("--max-risk", min=0, max=1, help="答错比例的上限；默认让答与拒平衡。"),
    ] = None,
    cost: Annotated[
        float | None,
        typer.Option("--cost", min=0, max=1000, help="答错一题的代价，相当于几次不该有的拒答。"),
    ] = None,
    figure: Annotated[
        Path | None, typer.Option("--figure", metavar="SVG", help="把曲线画到这个文件。")
    ] = None,
    write: Annotated[bool, typer.Option("--write", help="把阈值写进文章库的 youju.toml。")] = False,
    data_dir: DataDir = None,
    as_json: AsJson = False,
) -> None:
    """在自己的问题集上选拒答的阈值；换了阅读模型（reader.model）时，连它的校准一起做。"""
    from eval import risk_coverage
    from eval.data_files import write_whole
    from rag.errors import UsageInvalid
    from rag.settings import SETTINGS_FILE, set_threshold

    options = options_of(context, data_dir, as_json)
    if cost is not None and max_risk is not None:
        reason = "--cost 与 --max-risk 只能用一个。"
        raise UsageInvalid(reason=reason, command="youju calibrate")
    fitted = _fitted(questions, options) if _has_reader(options) else None
    points = _points(questions, options, fitted.scorer if fitted else None)
    chosen = _chosen(points, cost, max_risk)
    if figure is not None:
        write_whole(figure, risk_coverage.figure(points, chosen))
    kept = fitted.keep() if fitted and write else None
    if write:
        set_threshold(options.settings().data_dir / SETTINGS_FILE, chosen.threshold)
    if options.as_json:
        told = risk_coverage.to_json(points, chosen)
        console.say_json(told | ({"reader": fitted.told(kept)} if fitted else {}))
        return
    console.say(risk_coverage.table(points))
    console.say()
    if fitted:
        fitted.say(kept)
    _say_chosen(chosen, options.settings().data_dir / SETTINGS_FILE, written=write)


def _chosen(points: Sequence[Point], cost: float | None, max_risk: float | None) -> Point:
    """The point that was asked for; without a bound, where answers and refusals balance."""
    from eval import risk_coverage

    if cost is not None:
        return risk_coverage.cheapest(points, cost)
    if max_risk is not None:
        return risk_coverage.within_risk(points, max_risk)
    return risk_coverage.balanced(points)


def _has_reader(options: Options) -> bool:
    """Whether the reader is of the user's choice: only such a one is to be calibrated."""
    settings = options.settings()
    return bool(settings.reader.model) and settings.answer.scorer == "reader"


@dataclass(frozen=True)
class _Fitted:
    """A reader's new calibration, not written yet."""

    record: dict[str, Any]
    reader: NamedReader
    scorer: ReaderScorer
    data_dir: Path

    def keep(self) -> Path:
        """Write it; where it lies."""
        from rag.evidence.calibration import keep_calibration

        name, folder = self.reader.fingerprint, self.reader.folder
        return keep_calibration(self.record, name, folder, self.data_dir)

    def told(self, kept: Path | None) -> dict[str, Any]:
        """For programs."""
        return {
            "model": self.reader.fingerprint,
            "questions": self.record["questions_fitted"],
            "held_out": self.record["held_out"],
            "calibration": str(kept) if kept else None,
        }

    def say(self, kept: Path | None) -> None:
        """For people."""
        held_out = self.record["held_out"]
        how = f"，留出的题上 AUC {held_out['auc']:.3f}" if held_out else "，题太少，没有留出来检验"
        count = self.record["questions_fitted"]
        console.say(f"按 {count} 题校准了阅读模型 {self.reader.fingerprint}{how}。")
        where = f"校准写在 {kept}。" if kept else "加 --write 才会写下校准。"
        console.say(f"{where}阈值与校准用的是同一批题，实际会略差一些。")


def _fitted(questions: Path, options: Options) -> _Fitted:
    """Read these questions' passages with the reader, and fit what weighs it."""
    from eval import reader_calibration
    from eval.question_sets import load_questions
    from rag.assembly import open_named_scorer, open_pipeline
    from rag.evidence.decision import Decision
    from rag.evidence.reader_scorer import ReaderScorer
    from rag.evidence.scorer import FeatureScorer

    settings = _alone(options)
    scorer, reader = open_named_scorer(settings)
    with console.progress("校准", "题", shown=not options.as_json) as advance:
        heard = reader_calibration.listen(
            load_questions(questions).questions,
            scorer,
            lambda listening: open_pipeline(settings, scorer=listening),
            advance,
        )
    record = reader_calibration.fitted(heard)
    decision = Decision.of(record)
    weighed = ReaderScorer(reader, FeatureScorer.bundled(), decision, settings.answer)
    return _Fitted(record, reader, weighed, settings.data_dir)


def _alone(options: Options) -> Settings:
    """The settings without a chooser: it is the reader that is calibrated."""
    from rag.settings.model_sections import ChooserSettings

    return options.settings().model_copy(update={"chooser": ChooserSettings()})


def _points(questions: Path, options: Options, scorer: EvidenceScorer | None = None) -> list[Point]:
    """The curve of these questions, each asked once with nothing refused."""
    from eval import risk_coverage
    from eval.judging import judge
    from eval.question_sets import load_questions
    from eval.reading import with_answer_settings
    from eval.runs import answer_all
    from rag.assembly import open_pipeline

    asked = load_questions(questions).questions
    settings = with_answer_settings(_alone(options), threshold=0.0)
    pipeline = open_pipeline(settings, scorer=scorer) if scorer else open_pipeline(settings)
    try:
        with console.progress("试答", "题", shown=not options.as_json) as advance:
            run = answer_all(pipeline, asked, None, progress=advance)
    finally:
        pipeline.close()
    judged = [judge(question, run.answers.get(question.id)) for question in asked]
    return risk_coverage.curve(risk_coverage.tried(judged))


def _say_chosen(chosen: Point, path: Path, *, written: bool) -> None:
    console.say(
        f"选定阈值 {chosen.threshold}：可答的答了 {chosen.answered:.1%}，"
        f"不可答的拒了 {chosen.refused:.1%}，答错比例 {chosen.risk:.1%}。"
    )
    if written:
        console.say(f"已写入 {path}。")
    else:
        console.say(f"要采用它，请在 {path} 里写：\n\n[answer]\nthreshold = {chosen.threshold}")
