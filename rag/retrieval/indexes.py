"""Both indexes of one generation: published beside the library, checked, caught up or built anew.

    index/CURRENT             names the published directory
    index/000042-ab12cd34/    manifest.json · dense.faiss (in large libraries dense/) · lexical/

A directory is written whole, synced and renamed before CURRENT names it, and never changed after.
Whatever does not match its manifest is built again from the library; so is what was made of another
library, of commits that this one no longer has (a backup put back, a lost log) or of other content.
"""

from __future__ import annotations

import hashlib
import json
import secrets
import shutil
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rag.errors import LibraryError, ModelChanged
from rag.files.whole import replacing, synced
from rag.library.library import Library
from rag.library.records import Changes, Version
from rag.library.storage import translated
from rag.models.embedding import passage_input
from rag.retrieval.coded import CodedIndex, codable
from rag.retrieval.dense import DenseIndex
from rag.retrieval.lexical import LexicalIndex
from rag.retrieval.searching import Indexes

FORMAT = 2
EXACT = 200_000
"""Passages up to which every vector is compared: some 10 ms a search, one thread."""
_BATCH = 500


@dataclass(frozen=True, slots=True)
class EmbeddedIndexes(Indexes):
    """FAISS and tantivy, in this process."""

    dense: DenseIndex | CodedIndex
    lexical: LexicalIndex
    published: bool = False

    def caught_up(self, library: Library) -> EmbeddedIndexes:
        """See the function of this name."""
        return caught_up(self, library)


def load_indexes(library: Library, model: str, dimension: int) -> EmbeddedIndexes:
    """The published indexes brought up to the library's generation, or new ones.

    Raises:
        ModelChanged: the library holds passages that `model` has not embedded.
        LibraryCorrupt: the indexes do not belong to the library, and it is not what was written.
    """
    published = _load_published(library, model)
    if isinstance(published, EmbeddedIndexes):
        return caught_up(published, library)
    _check_seals(library)
    return build_indexes(library, model, dimension)


def _check_seals(library: Library) -> None:
    """Before indexes are made of a damaged library, from which an article may have vanished."""
    if broken := library.broken_seals():
        raise library.corrupt(f"{'、'.join(broken)} 与写入时不同")


def build_indexes(library: Library, model: str, dimension: int) -> EmbeddedIndexes:
    """New indexes over all that is alive."""
    version = library.version
    ids = library.passage_ids(version.generation)
    vectors = library.passage_vectors(ids, model)
    with translated(Path(tempfile.gettempdir())):
        dense = _kind(len(ids), dimension).build(vectors, dimension)
    if len(dense) != len(ids):
        raise ModelChanged(missing=len(ids) - len(dense), model=model)
    return EmbeddedIndexes(dense, _lexical(library, ids), version, model)


def caught_up(indexes: EmbeddedIndexes, library: Library) -> EmbeddedIndexes:
    """Indexes of the library's present generation; the same object if nothing happened."""
    version = library.version
    if version == indexes.version:
        return indexes
    if _published_version(library) == version:  # whoever wrote has made them
        published = _load_published(library, indexes.model)
        if isinstance(published, EmbeddedIndexes) and published.version == version:
            return published
    if not library.has_been(indexes.version) or indexes.generation < library.purged_until:
        return build_indexes(library, indexes.model, indexes.dense.dimension)
    changes = library.changes(indexes.generation, version.generation)
    alive = library.passage_ids(version.generation)
    if not _will_suit(indexes.dense, len(alive), len(changes.born)):
        return build_indexes(library, indexes.model, indexes.dense.dimension)
    vectors = library.passage_vectors(changes.born, indexes.model)
    with translated(Path(tempfile.gettempdir())):
        dense = indexes.dense.extended(vectors, without=changes.died)
    if len(dense) != len(alive):  # says what is missing
        return build_indexes(library, indexes.model, indexes.dense.dimension)
    lexical = _lexical_caught_up(indexes.lexical, changes, library, alive)
    return EmbeddedIndexes(dense, lexical, version, indexes.model)


