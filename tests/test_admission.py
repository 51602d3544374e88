"""Who is let in: guesses are slowed, sessions end, pages elsewhere are named, proxies are believed
where they are asked to be, and what is private is kept nowhere."""

from __future__ import annotations

import shutil
import ssl
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest
from fake_pipeline import FakePipeline, write_library
from fastapi.testclient import TestClient
from running_server import listening

from rag.errors import SettingsError, StorageFull
from rag.settings import ServerSettings, Settings, load_settings
from ui.guesses import FREE
from ui.listening import check_certificate
from ui.server import create_app
from ui.sessions import LASTS, Holder, Sessions

TOKEN = "a-token"
QUESTION = {"question": "灯塔岛风电场有多少台风机？"}
MESSAGES = {"messages": [{"role": "user", "content": QUESTION["question"]}]}


class Clock:
    """Time that passes when it is told to."""

    now = 1000.0

    def __call__(self) -> float:
        """The time."""
        return self.now


@contextmanager
def serving(folder: Path, **server: Any) -> Iterator[TestClient]:
    write_library(folder)
    app = create_app(load_settings(folder, server=server), FakePipeline, chat=False)
    base = "http://127.0.0.1:7860"
    with TestClient(app, base_url=base, raise_server_exceptions=False) as client:
        yield client


# -- guesses ----------------------------------------------------------------------------------


@pytest.mark.parametrize("way", ["form", "bearer", "link"])
def test_a_guesser_is_stopped_and_who_is_in_stays(tmp_path: Path, way: str) -> None:
    def guess(client: TestClient, token: str) -> Any:
        if way == "form":
            return client.post("/login", data={"token": token}, follow_redirects=False)
        if way == "bearer":
            return client.get("/v1/models", headers={"authorization": f"Bearer {token}"})
        return client.get("/", params={"token": token}, follow_redirects=False)

    with serving(tmp_path, token=TOKEN) as client:
        client.post("/login", data={"token": TOKEN}, follow_redirects=False)
        kept = dict(client.cookies)
        client.cookies.clear()
        statuses = [guess(client, f"wrong{n}").status_code for n in range(FREE + 3)]
        assert statuses == [401] * FREE + [429] * 3
        right = guess(client, TOKEN)  # not even looked at
        assert right.status_code == 429
        assert int(right.headers["retry-after"]) >= 1
        assert client.get("/v1/models").status_code == 401  # no guess
        client.cookies.update(kept)
        assert client.get("/v1/models").status_code == 200


def test_a_long_token_of_the_server_passes_between_guesses(tmp_path: Path) -> None:
    long = "Zm9yIG5vYm9keSB0byBndWVzcw"
    with serving(tmp_path, token=long) as client:
        for n in range(FREE + 1):
            refused = client.get("/v1/models", headers={"authorization": f"Bearer {n}"})
        assert refused.status_code == 429
        right = client.get("/v1/models", headers={"authorization": f"Bearer {long}"})
        assert right.status_code == 200


@pytest.mark.parametrize("way", ["form", "link", "bearer"])
def test_only_a_login_forgives_what_was_wrong(tmp_path: Path, way: str) -> None:
    with serving(tmp_path, token=TOKEN) as client:
        wrong, right = ({"authorization": f"Bearer {token}"} for token in ("x", TOKEN))
        for _ in range(FREE - 1):
            client.get("/v1/models", headers=wrong)
        if way == "form":
            client.post("/login", data={"token": TOKEN}, follow_redirects=False)
        elif way == "link":
            client.get("/", params={"token": TOKEN}, follow_redirects=False)
        else:
            assert client.get("/v1/models", headers=right).status_code == 200
        client.cookies.clear()
        statuses = [client.get("/v1/models", headers=wrong).status_code for _ in range(2)]
        assert statuses == [401, 429 if way == "bearer" else 401]


