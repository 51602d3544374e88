"""A page of a PDF, or a picture, as a PNG to look at. Runs in a child process, as parsers do."""

from __future__ import annotations

import base64
import io
from typing import IO, Any

from ingest.formats.pdf import open_document, render
from ingest.printed.pictures import open_picture
from rag.errors import PageImageMissing

_MOST_PIXELS = 16_000_000


def extract(file: IO[bytes], page: int, width: int) -> dict[str, Any]:
    """`png`: the picture in base64, `width` pixels wide, less where that would be too many.

    Raises:
        PageImageMissing: the file has no such page.
        PdfEncrypted, ParseFailed, ParseLimit: it cannot be shown.
    """
    head = file.read(5)
    file.seek(0)
    if head == b"%PDF-":
        document = open_document(file)
        if not 1 <= page <= len(document):
            raise PageImageMissing(file="", page=page)
        points = document[page - 1].get_size()[0]
        image = render(document, page, width / points, _MOST_PIXELS).to_pil()
    elif page == 1:
        image = open_picture(file, _MOST_PIXELS)
        image.thumbnail((width, image.height))
    else:
        raise PageImageMissing(file="", page=page)
    out = io.BytesIO()
    image.save(out, "PNG")
    return {"png": base64.b64encode(out.getvalue()).decode("ascii")}
