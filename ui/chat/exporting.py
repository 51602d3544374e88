"""A conversation as a file: Markdown, Word or JSON, with references after GB/T 7714."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from rag.answers import Answer
from rag.wording import correction_note, typed_words
from ui.references import (
    cited_statements,
    completed_question,
    numbered_references,
)

Kind = Literal["title", "question", "searched", "text", "refusal", "label", "reference"]

_NOT_IN_NAMES = re.compile(r'[\\/:*?"<>|\x00-\x1f]')
_MARKDOWN = re.compile(r"([\\`*_\[\]<>#|~])")
_WORD_TYPE = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
_PREFIXES: dict[Kind, str] = {
    "title": "# ",
    "question": "## ",
    "searched": "",
    "text": "",
    "refusal": "",
    "label": "### ",
    "reference": "",
}


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


@dataclass(frozen=True, slots=True)
class Line:
    """A paragraph of the exported conversation."""

    kind: Kind
    text: str


def exported(conversation: Conversation) -> ExportedFile:
    """The conversation in the format it asks for."""
    name = _NOT_IN_NAMES.sub("", conversation.title)[:60].strip(" .") or "有据问答"
    match conversation.format:
        case "json":
            answers = [
                {**answer.to_json(), "references": numbered_references(answer)}
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
    yield Line("title", conversation.title or "有据问答")
    for answer in conversation.answers:
        yield Line("question", answer.question)
        if completed := completed_question(answer):
            yield Line("searched", f"按上文补全为：{completed}")
        if note := correction_note(answer.corrections):
            yield Line("searched", f"{note}，原写{typed_words(answer.corrections)}")
        if answer.refusal is not None:
            yield Line("refusal", answer.refusal.message)
            continue
        for text in cited_statements(answer):
            yield Line("text", text)
        yield Line("label", "参考文献")
        for text in numbered_references(answer):
            yield Line("reference", text)


def _markdown(line: Line) -> str:
    return _PREFIXES[line.kind] + _MARKDOWN.sub(r"\\\1", " ".join(line.text.split()))
