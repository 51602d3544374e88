"""Where the words of a search stand in a text, however they are written there."""

from __future__ import annotations

from rag.data_model.documents import Span
from rag.language.text import fold, fold_with_offsets


def occurrences(text: str, query: str) -> list[Span]:
    """Spans of `text` that read like a word of `query` (words stand between blanks), in order.

    Both are compared folded: width, case, Traditional and Simplified do not matter.
    """
    folded = fold_with_offsets(text)
    found: list[Span] = []
    for word in set(fold(query).split()):
        start = folded.text.find(word)
        while start >= 0:
            found.append(folded.raw_span(start, start + len(word)))
            start = folded.text.find(word, start + len(word))
    merged: list[Span] = []
    for span in sorted(found):
        if merged and span.start <= merged[-1].end:
            merged[-1] = Span(merged[-1].start, max(merged[-1].end, span.end))
        else:
            merged.append(span)
    return merged
