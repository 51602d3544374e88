"""A Milvus that is away, old, taken or wrong is named, and then serves again; servers share it."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import httpx
import pytest
from pages import BRIDGE, TEA, word_scorer, write
from served_milvus import FAKE, free_port, lite, lite_process, settings_of
from served_process import process

from ingest.indexing import ingest
from rag.assembly import open_pipeline
from rag.data_model.answers import Filters, Question, Stage
from rag.errors import (
    ExtraMissing,
    IndexDimension,
    IndexServerError,
    IndexServerFailed,
    IndexServerOld,
    IndexServerRefused,
    IndexServerTaken,  # noqa: F401 (a child of ours names it)
    IndexServerUnreachable,
    SettingsError,
)
from rag.language.text import words
from rag.library.library import Library
from rag.models.embedding import HashingEmbedder
from rag.pipeline import Pipeline
from rag.proof.doctor import examine
from rag.proof.verification import verify
from rag.retrieval.milvus_catalogue import Catalogue
from rag.retrieval.milvus_rows import number, rarity, weights
from rag.retrieval.milvus_store import MilvusStore
from rag.retrieval.stores import open_store
from rag.settings import LibrarySettings, Settings, load_settings
from ui.cli import run

QUESTION = Question(question="青石湾大桥总投资多少亿元？")
ROOT = Path(__file__).parent.parent


def put(settings: Settings, folder: Path, **texts: str) -> None:
    with Library.open(settings.data_dir, write=True) as library:
        ingest([write(folder, **texts)], library, FAKE, settings)


def opened(settings: Settings) -> Pipeline:
    return open_pipeline(settings, FAKE, word_scorer())


def quick(settings: Settings) -> Settings:
    return settings.model_copy(
        update={"library": settings.library.model_copy(update={"timeout": 1.0})}
    )


@pytest.fixture(scope="module")
def milvus(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with lite(tmp_path_factory.mktemp("milvus")) as url:
        yield url


def told(error: IndexServerError) -> str:
    """What people read: in Chinese, with a hint, and nothing of the client's own tracebacks."""
    assert error.http_status == 503
    assert error.hint_zh
    text = f"{error.message_zh}{error.hint_zh}"
    assert "Traceback" not in text
    assert "\n" not in text
    return text


def test_a_lost_connection_fails_one_question_and_the_next_works(tmp_path: Path) -> None:
    port = free_port()
    settings = quick(settings_of(tmp_path / "data", f"http://127.0.0.1:{port}"))
    with lite(tmp_path / "milvus", port):
        put(settings, tmp_path / "in", bridge=BRIDGE, tea=TEA)
        pipeline = opened(settings)
        before = pipeline.ask(QUESTION)
        assert "21亿元" in before.text
    with pytest.raises(IndexServerUnreachable) as caught:
        pipeline.ask(QUESTION)
    assert f"http://127.0.0.1:{port}" in told(caught.value)
    with ExitStack() as stack:
        stack.enter_context(lite(tmp_path / "milvus", port))
        assert pipeline.ask(QUESTION).text == before.text

        def goes_away(stage: Stage) -> None:
            if stage.stage == "search":
                stack.close()

        with pytest.raises(IndexServerUnreachable):
            pipeline.ask(QUESTION, goes_away)
    with lite(tmp_path / "milvus", port):
        again = pipeline.ask(QUESTION)
        assert again.text == before.text
        assert verify(again, pipeline.library) == []
        pipeline.close()


def test_nobody_there_is_said_at_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    settings = quick(settings_of(tmp_path / "data", f"http://127.0.0.1:{free_port()}"))
    with pytest.raises(IndexServerUnreachable) as caught:
        put(settings, tmp_path / "in", bridge=BRIDGE)
    assert "已存入的文章不受影响" in told(caught.value)
    with Library.open(settings.data_dir) as library:
        assert library.counts().articles == 1
    (check,) = [check for check in examine(settings, embedder=FAKE) if check.name == "索引"]
    assert not check.ok
    assert "连不上 Milvus" in check.detail
    monkeypatch.setattr("rag.assembly.open_embedder", lambda _: FAKE)
    monkeypatch.setenv("YOUJU_LIBRARY__URL", settings.library.url)
    monkeypatch.setenv("YOUJU_LIBRARY__TIMEOUT", "1")
    capsys.readouterr()
    given = ["--data-dir", str(settings.data_dir), "ask", "--local", QUESTION.question]
    assert run(given) == 2
    said = capsys.readouterr().err
    assert len(said.splitlines()) == 1
    assert "index_server_unreachable" in said


@pytest.mark.parametrize("found", ["2.3.4", "v1.9", "别的程序"])
def test_an_old_server_is_named(tmp_path: Path, found: str) -> None:
    def version(*_: object) -> Any:
        from pymilvus.grpc_gen import milvus_pb2

        return milvus_pb2.GetVersionResponse(version=found)

    with lite(tmp_path / "milvus", GetVersion=version) as url:
        with pytest.raises(IndexServerOld) as caught:
            put(settings_of(tmp_path / "data", url), tmp_path / "in", bridge=BRIDGE)
        assert found in told(caught.value)


