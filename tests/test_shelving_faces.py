"""Collections, tags and the bin over HTTP, for agents and on the command line."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import anyio
import httpx
import pytest
from fake_pipeline import FakePipeline, IngestHere, write_library
from mcp import Client
from pages import BRIDGE, TEA, ingest_into, write
from served import served

from eval.question_formats.records import jsonl_text, table_rows
from eval.question_sets import parse_questions
from rag.data_model.answers import Filters
from rag.library.bin_queries import DAYS
from rag.library.library import Library
from rag.settings import Settings, load_settings
from ui.cli import run
from ui.engine import Engine
from ui.intake.uploads import FOLDER, keep, remember_collection
from ui.mcp_server import build
from ui.server import create_app

ASKED = {"question": "青石湾大桥总投资多少亿元？"}
DEFAULT = "默认文集"


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    ingest_into(tmp_path / "data", write(tmp_path / "in", bridge=BRIDGE, tea=TEA))
    return load_settings(tmp_path / "data")


@pytest.fixture
def client(settings: Settings) -> Iterator[httpx.Client]:
    app = create_app(settings, FakePipeline, chat=False, ingester=IngestHere(settings))
    with served(app) as address, httpx.Client(base_url=address, timeout=30) as client:
        yield client


def named(client: httpx.Client) -> dict[str, dict[str, Any]]:
    return {one["name"]: one for one in client.get("/v1/collections").json()}


def bridge_of(client: httpx.Client) -> str:
    listed = client.get("/v1/articles").json()
    return str(next(one["article_id"] for one in listed if "大桥" in one["title"]))


def refused(response: httpx.Response, status: int, code: str) -> None:
    assert (response.status_code, response.json()["code"]) == (status, code)
    assert set(response.json()) == {"code", "message_zh", "hint"}


def test_collections_over_http(client: httpx.Client) -> None:
    assert list(named(client)) == [DEFAULT]
    made = client.post("/v1/collections", json={"name": " 工程 "})
    assert made.status_code == 201
    assert made.json() | {"collection_id": 0} == {
        "collection_id": 0,
        "name": "工程",
        "default": False,
        "articles": 0,
        "characters": 0,
    }
    place = f"/v1/collections/{made.json()['collection_id']}"
    default = named(client)[DEFAULT]["collection_id"]
    refused(client.post("/v1/collections", json={"name": "工程"}), 409, "collection_exists")
    refused(client.post("/v1/collections", json={"name": " "}), 422, "name_invalid")
    refused(client.post("/v1/collections", json={}), 422, "bad_request")
    refused(client.patch("/v1/collections/99", json={"name": "无"}), 404, "collection_missing")
    assert client.patch(place, json={"name": "水利"}).json()["name"] == "水利"
    bridge = bridge_of(client)
    moved = client.patch("/v1/articles", json={"articles": [bridge], "collection": "水利"})
    assert moved.json() == {"moved": [bridge], "tagged": [], "untagged": []}
    refused(client.delete(place), 409, "collection_in_use")
    refused(client.delete(f"/v1/collections/{default}"), 409, "collection_in_use")
    assert client.delete(place, params={"move_to": default}).status_code == 204
    assert named(client)[DEFAULT]["articles"] == 2


def test_articles_are_listed_a_page_at_a_time(client: httpx.Client) -> None:
    whole = client.get("/v1/articles")
    assert int(whole.headers["x-total-count"]) == len(whole.json()) == 2
    page = client.get("/v1/articles", params={"limit": 1, "offset": 1})
    assert page.json() == whole.json()[1:2]
    assert page.headers["x-total-count"] == whole.headers["x-total-count"]
    assert client.get("/v1/articles", params={"limit": 9, "offset": 10**6}).json() == []
    refused = client.get("/v1/articles", params={"limit": 0})
    assert (refused.status_code, refused.json()["code"]) == (422, "bad_request")


def test_a_page_of_articles_reads_no_others(
    client: httpx.Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    client.post("/v1/collections", json={"name": "工程"})
    bridge = bridge_of(client)
    change = {"articles": [bridge], "collection": "工程", "add_tags": ["要闻", "桥"]}
    client.patch("/v1/articles", json=change)
    asked: list[dict[str, Any]] = [
        {},
        {"collection": "工程"},
        {"collection": ["工程", DEFAULT], "tag": ["桥", "要闻"]},
        {"tag": "没有"},
    ]
    whole = [client.get("/v1/articles", params=one) for one in asked]
    monkeypatch.setattr(Library, "heads", None)
    for one, all_of_it in zip(asked, whole, strict=True):
        page = client.get("/v1/articles", params={**one, "limit": 1})
        assert page.json() == all_of_it.json()[:1]
        assert page.headers["x-total-count"] == str(len(all_of_it.json()))
    missing = client.get("/v1/articles", params={"collection": "没有", "limit": 1})
    refused(missing, 404, "collection_missing")


def test_answers_come_from_the_collections_that_are_asked(client: httpx.Client) -> None:
    client.post("/v1/collections", json={"name": "工程"})
    bridge = bridge_of(client)
    change = {"articles": [bridge], "collection": "工程", "add_tags": ["要闻"]}
    client.patch("/v1/articles", json=change)
    for filters, answered in (
        ({"collections": ["工程"]}, True),
        ({"collections": [DEFAULT]}, False),
        ({"tags": ["要闻"]}, True),
        ({"tags": ["没有"]}, False),
    ):
        answer = client.post("/v1/ask", json={**ASKED, "filters": filters}).json()
        assert (answer["status"] == "answered") == answered, filters
        for citation in answer["citations"]:
            assert citation["collection"] == "工程"
    unknown = {**ASKED, "filters": {"collections": ["没有的"]}}
    refused(client.post("/v1/ask", json=unknown), 404, "collection_missing")
    (listed,) = client.get("/v1/articles", params={"collection": "工程"}).json()
    assert (listed["article_id"], listed["tags"]) == (bridge, ["要闻"])
    refused(client.get("/v1/articles", params={"collection": "无"}), 404, "collection_missing")
    assert client.get("/v1/tags").json() == [{"name": "要闻", "articles": 1}]
    untag = {"filters": {"tags": ["要闻"]}, "remove_tags": ["要闻"]}
    assert client.patch("/v1/articles", json=untag).json()["untagged"] == [bridge]
    assert client.get("/v1/tags").json() == []
    refused(client.patch("/v1/articles", json={"collection": "工程"}), 422, "nothing_chosen")
    missing = {"articles": [bridge, "无"], "add_tags": ["好"]}
    refused(client.patch("/v1/articles", json=missing), 404, "article_missing")
    assert client.get("/v1/tags").json() == []


def test_the_bin_over_http(client: httpx.Client) -> None:
    bridge = bridge_of(client)
    assert client.get("/v1/bin").json() == []
    assert client.delete(f"/v1/articles/{bridge}").status_code == 204
    (binned,) = client.get("/v1/bin").json()
    assert (binned["article_id"], binned["collection"]) == (bridge, DEFAULT)
    assert binned["removed_at"] < binned["kept_until"]
    assert client.post("/v1/ask", json=ASKED).json()["status"] == "refused"
    assert client.post("/v1/bin/restore", json={"articles": [bridge]}).json() == {
        "restored": [bridge]
    }
    refused(client.post("/v1/bin/restore", json={"articles": [bridge]}), 404, "not_in_bin")
    refused(client.post("/v1/bin/restore", json={"articles": []}), 422, "nothing_chosen")
    assert client.post("/v1/ask", json=ASKED).json()["status"] == "answered"
    everything = {"filters": {"collections": [DEFAULT]}}
    assert len(client.post("/v1/articles/remove", json=everything).json()["removed"]) == 2
    refused(client.post("/v1/articles/remove", json={}), 422, "nothing_chosen")
    assert client.post("/v1/bin/purge", json={"articles": [bridge]}).json() == {"purged": [bridge]}
    assert len(client.post("/v1/bin/purge", json={}).json()["purged"]) == 1
    assert client.get("/v1/bin").json() == []


def test_an_upload_goes_to_its_collection(client: httpx.Client) -> None:
    page = ("files", ("夜校.txt", "夜校开课\n夜校昨晚开课，报名的有二百人。\n".encode()))
    sent = client.post(
        "/v1/articles", files=[page], data={"collection": "教育"}, params={"wait": 20}
    )
    (file,) = sent.json()["files"]
    assert file["status"] == "stored"
    assert named(client)["教育"]["articles"] == 1
    wrong = client.post("/v1/articles", files=[page], data={"collection": "长" * 61})
    refused(wrong, 422, "name_invalid")


def test_an_upload_that_was_taken_goes_to_its_collection_after_a_crash(settings: Settings) -> None:
    """On disk as it is once the upload is acknowledged, and the server gone."""
    source = settings.data_dir.parent / "夜校.txt"
    source.write_text("夜校开课\n夜校昨晚开课，报名的有二百人。\n", encoding="utf-8")
    with source.open("rb") as content:
        kept = keep(settings.data_dir, source.name, content)
    remember_collection([kept], "教育")
    app = create_app(settings, FakePipeline, chat=False, ingester=IngestHere(settings))
    with served(app) as address, httpx.Client(base_url=address, timeout=30) as client:
        for _ in range(200):
            if "教育" in named(client) and named(client)["教育"]["articles"]:
                break
            anyio.run(anyio.sleep, 0.05)
        assert named(client)["教育"]["articles"] == 1
    assert list((settings.data_dir / FOLDER).glob("*.collection")) == []


def test_a_file_that_nothing_comes_from_any_more_goes_at_the_next_start(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = ("files", ("夜校.txt", "夜校开课\n夜校昨晚开课，报名的有二百人。\n".encode()))
    folder = settings.data_dir / FOLDER

    def serving() -> Any:
        return served(create_app(settings, FakePipeline, chat=False, ingester=IngestHere(settings)))

    with serving() as address, httpx.Client(base_url=address, timeout=30) as client:
        sent = client.post("/v1/articles", files=[page], params={"wait": 20}).json()
        client.delete(f"/v1/articles/{sent['files'][0]['articles'][0]}")
    with serving():
        assert len(list(folder.glob("*/*"))) == 1
    later = time.time() + (DAYS + 1) * 86_400
    monkeypatch.setattr("rag.library.bin_queries.time.time", lambda: later)
    with serving():
        for _ in range(200):
            if not list(folder.glob("*/*")):
                break
            anyio.run(anyio.sleep, 0.05)
        assert list(folder.glob("*/*")) == []


def test_an_agent_names_collections(tmp_path: Path) -> None:
    write_library(tmp_path)
    with Library.open(tmp_path, write=True) as library:
        library.create_collection("空的")
    engine = Engine(load_settings(tmp_path), FakePipeline)
    question = {"question": "灯塔岛风电场有多少台风机？"}

    async def talk() -> None:
        async with Client(build(engine)) as client:
            for collections, status in ((["空的"], "refused"), ([DEFAULT], "answered")):
                result = await client.call_tool("ask", {**question, "collections": collections})
                assert result.structured_content is not None
                assert result.structured_content["status"] == status
            result = await client.call_tool("ask", {**question, "collections": ["无"]})
            assert result.is_error
            assert "collection_missing" in str(result.content)

    anyio.run(talk)


def cli(capsys: pytest.CaptureFixture[str], data_dir: Path, *arguments: str) -> Any:
    assert run(["--data-dir", str(data_dir), "--json", *arguments]) == 0, arguments
    return json.loads(capsys.readouterr().out)


def failed(capsys: pytest.CaptureFixture[str], data_dir: Path, *arguments: str) -> str:
    assert run(["--data-dir", str(data_dir), *arguments]) == 2, arguments
    (line,) = capsys.readouterr().err.splitlines()
    return line


def test_the_command_line(settings: Settings, capsys: pytest.CaptureFixture[str]) -> None:
    data = settings.data_dir
    assert cli(capsys, data, "collections", "create", "工程")["name"] == "工程"
    listed = cli(capsys, data, "articles", "list")
    bridge = next(one["article_id"] for one in listed if "大桥" in one["title"])
    moved = cli(capsys, data, "articles", "move", "工程", bridge)
    assert moved == {"collection": "工程", "moved": [bridge]}
    assert cli(capsys, data, "articles", "tag", "要闻", "--collection", "工程")["tagged"] == [
        bridge
    ]
    (one,) = cli(capsys, data, "articles", "list", "--tag", "要闻")
    assert (one["article_id"], one["collection"], one["tags"]) == (bridge, "工程", ["要闻"])
    assert run(["--data-dir", str(data), "articles", "list"]) == 0
    assert "文集：工程  #要闻" in capsys.readouterr().out
    assert cli(capsys, data, "articles", "untag", "要闻")["untagged"] == [bridge]
    assert cli(capsys, data, "collections", "rename", "工程", "{水利}")["name"] == "{水利}"
    assert run(["--data-dir", str(data), "articles", "move", "{水利}", bridge]) == 0
    assert "没有要改的" in capsys.readouterr().out
    assert "collection_in_use" in failed(capsys, data, "collections", "remove", "{水利}")
    gone = cli(capsys, data, "collections", "remove", "{水利}", "--move-to", DEFAULT)
    assert gone == {"removed": "{水利}", "moved": 1}
    assert [one["name"] for one in cli(capsys, data, "collections", "list")] == [DEFAULT]
    for arguments, code in (
        (["articles", "move", "无", bridge], "collection_missing"),
        (["articles", "tag", "好"], "nothing_chosen"),
        (["articles", "tag", "好", "--from", "昨天"], "usage_invalid"),
        (["articles", "remove"], "nothing_chosen"),
        (["articles", "restore", "无"], "not_in_bin"),
        (["collections", "remove", "无"], "collection_missing"),
    ):
        assert code in failed(capsys, data, *arguments)


def test_ask_takes_collections_and_tags(
    settings: Settings, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("rag.assembly.open_pipeline", FakePipeline)
    data = settings.data_dir
    cli(capsys, data, "collections", "create", "空的")
    question = ["ask", ASKED["question"]]
    for options, status in (
        (["--collection", DEFAULT], "answered"),
        (["--collection", "空的"], "refused"),
        (["--collection", "空的", "--collection", DEFAULT], "answered"),
        (["--tag", "没有"], "refused"),
    ):
        assert cli(capsys, data, *question, *options)["status"] == status, options
    assert "collection_missing" in failed(capsys, data, *question, "--collection", "无")


def test_a_set_is_asked_of_a_collection(
    settings: Settings,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("rag.assembly.open_pipeline", lambda *_, **__: FakePipeline(settings))
    data, report = settings.data_dir, tmp_path / "report"
    cli(capsys, data, "collections", "create", "空的")
    questions = tmp_path / "q.jsonl"
    questions.write_text(json.dumps({"id": "1", "answerable": True, **ASKED}), encoding="utf-8")
    asked = ["evaluate", str(questions), "--report", str(report)]
    for name, rate in ((DEFAULT, 0), ("空的", 1)):
        told = cli(capsys, data, *asked[:2], "--collection", name)
        assert told["metrics"]["refusal_rate"] == rate, name
    kept = cli(capsys, data, *asked, "--collection", "空的")
    assert kept["settings"]["set"] == "q.jsonl（文集：空的）"
    assert "report_taken" in failed(capsys, data, *asked)
    assert "collection_missing" in failed(capsys, data, *asked[:2], "--collection", "无")


def test_the_bin_on_the_command_line(
    settings: Settings, capsys: pytest.CaptureFixture[str]
) -> None:
    data = settings.data_dir
    first, second = (one["article_id"] for one in cli(capsys, data, "articles", "list"))
    assert cli(capsys, data, "articles", "bin") == []
    assert run(["--data-dir", str(data), "articles", "remove", first]) == 0
    assert capsys.readouterr().out == f"已移除：{first}\n"
    assert cli(capsys, data, "articles", "remove", second) == {"removed": second}
    assert run(["--data-dir", str(data), "articles", "bin"]) == 0
    assert "前可恢复" in capsys.readouterr().out
    assert cli(capsys, data, "articles", "restore", first) == {"restored": [first]}
    assert cli(capsys, data, "articles", "purge", "--all") == {"purged": [second]}
    assert cli(capsys, data, "articles", "bin") == []
    assert [one["article_id"] for one in cli(capsys, data, "articles", "list")] == [first]


@pytest.mark.parametrize(
    "verb",
    [
        *(f"collections {verb}" for verb in ("list", "create", "rename", "remove")),
        *(f"articles {verb}" for verb in ("move", "tag", "untag", "bin", "restore", "purge")),
    ],
)
def test_every_verb_has_help(verb: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run([*verb.split(), "--help"]) == 0
    assert "用法：" in capsys.readouterr().out


@pytest.mark.parametrize("verb", ["list", "create", "rename", "remove"])
def test_nothing_is_made_to_say_that_nothing_is_there(
    verb: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    arguments = {"list": [], "create": ["新"], "rename": ["无", "新"], "remove": ["无"]}[verb]
    code = run(["--data-dir", str(tmp_path / "new"), "collections", verb, *arguments])
    assert code == (0 if verb in {"list", "create"} else 2)
    assert (tmp_path / "new" / "library.sqlite3").exists() == (verb == "create")


def test_a_question_may_carry_filters() -> None:
    path = Path("q")
    lines = [
        {
            "id": "a",
            "question": "问？",
            "filters": {"collections": ["工程"], "date_from": "2024-03-05"},
        },
        {"id": "b", "question": "问？", "filters": {"nope": 1}},
        {"id": "c", "question": "问？", "filters": {"date_to": "昨天"}},
        {"id": "d", "question": "问？", "filters": "[1]"},
    ]
    data = "\n".join(json.dumps(line) for line in lines).encode()
    found = parse_questions(data, path)
    (one,) = found
    assert one.to_question().filters == Filters(collections=("工程",), date_from="2024-03-05")
    assert [problem.context["line"] for problem in found.problems] == [2, 3, 4]
    assert parse_questions(jsonl_text(found).encode(), path).questions == found.questions
    header, row = table_rows(found.questions)
    assert "filters" in header
    table = "\n".join(
        "\t".join(f'"{c.replace(chr(34), chr(34) * 2)}"' for c in r) for r in (header, row)
    )
    assert parse_questions(table.encode(), path).questions == found.questions
    (named,) = parse_questions("问题,文集\n问？,工程；茶\n".encode(), path)
    assert named.filters == Filters(collections=("工程", "茶"))
