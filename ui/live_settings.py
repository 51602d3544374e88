"""The settings of a running server: those that it started with, and what was changed since."""

from __future__ import annotations

import logging
import threading
from collections.abc import Mapping
from typing import Any

from rag.errors import SettingInvalid, SettingUnknown
from rag.settings import Loaded
from rag.settings.catalogue import Effect, at, setting
from rag.settings.origins import Layer
from rag.settings.report import records
from rag.settings.writing import put, refuse_elsewhere, value_of, write
from ui.engine import Engine

_log = logging.getLogger("youju.settings")


class LiveSettings:
    """Changes what may change while the server runs; each change counts from the next question."""

    def __init__(self, engine: Engine, loaded: Loaded) -> None:
        self._engine = engine
        self._loaded = loaded
        self._guard = threading.Lock()

    @property
    def loaded(self) -> Loaded:
        """What is in force, and where it comes from."""
        return self._loaded

    def records(self) -> list[dict[str, Any]]:
        """All settings; those changed here say what they go back to (`otherwise`)."""
        now = self._loaded
        before = {one["key"]: one for one in records(now.over(Layer("running", {})))}
        return [
            one
            | {
                "otherwise": {name: before[one["key"]][name] for name in ("value", "source")}
                if one["source"]["kind"] == "running"
                else None
            }
            for one in records(now)
        ]

    def change(self, changes: Mapping[str, Any], *, save: bool = False) -> list[str]:
        """Set values, and take back those that are None; all of them or none.

        Args:
            changes: by key.
            save: whether `youju.toml` of the data directory is to say the same.

        Returns:
            What people should know besides.

        Raises:
            SettingInvalid: what is wrong, by key.
            SettingsError: the file cannot be read.
            StorageFull, StorageFailed, LibraryReadOnly: it cannot be written; nothing is changed.
        """
        values = _checked(changes)
        with self._guard:
            loaded = self._with(values, saved=save)
            notes = []
            if save:
                notes = [f"文件里还有别的错：{one}" for one in write(loaded.home_file, values)]
                notes += _overruled(loaded, values)
            self._loaded = loaded
            self._engine.adopt(loaded.settings)
        _log.info("settings", extra={"facts": {"changed": sorted(values), "saved": save}})
        return notes

    def _with(self, values: Mapping[str, Any], *, saved: bool) -> Loaded:
        loaded, running = self._loaded, _values_of(self._loaded, "running")
        for key, value in values.items():
            put(running, key, None if saved else value)
        if saved:
            written = _values_of(loaded, "file", loaded.home_file)
            for key, value in values.items():
                put(written, key, value)
            loaded = loaded.over(Layer("file", written, loaded.home_file))
            loaded = loaded.over(Layer("running", running))
            for key, value in values.items():  # where a variable says otherwise at the start
                if value is not None and at(loaded.settings, key) != value:
                    put(running, key, value)
        return loaded.over(Layer("running", running))


def _checked(changes: Mapping[str, Any]) -> dict[str, Any]:
    """The values as the models read them.

    Raises:
        SettingInvalid: what is wrong, by key.
    """
    values: dict[str, Any] = {}
    wrong: dict[str, str] = {}
    for key, given in changes.items():
        try:
            if setting(key).effect is Effect.NOW:
                values[key] = None if given is None else value_of(key, given)
            else:
                refuse_elsewhere(key)
                wrong[key] = f"运行时不能改；用 youju config set {key} … 写进文件，再重新启动"
        except SettingInvalid as error:
            wrong |= error.fields
        except SettingUnknown as error:
            wrong[key] = f"没有这一项设置，{error.hint_zh}"
    if wrong:
        raise SettingInvalid(fields=wrong)
    return values


def _values_of(loaded: Loaded, kind: str, path: object = None) -> dict[str, Any]:
    """A copy of what a source says."""
    for layer in loaded.layers:
        if (layer.kind, layer.path) == (kind, path):
            return {
                name: dict(value) if isinstance(value, dict) else value
                for name, value in layer.values.items()
            }
    return {}


def _overruled(loaded: Loaded, values: Mapping[str, Any]) -> list[str]:
    """Saved keys that something else will say when the server starts again."""
    return [
        f"{layer.origin(key).words} 也写了 {key}，重新启动后以它为准"
        for key in values
        for layer in loaded.layers
        if layer.kind in {"environment", "command_line"} and layer.says(key)
    ]