@pytest.mark.parametrize(
    ("code", "reason", "kind"),
    [
        (1100, "auth check failure, please check api key is correct", IndexServerRefused),
        (9, "quota exceeded[reason=rate limit]", IndexServerRefused),
        (5, "segment lost\nsecond line", IndexServerFailed),
    ],
)
def test_what_a_server_says_is_told_in_a_line(
    tmp_path: Path, code: int, reason: str, kind: type[IndexServerError]
) -> None:
    def fails(*_: object) -> Any:
        from pymilvus.grpc_gen import common_pb2, milvus_pb2

        status = common_pb2.Status(code=code, reason=reason, error_code=1)
        return milvus_pb2.SearchResults(status=status)

    with lite(tmp_path / "milvus", Search=fails) as url:
        settings = settings_of(tmp_path / "data", url)
        put(settings, tmp_path / "in", bridge=BRIDGE)
        pipeline = opened(settings)
        with pytest.raises(kind) as caught:
            pipeline.ask(QUESTION)
        assert reason.splitlines()[0][:20] in told(caught.value)
        pipeline.close()


def test_vectors_of_another_length_are_named_and_rebuilt(milvus: str, tmp_path: Path) -> None:
    class Longer(HashingEmbedder):
        @property
        def fingerprint(self) -> str:
            return FAKE.fingerprint

    settings = settings_of(tmp_path / "data", milvus)
    put(settings, tmp_path / "in", bridge=BRIDGE)
    with pytest.raises(IndexDimension) as caught:
        open_pipeline(settings, Longer(96), word_scorer())
    assert "96" in told(caught.value)
    assert "doctor --rebuild" in told(caught.value)
    assert all(check.ok for check in examine(settings, rebuild=True, embedder=FAKE))
    pipeline = opened(settings)
    assert "21亿元" in pipeline.ask(QUESTION).text
    pipeline.close()


def test_rows_that_somebody_deleted_are_found_missing_and_written_again(
    milvus: str, tmp_path: Path
) -> None:
    settings = settings_of(tmp_path / "data", milvus)
    put(settings, tmp_path / "in", bridge=BRIDGE, tea=TEA)
    store = open_store(settings.library)
    assert isinstance(store, MilvusStore)
    with Library.open(settings.data_dir) as library:
        name = Catalogue(store.server).read(library, FAKE.fingerprint).collection
        store.server.delete(name, "passage >= 2")
        assert "对不上" in (store.problem(library, FAKE.fingerprint) or "")
        assert examine(settings, rebuild=True, embedder=FAKE)[-1].ok
        store.server.drop(name)  # of before: kept for servers that search it still
        indexes = store.load(library, FAKE.fingerprint, FAKE.dimension)
        assert len(indexes.dense.search(FAKE.embed_queries(["桥"])[0], 9)) == 2


@pytest.mark.parametrize("index", ["exact", "auto", "hnsw", "ivf_sq8"])
def test_every_index_of_vectors_finds_a_passage_by_its_own(
    milvus: str, tmp_path: Path, index: str
) -> None:
    settings = settings_of(tmp_path / "data", milvus)
    library_settings = settings.library.model_copy(update={"index": index})
    settings = settings.model_copy(update={"library": library_settings})
    put(
        settings, tmp_path / "in", **{f"n{n}": f"{n}号仓库的货架在{n * 7}排。\n" for n in range(60)}
    )
    with Library.open(settings.data_dir) as library:
        store = open_store(settings.library)
        dense = store.load(library, FAKE.fingerprint, FAKE.dimension).dense
        rows = library.passage_ids(library.generation)
        for row, vector in library.passage_vectors(rows, FAKE.fingerprint):
            found = dense.search(vector, 5)
            assert row in dict(found)
            assert found[0][1] == pytest.approx(1, abs=0.02)


def test_old_rows_and_collections_go(milvus: str, tmp_path: Path) -> None:
    """A library that changes ever again does not grow without an end."""
    settings = settings_of(tmp_path / "data", milvus)
    put(settings, tmp_path / "in", bridge=BRIDGE)
    store = open_store(settings.library)
    assert isinstance(store, MilvusStore)
    with Library.open(settings.data_dir) as library:
        store.rebuild(library, FAKE.fingerprint, FAKE.dimension)
        first = Catalogue(store.server).read(library, FAKE.fingerprint)
        assert store.server.has(first.previous)
        for n in range(12):
            put(settings, tmp_path / "in", bridge=BRIDGE.replace("21亿元", f"{n}亿元"))
        last = Catalogue(store.server).read(library, FAKE.fingerprint)
        assert last.collection == first.collection
        assert not store.server.has(first.previous)
        assert store.server.count(last.collection, "") == len(last.history) < 10


