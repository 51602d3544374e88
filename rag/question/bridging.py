"""A bridge from an English question to Chinese articles: which of their words it may mean.

Dictionaries know common words and great names (`english`), figures are respelt
(`english_figures`), and other names are looked for by their sound (`romanised`).
Only words that the library has are searched for.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from rag.data_model.answers import Bridged
from rag.language.text import fold, spelt_as, words, words_among
from rag.question.english import Meant, translated, words_of
from rag.question.english_figures import figures_in
from rag.question.romanised import romanised
from rag.question.understanding import ParsedQuestion, glossed
from rag.retrieval.candidates import Candidate
from rag.retrieval.searching import LexicalSearch


def bridged(question: ParsedQuestion, lexical: LexicalSearch) -> tuple[Bridged, ...]:
    """The articles' words for a question's; none where it is asked in Chinese."""
    if question.chinese:
        return ()
    typed = spelt_as(question.searched, *question.written)
    found = list(figures_in(typed))
    spoken = [word for word in words_of(typed) if not _within(word.start, found)]
    found += translated(spoken)
    found += romanised([word for word in spoken if not _within(word.start, found)], lexical)
    held = (
        Bridged(
            asked=typed[meant.start : meant.end],
            searched=_held(meant.words, lexical),
            by=meant.by,
        )
        for meant in sorted(found, key=lambda meant: meant.start)
    )
    return tuple(one for one in held if one.searched)


def with_bridges(question: ParsedQuestion, lexical: LexicalSearch) -> ParsedQuestion:
    """The question with the library's words for what it asks in another language."""
    return question if question.chinese else replace(question, bridged=bridged(question, lexical))


def as_told(question: ParsedQuestion, candidates: Sequence[Candidate]) -> ParsedQuestion:
    """The question as candidates tell it: its terms are their words for its own.

    What no candidate holds is no term: a dictionary's word may simply not be the one they use.
    """
    if question.chinese:
        return question
    texts = [fold(f"{c.hit.title}\n{c.hit.passage.text}") for c in candidates]
    known = {word for text in texts for word in words_among(text, set(question.terms))}
    own = filter(known.__contains__, question.terms)
    told = [(one, word) for one in question.bridged if (word := _told_most(one, texts))]
    terms = tuple(dict.fromkeys((*own, *(word for _, word in told))))
    return replace(question, searched=glossed(question.searched, told), terms=terms)


def _told_most(one: Bridged, texts: Sequence[str]) -> str | None:
    """The word that most of the texts hold; None if none holds any."""
    spelt = [word.replace(" ", "") for word in one.searched]
    counted = [(sum(word in text for text in texts), word) for word in spelt]
    most, word = max(counted, key=lambda pair: pair[0])
    return word if most else None


def _within(at: int, found: Sequence[Meant]) -> bool:
    return any(meant.start <= at < meant.end for meant in found)


def _held(meant: Sequence[str], lexical: LexicalSearch) -> tuple[str, ...]:
    """Those that some passage has, in one piece or as jieba cuts them."""
    return tuple(
        word
        for word in map(fold, meant)
        if lexical.document_frequency(word)
        or ((cut := words(word)) and all(map(lexical.document_frequency, cut)))
    )
