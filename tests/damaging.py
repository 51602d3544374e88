"""Damages a data directory in the ways that disks and people do, by a seed."""

from __future__ import annotations

import json
import random
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from rag.library.schema import DATABASE

_PAGE = 4096


@dataclass(frozen=True)
class Shelf:
    """Data directories: the one to damage, as it was earlier, and another library's."""

    now: Path
    earlier: Path
    other: Path


Damage = Callable[[Path, Shelf, random.Random], None]
"""Damages a file of a copy of `Shelf.now`."""


def _flip(file: Path, _: Shelf, chance: random.Random) -> None:
    """A bit, or several."""
    data = bytearray(file.read_bytes())
    for _bit in range(chance.choice((1, 1, 1, 2, 8))):
        data[chance.randrange(len(data))] ^= 1 << chance.randrange(8)
    file.write_bytes(data)


def _truncate(file: Path, _: Shelf, chance: random.Random) -> None:
    data = file.read_bytes()
    file.write_bytes(data[: chance.choice((0, chance.randrange(len(data)), len(data) - 1))])


def _zero(file: Path, _: Shelf, chance: random.Random) -> None:
    """A page of it, or as much as there is."""
    data = file.read_bytes()
    at = chance.randrange(-(-len(data) // _PAGE)) * _PAGE
    end = min(at + _PAGE, len(data))
    file.write_bytes(data[:at] + bytes(end - at) + data[end:])


def _lose(file: Path, _: Shelf, chance: random.Random) -> None:
    file.unlink()


def _lengthen(file: Path, _: Shelf, chance: random.Random) -> None:
    with file.open("ab") as opened:
        opened.write(chance.randbytes(chance.randrange(1, _PAGE)))


def _swap(file: Path, shelf: Shelf, chance: random.Random) -> None:
    """The same file of another library, or of this one as it was."""
    shutil.copyfile(_alike(file, chance.choice((shelf.other, shelf.earlier))), file)


def _alike(file: Path, data_dir: Path) -> Path:
    """The file of another data directory that has the same part as this one."""
    found = [one for one in files(data_dir) if one.suffix == file.suffix]
    return next((one for one in found if one.name == file.name), found[0])


_BY_FILE: tuple[Damage, ...] = (
    _flip,
    _flip,
    _flip,
    _truncate,
    _zero,
    _zero,
    _lose,
    _lengthen,
    _swap,
)


def files(data_dir: Path) -> list[Path]:
    """What is damaged: the library, and all of its index."""
    index = (one for one in (data_dir / "index").rglob("*") if one.is_file())
    return [data_dir / DATABASE, *sorted(one for one in index if one.suffix != ".lock")]


def _swap_index(data_dir: Path, shelf: Shelf, chance: random.Random) -> None:
    """All of the index, of another library or of this one as it was."""
    shutil.rmtree(data_dir / "index")
    shutil.copytree(chance.choice((shelf.other, shelf.earlier)) / "index", data_dir / "index")


def _lie(data_dir: Path, _: Shelf, chance: random.Random) -> None:
    """A manifest that says something else."""
    (manifest,) = (data_dir / "index").rglob("manifest.json")
    said = json.loads(manifest.read_text(encoding="utf-8"))
    key = chance.choice(sorted(said))
    value = said[key]
    said[key] = value + chance.choice((-1, 1)) if isinstance(value, int) else f"{value}0"
    if chance.random() < 0.3:
        del said[key]
    manifest.write_text(json.dumps(said, ensure_ascii=False), encoding="utf-8")


def damage(data_dir: Path, shelf: Shelf, seed: int) -> str:
    """Damage one file of a copy of `shelf.now`, or its index as a whole; says how."""
    chance = random.Random(seed)
    of_all = chance.choice((None,) * 6 + (_swap_index, _lie))
    if of_all is not None:
        of_all(data_dir, shelf, chance)
        return of_all.__name__
    database, *index = files(data_dir)
    file = database if chance.random() < 0.5 else chance.choice(index)
    how = chance.choice(_BY_FILE)
    how(file, shelf, chance)
    return f"{how.__name__} {file.name}"
