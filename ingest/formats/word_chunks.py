"""Files that a Word document holds whole (`w:altChunk`): web pages, archived pages, plain text."""

from __future__ import annotations

import email
import email.policy
import re
from collections.abc import Iterator
from email.message import EmailMessage, Message

from ingest.formats.html import whole_text
from ingest.lines.encodings import decode
from ingest.word.package import Part

_PAGE = re.compile(rb"<(?:!doctype\s+html|html|body|p|div|table)\b", re.IGNORECASE)
_ARCHIVED = re.compile(rb"mime-version\s*:", re.IGNORECASE)
_RICH = b"{\\rtf"
_HEAD = 4096


def is_package(part: Part) -> bool:
    """Whether it is a Word file in its turn."""
    return part.data.startswith(b"PK\x03\x04")


def chunk_lines(part: Part) -> Iterator[str] | None:
    """Its lines; None for a format that is not read here.

    Raises:
        HtmlTooDeep, EncodingUnknown, ParseFailed: as `whole_text` says.
    """
    data = part.data
    head = data[:_HEAD]
    if head.startswith(_RICH):
        return None
    if _ARCHIVED.search(head):
        data = _page_of(data)
        head = data[:_HEAD]
    if _PAGE.search(head) or part.name.endswith((".htm", ".html", ".xhtml")):
        return iter(whole_text(data)[0])
    decoded = decode(data)
    return iter(decoded.text.splitlines()) if decoded else None


def _page_of(archive: bytes) -> bytes:
    """The page of an archived web page (`.mht`)."""
    message: Message = email.message_from_bytes(archive, policy=email.policy.default)
    if not isinstance(message, EmailMessage):
        return b""
    body = message.get_body(preferencelist=("html", "plain"))
    content = body.get_payload(decode=True) if body is not None else b""
    return content if isinstance(content, bytes) else b""
