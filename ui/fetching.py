"""A page of the web, by its address: fetched once, within limits, from public addresses only.

A host's name is resolved once and the connection goes to the very address that was looked at, so
that a name cannot mean another one a moment later; every redirect is looked at again. Nothing of
what the server says of a file is trusted but its bytes.
"""

from __future__ import annotations

import hashlib
import http.client
import ipaddress
import re
import socket
import ssl
import threading
import time
import zlib
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from urllib.parse import SplitResult, quote, unquote, urljoin, urlsplit

from ingest.files.loading import SUPPORTED, shown_name
from rag.errors import AddressRefused, FetchFailed
from rag.errors.reasons import why
from rag.files.whole import replacing
from rag.library.storage import translated
from ui.intake.uploads import safe_name

FOLDER = "web"
MOST_BYTES = 32 << 20
MOST_REDIRECTS = 5
SECONDS = 30.0
_AGENT = "youju/0.1 (offline question answering; one page at a time)"
_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_PIECE = 1 << 16
_HASH_DIGITS = 16
_NAT64 = ipaddress.ip_network("64:ff9b::/96")
_ADDRESS = re.compile(r"https?://\S+", re.IGNORECASE)
_SUFFIXES = {
    "text/html": ".html",
    "application/xhtml+xml": ".xhtml",
    "text/plain": ".txt",
    "text/markdown": ".md",
    "text/csv": ".csv",
    "application/pdf": ".pdf",
    "application/msword": ".doc",
    "application/rtf": ".rtf",
    "application/epub+zip": ".epub",
    "application/vnd.ms-excel": ".xls",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document": ".docx",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": ".xlsx",
    "application/vnd.openxmlformats-officedocument.presentationml.presentation": ".pptx",
    "image/png": ".png",
    "image/jpeg": ".jpg",
}


@dataclass(frozen=True, slots=True)
class Fetched:
    """What an address gave: the address after redirects, the kind that the server names, bytes."""

    url: str
    kind: str
    data: bytes


def is_address(text: str) -> bool:
    """Whether an argument is an address of the web and no path."""
    return _ADDRESS.fullmatch(text) is not None


def fetch_to(url: str, data_dir: Path) -> Path:
    """Fetch a page and keep it below the library; the same address gives the same file.

    Raises:
        AddressRefused: no address of the web, or one that is not public.
        FetchFailed: it does not come, is too large or too slow.
        StorageFull, StorageFailed, LibraryReadOnly: it cannot be kept; an earlier one stays.
    """
    found = fetch(url)
    digest = hashlib.sha256(url.encode()).hexdigest()[:_HASH_DIGITS]
    file = data_dir / FOLDER / digest / _name_of(found)
    with translated(file), replacing(file, forced=False, shared=True) as part:
        part.write_bytes(found.data)
    return file


def fetch(url: str) -> Fetched:
    """Fetch a page, over redirects.

    Raises:
        AddressRefused, FetchFailed: as `fetch_to`.
    """
    deadline = time.monotonic() + SECONDS
    for _ in range(MOST_REDIRECTS + 1):
        connection, parts = _connected(url, deadline)
        # A server that sends a byte now and then would never time out by itself.
        watch = threading.Timer(_left(deadline), _cut, [connection.sock])
        watch.daemon = True
        watch.start()
        try:
            response = _asked(connection, parts)
            if response.status not in _REDIRECTS:
                return _received(url, response, deadline)
            target = response.getheader("Location") or ""
        except (OSError, http.client.HTTPException, ValueError, zlib.error) as error:
            raise FetchFailed(url=_shown(url), reason=_why(error)) from error
        finally:
            watch.cancel()
            connection.close()
        if not target:
            raise FetchFailed(url=_shown(url), reason="转到别处而没说哪里")
        url = urljoin(url, target)
    raise FetchFailed(url=_shown(url), reason=f"转了 {MOST_REDIRECTS} 次还没到")


def is_public(address: str) -> bool:
    """Whether an IP address is one of the public net, whatever else it is wrapped in."""
    ip = ipaddress.ip_address(address.partition("%")[0])
    if isinstance(ip, ipaddress.IPv6Address):
        inside = ip.ipv4_mapped or ip.sixtofour or (ip.teredo[1] if ip.teredo else None)
        if inside is None and ip in _NAT64:
            inside = ipaddress.IPv4Address(int(ip) & 0xFFFFFFFF)
        if inside is not None:
            return is_public(str(inside))
    return ip.is_global and not ip.is_multicast and not ip.is_reserved


