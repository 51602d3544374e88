"""`youju benchmark`: measurements, and the options that they take between them."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Annotated, Any

import typer

from eval.layouts import Layout
from ui import console
from ui.options import AsJson, DataDir, options_of

_Files = Annotated[list[Path] | None, typer.Argument(metavar="FILE…", help="基准要读的数据文件。")]


def _paths(flag: str, metavar: str, about: str) -> Any:
    return Annotated[list[Path] | None, typer.Option(flag, metavar=metavar, help=about)]


def _count(flag: str, about: str) -> Any:
    return Annotated[int | None, typer.Option(flag, metavar="N", min=1, help=about)]


_OFFERED: Mapping[str, Any] = {
    "distractors": _paths(
        "--distractors", "FILE|N", "混入的其他文章；questions、ablation --rules：混入多少篇。"
    ),
    "articles": _paths(
        "--articles", "FILE", "questions、ablation --rules：问题所据的文章（JSONL）。"
    ),
    "split": Annotated[
        str | None,
        typer.Option(
            "--split", help="questions、ablation --rules：问哪一部分；有 dev 就只问 dev，否则全部。"
        ),
    ],
    "limit": _count("--limit", "上限。"),
    "noise": Annotated[
        float | None, typer.Option("--noise", min=0, max=1, help="rgb：干扰段落的比例。")
    ],
    "scorer": Annotated[
        str | None, typer.Option("--scorer", help="证据打分：reader 或 features。")
    ],
    "remove_half": Annotated[
        bool | None, typer.Option("--remove-half", help="open-qa：抽走一半问题的原文。")
    ],
    "questions": _count("--questions", "open-qa、ablation、latency、peers：题数。"),
    "rules": Annotated[
        bool | None, typer.Option("--rules", help="ablation：逐条去掉规则，看各值多少。")
    ],
    "pages": _count("--pages", "stitching：版面数。"),
    "layout": Annotated[
        Layout | None,
        typer.Option(
            "--layout",
            help="stitching：bare（只有碎片）、printed（有标题、署名）、rough（少空行、缺字、有框）"
            "或 ordered（顺序没乱，只有空行断句）。",
        ),
    ],
    "seconds": Annotated[
        float | None, typer.Option("--seconds", min=0.1, help="load：每一段测多久。")
    ],
    "minutes": Annotated[
        float | None, typer.Option("--minutes", min=0, help="load：最后看多久的内存。")
    ],
}
"""Parameters of the benchmarks' `run`, as options; each benchmark takes those that it has."""


def _with_options(verb: Callable[..., None]) -> Callable[..., None]:
    """The verb as Typer should see it: with every offered option in place of `**given`."""
    own = inspect.signature(verb, eval_str=True)
    kept = [p for p in own.parameters.values() if p.kind is not p.VAR_KEYWORD]
    options = [
        inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY, default=None, annotation=kind)
        for name, kind in _OFFERED.items()
    ]
    verb.__signature__ = own.replace(parameters=[*kept, *options])  # type: ignore[attr-defined]
    verb.__annotations__ = {p.name: p.annotation for p in (*kept, *options)}
    return verb


@_with_options
def benchmark(
    context: typer.Context,
    name: Annotated[
        str | None,
        typer.Argument(metavar="NAME", help="基准的名字，如 embedding；不写就列出来。"),
    ] = None,
    files: _Files = None,
    data_dir: DataDir = None,
    as_json: AsJson = False,
    **given: Any,
) -> None:
    """测量：快慢、检索、证据等；数值都在本机上现测。"""
    from eval.benchmark_table import BENCHMARKS, benchmark_named

    options = options_of(context, data_dir, as_json)
    if name is None:
        _list({one.name: one.about for one in BENCHMARKS}, as_json=options.as_json)
        return
    asked = benchmark_named(name)
    settings = options.settings()
    offered = {"files": files, "file": files[0] if files else None, **given}
    with console.progress("准备", "篇", shown=not options.as_json) as advance:
        result = asked.measure(
            {name: value for name, value in offered.items() if value is not None}
            | {
                "settings": settings,
                "cache_dir": settings.data_dir / "benchmarks",
                "progress": advance,
            }
        )
    if options.as_json:
        console.say_json(result)
    else:
        console.say(asked.shown(result))


def _list(benchmarks: Mapping[str, str], *, as_json: bool) -> None:
    if as_json:
        console.say_json({"benchmarks": benchmarks})
        return
    for name, about in benchmarks.items():
        console.say(f"{name:<16}{about}")
