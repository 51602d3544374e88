"""Where a value comes from: the file, the variable or the flag that says it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from rag.settings.catalogue import at

_FLAGS = {"data_dir", "server.host", "server.port", "server.token", "server.token_file"}
_FLAGS |= {"server.certfile", "server.keyfile"}

Kind = Literal["default", "file", "environment", "command_line", "running"]

WORDS: dict[Kind, str] = {
    "default": "默认值",
    "file": "文件",
    "environment": "环境变量",
    "command_line": "命令行",
    "running": "运行时改的",
}
"""The kinds of sources, the weakest first."""


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a value comes from; `place`: the file, the variable or the flag."""

    kind: Kind
    place: str = ""

    @property
    def words(self) -> str:
        """In Chinese."""
        if self.kind == "command_line" and not self.place:
            return "启动时给的参数"
        return f"{WORDS[self.kind]} {self.place}".strip()

    def as_json(self) -> dict[str, str]:
        """For machines, with the words for people."""
        return {"kind": self.kind, "place": self.place, "words": self.words}


@dataclass(frozen=True, slots=True)
class Layer:
    """What one source says.

    Attributes:
        kind: of source.
        values: nested, as it says them.
        path: of the file.
        names: of the variables, by the keys that they set.
    """

    kind: Kind
    values: dict[str, Any]
    path: Path | None = None
    names: Mapping[str, str] = field(default_factory=dict)

    def says(self, key: str) -> bool:
        """Whether it says anything of this key, or of this section."""
        try:
            at(self.values, key)
        except KeyError:
            return False
        return True

    def origin(self, key: str) -> Origin:
        """Where a value that it says comes from."""
        if self.path is not None:
            return Origin(self.kind, str(self.path))
        if self.kind == "environment":
            inside = (name for one, name in self.names.items() if one.startswith(f"{key}."))
            return Origin(self.kind, self.names.get(key) or next(inside, ""))
        flag = "--" + key.rpartition(".")[2].replace("_", "-") if key in _FLAGS else ""
        return Origin(self.kind, flag if self.kind == "command_line" else "")
