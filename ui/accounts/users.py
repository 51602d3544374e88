"""The users: made, changed, removed, and known by password or token."""

from __future__ import annotations

import secrets
import unicodedata
from dataclasses import dataclass

from rag.errors import LastAdmin, UserExists, UserMissing, UserNameInvalid, UserTokenMissing
from rag.library.storage import Connection, Row
from ui.accounts.passwords import hashed, is_right, new_token, token_hash
from ui.accounts.roles import GIVEN, Role
from ui.accounts.store import AccountsFile, now

_LONGEST_NAME = 60
_LONGEST_LABEL = 100
_ALL = "SELECT id, name, role, epoch, created, password != '' FROM users ORDER BY name"
_NAMED = "SELECT id, name, role, epoch, created, password != '' FROM users WHERE folded = ?"
_ADMINS = """
    SELECT name, folded, ? OR password != '' OR EXISTS (
        SELECT 1 FROM tokens WHERE tokens.user_id = users.id
    ) FROM users WHERE role = ?
"""
_OF_ID = "SELECT id, name, role, epoch, created, password != '' FROM users WHERE id = ?"


@dataclass(frozen=True, slots=True)
class User:
    """A user.

    Attributes:
        id: stays, whatever they are called.
        epoch: grows when sessions are to end.
        created: UTC, ISO.
        has_password: or else only tokens and the proxy let them in.
    """

    id: str
    name: str
    role: Role
    epoch: int
    created: str
    has_password: bool


@dataclass(frozen=True, slots=True)
class UserToken:
    """A token of a user, without the token."""

    id: int
    label: str
    created: str


class Users:
    """All users of a data directory; each call looks at the file, so changes count at once.

    Args:
        file: what they are kept in.
        by_proxy: whether a proxy names them, so that one without password and token comes in too.
    """

    def __init__(self, file: AccountsFile, *, by_proxy: bool = False) -> None:
        self._file = file
        self._by_proxy = by_proxy
        self._seen = False
        self._seen = self.on

    @property
    def on(self) -> bool:
        """Whether there are users.

        Once there were, this stays so until the program ends: whoever removes the last one must not
        open a running server to everybody.
        """
        self._seen = self._seen or self._file.one("SELECT 1 FROM users LIMIT 1") is not None
        return self._seen

    def all(self) -> list[User]:
        """By name."""
        return [_user(row) for row in self._file.all(_ALL)]

    def named(self, name: str) -> User:
        """The user of this name, whatever its letter case.

        Raises:
            UserMissing: there is none.
        """
        if (found := self.find(name)) is None:
            raise UserMissing(name=name[:_LONGEST_NAME])
        return found

    def find(self, name: str) -> User | None:
        """The same, or None."""
        row = self._file.one(_NAMED, (_folded(name),))
        return _user(row) if row else None

    def of_id(self, uid: str) -> User | None:
        """The user of this id, as they are now."""
        row = self._file.one(_OF_ID, (uid,))
        return _user(row) if row else None

    def add(self, name: str, role: Role, password: str = "") -> User:
        """Make a user; without a password only tokens and a proxy let them in.

        Raises:
            UserNameInvalid, PasswordInvalid: what was given.
            UserExists: another has the name.
        """
        named = _checked(name)
        kept = hashed(password) if password else ""
        with self._file.writing() as connection:
            taken = connection.execute("SELECT 1 FROM users WHERE folded = ?", (_folded(named),))
            if taken.fetchone():
                raise UserExists(name=named)
            values = (secrets.token_hex(8), named, _folded(named), role.key, kept, 0, now())
            connection.execute("INSERT INTO users VALUES (?, ?, ?, ?, ?, ?, ?)", values)
        return self.named(named)

    def change(
        self,
        name: str,
        role: Role | None = None,
        password: str | None = None,
        *,
        keep_admin: bool = False,
    ) -> User:
        """Another role, from the next request on, another password, or both at once.

        All sessions of a user with another password end.

        Args:
            name: the user's.
            role: the new one; None: as it was.
            password: the new one; None: as it was.
            keep_admin: whether somebody has to stay who may look after the users.

        Raises:
            UserMissing, PasswordInvalid: what was given; nothing is changed.
            LastAdmin: nobody would stay; nothing is changed.
        """
        kept = None if password is None else hashed(password)
        with self._file.writing() as connection:
            if keep_admin and role not in {None, Role.ADMIN}:
                _check_not_last(connection, name, by_proxy=self._by_proxy)
            if role is not None:
                _changed(connection, name, "role = ?", role.key)
            if kept is not None:
                _changed(connection, name, "epoch = epoch + 1, password = ?", kept)
        return self.named(name)

    def set_role(self, name: str, role: Role) -> User:
        """See `change`."""
        return self.change(name, role)

    def set_password(self, name: str, password: str) -> User:
        """See `change`."""
        return self.change(name, password=password)

    def end_sessions(self, name: str) -> None:
        """End all sessions of the user.

        Raises:
            UserMissing: there is none.
        """
        with self._file.writing() as connection:
            _changed(connection, name, "epoch = epoch + ?", 1)

    def remove(self, name: str, *, keep_admin: bool = False) -> User:
        """Forget a user with all that is kept for them here.

        Raises:
            UserMissing: there is none.
            LastAdmin: nobody would stay who may look after the users, and somebody has to.
        """
        user = self.named(name)
        with self._file.writing() as connection:
            if keep_admin:
                _check_not_last(connection, name, by_proxy=self._by_proxy)
            connection.execute("DELETE FROM shares WHERE user_id = ?", (user.id,))
            connection.execute("DELETE FROM users WHERE id = ?", (user.id,))
        return user

    def check_not_last(self, name: str) -> None:
        """That somebody stays who may look after the users, and can come in to do so.

        Raises:
            LastAdmin: nobody would.
        """
        with self._file.writing() as connection:
            _check_not_last(connection, name, by_proxy=self._by_proxy)

    def of_password(self, name: str, password: str) -> User | None:
        """Who has this name and password; takes a third of a second, whoever is asked for."""
        row = self._file.one("SELECT password FROM users WHERE folded = ?", (_folded(name),))
        right = is_right(password, row[0] if row else "")
        return self.find(name) if right else None

    def of_token(self, token: str) -> User | None:
        """Whose token this is."""
        row = self._file.one("SELECT user_id FROM tokens WHERE hash = ?", (token_hash(token),))
        return self.of_id(row[0]) if row else None

    def new_token(self, name: str, label: str = "") -> str:
        """Make a token, which is shown this once.

        Raises:
            UserMissing: there is none of this name.
        """
        user, made = self.named(name), new_token()
        with self._file.writing() as connection:
            connection.execute(
                "INSERT INTO tokens (user_id, hash, label, created) VALUES (?, ?, ?, ?)",
                (user.id, token_hash(made), label.strip()[:_LONGEST_LABEL], now()),
            )
        return made

    def tokens(self, name: str) -> list[UserToken]:
        """The tokens of a user, oldest first.

        Raises:
            UserMissing: there is none of this name.
        """
        found = self._file.all(
            "SELECT id, label, created FROM tokens WHERE user_id = ? ORDER BY id",
            (self.named(name).id,),
        )
        return [UserToken(*row) for row in found]

    def revoke_token(self, name: str, number: int) -> None:
        """Have a token let nobody in any more.

        Raises:
            UserMissing, UserTokenMissing: there is none.
        """
        user = self.named(name)
        with self._file.writing() as connection:
            gone = connection.execute(
                "DELETE FROM tokens WHERE user_id = ? AND id = ?", (user.id, number)
            )
            if not gone.rowcount:
                raise UserTokenMissing(number=number)


