"""`youju config …`: what is set, where it was set, what can be set, and setting it."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from ui import console
from ui.options import AsJson, DataDir, Options, options_of

if TYPE_CHECKING:
    from rag.settings.origins import Origin

Key = Annotated[str, typer.Argument(metavar="KEY", help="哪一项，如 answer.threshold。")]
Here = Annotated[bool, typer.Option("--here", help="写当前目录的 youju.toml，而不是数据目录里的。")]
_RESTART = "正在运行的服务要重新启动才会照它做。"


def show(
    context: typer.Context,
    changed: Annotated[bool, typer.Option("--changed", help="只列出不是默认值的。")] = False,
    data_dir: DataDir = None,
    as_json: AsJson = False,
) -> None:
    """列出每一项设置、现在的值、值从哪里来。"""
    from rag.settings.catalogue import groups
    from rag.settings.report import records

    options = options_of(context, data_dir, as_json)
    loaded = options.loaded()
    listed = records(loaded)
    if changed:
        listed = [one for one in listed if one["source"]["kind"] != "default"]
    if options.as_json:
        console.say_json({"file": str(loaded.home_file.absolute()), "settings": listed})
        return
    _warn_of_data_dir(options)
    by_key = {one["key"]: one for one in listed}
    if not by_key:
        console.say("全部是默认值。用 youju config explain KEY 看某一项能怎么设。")
    for name, heading, members in groups():
        rows = [
            (one.key, one.shown(by_key[one.key]["value"]), by_key[one.key]["source"]["words"])
            for one in members
            if one.key in by_key
        ]
        if rows:
            console.say(f"{heading}（{name}）" if name else heading)
            _table(rows)
            console.say()


def get(
    context: typer.Context, key: Key, data_dir: DataDir = None, as_json: AsJson = False
) -> None:
    """显示一项设置现在的值。"""
    from rag.settings.catalogue import setting
    from rag.settings.report import records

    options = options_of(context, data_dir, as_json)
    wanted = setting(key)
    record = next(one for one in records(options.loaded()) if one["key"] == wanted.key)
    if options.as_json:
        console.say_json({"key": key, "value": record["value"], "source": record["source"]})
        return
    value = record["value"]
    console.say(wanted.shown(value) if value not in (None, "", []) else "")


def path(context: typer.Context, data_dir: DataDir = None, as_json: AsJson = False) -> None:
    """设置文件在哪里、有没有，各个来源谁优先。"""
    from rag.settings.sources import files_of, home_of, sources

    options = options_of(context, data_dir, as_json)
    home = home_of(options.data_dir)
    *others, file = files_of(home)
    names = [
        name
        for layer in sources(options.data_dir)[1]
        if layer.kind == "environment"
        for name in layer.names.values()
    ]
    if options.as_json:
        read = [{"path": str(one), "exists": one.is_file()} for one in (file, *others)]
        console.say_json(
            {"file": str(file), "exists": file.is_file(), "files": read, "environment": names}
        )
        return
    console.say(f"设置文件：{_presence(file)}")
    if not file.is_file():
        console.say("  用 youju config set 设置 取值 写入时会新建它。")
    console.say("同一项在几处都写了，排在前面的算数：")
    told = f"现在有 {'、'.join(names)}" if names else "现在一个也没有"
    places = ["命令行选项（--data-dir，serve 和 chat 的 --port 等）", f"环境变量 YOUJU_…（{told}）"]
    places += [_presence(one) for one in (file, *reversed(others))]
    for n, place in enumerate([*places, "默认值"], start=1):
        console.say(f"  {n}. {place}")


def explain(
    context: typer.Context, key: Key, data_dir: DataDir = None, as_json: AsJson = False
) -> None:
    """说明一项设置：做什么用、默认值、范围、何时生效、环境变量的名字。"""
    from rag.errors import SettingsError
    from rag.settings.catalogue import at, setting
    from rag.settings.report import described

    options = options_of(context, data_dir, as_json)
    one = setting(key)
    if options.as_json:
        console.say_json(described(one))
        return
    console.say(f"{key}\n  {one.about}")
    rows = [("默认值", one.shown(one.default)), ("取值", one.range), ("何时生效", one.effect.words)]
    rows.append(("环境变量", " 或 ".join(one.environment)))
    try:
        loaded = options.loaded()
        now = f"{one.shown(at(loaded.settings, key))}（来自{loaded.origins[key].words}）"
    except SettingsError as error:
        now = f"读不出：{error.message_zh}"
    for label, value in [*rows, ("现在的值", now)]:
        console.say(f"  {label}：{value}")


def set_(
    context: typer.Context,
    key: Key,
    value: Annotated[
        str, typer.Argument(metavar="VALUE", help="设成什么；写 - 则从标准输入读一行。")
    ],
    here: Here = False,
    data_dir: DataDir = None,
    as_json: AsJson = False,
) -> None:
    """把一项设置写进 youju.toml；先核对，注释和次序不变。"""
    from rag.settings.catalogue import catalogue
    from rag.settings.writing import value_of

    given = sys.stdin.readline().rstrip("\r\n") if value == "-" else value
    checked = value_of(key, given)
    options = options_of(context, data_dir, as_json)
    file = _file(options, here)
    _write(options, file, key, checked, f"{key} = {catalogue()[key].shown(checked)}")
    if catalogue()[key].secret and file.stat().st_mode & 0o077:
        console.warn(f"注意：别的用户读得到 {file}；请运行 chmod 600 {file}。")


def unset(
    context: typer.Context,
    key: Key,
    here: Here = False,
    data_dir: DataDir = None,
    as_json: AsJson = False,
) -> None:
    """从 youju.toml 里去掉一项设置，回到默认值（或别处写的值）。"""
    from rag.errors import SettingInvalid
    from rag.settings.catalogue import setting
    from rag.settings.origins import Layer
    from rag.settings.sources import from_file

    options = options_of(context, data_dir, as_json)
    file = _file(options, here)
    written = Layer("file", from_file(file) if file.is_file() else {}, file)
    if not written.says(key):
        setting(key)
        raise SettingInvalid(fields={key: f"{file} 里没有写这一项"})
    _write(options, file, key, None, f"去掉了 {key}")


def _write(options: Options, file: Path, key: str, value: Any, told: str) -> None:
    from rag.settings.catalogue import catalogue
    from rag.settings.report import shown
    from rag.settings.writing import write

    others = write(file, {key: value})
    over = _wins_over(options, file, key)
    if options.as_json:
        one = catalogue().get(key)  # none, where a slip is taken out of the file
        said = {"key": key, "value": shown(one, value) if one else value, "file": str(file)}
        console.say_json(
            said | {"overridden_by": over.as_json() if over else None, "restart": True}
        )
    else:
        console.say(f"已写入 {file}：{told}。{_RESTART}")
    if over:
        console.warn(f"注意：{over.words} 也写了这一项，以它为准。")
    for other in others:
        console.warn(f"注意：这个文件里还有别的错：{other}")


def _wins_over(options: Options, file: Path, key: str) -> Origin | None:
    """What else says this key and counts more than the file."""
    from rag.settings.sources import sources

    _, layers = sources(options.data_dir)
    places = [layer.path for layer in layers]
    above = layers[places.index(file) + 1 :] if file in places else ()
    said = [layer.origin(key) for layer in above if layer.says(key)]
    return said[-1] if said else None


def _file(options: Options, here: bool) -> Path:
    from rag.settings.sources import files_of, home_of, settings_file

    return settings_file(Path.cwd()) if here else files_of(home_of(options.data_dir))[-1]


def _presence(file: Path) -> str:
    return f"{file}（{'有' if file.is_file() else '没有'}）"


def _table(rows: list[tuple[str, str, str]]) -> None:
    from rich.cells import cell_len

    widths = [max(cell_len(row[at]) for row in rows) for at in (0, 1)]
    for row in rows:
        padded = [
            cell + " " * (width - cell_len(cell))
            for cell, width in zip(row[:2], widths, strict=True)
        ]
        console.say(f"  {'  '.join(padded)}  {row[2]}")


def _warn_of_data_dir(options: Options) -> None:
    from rag.settings.sources import sources

    for layer in sources(options.data_dir)[1]:
        if layer.path is not None and layer.says("data_dir"):
            console.warn(
                f"注意：{layer.path} 里的 data_dir 不算；请用 --data-dir 或 YOUJU_DATA_DIR。"
            )
