"""`youju sweep`: a question set under every combination of some settings."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ui import console
from ui.options import AsJson, AtOnce, DataDir, options_of

if TYPE_CHECKING:
    from eval.sweeping import Combination
    from rag.models.embedding import Progress


def sweep(
    context: typer.Context,
    questions: Annotated[Path, typer.Argument(metavar="QUESTIONS", help="问题集文件。")],
    given: Annotated[
        list[str] | None,
        typer.Option("--set", metavar="设置=值,值", help="要试的设置和它的几个值，可写多次。"),
    ] = None,
    output: Annotated[
        Path | None,
        typer.Option("-o", "--output", metavar="DIR", help="存到这里；不写就存在文章库的目录里。"),
    ] = None,
    at_once: AtOnce = 1,
    data_dir: DataDir = None,
    as_json: AsJson = False,
) -> None:
    """在几种设置的每一种组合下评测同一个问题集，列表比较；中断后再运行会接着做。"""
    from eval.data_files import read_bytes
    from eval.question_sets import load_questions
    from eval.sweeping import combinations
    from eval.sweeping import sweep as sweep_over
    from rag.assembly import open_pipeline

    options = options_of(context, data_dir, as_json)
    tried = combinations(given or [])
    question_set = load_questions(questions)
    loaded = options.loaded()
    console.warn_away(loaded.settings)
    name = f"{questions.stem}-{hashlib.sha256(read_bytes(questions)).hexdigest()[:8]}"
    folder = output or loaded.settings.data_dir / "evaluations" / "sweeps" / name
    with console.progress("评测", "题", shown=not options.as_json) as advance:
        told = partial(_told, advance, tried)
        result = sweep_over(
            question_set, tried, loaded, folder, open_pipeline, progress=told, at_once=at_once
        )
    if options.as_json:
        console.say_json(result.to_json() | {"folder": str(folder)})
    else:
        console.say(result.table())
        console.say(f"逐次的报告和这张表存在 {folder}")
    for problem in question_set.problems:
        console.show_error(problem)
    if question_set.problems or any(one.report.failed for one in result.tried):
        raise typer.Exit(1)


def _told(advance: Progress, tried: Sequence[Combination], combination: Combination) -> Progress:
    """The progress of one combination, as a part of all."""
    place = tried.index(combination)

    def told(done: int, total: int) -> None:
        advance(place * total + done, len(tried) * total)

    return told
