"""The only door through which outside text enters HTML.

Besides HTML's own characters it hides `$`, `{` and the backtick, which Gradio's templates read.
"""

from __future__ import annotations

import html
import json

from pydantic import BaseModel

_TEMPLATE_CHARACTERS = str.maketrans({"$": "&#36;", "{": "&#123;", "`": "&#96;"})


def escaped(text: str) -> str:
    """`text` as content or as the value of an attribute in double quotes."""
    visible = text.encode("utf-8", "replace").decode("utf-8")
    return html.escape(visible, quote=True).translate(_TEMPLATE_CHARACTERS)


def escaped_json(record: BaseModel) -> str:
    """A record as the value of a `data-` attribute."""
    return escaped(json.dumps(record.model_dump(mode="json"), ensure_ascii=False))
