"""Which version this is."""

from __future__ import annotations

from importlib.metadata import PackageNotFoundError
from importlib.metadata import version as version_of


def version() -> str:
    """As it was installed; a clone that was not says so."""
    try:
        return version_of("youju")
    except PackageNotFoundError:
        return "（未安装）"