def test_an_old_link_is_no_guess_of_one_who_is_in(tmp_path: Path) -> None:
    with serving(tmp_path, token=TOKEN) as client:
        client.post("/login", data={"token": TOKEN}, follow_redirects=False)
        page = client.get("/", headers={"accept": "text/html"}).status_code
        for n in range(FREE + 1):
            old = client.get("/", params={"token": f"old{n}"}, headers={"accept": "text/html"})
            assert (old.status_code, "/login" in old.text) == (page, False)
        again = client.get("/", params={"token": TOKEN}, follow_redirects=False)
        assert (again.status_code, again.headers["location"]) == (303, "/")
        client.cookies.clear()
        assert client.get("/", params={"token": "old"}).status_code == 401


# -- sessions ---------------------------------------------------------------------------------


def test_sessions_are_random_and_end() -> None:
    clock = Clock()
    sessions = Sessions(clock)
    first, second = sessions.begin(), sessions.begin()
    assert first != second
    assert sessions.holder(first)
    sessions.end(first)
    assert (sessions.holder(first), sessions.holder(second)) == (None, Holder())
    clock.now += LASTS
    assert not sessions.holder(second)
    assert not sessions.holder("")


@pytest.mark.parametrize("everywhere", [False, True])
def test_a_person_leaves(tmp_path: Path, everywhere: bool) -> None:
    with serving(tmp_path, token=TOKEN) as client:
        cookies = []
        for _ in range(2):
            client.cookies.clear()
            client.post("/login", data={"token": TOKEN}, follow_redirects=False)
            cookies.append(dict(client.cookies))
        assert cookies[0] != cookies[1]
        assert TOKEN not in str(cookies)
        assert "退出" in client.get("/logout").text
        evil = client.post("/logout", headers={"origin": "http://evil.example"})
        assert evil.status_code == 403
        client.post("/logout", data={"all": "1"} if everywhere else {}, follow_redirects=False)
        for given, opens in ((cookies[1], False), (cookies[0], not everywhere)):
            client.cookies.clear()
            client.cookies.update(given)
            assert client.get("/v1/models").status_code == (200 if opens else 401)


# -- what is kept -----------------------------------------------------------------------------


def test_private_answers_are_kept_nowhere(tmp_path: Path) -> None:
    with serving(tmp_path) as client:
        (article,) = client.get("/v1/articles").json()
        private = [
            client.post("/v1/ask", json=QUESTION),
            client.post("/v1/ask/stream", json=QUESTION),
            client.post("/v1/search", json={"query": "风电"}),
            client.post("/v1/chat/completions", json=MESSAGES),
            client.get("/v1/articles"),
            client.get(f"/v1/articles/{article['article_id']}"),
            client.get("/library"),
            client.get("/metrics"),
            client.get("/nope"),
        ]
        for response in private:
            assert response.headers["cache-control"] in {"no-store", "no-cache"}, response.url
        assert private[4].headers["cache-control"] == "no-store"
        shared = client.get("/ui/theme.js")
        assert shared.status_code == 200
        assert shared.headers["cache-control"] != "no-store"


# -- pages elsewhere --------------------------------------------------------------------------

ALLOWED = ("http://localhost:5173", "app://obsidian.md", "vscode-webview://*", "null", "file://")
PAGES = [
    ("http://localhost:5173", True),
    ("app://obsidian.md", True),
    ("vscode-webview://0abc", True),
    ("null", True),
    ("file://", True),
    ("http://localhost:5174", False),
    ("http://localhost:5173.evil.example", False),
    ("https://evil.example", False),
    ("app://obsidian.md.evil", False),
]


@pytest.mark.parametrize(("origin", "admitted"), PAGES)
@pytest.mark.parametrize("token", ["", TOKEN])
def test_pages_that_are_named_may_use_the_interface(
    tmp_path: Path, origin: str, admitted: bool, token: str
) -> None:
    asks = {
        "origin": origin,
        "access-control-request-method": "POST",
        "access-control-request-headers": "authorization,content-type,x-stainless-os",
    }
    sends = {"origin": origin, "sec-fetch-site": "cross-site", "authorization": f"Bearer {token}"}
    named = [one for one in ALLOWED if token or one != "null"]  # that may be any page
    admitted = admitted and origin in {*named, "vscode-webview://0abc"}
    with serving(tmp_path, allowed_origins=named, token=token) as client:
        may = client.options("/v1/chat/completions", headers=asks)
        done = client.post("/v1/chat/completions", json=MESSAGES, headers=sends)
        page = client.post("/library/previews", headers=sends)
    assert may.status_code == (204 if admitted else 403)
    assert done.status_code == (200 if admitted else 403)
    assert page.status_code == 403
    assert "access-control-allow-origin" not in page.headers
    for response in (may, done):
        allowed = response.headers.get("access-control-allow-origin")
        assert allowed == (origin if admitted else None)
        assert "access-control-allow-credentials" not in response.headers
    if admitted:
        assert "x-stainless-os" in may.headers["access-control-allow-headers"]
        assert done.headers["vary"] == "Origin"
    else:
        assert done.json()["error"]["code"] == "origin_refused"
        assert origin in done.json()["message_zh"]


