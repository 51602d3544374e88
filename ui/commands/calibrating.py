"""`youju calibrate`: choose, on one's own questions, below which probability to refuse."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ui import console
from ui.options import AsJson, DataDir, Options, options_of

if TYPE_CHECKING:
    from eval.risk_coverage import Point


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
    """在自己的问题集上选拒答的阈值，并列出各阈值下的答错比例。"""
    from eval import risk_coverage
    from eval.data_files import write_whole
    from rag.errors import UsageInvalid
    from rag.settings import SETTINGS_FILE, set_threshold

    options = options_of(context, data_dir, as_json)
    if cost is not None and max_risk is not None:
        reason = "--cost 与 --max-risk 只能用一个。"
        raise UsageInvalid(reason=reason, command="youju calibrate")
    points = _points(questions, options)
    if cost is not None:
        chosen = risk_coverage.cheapest(points, cost)
    elif max_risk is not None:
        chosen = risk_coverage.within_risk(points, max_risk)
    else:
        chosen = risk_coverage.balanced(points)
    if figure is not None:
        write_whole(figure, risk_coverage.figure(points, chosen))
    if write:
        set_threshold(options.settings().data_dir / SETTINGS_FILE, chosen.threshold)
    if options.as_json:
        console.say_json(risk_coverage.to_json(points, chosen))
        return
    console.say(risk_coverage.table(points))
    console.say()
    _say_chosen(chosen, options.settings().data_dir / SETTINGS_FILE, written=write)


def _points(questions: Path, options: Options) -> list[Point]:
    """The curve of these questions, each asked once with nothing refused."""
    from eval import risk_coverage
    from eval.judging import judge
    from eval.question_sets import load_questions
    from eval.reading import with_answer_settings
    from eval.runs import answer_all
    from rag.assembly import open_pipeline

    asked = load_questions(questions).questions
    pipeline = open_pipeline(with_answer_settings(options.settings(), threshold=0.0))
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