def _kind(passages: int, dimension: int) -> type[DenseIndex | CodedIndex]:
    return CodedIndex if passages > EXACT and codable(dimension) else DenseIndex


def _will_suit(dense: DenseIndex | CodedIndex, alive: int, born: int) -> bool:
    """Whether an index is still of the kind for its size once it has so many passages.

    Asked before it is extended: that takes as long as a copy of it.
    """
    if isinstance(dense, CodedIndex):  # at the border it stays what it is
        return not dense.worn(alive, born) and 2 * alive > EXACT
    return _kind(alive, dense.dimension) is DenseIndex


def _lexical_caught_up(
    lexical: LexicalIndex, changes: Changes, library: Library, alive: Sequence[int]
) -> LexicalIndex:
    """The words of all that is alive: extended where nothing died or much lives, else built anew.

    Another process may have published since, and taken away the directory that we would extend.
    """
    if not changes.died and not changes.born:
        return lexical
    if not changes.died or len(alive) > EXACT:
        with suppress(OSError, ValueError):
            extended = lexical.extended(_texts(library, changes.born), changes.died)
            if len(extended) == len(alive) and not extended.worn:
                return extended
    return _lexical(library, alive)


def _lexical(library: Library, ids: Sequence[int]) -> LexicalIndex:
    with translated(Path(tempfile.gettempdir())):
        return LexicalIndex.build(_texts(library, ids))


def publish(indexes: EmbeddedIndexes, library: Library) -> None:
    """Put indexes beside the library, so that the next start need not build them.

    Those of before go when the new ones stand.

    Raises:
        StorageFull, StorageFailed, LibraryReadOnly: what was published before stays.
    """
    root = library.data_dir / "index"
    name = f"{indexes.generation:06d}-{secrets.token_hex(4)}"
    temporary = root / f".{name}"
    with translated(root):
        try:
            temporary.mkdir(parents=True)
            _save_dense(indexes.dense, temporary)
            indexes.lexical.save(temporary / "lexical")
            _write_manifest(temporary, indexes, library)
            _sync(temporary)
            temporary.rename(root / name)
            _point(root, name)
        except BaseException:
            shutil.rmtree(temporary, ignore_errors=True)
            if not _is_published(root, name):
                shutil.rmtree(root / name, ignore_errors=True)
            raise
    for old in root.iterdir():
        if old.is_dir() and old.name != name:
            shutil.rmtree(old, ignore_errors=True)


def _save_dense(dense: DenseIndex | CodedIndex, directory: Path) -> None:
    dense.save(directory / ("dense" if isinstance(dense, CodedIndex) else "dense.faiss"))


def _load_dense(directory: Path) -> DenseIndex | CodedIndex:
    coded = directory / "dense"
    return CodedIndex.load(coded) if coded.is_dir() else DenseIndex.load(directory / "dense.faiss")


def _published_version(library: Library) -> Version | None:
    """Of what commit the published indexes are, as they say."""
    root = library.data_dir / "index"
    with suppress(OSError, ValueError, KeyError, TypeError):
        directory = root / (root / "CURRENT").read_text(encoding="ascii").strip()
        manifest = json.loads((directory / "manifest.json").read_text(encoding="utf-8"))
        return Version(manifest["generation"], manifest["mark"])
    return None


def published_problem(library: Library, model: str) -> str | None:
    """What is wrong with the published indexes, in Chinese; None if nothing is."""
    root = library.data_dir / "index"
    if not (root / "CURRENT").exists():
        return None if not library.generation else "还没有建索引"
    indexes = _load_published(library, model)
    if isinstance(indexes, str):
        return indexes
    try:
        current = caught_up(indexes, library)
    except LibraryError as error:
        return error.message_zh
    alive = len(library.passage_ids(current.generation))
    dense, lexical = len(current.dense), len(current.lexical)
    if not dense == lexical == alive:
        return f"向量索引有 {dense} 条，词索引有 {lexical} 条，文章库有 {alive} 条"
    return None


