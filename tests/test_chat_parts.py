"""The chat's parts on the server, without a browser: references, suggestions, files, streams."""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from browsing import HOSTILE
from fake_pipeline import FakePipeline, write_library
from fastapi import FastAPI
from fastapi.testclient import TestClient

from rag.data_model.answers import Answer, Citation, PageBox, Question, Source, Stage, Why
from rag.data_model.documents import Article, Paragraph, Span
from rag.desk.suggestions import candidates
from rag.library.library import Library
from rag.models.embedding import HashingEmbedder
from rag.settings import load_settings
from ui.api import problems
from ui.chat import page_images, streaming
from ui.chat.answer_view import answer_html, parts
from ui.chat.article_view import article_html
from ui.chat.functions import ServerFunction, server_functions
from ui.chat.pages_view import pages_html
from ui.chat.reasons import reason_html
from ui.chat.target import Target
from ui.engine import Engine
from ui.intake.ingesting import ingest_files
from ui.references import gbt7714
from ui.static_files import router as static_files

SOURCE = Source(file="报告.pdf", sha256="0" * 64, spans=((0, 2),))


def cited(**fields: object) -> Citation:
    known = {
        "n": 1,
        "article_id": "a",
        "title": "岛",
        "paragraph": 2,
        "quote": "风。",
        "score": 1.0,
    }
    return Citation.model_validate({**known, "source": SOURCE, **fields})


async def called(function: ServerFunction, data: object) -> dict[str, Any]:
    """What the page gets of a server function."""
    return await function(data)


@pytest.fixture
def client(tmp_path: Path) -> Iterator[TestClient]:
    write_library(tmp_path)
    app = FastAPI()
    app.state.engine = Engine(load_settings(tmp_path), FakePipeline)
    for router in (streaming.router, page_images.router, static_files):
        app.include_router(router)
    problems.install(app)
    app.state.engine.start()
    with TestClient(app) as client:
        yield client
    app.state.engine.close()


@pytest.mark.parametrize(
    ("citation", "reference"),
    [
        (
            cited(newspaper="江州日报", date="2024-03-05", page="第6版", authors=["何苇"]),
            "何苇. 岛[N]. 江州日报, 2024-03-05(6).",
        ),
        (
            cited(newspaper="江州日报", authors=["甲", "乙", "丙", "丁"]),
            "甲, 乙, 丙, 等. 岛[N]. 江州日报.",
        ),
        (cited(date="2024-05"), "岛[Z]. 2024-05. 报告.pdf."),
        (cited(title_inferred=True), "[岛][Z]. 报告.pdf."),
    ],
    ids=["newspaper", "four authors", "file", "title made up"],
)
def test_references_after_gbt_7714(citation: Citation, reference: str) -> None:
    assert gbt7714(citation) == reference


def test_a_reply_streams_what_it_is_made_of(client: TestClient) -> None:
    response = client.post("/chat/ask", json={"question": "灯塔岛风电场有多少台风机？"})
    lines = [json.loads(line) for line in response.text.splitlines()]
    assert lines[:2] == [{"waiting": "正在查找依据……"}, {"card": "yj-answer"}]
    answer = Answer.model_validate(lines[-1]["answer"])
    streamed = "".join(line.get("html", "") for line in lines)
    assert streamed == "".join(part.html for part in parts(answer))
    for part in parts(answer):
        assert part.html in answer_html(answer)


def test_who_waits_reads_what_is_searched_and_read() -> None:
    stage = Stage(stage="search", searched_question="灯塔岛有多大?")
    assert streaming.waiting_text(stage, "那它有多大？") == "正在查找“灯塔岛有多大?”……"
    assert streaming.waiting_text(stage, " 灯塔岛有多大？") == "正在查找依据……"
    reading = stage.model_copy(update={"stage": "read", "passages": 8})
    assert streaming.waiting_text(reading, "那它有多大？") == "正在读最接近的 8 段……"


def test_a_failure_is_streamed_too(client: TestClient) -> None:
    response = client.post("/chat/ask", json={"question": "风" * 3000})
    *_, html, error = (json.loads(line) for line in response.text.splitlines())
    assert error["error"]["code"] == "question_too_long"
    assert error["error"]["message_zh"] in html["html"]


@pytest.mark.parametrize("hostile", HOSTILE, ids=range(len(HOSTILE)))
def test_outside_text_is_escaped_everywhere(hostile: str, tmp_path: Path) -> None:
    write_library(tmp_path, f"{hostile}灯塔", title=hostile, author=hostile)
    pipeline = FakePipeline(load_settings(tmp_path))
    for question in (hostile, f"{hostile}灯塔"):
        shown = answer_html(pipeline.ask(Question(question=question)))
        for raw in ("<img", "<script", "<svg", "<iframe", "<style", "<base", "onerror=alert(1)>"):
            assert raw not in shown
        assert "${" not in shown
        assert "{{" not in shown
    pipeline.close()


def test_a_line_outside_the_paragraphs_is_shown_in_its_place(tmp_path: Path) -> None:
    write_library(tmp_path)
    pipeline = FakePipeline(load_settings(tmp_path))
    (stored,) = pipeline.library.articles()
    source = "版头\n□本报记者 何苇\n正文"
    byline = {"article_id": "a", "sha256": stored.sha256, "quote": "何苇", "spans": [(9, 11)]}
    assert "□本报记者 <mark>何苇</mark>" in article_html(stored, Target(**byline), source)
    shown = article_html(stored, Target(**{**byline, "quote": "何韦"}), source)
    assert "改动过" in shown
    assert "<mark>" not in shown
    pipeline.close()


