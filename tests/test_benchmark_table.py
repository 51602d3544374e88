"""The table of benchmarks names every one, and each is run with what it takes."""

from __future__ import annotations

import importlib
import json
import pkgutil
import sys
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

import eval.benchmarks
from eval.benchmark_table import BENCHMARKS, benchmark_named
from rag.errors import UsageInvalid
from ui.cli import run


def test_every_module_that_runs_is_in_the_table_and_the_other_way_round() -> None:
    modules = [module.name for module in pkgutil.iter_modules(eval.benchmarks.__path__)]
    runs = {
        name
        for name in modules
        if hasattr(importlib.import_module(f"eval.benchmarks.{name}"), "run")
    }
    assert {one.name.replace("-", "_") for one in BENCHMARKS} == runs
    assert len({one.about for one in BENCHMARKS}) == len(BENCHMARKS)


def test_hyphens_and_underscores_name_the_same() -> None:
    assert benchmark_named("open_qa") is benchmark_named("open-qa")


def test_what_is_lacking_is_named() -> None:
    with pytest.raises(UsageInvalid, match="file"):
        benchmark_named("rgb").measure({"limit": 3})


def test_without_a_name_they_are_listed(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["benchmark"]) == 0
    listed = capsys.readouterr().out
    assert all(f"{one.name} " in listed and one.about in listed for one in BENCHMARKS)
    assert run(["benchmark", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["benchmarks"]["rgb"]


def measured(limit: int, noise: float = 0.0) -> dict[str, Any]:
    metrics = {"share": {"right": 0.25, "asked": limit}}
    return {"benchmark": "fake", "settings": {"noise": noise}, "metrics": metrics}


@pytest.mark.parametrize("table", [None, lambda result: f"表：{result['settings']['noise']}"])
def test_options_reach_the_benchmark_that_takes_them(
    table: Callable[[dict[str, Any]], str] | None,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    module = ModuleType("eval.benchmarks.rgb")
    vars(module).update({"run": measured} | ({"table": table} if table else {}))
    monkeypatch.setitem(sys.modules, module.__name__, module)
    asked = ["benchmark", "rgb", "--limit", "2", "--noise", "0.5", "--seconds", "3"]
    assert run([*asked, "--data-dir", str(tmp_path), "--json"]) == 0
    assert json.loads(capsys.readouterr().out) == measured(2, 0.5)
    assert run([*asked, "--data-dir", str(tmp_path)]) == 0
    shown = capsys.readouterr().out.split("\n")
    assert shown[0] == ("表：0.5" if table else "基准 fake")
    if not table:
        assert [line.split() for line in shown[1:3]] == [
            ["share.right", "0.25"],
            ["share.asked", "2"],
        ]