@pytest.mark.parametrize(
    "anybody",
    ["*", "null", "h*", "https*", "HTTPS://*", "https://a*", "http://localhost*", "http://[::1]*"],
)
def test_everybody_needs_a_token(tmp_path: Path, anybody: str) -> None:
    with pytest.raises(SettingsError, match="口令"):
        load_settings(tmp_path, server={"allowed_origins": [anybody]})
    load_settings(tmp_path, server={"allowed_origins": [anybody], "token": TOKEN})


def test_a_program_and_a_host_of_ones_own_need_none(tmp_path: Path) -> None:
    known = ("http://localhost:*", "http://[::1]:*", "app://*", "file://", "http://a.example")
    assert load_settings(tmp_path, server={"allowed_origins": known}).server.allowed_origins


# -- proxies ----------------------------------------------------------------------------------


@pytest.mark.parametrize("written", ["a.example,b.example", ' ["a.example", "b.example"]'])
def test_the_environment_names_several_hosts(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, written: str
) -> None:
    monkeypatch.setenv("YOUJU_SERVER__ALLOWED_HOSTS", written)
    assert load_settings(tmp_path).server.allowed_hosts == ("a.example", "b.example")


def test_a_refused_host_is_named(tmp_path: Path) -> None:
    with serving(tmp_path) as client:
        refused = client.get("/v1/models", headers={"host": "host.docker.internal:7860"})
        assert refused.json()["message_zh"].endswith("host.docker.internal:7860")
        odd = client.get("/v1/models", headers={"host": "<b>x</b>"}).json()["message_zh"]
        assert "<" not in odd


def test_a_proxy_that_keeps_the_origin_and_names_itself_as_host(tmp_path: Path) -> None:
    sent = {"host": "127.0.0.1:7860", "origin": "https://docs.example"}
    with serving(tmp_path, allowed_hosts=("docs.example",)) as client:
        assert client.post("/v1/ask", json=QUESTION, headers=sent).status_code == 200
        cross = {**sent, "sec-fetch-site": "same-site"}
        assert client.post("/v1/ask", json=QUESTION, headers=cross).status_code == 403
    with serving(tmp_path) as client:
        assert client.post("/v1/ask", json=QUESTION, headers=sent).status_code == 403


def test_what_a_proxy_says_is_believed_only_where_asked_to(tmp_path: Path) -> None:
    told = {"x-forwarded-host": "docs.example", "origin": "https://docs.example"}
    server: dict[str, Any] = {"allowed_hosts": ("docs.example",), "token": TOKEN}
    for believed in (False, True):
        with serving(tmp_path, behind_proxy=believed, **server) as client:
            evil = client.get("/v1/models", headers={"x-forwarded-host": "evil.example"})
            assert evil.status_code == (400 if believed else 401)
            form = {"token": TOKEN}
            https = {**told, "x-forwarded-proto": "https"}
            welcome = client.post("/login", data=form, headers=https, follow_redirects=False)
            assert welcome.status_code == 303
            assert ("secure" in welcome.headers["set-cookie"].lower()) is believed
            client.cookies.clear()
            for n in range(FREE):
                wrong = {"authorization": f"Bearer {n}", "x-forwarded-for": f"1.1.1.1, 10.0.0.{n}"}
                client.get("/v1/models", headers=wrong)
            last = {"authorization": "Bearer x", "x-forwarded-for": "10.0.0.77"}
            assert client.get("/v1/models", headers=last).status_code == (401 if believed else 429)


