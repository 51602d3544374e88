"""Links to conversations and answers: what was shared stays as it was, until the link is revoked.

The key is kept as it is, so that whoever shared can copy the link again; it opens nothing that does
not stand beside it in the same file.
"""

from __future__ import annotations

import json
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from rag.errors import QuotaReached, ShareMissing
from rag.library.storage import Row
from ui.accounts.store import AccountsFile, dumped, now

_MOST = 1000
_OF_KEY = "SELECT id, key, user_id, by, title, anyone, created FROM shares WHERE key = ?"
_OF_USER = (
    "SELECT id, key, user_id, by, title, anyone, created FROM shares WHERE user_id = ?"
    " ORDER BY id DESC"
)


@dataclass(frozen=True, slots=True)
class Share:
    """A link.

    Attributes:
        key: of the address, 256 random bits.
        uid: of the user who shared; empty where the server knows no users.
        by: their name then.
        anyone: whether it needs no login, where the settings allow that.
        created: UTC, ISO.
    """

    id: int
    key: str
    uid: str
    by: str
    title: str
    anyone: bool
    created: str


class Shares:
    """All links of a data directory."""

    def __init__(self, file: AccountsFile) -> None:
        self._file = file

    def add(
        self, uid: str, by: str, title: str, turns: Sequence[dict[str, Any]], *, anyone: bool
    ) -> Share:
        """Share questions with their answers (`{question, answer}`).

        Raises:
            QuotaReached: this user has too many links.
        """
        key = secrets.token_urlsafe(32)
        body = dumped(list(turns))
        with self._file.writing() as connection:
            counted = connection.execute("SELECT count(*) FROM shares WHERE user_id = ?", (uid,))
            if (count := counted.fetchone()[0]) >= _MOST:
                raise QuotaReached(
                    what="分享",
                    limit=f"{_MOST} 个",
                    now=f"{count} 个",
                    more="1 个",
                    setting="（固定）",
                )
            connection.execute(
                "INSERT INTO shares (key, user_id, by, title, body, anyone, created)"
                " VALUES (?, ?, ?, ?, ?, ?, ?)",
                (key, uid, by, title, body, int(anyone), now()),
            )
        return self.of_key(key)

    def of_key(self, key: str) -> Share:
        """The link of a key.

        Raises:
            ShareMissing: there is none, or it was revoked.
        """
        row = self._file.one(_OF_KEY, (_plain(key),))
        if row is None:
            raise ShareMissing
        return _share(row)

    def turns(self, share: Share) -> list[dict[str, Any]]:
        """What was shared.

        Raises:
            ShareMissing: it was revoked meanwhile.
        """
        row = self._file.one("SELECT body FROM shares WHERE id = ?", (share.id,))
        if row is None:
            raise ShareMissing
        turns: list[dict[str, Any]] = json.loads(row[0])
        return turns

    def of_user(self, uid: str) -> list[Share]:
        """The links of a user, latest first; of nobody's, with an empty id."""
        rows = self._file.all(_OF_USER, (uid,))
        return [_share(row) for row in rows]

    def revoke(self, uid: str, number: int) -> Share:
        """Have a link open nothing any more.

        Raises:
            ShareMissing: this user has none of this number.
        """
        found = [one for one in self.of_user(uid) if one.id == number]
        if not found:
            raise ShareMissing
        with self._file.writing() as connection:
            connection.execute(
                "DELETE FROM shares WHERE user_id = ? AND id = ?", (uid, found[0].id)
            )
        return found[0]

    def forget(self, uid: str) -> int:
        """Revoke all of a user; how many there were."""
        with self._file.writing() as connection:
            gone = connection.execute("DELETE FROM shares WHERE user_id = ?", (uid,))
            return int(gone.rowcount)


def _plain(key: str) -> str:
    return key.encode("utf-8", "replace").decode("utf-8")[:100]


def _share(row: Row) -> Share:
    number, key, uid, by, title, anyone, created = row
    return Share(number, key, uid, by, title, bool(anyone), created)
