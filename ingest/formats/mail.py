"""Letters (`.eml`) and web pages saved as one file (`.mht`, `.mhtml`), both MIME messages."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from email import policy
from email.message import EmailMessage
from email.parser import BytesParser
from email.utils import parseaddr, parsedate_to_datetime
from typing import IO, Any

from ingest.formats import html
from ingest.lines.encodings import decode
from ingest.parts.extracted import Extracted, bounded, storable
from rag.errors import EmptyDocument, EncodingUnknown, ParseFailed, ParseLimit

MOST_BYTES = 64 << 20
_MOST_PARTS = 1_000
_DEEPEST = 50
_HEADER = re.compile(rb"^[A-Za-z][A-Za-z0-9-]*:", re.MULTILINE)
_MULTIPART = re.compile(rb"content-type:\s*multipart/", re.IGNORECASE)
_META = re.compile(rb"<meta[^>]+charset", re.IGNORECASE)


def extract(file: IO[bytes], page: bool = False) -> dict[str, Any]:
    """The text of a letter with its subject as title, or of a saved `page` as of other pages.

    Raises:
        ParseFailed: no message.
        ParseLimit: too large, or of too many parts.
        EncodingUnknown, HtmlTooDeep: of the text inside.
    """
    data = file.read(MOST_BYTES + 1)
    if len(data) > MOST_BYTES:
        raise ParseLimit(file="", reason=f"超过 {MOST_BYTES >> 20} MB")
    if data.count(b"\n--") > _MOST_PARTS * 10 or len(_MULTIPART.findall(data)) > _DEEPEST:
        raise ParseLimit(file="", reason="分段太多")
    if not _HEADER.match(data.lstrip(b"\xef\xbb\xbf\r\n")):
        raise ParseFailed(file="", reason="不是完好的邮件或单一网页文件")
    # From_ lines of mailboxes and marks of order are no header.
    message = BytesParser(policy=policy.default).parsebytes(data.lstrip(b"\xef\xbb\xbf\r\n"))
    if not isinstance(message, EmailMessage):
        raise ParseFailed(file="", reason="不是完好的邮件或单一网页文件")
    if page:
        return _page(message)
    lines, codec = _letter(message)
    remarks = _attached(message)
    text = bounded("\n".join(lines))
    return Extracted(text, codec, values=_told(message), remarks=remarks).as_dict()


def _page(message: EmailMessage) -> dict[str, Any]:
    """The page that the file was saved for: its first one."""
    part = next((one for one in _parts(message) if one.get_content_type() == "text/html"), None)
    if part is None:
        raise ParseFailed(file="", reason="里面没有网页")
    codec = part.get_content_charset()
    data = _payload(part)
    if codec and not _META.search(data[:4096]):
        text = _decoded(data, codec)[0]
        data = b"<meta charset=utf-8>" + text.encode("utf-8", "replace")
    record = html.extract(io.BytesIO(data))
    if subject := _header(message, "subject"):
        record["values"].setdefault("title", subject)
    return record


def _letter(message: EmailMessage) -> tuple[list[str], str]:
    """The lines of the letter, plain where it is written so too."""
    parts = [one for one in _parts(message) if one.get_content_disposition() != "attachment"]
    for kind in ("text/plain", "text/html"):
        found = [one for one in parts if one.get_content_type() == kind]
        texts = [_text(one, kind) for one in found]
        lines = [line for text, _ in texts for line in text]
        if any(line.strip() for line in lines):
            return lines, texts[0][1]
    raise EmptyDocument(file="")


def _text(part: EmailMessage, kind: str) -> tuple[list[str], str]:
    data, codec = _payload(part), part.get_content_charset()
    if kind == "text/html":
        text, used = _decoded(data, codec)
        return html.whole_text(b"<meta charset=utf-8>" + text.encode("utf-8", "replace"))[0], used
    text, used = _decoded(data, codec)
    return text.splitlines(), used


def _payload(part: EmailMessage) -> bytes:
    payload = part.get_payload(decode=True)
    return payload if isinstance(payload, bytes) else b""


def _decoded(data: bytes, codec: str | None) -> tuple[str, str]:
    """As declared where that works, else as it looks; `gb2312` means all of GB18030."""
    codec = {"gb2312": "gb18030", "gbk": "gb18030", "big5": "cp950"}.get(codec or "", codec)
    if codec:
        try:
            return data.decode(codec), codec
        except (LookupError, UnicodeDecodeError):
            pass  # a wrong declaration is common
    decoded = decode(data)
    if decoded is None:
        raise EncodingUnknown(file="")
    return decoded.text, decoded.encoding


def _parts(message: EmailMessage) -> Iterator[EmailMessage]:
    """What is no container; letters inside the letter are attached to it."""
    for count, part in enumerate(message.walk()):
        if count > _MOST_PARTS:
            raise ParseLimit(file="", reason="分段太多")
        if isinstance(part, EmailMessage) and not part.is_multipart():
            yield part


def _attached(message: EmailMessage) -> tuple[str, ...]:
    names = [
        storable(str(part.get_filename() or "未命名"))
        for part in _parts(message)
        if part.get_content_disposition() == "attachment"
    ]
    return (f"邮件有 {len(names)} 个附件未读：{'、'.join(names[:10])}",) if names else ()


def _told(message: EmailMessage) -> dict[str, Any]:
    values: dict[str, Any] = {"title": _header(message, "subject")}
    name, address = parseaddr(_header(message, "from"))
    values["authors"] = [name or address] if name or address else []
    try:
        values["date"] = f"{parsedate_to_datetime(_header(message, 'date')):%Y-%m-%d}"
    except (ValueError, TypeError):
        values["date"] = None
    return {key: value for key, value in values.items() if value}


def _header(message: EmailMessage, name: str) -> str:
    """A header's text; one that cannot be read says nothing."""
    try:
        return storable(" ".join(str(message.get(name, "")).split()))
    except (ValueError, TypeError, IndexError, AttributeError, LookupError):
        return ""
