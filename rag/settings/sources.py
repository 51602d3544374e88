"""Where settings come from: flags over environment `YOUJU_…` over `youju.toml` over defaults.

Nested names use two underscores: `YOUJU_EMBEDDING__MODEL=/models/bge`; `YOUJU_TOKEN` is short for
`YOUJU_SERVER__TOKEN`. There may be two files: the data directory's wins over that of the directory
where the program runs.
"""

from __future__ import annotations

import os
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from rag.errors import DataDirUnusable, SettingsError
from rag.errors.reasons import why
from rag.settings.catalogue import ENVIRONMENT_PREFIX, SHORT_NAMES, catalogue
from rag.settings.complaints import complaints
from rag.settings.models import Settings
from rag.settings.origins import WORDS, Layer, Origin

SETTINGS_FILE = "youju.toml"


@dataclass(frozen=True, slots=True)
class Loaded:
    """Settings with where they come from.

    Attributes:
        settings: in force.
        layers: what the sources say, the weakest first; defaults are none.
    """

    settings: Settings
    layers: tuple[Layer, ...] = ()

    @classmethod
    def of(cls, settings: Settings) -> Loaded:
        """Settings that a program made itself."""
        given = settings.model_dump(exclude_defaults=True)
        return cls(settings, (Layer("command_line", given),))

    @property
    def home_file(self) -> Path:
        """The data directory's settings file, which is written."""
        return files_of(self.settings.data_dir)[-1]

    @property
    def origins(self) -> dict[str, Origin]:
        """Where the value of each key comes from."""
        found = dict.fromkeys(catalogue(), Origin("default"))
        for layer in self.layers:
            if _names_a_token_file(layer.values):
                found["server.token"] = Origin("default")
            for key in found:
                if layer.says(key) and (layer.path is None or key != "data_dir"):
                    found[key] = layer.origin(key)
        if found["server.token"].kind == "default" and self.settings.server.token:
            found["server.token"] = Origin("file", str(self.settings.server.token_file))
        return found

    def over(self, layer: Layer) -> Loaded:
        """With one more source, in the place of the one of its kind and file, or over all.

        The server's settings stay: it runs with them, and with the token that it has read.

        Raises:
            SettingsError: it says what cannot be.
        """
        kept = [one for one in self.layers if (one.kind, one.path) != (layer.kind, layer.path)]
        ranks = list(WORDS)
        layers = tuple(sorted([*kept, layer], key=lambda one: ranks.index(one.kind)))
        settings = checked(layers, self.settings.data_dir)
        return Loaded(settings.model_copy(update={"server": self.settings.server}), layers)


def settings_file(folder: Path) -> Path:
    """The settings file of a directory."""
    return folder / SETTINGS_FILE


def files_of(home: Path) -> list[Path]:
    """The files that are read, the weaker first: one where the program runs in the directory."""
    here, there = settings_file(Path.cwd()), settings_file(home).absolute()
    return [there] if here.resolve() == there.resolve() else [here, there]


def load_settings(data_dir: Path | None = None, **overrides: Any) -> Settings:
    """Read settings from `youju.toml` of the data directory (or of here), environment and flags.

    Args:
        data_dir: the flag `--data-dir`, if given.
        **overrides: sections or values that win over file and environment.

    Raises:
        SettingsError: an unknown key or a value out of range; names where it came from.
    """
    return load(data_dir, **overrides).settings


def load(data_dir: Path | None = None, **overrides: Any) -> Loaded:
    """The same, with where each value comes from.

    Raises:
        SettingsError: as `load_settings`.
    """
    home, layers = sources(data_dir, **overrides)
    return Loaded(checked(layers, home), layers)


def sources(data_dir: Path | None = None, **overrides: Any) -> tuple[Path, tuple[Layer, ...]]:
    """The data directory, and what each source says, the weakest first; nothing is checked.

    Raises:
        SettingsError: a file that cannot be read.
    """
    environment = _from_environment(os.environ)
    home = _checked_home(home_of(data_dir))
    layers = [Layer("file", from_file(path), path) for path in files_of(home) if path.is_file()]
    if data_dir is not None:
        overrides = overrides | {"data_dir": data_dir}
    layers += [environment] if environment.values else []
    layers += [Layer("command_line", overrides)] if overrides else []
    return home, tuple(layers)


