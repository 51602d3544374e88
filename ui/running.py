"""How the command line finds a server that serves the same library, and is sure that it does.

A running server leaves `server.json` in the data directory: its address and a key of this run, for
nobody but its owner's eyes. Whoever would ask it first has it prove that it holds the key: another
program may have taken the port since, and shall not hear the question. The proof is bound to the
address and the directory, so that a copy of a library does not answer for the original.
"""

from __future__ import annotations

import contextlib
import hashlib
import hmac
import ipaddress
import json
import os
import secrets
import socket
import tempfile
import urllib.parse
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

from rag.settings import Settings
from rag.version import version

FILE = "server.json"
PROOF_PATH = "/v1/server"


@dataclass(frozen=True, slots=True)
class Announced:
    """What `server.json` says.

    Attributes:
        address: as seen from this machine, without a slash at its end.
        key: as good as the server's token.
        folder: the data directory, resolved.
    """

    address: str
    key: str
    folder: str


def served_by(settings: Settings) -> str:
    """A digest of all that answers depend on besides the library; not what makes them quick."""
    told = settings.model_dump_json(include={"embedding": {"model"}, "passages": True})
    told += settings.fingerprint() + version()
    return hashlib.sha256(told.encode()).hexdigest()[:16]


def proof_of(told: Announced, nonce: str, served: str) -> str:
    """What only a holder of the key can say to a nonce: where, of which folder and `served_by`."""
    said = f"{nonce}\n{told.address}\n{told.folder}\n{served}"
    return hmac.new(told.key.encode(), said.encode(), "sha256").hexdigest()


@contextlib.contextmanager
def announced(data_dir: Path, url: str) -> Iterator[Announced]:
    """Say where the server is, as long as it is entered; a folder that takes no file is told none.

    Args:
        data_dir: of the library that is served.
        url: where it listens.
    """
    folder = data_dir.resolve()
    told = Announced(_local(url), secrets.token_urlsafe(32), str(folder))
    file = folder / FILE
    with contextlib.suppress(OSError):
        folder.mkdir(parents=True, exist_ok=True)
        _write(file, json.dumps(asdict(told), ensure_ascii=False))
    try:
        yield told
    finally:
        if told == _record(folder):  # another server may have come since
            with contextlib.suppress(OSError):
                file.unlink()


def read(folder: Path) -> Announced | None:
    """What a server has left in a data directory; None where there is nothing to believe."""
    told = _record(folder)
    if told is None or not _is_here(told.address):
        return None
    return told if _is_mine(folder / FILE) else None


def _record(folder: Path) -> Announced | None:
    """What the file says, to be believed or not; None where nobody can read it."""
    try:
        record = json.loads((folder / FILE).read_text(encoding="utf-8"))
        told = Announced(**record)
    except (OSError, ValueError, TypeError):
        return None
    return told if all(isinstance(value, str) for value in asdict(told).values()) else None


def _is_here(address: str) -> bool:
    """A folder that came from elsewhere names no server elsewhere."""
    try:
        host = urllib.parse.urlsplit(address).hostname
    except ValueError:
        return False
    return host == "localhost" or _is_of_this_machine(host or "")


def _is_of_this_machine(host: str) -> bool:
    """Whether an address in numbers is one of ours: only such a one can be bound to."""
    try:
        place = ipaddress.ip_address(host)
        family = socket.AF_INET if place.version == 4 else socket.AF_INET6
        with socket.socket(family, socket.SOCK_DGRAM) as tried:
            tried.bind((host, 0))
    except (OSError, ValueError):
        return False
    return not place.is_unspecified


def _is_mine(file: Path) -> bool:
    try:
        return not hasattr(os, "getuid") or file.stat().st_uid == os.getuid()
    except OSError:  # gone since it was read
        return False


def _write(file: Path, text: str) -> None:
    """The whole file or none, for its owner only, and never by way of what lies there already."""
    descriptor, name = tempfile.mkstemp(prefix=f".{file.name}.", dir=file.parent)
    part = Path(name)
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8") as out:
            out.write(text)
        part.replace(file)
    finally:
        part.unlink(missing_ok=True)


def _local(url: str) -> str:
    """A server that listens everywhere listens here, too."""
    return url.replace("//0.0.0.0:", "//127.0.0.1:").replace("//[::]:", "//[::1]:")
