"""Which models are set, where they lie, how large they are, whose, and whether they fit."""

from __future__ import annotations

import json
import re
import struct
from collections.abc import Iterator
from dataclasses import dataclass, replace
from math import prod
from pathlib import Path

from rag.errors import ModelError, YoujuError
from rag.models.bundled_model import NAME, default_cache_dir
from rag.models.hub import (
    CHOOSER,
    EMBEDDING,
    READER,
    RERANKER,
    Role,
    folder_of,
    model_files,
    named,
    unreadable,
)
from rag.models.reader import READER as BUNDLED_READER
from rag.models.reader import check_reader
from rag.models.weights_file import weights_path
from rag.settings import Settings
from rag.settings.model_sections import RunSettings

_BYTES = {"float32": 4, "bfloat16": 2, "float16": 2}
_STORED = {"F64": 8, "F32": 4, "BF16": 2, "F16": 2, "I8": 1, "U8": 1, "I64": 8, "I32": 4, "BOOL": 1}
_ROOM = 1.3
"""Memory for what is computed, beside the weights."""
_BUNDLED = {EMBEDDING: 800 << 20, READER: 450 << 20}
"""What the bundled models were seen to take, libraries included."""
_LICENCE = re.compile(r"^license:[ \t]*[\"']?([\w.+-]{1,60})", re.MULTILINE)
_LICENCE_NAME = re.compile(r"^license_name:[ \t]*[\"']?([\w.+-]{1,60})", re.MULTILINE)
_HEAD = 1 << 16


@dataclass(frozen=True, slots=True)
class Entry:
    """One model.

    Attributes:
        role: what it is for.
        model: as the setting names it; empty for the bundled one.
        state: `bundled`, `chosen`, `service` (elsewhere), `off` or `failed`.
        name: with a hash of its files.
        path: where it lies.
        size: bytes of its files.
        licence: as its files say; None where they do not.
        needs, free: bytes of memory, estimated and at hand; None where that cannot be told.
        device: where it is to run.
        error: why it cannot be used.
        note: what else is to be known.
    """

    role: Role
    model: str
    state: str
    name: str = ""
    path: Path | None = None
    size: int | None = None
    licence: str | None = None
    needs: int | None = None
    free: int | None = None
    device: str = "cpu"
    error: YoujuError | None = None
    note: str = ""

    @property
    def fits(self) -> bool | None:
        """Whether there is memory enough; None where that cannot be told."""
        if self.needs is None or self.free is None:
            return None
        return self.needs <= self.free


def listed(settings: Settings) -> Iterator[Entry]:
    """What is set for each role; nothing is loaded or fetched."""
    yield _embedder(settings)
    yield _reader(settings)
    if settings.reranker.model:
        yield _named(RERANKER, settings.reranker, settings.reranker.model)
    else:
        yield Entry(RERANKER, "", "off")
    if settings.chooser.url:
        name, note = settings.chooser.model, "问题和查到的句子会发往那里"
        yield Entry(
            CHOOSER, settings.chooser.url, "service", name, device=settings.chooser.place, note=note
        )
    else:
        yield Entry(CHOOSER, "", "off", note="没有文字离开本机")


def _embedder(settings: Settings) -> Entry:
    chosen = settings.embedding
    if chosen.model:
        return _named(EMBEDDING, chosen, chosen.model)
    try:
        weights = weights_path()
    except ModelError as error:
        return Entry(EMBEDDING, "", "failed", NAME, error=error)
    made = (chosen.cache_dir or default_cache_dir()) / NAME
    size = _size(made) if made.is_dir() else weights.stat().st_size
    note = "" if made.is_dir() else "第一次用时才展开，约需半分钟"
    path = made if made.is_dir() else weights
    return _bundled(EMBEDDING, NAME, path, size, licence="mit", note=note)