def _connected(url: str, deadline: float) -> tuple[http.client.HTTPConnection, SplitResult]:
    """A connection to an address of the host that was looked at."""
    parts, host, port = _checked(url)
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except OSError as error:
        raise FetchFailed(url=_shown(url), reason=_why(error)) from error
    addresses = list(dict.fromkeys(str(entry[4][0]) for entry in found))
    if not addresses or not all(map(is_public, addresses)):
        raise AddressRefused(url=_shown(url), reason="不是公网地址")
    try:
        connection: http.client.HTTPConnection
        plain = socket.create_connection((addresses[0], port), _left(deadline))
        if parts.scheme == "https":
            secured = ssl.create_default_context().wrap_socket(plain, server_hostname=host)
            connection = http.client.HTTPSConnection(host, port)
            connection.sock = secured
        else:
            connection = http.client.HTTPConnection(host, port)
            connection.sock = plain
    except (OSError, ValueError) as error:
        raise FetchFailed(url=_shown(url), reason=_why(error)) from error
    return connection, parts


def _checked(url: str) -> tuple[SplitResult, str, int]:
    """An address of the web: its parts, host and port."""
    try:
        parts = urlsplit(url)
        host = (parts.hostname or "").encode("idna").decode("ascii") if parts.hostname else ""
        port = parts.port or (443 if parts.scheme == "https" else 80)
    except (ValueError, UnicodeError) as error:
        raise AddressRefused(url=_shown(url), reason="写法不对") from error
    if parts.scheme not in {"http", "https"} or not host:
        raise AddressRefused(url=_shown(url), reason="不是 http 或 https")
    if parts.username is not None or parts.password is not None:
        raise AddressRefused(url=_shown(url), reason="带有用户名或密码")
    return parts, host, port


def _asked(connection: http.client.HTTPConnection, parts: SplitResult) -> http.client.HTTPResponse:
    # Chinese in an address is sent as its UTF-8 bytes; what is escaped already stays.
    path = quote(parts.path or "/", safe="/%:@!$&'()*+,;=~-._")
    query = f"?{quote(parts.query, safe='/%:@!$&()*+,;=~-._?')}" if parts.query else ""
    headers = {"User-Agent": _AGENT, "Accept": "*/*", "Accept-Encoding": "identity"}
    connection.request("GET", f"{path}{query}", headers=headers)
    return connection.getresponse()


def _received(url: str, response: http.client.HTTPResponse, deadline: float) -> Fetched:
    if response.status != http.HTTPStatus.OK:
        raise FetchFailed(url=_shown(url), reason=f"对方回答 {response.status}")
    unpacked = _unpacker(response.getheader("Content-Encoding") or "")
    data = bytearray()
    while piece := response.read1(_PIECE):
        data += unpacked.decompress(piece, MOST_BYTES + 1) if unpacked else piece
        if len(data) > MOST_BYTES:
            raise FetchFailed(url=_shown(url), reason=f"超过 {MOST_BYTES >> 20} MB")
        _left(deadline)
    _left(deadline)
    if response.length:
        raise FetchFailed(url=_shown(url), reason="没有传完")
    kind = (response.getheader("Content-Type") or "").partition(";")[0].strip().lower()
    return Fetched(url, kind, bytes(data))


def _unpacker(coding: str) -> zlib._Decompress | None:
    """For servers that compress although they were asked not to."""
    coding = coding.strip().lower()
    if coding in {"", "identity"}:
        return None
    if coding not in {"gzip", "x-gzip", "deflate"}:
        raise ValueError(coding)
    return zlib.decompressobj(wbits=zlib.MAX_WBITS | 32)


def _cut(connected: socket.socket) -> None:
    with suppress(OSError):
        connected.shutdown(socket.SHUT_RDWR)


def _left(deadline: float) -> float:
    """Seconds left.

    Raises:
        TimeoutError: none.
    """
    left = deadline - time.monotonic()
    if left <= 0:
        raise TimeoutError
    return left


def _name_of(found: Fetched) -> str:
    """A file's name: the address's last part or its host, with the suffix of its kind."""
    parts = urlsplit(found.url)
    last = PurePosixPath(unquote(parts.path))
    known = _SUFFIXES.get(found.kind)
    suffix = known or (last.suffix.lower() if last.suffix.lower() in SUPPORTED else ".html")
    stem = last.name.removesuffix(last.suffix) if last.suffix.lower() in SUPPORTED else last.name
    return safe_name(f"{shown_name(stem or parts.hostname or 'page')}{suffix}")


def _why(error: Exception) -> str:
    if isinstance(error, TimeoutError):
        return f"超过 {SECONDS:.0f} 秒"
    if isinstance(error, ssl.SSLError):
        return "安全连接建不起来"
    if isinstance(error, OSError):
        return why(error) if error.errno is not None else "连不上"  # else in English
    return "回答看不懂"


def _shown(url: str) -> str:
    return shown_name(url)