def _changed(connection: Connection, name: str, change: str, value: object) -> None:
    sql = f"UPDATE users SET {change} WHERE folded = ?"  # noqa: S608 (the changes above)
    if not connection.execute(sql, (value, _folded(name))).rowcount:
        raise UserMissing(name=name[:_LONGEST_NAME])


def _check_not_last(connection: Connection, name: str, *, by_proxy: bool) -> None:
    """That another admin stays than this user, as things stand while nobody else changes them.

    One who has neither password nor token, where no proxy names anybody, cannot look after the
    users; such a one may go as long as any admin stays.

    Raises:
        LastAdmin: none does.
    """
    admins = connection.execute(_ADMINS, (by_proxy, Role.ADMIN.key)).fetchall()
    leaving = next((one for one in admins if one[1] == _folded(name)), None)
    if leaving is None:
        return
    others = [enters for _, folded, enters in admins if folded != leaving[1]]
    if not (any(others) if leaving[2] else others):
        raise LastAdmin(name=leaving[0])


def _user(row: Row) -> User:
    uid, name, role, epoch, created, has_password = row
    return User(uid, name, GIVEN[role], epoch, created, bool(has_password))


def _checked(name: str) -> str:
    """A name that can be typed into a form and told from others.

    Raises:
        UserNameInvalid: it cannot.
    """
    named = unicodedata.normalize("NFC", name.strip())
    if not named:
        raise UserNameInvalid(reason="是空的")
    if len(named) > _LONGEST_NAME:
        raise UserNameInvalid(reason=f"有 {len(named)} 个字")
    if any(unicodedata.category(one)[0] in "CZ" for one in named):
        raise UserNameInvalid(reason="里面有空格或看不见的字符")
    if named in {".", ".."} or "/" in named or "\\" in named:  # it stands in addresses
        raise UserNameInvalid(reason="里面有 / 或 \\，或者只有点")
    return named


def _folded(name: str) -> str:
    """What two names that look the same have in common."""
    folded = unicodedata.normalize("NFKC", name.strip()[: 2 * _LONGEST_NAME]).casefold()
    return folded.encode("utf-8", "replace").decode("utf-8")  # a terminal may give half characters
