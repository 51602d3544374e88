"""A library with all that a backup holds, and what is looked at in it."""

from __future__ import annotations

from pathlib import Path

from pages import BRIDGE, ingest_into, write

from rag.library.backup import BESIDE
from rag.library.library import Library


def kept_library(folder: Path) -> Path:
    """A library with one article, and with all that may lie beside it."""
    data_dir = folder / "data"
    ingest_into(data_dir, write(folder / "in", bridge=BRIDGE))
    (data_dir / "youju.toml").write_text("[answer]\nthreshold = 0.3\n", encoding="utf-8")
    (data_dir / "feedback.jsonl").write_text("{}\n", encoding="utf-8")
    for name in ("evaluations/runs/r/answers.jsonl", "uploads/ab/一.txt", "web/cd/页.html"):
        (data_dir / name).parent.mkdir(parents=True)
        (data_dir / name).write_text(name, encoding="utf-8")
    return data_dir


def titles(data_dir: Path) -> list[str]:
    with Library.open(data_dir) as library:
        assert library.integrity() == []
        return [stored.article.title for stored in library.articles()]


def beside(data_dir: Path) -> dict[str, bytes]:
    """What lies beside the library and belongs to it."""
    files = [file for name in BESIDE for file in (data_dir / name, *(data_dir / name).rglob("*"))]
    return {str(f.relative_to(data_dir)): f.read_bytes() for f in files if f.is_file()}
