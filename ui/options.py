"""Options that every verb takes, before or after its name."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from rag.errors import FileUnreadable

if TYPE_CHECKING:
    from rag.settings import Settings

DataDir = Annotated[
    Path | None,
    typer.Option(
        "--data-dir", metavar="DIR", help="文章库所在的目录（或环境变量 YOUJU_DATA_DIR）。"
    ),
]
AsJson = Annotated[bool, typer.Option("--json", help="输出 JSON，供程序读取。")]


@dataclass(frozen=True, slots=True)
class Options:
    """What `--data-dir` and `--json` said."""

    data_dir: Path | None = None
    as_json: bool = False

    def settings(self, **overrides: Any) -> Settings:
        """Settings of this data directory.

        Raises:
            SettingsError: an unknown key or a bad value.
            FileUnreadable: the data directory's name cannot be one.
        """
        from rag.settings import load_settings

        try:
            return load_settings(self.data_dir, **overrides)
        except (OSError, ValueError) as error:
            raise FileUnreadable(file=self.data_dir, reason="不能用作目录") from error


def options_of(context: typer.Context, data_dir: Path | None, as_json: bool) -> Options:
    """Those after the verb win over those before it."""
    before = context.find_object(Options) or Options()
    return Options(data_dir or before.data_dir, as_json or before.as_json)
