"""An English question that points to something named before: `When will it open?`.

The word that points is replaced by what the question before is about, as far as its words tell:
what stands after its last `the`, or its last words that neither ask nor bind.
"""

from __future__ import annotations

import re

from rag.language.text import has_han
from rag.question.question_data import question_data

_POINTS = re.compile(
    r"\b(?P<own>its|his|their)\b|\b(?:it|he|she|they|them|him)\b"
    r"|(?<!is )(?<!are )(?<!was )(?<!were )\bthere\b(?! (?:is|are|was|were|be)\b)"
)
_WORD = re.compile(r"[a-z\d][a-z\d'-]*")


def points_in_english(bare: str) -> bool:
    """Whether a folded question in another language points: `who built it`."""
    return not has_han(bare) and _POINTS.search(bare) is not None


def with_thing(bare: str, before: str) -> str:
    """A folded question with the thing that `before` is about for the word that points.

    Empty where `before` names none in these letters.
    """
    thing = "" if has_han(before) else _thing(before)
    if not thing:
        return ""
    return _POINTS.sub(lambda m: f"{thing}'s" if m["own"] else thing, bare, count=1)


def _thing(before: str) -> str:
    """The last words that neither ask nor bind, or the first after the last `the`, with that."""
    binding = set(question_data()["function_words"]["english"].split())
    _, the, after = before.rpartition("the ")
    runs: list[list[str]] = [[]]
    for word in _WORD.findall(after):
        if word in binding:
            runs.append([])
        else:
            runs[-1].append(word)
    named = [run for run in runs if run]
    return the + " ".join(named[0] if the else named[-1]) if named else ""
