"""Word files for tests: parts written by hand around python-docx's own template."""

from __future__ import annotations

import io
from pathlib import Path

import docx
from docx.opc.packuri import PackURI
from docx.opc.part import Part
from docx.oxml import parse_xml
from made_files import with_part

W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006"
SPACES = (
    f'xmlns:w="{W}" xmlns:m="{_OFFICE}/math" xmlns:r="{_OFFICE}/relationships" '
    'xmlns:w14="http://schemas.microsoft.com/office/word/2010/wordml" '
    'xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006"'
)


def run(text: str, properties: str = "") -> str:
    return f"<w:r><w:rPr>{properties}</w:rPr><w:t xml:space='preserve'>{text}</w:t></w:r>"


def paragraph(inside: str, properties: str = "") -> str:
    inside = inside if inside.startswith("<") or not inside else run(inside)
    return f"<w:p><w:pPr>{properties}</w:pPr>{inside}</w:p>"


def numbered(text: str, list_id: int = 77, level: int = 0, style: str = "") -> str:
    place = f"<w:numPr><w:ilvl w:val='{level}'/><w:numId w:val='{list_id}'/></w:numPr>"
    return paragraph(text, (f"<w:pStyle w:val='{style}'/>" if style else "") + place)


def level(at: int, style: str, text: str, more: str = "") -> str:
    return (
        f"<w:lvl w:ilvl='{at}'><w:start w:val='1'/><w:numFmt w:val='{style}'/>{more}"
        f"<w:lvlText w:val='{text}'/></w:lvl>"
    )


def word_file(
    path: Path, body: str, *, scheme: str = "", lists: str = "", parts: dict[str, str] | None = None
) -> Path:
    """A file whose body is `body`.

    Args:
        path: where to write it.
        body: paragraphs and tables, as XML.
        scheme: levels of the scheme of lists 77 and above.
        lists: further `w:num`s.
        parts: related parts: the kind of relation, and what the part holds.
    """
    document = docx.Document()
    if scheme:
        numbering = document.part.numbering_part.element
        own = f"<w:abstractNum {SPACES} w:abstractNumId='77'>{scheme}</w:abstractNum>"
        numbering.insert(0, parse_xml(own))
        first = "<w:num w:numId='77'><w:abstractNumId w:val='77'/></w:num>"
        for item in [first, *filter(None, lists.split("\n"))]:
            numbering.append(parse_xml(item.replace("<w:num ", f"<w:num {SPACES} ", 1)))
    for kind, content in (parts or {}).items():
        suffix = "xml" if content.startswith("<w:") else "htm"
        name = PackURI(f"/word/{kind}.{suffix}")
        blob = content.replace(">", f" {SPACES}>", 1) if suffix == "xml" else content
        mime = "application/xml" if suffix == "xml" else "text/html"
        document.part.relate_to(Part(name, mime, blob.encode()), f"{_OFFICE}/relationships/{kind}")
    out = io.BytesIO()
    document.save(out)
    xml = f"<w:document {SPACES}><w:body>{body}</w:body></w:document>"
    path.write_bytes(with_part(out.getvalue(), "word/document.xml", xml.encode()))
    return path
