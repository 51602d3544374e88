"""Large files that arrive in parts, in any order and over several connections.

    parts/ID/about.json    name, size, collection
             data          the bytes, each part at its place
             N             there once part N is whole and on disk
             moved         where the whole file went, among the uploads
             job           the id of its import, for who asks again because the reply was lost

What nobody goes on with is removed after a day. A finished file moves to the uploads.
"""

from __future__ import annotations

import json
import os
import re
import secrets
import shutil
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass
from pathlib import Path

from rag.errors import PartInvalid, PartsMissing, TooManyUploads, UploadMissing, UploadTooLarge
from rag.library.storage import translated
from ui.intake.uploads import keep_file

PART_BYTES = 8 << 20
MOST_UPLOADS = 20
"""Under way at a time, of one person."""
KEPT_SECONDS = 24 * 3600.0
STALE_SECONDS = 3600.0
"""After which an upload gives way to another one of the same person."""
_MOVED, _JOB = "moved", "job"
_FOLDER = "parts"
_ID = re.compile(r"[0-9a-f]{32}")


@dataclass(frozen=True, slots=True)
class Begun:
    """An upload that is under way.

    Attributes:
        name: what people call the file.
        size: in bytes, of the whole.
        received: numbers of the parts that are here, from 0.
        owner: the id of who began it; empty where there are no users.
    """

    id: str
    name: str
    size: int
    collection: str | None
    received: tuple[int, ...] = ()
    owner: str = ""

    @property
    def parts(self) -> int:
        """How many there are."""
        return -(-self.size // PART_BYTES)

    def size_of(self, number: int) -> int:
        """Bytes of a part: all are alike but the last."""
        return min(PART_BYTES, self.size - number * PART_BYTES)


class PartialUploads:
    """The uploads in parts of one data directory. Safe for many threads."""

    def __init__(self, data_dir: Path, limit_mb: int) -> None:
        self._data_dir = data_dir
        self._folder = data_dir / _FOLDER
        self._limit = limit_mb << 20
        self._guard = threading.Lock()
        self._writing: set[str] = set()

    def begin(self, name: str, size: int, collection: str | None, owner: str = "") -> Begun:
        """Make room for a file; what others left too long ago goes.

        Where its owner has too many under way, the oldest gives way that has stood for an hour.

        Raises:
            UploadTooLarge: it is larger than the limit.
            TooManyUploads: too many are under way.
            StorageFull, StorageFailed, LibraryReadOnly: there is no room.
        """
        if size > self._limit:
            raise UploadTooLarge(limit=self._limit >> 20)
        with self._guard, translated(self._folder):
            self._sweep()
            self._make_room(owner)
            begun = Begun(secrets.token_hex(16), name, size, collection, owner=owner)
            place = self._folder / begun.id
            place.mkdir(parents=True)
            (place / "data").touch()
            about = {key: value for key, value in asdict(begun).items() if key != "received"}
            (place / "about.json").write_text(json.dumps(about), encoding="utf-8")
        return begun

    def get(self, upload_id: str) -> Begun:
        """How far an upload is.

        Raises:
            UploadMissing: there is none of this id, it was given up, or it is over.
        """
        begun = self._known(upload_id)
        if (self._folder / upload_id / _MOVED).exists():
            raise UploadMissing
        return begun

    def _known(self, upload_id: str) -> Begun:
        """An upload that may be over."""
        place = self._folder / upload_id
        if not _ID.fullmatch(upload_id):
            raise UploadMissing
        try:
            about = json.loads((place / "about.json").read_text(encoding="utf-8"))
            here = sorted(int(one.name) for one in place.iterdir() if one.name.isdecimal())
        except (OSError, ValueError):
            raise UploadMissing from None
        return Begun(**about, received=tuple(here))

    def put(self, upload_id: str, number: int, data: bytes) -> Begun:
        """Write a part to its place; one that is here already may come again.

        Raises:
            UploadMissing: see `get`.
            PartInvalid: there is no such part, or it has another size.
            StorageFull, StorageFailed, LibraryReadOnly: it is not kept.
        """
        begun = self.get(upload_id)
        if not 0 <= number < begun.parts:
            raise PartInvalid(reason=f"这个文件只有 {begun.parts} 段，从 0 数起")
        if len(data) != begun.size_of(number):
            raise PartInvalid(reason=f"第 {number} 段应有 {begun.size_of(number)} 字节")
        place = self._folder / upload_id
        with self._busy(upload_id), translated(place):
            with (place / "data").open("r+b") as file:
                file.seek(number * PART_BYTES)
                file.write(data)
                file.flush()
                os.fsync(file.fileno())
            (place / str(number)).touch()
        return self.get(upload_id)

    def finish(self, upload_id: str) -> tuple[Begun, Path]:
        """The whole file among the uploads; asked again, the same one.

        Raises:
            UploadMissing: there is none of this id, or it was given up.
            PartsMissing: some parts are not here yet.
            PartInvalid: one is being written.
            StorageFull, StorageFailed, LibraryReadOnly: it stays as it was.
        """
        begun = self._known(upload_id)
        place = self._folder / upload_id
        with self._busy(upload_id), translated(place):
            if (place / _MOVED).exists():
                moved = (place / _MOVED).read_text(encoding="utf-8")
                return begun, self._data_dir / moved
            if lacking := begun.parts - len(begun.received):
                raise PartsMissing(count=lacking)
            file = keep_file(self._data_dir, begun.name, place / "data", begun.collection)
            told = file.relative_to(self._data_dir).as_posix()
            (place / _MOVED).write_text(told, encoding="utf-8")
        return begun, file

    def note_job(self, upload_id: str, job_id: str) -> None:
        """The import of a finished upload."""
        with suppress(OSError):  # then it is imported again, and found unchanged
            (self._folder / upload_id / _JOB).write_text(job_id, encoding="utf-8")

    def job_of(self, upload_id: str) -> str | None:
        """The id of the import of an upload that is over, if it began.

        Raises:
            UploadMissing: there is none of this id.
        """
        self._known(upload_id)
        try:
            return (self._folder / upload_id / _JOB).read_text(encoding="utf-8") or None
        except (OSError, ValueError):
            return None

    def give_up(self, upload_id: str) -> None:
        """Forget an upload and what came of it.

        Raises:
            UploadMissing: see `get`.
            PartInvalid: a part of it is being written.
        """
        begun = self.get(upload_id)
        with self._busy(upload_id):
            shutil.rmtree(self._folder / begun.id, ignore_errors=True)

    def sweep(self) -> None:
        """Remove what nobody went on with."""
        with self._guard:
            self._sweep()

    def _sweep(self) -> None:
        oldest = time.time() - KEPT_SECONDS
        for place in self._folders():
            with suppress(OSError):
                if place.stat().st_mtime < oldest and place.name not in self._writing:
                    shutil.rmtree(place, ignore_errors=True)

    def _make_room(self, owner: str) -> None:
        own = []
        for place in self._folders():
            with suppress(UploadMissing, OSError):
                if self.get(place.name).owner == owner:
                    own.append((place.stat().st_mtime, place))
        if len(own) < MOST_UPLOADS:
            return
        since, oldest = min(own)
        if since > time.time() - STALE_SECONDS or oldest.name in self._writing:
            raise TooManyUploads(count=MOST_UPLOADS)
        shutil.rmtree(oldest, ignore_errors=True)

    def _folders(self) -> Iterator[Path]:
        if self._folder.is_dir():
            yield from (one for one in self._folder.iterdir() if _ID.fullmatch(one.name))

    @contextmanager
    def _busy(self, upload_id: str) -> Iterator[None]:
        """One at a time writes to an upload, and nothing removes it meanwhile."""
        with self._guard:
            if upload_id in self._writing:
                raise PartInvalid(reason="它的另一段正在写入，请稍后再传")
            self._writing.add(upload_id)
        try:
            yield
        finally:
            self._writing.discard(upload_id)
