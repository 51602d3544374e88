"""`youju evaluate`, `youju compare`, `youju benchmark`: how good the answers are."""

from __future__ import annotations

import importlib
import inspect
import pkgutil
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from eval.layouts import Layout
from rag.errors import UsageInvalid
from ui import console
from ui.options import AsJson, DataDir, Options, options_of

if TYPE_CHECKING:
    from eval.question_sets import QuestionSet
    from eval.reports import Report

_Run = Annotated[Path, typer.Argument(help="一次运行：youju answer 的输出。")]


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
    from eval.question_sets import load_questions

    options = options_of(context, data_dir, as_json)
    result = _evaluated(load_questions(questions), answers, options)
    failed = result.check(fail_under or [])
    if report is not None:
        from eval.report_writing import write_report

        write_report(result, report)
    if options.as_json:
        console.say_json(result.to_json())
    else:
        console.say(result.table())
    for gate in failed:
        console.warn(f"未过关：{gate}")
    if failed or result.failed or result.problems:
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
    from eval.runs import read_run

    options = options_of(context, data_dir, as_json)
    question_set = load_questions(questions) if questions else None
    comparison = compare_runs(read_run(run_a), read_run(run_b), question_set)
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
        list[Path] | None,
        typer.Option(
            "--distractors",
            metavar="FILE|N",
            help="混入的其他文章；questions、ablation --rules：混入多少篇。",
        ),
    ] = None,
    articles: Annotated[
        list[Path] | None,
        typer.Option(
            "--articles",
            metavar="FILE",
            help="questions、ablation --rules：问题所据的文章（JSONL）。",
        ),
    ] = None,
    split: Annotated[
        str | None,
        typer.Option(
            "--split", help="questions、ablation --rules：问哪一部分；有 dev 就只问 dev，否则全部。"
        ),
    ] = None,
    limit: Annotated[int | None, typer.Option("--limit", metavar="N", min=1, help="上限。")] = None,
    noise: Annotated[
        float | None, typer.Option("--noise", min=0, max=1, help="rgb：干扰段落的比例。")
    ] = None,
    scorer: Annotated[
        str | None, typer.Option("--scorer", help="证据打分：reader 或 features。")
    ] = None,
    remove_half: Annotated[
        bool | None, typer.Option("--remove-half", help="open-qa：抽走一半问题的原文。")
    ] = None,
    questions: Annotated[
        int | None,
        typer.Option("--questions", metavar="N", min=1, help="open-qa、ablation、latency：题数。"),
    ] = None,
    rules: Annotated[
        bool | None, typer.Option("--rules", help="ablation：逐条去掉规则，看各值多少。")
    ] = None,
    pages: Annotated[
        int | None, typer.Option("--pages", metavar="N", min=1, help="stitching：版面数。")
    ] = None,
    layout: Annotated[
        Layout | None,
        typer.Option(
            "--layout",
            help="stitching：bare（只有碎片）、printed（有标题、署名）、rough（少空行、缺字、有框）"
            "或 ordered（顺序没乱，只有空行断句）。",
        ),
    ] = None,
    seconds: Annotated[
        float | None, typer.Option("--seconds", min=0.1, help="load：每一段测多久。")
    ] = None,
    minutes: Annotated[
        float | None, typer.Option("--minutes", min=0, help="load：最后看多久的内存。")
    ] = None,
    data_dir: DataDir = None,
    as_json: AsJson = False,
) -> None:
    """测量：快慢、检索、证据等；数值都在本机上现测。"""
    options = options_of(context, data_dir, as_json)
    offered: dict[str, Any] = {
        "files": files,
        "file": files[0] if files else None,
        "distractors": distractors,
        "articles": articles,
        "split": split,
        "limit": limit,
        "noise": noise,
        "scorer": scorer,
        "remove_half": remove_half,
        "questions": questions,
        "rules": rules,
        "pages": pages,
        "layout": layout,
        "seconds": seconds,
        "minutes": minutes,
        "settings": options.settings(),
        "cache_dir": options.settings().data_dir / "benchmarks",
    }
    result = _run_benchmark(name, {k: v for k, v in offered.items() if v is not None})
    if options.as_json:
        console.say_json(result)
        return
    console.say(f"基准 {result['benchmark']}")
    for place, value in _flat(result["metrics"]):
        console.say(f"  {place:<40} {value}")


def _evaluated(question_set: QuestionSet, answers: Path | None, options: Options) -> Report:
    from tempfile import TemporaryDirectory

    from eval.diagnosis import Diagnosis
    from eval.reports import evaluate as evaluate_run
    from eval.runs import answer_all, read_run
    from rag.assembly import open_pipeline
    from rag.proof.verification import verify

    pipeline = open_pipeline(options.settings())
    try:
        if answers is not None:
            run = read_run(answers)
        else:
            with (
                TemporaryDirectory() as folder,
                console.progress("评测", "题", shown=not options.as_json) as advance,
            ):
                output = Path(folder) / "run.jsonl"
                run = answer_all(pipeline, question_set.questions, output, progress=advance)
        return evaluate_run(
            question_set,
            run,
            searcher=pipeline,
            verifier=lambda answer: verify(answer, pipeline.library),
            diagnosis=Diagnosis(pipeline, pipeline.settings.retrieval.passages),
        )
    finally:
        pipeline.close()


def _run_benchmark(name: str, offered: dict[str, Any]) -> dict[str, Any]:
    """Call `eval.benchmarks.NAME.run` with those of the offered values that it takes."""
    import eval.benchmarks

    command = "youju benchmark"
    runs = {
        module.name: f"eval.benchmarks.{module.name}"
        for module in pkgutil.iter_modules(eval.benchmarks.__path__)
    }
    module = name.replace("-", "_")
    run = getattr(importlib.import_module(runs[module]), "run", None) if module in runs else None
    if run is None:
        known = "、".join(sorted(name.replace("_", "-") for name in runs))
        raise UsageInvalid(reason=f"没有这个基准：{name}；可用的有：{known}。", command=command)
    parameters = inspect.signature(run).parameters
    lacking = [
        name
        for name, parameter in parameters.items()
        if parameter.default is parameter.empty and name not in offered
    ]
    if lacking:
        raise UsageInvalid(reason=f"基准 {name} 还要写：{'、'.join(lacking)}。", command=command)
    result: dict[str, Any] = run(**{k: v for k, v in offered.items() if k in parameters})
    return result


def _flat(value: Any, place: str = "") -> list[tuple[str, str]]:
    if isinstance(value, dict):
        return [row for k, v in value.items() for row in _flat(v, f"{place}.{k}" if place else k)]
    return [(place, f"{value:.4g}" if isinstance(value, float) else str(value))]
