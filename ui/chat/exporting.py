"""A conversation as a file: Markdown, Word or JSON, with references after GB/T 7714."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from rag.data_model.answers import Answer
from rag.language.visible import visible
from ui.reply import Kind, Line, lines_of, numbered_references, plain_text

_NOT_IN_NAMES = re.compile(r'[\\/:*?"<>|\x00-\x1f]')
_MARKDOWN = re.compile(r"([\\`*_\[\]<>#|~])")
_WORD_TYPE = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
_PREFIXES: dict[Kind, str] = {"title": "# ", "question": "## ", "label": "### "}


class Conversation(BaseModel):
    """What the page sends: the answers, oldest first."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    format: Literal["markdown", "word", "json"]
    title: str = Field(default="", max_length=200)
    answers: tuple[Answer, ...] = Field(default=(), max_length=1000)


@dataclass(frozen=True, slots=True)
class ExportedFile:
    """A file to be saved by the browser."""

    name: str
    media_type: str
    content: bytes


def exported(conversation: Conversation) -> ExportedFile:
    """The conversation in the format it asks for."""
    name = _NOT_IN_NAMES.sub("", conversation.title)[:60].strip(" .") or "有据问答"
    match conversation.format:
        case "json":
            answers = [
                {
                    **answer.to_json(),
                    "references": numbered_references(answer.citations),
                    "reply": plain_text(answer),
                }
                for answer in conversation.answers
            ]
            text = json.dumps(answers, ensure_ascii=False, indent=2)
            return ExportedFile(f"{name}.json", "application/json", text.encode())
        case "markdown":
            text = "\n\n".join(_markdown(line) for line in lines(conversation)) + "\n"
            return ExportedFile(f"{name}.md", "text/markdown", text.encode())
        case "word":
            from ui.chat.word import document

            return ExportedFile(f"{name}.docx", _WORD_TYPE, document(lines(conversation)))


def lines(conversation: Conversation) -> Iterator[Line]:
    """What is written, in order."""
    yield Line("title", visible(conversation.title or "有据问答"))
    for answer in conversation.answers:
        yield Line("question", visible(answer.question))
        yield from lines_of(answer)


def _markdown(line: Line) -> str:
    return _PREFIXES.get(line.kind, "") + _MARKDOWN.sub(r"\\\1", " ".join(line.text.split()))