def test_a_local_engine_is_for_one_process_at_a_time(tmp_path: Path) -> None:
    """What another process stores meanwhile is brought in by the one that has the engine open."""
    settings = settings_of(tmp_path / "data", str(tmp_path / "engine" / "youju.db"))
    put(settings, tmp_path / "in", bridge=BRIDGE)
    pipeline = opened(settings)
    assert "21亿元" in pipeline.ask(QUESTION).text
    code = (
        "import sys; sys.path.insert(0, sys.argv[1]); import test_milvus as t\n"
        "s = t.settings_of(t.Path(sys.argv[2]), sys.argv[3])\n"
        "t.put(s, t.Path(sys.argv[4]), tea=t.TEA)\n"
        "try: t.opened(s)\n"
        "except t.IndexServerTaken as error: print(t.told(error))\n"
    )
    arguments = [str(ROOT / "tests"), str(settings.data_dir), settings.library.url]
    done = subprocess.run(
        [sys.executable, "-c", code, *arguments, str(tmp_path / "more")],
        env={"PYTHONPATH": str(ROOT), "PATH": ""},
        capture_output=True,
        encoding="utf-8",
        check=False,
    )
    assert "同时只能由一个进程打开" in done.stdout, done.stderr[-800:]
    pipeline.refresh()
    assert [hit.title for hit in pipeline.search("茶园采摘", 1)] == ["高山茶园迎来采摘季"]
    pipeline.close()


def test_without_the_extra_it_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda _: None)
    with pytest.raises(ExtraMissing) as caught:
        open_store(LibrarySettings(url="http://nowhere:1"))
    assert "youju[milvus]" in caught.value.hint_zh


def test_nothing_of_it_is_imported_without_the_setting() -> None:
    code = (
        "import sys; from pathlib import Path; sys.path.insert(0, sys.argv[1]); import pages\n"
        "p = pages.pipeline_over(Path(sys.argv[2]))\n"
        "p.close(); print([m for m in sys.modules if 'milvus' in m or m == 'grpc'])\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, str(ROOT / "tests"), str(ROOT / "nowhere")],
        env={"PYTHONPATH": str(ROOT), "PATH": ""},
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.strip() == "[]"


@pytest.mark.parametrize(
    "url",
    ["milvus:19530", "ftp://milvus", "http://", "http://a:b@milvus", "http://milvus?x=1", "a.txt"],
)
def test_an_address_that_is_none_is_refused(tmp_path: Path, url: str) -> None:
    with pytest.raises(SettingsError, match="url"):
        load_settings(tmp_path, library={"url": url})


def test_weights_are_those_of_bm25() -> None:
    """A word of a passage of the usual length, once and twice, worked out by hand."""
    usual = {"a": 1, "b": 2, "c": 147}
    found = weights(usual)
    assert found[number("a")] == pytest.approx(1 * 2.2 / (1 + 1.2))
    assert found[number("b")] == pytest.approx(2 * 2.2 / (2 + 1.2))
    assert rarity(1, 10) == pytest.approx(1.9924, abs=1e-4)  # ln(1 + 9.5 / 1.5)
    assert rarity(10, 10) > 0
    assert number("大桥") != number("大桥 ")
    assert words("大桥") == ["大桥"]


def ask(url: str) -> dict[str, Any]:
    reply = httpx.post(f"{url}/v1/ask", json={"question": QUESTION.question}, timeout=60)
    return {"status": reply.status_code, **reply.json()}


@pytest.mark.skipif(sys.platform == "win32", reason="signals")
def test_servers_share_one_milvus_and_one_is_restarted(tmp_path: Path) -> None:
    """Two processes serve, a third stores, one is restarted: nobody's answers change or miss."""
    data_dir = tmp_path / "data"
    first, second = free_port(), free_port()
    with ExitStack() as engine:
        address = engine.enter_context(lite_process(tmp_path / "milvus"))
        settings = settings_of(data_dir, address)
        put(settings, tmp_path / "in", bridge=BRIDGE)
        with process(data_dir, second, address) as stays:
            with process(data_dir, first, address) as restarts:
                before = ask(restarts)
                assert "21亿元" in before["text"]
                assert ask(stays)["text"] == before["text"]
                assert ask(stays)["receipt"] == before["receipt"]
            put(settings, tmp_path / "more", tea=TEA)
            assert ask(stays)["text"] == before["text"]
            with process(data_dir, first, address) as restarts:
                after = ask(restarts)
                assert after["text"] == before["text"]
                until = time.monotonic() + 30
                while ask(stays)["receipt"] != after["receipt"]:
                    assert time.monotonic() < until
                    time.sleep(0.1)
                engine.close()
                failed = ask(restarts)
                assert failed["status"] == 503
                assert failed["code"] == "index_server_unreachable"


def test_filters_are_no_expressions(milvus: str, tmp_path: Path) -> None:
    settings = settings_of(tmp_path / "data", milvus)
    put(settings, tmp_path / "in", bridge=BRIDGE, tea=TEA)
    pipeline = opened(settings)
    for hostile in ('" or passage >= 0 or newspaper == "', "\\", '"] or true', "\x00", "长" * 500):
        for filters in (
            Filters(newspaper=hostile),
            Filters(author=hostile),
            Filters(date_to=hostile, section=hostile),
            Filters(tags=(hostile,)),
        ):
            assert pipeline.search("大桥", 9, filters) == []
        if hostile.isprintable():
            pipeline.search(f"大桥 {hostile}", 9)
    pipeline.close()
