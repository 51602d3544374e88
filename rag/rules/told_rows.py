"""The row that a question means by all that it says, where it names no column.

`附属卡年费多少` names no cell of a table whole; one row alone tells of both.
"""

from __future__ import annotations

import re

from rag.language.text import has_han, tagged
from rag.rules.row_lookup import Lookup, holds, is_telling, value_of
from rag.rules.row_tables import Row

_DIGIT = re.compile(r"\d")
_ANY_MEASURE = frozenset("数量率额度比值者人员日间时期月年位名号")
"""Last characters that too many columns' names share."""


def told_alone(asked: Lookup) -> int | None:
    """The one row that holds all that the question says, though it names no column of it.

    The words are those of keys too: `附属卡年费` is a row that tells of both, where 年费 is another
    row's name.
    """
    keys = {value_of(asked, mention) for mention in asked.keys}
    others = {word for word in asked.unheld if _may_tell(word) and "几" not in word}
    elsewhere = {word for word in others if any(holds(row.text, word) for row in asked.table.rows)}
    counted = any(map(_DIGIT.search, others))
    if asked.columns or not (keys or len(elsewhere) > 1):
        return None
    if not keys and (asked.foreign or counted):
        return None
    holding = [
        n
        for n, row in enumerate(asked.table.rows)
        if all(holds(row.text, key) for key in keys)
        and all(_is_held(row.text, word) or (keys and _names_column(word, row)) for word in others)
        and all(single in row.text for single in asked.singles)
    ]
    return holding[0] if len(holding) == 1 else None


def _may_tell(word: str) -> bool:
    """As `is_telling`, verbs too."""
    return is_telling(word) or any(tag.startswith("v") for _, tag in tagged(word))


def _is_held(text: str, word: str) -> bool:
    """Whether a text has a word, or one that the dictionary lacks in halves: `金卡|主卡`."""
    pairs = [word[n : n + 2] for n in range(0, len(word), 2)]
    return holds(text, word) or (len(word) >= 4 and all(holds(text, pair) for pair in pairs))


def _names_column(word: str, row: Row) -> bool:
    """Whether a word ends in a character of a filled column's name: `手续费` asks for 收费标准."""
    end = word[-1]
    if len(word) < 2 or not has_han(end) or end in _ANY_MEASURE:
        return False
    return any(end in column for column, value in row.values if value)
