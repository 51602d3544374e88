"""`youju jobs`: what the server of a data directory works on, and what it did."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import typer

from ui import console
from ui.language.errors import in_one
from ui.options import AsJson, DataDir, options_of

_KINDS = {"import": "导入", "correction": "更正", "rebuild": "重建", "evaluation": "评测"}
_STATES = {
    "queued": "排队中",
    "running": "正在做",
    "done": "做完了",
    "failed": "没有做完",
    "cancelled": "已取消",
    "interrupted": "中断了",
}


def jobs(context: typer.Context, data_dir: DataDir = None, as_json: AsJson = False) -> None:
    """列出服务的任务：导入、更正、重建和评测，后开始的在前。"""
    from ui.intake.journal import Journal
    from ui.jobs.board import noted, runs_of_all
    from ui.running import read

    options = options_of(context, data_dir, as_json)
    folder = options.settings().data_dir
    found = noted(Journal(folder).load(), runs_of_all(folder), served=read(folder) is not None)
    if options.as_json:
        console.say_json(found)
        return
    for job in found:
        began = datetime.fromisoformat(job["created"]).astimezone()
        state = _state(job)
        share = f" {job['share']:.0%}" if job["share"] is not None and job["share"] < 1 else ""
        console.say(
            f"{began:%Y-%m-%d %H:%M}  {_KINDS[job['kind']]}  {state}{share}  {job['title']}"
        )
        if job["error"]:
            console.say(f"    {in_one(job['error']['message_zh'], job['error']['hint'])}")
    if not found:
        console.say("还没有任务。")


def _state(job: dict[str, Any]) -> str:
    """In Chinese, as the jobs page has it."""
    if job["stopping"]:
        return "正在停下"
    refused, total = job["refused"], job["total"]
    if job["status"] == "failed" and refused == total:
        return "没有收下"
    more = f"（{refused} 个没有收下）" if refused else ""
    return f"{_STATES[job['status']]}{more}"