def test_a_quote_of_an_earlier_version_is_shown_in_that_version(tmp_path: Path) -> None:
    file = tmp_path / "灯塔.txt"
    settings = load_settings(tmp_path / "data")
    kept = []
    for number in (38, 41):
        file.write_text(f"# 灯塔岛\n\n灯塔岛风电场共有{number}台风机。\n", encoding="utf-8")
        ingest_files([file], settings, HashingEmbedder(), lambda *_: None)
        with Library.open(settings.data_dir) as library:
            kept += library.articles()
    old, new = kept
    engine = Engine(settings, FakePipeline)
    engine.start()
    read = next(f for f in server_functions(engine) if f.__name__ == "read_article")
    for stored, said in ((old, True), (new, False)):
        (paragraph,) = stored.article.paragraphs
        target = {
            "article_id": stored.article.article_id,
            "sha256": stored.sha256,
            "quote": paragraph.text,
            "spans": [list(span) for span in paragraph.spans],
        }
        shown = asyncio.run(called(read, target))["html"]
        assert f"<mark>{paragraph.text}</mark>" in shown
        assert ("换了新版" in shown) == said
        assert ("只问这一篇" in shown) != said
    engine.close()


def test_the_chat_opens_without_reading_all_articles(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Or it would wait for seconds where there are very many."""
    settings = load_settings(tmp_path / "data")
    for number in range(60):
        text = f"# 第{number}号灯塔\n\n灯塔{number}是看守海口的一座高塔，夜里亮灯。\n"
        (tmp_path / f"{number}.txt").write_text(text, encoding="utf-8")
    ingest_files(sorted(tmp_path.glob("*.txt")), settings, HashingEmbedder(), lambda *_: None)
    engine = Engine(settings, FakePipeline)
    engine.start()
    chat = {one.__name__: one for one in server_functions(engine)}

    def everything(*_: object, **__: object) -> None:
        pytest.fail("all articles are read")

    monkeypatch.setattr(FakePipeline, "try_out", lambda *_: SimpleNamespace(answered=True))
    monkeypatch.setattr(Library, "articles", everything)
    monkeypatch.setattr(Library, "heads", everything)
    assert asyncio.run(called(chat["welcome"], None))["articles"] == 60
    found = asyncio.run(called(chat["find_articles"], {"words": "灯塔 59"}))["found"]
    assert [one["title"] for one in found] == ["第59号灯塔"]
    assert "灯塔" in asyncio.run(called(chat["suggest"], None))["html"]
    engine.close()


def test_why_a_stretch_was_chosen_is_said() -> None:
    why = Why(chosen="view", dense=0.873, dense_rank=1, lexical_rank=4)
    target = Target.of(cited(matched_words=["风", "灯塔"], why=why))
    said = re.sub("<[^>]*>", "|", reason_html(target))
    for part in (
        "这个人对所问之事的说法",
        "风、灯塔",
        "按意思排第 1（相似度 0.87）",
        "按词语排第 4",
    ):
        assert f"|{part}|" in said or f"：{part}|" in said
    assert reason_html(Target.of(cited())) == ""


def test_boxes_are_shares_of_the_page() -> None:
    boxes = (PageBox(page=3, box=(0.1, 0.2, 0.5, 0.25)), PageBox(page=4, box=(0, 0, 1, 1)))
    shown = pages_html(Target(article_id="a", sha256="0" * 64, boxes=boxes))
    assert "left:9.800%;top:19.800%;width:40.400%;height:5.400%" in shown
    assert shown.count("<img") == 2
    assert f"/chat/page/{'0' * 64}/4.png" in shown
    assert pages_html(Target(article_id="a")) == ""


def test_a_page_that_is_not_there_is_an_error_of_ours(client: TestClient) -> None:
    missing = client.get(f"/chat/page/{'0' * 64}/1.png")
    assert (missing.status_code, missing.json()["code"]) == (404, "page_image_missing")
    for bad in ("/chat/page/x/1.png", f"/chat/page/{'0' * 64}/0.png"):
        assert client.get(bad).status_code == 422


def test_suggestions_ask_for_what_is_defined_and_counted() -> None:
    text = "飞艇是一种比空气轻的飞行器。岛上共有38座灯塔，都还亮着。什么是好，各人说法不同。"
    paragraph = Paragraph(1, text, (Span(0, len(text)),))
    article = Article(article_id="a", title="岛", paragraphs=(paragraph,))
    assert candidates([article]) == ["飞艇是什么？", "岛上共有多少座灯塔？"]


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/ui/base.css", 200),
        ("/ui/chat/main.js", 200),
        ("/ui/chat/chat.html", 404),
        ("/ui/chat/page.py", 404),
        ("/ui/..%2fcli.py", 404),
        ("/ui/chat/..%2f..%2fbase.css", 404),
        ("/ui/nothing/main.js", 404),
    ],
)
def test_only_styles_and_scripts_are_served(client: TestClient, path: str, status: int) -> None:
    assert client.get(path).status_code == status


def test_a_script_is_sent_once(client: TestClient) -> None:
    first = client.get("/ui/chat/main.js")
    again = client.get("/ui/chat/main.js", headers={"If-None-Match": first.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
    assert first.headers["content-type"].startswith("text/javascript")
