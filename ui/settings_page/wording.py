"""What settings say of themselves, in the language of the request."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from rag.settings.catalogue import MASKED, Setting
from ui.language import _, message
from ui.language.retelling import retold

_RANGES = (
    message("{} 到 {} 的整数"),
    message("{} 以上的整数"),
    message("{} 到 {} 的数"),
    message("{} 以上的数"),
    message("{} 之一"),
    message("true 或 false"),
    message("几个名字，用逗号隔开"),
    message("文件或目录的路径"),
    message("文字"),
)
_SOURCES = (
    message("默认值"),
    message("文件 {}"),
    message("环境变量 {}"),
    message("命令行 {}"),
    message("运行时改的"),
    message("启动时给的参数"),
)
_VALUES = (message("（空）"), MASKED)


def range_words(one: Setting) -> str:
    """Which values there are."""
    return retold(one.range, _RANGES, str)


def source_words(source: Mapping[str, Any]) -> str:
    """Where a value comes from."""
    return retold(source["words"], _SOURCES, str)


def value_words(one: Setting, value: object) -> str:
    """A value as people read it."""
    shown = one.shown(value)
    return _(shown) if shown in _VALUES else shown
