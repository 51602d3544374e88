"""`youju evaluate`, `youju compare`: how good the answers are."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from rag.errors import UsageInvalid
from ui import console
from ui.options import AsJson, DataDir, EachCore, Options, Overwrite, options_of

if TYPE_CHECKING:
    from eval.question_sets import QuestionSet
    from eval.reports import Report
    from eval.runs import Run

_Run = Annotated[Path, typer.Argument(help="一次运行：youju answer 的输出，或评测报告的文件夹。")]
_Before = Annotated[
    Path | None,
    typer.Option(
        "--no-worse-than",
        metavar="RUN",
        help="与这次运行（回答文件，或评测报告的文件夹）比；有指标变差而不像是碰巧，则退出码为 1。",
    ),
]
_Within = Annotated[
    list[str] | None,
    typer.Option(
        "--collection",
        metavar="文集",
        help="只问这个文集，可写多次；题里写了文集的照旧。",
    ),
]
_Measures = Annotated[
    list[str] | None,
    typer.Option("--measure", metavar="指标", help="--no-worse-than 比哪些指标，可写多次。"),
]


def evaluate(
    context: typer.Context,
    questions: Annotated[Path, typer.Argument(metavar="QUESTIONS", help="问题集文件。")],
    answers: Annotated[
        Path | None, typer.Option("--answers", metavar="FILE", help="评这份回答，而不重新回答。")
    ] = None,
    report: Annotated[
        Path | None, typer.Option("--report", metavar="DIR", help="把报告写到这个文件夹。")
    ] = None,
    fail_under: Annotated[
        list[str] | None,
        typer.Option("--fail-under", metavar="指标=值", help="低于此值则退出码为 1，可写多次。"),
    ] = None,
    no_worse_than: _Before = None,
    measure: _Measures = None,
    collection: _Within = None,
    overwrite: Overwrite = False,
    at_once: EachCore = 0,
    data_dir: DataDir = None,
    as_json: AsJson = False,
) -> None:
    """在一个问题集上评测：检索、回答、引文、拒答、长度、快慢。"""
    from eval.gates import no_worse
    from eval.question_sets import load_questions
    from eval.report_folders import check_free, check_nothing_foreign

    options = options_of(context, data_dir, as_json)
    question_set = load_questions(questions).within(collection or ())
    before = _earlier(no_worse_than, measure or [])
    if report is not None:
        check_free(report, question_set)
        if not overwrite:
            check_nothing_foreign(report)
    run, result = _evaluated(question_set, answers, options, report, at_once)
    failed = result.check(fail_under or [])
    if report is not None:
        from eval.report_writing import write_report

        write_report(result, report)
    held = no_worse(question_set, before, run, measure or []) if before else None
    if options.as_json:
        console.say_json(result.to_json() | ({"no_worse_than": held.to_json()} if held else {}))
    else:
        console.say("\n\n".join([result.table(), *([held.table()] if held else [])]))
    worse = held.failed if held else []
    for gate in (*failed, *worse):
        console.warn(f"未过关：{gate}")
    if failed or worse or result.failed or result.problems:
        raise typer.Exit(1)


def compare(
    context: typer.Context,
    run_a: _Run,
    run_b: _Run,
    questions: Annotated[
        Path | None,
        typer.Option("--questions", metavar="QUESTIONS", help="问题集；有它才知道谁对谁错。"),
    ] = None,
    data_dir: DataDir = None,
    as_json: AsJson = False,
) -> None:
    """比较两次运行：哪些指标变了，哪些题变了，是不是碰巧。"""
    from eval.comparison import compare as compare_runs
    from eval.question_sets import load_questions
    from eval.runs import read_run, run_file

    options = options_of(context, data_dir, as_json)
    question_set = load_questions(questions) if questions else None
    comparison = compare_runs(read_run(run_file(run_a)), read_run(run_file(run_b)), question_set)
    if options.as_json:
        console.say_json(comparison.to_json())
    else:
        console.say(comparison.table())


def _earlier(place: Path | None, measures: list[str]) -> Run | None:
    """The run to hold against, read before anything is written over it; None if none is asked for.

    Raises:
        UsageInvalid: figures are named and no run, or they cannot be compared.
    """
    from eval.gates import gated
    from eval.runs import read_run, run_file

    if place is None:
        if measures:
            reason = "--measure 要与 --no-worse-than 一起用。"
            raise UsageInvalid(reason=reason, command="youju evaluate")
        return None
    gated(measures)
    return read_run(run_file(place))


def _evaluated(
    question_set: QuestionSet,
    answers: Path | None,
    options: Options,
    folder: Path | None,
    at_once: int,
) -> tuple[Run, Report]:
    """Ask, unless there are answers, and judge; what is asked is kept in the report's folder."""
    from tempfile import TemporaryDirectory

    from eval.evaluating import ask_in, judged
    from eval.run_stamps import cores
    from eval.runs import read_run, run_file
    from rag.assembly import open_pipeline

    settings = options.settings()
    if answers is None:
        console.warn_away(settings)
    at_once = at_once or cores()
    pipeline = open_pipeline(settings, at_once=at_once, again=True)
    try:
        if answers is not None:
            run = read_run(run_file(answers))
        else:
            with (
                TemporaryDirectory() as spare,
                console.progress("评测", "题", shown=not options.as_json) as advance,
            ):
                kept = folder or Path(spare)
                run = ask_in(kept, pipeline, question_set, advance, at_once=at_once)
        return run, judged(pipeline, question_set, run)
    finally:
        pipeline.close()
