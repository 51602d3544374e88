"""What was put together in Chinese before, in the language of the request: by its pattern."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from functools import cache
from string import Formatter

from ui.language import _


def retold(said: str, templates: Iterable[str], inner: Callable[[str], str] = _) -> str:
    """What was said, by the first template that it may have been made of; else as it is.

    Args:
        said: Chinese text.
        templates: messages with `{}` or `{name}` where other text stands.
        inner: what becomes of that other text.
    """
    for template in templates:
        pattern, names = _pattern(template)
        if (match := pattern.fullmatch(said)) is not None:
            values = [inner(value) for value in match.groups()]
            named = dict(zip(names, values, strict=True))
            return _(template).format(*values, **{name: named[name] for name in named if name})
    return _(said)


@cache
def _pattern(template: str) -> tuple[re.Pattern[str], tuple[str, ...]]:
    """What a text of this template looks like, and the names of its places."""
    parts = list(Formatter().parse(template))
    pattern = "".join(
        re.escape(text) + ("" if name is None else "(.*?)") for text, name, *_rest in parts
    )
    names = tuple(name for _text, name, *_rest in parts if name is not None)
    return re.compile(pattern, re.DOTALL), names
