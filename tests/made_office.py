"""Files of the formats that offices have, made by their own library or from bytes."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping, Sequence
from email.message import EmailMessage
from pathlib import Path

import openpyxl
import xlwt

Rows = Sequence[Sequence[object]]

STATIONS: Rows = (
    ("站点", "电话", "人数"),
    ("柳湾站", "0555-321", 12),
    ("红岩站", "0555-777", 8),
)


def package(parts: Mapping[str, str | bytes], first: tuple[str, str] | None = None) -> bytes:
    """A zip of parts; `first` is stored uncompressed at its head."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        if first:
            archive.writestr(*first, compress_type=zipfile.ZIP_STORED)
        for name, content in parts.items():
            archive.writestr(name, content)
    return out.getvalue()


def xlsx(rows: Rows = STATIONS, name: str = "Sheet1") -> bytes:
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.title = name
    for row in rows:
        sheet.append(list(row))
    return saved(book)


def saved(book: openpyxl.Workbook) -> bytes:
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def xls(rows: Rows = STATIONS, formats: Mapping[tuple[int, int], str] | None = None) -> bytes:
    book = xlwt.Workbook(encoding="utf-8")
    sheet = book.add_sheet("Sheet1")
    for r, row in enumerate(rows):
        for c, value in enumerate(row):
            code = (formats or {}).get((r, c))
            style = xlwt.easyxf(num_format_str=code) if code else xlwt.Style.default_style
            sheet.write(r, c, value, style)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


_P = 'xmlns:p="http://schemas.openxmlformats.org/presentationml/2006/main"'
_A = 'xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main"'
_R = 'xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"'
_RELATIONS = "http://schemas.openxmlformats.org/package/2006/relationships"
_TYPE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/"


def relations(*targets: tuple[str, str]) -> str:
    """Type and target each; their ids are rId1, rId2, …"""
    inside = "".join(
        f'<Relationship Id="rId{n}" Type="{_TYPE}{kind}" Target="{target}"/>'
        for n, (kind, target) in enumerate(targets, start=1)
    )
    return f'<Relationships xmlns="{_RELATIONS}">{inside}</Relationships>'


def shape(text: str, role: str = "body", top: int = 0) -> str:
    place = f'<p:spPr><a:xfrm><a:off x="0" y="{top}"/></a:xfrm></p:spPr>'
    words = "".join(f"<a:p><a:r><a:t>{line}</a:t></a:r></a:p>" for line in text.split("\n"))
    return (
        f'<p:sp><p:nvSpPr><p:nvPr><p:ph type="{role}"/></p:nvPr></p:nvSpPr>{place}'
        f"<p:txBody>{words}</p:txBody></p:sp>"
    )


def slide_table(rows: Rows) -> str:
    cells = "".join(
        "<a:tr>"
        + "".join(
            f"<a:tc><a:txBody><a:p><a:r><a:t>{cell}</a:t></a:r></a:p></a:txBody></a:tc>"
            for cell in row
        )
        + "</a:tr>"
        for row in rows
    )
    return f"<p:graphicFrame><a:graphic><a:tbl>{cells}</a:tbl></a:graphic></p:graphicFrame>"


def slide(*shapes: str, hidden: bool = False) -> str:
    show = ' show="0"' if hidden else ""
    tree = f"<p:cSld><p:spTree>{''.join(shapes)}</p:spTree></p:cSld>"
    return f"<p:sld {_P} {_A}{show}>{tree}</p:sld>"


def pptx(*slides: str, notes: str = "") -> bytes:
    """Slides in order; `notes` go with the first."""
    ids = "".join(f'<p:sldId id="{255 + n}" r:id="rId{n}"/>' for n in range(1, len(slides) + 1))
    parts = {
        "_rels/.rels": relations(("officeDocument", "ppt/presentation.xml")),
        "ppt/presentation.xml": f"<p:presentation {_P} {_R}><p:sldIdLst>{ids}</p:sldIdLst>"
        "</p:presentation>",
        "ppt/_rels/presentation.xml.rels": relations(
            *(("slide", f"slides/slide{n}.xml") for n in range(1, len(slides) + 1))
        ),
    }
    parts |= {f"ppt/slides/slide{n}.xml": text for n, text in enumerate(slides, start=1)}
    if notes:
        said = f"<p:cSld><p:spTree>{shape(notes)}{shape('1', 'sldNum')}</p:spTree></p:cSld>"
        parts["ppt/slides/_rels/slide1.xml.rels"] = relations(
            ("notesSlide", "../notesSlides/notesSlide1.xml")
        )
        parts["ppt/notesSlides/notesSlide1.xml"] = f"<p:notes {_P} {_A}>{said}</p:notes>"
    return package(parts)


_ODF = " ".join(
    f'xmlns:{name}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"'
    for name in ("office", "text", "table", "drawing", "presentation")
).replace("xmlns:drawing", "xmlns:draw")


def opendocument(body: str, kind: str = "text") -> bytes:
    content = (
        f"<office:document-content {_ODF}><office:body><office:{kind}>{body}"
        f"</office:{kind}></office:body></office:document-content>"
    )
    mime = f"application/vnd.oasis.opendocument.{kind}"
    return package({"content.xml": content}, ("mimetype", mime))


def ods_table(rows: Rows, name: str = "表1") -> str:
    inside = "".join(
        "<table:table-row>"
        + "".join(f"<table:table-cell><text:p>{cell}</text:p></table:table-cell>" for cell in row)
        + "</table:table-row>"
        for row in rows
    )
    return f'<table:table table:name="{name}">{inside}</table:table>'


