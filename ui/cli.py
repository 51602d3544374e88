"""The command line `youju`: finds the verb, and turns every failure into one Chinese line.

Exit codes: 0 fine; 1 a gate failed or some inputs failed; 2 bad usage or input; 130 interrupted.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Mapping, Sequence
from typing import Annotated

import typer
from typer.exceptions import TyperException

from rag.errors import FileUnreadable, YoujuError
from ui import console
from ui.commands import (
    asking,
    calibrating,
    evaluating,
    feedback,
    keeping,
    library,
    questions,
    serving,
)
from ui.options import AsJson, DataDir, Options
from ui.usage import Verb, Verbs, chinese, in_chinese

INTERRUPTED = 130


def _group(about: str) -> typer.Typer:
    return typer.Typer(
        cls=Verbs,
        add_completion=False,
        no_args_is_help=True,
        pretty_exceptions_enable=False,
        options_metavar="[选项]",
        subcommand_metavar="命令 …",
        help=about,
    )


app = _group("有据：只说有出处的话的中文问答。先用 ingest 导入文章，再用 ask 或 chat 提问。")


@app.callback()
def _globals(
    context: typer.Context,
    data_dir: DataDir = None,
    as_json: AsJson = False,
    version: Annotated[bool, typer.Option("--version", help="显示版本号。")] = False,
) -> None:
    if version:
        from importlib.metadata import version as version_of

        console.say(f"youju {version_of('youju')}")
        raise typer.Exit
    context.obj = Options(data_dir, as_json)


def _add_verbs() -> None:
    _add(
        app,
        {
            "ingest": library.ingest,
            "ask": asking.ask,
            "chat": serving.chat,
            "serve": serving.serve,
            "mcp": serving.mcp,
            "answer": asking.answer,
            "evaluate": evaluating.evaluate,
            "compare": evaluating.compare,
            "benchmark": evaluating.benchmark,
            "calibrate": calibrating.calibrate,
            "verify": asking.verify,
            "replay": asking.replay,
            "doctor": library.doctor,
            "backup": keeping.backup,
            "restore": keeping.restore,
        },
    )
    articles = _group("列出、查看、移除库里的文章。")
    _add(
        articles,
        {
            "list": library.list_articles,
            "show": library.show_article,
            "remove": library.remove_article,
        },
    )
    app.add_typer(articles, name="articles")
    sets = _group("问题集：检查、转换格式、拟草稿。")
    _add(
        sets,
        {
            "check": questions.check,
            "convert": questions.convert,
            "draft": questions.draft,
        },
    )
    app.add_typer(sets, name="questions")
    judged = _group("页面上收到的评价。")
    _add(judged, {"export": feedback.export})
    app.add_typer(judged, name="feedback")


def _add(group: typer.Typer, verbs: Mapping[str, Callable[..., None]]) -> None:
    for name, verb in verbs.items():
        group.command(name, cls=Verb, options_metavar="[选项]")(verb)


_add_verbs()


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command line and exit with its code."""
    in_chinese()
    sys.exit(run(sys.argv[1:] if arguments is None else list(arguments)))


def run(arguments: list[str]) -> int:
    """Run the command line; its exit code."""
    try:
        code = app(arguments, prog_name="youju", standalone_mode=False)
        sys.stdout.flush()
    except YoujuError as error:
        console.show_error(error)
        return error.exit_code
    except TyperException as error:
        if type(error).__name__ == "NoArgsIsHelpError":
            console.say(error.format_message())
            return 0
        console.show_error(chinese(error, _command_of(error)))
        return 2
    except KeyboardInterrupt:
        code = INTERRUPTED
    except BrokenPipeError:
        return _silenced(1)
    except OSError as error:  # a full disk shows anywhere, at a redirected output too
        console.show_error(_failure(error))
        return _silenced(2)
    if code == INTERRUPTED:
        console.warn("已中断；已经存好的不受影响，重新运行同一条命令即可接着做。")
    return int(code or 0)


def _failure(error: OSError) -> YoujuError:
    from rag.errors.disk import disk_error

    reason = error.strerror or str(error)
    return disk_error(error) or FileUnreadable(file=error.filename or "—", reason=reason)


def _silenced(code: int) -> int:
    """Leave without another try to write what is still to be written."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return code


def _command_of(error: TyperException) -> str:
    context = getattr(error, "ctx", None)
    return str(context.command_path) if context is not None else "youju"
