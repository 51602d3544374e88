"""The official `openai` client, unchanged, against a real server."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Literal

import httpx
import openai
import pytest
from fake_pipeline import FakePipeline, write_library
from pydantic import BaseModel, ConfigDict
from served import served

from rag.data_model.answers import Answer
from rag.settings import load_settings
from ui.api.chat_completions import pieces
from ui.reply import plain_text
from ui.server import create_app

ASKED = {"role": "user", "content": "灯塔岛风电场有多少台风机？"}
QUOTE = "灯塔岛风电场共有38台风机，去年发电9.2亿千瓦时。"


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[openai.OpenAI]:
    folder = tmp_path_factory.mktemp("openai")
    write_library(folder)
    with (
        served(create_app(load_settings(folder), FakePipeline, chat=False)) as url,
        openai.OpenAI(base_url=f"{url}/v1", api_key="unused", max_retries=0) as client,
    ):
        yield client


def completed(client: openai.OpenAI, *messages: Any, **more: Any) -> Any:
    return client.chat.completions.create(model="youju", messages=list(messages), **more)


def test_a_completion_carries_text_citations_and_usage(client: openai.OpenAI) -> None:
    completion = completed(client, ASKED, temperature=0, max_tokens=100)
    (choice,) = completion.choices
    answer = Answer.model_validate(completion.youju)
    assert choice.finish_reason == "stop"
    assert choice.message.content == plain_text(answer)
    assert f"{QUOTE}[1]" in choice.message.content
    assert f"文章库更新过 {answer.receipt.generation} 次" in choice.message.content
    assert [citation["quote"] for citation in choice.message.citations] == [QUOTE]
    usage = completion.usage
    assert usage.prompt_tokens == len(ASKED["content"])
    assert usage.completion_tokens == len(choice.message.content)
    assert usage.total_tokens == usage.prompt_tokens + usage.completion_tokens


def test_a_stream_spells_the_same_answer(client: openai.OpenAI) -> None:
    whole = completed(client, ASKED)
    chunks = list(completed(client, ASKED, stream=True, stream_options={"include_usage": True}))
    text = "".join(c.choices[0].delta.content or "" for c in chunks if c.choices)
    assert text == whole.choices[0].message.content
    *_, last, usage = chunks
    assert last.choices[0].finish_reason == "stop"
    assert last.choices[0].delta.citations == whole.choices[0].message.citations
    assert last.youju["citations"] == whole.youju["citations"]
    assert usage.usage == whole.usage
    assert len({chunk.id for chunk in chunks}) == 1


def test_earlier_questions_are_history(client: openai.OpenAI) -> None:
    earlier = [
        {"role": "system", "content": "You are a helpful assistant."},
        {"role": "user", "content": "灯塔岛风电场"},
        {"role": "assistant", "content": "……"},
    ]
    parts = {"role": "user", "content": [{"type": "text", "text": "那去年发电多少？"}]}
    answer = completed(client, *earlier, parts).youju
    assert answer["searched_question"] == "灯塔岛风电场去年发电多少？"


def test_a_refusal_is_ordinary_content(client: openai.OpenAI) -> None:
    completion = completed(client, {"role": "user", "content": "谁发明了电话机？"})
    (choice,) = completion.choices
    assert choice.message.content.startswith(completion.youju["refusal"]["message"])
    assert completion.youju["refusal"]["nearest"][0]["quote"] in choice.message.content
    assert choice.message.refusal is None
    assert choice.message.citations == []
    assert completion.youju["status"] == "refused"
    assert completion.youju["refusal"]["nearest"]


@pytest.mark.parametrize(
    ("messages", "code"),
    [
        ([], "bad_request"),
        ([{"role": "user", "content": " "}], "question_empty"),
        ([{"role": "assistant", "content": "x"}], "bad_request"),
        ([{"role": "user", "content": [{"type": "image_url"}]}], "bad_request"),
        ([{"role": "wizard", "content": "x"}], "bad_request"),
    ],
)
def test_errors_keep_their_code(client: openai.OpenAI, messages: list[Any], code: str) -> None:
    with pytest.raises(openai.UnprocessableEntityError) as raised:
        completed(client, *messages)
    assert raised.value.code == code
    with pytest.raises(openai.UnprocessableEntityError):
        completed(client, *messages, stream=True)


def test_several_choices_are_refused(client: openai.OpenAI) -> None:
    with pytest.raises(openai.UnprocessableEntityError):
        completed(client, ASKED, n=2)


def test_the_models_are_listed(client: openai.OpenAI) -> None:
    assert [model.id for model in client.models.list()] == ["youju"]
    assert client.models.retrieve("youju").owned_by == "youju"
    with pytest.raises(openai.NotFoundError):
        client.models.retrieve("gpt-4")


def test_the_api_key_is_the_token(tmp_path: Path) -> None:
    write_library(tmp_path)
    settings = load_settings(tmp_path, server={"token": "secret"})
    with served(create_app(settings, FakePipeline, chat=False)) as url:
        for key, opens in (("secret", True), ("wrong", False)):
            with openai.OpenAI(base_url=f"{url}/v1", api_key=key, max_retries=0) as client:
                if opens:
                    assert client.models.list()
                else:
                    with pytest.raises(openai.AuthenticationError):
                        client.models.list()


@pytest.mark.parametrize(
    "text", ["", "甲[1]乙。[2]", "第一行\n第二行[3]\n", "没有引文", "[x] [12]尾"]
)
def test_pieces_lose_nothing(text: str) -> None:
    assert "".join(pieces(text)) == text
    assert all(pieces(text))


IMAGE = {"type": "image_url", "image_url": {"url": "data:image/png;base64,AAAA"}}
FILE = {"type": "file", "file": {"file_id": "x"}}
TEXT = {"type": "text", "text": ASKED["content"]}


@pytest.mark.parametrize(
    "messages",
    [
        [{"role": "user", "content": [IMAGE, {"type": "text", "text": "这是什么图？"}]},
         {"role": "assistant", "content": "……"}, ASKED],
        [{"role": "user", "content": [IMAGE]}, {"role": "assistant", "content": "……"}, ASKED],
        [{"role": "user", "content": "你好"},
         {"role": "assistant", "content": [{"type": "refusal", "refusal": "no"}]}, ASKED],
        [{"role": "user", "content": [TEXT, IMAGE]}],
        [{"role": "user", "content": [FILE, TEXT]}],
        [{"role": "user", "content": [{"type": "input_text", "text": ASKED["content"]}]}],
        [{"role": "user", "content": f"第{n}问"} for n in range(1200)] + [ASKED],
    ],
)  # fmt: skip
def test_what_is_no_text_is_passed_over(client: openai.OpenAI, messages: list[Any]) -> None:
    assert completed(client, *messages).youju["citations"][0]["quote"] == QUOTE


@pytest.mark.parametrize(
    ("body", "param"),
    [
        ({"messages": [{"role": "user", "content": [IMAGE]}]}, None),
        ({"messages": [{"role": "user", "content": ""}]}, None),
        ({"messages": [{"role": "user", "content": [{"type": "text", "text": 7}]}]}, "messages"),
        ({"messages": [ASKED], "n": 2}, "n"),
        ({"messages": [{"role": "user", "content": 7}]}, "messages.0.content"),
    ],
)
def test_errors_have_the_form_that_clients_read(
    client: openai.OpenAI, body: dict[str, Any], param: str | None
) -> None:
    with pytest.raises(openai.UnprocessableEntityError) as raised:
        client.chat.completions.create(model="youju", **body)
    error = raised.value
    assert error.type == "invalid_request_error"
    assert (error.param or "").startswith(param or "")
    assert isinstance(error.body, dict)
    assert error.body["message"]
    assert "function-after" not in str(error.body)
    assert error.body["code"] == error.code
    answer = error.response.json()
    assert answer["error"] == error.body
    assert {"code", "message_zh", "hint"} <= answer.keys()


def test_what_is_not_offered_is_refused_in_the_same_form(client: openai.OpenAI) -> None:
    for call in (
        lambda: client.embeddings.create(model="youju", input="a"),
        lambda: client.responses.create(model="youju", input="a"),
        lambda: client.models.retrieve("gpt-4"),
    ):
        with pytest.raises(openai.NotFoundError) as raised:
            call()
        assert raised.value.code == "not_found"


def schema_of(fields: dict[str, Any], **more: Any) -> dict[str, Any]:
    schema = {"type": "object", "properties": fields, "required": list(fields)} | more
    return {"type": "json_schema", "json_schema": {"name": "reply", "schema": schema}}


def test_the_reply_is_the_answers_json_where_that_is_asked_for(client: openai.OpenAI) -> None:
    whole = completed(client, ASKED, response_format={"type": "json_object"})
    content = json.loads(whole.choices[0].message.content)
    assert Answer.model_validate(content).citations[0].quote == QUOTE
    assert whole.usage.completion_tokens == len(whole.choices[0].message.content)
    chunks = completed(client, ASKED, response_format={"type": "json_object"}, stream=True)
    text = "".join(c.choices[0].delta.content or "" for c in chunks)
    assert json.loads(text)["citations"] == content["citations"]
    plain = completed(client, ASKED, response_format={"type": "text"}).choices[0].message.content
    assert plain == completed(client, ASKED).choices[0].message.content


class Quoted(BaseModel):
    model_config = ConfigDict(extra="forbid")
    quote: str
    title: str
    n: float


class Refused(BaseModel):
    message: str


class Reply(BaseModel):
    model_config = ConfigDict(extra="forbid")
    status: Literal["answered", "refused"]
    text: str
    citations: list[Quoted]
    refusal: Refused | None


@pytest.mark.parametrize("question", [ASKED["content"], "谁发明了电话机？"])
def test_a_clients_own_model_is_filled(client: openai.OpenAI, question: str) -> None:
    asked = {"role": "user", "content": question}
    parsed = client.chat.completions.parse(
        model="youju", messages=[asked], response_format=Reply  # type: ignore[list-item]
    ).choices[0].message.parsed  # fmt: skip
    assert parsed is not None
    assert (parsed.refusal is None) == (parsed.status == "answered") == bool(parsed.citations)
    assert all(one.quote == QUOTE for one in parsed.citations)


def test_other_fields_may_be_of_the_type_that_they_have(client: openai.OpenAI) -> None:
    times = {"type": "object", "additionalProperties": {"type": "number"}}
    for form in (times, {"type": "object", "additionalProperties": True}):
        wanted = schema_of({"timings_ms": form})
        reply = completed(client, ASKED, response_format=wanted).choices[0].message.content
        told = json.loads(reply)["timings_ms"]
        assert all(isinstance(value, int | float) for value in told.values())


LOOP = {"$ref": "#/$defs/a"}


@pytest.mark.parametrize(
    "wanted",
    [
        7,
        [],
        {},
        {"type": "xml"},
        {"type": ["text"]},
        {"type": "json_schema"},
        {"type": "json_schema", "json_schema": {"name": "x", "schema": 7}},
        schema_of({"answer": {"type": "string"}}),
        schema_of({"text": {"type": "number"}}),
        schema_of({"text": {"type": "string", "pattern": "^(a+)+$"}}),
        schema_of({"text": {"type": "string", "enum": ["是", "否"]}}),
        schema_of({"text": {"const": "是"}}),
        schema_of({"refusal": {"type": "object"}}),
        schema_of({"citations": {"type": "array", "items": {"type": "string"}}}),
        schema_of({"citations": {"anyOf": [{"type": "array"}, {"type": "array"}]}}),
        schema_of({"citations": {"anyOf": 7}}),
        schema_of({"text": 7}),
        schema_of({"text": {"oneOf": [{"type": "string"}]}}),
        schema_of({"text": {"$ref": "http://127.0.0.1:9/x"}}),
        schema_of({"text": LOOP}, **{"$defs": {"a": LOOP}}),
        schema_of({"text": LOOP}, **{"$defs": {"a": {"anyOf": [LOOP]}}}),
        schema_of({"text": LOOP}, **{"$defs": 7}),
        schema_of({}, additionalProperties=False),
        schema_of({}, additionalProperties={"type": "string"}),
        schema_of({}, additionalProperties=7),
        schema_of({"text": {"description": "述" * 70_000}}),
        schema_of({"timings_ms": {"additionalProperties": {"type": "string"}}}),
        schema_of({}, required=["text"], additionalProperties={"type": "number"}),
        {"type": "json_schema", "json_schema": {"schema": {"type": "array"}}},
        {"type": "json_schema", "json_schema": {"schema": {"properties": 7}}},
    ],
)  # fmt: skip
def test_a_form_that_no_answer_keeps_to_is_refused(client: openai.OpenAI, wanted: Any) -> None:
    for stream in (False, True):
        with pytest.raises(openai.BadRequestError) as raised:
            completed(client, ASKED, stream=stream, extra_body={"response_format": wanted})
        error = raised.value
        assert (error.status_code, error.code) == (400, "response_format_unsupported")
        assert (error.type, error.param) == ("invalid_request_error", "response_format")


def test_every_failure_of_these_routes_has_openais_form(tmp_path: Path) -> None:
    write_library(tmp_path)
    settings = load_settings(tmp_path, server={"token": "secret"})
    route = "/v1/chat/completions"
    with (
        served(create_app(settings, FakePipeline, chat=False)) as url,
        httpx.Client(
            base_url=url, headers={"Authorization": "Bearer secret"}, timeout=30
        ) as client,
    ):
        replies = [
            client.post(route, content=b"{"),
            client.post(route, content=bytes([255])),
            client.post(route, json=[]),
            client.post(route, content=rb'{"messages": [{"role": "user", "content": "\ud800"}]}'),
            client.post(route, content=b" " * (3 << 20)),
            client.post(route, json={"messages": [ASKED], "filters": {"nothing": 1}}),
            client.post(
                route, json={"messages": [ASKED]}, headers={"Origin": "http://evil.example"}
            ),
            client.post(route, json={"messages": [ASKED]}, headers={"Host": "evil.example"}),
            client.post(route, json={"messages": [ASKED]}, headers={"Authorization": "Bearer x"}),
            client.get(route),
            client.delete("/v1/models"),
            client.get("/v1/models/gpt-4"),
            client.post("/v1/completions", json={}),
        ]
    for reply in replies:
        error = reply.json()["error"]
        assert 400 <= reply.status_code < 500, reply.text
        assert set(error) == {"message", "type", "code", "param"}
        assert error["code"] == reply.json()["code"]
        assert error["message"].startswith(reply.json()["message_zh"])
        assert re.search(r"[。！？]", error["message"].removesuffix(reply.json()["hint"])[-1])
