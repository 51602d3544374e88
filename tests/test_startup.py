"""What a terminal shows of a start, and the sample library."""

from __future__ import annotations

import logging
import subprocess
import sys
import time
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from fake_pipeline import FakePipeline, write_library
from fastapi.testclient import TestClient

from ingest.processes.children import command, environment
from rag.errors import LibraryCorrupt
from rag.library.records import Counts
from rag.models.embedding import HashingEmbedder
from rag.settings import Settings, load_settings
from ui import demo
from ui.cli import run
from ui.commands import serving
from ui.logs import log_to
from ui.server import create_app
from ui.startup import Startup

URL = "http://127.0.0.1:7860"


def application(state: str, articles: int = 1, error: Any = None, *, chat: bool = True) -> Any:
    library = SimpleNamespace(counts=lambda: Counts(1, articles, 1))
    engine = SimpleNamespace(
        state=state, error=error, pipeline=lambda: SimpleNamespace(library=library)
    )
    page = SimpleNamespace(ready=True) if chat else None
    return SimpleNamespace(state=SimpleNamespace(engine=engine, chat=page))


def shown(capsys: pytest.CaptureFixture[str], app: Any, **options: Any) -> list[str]:
    with Startup(URL, **options) as startup:
        startup.watch(app)
        startup._thread.join(20)
    return capsys.readouterr().err.splitlines()


def test_the_address_is_first_and_last(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    first, log, last = shown(capsys, application("ready"), log=tmp_path / "youju.log")
    assert first == f"有据正在启动：{URL} （按 Ctrl+C 停止）"
    assert str(tmp_path / "youju.log") in log
    assert last == f"可以用了，请打开 {URL}"


def test_an_empty_library_is_told_what_to_do(capsys: pytest.CaptureFixture[str]) -> None:
    lines = shown(capsys, application("ready", articles=0))
    assert "youju ingest" in lines[1]
    assert "--demo" in lines[2]
    assert URL in lines[-1]


def test_a_start_that_fails_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    error = LibraryCorrupt(path="x", reason="y")
    (_, line) = shown(capsys, application("failed", error=error))
    assert line.startswith("错误：")
    assert "index_corrupt" in line


def test_the_page_is_waited_for(capsys: pytest.CaptureFixture[str]) -> None:
    app = application("ready")
    app.state.chat.ready = False
    with Startup(URL) as startup:
        startup.watch(app)
        time.sleep(0.7)
        assert "可以用了" not in capsys.readouterr().err
        app.state.chat.ready = True
        startup._thread.join(20)
    assert "可以用了" in capsys.readouterr().err


def test_the_sample_library_is_made_of_the_sample_pages(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("rag.models.opening.open_embedder", lambda *_: HashingEmbedder())
    monkeypatch.setattr(demo, "open_real_pipeline", FakePipeline)
    with demo.demo_folder() as folder:
        app = create_app(load_settings(folder), demo.open_demo_pipeline, demo=True)
        with TestClient(app, base_url=URL) as client:
            listed = client.get("/v1/articles").json()
            assert {article["newspaper"] for article in listed} >= {"江州日报"}
            for page in ("/library", "/evaluation", "/settings", "/docs"):
                assert "示例库" in client.get(page).text
        assert folder.exists()
    assert not folder.exists()


def test_other_libraries_are_not_marked(tmp_path: Path) -> None:
    write_library(tmp_path)
    with TestClient(create_app(load_settings(tmp_path), FakePipeline), base_url=URL) as client:
        assert "示例库" not in client.get("/library").text
        assert "{{" not in client.get("/library").text


def test_the_chat_is_marked(tmp_path: Path) -> None:
    from rag.settings.model_sections import ChooserSettings
    from ui.chat.page import markup_of

    marked = markup_of(ChooserSettings(), demo=True)
    plain = markup_of(ChooserSettings())
    assert "示例库" in marked
    assert "示例库" not in plain
    assert "<!--" not in marked + plain


def test_the_sample_library_is_never_anybodys_own(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["chat", "--demo", "--data-dir", str(tmp_path)]) == 2
    assert "--demo" in capsys.readouterr().err
    assert not list(tmp_path.iterdir())


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="signals")
def test_a_stopped_demo_leaves_nothing(tmp_path: Path) -> None:
    """Ended in the midst of its start, by the signal that services are ended with."""
    made = environment() | {"TMPDIR": str(tmp_path)}
    process = subprocess.Popen(
        command("ui", "chat", "--demo", "--no-browser", "--port", "0"),
        env=made,
        cwd=tmp_path,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stderr is not None
    assert "正在启动" in process.stderr.readline()
    assert list(tmp_path.glob("youju-demo-*"))
    process.terminate()
    rest = process.communicate(timeout=120)[1]
    assert process.returncode == 143, rest
    assert "Traceback" not in rest
    assert not list(tmp_path.iterdir())


def test_logs_go_to_a_file_that_stays_small(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "new" / "youju.log"
    logger = logging.getLogger("youju")
    before = (logger.handlers, logger.level, logger.propagate)
    try:
        log_to(file)
        assert not file.exists()
        for _ in range(3):
            logging.getLogger("youju.requests").info("x" * (1 << 20))
        assert {one.name for one in file.parent.iterdir()} == {"youju.log", "youju.log.1"}
        log_to(Path("/dev/full/x") if sys.platform == "linux" else tmp_path)
        logging.getLogger("youju.requests").info("nowhere")
    finally:
        logger.handlers, logger.level, logger.propagate = before
    assert capsys.readouterr().err == ""


def test_a_library_that_cannot_be_counted_is_no_empty_one(
    capsys: pytest.CaptureFixture[str],
) -> None:
    app = application("ready")

    def gone() -> None:
        raise LibraryCorrupt(path="x", reason="y")

    app.state.engine.pipeline().library.counts = gone
    assert shown(capsys, app)[-1] == f"可以用了，请打开 {URL}"


def served_with(*options: str) -> subprocess.CompletedProcess[str]:
    """`youju serve` that is refused at once."""
    return subprocess.run(
        command("ui", "serve", "--port", "0", *options),
        env=environment(),
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=120,
        check=False,
    )


def test_a_log_that_cannot_be_written_is_refused_where_it_was_named(tmp_path: Path) -> None:
    (tmp_path / "a file").write_text("", encoding="utf-8")
    for place in (tmp_path, tmp_path / "a file" / "youju.log"):
        done = served_with("--data-dir", str(tmp_path / "data"), "--log", str(place))
        assert done.returncode == 2, done.stderr
        assert "usage_invalid" in done.stderr
        assert str(place) in done.stderr
        assert "Traceback" not in done.stderr


def test_where_the_usual_log_cannot_be_written_it_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("sys.stderr.isatty", lambda: True)
    assert serving._log_file(None, tmp_path / "new") == tmp_path / "new" / "youju.log"
    assert not (tmp_path / "new" / "youju.log").exists()
    (tmp_path / "youju.log").mkdir()
    assert serving._log_file(None, tmp_path) is None
    assert "改写到标准错误" in capsys.readouterr().err


def test_settings_of_a_demo_name_its_folder() -> None:
    with demo.demo_folder() as folder:
        assert load_settings(folder).data_dir == folder != Settings().data_dir
