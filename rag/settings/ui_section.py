"""What can be set of the pages themselves."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from rag.settings.section import NOW, Section


class UiSettings(Section):
    """How the pages look to whoever has chosen nothing."""

    language: Literal["zh", "en", "auto"] = Field(
        default="zh",
        description="网页和出错说明用什么语言：zh 中文，en 英文，auto 看浏览器要哪种。"
        "在网页上选过的，以所选为准；引文和回答总是中文。",
        json_schema_extra=NOW,
    )
