"""A number in a question as the articles write it: 二〇二三年 for 2023年, 三车间 for 3车间.

Words are compared as they are spelt, so a passage that writes a number otherwise would be found
late and read as if it did not tell of it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from rag.language.naming import qualifiers_in
from rag.language.numerals import respelt, with_or_without_di, years_spelt
from rag.language.series import Qualifier, synonyms
from rag.language.text import fold
from rag.language.year_names import FIRST_YEAR, YEAR
from rag.language.year_parts import DAYS
from rag.question.understanding import ParsedQuestion, content_words
from rag.retrieval.candidates import Candidate

_MOST = 2
"""Ways of writing a question's numbers that are read besides its own."""
_MOST_NUMBERS = 12
"""So many of a question's numbers are spelt otherwise; what names more is a list."""


def spelt_out(question: ParsedQuestion) -> str:
    """The words to search for, with the other spellings of the question's numbers after them."""
    others = (spelling for named in _named(question.searched) for spelling in _others(named))
    return " ".join(dict.fromkeys((question.sought, *others)))


def as_spelt(
    question: ParsedQuestion, candidates: Sequence[Candidate]
) -> Iterator[tuple[ParsedQuestion, tuple[str, ...], list[Candidate]]]:
    """The question with its numbers as some candidates write them.

    Gives the question, how they are written, and the candidates that write them so.
    """
    written = {n.text: _others(n) for n in _named(question.searched)}
    groups: dict[tuple[tuple[str, str], ...], list[Candidate]] = {}
    for candidate in candidates:
        hit = candidate.hit
        text = fold(f"{hit.title}\n{hit.passage.section or ''}\n{hit.passage.text}")
        found = tuple(
            (own, other)
            for own, others in written.items()
            if own not in text and (other := next((o for o in others if o in text), None))
        )
        if found:
            groups.setdefault(found, []).append(candidate)
    for found, own in list(groups.items())[:_MOST]:
        searched = question.searched
        for asked, told in found:
            searched = searched.replace(asked, told)
        spelt = replace(question, searched=searched, terms=content_words(searched))
        yield spelt, tuple(told for _, told in found), own


def _named(searched: str) -> tuple[Qualifier, ...]:
    """What a folded question names, each once."""
    return tuple(dict.fromkeys(qualifiers_in(searched)))[:_MOST_NUMBERS]


def _others(named: Qualifier) -> tuple[str, ...]:
    """Other ways to write what a question names."""
    year = next(iter(named.values), 0)
    if named.kind == YEAR and len(named.values) == 1 and year >= FIRST_YEAR:
        spelt = tuple(f"{digits}{YEAR}" for digits in years_spelt(year))
    elif named.kind == DAYS:
        spelt = respelt(named.text)
    else:
        written = (named.text, with_or_without_di(named.text))
        spelt = synonyms(named) or tuple(s for text in written for s in (text, *respelt(text)))
    return tuple(other for other in dict.fromkeys(spelt) if other != named.text)