def epub(title: str, author: str, *chapters: str) -> bytes:
    """Chapters are the insides of bodies."""
    items = "".join(
        f'<item id="c{n}" href="text/c{n}.xhtml" media-type="application/xhtml+xml"/>'
        for n in range(len(chapters))
    )
    spine = "".join(f'<itemref idref="c{n}"/>' for n in range(len(chapters)))
    book = (
        '<package xmlns="http://www.idpf.org/2007/opf" version="3.0">'
        '<metadata xmlns:dc="http://purl.org/dc/elements/1.1/">'
        f"<dc:title>{title}</dc:title><dc:creator>{author}</dc:creator></metadata>"
        '<manifest><item id="nav" href="nav.xhtml" properties="nav"'
        f' media-type="application/xhtml+xml"/>{items}</manifest>'
        f'<spine><itemref idref="nav"/>{spine}</spine></package>'
    )
    container = (
        '<container xmlns="urn:oasis:names:tc:opendocument:xmlns:container"><rootfiles>'
        '<rootfile full-path="OEBPS/book.opf"/></rootfiles></container>'
    )
    parts = {
        "META-INF/container.xml": container,
        "OEBPS/book.opf": book,
        "OEBPS/nav.xhtml": "<html><body><p>目录</p></body></html>",
    }
    for n, chapter in enumerate(chapters):
        parts[f"OEBPS/text/c{n}.xhtml"] = (
            '<?xml version="1.0" encoding="utf-8"?><!DOCTYPE html>'
            '<html xmlns="http://www.w3.org/1999/xhtml"><head><title>章</title></head>'
            f"<body>{chapter}</body></html>"
        )
    return package(parts, ("mimetype", "application/epub+zip"))


def rtf(body: str, head: str = "") -> bytes:
    r"""`body` in control words; Chinese in it becomes `\u` with a substitute."""
    out = "".join(c if ord(c) < 128 else f"\\u{_signed(c)}?" for c in body)
    fonts = r"{\fonttbl{\f0\fnil\fcharset134 SimSun;}{\f1\fnil\fcharset0 Arial;}}"
    return ("{\\rtf1\\ansi\\ansicpg936\\deff0" + fonts + head + out + "}").encode("ascii")


def _signed(character: str) -> int:
    code = ord(character)
    return code - 0x10000 if code > 0x7FFF else code


def letter(text: str = "", page: str = "", attached: Sequence[str] = ()) -> EmailMessage:
    message = EmailMessage()
    message["Subject"] = "关于石桥镇集市的答复"
    message["From"] = "张巨峰 <zhang@example.com>"
    message["Date"] = "Tue, 05 Mar 2024 09:30:00 +0800"
    message.set_content(text, charset="utf-8")
    if page:
        message.add_alternative(page, subtype="html", charset="gb18030")
    for name in attached:
        message.add_attachment(b"MZ", maintype="application", subtype="x", filename=name)
    return message


def saved_page(page: str, codec: str = "utf-8") -> bytes:
    """A web page as browsers save it in one file."""
    message = EmailMessage()
    message["Subject"] = "桥通车了"
    message["MIME-Version"] = "1.0"
    message.set_content(page.encode(codec), maintype="text", subtype="html")
    message.set_param("charset", codec)
    message.make_related()
    message.add_related(b"\x89PNG\r\n\x1a\n", maintype="image", subtype="png", cid="<x>")
    return message.as_bytes()


def ofd(*pages: Sequence[tuple[float, float, str]]) -> bytes:
    """Pages of lines: left, top and text, in millimetres; type of 4 mm."""

    def content(lines: Sequence[tuple[float, float, str]]) -> str:
        objects = "".join(
            f'<ofd:TextObject ID="{n}" Boundary="{x} {y} 180 5" Font="1" Size="4">'
            f'<ofd:TextCode X="0" Y="4" DeltaX="g {max(len(text) - 1, 1)} 4">{text}'
            "</ofd:TextCode></ofd:TextObject>"
            for n, (x, y, text) in enumerate(lines)
        )
        return (
            '<ofd:Page xmlns:ofd="http://www.ofdspec.org/2016"><ofd:Content><ofd:Layer>'
            f"{objects}</ofd:Layer></ofd:Content></ofd:Page>"
        )

    listed = "".join(
        f'<ofd:Page ID="{n}" BaseLoc="Pages/Page_{n}/Content.xml"/>' for n in range(len(pages))
    )
    parts = {
        "OFD.xml": '<ofd:OFD xmlns:ofd="http://www.ofdspec.org/2016"><ofd:DocBody>'
        "<ofd:DocRoot>Doc_0/Document.xml</ofd:DocRoot></ofd:DocBody></ofd:OFD>",
        "Doc_0/Document.xml": '<ofd:Document xmlns:ofd="http://www.ofdspec.org/2016">'
        "<ofd:CommonData><ofd:PageArea><ofd:PhysicalBox>0 0 210 297</ofd:PhysicalBox>"
        f"</ofd:PageArea></ofd:CommonData><ofd:Pages>{listed}</ofd:Pages></ofd:Document>",
    }
    parts |= {f"Doc_0/Pages/Page_{n}/Content.xml": content(lines) for n, lines in enumerate(pages)}
    return package(parts)


def write(path: Path, content: bytes) -> Path:
    path.write_bytes(content)
    return path