def _reader(settings: Settings) -> Entry:
    if settings.answer.scorer == "features":
        return Entry(READER, settings.reader.model, "off", note="answer.scorer 是 features")
    if settings.reader.model:
        return _calibrated(_named(READER, settings.reader, settings.reader.model), settings)
    try:
        name = check_reader()
    except ModelError as error:
        return Entry(READER, "", "failed", path=BUNDLED_READER, error=error)
    return _bundled(READER, name, BUNDLED_READER, _size(BUNDLED_READER), licence="apache-2.0")


def _bundled(
    role: Role, name: str, path: Path, size: int, *, licence: str, note: str = ""
) -> Entry:
    needs = _BUNDLED[role]
    return Entry(role, "", "bundled", name, path, size, licence, needs, _free("cpu"), note=note)


def _named(role: Role, chosen: RunSettings, model: str) -> Entry:
    from rag.models.networks import with_form
    from rag.models.placing import device_of

    try:
        folder = folder_of(model, role, chosen.backend, fetch=False)
        device = device_of(chosen, role.setting.partition(".")[0])
        return Entry(
            role,
            model,
            "chosen",
            with_form(named(model, folder, role), chosen, device, folder),
            folder,
            _size(folder),
            licence_of(folder),
            needed(folder, chosen, device),
            _free(device),
            device,
        )
    except ModelError as error:
        return Entry(role, model, "failed", error=error)
    except OSError as error:
        return Entry(role, model, "failed", error=unreadable(model, role, error))


def _calibrated(entry: Entry, settings: Settings) -> Entry:
    """With whether it is calibrated, and whether it is a reader at all."""
    from rag.evidence.calibration import open_calibration
    from rag.models.hub import read_config
    from rag.models.networks import kind_of

    if entry.path is None:
        return entry
    try:
        if kind_of(read_config(entry.model, entry.path, READER)) is None:
            raise READER.unusable(entry.model, "不是抽取式问答或标句子的模型")
        found = open_calibration(entry.name, entry.path, settings.data_dir)
    except ModelError as error:
        return replace(entry, state="failed", error=error)
    note = f"校准：{found.decision.version}" if found.path else "还没有校准，见 youju calibrate"
    return replace(entry, note=note)


def licence_of(folder: Path) -> str | None:
    """The licence that a model's card names in its head."""
    try:
        with (folder / "README.md").open(encoding="utf-8", errors="replace") as file:
            card = file.read(_HEAD)
    except OSError:
        return None
    head = card.split("\n---", 1)[0] if card.startswith("---") else ""
    found = _LICENCE.search(head)
    if found and found[1] == "other":
        found = _LICENCE_NAME.search(head) or found
    return found[1] if found else None


def needed(folder: Path, settings: RunSettings, device: str) -> int | None:
    """Bytes of memory that a model takes, from the sizes that its files tell of."""
    exact = _BYTES.get(settings.dtype) or (4 if device == "cpu" else None)
    total = 0
    for path in folder.rglob("*.safetensors"):
        for kind, numbers in _tensors(path):
            total += numbers * (exact or _STORED.get(kind, 4))
    if not total:
        total = 2 * sum(path.stat().st_size for path in folder.rglob("*.bin"))
    return round(total * _ROOM) or None


def _tensors(path: Path) -> Iterator[tuple[str, int]]:
    """(kind of number, how many) of each tensor, from the head of a file."""
    try:
        with path.open("rb") as file:
            (length,) = struct.unpack("<Q", file.read(8))
            head = json.loads(file.read(min(length, 1 << 26)))
        tensors = [entry for name, entry in head.items() if name != "__metadata__"]
        yield from ((entry["dtype"], prod(entry["shape"])) for entry in tensors)
    except (OSError, ValueError, KeyError, TypeError, AttributeError, struct.error):
        return  # loading it says what is wrong


def _size(folder: Path) -> int:
    return sum(path.stat().st_size for path in model_files(folder))


def _free(device: str) -> int | None:
    if device == "cpu":
        import psutil

        return int(psutil.virtual_memory().available)
    from rag.models.placing import memory_of

    return memory_of(device)
