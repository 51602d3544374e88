"""Writes `youju.toml`: comments and order stay, and a file that would be wrong is never written."""

from __future__ import annotations

import shutil
import tomllib
from collections.abc import Mapping, MutableMapping
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from rag.errors import SettingInvalid, SettingsError
from rag.errors.disk import file_error
from rag.errors.reasons import why
from rag.files.whole import replacing
from rag.settings.catalogue import at, catalogue, setting
from rag.settings.complaints import complaints, misfit
from rag.settings.models import Settings, several
from rag.settings.sources import from_file

_ONLY_ME = 0o600


def set_threshold(path: Path, threshold: float) -> None:
    """Write `answer.threshold` into a settings file; all else in it stays as it is.

    Raises:
        SettingsError: the file is there and is not TOML.
        StorageFull, StorageFailed, LibraryReadOnly: it cannot be written, and is as before.
    """
    write(path, {"answer.threshold": threshold})


def refuse_elsewhere(key: str) -> None:
    """Refuse what no settings file can say.

    Raises:
        SettingInvalid: it is where that file is looked for.
    """
    if key == "data_dir":
        raise SettingInvalid(fields={key: "只能用 --data-dir 或环境变量 YOUJU_DATA_DIR 给"})


def value_of(key: str, given: object) -> Any:
    """A value as the model reads it; text as people write it on a command line.

    Raises:
        SettingUnknown: there is no such key.
        SettingInvalid: the value will not do.
    """
    setting(key)
    refuse_elsewhere(key)
    if isinstance(given, bool) and catalogue()[key].kind != "flag":
        raise SettingInvalid(fields={key: misfit(key, given)})  # pydantic would take it for 1
    try:
        settings = Settings.model_validate(_nested(key, given))
    except ValidationError as error:
        found = [one for one in complaints(error) if one.key == key]
        if found:
            raise SettingInvalid(fields={key: found[0].about}) from error
        read = several(given)  # what else must be set with it, the whole file tells
        return list(read) if isinstance(read, tuple) else read
    return at(settings.model_dump(mode="json"), key)


def write(path: Path, changes: Mapping[str, Any]) -> list[str]:
    """Write values into a settings file, or take out those that are None.

    Returns:
        What else is wrong with the file: nothing of it was written now.

    Raises:
        SettingsError: the file is there and is not TOML, or would not be what was meant.
        SettingInvalid: with these values the file cannot be used.
        StorageFull, StorageFailed, LibraryReadOnly: it cannot be written, and is as before.
    """
    import tomlkit
    from tomlkit.exceptions import TOMLKitError

    try:
        wanted = from_file(path) if path.exists() else {}
        document = tomlkit.parse(path.read_bytes().decode("utf-8-sig") if path.exists() else "")
        for key, value in changes.items():
            put(wanted, key, value)
            put(document, key, value)
        text = tomlkit.dumps(document)
        same = tomllib.loads(text) == wanted
    except (OSError, UnicodeDecodeError, TOMLKitError, tomllib.TOMLDecodeError) as error:
        raise SettingsError(reason=f"读不了设置文件：{why(error)}", origin=str(path)) from error
    if not same:
        raise SettingsError(reason="这个设置文件的写法改不了，请用编辑器改", origin=str(path))
    others = _others(wanted, changes)
    secret = any(catalogue()[key].secret for key in changes if key in catalogue())
    try:
        _write_whole(path.resolve(), text.encode(), _ONLY_ME if secret else None)
    except OSError as error:
        raise file_error(path, error) from error
    return others


def _others(values: Mapping[str, Any], changes: Mapping[str, Any]) -> list[str]:
    """What is wrong with keys that are not changed.

    Raises:
        SettingInvalid: something is wrong with those that are.
    """
    try:
        Settings.model_validate(values)
    except ValidationError as error:
        found = complaints(error)
        written = [key for key, value in changes.items() if value is not None]
        ours = {
            key: one.about
            for one in found
            for key in written
            if key == one.key or key.startswith(f"{one.key}.")
        }
        if ours:
            raise SettingInvalid(fields=ours) from error
        return [one.words for one in found]
    return []


def put(values: Any, key: str, value: Any) -> None:
    """Set a key in nested tables, or take it out; the tables are made where they are missing."""
    *sections, last = key.split(".")
    for section in sections:
        if section not in values and value is None:
            return
        values.setdefault(section, _table(values))
        values = values[section]
        if not isinstance(values, MutableMapping):
            raise SettingInvalid(fields={key: f"文件里的 {section} 不是一组设置，请用编辑器改"})
    if value is not None:
        values[last] = value
    elif last in values:
        del values[last]


def _table(values: Any) -> Any:
    import tomlkit

    return {} if type(values) is dict else tomlkit.table()


def _nested(key: str, value: object) -> dict[str, Any]:
    *sections, last = key.split(".")
    nested: dict[str, Any] = {last: value}
    for section in reversed(sections):
        nested = {section: nested}
    return nested


def _write_whole(path: Path, data: bytes, mode: int | None = None) -> None:
    """The old file or the new one, never half, for those only who may read the old one.

    `mode`: of one that is new.
    """
    with replacing(path) as part:
        if path.exists():
            part.touch(0o600)
            shutil.copymode(path, part)
        elif mode is not None:
            part.touch(mode)
        part.write_bytes(data)
