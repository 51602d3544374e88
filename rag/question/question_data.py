"""`questions.toml`: the words and patterns that questions are read with."""

from __future__ import annotations

import tomllib
from functools import cache
from pathlib import Path
from typing import Any

_DATA = Path(__file__).parents[1] / "data" / "questions.toml"


@cache
def question_data() -> dict[str, Any]:
    """All of the file."""
    return tomllib.loads(_DATA.read_text(encoding="utf-8"))


def patterns(section: str, name: str) -> list[str]:
    """The patterns of that name in a section."""
    return list(question_data()[section][name])
