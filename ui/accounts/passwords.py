"""Passwords and tokens: made, looked at, and never kept themselves.

A password is kept as scrypt's hash (RFC 7914) with its parameters and a salt of its own, so that
they can be raised later. N = 2^15, r = 8, p = 3 takes 32 MiB and is one of the settings that the
Password Storage Cheat Sheet of OWASP calls equivalent. A token has 256 random bits: SHA-256 is
enough there.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import os
import secrets
import threading
import unicodedata

from rag.errors import PasswordInvalid

LEAST, MOST = 8, 200
TOKEN_PREFIX = "yj-"  # noqa: S105 (how a token begins, so that it is known where it lies about)
_N, _R, _P = 2**15, 8, 3
_LENGTH, _SALT = 32, 16
_MOST_MEMORY = 256 << 20
_AT_ONCE = threading.BoundedSemaphore(2)
"""So many are hashed at a time: each takes 32 MiB and a core."""


def hashed(password: str) -> str:
    """`scrypt$N$r$p$salt$hash`.

    Raises:
        PasswordInvalid: too short, too long, or of one character only.
    """
    given = _normal(password)
    if not LEAST <= len(given) <= MOST:
        raise PasswordInvalid(reason=f"有 {len(given)} 个字", least=LEAST, most=MOST)
    if len(set(given)) == 1:
        raise PasswordInvalid(reason="只有一个字反复写", least=LEAST, most=MOST)
    salt = os.urandom(_SALT)
    made = _scrypt(given, salt, _N, _R, _P)
    return "$".join(["scrypt", str(_N), str(_R), str(_P), _text(salt), _text(made)])


def is_right(password: str, kept: str) -> bool:
    """Whether a password is the one that was kept; as slow where none is, which tells nothing."""
    given = _normal(password)[: MOST + 1]
    if not kept:
        _scrypt(given, bytes(_SALT), _N, _R, _P)
        return False
    _, n, r, p, salt, wanted = kept.split("$")
    made = _scrypt(given, base64.b64decode(salt), int(n), int(r), int(p))
    return hmac.compare_digest(made, base64.b64decode(wanted))


def new_token() -> str:
    """A token that nobody guesses."""
    return TOKEN_PREFIX + secrets.token_urlsafe(32)


def token_hash(token: str) -> str:
    """What is kept of a token."""
    return hashlib.sha256(token.encode("utf-8", "replace")).hexdigest()


def _normal(password: str) -> str:
    """However a keyboard composes it."""
    return unicodedata.normalize("NFC", password)


def _scrypt(password: str, salt: bytes, n: int, r: int, p: int) -> bytes:
    with _AT_ONCE:
        return hashlib.scrypt(
            password.encode("utf-8", "replace"),
            salt=salt,
            n=n,
            r=r,
            p=p,
            maxmem=_MOST_MEMORY,
            dklen=_LENGTH,
        )


def _text(value: bytes) -> str:
    return base64.b64encode(value).decode("ascii")
