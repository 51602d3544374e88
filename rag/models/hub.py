"""Models of the user's choice: where their files lie, what they are called, whose they are."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rag.errors import ModelMissing, ModelUnusable, NamedModelMissing, NamedModelUnusable

CALIBRATION = "youju-calibration.json"
"""Lies beside a reader and is no part of it."""
_MODULES = "modules.json"
"""What sentence-transformers puts a model together by; its parts have each a `config.json`."""
_HUB_PATIENCE = 5.0  # seconds for the hub to answer
_SAMPLE = 1 << 20
# The same weights in forms that torch does not read.
_OTHER_FORMS = ["onnx/*", "openvino/*", "*.onnx", "*.h5", "*.msgpack", "*.ot", "*.gguf", "*.tflite"]
_FORMS = {"openvino": ["openvino/*"], "onnx": ["onnx/*", "*.onnx"]}
_UNREAD = [*_OTHER_FORMS, CALIBRATION]


@dataclass(frozen=True, slots=True)
class Role:
    """What a model is for: its name for people, and the setting that names it."""

    name: str
    setting: str

    def missing(self, model: str, reason: str) -> ModelMissing:
        """The error for a model that is nowhere."""
        if self.setting == EMBEDDING.setting:
            return ModelMissing(model=model, reason=reason)
        return NamedModelMissing(role=self.name, setting=self.setting, model=model, reason=reason)

    def unusable(self, model: str, reason: str) -> ModelUnusable:
        """The error for a model that cannot be loaded."""
        short = (reason.splitlines() or [""])[0][:200]
        if self.setting == EMBEDDING.setting:
            return ModelUnusable(model=model, reason=short)
        return NamedModelUnusable(role=self.name, setting=self.setting, model=model, reason=short)


EMBEDDING = Role("向量模型", "embedding.model")
READER = Role("阅读模型", "reader.model")
RERANKER = Role("重排模型", "reranker.model")
CHOOSER = Role("选句服务", "chooser.url")


def folder_of(model: str, role: Role, backend: str = "torch", *, fetch: bool = True) -> Path:
    """The folder of a local model, or of the hub's copy on this machine, fetched if need be.

    Args:
        model: a folder, or a name on the hub.
        role: what errors speak of.
        backend: whose form of the weights is wanted besides.
        fetch: whether the hub may be asked.

    Raises:
        ModelMissing: no such folder, or the hub has no such model or cannot be reached.
    """
    folder = Path(model).expanduser()
    if folder.is_dir():
        return folder
    if folder.is_absolute() or model.startswith((".", "~")) or model.count("/") > 1:
        raise role.missing(model, "没有这个目录")
    from huggingface_hub import snapshot_download
    from huggingface_hub.errors import (
        HfHubHTTPError,
        HFValidationError,
        LocalEntryNotFoundError,
        OfflineModeIsEnabled,
    )

    unread = _not_fetched(backend)
    http_error: Any = HfHubHTTPError.__bases__[0]  # of whichever HTTP library the hub's client uses
    try:
        return Path(snapshot_download(model, local_files_only=True, ignore_patterns=unread))
    except HFValidationError as error:
        raise role.missing(model, "既不是目录，也不是合法的模型名") from error
    except LocalEntryNotFoundError as error:
        if not fetch:
            raise role.missing(model, "本机没有") from error
    try:
        return Path(snapshot_download(model, etag_timeout=_HUB_PATIENCE, ignore_patterns=unread))
    except HfHubHTTPError as error:
        raise role.missing(model, "模型仓库里没有，或不许下载") from error
    except (LocalEntryNotFoundError, OfflineModeIsEnabled, http_error, OSError) as error:
        raise role.missing(model, "本机没有，又连不上模型仓库") from error


def _not_fetched(backend: str) -> list[str]:
    """Patterns of files that are left on the hub; programs always are."""
    wanted = _FORMS.get(backend, [])
    return [pattern for pattern in (*_OTHER_FORMS, "*.py") if pattern not in wanted]


def named(model: str, folder: Path, role: Role) -> str:
    """The model's name and a hash of its files, once these are a model's.

    Raises:
        ModelUnusable: it is none, or its files cannot be read.
    """
    if role is not EMBEDDING or not (folder / _MODULES).is_file():
        read_config(model, folder, role)  # before a folder full of other things is read
    try:
        return f"{Path(model).expanduser().name}-{files_digest(folder)}"
    except OSError as error:
        raise unreadable(model, role, error) from error


def unreadable(model: str, role: Role, error: OSError) -> ModelUnusable:
    """The error for files of a model that cannot be read."""
    file = f" {Path(str(error.filename)).name}" if error.filename else "它的文件"
    why = "，没有权限" if isinstance(error, PermissionError) else ""
    return role.unusable(model, f"读不了{file}{why}")


def files_digest(folder: Path) -> str:
    """Twelve hex digits over names, sizes, and both ends of every file that may be read."""
    digest = hashlib.sha256()
    for path in model_files(folder):
        relative = path.relative_to(folder)
        if any(relative.match(pattern) for pattern in _UNREAD):
            continue
        size = path.stat().st_size
        digest.update(f"{relative.as_posix()}\0{size}\0".encode())
        with path.open("rb") as file:
            digest.update(file.read(_SAMPLE))
            file.seek(max(size - _SAMPLE, 0))
            digest.update(file.read())
    return digest.hexdigest()[:12]


def model_files(folder: Path) -> Iterator[Path]:
    """All files of a model, sorted, hidden ones left out."""
    for path in sorted(folder.rglob("*")):
        hidden = any(part.startswith(".") for part in path.relative_to(folder).parts)
        if not hidden and path.is_file():
            yield path


def read_config(model: str, folder: Path, role: Role) -> dict[str, Any]:
    """What `config.json` of a model says.

    Raises:
        ModelUnusable: there is none, or it is not JSON. Its `architectures` are a list of names.
    """
    try:
        config = json.loads((folder / "config.json").read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError) as error:
        raise role.unusable(model, f"读不了 config.json：{type(error).__name__}") from error
    if not isinstance(config, dict):
        raise role.unusable(model, "config.json 不是一个对象")
    names = config.get("architectures")
    kept = [one for one in names if isinstance(one, str)] if isinstance(names, list) else []
    return config | {"architectures": kept}
