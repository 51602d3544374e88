"""All that a server keeps of its users, opened together."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Mapping
from types import MappingProxyType

from rag.errors import YoujuError
from rag.settings import Settings
from ui.accounts.audit import Audit
from ui.accounts.history import History
from ui.accounts.shares import Shares
from ui.accounts.store import AccountsFile
from ui.accounts.users import Users
from ui.guesses import Guesses

_log = logging.getLogger("youju.audit")


class Accounts:
    """Users, their conversations, links and the audit log of one data directory.

    Raises:
        LibraryCorrupt, SchemaNewer: the file of users cannot be used.
    """

    def __init__(self, settings: Settings) -> None:
        team = settings.team
        self.team = team
        self._file = AccountsFile(settings.data_dir)
        self.users = Users(self._file, by_proxy=bool(settings.server.user_header))
        self.history = History(self._file, team.history_mb)
        self.shares = Shares(self._file)
        self.password_guesses = Guesses()
        self.audit = Audit(settings.data_dir, team.audit_mb, team.audit_files)

    async def note(
        self,
        event: str,
        who: str,
        about: Mapping[str, object] = MappingProxyType({}),
        *,
        role: str = "",
        status: int = 200,
        address: str = "",
    ) -> None:
        """A line of the audit log, see `Audit.note`; what was done is not undone where it fails."""

        def write() -> None:
            self.audit.note(event, who, about, role=role, status=status, address=address)

        try:
            await asyncio.to_thread(write)
        except YoujuError as error:
            _log.error("audit", extra={"facts": {"event": event, "code": error.code}})

    def close(self) -> None:
        """Let go of the file."""
        self._file.close()
