"""Options that every verb takes, before or after its name."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from rag.errors import FileTaken, FileUnreadable

if TYPE_CHECKING:
    from rag.settings import Loaded, Settings

DataDir = Annotated[
    Path | None,
    typer.Option(
        "--data-dir", metavar="DIR", help="文章库所在的目录（或环境变量 YOUJU_DATA_DIR）。"
    ),
]
AsJson = Annotated[bool, typer.Option("--json", help="输出 JSON，供程序读取。")]
Overwrite = Annotated[bool, typer.Option("--overwrite", help="已经有的文件，换掉它。")]
AtOnce = Annotated[
    int,
    typer.Option(
        "--at-once", metavar="N", min=1, max=64, help="同时问几题；大于 1 时，每题的耗时会变长。"
    ),
]
EachCore = Annotated[
    int,
    typer.Option(
        "--at-once",
        metavar="N",
        min=0,
        max=64,
        help="同时问几题；0 表示处理器有几个核就问几题，这样最快做完。要量每题的耗时，请写 1。",
    ),
]


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
        return self.loaded(**overrides).settings

    def loaded(self, **overrides: Any) -> Loaded:
        """The same, with where each value comes from.

        Raises:
            SettingsError, FileUnreadable: as `settings`.
        """
        from rag.settings import load

        try:
            return load(self.data_dir, **overrides)
        except (OSError, ValueError) as error:
            raise FileUnreadable(file=self.data_dir, reason="不能用作目录") from error


def check_free(file: Path, *, overwrite: bool) -> None:
    """That nothing is where a command is to write a file, unless it may be replaced.

    Raises:
        FileTaken: something is.
    """
    if not overwrite and file.is_file():
        raise FileTaken(file=file)


def options_of(context: typer.Context, data_dir: Path | None, as_json: bool) -> Options:
    """Those after the verb win over those before it."""
    before = context.find_object(Options) or Options()
    return Options(data_dir or before.data_dir, as_json or before.as_json)
