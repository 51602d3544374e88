"""Who may come in: by a session, a token, a name with its password, or a trusted proxy's word.

A server with neither token nor users lets everybody in, which is for one's own machine. As soon as
there are users, or a proxy is to name them, nobody comes in unnamed.
"""

from __future__ import annotations

import asyncio
import hmac
import ipaddress
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from http.cookies import CookieError, SimpleCookie
from urllib.parse import parse_qs

from starlette.datastructures import Headers
from starlette.responses import RedirectResponse, Response
from starlette.types import Receive, Scope

from rag.errors import ShareMissing, TokenRequired, TooManyGuesses, UserUnknown, YoujuError
from rag.settings import ServerSettings
from ui.accounts.accounts import Accounts
from ui.accounts.rights import ALIVE_PATH, SHARED_PATH
from ui.accounts.roles import OPEN, TOKEN, VISITOR, Principal, Way
from ui.accounts.users import User
from ui.guesses import Guesses
from ui.login import (
    LOGIN_PATH,
    LOGOUT_PATH,
    login_page,
    logout_page,
    once_more,
    place_of,
    sent_form,
    wants_page,
)
from ui.sessions import Holder, Sessions

TOKEN_COOKIE = "youju_token"  # noqa: S105 (the cookie's name)
_DAY = 24 * 3600.0
_RANDOM_LENGTH = 16
"""Bytes from which on nobody hits upon the server's token by trying, at any pace."""


@dataclass(frozen=True, slots=True)
class Call:
    """A request at the door.

    Attributes:
        address: where it comes from, for guesses and the log.
        safe: whether it came over https.
    """

    scope: Scope
    headers: Headers
    address: str
    safe: bool

    @property
    def path(self) -> str:
        """What is asked for."""
        return str(self.scope["path"])

    @property
    def is_login(self) -> bool:
        """Whether it is the login's form."""
        return self._is("POST") and self.path == LOGIN_PATH

    @property
    def is_link(self) -> bool:
        """Whether a token stands in the page's address."""
        return self.scope["type"] == "http" and self.path == "/" and bool(_query_tokens(self.scope))

    @property
    def is_leaving(self) -> bool:
        """Whether somebody wants to go."""
        return self.scope["type"] == "http" and self.path == LOGOUT_PATH

    @property
    def reads_a_share(self) -> bool:
        """Whether it follows a link that was shared."""
        return (self._is("GET") or self._is("HEAD")) and self.path.startswith(SHARED_PATH)

    @property
    def asks_whether_alive(self) -> bool:
        """Whether it asks for no more than that somebody answers, which all may know."""
        return (self._is("GET") or self._is("HEAD")) and self.path == ALIVE_PATH

    def _is(self, method: str) -> bool:
        return bool(self.scope["type"] == "http" and self.scope["method"] == method)


