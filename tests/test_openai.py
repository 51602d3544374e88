"""The official `openai` client, unchanged, against a real server."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import openai
import pytest
from fake_pipeline import FakePipeline, write_library
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
    assert f"第 {answer.receipt.generation} 代文章库" in choice.message.content
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
