"""Choosers that ask a scripted endpoint."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from pages import word_scorer
from scripted_endpoint import Endpoint

from rag.assembly import open_pipeline
from rag.evidence.endpoint import EndpointChooser
from rag.models.embedding import HashingEmbedder
from rag.pipeline import Pipeline
from rag.settings import Settings
from rag.settings.model_sections import ChooserSettings

ASKED = "青石湾大桥总投资多少亿元？"


def settings_of(endpoint: Endpoint, **more: Any) -> ChooserSettings:
    return ChooserSettings.model_validate({"url": endpoint.url, "model": "m-1", **more})


class Clock:
    """Time that passes when a test says so."""

    now = 0.0
    day = "2024-03-05"

    def __call__(self) -> float:
        return self.now


def chooser_of(endpoint: Endpoint, clock: Clock | None = None, **more: Any) -> EndpointChooser:
    clock = clock or Clock()
    return EndpointChooser(settings_of(endpoint, **more), clock, lambda: clock.day)


def opened(data_dir: Path, chooser: ChooserSettings) -> Pipeline:
    given = {"data_dir": data_dir, "answer": {"threshold": 0.5, "enough": 0.0}}
    settings = Settings.model_validate(given).model_copy(update={"chooser": chooser})
    return open_pipeline(settings, HashingEmbedder(), word_scorer())
