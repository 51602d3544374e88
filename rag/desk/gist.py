"""The gist of an article: a few of its own sentences that stand for the rest of it.

Sentences are chosen by what they cover and by where they stand, the classes of functions of
H. Lin, J. Bilmes: A Class of Submodular Functions for Document Summarization. ACL-HLT 2011:
coverage `sum_i min(sum_j w_ij, alpha * sum_k w_ik)` over the chosen j, plus a reward for each part
of the article, `sum_k sqrt(sum_j r_j)` over the chosen j of part k, where w are cosines of the
stored sentence vectors and r_j is how central a sentence is (its mean cosine, after D. Radev et
al.: Centroid-based summarization of multiple documents, 2004). The best gain for its length is
added while there is room, which is within a constant of the optimum.

First comes the lead, as news tells the most important there; in an interview, each guest has a
sentence. An enumeration is told whole or not at all: its items as far as their first clause.
"""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from rag.data_model.documents import Sentence
from rag.language.enumeration import Enumeration, enumerations
from rag.language.names import is_asker, listed_name
from rag.language.text import clause_spans, visible_length
from rag.library.records import StoredArticle
from rag.quoting.composition import spoken
from rag.quoting.quotes import SURE, Quote

Matrix = NDArray[np.float64]
MOST = 300
"""Characters of a gist."""
_SHORTEST, _LONGEST = 10, 120
_ALPHA = 0.25
"""So much of what is like a sentence suffices to cover it."""
_PARTS = 0.5
"""What a part's first sentence counts, beside covering everything."""
_LENGTH = 0.5
"""The power of its length that a sentence costs."""
_ITEM = 10
"""Characters that an item's first clauses must have."""
_ASIDE = re.compile(r"^[（(].*[）)]$|^编者按|^链接|[：:]$|[?？]$")


@dataclass(frozen=True, slots=True)
class _Choice:
    """Sentences that are taken together: one, or the items of an enumeration.

    `quotes` are quoted; `rows` are the sentences that they cover; `part` is the speaker or section.
    """

    quotes: tuple[Quote, ...]
    rows: tuple[int, ...]
    part: str

    @property
    def length(self) -> int:
        return sum(len(quote.text) for quote in self.quotes)


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
    choices = _choices(stored, sentences)
    talks = len(_guests(stored)) > 1
    if talks:  # what the guests say, and nobody's words stand for another's
        choices = [choice for choice in choices if choice.part]
    if not choices:
        return []
    likeness = _likeness(vectors)
    chosen = [] if talks else [_lead(choices)]
    for choice in _one_a_part(choices, likeness, most, guests_only=talks):
        chosen += _if_it_fits(choice, chosen, most)
    while (best := _best(choices, chosen, likeness, most)) is not None:
        chosen.append(best)
    quotes = [quote for choice in chosen or choices[:1] for quote in choice.quotes]
    return sorted(quotes, key=lambda quote: quote.start)


def _choices(stored: StoredArticle, sentences: Sequence[Sentence]) -> list[_Choice]:
    """What may be quoted: sentences that tell something, and enumerations whole."""
    article = stored.article
    row_of = {sentence.start: row for row, sentence in enumerate(sentences)}
    choices: list[_Choice] = []
    in_lists: set[int] = set()
    for enumeration in enumerations(article):
        rows = tuple(row_of[s.start] for s in enumeration.items if s.start in row_of)
        if len(rows) == len(enumeration.items) and not _is_asked(stored, enumeration.items[0]):
            in_lists.update(rows)
            quotes = tuple(_item(stored, sentence) for sentence in enumeration.items)
            covered = (*rows, *_lead_row(enumeration, row_of))
            choices.append(_Choice(quotes, covered, _part(stored, enumeration.items[0])))
    for row, sentence in enumerate(sentences):
        if row in in_lists or _is_asked(stored, sentence):
            continue
        quote = _quote(stored, sentence)
        paragraph = article.paragraphs[sentence.paragraph - 1]
        aside = _ASIDE.search(quote.text) or listed_name(paragraph)
        if visible_length(quote.text) >= _SHORTEST and len(quote.text) <= _LONGEST and not aside:
            choices.append(_Choice((quote,), (row,), _part(stored, sentence)))
    return sorted(choices, key=lambda choice: choice.rows[0])


def _lead_row(enumeration: Enumeration, row_of: dict[int, int]) -> tuple[int, ...]:
    lead = enumeration.lead
    return (row_of[lead.start],) if lead and lead.start in row_of else ()


def _quote(stored: StoredArticle, sentence: Sentence) -> Quote:
    quote = Quote(stored, sentence.paragraph, sentence.start, sentence.end, SURE, chosen="gist")
    return spoken(quote)


