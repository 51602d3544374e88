"""`youju ask`, `youju answer`, `youju verify`: questions, runs and proofs."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from rag.errors import DataFileMissing, DataLineInvalid
from ui import console
from ui.options import AsJson, DataDir, options_of

if TYPE_CHECKING:
    from rag.answers import Answer

_History = Annotated[
    list[str] | None,
    typer.Option("--history", metavar="问题", help="前面问过的问题，可写多次，先问的在前。"),
]


def ask(
    context: typer.Context,
    question: Annotated[str, typer.Argument(metavar="问题", help="要问的话，用引号括起来。")],
    history: _History = None,
    data_dir: DataDir = None,
    as_json: AsJson = False,
) -> None:
    """问一个问题：回答由逐字引文组成；没有依据就如实说没有。"""
    from rag.assembly import open_pipeline

    from rag.answers import Question

    options = options_of(context, data_dir, as_json)
    pipeline = open_pipeline(options.settings())
    try:
        answer = pipeline.ask(Question(question=question, history=tuple(history or ())))
    finally:
        pipeline.close()
    if options.as_json:
        console.say_json(answer.to_json())
    else:
        console.show_answer(answer)


def answer(
    context: typer.Context,
    questions: Annotated[Path, typer.Argument(metavar="QUESTIONS", help="问题集文件。")],
    output: Annotated[Path, typer.Option("-o", "--output", metavar="FILE", help="回答存到这里。")],
    data_dir: DataDir = None,
    as_json: AsJson = False,
) -> None:
    """回答一个问题集，每行一个回答；中断后再运行会接着做。"""
    from rag.assembly import open_pipeline

    from eval.question_sets import load_questions
    from eval.runs import answer_all

    options = options_of(context, data_dir, as_json)
    question_set = load_questions(questions)
    pipeline = open_pipeline(options.settings())
    try:
        with console.progress("回答", "题", shown=not options.as_json) as advance:
            answer_all(pipeline, question_set, output, progress=advance)
    finally:
        pipeline.close()
    if options.as_json:
        console.say_json({"answers": str(output)})
    else:
        console.say(f"回答已存到 {output}")


def verify(
    context: typer.Context,
    answers: Annotated[Path, typer.Argument(metavar="ANSWERS", help="回答文件（JSONL）。")],
    data_dir: DataDir = None,
    as_json: AsJson = False,
) -> None:
    """逐条核对引文：每一处都重新从源文件里取出来比对。"""
    from rag.verification import verify as verify_answer

    from rag.library import Library

    options = options_of(context, data_dir, as_json)
    checked, findings = 0, []
    with Library.open(options.settings().data_dir) as library:
        for line, recorded in read_answers(answers):
            checked += 1
            found = verify_answer(recorded, library)
            findings += [{"line": line, "message": finding.message} for finding in found]
    if options.as_json:
        console.say_json({"answers": checked, "findings": findings})
    else:
        for finding in findings:
            console.say(f"第 {finding['line']} 行：{finding['message']}")
        verdict = f"有 {len(findings)} 处不符。" if findings else "全部属实。"
        console.say(f"核对了 {checked} 个回答，{verdict}")
    if findings:
        raise typer.Exit(1)


def read_answers(path: Path) -> Iterator[tuple[int, Answer]]:
    """Answers of a file with their line numbers: one a line, or a single JSON object.

    Raises:
        DataFileMissing: the file cannot be read.
        DataLineInvalid: a line is not an answer.
    """
    from pydantic import ValidationError

    from rag.answers import Answer

    try:
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        reason = "不是 UTF-8 文本" if isinstance(error, UnicodeDecodeError) else error.strerror
        raise DataFileMissing(file=path, reason=reason or "读不了") from error
    for number, line in _records(text):
        try:
            yield number, Answer.model_validate_json(line)
        except ValidationError as error:
            raise DataLineInvalid(file=path, line=number, reason="不是一个回答") from error


def _records(text: str) -> Iterator[tuple[int, str]]:
    try:
        whole = json.loads(text)
    except ValueError:
        whole = None
    if isinstance(whole, dict):
        yield 1, text
        return
    for number, line in enumerate(text.split("\n"), start=1):
        if line.strip():
            yield number, line
