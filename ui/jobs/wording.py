"""A job in the language of the request: its title, its unit, what it tells, what went wrong.

Jobs are noted in Chinese, while they run and for days; whoever looks may read English.
"""

from __future__ import annotations

from typing import Any

from ui.language import _, current, message
from ui.language.errors import any_message, told
from ui.language.given import shown
from ui.language.retelling import retold

_TITLES = (
    message("重建索引"),
    message("更正《{}》"),
    message("评测“{}”"),
    message("{} 等 {} 个文件"),
)
_LINES = (
    message("开始"),
    message("重试"),
    message("正在取消"),
    message("还没开始就取消了"),
    message("服务重新启动，接着做"),
    message("服务停了，任务中断"),
    message("已取消；存好的都在"),
    message("收下 {} 个文件"),
    message("读完 {}/{} 个文件，存入 {} 段"),
    message("做完了：{} 个文件，存入 {} 篇、{} 段，{} 个文件没能读入"),
    message("做完了：{} 个文件，存入 {} 篇、{} 段"),
    message("没有收下：文件没能读入"),
    message("没有收下：{} 个文件都没能读入"),
    message("做完了：{} 答对或拒答得对"),
    message("做完了"),
    message("索引：与文章库一致"),
    message("已存好，索引稍后跟上：{}"),
    message("开始评测“{}”，共 {} 题"),
    message("没有做完：{}"),
    message("另一个程序正在写文章库，等它写完"),
    message("{}：{}"),
)
_UNITS = {"段": message("段"), "题": message("题")}


def in_words(job: dict[str, Any]) -> dict[str, Any]:
    """The wire form of a job, in the language of the request; in Chinese, the very same."""
    if current() == "zh":
        return job
    return job | {
        "title": retold(job["title"], _TITLES, shown),
        "unit": retold(job["unit"], _UNITS.values()),
        "awaiting": job.get("awaiting") and _(job["awaiting"]),
        "error": job["error"] and told(job["error"]),
        **({"log": [_line(one) for one in job["log"]]} if "log" in job else {}),
        **({"files": [_file(one) for one in job["files"]]} if "files" in job else {}),
    }


def _line(line: dict[str, Any]) -> dict[str, Any]:
    return line | {"text": retold(line["text"], _LINES, any_message)}


def _file(file: dict[str, Any]) -> dict[str, Any]:
    return file | {"error": file["error"] and told(file["error"])}
