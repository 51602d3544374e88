"""Empty values, bodies that ask for nothing, too much at once: no article is moved for them."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from fake_pipeline import FakePipeline, IngestHere
from pages import BRIDGE, TEA, ingest_into, write
from served import served

from rag.data_model.answers import Filters
from rag.library.library import Library
from rag.settings import Settings, load_settings
from ui.cli import run
from ui.server import create_app

PLAIN = [
    name for name, field in Filters.model_fields.items() if field.annotation == str | None
]  # all but those that are lists


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    ingest_into(tmp_path / "data", write(tmp_path / "in", bridge=BRIDGE, tea=TEA))
    return load_settings(tmp_path / "data")


@pytest.fixture
def client(settings: Settings) -> Iterator[httpx.Client]:
    app = create_app(settings, FakePipeline, chat=False, ingester=IngestHere(settings))
    with served(app) as address, httpx.Client(base_url=address, timeout=30) as client:
        yield client


def ids(data_dir: Path) -> list[str]:
    with Library.open(data_dir) as library:
        return [one.article.article_id for one in library.heads()]


def code(response: httpx.Response) -> tuple[int, str]:
    return response.status_code, response.json()["code"]


def test_there_are_filters_to_be_left_empty() -> None:
    assert {"newspaper", "author", "page", "date_from", "date_to"} <= set(PLAIN)


@pytest.mark.parametrize("name", PLAIN)
def test_an_empty_filter_chooses_nothing(name: str, client: httpx.Client) -> None:
    filters = {"filters": {name: ""}}
    assert Filters(**{name: ""}).empty
    for reply in (
        client.post("/v1/articles/remove", json=filters),
        client.patch("/v1/articles", json={**filters, "add_tags": ["好"]}),
        client.patch("/v1/articles", json={**filters, "collection": "默认文集"}),
    ):
        assert code(reply) == (422, "nothing_chosen")
    assert len(client.get("/v1/articles").json()) == 2
    assert client.get("/v1/tags").json() == []


@pytest.mark.parametrize("option", ["newspaper", "author", "from", "to", "collection", "tag"])
@pytest.mark.parametrize("verb", ["remove", "move 默认文集", "tag 好", "untag 旧"])
def test_an_empty_option_is_refused(
    verb: str, option: str, settings: Settings, capsys: pytest.CaptureFixture[str]
) -> None:
    with Library.open(settings.data_dir, write=True) as library:
        library.tag(["旧"], filters=Filters(collections=("默认文集",)))
        version = library.version
    arguments = ["--data-dir", str(settings.data_dir), "articles", *verb.split(), f"--{option}", ""]
    for more in ([], ["--newspaper", "江州日报"] if option != "newspaper" else []):
        assert run([*arguments, *more]) == 2
        said = capsys.readouterr().err
        assert "usage_invalid" in said or "name_invalid" in said
    with Library.open(settings.data_dir) as library:
        assert library.version == version


def test_one_request_is_one_generation_or_none(client: httpx.Client, settings: Settings) -> None:
    with Library.open(settings.data_dir, write=True) as library:
        library.create_collection("工程")
        library.tag(["旧"], ids(settings.data_dir))
        before = library.generation
    first, second = ids(settings.data_dir)
    change = {"collection": "工程", "add_tags": ["新"], "remove_tags": ["旧"]}
    reply = client.patch("/v1/articles", json={"articles": [first, second], **change})
    both = [first, second]
    assert reply.json() == {"moved": both, "tagged": both, "untagged": both}
    with Library.open(settings.data_dir) as library:
        assert library.generation == before + 1
        assert {(one.collection, one.tags) for one in library.heads()} == {("工程", ("新",))}
    change = {"collection": "工程", "add_tags": ["再"], "remove_tags": ["长" * 61]}
    reply = client.patch("/v1/articles", json={"articles": [first], **change})
    assert code(reply) == (422, "name_invalid")
    assert [one["name"] for one in client.get("/v1/tags").json()] == ["新"]


def test_a_body_that_asks_for_nothing_is_refused(client: httpx.Client, settings: Settings) -> None:
    named = {"articles": ids(settings.data_dir)}
    bodies: list[dict[str, Any]] = [{}, {"add_tags": []}, {"collection": None, "remove_tags": []}]
    for body in bodies:
        assert code(client.patch("/v1/articles", json={**named, **body})) == (422, "bad_request")
    for empty in ("", "  "):
        reply = client.patch("/v1/articles", json={**named, "collection": empty})
        assert code(reply) == (422, "name_invalid")


@pytest.mark.parametrize("name", ["collection", "tag"])
def test_too_many_names_are_refused(name: str, client: httpx.Client) -> None:
    several = [f"n{n}" for n in range(101)]
    assert code(client.get("/v1/articles", params={name: several})) == (422, "bad_request")
    reply = client.get("/v1/articles", params={name: several[:100]})
    assert reply.status_code == (404 if name == "collection" else 200)


def test_every_verb_takes_a_name_as_people_write_it(
    settings: Settings, capsys: pytest.CaptureFixture[str]
) -> None:
    def said(*arguments: str) -> Any:
        assert run(["--data-dir", str(settings.data_dir), "--json", *arguments]) == 0, arguments
        return json.loads(capsys.readouterr().out)

    said("collections", "create", "新 闻")
    assert len(said("articles", "move", " 新  闻", "--collection", "默认文集 ")["moved"]) == 2
    assert len(said("articles", "list", "--collection", " 新  闻 ")) == 2
    assert said("collections", "rename", " 新  闻", "旧 闻")["name"] == "旧 闻"
    gone = said("collections", "remove", "旧  闻 ", "--move-to", " 默认文集")
    assert gone == {"removed": "旧 闻", "moved": 2}
