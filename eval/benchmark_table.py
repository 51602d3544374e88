"""Which benchmarks there are, and how one is run with what somebody gave for it."""

from __future__ import annotations

import importlib
import inspect
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from rag.errors import UsageInvalid

_COMMAND = "youju benchmark"


@dataclass(frozen=True, slots=True)
class Benchmark:
    """One benchmark: `run` of a module in `eval/benchmarks/`.

    Attributes:
        name: as it is asked for; the module's, with hyphens.
        about: what it measures; Chinese.
    """

    name: str
    about: str

    def measure(self, offered: Mapping[str, Any]) -> dict[str, Any]:
        """Call `run` with those of the offered values that it takes.

        Raises:
            UsageInvalid: one that it needs is not offered.
        """
        run: Callable[..., dict[str, Any]] = self._module().run
        parameters = inspect.signature(run).parameters
        lacking = [
            name
            for name, parameter in parameters.items()
            if parameter.default is parameter.empty and name not in offered
        ]
        if lacking:
            reason = f"基准 {self.name} 还要写：{'、'.join(lacking)}。"
            raise UsageInvalid(reason=reason, command=_COMMAND)
        return run(**{name: value for name, value in offered.items() if name in parameters})

    def shown(self, result: dict[str, Any]) -> str:
        """The result for people: the module's own `table`, or else a line a figure."""
        table: Callable[[dict[str, Any]], str] | None = getattr(self._module(), "table", None)
        if table is not None:
            return table(result)
        lines = [f"  {place:<40} {value}" for place, value in _flat(result["metrics"])]
        return "\n".join([f"基准 {result['benchmark']}", *lines])

    def _module(self) -> Any:
        return importlib.import_module(f"eval.benchmarks.{self.name.replace('-', '_')}")


BENCHMARKS = (
    Benchmark("questions", "人写的问题，在许多文章里问：答对、引全、拒对"),
    Benchmark("several", "一条消息里几个问题：各问是否都引到、点明"),
    Benchmark("conversations", "多轮对话：追问与写全的同一问相比"),
    Benchmark("visit", "新来的人拿到一叠文件，一句句打下去"),
    Benchmark("open-qa", "SQuAD 格式的题，在所有段落里问；可抽走一半原文"),
    Benchmark("rgb", "RGB：答案混在干扰段落里，只有干扰时应当拒答"),
    Benchmark("evidence", "ExpMRC：给定段落，证据与答案的 F1"),
    Benchmark("span", "CMRC：给定段落，答案片段的 EM 与 F1"),
    Benchmark("retrieval", "检索：按意思、按词、两者合起来"),
    Benchmark("peers", "与 LangChain、LlamaIndex、Haystack、txtai 同库同题同模型相比"),
    Benchmark("ablation", "逐项加上检索与证据，或逐条去掉规则，看各值多少"),
    Benchmark("gist", "文章要点：读者会列的几点盖住多少"),
    Benchmark("stitching", "断开、打乱的文章拼回去"),
    Benchmark("pages", "印成各种版式的页面读回来"),
    Benchmark("tables", "六种格式的表格：单元格与查询"),
    Benchmark("embedding", "算向量的快慢，与未改造的模型相比"),
    Benchmark("latency", "一次问一题要多久"),
    Benchmark("load", "服务在一人、几人、许多人问时的快慢与内存"),
    Benchmark("library", "文章很多时，列表翻一页要多久"),
    Benchmark("scale", "文章库变大时，什么随之变大、变慢"),
    Benchmark("shards", "索引分成几片：召回与最慢的一片"),
    Benchmark("ray", "用 Ray 的工作进程导入，与单进程相比"),
)
"""What is asked comes first, then what it is made from, then how quick it is."""


def benchmark_named(name: str) -> Benchmark:
    """The benchmark of this name, with hyphens or underscores.

    Raises:
        UsageInvalid: there is none.
    """
    found = next((one for one in BENCHMARKS if one.name == name.replace("_", "-")), None)
    if found is None:
        known = "、".join(sorted(one.name for one in BENCHMARKS))
        raise UsageInvalid(reason=f"没有这个基准：{name}；可用的有：{known}。", command=_COMMAND)
    return found


def _flat(value: Any, place: str = "") -> list[tuple[str, str]]:
    if isinstance(value, dict):
        return [row for k, v in value.items() for row in _flat(v, f"{place}.{k}" if place else k)]
    return [(place, f"{value:.4g}" if isinstance(value, float) else str(value))]
