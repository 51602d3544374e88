"""Questions of the command line to a server: to one that runs here, or to one that is named.

Nothing heavy is imported, no proxy is used and no redirect followed: what is asked goes to the
server that was meant, or nowhere.
"""

from __future__ import annotations

import errno
import http.client
import json
import secrets
import socket
import ssl
import urllib.parse
from typing import Any

from rag.data_model.answers import Answer, Question
from rag.errors import InputError, ServerUnreachable, SettingsError, YoujuError
from rag.settings import Settings
from ui.running import PROOF_PATH, Announced, proof_of, read, served_by

_PATIENCE = 120.0
_SHORT_PATIENCE = 2.0
_NONE_OF_OURS = "那里回的不是有据的回话"
_ADDRESS = "地址要写成 http://主机:端口"
_REASONS: tuple[tuple[type[Exception], str], ...] = (
    (TimeoutError, "等了太久没有回应"),
    (socket.gaierror, "找不到这个主机名"),
    (ssl.SSLCertVerificationError, "它的 TLS 证书这台机器不相信"),
    (ssl.SSLError, "TLS 连接谈不拢，也许那里是 http"),
    (ConnectionRefusedError, "那里没有程序在听"),
    (ConnectionError, "连接断了"),
    (http.client.InvalidURL, _ADDRESS),
    (http.client.HTTPException, _NONE_OF_OURS),
    (KeyError, _NONE_OF_OURS),
    (TypeError, _NONE_OF_OURS),
)
"""The narrower kind stands first."""
_ERRNOS = {
    errno.ENETUNREACH: "到那里的网络不通",
    errno.EHOSTUNREACH: "到那台主机的网络不通",
    errno.ENETDOWN: "这台机器的网络没有接通",
    errno.EACCES: "这台机器不许连到那里",
    errno.EPERM: "这台机器不许连到那里",
}
_UNREAD = (OSError, ValueError, TypeError, KeyError, http.client.HTTPException)


def ask_running(settings: Settings, question: Question) -> Answer | None:
    """The answer of the server that serves this very library; None where there is none to ask.

    Raises:
        InputError: the question cannot be asked, here or there.
    """
    told = read(settings.data_dir)
    if told is None or told.folder != str(settings.data_dir.resolve()):
        return None
    try:
        if proves(told, settings) != "ready":
            return None
        return _asked(told.address, told.key, question, unchecked=True)
    except InputError as error:
        if error.http_status in {400, 401, 403, 404, 429}:  # about the server, not the question
            return None
        raise
    except (YoujuError, *_UNREAD):
        return None


def ask_at(address: str, token: str, question: Question) -> Answer:
    """The answer of a server that was named.

    Raises:
        SettingsError: the token cannot be shown to any server.
        ServerUnreachable: it is not there, or is none of ours.
        YoujuError: what it said went wrong.
    """
    if any(ord(character) < 0x20 or ord(character) == 0x7F for character in token):
        reason = "访问口令里有换行或别的控制字符，没法发出去"
        raise SettingsError(reason=reason, origin="YOUJU_TOKEN 或 server.token")
    try:
        return _asked(address.rstrip("/"), token, question)
    except _UNREAD as error:
        # The error itself may quote what was sent: it is neither told nor chained.
        raise ServerUnreachable(address=address, reason=_reason(error)) from None


class _AddressError(ValueError):
    """An address that is none of a server."""


def _reason(error: Exception) -> str:
    """Why a server was not reached, in Chinese; never in the words of the error."""
    if isinstance(error, ValueError) and not isinstance(error, OSError):
        return _ADDRESS if isinstance(error, _AddressError) else _NONE_OF_OURS
    for kind, words in _REASONS:
        if isinstance(error, kind):
            return words
    return _ERRNOS.get(getattr(error, "errno", None) or 0, "连不上那里")


def proves(told: Announced, settings: Settings | None = None) -> str | None:
    """How the server that was announced is, `ready` for one.

    None: it is not there, is another, or answers under other settings than those that are given.
    """
    nonce = secrets.token_urlsafe(16)
    path = f"{PROOF_PATH}?{urllib.parse.urlencode({'nonce': nonce})}"
    try:
        status, reply = _sent(told.address + path, patience=_SHORT_PATIENCE, unchecked=True)
    except _UNREAD:
        return None
    served = str(reply.get("served"))
    said, expected = str(reply.get("proof")), proof_of(told, nonce, served)
    right = status == 200 and secrets.compare_digest(said.encode(), expected.encode())
    right = right and (settings is None or served == served_by(settings))
    return str(reply.get("status")) if right else None


def _asked(address: str, token: str, question: Question, *, unchecked: bool = False) -> Answer:
    body = {
        "question": question.question,
        "history": list(question.history),
        "exact": question.exact,
        "filters": question.filters.model_dump(mode="json", exclude_defaults=True),
    }
    url = f"{address}/v1/ask"
    status, reply = _sent(url, body, token, _PATIENCE, unchecked=unchecked)
    if status == 200:
        return Answer.model_validate(reply)
    raise YoujuError.from_dict({name: str(reply[name]) for name in ("code", "message_zh", "hint")})


def _sent(
    url: str,
    body: dict[str, Any] | None = None,
    token: str = "",
    patience: float = _PATIENCE,
    *,
    unchecked: bool = False,
) -> tuple[int, dict[str, Any]]:
    """Status and JSON of a reply.

    Args:
        url: where to.
        body: is posted; None: get.
        token: shown, if any.
        patience: seconds until a part of the reply has to come.
        unchecked: whatever certificate it has: the server proves itself otherwise.

    Raises:
        OSError, ValueError, HTTPException: it is not there, or what it says is no reply of ours.
    """
    parts = _parts(url)
    host, port = str(parts.hostname), parts.port
    connection: http.client.HTTPConnection
    if parts.scheme == "https":
        trust = ssl.create_default_context()
        if unchecked:
            trust.check_hostname, trust.verify_mode = False, ssl.CERT_NONE
        connection = http.client.HTTPSConnection(host, port, timeout=patience, context=trust)
    else:
        connection = http.client.HTTPConnection(host, port, timeout=patience)
    headers: dict[str, str | bytes] = {}
    if token:  # in any characters, as the login takes it
        headers["Authorization"] = f"Bearer {token}".encode()
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    try:
        if body is None:
            connection.request("GET", path, headers=headers)
        else:
            headers["Content-Type"] = "application/json"
            sent = json.dumps(body, ensure_ascii=False).encode("utf-8", "replace")
            connection.request("POST", path, sent, headers)
        response = connection.getresponse()
        reply = json.loads(response.read())
    finally:
        connection.close()
    if not isinstance(reply, dict):
        raise TypeError(_NONE_OF_OURS)
    return response.status, reply


def _parts(url: str) -> urllib.parse.SplitResult:
    """An address in its parts.

    Raises:
        ValueError: it is none of a server.
    """
    try:
        parts = urllib.parse.urlsplit(url)
        host, _ = (parts.hostname or "").encode("idna"), parts.port
    except ValueError as error:
        raise _AddressError(_ADDRESS) from error
    if parts.scheme not in {"http", "https"} or not host:
        raise _AddressError(_ADDRESS)
    return parts
