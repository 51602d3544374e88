"""The gist of an article: a few of its own sentences that stand for the rest of it.

Sentences are chosen by how likely a reader would name them (`rag.desk.salience`) and by how little
they repeat what is chosen, as in J. Carbonell, J. Goldstein: The Use of MMR, Diversity-Based
Reranking for Reordering Documents and Producing Summaries. SIGIR 1998: the best
`p (1 - max_j w_ij)^red same^n / length^cost` over the chosen j is added while there is room, where
w are cosines of the stored sentence vectors and n of the chosen are of its paragraph.

They are quoted as far as they state something (`rag.desk.statements`), and whole where room is
left. In an interview, each guest has a sentence first. An enumeration is told whole or not at all,
of its items what states something where all of them are too long.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from rag.data_model.documents import Sentence
from rag.desk.salience import salience
from rag.desk.statements import statement_end
from rag.language.enumeration import Enumeration, enumerations
from rag.language.names import is_asker, listed_name
from rag.language.text import visible_length
from rag.library.records import StoredArticle
from rag.quoting.composition import spoken
from rag.quoting.quotes import SURE, Quote

Matrix = NDArray[np.float64]
MOST = 300
"""Characters of a gist."""
_SHORTEST, _LONGEST = 10, 120
_STATEMENT, _ITEM = 12, 12
"""Characters that a quoted stretch of a sentence has at least, and that of an item."""
_REPEATING = 0.2
"""The power of what a sentence says that is not said yet."""
_SAME_PARAGRAPH = 0.6
"""What is left to a sentence for each one that is chosen of its paragraph."""
_LENGTH = 0.4
"""The power of its length that a sentence costs."""
_SAMPLED = 1000
"""Sentences of which it is told how much they have in common."""
_ASIDE = re.compile(
    r"^[（(].*[）)]$|^编者按|^(?:本版|责任)?(?:责编|编辑|校对|版式|美编)|^链接|[：:]$|[?？]$"
)


@dataclass(frozen=True, slots=True)
class _Choice:
    """Sentences that are taken together: one, or the items of an enumeration.

    `quotes` are quoted; `rows` are the sentences that they cover; `part` is the guest whose they
    are; `whole` is the one sentence, of which the quote may be a stretch.
    """

    quotes: tuple[Quote, ...]
    rows: tuple[int, ...]
    part: str
    whole: Quote | None = None

    @property
    def length(self) -> int:
        return sum(len(quote.text) for quote in self.quotes)

    @property
    def cost(self) -> int:
        """Characters that it tells of."""
        return len(self.whole.text) if self.whole else self.length

    @property
    def paragraph(self) -> int:
        return self.quotes[0].paragraph


def gist_of(
    stored: StoredArticle, sentences: Sequence[Sentence], vectors: Matrix, most: int = MOST
) -> list[Quote]:
    """Quotes in the order of the article, `most` characters at most (or one sentence).

    Args:
        stored: the article.
        sentences: all of it.
        vectors: theirs, shape (sentences, dim), unit norm.
        most: characters.
    """
    talks = len(_guests(stored)) > 1
    choices = _choices(stored, sentences, talks=talks)
    if talks:  # what the guests say, and nobody's words stand for another's
        choices = [choice for choice in choices if choice.part]
    if not choices:
        return []
    likeness, salient = _Likeness(vectors), salience(stored.article, sentences, vectors)
    chosen: list[_Choice] = []
    for choice in _one_a_guest(choices, salient, most) if talks else ():
        chosen += _if_it_fits(choice, chosen, most)
    while (best := _best(choices, chosen, likeness, salient, most)) is not None:
        chosen.append(best)
    quotes = [quote for choice in _filled(chosen or choices[:1], salient, most) for quote in choice]
    return sorted(quotes, key=lambda quote: quote.start)


def _filled(chosen: Sequence[_Choice], salient: Matrix, most: int) -> Iterator[tuple[Quote, ...]]:
    """What is quoted, the likeliest sentences whole as far as there is room."""
    room = most - sum(choice.length for choice in chosen)
    for choice in sorted(chosen, key=lambda one: _salience(one, salient), reverse=True):
        more = choice.cost - choice.length
        if choice.whole and more <= room:
            room -= more
            yield (choice.whole,)
        else:
            yield choice.quotes


def _choices(stored: StoredArticle, sentences: Sequence[Sentence], *, talks: bool) -> list[_Choice]:
    """What may be quoted: sentences that tell something, and enumerations whole.

    Where it `talks`, each has the guest whose it is.
    """
    article = stored.article
    row_of = {sentence.start: row for row, sentence in enumerate(sentences)}
    said: set[str] = set()
    choices: list[_Choice] = []
    in_lists: set[int] = set()
    for enumeration in enumerations(article):
        rows = tuple(row_of[s.start] for s in enumeration.items if s.start in row_of)
        if len(rows) == len(enumeration.items) and not _is_asked(stored, enumeration.items[0]):
            in_lists.update(rows)
            items = [_quote(stored, sentence) for sentence in enumeration.items]
            fits = sum(len(item.text) for item in items) <= MOST
            quotes = tuple(item if fits else _stated(item, _ITEM) for item in items)
            covered = (*rows, *_lead_row(enumeration, row_of))
            part = _part(stored, enumeration.items[0]) if talks else ""
            choices.append(_Choice(quotes, covered, part))
    for row, sentence in enumerate(sentences):
        quote = _quote(stored, sentence)
        if row in in_lists or _is_asked(stored, sentence) or quote.text in said:
            continue
        said.add(quote.text)
        paragraph = article.paragraphs[sentence.paragraph - 1]
        aside = _ASIDE.search(quote.text) or listed_name(paragraph)
        stated = _stated(quote, _STATEMENT)
        if visible_length(quote.text) >= _SHORTEST and len(stated.text) <= _LONGEST and not aside:
            part = _part(stored, sentence) if talks else ""
            choices.append(_Choice((stated,), (row,), part, quote))
    return sorted(choices, key=lambda choice: choice.rows[0])


def _lead_row(enumeration: Enumeration, row_of: dict[int, int]) -> tuple[int, ...]:
    lead = enumeration.lead
    return (row_of[lead.start],) if lead and lead.start in row_of else ()


def _quote(stored: StoredArticle, sentence: Sentence) -> Quote:
    quote = Quote(stored, sentence.paragraph, sentence.start, sentence.end, SURE, chosen="gist")
    return spoken(quote)


def _stated(quote: Quote, least: int) -> Quote:
    """As much of a sentence as states something in so many characters."""
    return replace(quote, end=quote.start + statement_end(quote.text, least, _LONGEST))


def _is_asked(stored: StoredArticle, sentence: Sentence) -> bool:
    speaker = stored.article.paragraphs[sentence.paragraph - 1].speaker
    return speaker is not None and is_asker(speaker, stored.article)


def _guests(stored: StoredArticle) -> Sequence[str]:
    speakers = dict.fromkeys(p.speaker for p in stored.article.paragraphs if p.speaker)
    return [speaker for speaker in speakers if not is_asker(speaker, stored.article)]


def _part(stored: StoredArticle, sentence: Sentence) -> str:
    """The guest whom a sentence speaks for; empty for nobody."""
    return stored.article.paragraphs[sentence.paragraph - 1].speaker or ""


class _Likeness:
    """Cosines above those of sentences that have little in common, 0 to 1.

    Never of all sentences with all: a book has tens of thousands.
    """

    def __init__(self, vectors: Matrix) -> None:
        self._vectors = vectors
        some = vectors[:: 1 + len(vectors) // _SAMPLED]
        self._low = float(np.quantile(some @ some.T, 0.1))

    def nearest(self, rows: Sequence[int]) -> Matrix:
        """Of each sentence, with the one of some rows that is likest; 0 where there are none."""
        if not rows:
            return np.zeros(len(self._vectors))
        cosines = (self._vectors @ self._vectors[list(rows)].T).max(axis=1)
        above: Matrix = np.clip((cosines - self._low) / max(1.0 - self._low, 1e-6), 0.0, 1.0)
        return above


def _one_a_guest(choices: Sequence[_Choice], salient: Matrix, most: int) -> list[_Choice]:
    """What each guest says that is named most likely, as far as each has a share of the room."""
    guests = list(dict.fromkeys(choice.part for choice in choices))
    found = []
    for guest in guests:
        own = [choice for choice in choices if choice.part == guest]
        fitting = [choice for choice in own if choice.length <= most / len(guests)] or [
            min(own, key=lambda choice: choice.length)
        ]
        found.append(max(fitting, key=lambda choice: _salience(choice, salient)))
    return found


def _salience(choice: _Choice, salient: Matrix) -> float:
    """That of its likeliest sentence."""
    return float(salient[list(choice.rows)].max())


def _if_it_fits(choice: _Choice, chosen: Sequence[_Choice], most: int) -> list[_Choice]:
    taken = {row for one in chosen for row in one.rows}
    used = sum(one.length for one in chosen)
    fits = used + choice.length <= most and not taken.intersection(choice.rows)
    return [choice] if fits else []


def _best(
    choices: Sequence[_Choice],
    chosen: Sequence[_Choice],
    likeness: _Likeness,
    salient: Matrix,
    most: int,
) -> _Choice | None:
    """The choice that tells most for its length; None where there is no room."""
    alike = likeness.nearest([row for choice in chosen for row in choice.rows])
    beside = Counter(choice.paragraph for choice in chosen)
    gains = []
    for at, choice in enumerate(choices):
        if _if_it_fits(choice, chosen, most):
            new = 1.0 - float(alike[list(choice.rows)].max())
            worth = _salience(choice, salient) * new**_REPEATING
            worth *= _SAME_PARAGRAPH ** beside[choice.paragraph]
            gains.append((worth / choice.cost**_LENGTH, -at, choice))
    return max(gains, key=lambda gain: gain[:2])[2] if gains else None
