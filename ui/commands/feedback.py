"""`youju feedback export`: what people thought of answers, as a question set."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from ui import console
from ui.options import AsJson, DataDir, options_of


def export(
    context: typer.Context,
    output: Annotated[
        Path | None,
        typer.Option("-o", "--output", metavar="FILE", help="存到这里；不写就打印出来。"),
    ] = None,
    data_dir: DataDir = None,
    as_json: AsJson = False,
) -> None:
    """把页面上收到的评价导出为问题集，一行一题，带证据。"""
    from eval.data_files import write_whole
    from eval.feedback import FeedbackStore, questions_text

    options = options_of(context, data_dir, as_json)
    judgements = FeedbackStore(options.settings().data_dir).judgements()
    text = questions_text(judgements)
    if output is None:
        console.say(text.rstrip("\n"))
        return
    write_whole(output, text)
    if options.as_json:
        console.say_json({"questions": len(judgements), "file": str(output)})
    else:
        console.say(f"导出 {len(judgements)} 题 → {output}")
