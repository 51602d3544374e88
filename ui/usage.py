"""Makes Typer speak Chinese: its help's labels and its complaints about usage."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

import typer.rich_utils
from typer.core import TyperCommand, TyperGroup, TyperOption
from typer.exceptions import TyperException

from rag.errors import UsageInvalid

_QUOTED = re.compile(r"'([^']*)'")
_PHRASES = (
    ("No such command", "没有这个命令：{0}"),
    ("Missing command", "没有写命令"),
    ("unexpected extra argument", "多余的参数：{rest}"),
    ("requires an argument", "选项缺少取值：{0}"),
    ("does not take a value", "选项不带取值：{0}"),
)


def in_chinese() -> None:
    """Set the labels of help pages."""
    typer.rich_utils.OPTIONS_PANEL_TITLE = "选项"
    typer.rich_utils.COMMANDS_PANEL_TITLE = "命令"
    typer.rich_utils.ARGUMENTS_PANEL_TITLE = "参数"
    typer.rich_utils.DEFAULT_STRING = "[默认：{}]"
    typer.rich_utils.REQUIRED_LONG_STRING = "[必填]"


def chinese(error: TyperException, command: str) -> UsageInvalid:
    """Say in Chinese what was wrong with the command line."""
    return UsageInvalid(reason=_reason(error), command=command)


def _reason(error: TyperException) -> str:
    message = error.format_message()
    option = getattr(error, "option_name", None)
    name = _parameter_name(error)
    match type(error).__name__:
        case "NoSuchOption":
            return f"没有这个选项：{option}。"
        case "MissingParameter":
            return f"缺少参数：{name}。"
        case "BadParameter":
            return f"{name} 的取值不对。"
    quoted = _QUOTED.findall(message) or [option or ""]
    for english, phrase in _PHRASES:
        if english in message:
            rest = message.partition("(")[2].rstrip(")")
            return phrase.format(quoted[0], rest=rest) + "。"
    return "命令的写法不对。"


def _parameter_name(error: TyperException) -> str:
    parameter = getattr(error, "param", None)
    names: Sequence[str] = getattr(parameter, "opts", None) or ["参数"]
    label = getattr(parameter, "metavar", None) or names[0]
    return str(label if parameter.__class__.__name__ == "TyperArgument" else names[0])


class _SpeaksChinese:
    """Mixed into commands and groups: the usage line and the help option."""

    def get_help_option(self, ctx: Any) -> TyperOption | None:
        """The `--help` option, explained in Chinese."""
        option: TyperOption | None = super().get_help_option(ctx)  # type: ignore[misc]
        if option is not None:
            option.help = "显示本页。"
        return option

    def format_usage(self, ctx: Any, formatter: Any) -> None:
        """`用法：youju ask …`."""
        pieces = self.collect_usage_pieces(ctx)  # type: ignore[attr-defined]
        formatter.write_usage(ctx.command_path, " ".join(pieces), prefix="用法：")


class Verb(_SpeaksChinese, TyperCommand):
    """A command."""


class Verbs(_SpeaksChinese, TyperGroup):
    """A group of commands."""
