"""`youju ask` puts its question to a server that serves the same library, and to no other."""

from __future__ import annotations

import os
import re
import sys
import threading
import time
from collections.abc import Iterator
from http.server import HTTPServer
from pathlib import Path

import httpx
import pytest
from fake_pipeline import FakePipeline, write_library
from fastapi.testclient import TestClient
from running_server import QUESTION, Stranger, announce, asked, healthy, serving

from rag.settings import Settings, load_settings
from ui.asking_server import ask_running
from ui.cli import run
from ui.running import FILE, PROOF_PATH, Announced, announced, proof_of, read
from ui.server import create_app


@pytest.fixture(autouse=True)
def nothing_else_is_said(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    for name in [name for name in os.environ if name.startswith("YOUJU_")]:
        monkeypatch.delenv(name)


@pytest.fixture
def data(tmp_path: Path) -> Path:
    write_library(tmp_path / "data")
    return tmp_path / "data"


@pytest.fixture
def here(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Which libraries were opened by the command line itself."""
    opened: list[str] = []

    def open_here(settings: Settings) -> FakePipeline:
        opened.append(str(settings.data_dir))
        return FakePipeline(settings)

    monkeypatch.setattr("rag.assembly.open_pipeline", open_here)
    return opened


@pytest.mark.parametrize("token", ["", "口令 x"])
def test_a_running_server_is_asked(
    token: str,
    data: Path,
    here: list[str],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    with serving(data, monkeypatch, token=token):
        by_server = asked(capsys, "--data-dir", str(data))
        assert not here
        assert asked(capsys, "--local", "--data-dir", str(data)) == by_server
        assert here == [str(data)]
        assert run(["ask", "  ", "--data-dir", str(data)]) == 2
        assert "question_empty" in capsys.readouterr().err
    assert not (data / FILE).exists()
    assert asked(capsys, "--data-dir", str(data)) == by_server
    assert len(here) >= 2


def test_other_settings_are_not_asked(
    data: Path,
    here: list[str],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    with serving(data, monkeypatch):
        monkeypatch.setenv("YOUJU_ANSWER__THRESHOLD", "0.35")
        asked(capsys, "--data-dir", str(data))
        assert len(here) == 1
        monkeypatch.setenv("YOUJU_ANSWER__THRESHOLD", "0.2")
        monkeypatch.setenv("YOUJU_EMBEDDING__THREADS", "1")  # only how quick it is
        asked(capsys, "--data-dir", str(data))
        assert len(here) == 1


def test_what_was_changed_while_it_runs_counts(
    data: Path,
    here: list[str],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    with serving(data, monkeypatch) as url:
        changed = httpx.patch(f"{url}/v1/settings", json={"changes": {"answer.threshold": 0.3}})
        assert changed.status_code == 200, changed.text
        asked(capsys, "--data-dir", str(data))
        assert len(here) == 1
        monkeypatch.setenv("YOUJU_ANSWER__THRESHOLD", "0.3")
        asked(capsys, "--data-dir", str(data))
        assert len(here) == 1


def test_a_copy_of_a_library_is_not_answered_for(
    data: Path,
    here: list[str],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    with serving(data, monkeypatch):
        write_library(tmp_path / "copy")
        (tmp_path / "copy" / FILE).write_bytes((data / FILE).read_bytes())
        asked(capsys, "--data-dir", str(tmp_path / "copy"))
    assert here == [str(tmp_path / "copy")]


@pytest.fixture
def stranger() -> Iterator[str]:
    Stranger.heard.clear()
    with HTTPServer(("127.0.0.1", 0), Stranger) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


def test_who_took_the_port_hears_nothing(
    stranger: str, data: Path, here: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    told = announce(data, address=stranger)
    assert asked(capsys, "--data-dir", str(data)).answered
    assert len(here) == 1
    (path,) = Stranger.heard
    assert path.startswith(PROOF_PATH)
    assert told.key not in path


@pytest.mark.parametrize(
    "left",
    [
        "",
        "{",
        "[]",
        "7",
        '{"address": 1}',
        '{"address": 1, "key": 2, "folder": 3, "served": 4}',
        "\udcff",
    ],
)
def test_what_nobody_can_read_is_no_server(
    left: str, data: Path, here: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    (data / FILE).write_bytes(left.encode("utf-8", "surrogateescape"))
    assert asked(capsys, "--data-dir", str(data)).answered
    assert here


@pytest.mark.parametrize(
    "address",
    [
        "http://192.0.2.1:80",
        "http://evil.example",
        "http://0.0.0.0:80",
        "file:///etc",
        "",
        "http://[",
        "x",
    ],
)
def test_a_folder_names_no_server_elsewhere(address: str, data: Path) -> None:
    announce(data, address=address)
    assert read(data) is None


def test_a_server_that_is_gone_is_not_waited_for(
    data: Path, here: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    announce(data)
    assert asked(capsys, "--data-dir", str(data)).answered
    assert here


def test_a_server_that_still_loads_is_not_waited_for(
    data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from rag.data_model.answers import Question

    told = announce(data)
    monkeypatch.setattr(
        "ui.asking_server._sent",
        lambda url, **_: (200, {"status": "starting", "proof": "x"}),
    )
    assert read(data) == told
    assert ask_running(load_settings(data), Question(question=QUESTION)) is None


def test_a_named_server_is_asked(
    data: Path,
    here: list[str],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    stranger: str,
) -> None:
    with serving(data, monkeypatch, token="abc") as url:
        monkeypatch.setenv("YOUJU_TOKEN", "abc")
        assert asked(capsys, "--server", url).answered
        assert asked(capsys, "--server", f"{url}/").answered
        monkeypatch.setenv("YOUJU_TOKEN", "wrong")
        assert run(["ask", QUESTION, "--server", url]) == 2
        assert "token_required" in capsys.readouterr().err
    for gone in (url, stranger, "localhost:7860", "ftp://127.0.0.1", "http://127.0.0.1:99999"):
        assert run(["ask", QUESTION, "--server", gone]) == 2
        told = capsys.readouterr()
        assert "server_unreachable" in told.err
        said = [line for line in told.err.splitlines() if not line.startswith("{")]
        assert (told.out, len(said)) == ("", 1)
    assert run(["ask", QUESTION, "--server", url, "--local"]) == 2
    assert "usage_invalid" in capsys.readouterr().err
    assert not here


def test_a_token_is_in_no_error(
    stranger: str,
    data: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    for token in ("geheim\nx", "geheim\r\nX-Other: 1", "geheim\x7f", "geheim\udcff"):
        monkeypatch.setenv("YOUJU_TOKEN", token)
        assert run(["ask", QUESTION, "--server", stranger]) == 2
        told = capsys.readouterr()
        assert "geheim" not in told.out + told.err
        assert "X-Other: 1\n" not in "".join(Stranger.heard).replace("\r", "")


@pytest.mark.parametrize(
    ("address", "words"),
    [
        ("stranger", "那里回的不是有据的回话"),
        ("http://127.0.0.1:9", "那里没有程序在听"),
        ("https://stranger", "TLS 连接谈不拢"),
        ("http://127.0.0.1:99999", "地址要写成"),
        ("http://[", "地址要写成"),
        ("http://" + "a" * 80 + ".example", "地址要写成"),
        ("localhost:7860", "地址要写成"),
    ],
)
def test_why_a_server_is_not_reached_is_told_in_chinese(
    address: str, words: str, stranger: str, capsys: pytest.CaptureFixture[str]
) -> None:
    at = address.replace("stranger", stranger.removeprefix("http://"))
    named = f"http://{at}" if address == "stranger" else at
    assert run(["ask", QUESTION, "--server", named]) == 2
    said = capsys.readouterr().err
    assert words in said
    told = said.replace(named, "").replace("--server", "").replace("server_unreachable", "")
    assert not re.search("[a-z]{4,}", told.replace("http", "").replace("youju", "")), told


def test_the_file_is_the_owners_and_the_latest_servers(data: Path) -> None:
    with announced(data, "http://0.0.0.0:7860") as first:
        assert (data / FILE).stat().st_mode & 0o777 == 0o600
        assert first.address == "http://127.0.0.1:7860"
        with announced(data, "http://[::]:7861") as second:
            assert read(data) == second
            assert second.address == "http://[::1]:7861"
        assert read(data) is None
    assert not (data / FILE).exists()
    with announced(data, "http://127.0.0.1:7860") as first:
        other = announce(data)
    assert read(data) == other


def test_the_proof_depends_on_all_of_it() -> None:
    folder, other = Announced("a", "k", "f"), Announced("a", "k", "g")
    parts = [(folder, "n", "s"), (other, "n", "s"), (folder, "m", "s"), (folder, "n", "t")]
    parts += [(Announced("a", "j", "f"), "n", "s"), (Announced("b", "k", "f"), "n", "s")]
    assert len({proof_of(*one) for one in parts}) == 6


def test_a_full_queue_is_no_illness_and_proofs_fill_none(
    data: Path, here: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    held = threading.Event()
    made: list[FakePipeline] = []
    refreshed: list[int] = []

    class Slow(FakePipeline):
        def __init__(self, settings: Settings) -> None:
            super().__init__(settings)
            self.hold = held
            made.append(self)

        def refresh(self) -> None:
            refreshed.append(1)
            held.wait(60)

    with serving(data, monkeypatch, opener=Slow, token="t", workers=1, queue=0) as url:
        proof = f"{url}{PROOF_PATH}?nonce=n"
        assert httpx.get(proof, timeout=30).json()["status"] == "ready"
        assert not refreshed, "whoever has no key makes no work"
        shown = {"Authorization": "Bearer t"}
        asking = threading.Thread(
            target=httpx.post,
            args=(f"{url}/v1/ask",),
            kwargs={"json": {"question": QUESTION}, "headers": shown, "timeout": 30},
        )
        asking.start()
        until = time.monotonic() + 20
        while not made[0].asked and time.monotonic() < until:
            time.sleep(0.02)
        busy = httpx.post(f"{url}/v1/ask", json={"question": QUESTION}, headers=shown, timeout=30)
        assert busy.status_code == 503
        assert httpx.get(proof, timeout=30).json()["status"] == "ready"
        assert healthy(data) == (0, "ready")
        held.set()
        asking.join(30)
        told = read(data)
        assert told is not None
        key = {"Authorization": f"Bearer {told.key}"}
        httpx.post(
            f"{url}/v1/ask", json={"question": QUESTION}, headers=key, timeout=30
        ).raise_for_status()
        assert refreshed, "who shows the key hears of all that is stored"


@pytest.mark.skipif(sys.platform != "linux", reason="one loopback address elsewhere")
def test_an_address_of_this_machine_is_believed_and_its_file_goes(
    data: Path,
    here: list[str],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    with serving(data, monkeypatch, host="127.0.0.2", token="abc") as url:
        told = read(data)
        assert told is not None
        assert told.address == url
        assert healthy(data) == (0, "ready")
        asked(capsys, "--data-dir", str(data))
        assert not here
    assert not (data / FILE).exists()


def test_a_server_is_asked_by_the_address_that_it_was_announced_with(data: Path) -> None:
    """Where it was told to listen at a name, that is none of its names."""
    told = Announced("http://192.0.2.7:7860", "k" * 43, str(data))
    settings = load_settings(data, server={"host": "my-machine", "token": "t"})
    app = create_app(settings, FakePipeline, told=told, chat=False)
    with TestClient(app, base_url=told.address) as client:
        assert client.get(PROOF_PATH, params={"nonce": "n"}).status_code == 200
        other = client.get(PROOF_PATH, headers={"Host": "192.0.2.8:7860"})
        assert other.json()["code"] == "host_refused"


def test_what_no_longer_is_believed_goes_all_the_same(
    data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with announced(data, "http://192.0.2.1:7860"):
        assert read(data) is None
        assert (data / FILE).exists()
    assert not (data / FILE).exists()


@pytest.mark.skipif(os.name != "posix", reason="links need no right elsewhere")
def test_the_key_goes_into_no_file_that_lies_there_already(data: Path, tmp_path: Path) -> None:
    others, theirs = tmp_path / "others", tmp_path / "theirs"
    others.write_text("mine", encoding="utf-8")
    others.chmod(0o644)
    (data / f".{FILE}.{os.getpid()}").symlink_to(others)
    (data / FILE).symlink_to(theirs)
    with announced(data, "http://127.0.0.1:7860") as told:
        assert read(data) == told
        assert not (data / FILE).is_symlink()
    assert others.read_text(encoding="utf-8") == "mine"
    assert not theirs.exists()
