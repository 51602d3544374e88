"""The conversations of users: each has their own, in every browser that they log in with."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from rag.errors import ConversationMissing, QuotaReached
from rag.library.storage import Connection
from ui.accounts.store import AccountsFile, dumped

Turn = dict[str, Any]
_SIZE = "SELECT coalesce(sum(length(CAST(body AS BLOB))), 0) FROM turns WHERE user_id = ?"
_MEBIBYTE = 1 << 20


@dataclass(frozen=True, slots=True)
class Changed:
    """What is to be kept of a conversation.

    Attributes:
        id: the browser's own.
        filters: those of the next question, as the API takes them, with names to show.
        touched: when it was last asked in, milliseconds.
        turns: those that are new or changed, in their order.
        begins: whether it is a new one; or else it is not kept where it was deleted meanwhile.
    """

    id: str
    title: str
    filters: dict[str, Any]
    touched: int
    turns: Sequence[Turn] = ()
    begins: bool = False


class History:
    """All users' conversations; each call names whose it is about."""

    def __init__(self, file: AccountsFile, limit_mb: int) -> None:
        self._file = file
        self._limit = limit_mb * _MEBIBYTE

    def listed(self, uid: str) -> list[dict[str, Any]]:
        """Without turns, the latest first."""
        rows = self._file.all(
            "SELECT id, title, filters, touched FROM conversations WHERE user_id = ?"
            " ORDER BY touched DESC, id",
            (uid,),
        )
        return [_head(*row) for row in rows]

    def conversation(self, uid: str, conversation_id: str) -> dict[str, Any]:
        """One, with its turns.

        Raises:
            ConversationMissing: this user has none of this id.
        """
        row = self._file.one(
            "SELECT id, title, filters, touched FROM conversations WHERE user_id = ? AND id = ?",
            (uid, conversation_id),
        )
        if row is None:
            raise ConversationMissing
        turns = self._file.all(
            "SELECT body FROM turns WHERE user_id = ? AND conversation_id = ? ORDER BY n",
            (uid, conversation_id),
        )
        return _head(*row) | {"turns": [json.loads(body) for (body,) in turns]}

    def everything(self, uid: str) -> list[dict[str, Any]]:
        """All, with their turns, the latest first."""
        return [self.conversation(uid, one["id"]) for one in self.listed(uid)]

    def keep(self, uid: str, changed: Changed) -> list[str]:
        """Keep a conversation; turns that another browser added stay.

        Returns:
            The titles of the oldest ones that had to go, for want of room.

        Raises:
            ConversationMissing: it was deleted meanwhile.
            QuotaReached: it alone is longer than all that may be kept.
        """
        with self._file.writing() as connection:
            head = (changed.title, dumped(changed.filters), changed.touched)
            key = (uid, changed.id)
            known = connection.execute(
                "UPDATE conversations SET title = ?, filters = ?, touched = max(touched, ?)"
                " WHERE user_id = ? AND id = ?",
                (*head, *key),
            )
            if not known.rowcount:
                if not changed.begins:
                    raise ConversationMissing
                connection.execute(
                    "INSERT INTO conversations (user_id, id, title, filters, touched)"
                    " VALUES (?, ?, ?, ?, ?)",
                    (*key, *head),
                )
            for turn in changed.turns:
                _keep_turn(connection, key, turn)
            return self._made_room(connection, key)

    def remove(self, uid: str, conversation_id: str) -> None:
        """Forget one; nothing happens where there is none."""
        with self._file.writing() as connection:
            connection.execute(
                "DELETE FROM conversations WHERE user_id = ? AND id = ?", (uid, conversation_id)
            )

    def forget(self, uid: str) -> int:
        """Forget all of a user; how many there were."""
        with self._file.writing() as connection:
            gone = connection.execute("DELETE FROM conversations WHERE user_id = ?", (uid,))
            return int(gone.rowcount)

    def _made_room(self, connection: Connection, key: tuple[str, str]) -> list[str]:
        dropped: list[str] = []
        while (size := connection.execute(_SIZE, key[:1]).fetchone()[0]) > self._limit:
            oldest = connection.execute(
                "SELECT id, title FROM conversations WHERE user_id = ? AND id != ?"
                " ORDER BY touched, id LIMIT 1",
                key,
            ).fetchone()
            if oldest is None:
                limit, now = f"{self._limit // _MEBIBYTE} MB", f"{size / _MEBIBYTE:.1f} MB"
                raise QuotaReached(
                    what="对话记录", limit=limit, now=now, more="一问", setting="team.history_mb"
                )
            connection.execute(
                "DELETE FROM conversations WHERE user_id = ? AND id = ?", (key[0], oldest[0])
            )
            dropped.append(oldest[1])
        return dropped


def _keep_turn(connection: Connection, key: tuple[str, str], turn: Turn) -> None:
    connection.execute(
        "INSERT INTO turns (user_id, conversation_id, id, n, body) VALUES (?, ?, ?,"
        " (SELECT coalesce(max(n), 0) + 1 FROM turns WHERE user_id = ? AND conversation_id = ?),"
        " ?) ON CONFLICT (user_id, conversation_id, id) DO UPDATE SET body = excluded.body",
        (*key, turn["id"], *key, dumped(turn)),
    )


def _head(conversation_id: str, title: str, filters: str, touched: int) -> dict[str, Any]:
    return {
        "id": conversation_id,
        "title": title,
        "filters": json.loads(filters),
        "touched": touched,
    }
