"""The command line `youju`: finds the verb, and turns every failure into one Chinese line.

Exit codes: 0 fine; 1 a gate failed or some inputs failed; 2 bad usage or input; 130 interrupted.
"""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from typing import Annotated

import typer
from typer.exceptions import TyperException

from rag.errors import FileUnreadable, YoujuError
from rag.errors.reasons import why
from ui import console
from ui.commands import (
    asking,
    benchmarking,
    calibrating,
    configuring,
    evaluating,
    feedback,
    jobs,
    keeping,
    library,
    models,
    questions,
    removing,
    serving,
    shelving,
    sweeping,
    users,
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


def _version(asked: bool) -> None:
    """Before any verb is looked for: there need not be one."""
    if asked:
        from rag.version import version

        console.say(f"youju {version()}")
        raise typer.Exit


@app.callback()
def _globals(
    context: typer.Context,
    data_dir: DataDir = None,
    as_json: AsJson = False,
    version: Annotated[
        bool, typer.Option("--version", is_eager=True, callback=_version, help="显示版本号。")
    ] = False,
) -> None:
    del version
    context.obj = Options(data_dir, as_json)


_VERBS: Mapping[str, Callable[..., None]] = {
    "ingest": library.ingest,
    "ask": asking.ask,
    "chat": serving.chat,
    "serve": serving.serve,
    "mcp": serving.mcp,
    "answer": asking.answer,
    "evaluate": evaluating.evaluate,
    "compare": evaluating.compare,
    "sweep": sweeping.sweep,
    "benchmark": benchmarking.benchmark,
    "calibrate": calibrating.calibrate,
    "verify": asking.verify,
    "replay": asking.replay,
    "doctor": library.doctor,
    "jobs": jobs.jobs,
    "models": models.models,
    "backup": keeping.backup,
    "restore": keeping.restore,
    "audit": users.audit,
}
_GROUPS: Mapping[str, tuple[str, Mapping[str, Callable[..., None]]]] = {
    "articles": (
        "列出、查看、归类、移除、恢复库里的文章。",
        {
            "list": library.list_articles,
            "show": library.show_article,
            "move": shelving.move,
            "tag": shelving.tag,
            "untag": shelving.untag,
            "remove": removing.remove,
            "bin": removing.show_bin,
            "restore": removing.restore,
            "purge": removing.purge,
        },
    ),
    "collections": (
        "文集：库里有名字的文章集合。",
        {
            "list": shelving.list_collections,
            "create": shelving.create_collection,
            "rename": shelving.rename_collection,
            "remove": shelving.remove_collection,
        },
    ),
    "questions": (
        "问题集：检查、转换格式、拟草稿。",
        {"check": questions.check, "convert": questions.convert, "draft": questions.draft},
    ),
    "config": (
        "设置：看有哪些、写在哪里，改一项。",
        {
            "show": configuring.show,
            "get": configuring.get,
            "set": configuring.set_,
            "unset": configuring.unset,
            "path": configuring.path,
            "explain": configuring.explain,
        },
    ),
    "users": (
        "用户：谁能用、能做什么；没有用户时不必登录。",
        {
            "add": users.add,
            "list": users.list_users,
            "remove": users.remove,
            "role": users.set_role,
            "password": users.set_password,
            "token": users.token,
        },
    ),
    "feedback": ("页面上收到的评价。", {"export": feedback.export}),
}


def _add_verbs() -> None:
    _add(app, _VERBS)
    for name, (about, verbs) in _GROUPS.items():
        group = _group(about)
        _add(group, verbs)
        app.add_typer(group, name=name)


def _add(group: typer.Typer, verbs: Mapping[str, Callable[..., None]]) -> None:
    for name, verb in verbs.items():
        group.command(name, cls=Verb, options_metavar="[选项]")(verb)


_add_verbs()


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command line and exit with its code."""
    in_chinese()
    signal.signal(signal.SIGINT, _interrupted)
    try:
        code = run(sys.argv[1:] if arguments is None else list(arguments))
    except Exception:  # what Ctrl+C became in a library's compiled code
        if not _INTERRUPTIONS:
            raise
        code = INTERRUPTED
        _tell_interrupted()
    if code == INTERRUPTED:  # CPython may end by the signal, where a C library's code met it first
        for stream in (sys.stdout, sys.stderr):
            with suppress(OSError, ValueError):
                stream.flush()
        os._exit(code)
    sys.exit(code)


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
        _tell_interrupted()
    return int(code or 0)


_INTERRUPTIONS: list[int] = []
"""Ctrl+C so far."""


def _interrupted(number: int, _: object) -> None:
    _INTERRUPTIONS.append(number)
    raise KeyboardInterrupt


def _tell_interrupted() -> None:
    console.warn("已中断；已经存好的不受影响，重新运行同一条命令即可接着做。")


def _failure(error: OSError) -> YoujuError:
    from rag.errors.disk import disk_error

    return disk_error(error) or FileUnreadable(file=error.filename or "—", reason=why(error))


def _silenced(code: int) -> int:
    """Leave without another try to write what is still to be written."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return code


def _command_of(error: TyperException) -> str:
    context = getattr(error, "ctx", None)
    return str(context.command_path) if context is not None else "youju"


if __name__ == "__main__":  # as `python -m ui`
    main()
