"""Frozen settings, read once: flags, then environment `YOUJU_…`, then `youju.toml`, then defaults.

Nested names use two underscores: `YOUJU_EMBEDDING__MODEL=/models/bge`; `YOUJU_TOKEN` is short for
`YOUJU_SERVER__TOKEN`. Unknown keys are errors.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal, Self

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    ValidationError,
    field_validator,
    model_validator,
)

from rag.errors import SettingsError
from rag.errors.disk import file_error

ENVIRONMENT_PREFIX = "YOUJU_"
SETTINGS_FILE = "youju.toml"
_WEB = ("http://", "https://")
_SHORT_NAMES = {
    "YOUJU_TOKEN": "YOUJU_SERVER__TOKEN",
    "YOUJU_TOKEN_FILE": "YOUJU_SERVER__TOKEN_FILE",
}


class _Section(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class EmbeddingSettings(_Section):
    """`model`: empty for the bundled one, else a folder or hub name (sentence-transformers)."""

    model: str = ""
    cache_dir: Path | None = None
    threads: int = Field(default=0, ge=0, description="0: as many as there are cores")
    streams: int = Field(default=1, ge=1, le=64, description="runs of the model at once")


class PassageSettings(_Section):
    """How articles are cut for retrieval."""

    size: int = Field(default=300, ge=50, le=2000, description="characters at most")


class RetrievalSettings(_Section):
    """How passages are found."""

    systems: Literal["both", "dense", "lexical"] = Field(default="both", description="who ranks")
    candidates: int = Field(default=50, ge=1, le=1000, description="taken from each index")
    rrf_k: int = Field(default=60, ge=1)
    passages: int = Field(default=12, ge=1, le=100, description="looked at for evidence")
    remembered_articles: int = Field(default=5000, ge=0, description="kept parsed in memory")


class AnswerSettings(_Section):
    """How evidence becomes an answer, or a refusal."""

    scorer: Literal["reader", "features"] = Field(default="reader", description="who weighs it")
    read: int = Field(default=4, ge=1, le=20, description="passages that the reader reads")
    read_more: int = Field(
        default=4, ge=0, le=20, description="further ones, where none of the first seems to answer"
    )
    threshold: float = Field(default=0.2, ge=0.0, le=1.0, description="below: refuse")
    sure: float = Field(default=0.6, ge=0.0, le=1.0, description="below: say so, and quote")
    enough: float = Field(
        default=0.9, ge=0.0, le=1.0, description="quoted until so likely among what may answer"
    )
    max_quote: int = Field(default=130, ge=20, le=2000, description="characters quoted, aimed at")
    short_answer: Literal["sure", "always"] = Field(default="sure", description="when it is named")
    nearest: int = Field(default=3, ge=0, le=20)
    question_limit: int = Field(default=2000, ge=1)


class ServerSettings(_Section):
    """Where the server listens, and how much it takes on at once."""

    host: str = "127.0.0.1"
    port: int = Field(default=7860, ge=0, le=65535)
    token: str = Field(default="", description="asked for on every route; empty: none")
    token_file: Path | None = Field(default=None, description="holds the token, if none is given")
    certfile: Path | None = Field(default=None, description="PEM, for https; may hold the key too")
    keyfile: Path | None = Field(default=None, description="PEM")
    allowed_hosts: tuple[str, ...] = Field(default=(), description="besides the loopback names")
    allowed_origins: tuple[str, ...] = Field(
        default=(), description="of pages and desktop programs elsewhere that may use /v1"
    )
    behind_proxy: bool = Field(default=False, description="X-Forwarded-… are believed")
    workers: int = Field(default=4, ge=1, le=64, description="questions answered at once")
    queue: int = Field(default=64, ge=0, description="questions that may wait; more are refused")
    upload_limit_mb: int = Field(default=50, ge=1, description="all files of one upload together")
    uploads: int = Field(default=16, ge=1, description="uploads that may wait to be read")

    @field_validator("allowed_hosts", "allowed_origins", mode="before")
    @classmethod
    def _several(cls, given: object) -> object:
        """The environment has text only: a JSON list, or names between commas."""
        if not isinstance(given, str):
            return given
        if given.lstrip().startswith("["):
            return json.loads(given)
        return tuple(name.strip() for name in given.split(",") if name.strip())

    @model_validator(mode="after")
    def _no_open_door(self) -> Self:
        open_to_all = [one for one in self.allowed_origins if _may_be_any_page(one.lower())]
        if open_to_all and not (self.token or self.token_file):
            raise ValueError(
                f"allowed_origins 写 {open_to_all[0]} 会让任何网页读到文章库，必须同时设访问口令"
            )
        return self


def _may_be_any_page(origin: str) -> bool:
    """Whether pages of the web that nobody named have an origin like this.

    `null` is that of any frame in a sandbox. A start says which host only where it goes on to the
    port: `http://localhost*` is `http://localhost.example` too.
    """
    if not origin.endswith("*"):
        return origin.rstrip("/") == "null"
    start = origin[:-1]
    if any(whole.startswith(start) for whole in _WEB) or "null".startswith(start):
        return True
    host = start.partition("://")[2].rpartition("]")[2]
    return start.startswith(_WEB) and ":" not in host


class Settings(_Section):
    """All settings."""

    data_dir: Path = Path(".youju")
    embedding: EmbeddingSettings = EmbeddingSettings()
    passages: PassageSettings = PassageSettings()
    retrieval: RetrievalSettings = RetrievalSettings()
    answer: AnswerSettings = AnswerSettings()
    server: ServerSettings = ServerSettings()

    def fingerprint(self) -> str:
        """Twelve hex digits over the settings that change answers."""
        relevant = self.model_dump_json(include={"passages", "retrieval", "answer"})
        return hashlib.sha256(relevant.encode()).hexdigest()[:12]


def load_settings(data_dir: Path | None = None, **overrides: Any) -> Settings:
    """Read settings from `youju.toml` of the data directory (or of here), environment and flags.

    Args:
        data_dir: the flag `--data-dir`, if given.
        **overrides: sections or values that win over file and environment.

    Raises:
        SettingsError: an unknown key or a value out of range; names where it came from.
    """
    environment = _from_environment(os.environ)
    home = data_dir or Path(environment.get("data_dir", Settings().data_dir))
    values: dict[str, Any] = {}
    origin = "命令行与环境变量"
    for candidate in (Path(SETTINGS_FILE), home / SETTINGS_FILE):
        if candidate.is_file():
            values = _over(values, _from_file(candidate))
            origin = str(candidate)
    values = _over(_over(values, environment), overrides)
    values["data_dir"] = home
    try:
        return Settings.model_validate(values)
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"])
        raise SettingsError(reason=f"{where}：{first['msg']}", origin=origin) from error


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
        raise SettingsError(reason=f"读不了口令文件：{error}", origin=str(file)) from error
    if not token:
        raise SettingsError(reason="口令文件是空的", origin=str(file))
    server = settings.server.model_copy(update={"token": token})
    return settings.model_copy(update={"server": server})


def set_threshold(path: Path, threshold: float) -> None:
    """Write `answer.threshold` into a settings file; all else in it stays as it is.

    Raises:
        SettingsError: the file is there and is not TOML.
        StorageFull, StorageFailed, LibraryReadOnly: it cannot be written, and is as before.
    """
    import tomlkit
    from tomlkit.exceptions import TOMLKitError

    try:
        document = tomlkit.parse(path.read_text(encoding="utf-8") if path.exists() else "")
    except (OSError, UnicodeDecodeError, TOMLKitError) as error:
        raise SettingsError(reason=f"读不了设置文件：{error}", origin=str(path)) from error
    document.setdefault("answer", tomlkit.table())["threshold"] = threshold
    try:
        _write_whole(path.resolve(), tomlkit.dumps(document).encode())
    except OSError as error:
        raise file_error(path, error) from error


def _write_whole(path: Path, data: bytes) -> None:
    """The old file or the new one, never half, for those only who may read the old one."""
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(f".{path.name}.part")
    try:
        if path.exists():
            part.touch(0o600)
            shutil.copymode(path, part)
        with part.open("wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)


def _from_file(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise SettingsError(reason=f"读不了设置文件：{error}", origin=str(path)) from error


def _from_environment(environment: Mapping[str, str]) -> dict[str, Any]:
    values: dict[str, Any] = {}
    for name, value in environment.items():
        if name.startswith(ENVIRONMENT_PREFIX):
            full_name = _SHORT_NAMES.get(name, name)
            *sections, key = full_name.removeprefix(ENVIRONMENT_PREFIX).lower().split("__")
            place = values
            for section in sections:
                place = place.setdefault(section, {})
            place[key] = value
    return values


def _over(values: dict[str, Any], layer: dict[str, Any]) -> dict[str, Any]:
    """A layer over those below it; a file that it names for the token stands for a token below."""
    given, below = layer.get("server"), values.get("server")
    if isinstance(given, dict) and given.get("token_file") and isinstance(below, dict):
        kept = {name: value for name, value in below.items() if name != "token"}
        values = {**values, "server": kept}
    return _merge(values, layer)


def _merge(base: dict[str, Any], over: dict[str, Any]) -> dict[str, Any]:
    merged = dict(base)
    for key, value in over.items():
        both = isinstance(value, dict) and isinstance(merged.get(key), dict)
        merged[key] = _merge(merged[key], value) if both else value
    return merged
