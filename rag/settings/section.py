"""What every part of the settings is, and what can be marked of a field: see `models.py`."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, JsonValue

NOW: dict[str, JsonValue] = {"effect": "now"}
NEW_ARTICLES: dict[str, JsonValue] = {"effect": "new_articles"}
REBUILD: dict[str, JsonValue] = {"effect": "rebuild"}
SECRET: dict[str, JsonValue] = {"secret": True}


class Section(BaseModel):
    """A part of the settings; unknown keys are errors."""

    model_config = ConfigDict(frozen=True, extra="forbid")
