"""`/v1/chat/completions` and `/v1/models`: for every program that speaks to OpenAI's interface.

The last message of the user is the question, the earlier ones are the history. The whole reply
(`ui.reply`) is the content, `[n]` marks included; `message.citations` are the citations and
`youju` is the whole `Answer`. A refusal is ordinary content: `youju.status` tells it apart.
"""

from __future__ import annotations

import re
import secrets
import time
from collections.abc import Iterator
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Request
from pydantic import BaseModel, ConfigDict, Field, JsonValue
from starlette.concurrency import run_in_threadpool
from starlette.responses import JSONResponse, Response

from rag.data_model.answers import Answer, Question
from rag.errors import BadRequest, RouteMissing
from ui.accounts.roles import remark
from ui.api.base import FAILURES, engine_of, failures
from ui.api.events import EVENTS, Event, event_stream
from ui.api.response_format import form_of
from ui.api.wire import EXACT, FiltersBody, Text

MODEL = "youju"
_CREATED = 1_700_000_000
_TEXTS = frozenset({"text", "input_text", "output_text"})
_REMEMBERED = 20
_PIECES = re.compile(r".*?(?:\[\d+\]|\n|$)", re.DOTALL)


class Part(BaseModel):
    """A piece of a message. Only text is read: of a picture, a file or a refusal, nothing."""

    model_config = ConfigDict(extra="ignore")

    type: Text = Field(examples=["text"])
    text: Text | None = None

    @property
    def said(self) -> str:
        """Its characters."""
        return self.text or "" if self.type in _TEXTS else ""


class Message(BaseModel):
    """One turn; of the assistant's and the system's, nothing is needed."""

    model_config = ConfigDict(extra="ignore")

    role: Literal["system", "developer", "user", "assistant", "tool", "function"]
    content: Text | tuple[Part, ...] | None = None

    @property
    def text(self) -> str:
        """Its characters."""
        if isinstance(self.content, str):
            return self.content
        return "".join(part.said for part in self.content or ())

    @property
    def is_text(self) -> bool:
        """Whether it has no parts, or one that is text."""
        return not self.content or any(
            isinstance(part, str) or part.type in _TEXTS for part in self.content
        )


class StreamOptions(BaseModel):
    """What a stream ends with."""

    include_usage: bool = False


class CompletionBody(BaseModel):
    """A conversation. What only a language model could heed (temperature, tools …) is ignored."""

    model_config = ConfigDict(extra="ignore")

    model: Text = Field(default=MODEL, examples=[MODEL], description="任何名字都可以")
    messages: Annotated[tuple[Message, ...], Field(min_length=1)] = Field(
        examples=[[{"role": "user", "content": "什么是低空经济？"}]],
        description="最后一条是问题，只读其中的文字；以前的问题只看最后二十个",
    )
    stream: bool | None = False
    stream_options: StreamOptions | None = None
    response_format: JsonValue = Field(
        default=None,
        examples=[{"type": "json_object"}],
        description="`json_object`：内容是回答的 JSON，与 `/v1/ask` 给的一样；`json_schema`："
        "只留其中的字段，它们都须是回答的 JSON 里有的",
    )
    n: Literal[1] | None = Field(default=1, description="同样的问题只有一个答案")
    filters: FiltersBody = Field(
        default=FiltersBody(), description="只在这些文章里找（本程序所加）"
    )
    exact: bool = Field(default=False, strict=True, description=f"{EXACT}（本程序所加）")

    def as_question(self) -> Question:
        """The last message is asked, the user's earlier ones are its history.

        Raises:
            BadRequest: the conversation does not end with the user, or with no text.
        """
        if self.messages[-1].role != "user":
            raise BadRequest(reason="最后一条消息应当是 user 的")
        if not self.messages[-1].is_text:
            raise BadRequest(reason="最后一条消息里没有文字；图片和文件读不了")
        earlier = [message.text for message in self.messages[:-1] if message.role == "user"]
        history = tuple(text for text in earlier if text.strip())[-_REMEMBERED:]
        asked = self.messages[-1].text
        return Question(
            question=asked, history=history, filters=self.filters.filters, exact=self.exact
        )

    @property
    def length(self) -> int:
        """Characters of all messages."""
        return sum(len(message.text) for message in self.messages)


router = APIRouter(responses=FAILURES, tags=["OpenAI 兼容"])


@router.post(
    "/v1/chat/completions",
    summary="对话（OpenAI 格式）",
    response_model=None,
    responses=failures(400, 404)
    | {200: {**EVENTS[200], "description": "回答；`stream` 为真时是事件流"}},
)
async def complete(body: CompletionBody, request: Request) -> Response:
    """用 OpenAI 的客户端提问：引文在 `message.citations`，完整的回答在 `youju`。

    用量（`usage`）以字数计。拒答也是普通的回答，看 `youju.status` 就知道。
    """
    form = await run_in_threadpool(form_of, body.response_format)
    question = body.as_question()
    remark(request, question=question.question)
    answer = await engine_of(request).ask(question)
    said = form.of(answer)
    usage = _usage(body, said)
    head = {"id": f"chatcmpl-{secrets.token_hex(12)}", "created": int(time.time()), "model": MODEL}
    if body.stream:
        with_usage = body.stream_options is not None and body.stream_options.include_usage
        return event_stream(_chunks(head, answer, said, usage if with_usage else None))
    message = {
        "role": "assistant",
        "content": said,
        "refusal": None,
        "citations": [citation.model_dump(mode="json") for citation in answer.citations],
    }
    choice = {"index": 0, "message": message, "logprobs": None, "finish_reason": "stop"}
    return JSONResponse(
        {
            **head,
            "object": "chat.completion",
            "choices": [choice],
            "usage": usage,
            "youju": answer.to_json(),
        }
    )


@router.get("/v1/models", summary="模型列表（OpenAI 格式）")
async def models() -> dict[str, Any]:
    """只有一个：`youju`。"""
    return {"object": "list", "data": [_model()]}


@router.get("/v1/models/{model}", summary="模型（OpenAI 格式）", responses=failures(404))
async def model_of(model: str) -> dict[str, Any]:
    """`youju` 的说明。"""
    if model != MODEL:
        raise RouteMissing(path=f"/v1/models/{model}"[:80])
    return _model()


def pieces(text: str) -> list[str]:
    """A text cut after each `[n]` and each line; glued together they are the text."""
    return [piece for piece in _PIECES.findall(text) if piece]


def _chunks(
    head: dict[str, Any], answer: Answer, said: str, usage: dict[str, int] | None
) -> Iterator[Event]:
    def chunk(delta: dict[str, Any], finish: str | None = None, **more: Any) -> Event:
        choice = {"index": 0, "delta": delta, "logprobs": None, "finish_reason": finish}
        return "", {**head, "object": "chat.completion.chunk", "choices": [choice], **more}

    yield chunk({"role": "assistant", "content": ""})
    for piece in pieces(said):
        yield chunk({"content": piece})
    citations = [citation.model_dump(mode="json") for citation in answer.citations]
    yield chunk({"citations": citations}, "stop", youju=answer.to_json())
    if usage is not None:
        yield "", {**head, "object": "chat.completion.chunk", "choices": [], "usage": usage}
    yield "", "[DONE]"


def _usage(body: CompletionBody, said: str) -> dict[str, int]:
    asked, told = body.length, len(said)
    return {"prompt_tokens": asked, "completion_tokens": told, "total_tokens": asked + told}


def _model() -> dict[str, Any]:
    return {"id": MODEL, "object": "model", "created": _CREATED, "owned_by": "youju"}
