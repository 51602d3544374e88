"""Our own HTML, script and style files in another language, as they are served.

The files are written in Chinese. Of HTML the text between tags and the values of attributes are
messages, of scripts the strings and the templates (`{}` stands for each `${…}`), of style sheets
what they add as `content`.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping
from functools import cache

from ui.language import _
from ui.language.current import Language

CHINESE = re.compile(r"[\u3001-\u303f\u4e00-\u9fff\uff01-\uff5e]")
"""A character that only Chinese text has: an ideograph or one of its marks."""
_STYLE = re.compile(r'(?<=content: ")[^"]*')
_TEXT = re.compile(r"(?<=>)[^<>]+|\"[^\"<>]*\"")
_PAGE = '<html lang="zh-CN"'

Say = Callable[[str], str]


@cache
def in_language(content: str, kind: str, language: Language) -> str:
    """A file of ours in the current `language`, which the cache is told.

    Args:
        content: of the file.
        kind: `html`, `js` or `css`; all others are as they are.
        language: that of the request.
    """
    read = READERS.get(kind)
    return content if language == "zh" or read is None else read(content, _)


def markup(template: str) -> str:
    """Marks HTML that stands in a Python module, to be served `in_language`."""
    return template


def page(content: str, say: Say) -> str:
    """HTML with its texts as `say` has them."""

    def said(match: re.Match[str]) -> str:
        text = match[0].strip(' \n"')
        return match[0].replace(text, say(text)) if CHINESE.search(text) else match[0]

    return _TEXT.sub(said, content.replace(_PAGE, '<html lang="en"', 1))


def style(content: str, say: Say) -> str:
    """A style sheet with what it adds to the page as `say` has it."""

    def said(match: re.Match[str]) -> str:
        return say(match[0]) if CHINESE.search(match[0]) else match[0]

    return _STYLE.sub(said, content)


def script(content: str, say: Say) -> str:
    """A script with its strings and templates as `say` has them."""
    pieces = []
    end = 0
    for start, literal in _literals(content):
        pieces += [content[end:start], _said(literal, say)]
        end = start + len(literal)
    return "".join([*pieces, content[end:]])


def _literals(content: str) -> Iterator[tuple[int, str]]:
    """Where the strings and templates with Chinese text stand."""
    from babel.messages.jslexer import tokenize

    at = 0
    for token in tokenize(content, jsx=False, dotted=False, template_string=True):
        at = content.index(token.value, at)
        if token.type in {"string", "template_string"} and CHINESE.search(token.value):
            yield at, token.value
        at += len(token.value)


def _said(literal: str, say: Say) -> str:
    from babel.messages.jslexer import unquote_string

    if literal[0] != "`":
        text = unquote_string(literal)
        spoken = say(text)
        return literal if spoken == text else json.dumps(spoken, ensure_ascii=False)
    text, places = _template(literal[1:-1])
    spoken = say(text)
    if spoken == text:
        return literal
    filled = spoken.replace("`", "\\`").format(*places)
    return f"`{filled}`"


def _template(body: str) -> tuple[str, list[str]]:
    """The text of a template with `{}` for each place, and the places."""
    text = []
    places = []
    at = 0
    while (start := body.find("${", at)) >= 0:
        end, depth = start + 2, 1
        while depth:
            depth += {"{": 1, "}": -1}.get(body[end], 0)
            end += 1
        text += [body[at:start], "{}"]
        places.append(body[start:end])
        at = end
    return "".join([*text, body[at:]]), places


READERS: Mapping[str, Callable[[str, Say], str]] = {"html": page, "js": script, "css": style}
"""What puts a kind of file into another language."""
