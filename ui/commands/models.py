"""`youju models`: what is configured, where it lies, and whether it works."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from ui import console
from ui.options import AsJson, DataDir, options_of

if TYPE_CHECKING:
    from rag.proof.model_list import Entry
    from rag.proof.model_trial import Trial

_MEGA, _GIGA = 1 << 20, 1 << 30


def models(
    context: typer.Context,
    attempt: Annotated[
        bool, typer.Option("--try", help="逐个载入，读三句话，报出用时和内存。")
    ] = False,
    data_dir: DataDir = None,
    as_json: AsJson = False,
) -> None:
    """列出所用的模型：在哪里、多大、什么许可证、内存放不放得下；有没有文字会离开本机。"""
    from rag.proof.model_list import listed
    from rag.proof.model_trial import tried

    options = options_of(context, data_dir, as_json)
    settings = options.settings()
    found: list[dict[str, Any]] = []
    sound = True
    for entry in listed(settings):
        trial = None
        if attempt and entry.state in {"bundled", "chosen", "service"}:
            trial = tried(entry.role, settings)
        sound = sound and entry.error is None and not (trial and (trial.error or trial.reason))
        if options.as_json:
            found.append(_record(entry, trial))
        else:
            _say(entry, trial)
    if options.as_json:
        console.say_json({"ok": sound, "models": found})
    if not sound:
        raise typer.Exit(1)


def _record(entry: Entry, trial: Trial | None) -> dict[str, Any]:
    record: dict[str, Any] = {
        "role": entry.role.setting.partition(".")[0],
        "model": entry.model,
        "state": entry.state,
        "name": entry.name,
        "path": str(entry.path) if entry.path else None,
        "bytes": entry.size,
        "licence": entry.licence,
        "device": entry.device,
        "needs_bytes": entry.needs,
        "free_bytes": entry.free,
        "fits": entry.fits,
        "note": entry.note,
        "error": entry.error.as_dict() if entry.error else None,
    }
    if trial is not None:
        record["trial"] = {
            "load_s": round(trial.load_s, 3),
            "run_s": round(trial.run_s, 4),
            "memory_bytes": trial.memory,
            "best": trial.best,
            "right": trial.right,
            "error": trial.error.as_dict() if trial.error else None,
            "reason": trial.reason,
        }
    return record


def _say(entry: Entry, trial: Trial | None) -> None:
    words = {"bundled": "自带", "off": "不用", "service": f"{entry.model} {entry.name}"}
    mark = {"off": "–", "failed": "✗"}.get(entry.state, "✓")
    note = f"（{entry.note}）" if entry.note else ""
    what = words.get(entry.state, entry.model)
    console.say(f"{mark} {entry.role.name}（{entry.role.setting}）：{what}{note}")
    if entry.error:
        console.say(f"    {entry.error}")
        return
    if entry.path is not None:
        console.say(f"    名称 {entry.name}")
        console.say(f"    位置 {_short(entry.path)}")
        facts = [f"大小 {_size(entry.size)}", f"许可证 {entry.licence or '没有写明'}", _room(entry)]
        console.say(f"    {'；'.join(facts)}")
    if trial is not None:
        console.say(f"    {_tried(trial)}")


def _room(entry: Entry) -> str:
    if entry.needs is None or entry.free is None:
        return f"在 {entry.device} 上算，占多少内存说不准"
    fits = "放得下" if entry.fits else "可能放不下"
    return f"在 {entry.device} 上约占 {_size(entry.needs)}，空闲 {_size(entry.free)}，{fits}"


def _tried(trial: Trial) -> str:
    from rag.wording.choosing import failure_words

    if trial.error:
        return f"试用失败：{trial.error}"
    if trial.reason:
        return f"试用失败：{failure_words(trial.reason)}"
    if trial.best is None:
        return "试用：一句也没有挑"
    how = "挑对了" if trial.right else f"挑了第 {trial.best} 句，不是答案那句"
    return (
        f"试用：载入 {trial.load_s:.1f} 秒，三句话 {trial.run_s * 1000:.0f} 毫秒，"
        f"内存增加 {_size(trial.memory)}，{how}"
    )


def _size(size: int | None) -> str:
    if size is None:
        return "不明"
    return f"{size / _GIGA:.1f} GB" if size >= _GIGA else f"{size / _MEGA:.1f} MB"


def _short(path: Path) -> str:
    """With `~` for the home directory."""
    try:
        return f"~/{path.relative_to(Path.home())}"
    except ValueError:
        return str(path)