def _load_published(library: Library, model: str) -> EmbeddedIndexes | str:
    """The published indexes, or in Chinese why they are none of this library and model."""
    root = library.data_dir / "index"
    try:
        directory = root / (root / "CURRENT").read_text(encoding="ascii").strip()
        manifest = json.loads((directory / "manifest.json").read_text(encoding="utf-8"))
        if manifest["format"] != FORMAT:
            return "索引是另一版程序建的"
        version = Version(manifest["generation"], manifest["mark"])
        if (stranger := _stranger(manifest, version, library, model)) is not None:
            return stranger
        if _hashes(directory) != manifest["files"]:
            return "索引文件与清单不符"
        dense = _load_dense(directory)
        lexical = LexicalIndex.load(directory / "lexical")
        if not len(dense) == len(lexical) == manifest["passages"]:
            return "索引里的条数与清单不符"
        return EmbeddedIndexes(dense, lexical, version, model, published=True)
    except (OSError, ValueError, KeyError, TypeError, RuntimeError):
        return "索引文件缺失或损坏"  # whatever is wrong with a derived file, it is built again


def _stranger(
    manifest: dict[str, Any], version: Version, library: Library, model: str
) -> str | None:
    """Of what other library, history or model an index is; None if it belongs here."""
    if manifest["model"] != model:
        return "索引是用另一个向量模型建的"
    if manifest["library"] != library.identity:
        return "索引属于另一个文章库"
    if not library.has_been(version):
        return "索引与文章库的经历不同：库恢复过备份，或丢失过写入"
    purged = version.generation < library.purged_until  # nobody knows any more what was alive
    if not purged and manifest["content"] != library.content(version.generation):
        return "索引里的片段与文章库不同"
    return None


def _write_manifest(directory: Path, indexes: EmbeddedIndexes, library: Library) -> None:
    manifest = {
        "format": FORMAT,
        "library": library.identity,
        "generation": indexes.generation,
        "mark": indexes.version.mark,
        "content": library.content(indexes.generation),
        "model": indexes.model,
        "dimension": indexes.dense.dimension,
        "dense": "coded" if isinstance(indexes.dense, CodedIndex) else "exact",
        "passages": len(indexes.dense),
        "files": _hashes(directory),
    }
    text = json.dumps(manifest, ensure_ascii=False, indent=1)
    (directory / "manifest.json").write_text(text, encoding="utf-8")


def _hashes(directory: Path) -> dict[str, str]:
    """Relative name → sha256 of every index file."""
    files = (
        file
        for file in sorted(directory.rglob("*"))
        if file.is_file() and file.name != "manifest.json" and not file.name.endswith(".lock")
    )
    hashes = {}
    for file in files:
        with file.open("rb") as opened:  # a piece at a time: some are of a gigabyte
            digest = hashlib.file_digest(opened, "sha256").hexdigest()
        hashes[str(file.relative_to(directory))] = digest
    return hashes


def _sync(directory: Path) -> None:
    for place in [directory, *directory.rglob("*")]:
        synced(place)


def _point(root: Path, name: str) -> None:
    """Make CURRENT name a directory, atomically."""
    with replacing(root / "CURRENT") as pointer:
        pointer.write_text(name, encoding="ascii")


def _is_published(root: Path, name: str) -> bool:
    try:
        return (root / "CURRENT").read_text(encoding="ascii").strip() == name
    except (OSError, ValueError):
        return False


def _texts(library: Library, ids: Sequence[int]) -> Iterator[tuple[int, str]]:
    """Row id and searched text of passages, a batch at a time."""
    for start in range(0, len(ids), _BATCH):
        stored = library.passages(ids[start : start + _BATCH])
        articles = library.articles_by_key(sorted({item.article_key for item in stored}))
        for item in stored:
            article = articles[item.article_key].article
            yield item.id, passage_input(article, item.passage).text
