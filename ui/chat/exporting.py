"""A conversation as a file: Markdown, Word or JSON, with references after GB/T 7714."""

from __future__ import annotations

import io
import json
import re
import zipfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal
from xml.sax.saxutils import escape

from pydantic import BaseModel, ConfigDict, Field

from rag.answers import Answer, Citation

_NOT_IN_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_NOT_IN_NAMES = re.compile(r'[\\/:*?"<>|\x00-\x1f]')
_MARKDOWN = re.compile(r"([\\`*_\[\]<>#|~])")
_WORD_TYPE = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"


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
class _Line:
    kind: Literal["title", "question", "text", "reference"]
    text: str


def exported(conversation: Conversation) -> ExportedFile:
    """The conversation in the format it asks for."""
    name = _NOT_IN_NAMES.sub("", conversation.title)[:60].strip() or "有据问答"
    match conversation.format:
        case "json":
            answers = [answer.to_json() for answer in conversation.answers]
            text = json.dumps(answers, ensure_ascii=False, indent=2)
            return ExportedFile(f"{name}.json", "application/json", text.encode())
        case "markdown":
            text = "\n\n".join(_markdown(line) for line in _lines(conversation)) + "\n"
            return ExportedFile(f"{name}.md", "text/markdown", text.encode())
        case "word":
            return ExportedFile(f"{name}.docx", _WORD_TYPE, _word(list(_lines(conversation))))


def gbt7714(citation: Citation) -> str:
    """`何苇. 灯塔岛的风电[N]. 江州日报, 2024-03-05(6).`; without a newspaper, the file."""
    authors = ", ".join(citation.authors[:3]) + (", 等" if len(citation.authors) > 3 else "")
    who = f"{authors}. " if authors else ""
    if citation.newspaper is None:
        return f"{who}{citation.title}[Z]. {citation.source.file}."
    page = re.sub(r"^第|[版页]$", "", citation.page or "")
    when = ", ".join(filter(None, (citation.newspaper, citation.date)))
    return f"{who}{citation.title}[N]. {when}{f'({page})' if page else ''}."


def _lines(conversation: Conversation) -> Iterator[_Line]:
    yield _Line("title", conversation.title or "有据问答")
    for answer in conversation.answers:
        yield _Line("question", answer.question)
        if answer.refusal is not None:
            yield _Line("text", answer.refusal.message)
            continue
        for statement in answer.statements:
            numbers = "".join(f"[{n}]" for n in statement.citations)
            yield _Line("text", f"{statement.text}{numbers}")
        for citation in answer.citations:
            where = f"第{citation.paragraph}段"
            yield _Line("reference", f"[{citation.n}] {gbt7714(citation)} {where}")


def _markdown(line: _Line) -> str:
    prefix = {"title": "# ", "question": "## ", "text": "", "reference": "> "}[line.kind]
    return prefix + _MARKDOWN.sub(r"\\\1", " ".join(line.text.split()))


def _word(lines: Sequence[_Line]) -> bytes:
    """A document of the smallest kind that Word opens."""
    namespace = "http://schemas.openxmlformats.org"
    body = "".join(_word_paragraph(line) for line in lines)
    parts = {
        "[Content_Types].xml": (
            f'<Types xmlns="{namespace}/package/2006/content-types">'
            '<Default Extension="rels"'
            ' ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
            f'<Override PartName="/word/document.xml" ContentType="{_WORD_TYPE}.main+xml"/></Types>'
        ),
        "_rels/.rels": (
            f'<Relationships xmlns="{namespace}/package/2006/relationships"><Relationship Id="r1"'
            f' Type="{namespace}/officeDocument/2006/relationships/officeDocument"'
            ' Target="word/document.xml"/></Relationships>'
        ),
        "word/document.xml": (
            f'<w:document xmlns:w="{namespace}/wordprocessingml/2006/main">'
            f"<w:body>{body}</w:body></w:document>"
        ),
    }
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, xml in parts.items():
            archive.writestr(name, f'<?xml version="1.0" encoding="UTF-8"?>{xml}')
    return file.getvalue()


def _word_paragraph(line: _Line) -> str:
    size, bold = {
        "title": (36, "<w:b/>"),
        "question": (26, "<w:b/>"),
        "text": (24, ""),
        "reference": (20, ""),
    }[line.kind]
    text = escape(_NOT_IN_XML.sub("", line.text))
    fonts = '<w:rFonts w:ascii="Times New Roman" w:eastAsia="宋体"/>'
    return (
        '<w:p><w:pPr><w:spacing w:after="120"/></w:pPr>'
        f'<w:r><w:rPr>{fonts}{bold}<w:sz w:val="{size}"/></w:rPr>'
        f'<w:t xml:space="preserve">{text}</w:t></w:r></w:p>'
    )
