"""Where the server listens: taken before anything is loaded, to be refused at once if taken."""

from __future__ import annotations

import errno
import os
import socket
import ssl

from rag.errors import AddressUnusable, SettingsError
from rag.errors.reasons import why
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


def check_certificate(server: ServerSettings) -> None:
    """Load the certificate, to say at once what is wrong with it.

    Raises:
        SettingsError: it is not there, or no pair with its key.
    """
    if server.certfile is None:
        if server.keyfile is not None:
            raise SettingsError(reason="有私钥而没有证书", origin="server.certfile")
        return
    try:
        ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER).load_cert_chain(
            server.certfile, server.keyfile, password=lambda: ""
        )
    except (OSError, ValueError) as error:  # ssl.SSLError among them
        reason = f"TLS 证书或私钥不能用（{why(error)}）"
        origin = " 和 ".join(str(file) for file in (server.certfile, server.keyfile) if file)
        raise SettingsError(reason=reason, origin=origin) from error


def url_of(bound: socket.socket, *, safe: bool = False) -> str:
    """`http://127.0.0.1:7860`, with the port that was really given; https if `safe`."""
    scheme = "https" if safe else "http"
    host, port = bound.getsockname()[:2]
    return f"{scheme}://[{host}]:{port}" if ":" in host else f"{scheme}://{host}:{port}"


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
