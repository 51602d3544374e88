"""Settings over HTTP, on a real server with a real pipeline: changed, kept, refused, set back."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
import tomllib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest
from browsing import Server
from fake_pipeline import FakePipeline

from ingest.indexing import ingest
from rag.assembly import open_pipeline
from rag.data_model.answers import Answer, Question
from rag.evidence.scorer import FeatureScorer
from rag.library.library import Library
from rag.models.embedding import HashingEmbedder
from rag.pipeline import Pipeline
from rag.proof.replay import replay
from rag.settings import Loaded, Settings, load
from ui.engine import Engine

PAGE = """江州日报 2024年3月5日 第6版

# 灯塔岛的风电

□本报记者 何苇

灯塔岛风电场共有38台风机，去年发电9.2亿千瓦时。

岛上的居民原来靠柴油机发电，一天只有六个小时的电。
"""
ASKED = "灯塔岛风电场有多少台风机？"


def opener(settings: Settings) -> Pipeline:
    return open_pipeline(settings, HashingEmbedder(), FeatureScorer.bundled())


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A data directory with one page in its library; nothing else says anything."""
    for name in [name for name in os.environ if name.startswith("YOUJU_")]:
        monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)
    (tmp_path / "版面.txt").write_text(PAGE, encoding="utf-8")
    settings = load(tmp_path / "data").settings
    with Library.open(settings.data_dir, write=True) as library:
        assert not ingest([tmp_path / "版面.txt"], library, HashingEmbedder(), settings).failed
    return settings.data_dir


@pytest.fixture
def client(home: Path) -> Iterator[httpx.Client]:
    with serving(load(home)) as client:
        yield client


@contextmanager
def serving(loaded: Loaded, opener: Any = opener) -> Iterator[httpx.Client]:
    """A client of a server of these settings."""
    with (
        Server(loaded, opener, chat=False) as server,
        httpx.Client(base_url=server.url, timeout=60) as client,
    ):
        yield client


def of(body: Any, key: str) -> dict[str, Any]:
    found: dict[str, Any] = next(one for one in body["settings"] if one["key"] == key)
    return found


def change(client: httpx.Client, changes: dict[str, Any], **more: Any) -> httpx.Response:
    return client.patch("/v1/settings", json={"changes": changes, **more})


def ask(client: httpx.Client, question: str = ASKED) -> Answer:
    return Answer.model_validate(client.post("/v1/ask", json={"question": question}).json())


