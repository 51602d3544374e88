"""The runner of a server's evaluations, apart from its pages."""

from __future__ import annotations

import threading
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest

from rag.errors import CollectionMissing
from rag.library.library import Library
from rag.settings import load_settings
from ui.evaluation_page.runner import Runner


def test_who_waits_for_the_models_keeps_nobody_from_their_runs(tmp_path: Path) -> None:
    settings = load_settings(tmp_path)
    Library.open(settings.data_dir, write=True).close()
    waited: list[bool] = []

    def loading() -> Any:
        other = threading.Thread(target=runner.end_run_of, args=("other",), daemon=True)
        other.start()
        other.join(timeout=5)
        waited.append(other.is_alive())
        return SimpleNamespace(library=library)

    runner = Runner(cast("Any", SimpleNamespace(settings=settings, pipeline=loading)))
    with Library.open(settings.data_dir) as library, pytest.raises(CollectionMissing):
        runner.start("bundled", collections=("没有",))
    assert waited == [False]
