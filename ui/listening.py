"""Where the server listens: taken before anything is loaded, to be refused at once if taken."""

from __future__ import annotations

import errno
import os
import socket

from rag.errors import AddressUnusable
from rag.settings import ServerSettings


def listen(server: ServerSettings) -> socket.socket:
    """A listening socket; port 0 gives a free one. Who comes early waits for the server.

    Raises:
        AddressUnusable: another program has it, or it is none of this machine's.
    """
    try:
        found = socket.getaddrinfo(
            server.host, server.port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )
        family, kind, protocol, _, address = min(found, key=_six_after_four)
        bound = socket.socket(family, kind, protocol)
        try:
            if os.name == "posix":  # elsewhere the option lets two programs share a port
                bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            bound.bind(address)
            bound.listen()
        except OSError:
            bound.close()
            raise
    except OSError as error:
        where = f"{server.host}:{server.port}"
        raise AddressUnusable(address=where, reason=_reason(error)) from error
    return bound


def url_of(bound: socket.socket) -> str:
    """`http://127.0.0.1:7860`, with the port that was really given."""
    host, port = bound.getsockname()[:2]
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


def _six_after_four(found: tuple[int, *tuple[object, ...]]) -> bool:
    """`localhost` has both, and people type 127.0.0.1."""
    return found[0] != socket.AF_INET


def _reason(error: OSError) -> str:
    known = {
        errno.EADDRINUSE: "已有程序在用，也许有据已经开着",
        errno.EACCES: "没有权限使用这个端口",
        errno.EADDRNOTAVAIL: "不是这台机器的地址",
    }
    return known.get(error.errno or 0, "不是可用的地址")
