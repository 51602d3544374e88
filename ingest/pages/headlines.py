"""A headline for an article that the page left without one: its most telling clause."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence

from rag.language.text import words

_CLAUSE = re.compile(r"[^，。！？；：\s“”（）()]{4,}[^，。！？；：\s]*")
_DATELINE = re.compile(r"^(?:本报|本刊|新华社|中新社)[^，。]{0,20}?(?:讯|电)(?:[（(][^）)]*[）)])?")
_SENTENCE_END = re.compile(r"[。！？!?；\n\r]")
_CLAUSE_END = re.compile(r"[，、：,:\s]")
_SHORTEST, _LONGEST = 8, 30


def infer_headline(texts: Sequence[str]) -> str:
    """A clause of 8–30 characters whose words come back most often in the article.

    Each word that is at least two characters long counts with the number of paragraphs' sentences
    that hold it; clauses of the first paragraph are preferred, as that is where news tells its
    story. Without such a clause: the first characters of the text.
    """
    counts = Counter(word for text in texts for word in words(text) if len(word) >= 2)
    best, best_score = "", 0.0
    for n, text in enumerate(texts):
        for clause in _CLAUSE.findall(_DATELINE.sub("", text)):
            if not _SHORTEST <= len(clause) <= _LONGEST:
                continue
            known = {word for word in words(clause) if len(word) >= 2}
            score = sum(counts[word] - 1 for word in known) / len(clause) ** 0.5
            score *= 1.5 if n == 0 else 1.0
            if score > best_score:
                best, best_score = clause, score
    if best:
        return best
    first = _DATELINE.sub("", texts[0] if texts else "").strip()
    return re.split(r"[。！？；\n]", first, maxsplit=1)[0][:_LONGEST] or first[:_LONGEST]


def first_words(text: str) -> str:
    """How a text without a title begins: its first sentence, or as many of its clauses as fit."""
    start = text.strip("\ufeff \t\r\n\u3000")
    sentence = _SENTENCE_END.split(start, maxsplit=1)[0].strip()
    if len(sentence) <= _LONGEST:
        return sentence or start[:_LONGEST]
    ends = [m.start() for m in _CLAUSE_END.finditer(sentence, _SHORTEST, _LONGEST + 1)]
    return sentence[: ends[-1]] if ends else f"{sentence[: _LONGEST - 1]}…"
