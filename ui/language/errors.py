"""Errors in English, beside their Chinese: `message_en` and `hint_en` are added, nothing changes.

An error may have come from another process, or from a file of days ago, as its words alone. So it
is known by its code, and what its message says by the message's own pattern.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any

from rag.errors import YoujuError
from ui.language.current import current
from ui.language.reasons import reason
from ui.language.retelling import retold

_ENDS = tuple("。！？….!?")


def worded(error: YoujuError) -> dict[str, str]:
    """The wire form of an error, in the language of the request as well."""
    return told(error.as_dict())


def told(record: Mapping[str, Any]) -> dict[str, Any]:
    """An error's wire form in the language of the request as well; in Chinese, it is as it was."""
    if current() == "zh":
        return dict(record)
    kinds = kinds_of(str(record.get("code", "")))
    return dict(record) | {
        "message_en": retold(
            str(record.get("message_zh", "")), [one.message for one in kinds], reason
        ),
        "hint_en": retold(str(record.get("hint", "")), [one.hint for one in kinds], reason),
    }


def shown(error: YoujuError) -> tuple[str, str]:
    """Message and hint as people are shown them."""
    record = worded(error)
    return record.get("message_en", error.message_zh), record.get("hint_en", error.hint_zh)


def in_one(message: str, hint: str) -> str:
    """Message and hint, in the language of the request, as one text with a stop between them."""
    chinese = current() == "zh"
    stop = "" if message.endswith(_ENDS) else "。" if chinese else "."
    return f"{message}{stop}{'' if chinese else ' '}{hint}"


def any_message(said: str) -> str:
    """The message of some error in the language of the request; other text as it is."""
    return retold(said, [one.message for one in every_kind() if one.message != "{reason}"], reason)


@cache
def kinds_of(code: str) -> tuple[type[YoujuError], ...]:
    """The classes of errors that have this code."""
    return tuple(kind for kind in every_kind() if kind.code == code)


@cache
def every_kind() -> tuple[type[YoujuError], ...]:
    """All classes of errors; they stand in `rag.errors` alone."""
    found: list[type[YoujuError]] = [YoujuError]
    for kind in found:
        found += kind.__subclasses__()
    return tuple(found)