def test_a_host_that_is_forwarded_excuses_no_other(tmp_path: Path) -> None:
    told = {"host": "evil.example", "x-forwarded-host": "127.0.0.1"}
    with serving(tmp_path, behind_proxy=True) as client:
        refused = client.get("/v1/models", headers=told)
        assert (refused.status_code, refused.json()["code"]) == (400, "host_refused")
        assert "evil.example" in refused.json()["message_zh"]
        assert client.get("/v1/models", headers=told | {"host": "127.0.0.1"}).status_code == 200


def test_a_proxys_own_line_counts_and_not_what_came_to_it(tmp_path: Path) -> None:
    with serving(tmp_path, behind_proxy=True, token=TOKEN) as client:
        for n in range(FREE + 1):
            came, added = ("x-forwarded-for", f"1.1.1.{n}"), ("x-forwarded-for", "10.0.0.1")
            wrong = [("authorization", f"Bearer {n}"), came, added]
            status = client.get("/v1/models", headers=wrong).status_code
    assert status == 429


# -- certificates -----------------------------------------------------------------------------


def certificate(folder: Path) -> tuple[Path, Path]:
    openssl = shutil.which("openssl")
    if openssl is None:
        pytest.skip("no openssl")
    cert, key = folder / "cert.pem", folder / "key.pem"
    command = [openssl, "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "1"]
    command += ["-subj", "/CN=localhost", "-addext", "subjectAltName=IP:127.0.0.1"]
    command += ["-keyout", str(key), "-out", str(cert)]
    subprocess.run(command, check=True, capture_output=True)
    return cert, key


def test_a_server_with_a_certificate(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    cert, key = certificate(tmp_path)
    write_library(tmp_path / "data")
    given = {"certfile": cert, "keyfile": key, "token": TOKEN, "port": 0}
    settings = load_settings(tmp_path / "data", server=given)
    check_certificate(settings.server)
    with listening(settings, monkeypatch) as url:
        assert url.startswith("https://127.0.0.1:")
        trusted = ssl.create_default_context(cafile=str(cert))
        with httpx.Client(verify=trusted, base_url=url, timeout=20) as client:
            welcome = client.post("/login", data={"token": TOKEN})
            assert welcome.status_code == 303
            assert "secure" in welcome.headers["set-cookie"].lower()
            assert client.get("/v1/models").status_code == 200


def test_a_certificate_that_cannot_be_used_is_named(tmp_path: Path) -> None:
    cert, key = certificate(tmp_path)
    (tmp_path / "other").mkdir()
    _, other = certificate(tmp_path / "other")
    check_certificate(ServerSettings())
    check_certificate(ServerSettings(certfile=cert, keyfile=key))
    for certfile, keyfile in ((cert, None), (cert, other), (tmp_path / "none", key), (None, key)):
        with pytest.raises(SettingsError):
            check_certificate(ServerSettings(certfile=certfile, keyfile=keyfile))


def test_a_full_disk_met_anywhere_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device", "/tmp/x")

    monkeypatch.setattr(FakePipeline, "ask", full)
    with serving(tmp_path) as client:
        told = client.post("/v1/ask", json=QUESTION)
        assert (told.status_code, told.json()["code"]) == (507, StorageFull.code)
        told = client.post("/v1/chat/completions", json=MESSAGES)
        assert told.json()["error"]["type"] == "server_error"


def test_a_full_disk_while_loading_is_told_and_tried_again(tmp_path: Path) -> None:
    tries: list[int] = []

    def opener(settings: Settings) -> FakePipeline:
        tries.append(1)
        if len(tries) == 1:
            raise OSError(28, "No space left on device", "/tmp/x")
        return FakePipeline(settings)

    write_library(tmp_path)
    with TestClient(create_app(load_settings(tmp_path), opener, chat=False)) as client:
        client.headers["host"] = "127.0.0.1"
        told = client.post("/v1/ask", json=QUESTION)
        assert (told.status_code, told.json()["code"]) == (507, StorageFull.code)
        time.sleep(2.1)
        assert client.post("/v1/ask", json=QUESTION).status_code == 200
