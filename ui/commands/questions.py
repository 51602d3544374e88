"""`youju questions`: check question sets and turn them into other forms."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ui import console
from ui.options import AsJson, DataDir, Options, Overwrite, check_free, options_of

if TYPE_CHECKING:
    from eval.question_checks import HeldTexts
    from rag.data_model.documents import Article

_Articles = Annotated[
    list[Path] | None,
    typer.Option(
        "--articles", metavar="FILE", help="证据所在的文章（JSONL），可写多次；不写就用文章库。"
    ),
]


def check(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(metavar="FILE", help="问题集文件。")],
    articles: _Articles = None,
    data_dir: DataDir = None,
    as_json: AsJson = False,
) -> None:
    """逐行检查问题集：哪一行、错在哪里；有错则退出码为 1。"""
    from eval.question_checks import check_questions

    options = options_of(context, data_dir, as_json)
    limit = options.settings().answer.question_limit
    checked = check_questions(file, _held(options, articles), limit)
    if options.as_json:
        console.say_json(checked.to_json())
    else:
        console.say(checked.text())
    if checked.bad:
        raise typer.Exit(1)


def convert(
    context: typer.Context,
    source: Annotated[
        Path, typer.Argument(metavar="FILE", help="问题集文件，或 BEIR、TREC 的文件夹。")
    ],
    out: Annotated[Path, typer.Argument(metavar="OUT", help="写到这个文件（或文件夹）。")],
    to: Annotated[
        str | None,
        typer.Option(
            "--to",
            metavar="FORM",
            help="jsonl、csv、xlsx、squad、rgb、crud-rag、beir 或 trec；不写就看输出文件的扩展名。",
        ),
    ] = None,
    articles: _Articles = None,
    data_dir: DataDir = None,
    as_json: AsJson = False,
) -> None:
    """把问题集转成另一种格式，并说明哪些内容那种格式放不下。"""
    from eval.converting import convert as converted_to
    from eval.converting import form_of
    from eval.question_formats.documents import Document

    options = options_of(context, data_dir, as_json)
    form = form_of(to, out)
    with _articles(options, articles if form in {"beir", "trec"} else []) as held:
        given = (Document(a.article_id, a.title, a.text) for a in held)
        converted = converted_to(source, out, form, given)
    if options.as_json:
        console.say_json(
            {
                "files": [str(path) for path in converted.files],
                "questions": converted.questions,
                "losses": converted.losses.to_json(),
                "problems": list(converted.problems),
            }
        )
    else:
        written = "、".join(str(path) for path in converted.files)
        console.say(f"{converted.questions} 题 → {written}")
        for message in converted.losses.messages():
            console.say(message)
    for problem in converted.problems:
        console.warn(problem)
    if converted.problems:
        raise typer.Exit(1)


def draft(
    context: typer.Context,
    out: Annotated[
        Path, typer.Option("-o", "--output", metavar="FILE", help="存成 .jsonl、.csv 或 .xlsx。")
    ],
    article: Annotated[
        list[str] | None,
        typer.Option("--article", metavar="ID", help="只从这一篇里出题，可写多次。"),
    ] = None,
    count: Annotated[int, typer.Option("-n", "--count", min=1, help="最多出多少题。")] = 50,
    with_feedback: Annotated[
        bool, typer.Option("--feedback/--no-feedback", help="页面上收到的评价也作草稿。")
    ] = True,
    overwrite: Overwrite = False,
    data_dir: DataDir = None,
    as_json: AsJson = False,
) -> None:
    """从文章库里拟出问题草稿，带答案和证据，由人逐题取舍。"""
    from eval.converting import content_of, form_of
    from eval.data_files import write_bytes_whole
    from eval.drafting.proposing import from_feedback, propose
    from eval.feedback import FeedbackStore
    from eval.question_formats.loss import Losses
    from rag.errors import UsageInvalid
    from rag.library.library import Library

    options = options_of(context, data_dir, as_json)
    form = form_of(None, out)
    check_free(out, overwrite=overwrite)
    folder = options.settings().data_dir
    with Library.open(folder) as library:
        stored = library.articles() if library.exists else []
        if article:
            stored = [library.article(name) for name in article]
    drafts = propose([one.article for one in stored], count)
    if with_feedback:
        drafts += from_feedback(FeedbackStore(folder).judgements())
    if not drafts:
        reason = "这些文章里没有拟得出问题的句子。"
        raise UsageInvalid(reason=reason, command="youju questions draft")
    write_bytes_whole(out, content_of(drafts, form, Losses()))
    if options.as_json:
        console.say_json({"questions": len(drafts), "file": str(out)})
    else:
        console.say(f"拟出 {len(drafts)} 题 → {out}；请逐题看过，删去不要的，再用 check 检查。")


def _held(options: Options, files: list[Path] | None) -> HeldTexts | None:
    from eval.question_checks import HeldTexts
    from rag.library.library import Library

    if files is not None:
        with _articles(options, files) as articles:
            held = HeldTexts(articles)
    else:
        with Library.open(options.settings().data_dir) as library:
            if not library.exists:
                return None
            names = {collection.name for collection in library.collections()}
            held = HeldTexts((stored.article for stored in library.articles()), names)
    return held if held.count else None


@contextmanager
def _articles(options: Options, files: list[Path] | None) -> Iterator[Iterator[Article]]:
    """The articles of these files; of the library where none are named."""
    from eval.written import read_sources
    from rag.library.library import Library

    if files is not None:
        yield iter(read_sources(files).values())
        return
    with Library.open(options.settings().data_dir) as library:
        yield (stored.article for stored in (library.articles() if library.exists else ()))
