"""What users may do, and who asks for something."""

from __future__ import annotations

from contextvars import ContextVar
from dataclasses import dataclass
from enum import IntEnum
from typing import Literal

from starlette.requests import HTTPConnection
from starlette.types import Scope

from ui.language import message

Way = Literal["open", "token", "session", "user_token", "proxy", "link"]
"""How somebody came in: the server asks nothing, its own token, a session of a user, a user's
token, a proxy's word, a link that was shared with anyone."""

SCOPE_KEY = "youju.who"


class Role(IntEnum):
    """Each may do what those before it may."""

    NOBODY = 0
    READER = 1
    EDITOR = 2
    ADMIN = 3

    @property
    def key(self) -> str:
        """As the command line and the API spell it."""
        return self.name.lower()

    @property
    def words(self) -> str:
        """In Chinese."""
        return _WORDS[self]


_WORDS = {
    Role.NOBODY: message("访客"),
    Role.READER: message("读者"),
    Role.EDITOR: message("编辑"),
    Role.ADMIN: message("管理员"),
}
GIVEN = {role.key: role for role in Role if role is not Role.NOBODY}
"""Roles that users may have, by their spelling."""


@dataclass(frozen=True, slots=True)
class Principal:
    """Who asks.

    Attributes:
        role: what they may do.
        name: as people read it.
        uid: of a user; empty for all others.
        way: how they came in.
    """

    role: Role
    name: str
    uid: str = ""
    way: Way = "open"


OPEN = Principal(Role.ADMIN, message("本机"), way="open")
"""Whoever reaches a server that has neither token nor users."""
TOKEN = Principal(Role.ADMIN, message("访问口令"), way="token")
"""Who shows the server's own token."""
VISITOR = Principal(Role.NOBODY, message("访客"), way="link")
"""Who has a link that needs no login."""

_WHO: ContextVar[Principal] = ContextVar("youju_who", default=OPEN)


def enter(scope: Scope, who: Principal) -> None:
    """From here on the request is theirs."""
    scope[SCOPE_KEY] = who
    _WHO.set(who)


def who_asks(request: HTTPConnection) -> Principal:
    """Whose request it is."""
    who: Principal = request.scope.get(SCOPE_KEY, OPEN)
    return who


def present() -> Principal:
    """Whose request is served here, for what is given no request."""
    return _WHO.get()


REMARKS_KEY = "youju.remarks"


def remark(request: HTTPConnection, **facts: object) -> None:
    """What the audit log should say of this request besides who, what and when."""
    request.scope.setdefault(REMARKS_KEY, {}).update(facts)