def test_all_settings_are_told_with_their_sources(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (home / "youju.toml").write_text("[answer]\nnearest = 5\n", encoding="utf-8")
    monkeypatch.setenv("YOUJU_ANSWER__READ", "3")
    with serving(load(home, server={"token": "geheim"})) as client:
        client.headers["authorization"] = "Bearer geheim"
        reply = client.get("/v1/settings")
    body = reply.json()
    assert "geheim" not in reply.text
    assert body["file"] == str(home.absolute() / "youju.toml")
    sources = {one["key"]: one["source"] for one in body["settings"]}
    assert sources["answer.nearest"] == {
        "kind": "file",
        "place": body["file"],
        "words": f"文件 {body['file']}",
    }
    assert sources["answer.read"]["words"] == "环境变量 YOUJU_ANSWER__READ"
    assert sources["server.token"]["words"] == "命令行 --token"
    assert sources["data_dir"]["words"] == "命令行 --data-dir"
    assert sources["answer.sure"]["kind"] == "default"
    assert of(body, "answer.nearest")["value"] == 5
    assert of(body, "server.token") | {"secret": True} == of(body, "server.token")
    assert of(body, "answer.threshold")["runtime"]
    assert not of(body, "answer.scorer")["runtime"]


def test_a_change_counts_from_the_next_question_and_is_taken_back(client: httpx.Client) -> None:
    before = ask(client)
    assert before.status == "answered"
    said = change(client, {"answer.threshold": 1, "answer.nearest": "1"}).json()
    after = ask(client)
    assert after.status == "refused"
    assert after.refusal is not None
    assert len(after.refusal.nearest) == 1
    assert after.receipt.settings == said["fingerprint"] != before.receipt.settings
    changed = of(said, "answer.threshold")
    assert (changed["value"], changed["source"]["kind"]) == (1.0, "running")
    assert changed["otherwise"]["value"] == 0.2
    assert changed["otherwise"]["source"]["kind"] == "default"
    back = change(client, {"answer.threshold": None, "answer.nearest": None}).json()
    again = ask(client)
    assert of(back, "answer.threshold")["source"]["kind"] == "default"
    assert of(back, "answer.threshold")["otherwise"] is None
    assert again.receipt == before.receipt
    assert (again.text, again.confidence) == (before.text, before.confidence)


def test_a_replay_names_the_settings_or_finds_the_same_answer(
    home: Path, client: httpx.Client
) -> None:
    change(client, {"answer.sure": 1.0})
    recorded = ask(client)
    assert recorded.certainty == "unsure"
    loaded = load(home)
    pipeline = opener(loaded.settings)
    try:
        other = replay(recorded, pipeline, pipeline.library)
        assert any("设置不同" in cause for cause in other.causes)
        change(client, {"answer.sure": 1.0}, save=True)
        same = pipeline.under(load(home).settings)
        assert replay(recorded, same, same.library).same
        assert not replay(recorded, same, same.library).causes
        assert replay(recorded, pipeline, pipeline.library).changes == other.changes
    finally:
        pipeline.close()


def test_retrieval_changes_too(client: httpx.Client) -> None:
    said = change(client, {"retrieval.systems": "lexical", "retrieval.passages": 1}).json()
    answer = ask(client)
    assert answer.receipt.settings == said["fingerprint"]
    assert answer.citations


def test_nothing_is_written_unless_it_is_asked_for(home: Path, client: httpx.Client) -> None:
    file = home / "youju.toml"
    change(client, {"answer.threshold": 0.3})
    assert not file.exists()
    file.write_text("# 我的\n[answer]\nnearest = 5 # 多列几处\n", encoding="utf-8")
    said = change(client, {"answer.threshold": 0.4}, save=True).json()
    assert file.read_text(encoding="utf-8").startswith("# 我的\n[answer]\nnearest = 5 # 多列几处\n")
    assert tomllib.loads(file.read_text(encoding="utf-8"))["answer"]["threshold"] == 0.4
    assert of(said, "answer.threshold")["source"]["kind"] == "file"
    assert load(home).settings.fingerprint() != said["fingerprint"]  # nearest waits for a start
    said = change(client, {"answer.threshold": None}, save=True).json()
    assert "threshold" not in file.read_text(encoding="utf-8")
    assert of(said, "answer.threshold")["value"] == 0.2


def test_what_a_variable_says_at_the_start_is_said(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("YOUJU_ANSWER__THRESHOLD", "0.5")
    with serving(load(home), FakePipeline) as client:
        said = change(client, {"answer.threshold": 0.3}, save=True).json()
        assert of(said, "answer.threshold")["value"] == 0.3
        assert of(said, "answer.threshold")["otherwise"]["value"] == 0.5
        assert len(said["notes"]) == 1
        assert "YOUJU_ANSWER__THRESHOLD" in said["notes"][0]
    assert load(home).settings.answer.threshold == 0.5


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"answer.threshold": 7}, "0 到 1 的数"),
        ({"answer.threshold": ""}, "空的 不行"),
        ({"answer.threshold": "高"}, "高 不行"),
        ({"answer.max_quote": 130.5}, "20 到 2000 的整数"),
        ({"answer.max_quote": True}, "20 到 2000 的整数"),
        ({"answer.short_answer": "often"}, "sure、always 之一"),
        ({"answer.treshold": 0.3}, "是不是 answer.threshold"),
        ({"answer.scorer": "features"}, "youju config set answer.scorer"),
        ({"server.token": None}, "运行时不能改"),
        ({"data_dir": "/tmp"}, "--data-dir"),
        ({"retrieval.rrf_k": 10**400}, "1 到 10000 的整数"),
        ({"retrieval.remembered_articles": 10**400}, "0 到 100000 的整数"),
        ({"answer.question_limit": 10**400}, "1 到 100000 的整数"),
    ],
)
def test_what_will_not_do_is_told_by_key_and_changes_nothing(
    home: Path, changes: dict[str, Any], words: str
) -> None:
    with serving(load(home), FakePipeline) as client:
        before = client.get("/v1/settings").json()
        reply = change(client, changes | {"answer.nearest": 4}, save=True)
        assert reply.status_code == 422
        body = reply.json()
        assert body["code"] == "setting_invalid"
        assert body["fields"].keys() == changes.keys()
        assert words in body["fields"][next(iter(changes))]
        assert client.get("/v1/settings").json() == before
    assert not (home / "youju.toml").exists()


@pytest.mark.parametrize(
    "content", [b"{", b'{"changes": {}}', b'{"changes": {"\\ud800": 1}}', b'{"change": {}}']
)
def test_other_bodies_are_refused(home: Path, content: bytes) -> None:
    with serving(load(home), FakePipeline) as client:
        reply = client.patch(
            "/v1/settings", content=content, headers={"content-type": "application/json"}
        )
        assert reply.status_code in {400, 422}
        assert {"code", "message_zh", "hint"} <= reply.json().keys()


