"""All that a server keeps for one user: to take along, and to forget."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Any

from eval.feedback import FeedbackStore
from eval.run_store import BUNDLED, RunStore
from ui.accounts.accounts import Accounts
from ui.accounts.users import User


def taken_along(accounts: Accounts, data_dir: Path, user: User) -> dict[str, Any]:
    """Everything as JSON: conversations, links, judgements, question sets."""
    sets = RunStore(data_dir, user.id)
    return {
        "user": {"name": user.name, "role": user.role.key, "created": user.created},
        "conversations": accounts.history.everything(user.id),
        "shares": [
            {"title": one.title, "created": one.created, "anyone": one.anyone}
            | {"turns": accounts.shares.turns(one)}
            for one in accounts.shares.of_user(user.id)
        ],
        "feedback": [
            one.model_dump(mode="json", by_alias=True)
            for one in FeedbackStore(data_dir).judgements(user.id)
        ],
        "question_sets": [
            asdict(one) | {"text": sets.set_bytes(one.id)[1].decode("utf-8", "replace")}
            for one in sets.sets()
            if one.id != BUNDLED
        ],
    }


def forget(accounts: Accounts, data_dir: Path, user: User) -> dict[str, int]:
    """Delete all that; the user stays. How many of each there were.

    Raises:
        StorageFull, StorageFailed, LibraryReadOnly: a part may be gone; ask again.
    """
    store = RunStore(data_dir, user.id)
    sets = sum(one.id != BUNDLED for one in store.sets())
    store.forget()
    return {
        "conversations": accounts.history.forget(user.id),
        "shares": accounts.shares.forget(user.id),
        "feedback": FeedbackStore(data_dir).forget(user.id),
        "question_sets": sets,
    }
