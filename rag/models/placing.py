"""Where a model of the user's choice runs, and how exactly it counts."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

from rag.errors import ModelPlaceMissing
from rag.settings.model_sections import RunSettings

_DTYPE = re.compile(r"(?:torch\.)?[a-z0-9_]{1,20}")
_OTHER_DEVICE = "请改用别的设备，或写 auto。"


def device_of(settings: RunSettings, part: str) -> str:
    """The device that settings name, or the best that is there.

    Args:
        settings: of the model.
        part: of the settings, for errors: `reader`.

    Raises:
        ModelPlaceMissing: it is not there, or the backend cannot use it.
    """
    if settings.backend == "openvino" and settings.device not in {"auto", "cpu"}:
        raise _no_device(part, settings.device, "openvino 只用处理器")
    if settings.backend != "torch":
        return "cpu"
    found = _devices()
    if settings.device == "auto":
        return found[0]
    kind, _, number = settings.device.partition(":")
    if kind not in found:
        raise _no_device(part, settings.device, "本机没有这种设备，或装的 torch 不支持它")
    if number and int(number) >= _count(kind):
        raise _no_device(part, settings.device, f"本机只有 {_count(kind)} 个")
    return settings.device


def dtype_of(settings: RunSettings, device: str) -> Any:
    """What numbers weights are loaded as; `"auto"` for what the model's files say."""
    import torch

    if settings.dtype != "auto":
        return getattr(torch, settings.dtype)
    return torch.float32 if device == "cpu" else "auto"


def counted_in(settings: RunSettings, device: str, folder: Path) -> str:
    """The name of what `dtype_of` gives: `bfloat16`; `auto` where the files do not say.

    Args:
        settings: of the model.
        device: as `device_of` gives it.
        folder: with the model's files.
    """
    if settings.dtype != "auto":
        return settings.dtype
    if device == "cpu":
        return "float32"
    for file in (folder / "config.json", folder / "0_Transformer" / "config.json"):
        try:
            config = json.loads(file.read_text(encoding="utf-8"))
        except (OSError, ValueError, RecursionError):
            continue
        for said in (config, config.get("base_model_config")) if isinstance(config, dict) else ():
            named = isinstance(said, dict) and (said.get("dtype") or said.get("torch_dtype"))
            if isinstance(named, str) and _DTYPE.fullmatch(named):
                return named.removeprefix("torch.")
    return "auto"


def _devices() -> list[str]:
    """Kinds of devices that torch can use here, the best first."""
    import torch

    there = {
        "cuda": torch.cuda.is_available(),
        "xpu": bool(getattr(torch, "xpu", None)) and torch.xpu.is_available(),
        "mps": torch.backends.mps.is_available(),
    }
    return [*(kind for kind, found in there.items() if found), "cpu"]


def _count(kind: str) -> int:
    import torch

    return int(getattr(torch, kind).device_count())


def memory_of(device: str) -> int | None:
    """Bytes that are free on a device; None where that cannot be told."""
    import torch

    if device.startswith("cuda"):
        return int(torch.cuda.mem_get_info(device)[0])
    if device != "cpu":
        return None
    import psutil

    return int(psutil.virtual_memory().available)


def _no_device(part: str, value: str, reason: str) -> ModelPlaceMissing:
    return ModelPlaceMissing(
        setting=f"{part}.device", value=value, reason=reason, remedy=_OTHER_DEVICE
    )