def test_a_page_elsewhere_and_one_without_the_token_change_nothing(home: Path) -> None:
    with serving(load(home, server={"token": "geheim"}), FakePipeline) as client:
        assert change(client, {"answer.threshold": 0.3}).status_code == 401
        assert client.get("/v1/settings").status_code == 401
        client.headers["authorization"] = "Bearer geheim"
        client.headers["origin"] = "http://evil.example"
        assert change(client, {"answer.threshold": 0.3}).json()["code"] == "origin_refused"
        del client.headers["origin"]
        assert of(client.get("/v1/settings").json(), "answer.threshold")["value"] == 0.2


def test_a_page_that_is_named_may_change_them(home: Path) -> None:
    origin = "http://localhost:5173"
    with serving(load(home, server={"allowed_origins": [origin]}), FakePipeline) as client:
        asked = {"origin": origin, "access-control-request-method": "PATCH"}
        allowed = client.options("/v1/settings", headers=asked)
        assert "PATCH" in allowed.headers["access-control-allow-methods"]
        client.headers["origin"] = origin
        assert change(client, {"answer.threshold": 0.3}).status_code == 200


def test_a_file_that_cannot_be_read_stays_and_so_do_the_settings(home: Path) -> None:
    with serving(load(home), FakePipeline) as client:
        (home / "youju.toml").write_text("[answer\n", encoding="utf-8")
        reply = change(client, {"answer.threshold": 0.3}, save=True)
        assert reply.json()["code"] == "settings_invalid"
        assert str(home / "youju.toml") in reply.json()["hint"]
        assert of(client.get("/v1/settings").json(), "answer.threshold")["value"] == 0.2
    assert (home / "youju.toml").read_text(encoding="utf-8") == "[answer\n"


def test_a_file_with_another_fault_is_written_and_that_is_said(home: Path) -> None:
    with serving(load(home), FakePipeline) as client:
        (home / "youju.toml").write_text("[answer]\nnearest = 99\n", encoding="utf-8")
        said = change(client, {"answer.threshold": 0.3}, save=True).json()
    assert "answer.nearest" in said["notes"][0]


def test_a_question_under_way_keeps_the_settings_that_it_began_with(home: Path) -> None:
    """Its pipeline goes on under its own, whatever is adopted meanwhile."""
    loaded = load(home)
    engine = Engine(loaded.settings, opener)
    engine.load_in_background()
    began = engine.pipeline()
    answer = loaded.settings.answer.model_copy(update={"threshold": 1.0})
    engine.adopt(loaded.settings.model_copy(update={"answer": answer}))
    try:
        old, new = (one.ask(Question(question=ASKED)) for one in (began, engine.pipeline()))
    finally:
        engine.close()
    assert (old.status, new.status) == ("answered", "refused")
    assert old.receipt.settings == loaded.settings.fingerprint() != new.receipt.settings


def test_a_change_while_the_models_load_counts_once_they_are_there(home: Path) -> None:
    go_on = threading.Event()

    def slowly(settings: Settings) -> Pipeline:
        go_on.wait(30)
        return opener(settings)

    with serving(load(home), slowly) as client:
        said = change(client, {"answer.threshold": 1.0}).json()
        go_on.set()
        answer = ask(client)
    assert answer.status == "refused"
    assert answer.receipt.settings == said["fingerprint"]


@pytest.mark.slow
def test_a_served_process_tells_where_its_settings_come_from(home: Path, tmp_path: Path) -> None:
    """Flags, variables and both files, in a process of its own."""
    (tmp_path / "youju.toml").write_text("[answer]\nnearest = 7\nsure = 0.7\n", encoding="utf-8")
    (home / "youju.toml").write_text("[answer]\nsure = 0.8\n", encoding="utf-8")
    root = str(Path(__file__).parents[1])
    environment = {**os.environ, "YOUJU_ANSWER__READ": "2", "PYTHONPATH": root}
    with subprocess.Popen(
        [sys.executable, "-m", "ui", "serve", "--port", "0", "--data-dir", str(home)],
        cwd=tmp_path,
        env=environment,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        try:
            assert process.stderr is not None
            url = process.stderr.readline().split("：", 1)[1].split()[0]
            while True:
                try:
                    body = httpx.get(f"{url}/v1/settings", timeout=60).json()
                    break
                except httpx.TransportError:
                    assert process.poll() is None
        finally:
            process.terminate()
    told = {one["key"]: one["source"]["words"] for one in body["settings"]}
    assert told["answer.nearest"] == f"文件 {tmp_path / 'youju.toml'}"
    assert told["answer.sure"] == f"文件 {home.absolute() / 'youju.toml'}"
    assert told["answer.read"] == "环境变量 YOUJU_ANSWER__READ"
    assert told["server.port"] == "命令行 --port"