def home_of(data_dir: Path | None = None) -> Path:
    """The data directory: the flag's, else the environment's, else the default."""
    told = os.environ.get(f"{ENVIRONMENT_PREFIX}DATA_DIR")
    return data_dir or Path(told or catalogue()["data_dir"].default)


def _checked_home(home: Path) -> Path:
    """The data directory, which need not be there yet.

    Raises:
        DataDirUnusable: a file stands there, or where a folder above it would be.
    """
    there = next((place for place in (home, *home.parents) if place.exists()), None)
    if there is None or there.is_dir():
        return home
    reason = "它是一个文件，不是文件夹" if there == home else f"{there} 是一个文件"
    raise DataDirUnusable(path=home, reason=reason)


def checked(layers: Sequence[Layer], home: Path) -> Settings:
    """All layers as settings.

    Raises:
        SettingsError: an unknown key or a value out of range; names where it came from.
    """
    values: dict[str, Any] = {}
    for layer in layers:
        values = _over(values, layer.values)
    values["data_dir"] = home
    try:
        return Settings.model_validate(values)
    except ValidationError as error:
        found = complaints(error)
        origins = [_origin_of(one.key, layers) for one in found]
        told = "；".join(
            f"{one.words}（来自{origin.words}）" for one, origin in zip(found, origins, strict=True)
        )
        raise SettingsError(reason=told, origin=_place_of(found[0].key, origins[0])) from error


def with_token(settings: Settings) -> Settings:
    """With the token of the file that is named, where none is given itself.

    Only what serves calls this: others may not be allowed to read the file.

    Raises:
        SettingsError: the file cannot be read, or is empty.
    """
    file = settings.server.token_file
    if file is None or settings.server.token:
        return settings
    try:
        token = file.read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise SettingsError(reason=f"读不了口令文件：{why(error)}", origin=str(file)) from error
    if not token:
        raise SettingsError(reason="口令文件是空的", origin=str(file))
    server = settings.server.model_copy(update={"token": token})
    return settings.model_copy(update={"server": server})


def from_file(path: Path) -> dict[str, Any]:
    """What a settings file says.

    Raises:
        SettingsError: it cannot be read, or is not TOML.
    """
    try:
        return tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise SettingsError(reason=f"读不了设置文件：{why(error)}", origin=str(path)) from error


def _from_environment(environment: Mapping[str, str]) -> Layer:
    values: dict[str, Any] = {}
    names: dict[str, str] = {}
    for name, value in sorted(environment.items()):
        if name.startswith(ENVIRONMENT_PREFIX):
            full_name = SHORT_NAMES.get(name, name)
            key = full_name.removeprefix(ENVIRONMENT_PREFIX).lower().replace("__", ".")
            *above, last = key.split(".")
            place = values
            for section in above:
                inner = place.setdefault(section, {})
                if not isinstance(inner, dict):  # `YOUJU_ANSWER=…` beside `YOUJU_ANSWER__READ=…`
                    break
                place = inner
            else:
                place[last] = value
                names[key] = name
    return Layer("environment", values, names=names)


def _origin_of(key: str, layers: Sequence[Layer]) -> Origin:
    """Where what is wrong with a key, or with a section, was said last."""
    said = [layer.origin(key) for layer in layers if layer.says(key)]
    return said[-1] if said else Origin("default")


def _place_of(key: str, origin: Origin) -> str:
    """What to look at: `/data/youju.toml 里的 answer.threshold`, or the variable."""
    if origin.kind == "file":
        return f"{origin.place} 里的 {key}"
    return origin.words if origin.place else key


def _names_a_token_file(values: Mapping[str, Any]) -> bool:
    given = values.get("server")
    return isinstance(given, dict) and bool(given.get("token_file"))


def _over(values: dict[str, Any], layer: dict[str, Any]) -> dict[str, Any]:
    """A layer over those below it; a file that it names for the token stands for a token below."""
    below = values.get("server")
    if _names_a_token_file(layer) and isinstance(below, dict):
        kept = {name: value for name, value in below.items() if name != "token"}
        values = {**values, "server": kept}
    return _merge(values, layer)


def _merge(base: dict[str, Any], over: dict[str, Any]) -> dict[str, Any]:
    merged = dict(base)
    for key, value in over.items():
        both = isinstance(value, dict) and isinstance(merged.get(key), dict)
        merged[key] = _merge(merged[key], value) if both else value
    return merged
