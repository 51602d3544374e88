"""What each setting is, read from the models: default, range, explanation, when it takes effect."""

from __future__ import annotations

import difflib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import Any, Literal, get_args, get_origin

from annotated_types import Ge, Le
from pydantic import BaseModel
from pydantic.fields import FieldInfo

from rag.errors import SettingUnknown
from rag.settings.models import Settings

ENVIRONMENT_PREFIX = "YOUJU_"
SHORT_NAMES = {
    "YOUJU_TOKEN": "YOUJU_SERVER__TOKEN",
    "YOUJU_TOKEN_FILE": "YOUJU_SERVER__TOKEN_FILE",
}
MASKED = "（已设，不显示）"
_GROUPS = (
    "answer", "retrieval", "passages", "embedding", "reader", "reranker", "chooser", "library",
    "server", "ui", "team", "quota", "",
)  # fmt: skip
"""As people are shown them: what they most often look for first."""
_NEAREST = 3

Kind = Literal["number", "integer", "flag", "choice", "list", "path", "text"]


class Effect(StrEnum):
    """When a change takes effect."""

    NOW = "now"
    RESTART = "restart"
    NEW_ARTICLES = "new_articles"
    REBUILD = "rebuild"

    @property
    def words(self) -> str:
        """In Chinese."""
        return _EFFECTS[self]


_EFFECTS = {
    Effect.NOW: "下一个问题起；在设置页改不必重新启动",
    Effect.RESTART: "重新启动后",
    Effect.NEW_ARTICLES: "重新启动后，只对此后导入的文章",
    Effect.REBUILD: "重新启动并运行 youju doctor --rebuild 后",
}


@dataclass(frozen=True, slots=True)
class Setting:
    """One setting.

    Attributes:
        key: `answer.threshold`.
        kind: of value.
        default: as the models have it.
        about: what it does, in Chinese.
        effect: when a change takes effect.
        secret: whether its value is not to be shown.
        least, most: of a number; None where there is no end.
        choices: the values that there are, if they are few.
    """

    key: str
    kind: Kind
    default: Any
    about: str
    effect: Effect
    secret: bool
    least: float | None
    most: float | None
    choices: tuple[str, ...]

    @property
    def group(self) -> str:
        """The section that it stands in; empty for none."""
        return self.key.rpartition(".")[0]

    @property
    def environment(self) -> tuple[str, ...]:
        """The variables that set it, the usual one first."""
        name = ENVIRONMENT_PREFIX + self.key.upper().replace(".", "__")
        return (*(short for short, long in SHORT_NAMES.items() if long == name), name)

    @property
    def range(self) -> str:
        """Which values there are, in Chinese."""
        if self.kind in _RANGES:
            return _RANGES[self.kind]
        if self.kind == "choice":
            return f"{'、'.join(self.choices)} 之一"
        noun = "整数" if self.kind == "integer" else "数"
        if self.most is None:
            return f"{self.least:g} 以上的{noun}"
        return f"{self.least:g} 到 {self.most:g} 的{noun}"

    def shown(self, value: object) -> str:
        """A value as people read it; a secret is hidden."""
        if value in (None, "", (), []):
            return "（空）"
        if self.secret:
            return MASKED
        if isinstance(value, list | tuple):
            return ", ".join(map(str, value))
        return json.dumps(value) if isinstance(value, bool) else str(value)


_RANGES = {
    "flag": "true 或 false",
    "list": "几个名字，用逗号隔开",
    "path": "文件或目录的路径",
    "text": "文字",
}


@cache
def catalogue() -> dict[str, Setting]:
    """All settings by key, in the order in which people are shown them."""
    found = list(_of_model(Settings, ""))
    found.sort(key=lambda one: (_GROUPS.index(one.group), one.effect is not Effect.NOW))
    return {one.key: one for one in found}


def groups() -> list[tuple[str, str, list[Setting]]]:
    """The groups: section, heading, settings."""
    return [
        (name, heading_of(name), [one for one in catalogue().values() if one.group == name])
        for name in _GROUPS
    ]


def heading_of(group: str) -> str:
    """What a group is about, in Chinese."""
    return (Settings.model_fields[group].description or group) if group else "数据放在哪里"


def setting(key: str) -> Setting:
    """The setting of this key.

    Raises:
        SettingUnknown: there is none; names the nearest ones.
    """
    if (found := catalogue().get(key)) is None:
        raise SettingUnknown(key=key, advice=advice(key))
    return found


def nearest(key: str) -> list[str]:
    """Keys that may have been meant: of this section, of this last name, or spelt nearly so."""
    keys = list(catalogue())
    lower = key.strip().lower().replace("-", "_")
    if inside := [one for one in keys if one.startswith(f"{lower}.")]:
        return inside
    same = [one for one in keys if one.rpartition(".")[2] == lower.rpartition(".")[2]]
    close = difflib.get_close_matches(lower, keys, _NEAREST, 0.85)
    names = {one.rpartition(".")[2]: one for one in keys}
    named = difflib.get_close_matches(lower.rpartition(".")[2], names, _NEAREST, 0.7)
    return list(dict.fromkeys([*same, *close, *(names[name] for name in named)]))[:_NEAREST]


def advice(key: str) -> str:
    """What to write instead of a key that there is not."""
    near = nearest(key)
    if any(one.startswith(f"{key.strip().lower()}.") for one in near):
        return f"这是一组设置，请写其中一项：{'、'.join(near)}。"
    if near:
        return f"是不是 {'、'.join(near)}？"
    return "用 youju config show 查看全部设置。"


def at(values: Any, key: str) -> Any:
    """The value of a key in nested values or settings.

    Raises:
        KeyError: nothing is said of it.
    """
    for part in key.split("."):
        if isinstance(values, BaseModel):
            values = dict(values)
        if not isinstance(values, dict):
            raise KeyError(key)
        values = values[part]
    return values


def _of_model(model: type[BaseModel], prefix: str) -> Iterator[Setting]:
    for name, field in model.model_fields.items():
        annotation = field.annotation
        if isinstance(annotation, type) and issubclass(annotation, BaseModel):
            yield from _of_model(annotation, f"{prefix}{name}.")
        else:
            yield _of_field(f"{prefix}{name}", field)


def _of_field(key: str, field: FieldInfo) -> Setting:
    extra = field.json_schema_extra
    marks = extra if isinstance(extra, dict) else {}
    choices = get_args(field.annotation) if get_origin(field.annotation) is Literal else ()
    return Setting(
        key=key,
        kind=_kind(field.annotation),
        default=field.default,
        about=field.description or "",
        effect=Effect(str(marks.get("effect", Effect.RESTART))),
        secret=bool(marks.get("secret")),
        least=next((_number(one.ge) for one in field.metadata if isinstance(one, Ge)), None),
        most=next((_number(one.le) for one in field.metadata if isinstance(one, Le)), None),
        choices=tuple(map(str, choices)),
    )


def _number(end: Any) -> float:
    return float(end)


def _kind(annotation: object) -> Kind:
    kinds: dict[object, Kind] = {float: "number", int: "integer", bool: "flag", str: "text"}
    if annotation in kinds:
        return kinds[annotation]
    if get_origin(annotation) is Literal:
        return "choice"
    return "path" if annotation is Path or Path in get_args(annotation) else "list"
