"""`youju ask`, `answer`, `verify`, `replay`: questions, runs and proofs."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from rag.errors import UsageInvalid
from ui import console
from ui.commands.choosing import InCollection, WithTag, filters_of
from ui.options import AsJson, AtOnce, DataDir, options_of

if TYPE_CHECKING:
    from rag.data_model.answers import Answer, Question
    from rag.settings import Settings

_Exact = Annotated[bool, typer.Option("--exact", help="照原样查找，文章里没有的词也不当作错字。")]
_History = Annotated[
    list[str] | None,
    typer.Option("--history", metavar="问题", help="前面问过的问题，可写多次，先问的在前。"),
]


_Server = Annotated[
    str | None,
    typer.Option(
        "--server",
        metavar="URL",
        help="请别处的有据作答，如 http://主机:7860；它要的口令写在 YOUJU_TOKEN。",
    ),
]
_Local = Annotated[bool, typer.Option("--local", help="就在这里作答，不问正在运行的服务。")]


def ask(
    context: typer.Context,
    question: Annotated[str, typer.Argument(metavar="问题", help="要问的话，用引号括起来。")],
    history: _History = None,
    exact: _Exact = False,
    collections: InCollection = None,
    tags: WithTag = None,
    server: _Server = None,
    local: _Local = False,
    data_dir: DataDir = None,
    as_json: AsJson = False,
) -> None:
    """问一个问题：回答由逐字引文组成；没有依据就如实说没有。

    同一个文章库有服务开着时由它来答，快得多。
    """
    from rag.data_model.answers import Question

    if local and server:
        raise UsageInvalid(reason="--server 与 --local 只能写一个。", command="youju ask")
    options = options_of(context, data_dir, as_json)
    filters = filters_of(context, collections=collections, tags=tags)
    asked = Question(question=question, history=tuple(history or ()), exact=exact, filters=filters)
    answer = _answer(asked, options.settings(), server, local=local)
    if options.as_json:
        console.say_json(answer.to_json())
    else:
        console.show_answer(answer)


def _answer(asked: Question, settings: Settings, server: str | None, *, local: bool) -> Answer:
    """By the server that is named, else by one that serves this library, else here."""
    from ui.asking_server import ask_at, ask_running

    if server:
        from rag.settings import with_token

        return ask_at(server, with_token(settings).server.token, asked)
    console.warn_away(settings)
    if not local and (told := ask_running(settings, asked)) is not None:
        return told
    with console.waiting("正在载入模型和索引"):
        from rag.assembly import open_pipeline
        from rag.desk.leads import led_on

        pipeline = open_pipeline(settings)
    try:
        return led_on(pipeline.ask(asked), pipeline.try_out)
    finally:
        pipeline.close()


def answer(
    context: typer.Context,
    questions: Annotated[Path, typer.Argument(metavar="QUESTIONS", help="问题集文件。")],
    output: Annotated[Path, typer.Option("-o", "--output", metavar="FILE", help="回答存到这里。")],
    at_once: AtOnce = 1,
    data_dir: DataDir = None,
    as_json: AsJson = False,
) -> None:
    """回答一个问题集，每行一个回答；中断后再运行会接着做。"""
    from eval.question_sets import load_questions
    from eval.runs import answer_all
    from rag.assembly import open_pipeline

    options = options_of(context, data_dir, as_json)
    question_set = load_questions(questions)
    settings = options.settings()
    console.warn_away(settings)
    pipeline = open_pipeline(settings, at_once=at_once)
    try:
        with console.progress("回答", "题", shown=not options.as_json) as advance:
            run = answer_all(
                pipeline, question_set.questions, output, progress=advance, at_once=at_once
            )
    finally:
        pipeline.close()
    for problem in question_set.problems:
        console.show_error(problem)
    for failure in run.failures.values():
        console.warn(f"没能提问：{failure.id} {failure.error['message_zh']}")
    if options.as_json:
        counts = {"answered": len(run.answers), "failed": len(run.failures)}
        console.say_json({"run": str(output), **counts})
    else:
        console.say(f"{len(run.answers)} 个回答已存到 {output}")
    if question_set.problems or run.failures:
        raise typer.Exit(1)


def verify(
    context: typer.Context,
    answers: Annotated[Path, typer.Argument(metavar="ANSWERS", help="回答文件（JSONL）。")],
    data_dir: DataDir = None,
    as_json: AsJson = False,
) -> None:
    """逐条核对引文：每一处都重新从源文件里取出来比对。"""
    from eval.runs import read_run
    from rag.library.library import Library
    from rag.proof.verification import verify as verify_answer

    options = options_of(context, data_dir, as_json)
    run = read_run(answers)
    with Library.open(options.settings().data_dir) as library:
        findings = [
            {"id": name, "message": finding.message}
            for name, recorded in run.answers.items()
            for finding in verify_answer(recorded, library)
        ]
    if options.as_json:
        console.say_json({"answers": len(run.answers), "findings": findings})
    else:
        for finding in findings:
            console.say(f"{finding['id']}：{finding['message']}")
        verdict = f"有 {len(findings)} 处不符。" if findings else "全部属实。"
        console.say(f"核对了 {len(run.answers)} 个回答，{verdict}")
    if findings:
        raise typer.Exit(1)


def replay(
    context: typer.Context,
    answers: Annotated[Path, typer.Argument(metavar="ANSWERS", help="回答文件（JSONL）。")],
    data_dir: DataDir = None,
    as_json: AsJson = False,
) -> None:
    """把记录下来的问题重问一遍，说明回答哪里变了、为什么变。"""
    from eval.runs import read_run
    from rag.assembly import open_pipeline
    from rag.proof.replay import replay as replay_answer

    options = options_of(context, data_dir, as_json)
    run = read_run(answers)
    settings = options.settings()
    console.warn_away(settings)
    pipeline = open_pipeline(settings)
    try:
        replayed = {
            name: replay_answer(recorded, pipeline, pipeline.library)
            for name, recorded in run.answers.items()
        }
    finally:
        pipeline.close()
    changed = {name: one for name, one in replayed.items() if not one.same}
    if options.as_json:
        console.say_json(
            {
                "answers": len(replayed),
                "changed": [
                    {"id": name, "changes": one.changes, "causes": one.causes}
                    for name, one in changed.items()
                ],
            }
        )
    else:
        for name, one in changed.items():
            console.say(f"{name}：{'；'.join(one.changes)}。原因：{'；'.join(one.causes)}。")
        verdict = f"{len(changed)} 个变了。" if changed else "全都一样。"
        console.say(f"重问了 {len(replayed)} 个问题，{verdict}")
    if changed:
        raise typer.Exit(1)
