"""The only door through which outside text enters HTML.

Besides HTML's own characters it hides `$`, `{` and the backtick, which Gradio's templates read, and
it shows what would turn the writing round or not be seen (`rag.language.visible`).
"""

from __future__ import annotations

import html
import json

from pydantic import BaseModel

from rag.language.visible import HIDDEN, name_of, visible
from ui.language import _, in_chinese

_TEMPLATE_CHARACTERS = str.maketrans({"$": "&#36;", "{": "&#123;", "`": "&#96;"})


def escaped(text: str) -> str:
    """`text` as content, or as an attribute in double quotes that people see."""
    return attribute(visible(text))


def attribute(text: str) -> str:
    """`text` as an attribute in double quotes that scripts read: each character stays."""
    encodable = text.encode("utf-8", "replace").decode("utf-8")
    return html.escape(encodable, quote=True).translate(_TEMPLATE_CHARACTERS)


def quoted(text: str) -> str:
    """Outside text as content: apart from the writing around it, hidden characters as badges."""
    pieces = []
    end = 0
    for match in HIDDEN.finditer(text):
        name = name_of(match[0])
        badge = f'<span class="yj-hidden" title="{_("看不见的控制字符")}">{name}</span>'
        pieces += [escaped(text[end : match.start()]), badge]
        end = match.end()
    return f"<bdi{in_chinese()}>{''.join(pieces)}{escaped(text[end:])}</bdi>"


def escaped_json(record: BaseModel) -> str:
    """A record as the value of a `data-` attribute."""
    spelt = json.dumps(record.model_dump(mode="json"), ensure_ascii=False)
    return attribute(HIDDEN.sub(lambda match: json.dumps(match[0])[1:-1], spelt))