class Admission:
    """Lives in the event loop's thread; what takes long is done on others."""

    def __init__(self, server: ServerSettings, key: str, accounts: Accounts) -> None:
        self._token, self._key = server.token.encode(), key.encode()
        self._accounts = accounts
        self._header = server.user_header.lower()
        self._proxies = [ipaddress.ip_network(one, strict=False) for one in server.trusted_proxies]
        self._guesses = Guesses()
        self._sessions = Sessions(lasts=accounts.team.session_days * _DAY)

    @property
    def is_closed(self) -> bool:
        """Whether somebody has to say who they are."""
        return bool(self._token) or self._by_name

    @property
    def _by_name(self) -> bool:
        return bool(self._header) or self._accounts.users.on

    async def admit(self, call: Call, receive: Receive) -> Principal | Response | YoujuError:
        """Who asks; or what they are shown instead, or why they are refused."""
        if not self.is_closed or call.asks_whether_alive:
            return VISITOR if self.is_closed else OPEN
        if (named := self._named_by_proxy(call)) is not None:
            return named
        sessions = [
            (one, who) for one in _cookie_tokens(call.headers) if (who := self._of_session(one))
        ]
        if call.is_leaving and sessions:
            return await self._farewell(call, receive, sessions)
        form = await sent_form(call.scope, receive) if call.is_login else {}
        shown = [form["token"].encode("utf-8", "replace")] if form.get("token") else []
        shown = shown or _bearer_tokens(call.headers)
        linked = _query_tokens(call.scope)
        known = next((who for one in shown if (who := self._of_token(one))), None)
        known = known or (TOKEN if any(map(self._is_servers, linked)) else None)
        if sessions and not call.is_login:  # no link makes somebody else of one who is in
            return RedirectResponse("/", 303) if call.is_link and known else sessions[0][1]
        if not shown and not linked and not call.is_login:
            return self._ask(call)
        return await self._looked_at(call, form, known)

    async def _looked_at(
        self, call: Call, form: Mapping[str, str], known: Principal | None
    ) -> Principal | Response | YoujuError:
        """What comes of a token, or of a form."""
        place = place_of(form.get("next", ""))
        seconds = self._guesses.wait(call.address)
        if seconds and not (known and self._is_beyond_guessing(known)):
            if call.is_login or wants_page(call.scope, call.headers):
                return self._form(wait=seconds, place=place)
            return TooManyGuesses(seconds=seconds)
        if known is None:  # counted before it is looked at: others may try meanwhile
            self._guesses.wrong(call.address)
            if form.get("name"):
                known = await self._of_password(form["name"], form.get("password", ""))
                if known is not None:
                    self._guesses.forgive(call.address)
        if known is None:
            if not call.is_login:
                return self._ask(call)
            if self._by_name:
                await self._note("login_failed", self._tried(form), call, status=401)
            return self._form(wrong=True, place=place)
        enters = call.is_login or call.is_link
        self._guesses.right(call.address, login=enters and not seconds)
        if not enters:
            return known
        if self._by_name:
            await self._note("login", known.name, call, role=known.role.key)
        return self._welcome(call, known, place)

    def _tried(self, form: Mapping[str, str]) -> str:
        """Whose login failed; no name of nobody's: people type passwords there."""
        if not form.get("name"):
            return TOKEN.name
        user = self._accounts.users.find(form["name"])
        return user.name if user else "（没有这个用户）"

    def _named_by_proxy(self, call: Call) -> Principal | YoujuError | None:
        """Whom a trusted proxy names; what anybody else writes there counts for nothing."""
        if not self._header or not self._comes_from_proxy(call.scope):
            return None
        given = call.headers.getlist(self._header)
        if len(given) != 1 or not given[0].strip():
            return UserUnknown(name="？") if len(given) > 1 else None
        name = _as_text(given[0]).strip()
        user = self._accounts.users.find(name)
        return UserUnknown(name=name[:60]) if user is None else _principal(user, "proxy")

    def _comes_from_proxy(self, scope: Scope) -> bool:
        """By the connection's own address: what headers say of it may be anybody's."""
        client = scope.get("client")
        try:
            address = ipaddress.ip_address(str(client[0]).partition("%")[0]) if client else None
        except ValueError:
            return False
        mapped = getattr(address, "ipv4_mapped", None)
        address = mapped or address
        return address is not None and any(
            address.version == one.version and address in one for one in self._proxies
        )

    def _of_session(self, given: str) -> Principal | None:
        holder = self._sessions.holder(given)
        if holder is None:
            return None
        if not holder.uid:
            return TOKEN
        user = self._accounts.users.of_id(holder.uid)
        if user is None or user.epoch != holder.epoch:
            self._sessions.end(given)
            return None
        return _principal(user, "session")

    def _of_token(self, offered: bytes) -> Principal | None:
        """Whose token it is.

        Users show theirs in a header or in the form, never in a link: any page may send a browser
        to one, and whoever followed it would go on as the link's maker.
        """
        if self._is_servers(offered):
            return TOKEN
        user = self._accounts.users.of_token(offered.decode("utf-8", "replace"))
        return _principal(user, "user_token") if user else None

    def _is_beyond_guessing(self, known: Principal) -> bool:
        """Whether what was shown is a token too long to be hit upon, so that slowing serves nobody.

        Those of users and this run's key are random. The server's own may be a word that somebody
        chose: then it has to wait like any guess, or guesses would not be slowed at all.
        """
        return known is not TOKEN or len(self._token) >= _RANDOM_LENGTH

    def _is_servers(self, offered: bytes) -> bool:
        """The server's token, or this run's key, which only who may read the folder has."""
        known = [one for one in (self._token, self._key) if one]
        return any(hmac.compare_digest(offered, one) for one in known)

    async def _of_password(self, name: str, password: str) -> Principal | None:
        user = await asyncio.to_thread(self._accounts.users.of_password, name, password)
        return _principal(user, "session") if user else None

    def _ask(self, call: Call) -> Principal | Response | YoujuError:
        """What those get who show nothing."""
        if call.reads_a_share and self._is_for_anyone(call.path.removeprefix(SHARED_PATH)):
            return VISITOR
        if not wants_page(call.scope, call.headers):
            return TokenRequired(users=self._by_name)
        if call.headers.get("sec-fetch-site") == "cross-site":
            return once_more()
        return self._form(place=place_of(call.path))

    def _is_for_anyone(self, key: str) -> bool:
        try:
            return self._accounts.team.public_shares and self._accounts.shares.of_key(key).anyone
        except ShareMissing:
            return False

    def _form(self, *, wrong: bool = False, wait: int = 0, place: str = "") -> Response:
        return login_page(
            wrong=wrong, wait=wait, users=self._by_name, token=bool(self._token), place=place
        )

    def _welcome(self, call: Call, who: Principal, place: str) -> Response:
        """What was shown becomes a session, so that the address bar forgets it."""
        user = self._accounts.users.of_id(who.uid) if who.uid else None
        holder = Holder(user.id, user.epoch) if user else Holder()
        response = RedirectResponse(place or "/", status_code=303)
        response.set_cookie(
            TOKEN_COOKIE,
            self._sessions.begin(holder),
            httponly=True,
            samesite="strict",
            secure=call.safe,
        )
        return response

    async def _farewell(
        self, call: Call, receive: Receive, sessions: Sequence[tuple[str, Principal]]
    ) -> Response:
        """The page that asks, or the end of this session, or of all."""
        if call.scope["method"] != "POST":
            return logout_page()
        form = await sent_form(call.scope, receive)
        for session, who in sessions:
            self._sessions.end(session)
            if form.get("all"):
                self._sessions.end_all(who.uid)
                if who.uid:  # other servers on this data directory see it there
                    await asyncio.to_thread(self._accounts.users.end_sessions, who.name)
            if self._by_name:
                await self._note("logout", who.name, call, role=who.role.key)
        response = RedirectResponse("/", status_code=303)
        response.delete_cookie(TOKEN_COOKIE, httponly=True, samesite="strict")
        return response

    async def _note(
        self, event: str, name: str, call: Call, *, role: str = "", status: int = 200
    ) -> None:
        await self._accounts.note(event, name, role=role, status=status, address=call.address)


def _principal(user: User, way: Way) -> Principal:
    return Principal(user.role, user.name, user.id, way)


def _as_text(header: str) -> str:
    """A header's characters: servers read Latin-1, proxies write UTF-8."""
    try:
        return header.encode("latin-1").decode("utf-8")
    except UnicodeError:
        return header


def _bearer_tokens(headers: Headers) -> list[bytes]:
    scheme, _, credentials = headers.get("authorization", "").partition(" ")
    return [credentials.strip().encode("latin-1")] if scheme.lower() == "bearer" else []


def _cookie_tokens(headers: Headers) -> Sequence[str]:
    try:
        cookies = SimpleCookie(headers.get("cookie", ""))
    except CookieError:
        return []
    return [cookies[TOKEN_COOKIE].value] if TOKEN_COOKIE in cookies else []


def _query_tokens(scope: Scope) -> list[bytes]:
    query = scope.get("query_string", b"").decode("latin-1")
    return [token.encode() for token in parse_qs(query, errors="replace").get("token", [])]
