"""`youju evaluate`, `youju compare`, `youju benchmark`: how good the answers are."""

from __future__ import annotations

import importlib
import inspect
import pkgutil
from pathlib import Path
from typing import Annotated, Any

import typer

from rag.errors import UsageInvalid
from ui import console
from ui.options import AsJson, DataDir, options_of

_RUN_HELP = "一次运行：youju answer 的输出。"


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
    data_dir: DataDir = None,
    as_json: AsJson = False,
) -> None:
    """在一个问题集上评测：检索、回答、引文、拒答、长度、快慢。"""
    from eval.reports import evaluate as evaluate_run
    from eval.runs import answer_all, read_run
    from rag.assembly import open_pipeline

    from eval.question_sets import load_questions

    options = options_of(context, data_dir, as_json)
    gates = [_gate(text) for text in fail_under or []]
    question_set = load_questions(questions)
    if answers is not None:
        run = read_run(answers)
    else:
        pipeline = open_pipeline(options.settings())
        try:
            with console.progress("评测", "题", shown=not options.as_json) as advance:
                run = answer_all(pipeline, question_set, None, progress=advance)
        finally:
            pipeline.close()
    result = evaluate_run(question_set, run)
    if report is not None:
        result.write(report)
    if options.as_json:
        console.say_json(result.to_json())
    else:
        console.say(result.table())
    failures = [failure for gate in gates for failure in result.check(gate)]
    for failure in failures:
        console.warn(f"未过关：{failure}")
    if failures:
        raise typer.Exit(1)


def compare(
    context: typer.Context,
    first: Annotated[Path, typer.Argument(metavar="RUN_A", help=_RUN_HELP)],
    second: Annotated[Path, typer.Argument(metavar="RUN_B", help=_RUN_HELP)],
    data_dir: DataDir = None,
    as_json: AsJson = False,
) -> None:
    """比较两次运行。"""
    from eval.comparison import compare as compare_runs
    from eval.runs import read_run

    options = options_of(context, data_dir, as_json)
    comparison = compare_runs(read_run(first), read_run(second))
    if options.as_json:
        console.say_json(comparison.to_json())
    else:
        console.say(comparison.table())


def benchmark(
    context: typer.Context,
    name: Annotated[str, typer.Argument(metavar="NAME", help="基准的名字，如 embedding。")],
    files: Annotated[
        list[Path] | None, typer.Argument(metavar="FILE…", help="基准要读的数据文件。")
    ] = None,
    distractors: Annotated[
        list[Path] | None, typer.Option("--distractors", metavar="FILE", help="混入的其他文章。")
    ] = None,
    limit: Annotated[int | None, typer.Option("--limit", metavar="N", min=1, help="上限。")] = None,
    data_dir: DataDir = None,
    as_json: AsJson = False,
) -> None:
    """测量：快慢、检索、证据等；数值都在本机上现测。"""
    options = options_of(context, data_dir, as_json)
    run = _benchmark(name)
    offered = {
        "files": files or [],
        "distractors": distractors or [],
        "limit": limit,
        "settings": options.settings(),
    }
    accepted = inspect.signature(run).parameters
    result = run(**{key: value for key, value in offered.items() if key in accepted})
    if options.as_json:
        console.say_json(result)
    else:
        _show_metrics(result)


def _benchmark(name: str) -> Any:
    import eval.benchmarks

    names = sorted(
        module.name
        for module in pkgutil.iter_modules(eval.benchmarks.__path__)
        if not module.name.startswith("_")
    )
    module = name.replace("-", "_")
    if module not in names:
        known = "、".join(names)
        raise UsageInvalid(
            reason=f"没有这个基准：{name}；可用的有：{known}。", command="youju benchmark"
        )
    return importlib.import_module(f"eval.benchmarks.{module}").run


def _show_metrics(result: dict[str, Any]) -> None:
    console.say(f"基准 {result['benchmark']}")
    for place, value in _flat(result["metrics"]):
        console.say(f"  {place:<40} {value}")


def _flat(value: Any, place: str = "") -> list[tuple[str, str]]:
    if isinstance(value, dict):
        return [row for k, v in value.items() for row in _flat(v, f"{place}.{k}" if place else k)]
    return [(place, f"{value:.4g}" if isinstance(value, float) else str(value))]


def _gate(text: str) -> str:
    name, equals, value = text.partition("=")
    try:
        float(value)
    except ValueError:
        equals = ""
    if not (name and equals):
        raise UsageInvalid(
            reason=f"--fail-under 应写成 指标=值，而不是 {text}。", command="youju evaluate"
        )
    return text
