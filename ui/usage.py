"""Makes Typer speak Chinese: its help's labels and its complaints about usage."""

from __future__ import annotations

import re
from collections.abc import Sequence
from difflib import get_close_matches
from typing import Any

import typer.rich_utils
from typer.core import TyperCommand, TyperGroup, TyperOption
from typer.exceptions import TyperException

from rag.errors import UsageInvalid

_QUOTED = re.compile(r"'([^']*)'")
_PHRASES = (
    ("Missing command", "没有写命令"),
    ("unexpected extra argument", "多余的参数：{rest}"),
    ("requires an argument", "选项缺少取值：{0}"),
    ("does not take a value", "选项不带取值：{0}"),
)


_WANTED = {
    "greater_than_equal": "：不能小于 {ge}",
    "less_than_equal": "：不能大于 {le}",
    "greater_than": "：应当大于 {gt}",
    "less_than": "：应当小于 {lt}",
    "int_parsing": "：应为整数",
    "int_from_float": "：应为整数",
    "float_parsing": "：应为数",
    "bool_parsing": "：应为 true 或 false",
}
"""By pydantic's names of what is wrong."""


_METAVARS = {
    "PATH": "路径",
    "FILE": "文件",
    "DIR": "目录",
    "OUT": "输出",
    "ID": "编号",
    "KEY": "设置",
    "VALUE": "取值",
    "NAME": "名字",
    "URL": "网址",
    "FORM": "格式",
    "N": "数",
    "SVG": "图",
    "RUN": "运行",
    "QUESTIONS": "问题集",
    "ANSWERS": "回答",
    "run_a": "运行甲",
    "run_b": "运行乙",
    "<str>": "文字",
    "<path>": "路径",
    "<int>": "整数",
    "<int range>": "整数",
    "<float>": "数",
    "<float range>": "数",
}
"""What stands for values in help and complaints."""

_METAVAR = re.compile(r"<[a-z ]+>|[A-Za-z_]+")


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
            return f"没有这个选项：{option}。{_perhaps(str(option), _options_of(error))}"
        case "MissingParameter":
            return f"缺少参数：{name}。"
        case "BadParameter":
            return f"{name} 的取值不对{_wanted(error)}。"
    if "No such command" in message:
        typed = (_QUOTED.findall(message) or [""])[0]
        return f"没有这个命令：{typed}。{_perhaps(typed, _commands_of(error))}"
    quoted = _QUOTED.findall(message) or [option or ""]
    for english, phrase in _PHRASES:
        if english in message:
            rest = message.rpartition("(")[2].rstrip(").")
            return phrase.format(quoted[0], rest=rest) + "。"
    return "命令的写法不对。"


def _perhaps(typed: str, known: Sequence[str]) -> str:
    """The name that was probably meant, as a question; empty where none is near."""
    near = get_close_matches(typed, known, n=1, cutoff=0.6)
    return f"是不是 {near[0]}？" if near else ""


def _options_of(error: TyperException) -> list[str]:
    command = getattr(getattr(error, "ctx", None), "command", None)
    return [name for one in getattr(command, "params", ()) for name in (*one.opts, "--help")]


def _commands_of(error: TyperException) -> list[str]:
    command = getattr(getattr(error, "ctx", None), "command", None)
    return list(getattr(command, "commands", ()))


def _wanted(error: TyperException) -> str:
    """What a value should be, where pydantic, which Typer reads values with, says so."""
    details: list[dict[str, Any]] = getattr(error.__cause__, "errors", list)()
    detail = details[0] if details else {}
    return _WANTED.get(detail.get("type", ""), "").format(**detail.get("ctx", {}))


def _parameter_name(error: TyperException) -> str:
    parameter = getattr(error, "param", None)
    names: Sequence[str] = getattr(parameter, "opts", None) or ["参数"]
    label = getattr(parameter, "metavar", None) or names[0]
    return str(label if parameter.__class__.__name__ == "TyperArgument" else names[0])


def _name_value(parameter: Any, ctx: Any) -> None:
    """Give a parameter a Chinese name for its value, or none where it has no value."""
    argument = parameter.__class__.__name__ == "TyperArgument"
    if argument:  # what it is stands in its name; the type besides says nothing more
        parameter.display_type_rich = lambda ctx: None  # noqa: ARG005
    if getattr(parameter, "is_flag", False):
        parameter.metavar = ""
        if parameter.secondary_opts and isinstance(parameter.default, bool):
            parameter.show_default = "开" if parameter.default else "关"
        return
    named = parameter.metavar or (parameter.name if argument else parameter.display_type(ctx))
    parameter.metavar = _METAVAR.sub(lambda found: _METAVARS.get(found[0], found[0]), named or "")


class _SpeaksChinese:
    """Mixed into commands and groups: the usage line, what stands for values, the help option."""

    def get_params(self, ctx: Any) -> list[Any]:
        """The parameters, named in Chinese."""
        found: list[Any] = super().get_params(ctx)  # type: ignore[misc]
        for parameter in found:
            _name_value(parameter, ctx)
        return found

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
