"""Both indexes of one generation: published beside the library, checked, caught up or built anew.

    index/CURRENT             names the published directory
    index/000042-ab12cd34/    manifest.json · dense.faiss · lexical/

A directory is written whole, synced and renamed before CURRENT names it, and never changed after.
Whatever does not match its manifest or the library is built again from the library.
"""

from __future__ import annotations

import hashlib
import json
import os
import secrets
import shutil
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from rag.errors import LibraryError, ModelChanged
from rag.library.library import Library
from rag.library.records import Changes
from rag.library.storage import translated
from rag.models.embedding import passage_input
from rag.retrieval.dense import DenseIndex
from rag.retrieval.lexical import LexicalIndex

FORMAT = 1
_BATCH = 500


@dataclass(frozen=True, slots=True)
class Indexes:
    """What one generation of the library is searched with."""

    dense: DenseIndex
    lexical: LexicalIndex
    generation: int
    model: str
    published: bool = False


def load_indexes(library: Library, model: str, dimension: int) -> Indexes:
    """The published indexes brought up to the library's generation, or new ones.

    Raises:
        ModelChanged: the library holds passages that `model` has not embedded.
    """
    published = _load_published(library.data_dir / "index", model)
    if published is not None and published.generation <= library.generation:
        return caught_up(published, library)
    return build_indexes(library, model, dimension)


def build_indexes(library: Library, model: str, dimension: int) -> Indexes:
    """New indexes over all that is alive."""
    generation = library.generation
    ids = library.passage_ids(generation)
    dense = DenseIndex.build(library.passage_vectors(ids, model), dimension)
    if len(dense) != len(ids):
        raise ModelChanged(missing=len(ids) - len(dense), model=model)
    lexical = LexicalIndex.build(_texts(library, ids))
    return Indexes(dense, lexical, generation, model)


def caught_up(indexes: Indexes, library: Library) -> Indexes:
    """Indexes of the library's present generation; the same object if nothing happened."""
    generation = library.generation
    if generation == indexes.generation:
        return indexes
    if indexes.generation < library.purged_until:
        return build_indexes(library, indexes.model, indexes.dense.dimension)
    changes = library.changes(indexes.generation, generation)
    vectors = library.passage_vectors(changes.born, indexes.model)
    dense = indexes.dense.extended(vectors, without=changes.died)
    alive = library.passage_ids(generation)
    if len(dense) != len(alive):
        raise ModelChanged(missing=len(alive) - len(dense), model=indexes.model)
    lexical = _lexical_caught_up(indexes.lexical, changes, library, alive)
    return Indexes(dense, lexical, generation, indexes.model)


def _lexical_caught_up(
    lexical: LexicalIndex, changes: Changes, library: Library, alive: Sequence[int]
) -> LexicalIndex:
    """The words of all that is alive: extended where nothing died, else built anew.

    Another process may have published since, and taken away the directory that we would extend.
    """
    if not changes.died:
        if not changes.born:
            return lexical
        with suppress(OSError, ValueError):
            extended = lexical.extended(_texts(library, changes.born))
            if len(extended) == len(alive):
                return extended
    return LexicalIndex.build(_texts(library, alive))


def publish(indexes: Indexes, data_dir: Path) -> None:
    """Put indexes beside the library, so that the next start need not build them.

    Raises:
        StorageFull, LibraryReadOnly: what was published before stays.
    """
    root = data_dir / "index"
    name = f"{indexes.generation:06d}-{secrets.token_hex(4)}"
    temporary = root / f".{name}"
    with translated(root):
        try:
            temporary.mkdir(parents=True)
            indexes.dense.save(temporary / "dense.faiss")
            indexes.lexical.save(temporary / "lexical")
            _write_manifest(temporary, indexes)
            _sync(temporary)
            temporary.rename(root / name)
            _point(root, name)
        except BaseException:
            shutil.rmtree(temporary, ignore_errors=True)
            raise
    for old in root.iterdir():
        if old.is_dir() and old.name != name:
            shutil.rmtree(old, ignore_errors=True)


def published_problem(library: Library, model: str) -> str | None:
    """What is wrong with the published indexes, in Chinese; None if nothing is."""
    root = library.data_dir / "index"
    if not (root / "CURRENT").exists():
        return None if not library.generation else "还没有建索引"
    indexes = _load_published(root, model)
    if indexes is None:
        return "索引文件与清单不符"
    try:
        current = caught_up(indexes, library)
    except LibraryError as error:
        return error.message_zh
    alive = len(library.passage_ids(current.generation))
    if not len(current.dense) == len(current.lexical) == alive:
        return f"索引有 {len(current.dense)}/{len(current.lexical)} 条，文章库有 {alive} 条"
    return None


def _load_published(root: Path, model: str) -> Indexes | None:
    """The published indexes, or None where they are missing, damaged or of another model."""
    try:
        directory = root / (root / "CURRENT").read_text(encoding="ascii").strip()
        manifest = json.loads((directory / "manifest.json").read_text(encoding="utf-8"))
        if manifest["format"] != FORMAT or manifest["model"] != model:
            return None
        if _hashes(directory) != manifest["files"]:
            return None
        dense = DenseIndex.load(directory / "dense.faiss")
        lexical = LexicalIndex.load(directory / "lexical")
        if not len(dense) == len(lexical) == manifest["passages"]:
            return None
        return Indexes(dense, lexical, manifest["generation"], model, published=True)
    except (OSError, ValueError, KeyError, TypeError, RuntimeError):
        return None  # whatever is wrong with a derived file, it is built again


def _write_manifest(directory: Path, indexes: Indexes) -> None:
    manifest = {
        "format": FORMAT,
        "generation": indexes.generation,
        "model": indexes.model,
        "dimension": indexes.dense.dimension,
        "passages": len(indexes.dense),
        "files": _hashes(directory),
    }
    text = json.dumps(manifest, ensure_ascii=False, indent=1)
    (directory / "manifest.json").write_text(text, encoding="utf-8")


def _hashes(directory: Path) -> dict[str, str]:
    """Relative name → sha256 of every index file."""
    return {
        str(file.relative_to(directory)): hashlib.sha256(file.read_bytes()).hexdigest()
        for file in sorted(directory.rglob("*"))
        if file.is_file() and file.name != "manifest.json" and not file.name.endswith(".lock")
    }


def _sync(directory: Path) -> None:
    for place in [directory, *directory.rglob("*")]:
        descriptor = os.open(place, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


def _point(root: Path, name: str) -> None:
    """Make CURRENT name a directory, atomically."""
    pointer = root / ".CURRENT"
    pointer.write_text(name, encoding="ascii")
    _sync(pointer)
    pointer.replace(root / "CURRENT")
    descriptor = os.open(root, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _texts(library: Library, ids: Sequence[int]) -> Iterator[tuple[int, str]]:
    """Row id and searched text of passages, a batch at a time."""
    for start in range(0, len(ids), _BATCH):
        stored = library.passages(ids[start : start + _BATCH])
        articles = library.articles_by_key(sorted({item.article_key for item in stored}))
        for item in stored:
            article = articles[item.article_key].article
            yield item.id, passage_input(article, item.passage).text