def _item(stored: StoredArticle, sentence: Sentence) -> Quote:
    """An item as far as its first clauses: what it is, without how."""
    quote = _quote(stored, sentence)
    end = 0
    for clause in clause_spans(quote.text):
        end = clause.end
        if visible_length(quote.text[:end]) >= _ITEM:
            break
    return replace(quote, end=quote.start + len(quote.text[:end].rstrip("，,；;：:、")))


def _is_asked(stored: StoredArticle, sentence: Sentence) -> bool:
    speaker = stored.article.paragraphs[sentence.paragraph - 1].speaker
    return speaker is not None and is_asker(speaker, stored.article)


def _guests(stored: StoredArticle) -> Sequence[str]:
    speakers = dict.fromkeys(p.speaker for p in stored.article.paragraphs if p.speaker)
    return [speaker for speaker in speakers if not is_asker(speaker, stored.article)]


def _part(stored: StoredArticle, sentence: Sentence) -> str:
    """What a sentence speaks for: a guest, a section, or its paragraph where there are none."""
    paragraph = stored.article.paragraphs[sentence.paragraph - 1]
    if len(_guests(stored)) > 1:
        return paragraph.speaker or ""
    return paragraph.section or (
        "" if any(p.section for p in stored.article.paragraphs) else f"{paragraph.n}"
    )


def _lead(choices: Sequence[_Choice]) -> _Choice:
    """The first sentence that tells something."""
    return next((choice for choice in choices if len(choice.quotes) == 1), choices[0])


def _likeness(vectors: Matrix) -> Matrix:
    """Cosines above those of sentences that have little in common, 0 to 1."""
    cosines = vectors @ vectors.T
    low = float(np.quantile(cosines, 0.1))
    return np.clip((cosines - low) / max(1.0 - low, 1e-6), 0.0, 1.0)


def _one_a_part(
    choices: Sequence[_Choice], likeness: Matrix, most: int, *, guests_only: bool
) -> list[_Choice]:
    """The most central choice of each section or guest, as far as each has its share of room."""
    parts = list(dict.fromkeys(choice.part for choice in choices if choice.part))
    if guests_only is False and all(part.isdigit() for part in parts):
        return []  # paragraphs are too many
    share = most / max(len(parts), 1)
    found = []
    for part in parts:
        own = [choice for choice in choices if choice.part == part]
        fitting = [choice for choice in own if choice.length <= share] or [
            min(own, key=lambda choice: choice.length)
        ]
        rows = [row for choice in own for row in choice.rows]
        found.append(max(fitting, key=lambda choice: _centrality(choice, rows, likeness)))
    return found


def _centrality(choice: _Choice, rows: Sequence[int], likeness: Matrix) -> float:
    """How like the part's other sentences it is, an enumeration as its best item and its share."""
    within = likeness[np.ix_(list(choice.rows), list(rows))].mean(axis=1)
    return float(within.max()) * (1.0 + 0.2 * (len(choice.rows) > 1))


def _if_it_fits(choice: _Choice, chosen: Sequence[_Choice], most: int) -> list[_Choice]:
    taken = {row for one in chosen for row in one.rows}
    used = sum(one.length for one in chosen)
    fits = used + choice.length <= most and not taken.intersection(choice.rows)
    return [choice] if fits else []


def _best(
    choices: Sequence[_Choice], chosen: Sequence[_Choice], likeness: Matrix, most: int
) -> _Choice | None:
    """The choice that adds most for its length; None where there is no room."""
    now = _worth(chosen, likeness)
    gains = [
        ((_worth((*chosen, choice), likeness) - now) / choice.length**_LENGTH, -at, choice)
        for at, choice in enumerate(choices)
        if _if_it_fits(choice, chosen, most)
    ]
    return max(gains, key=lambda gain: gain[:2])[2] if gains else None


def _worth(chosen: Sequence[_Choice], likeness: Matrix) -> float:
    """Coverage and parts together, each 0 to 1 or so."""
    if not chosen:
        return 0.0
    rows = [row for choice in chosen for row in choice.rows]
    enough = _ALPHA * likeness.sum(axis=1)
    coverage = float(np.minimum(likeness[:, rows].sum(axis=1), enough).sum() / enough.sum())
    central = likeness.mean(axis=1)
    parts: dict[str, float] = {}
    for choice in chosen:
        parts[choice.part] = parts.get(choice.part, 0.0) + float(central[list(choice.rows)].max())
    return coverage + _PARTS * sum(map(math.sqrt, parts.values())) / math.sqrt(len(likeness))
