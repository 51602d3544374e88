"""Reprints: articles whose text is nearly another's, and whether a reprint holds a quoted sentence.

Likeness is the share of character 5-grams that two articles have in common (Jaccard), estimated
from MinHash signatures. Signatures are cut into bands; articles that agree in one whole band are
compared. With 25 bands of 5 rows, a pair of likeness s is compared with probability
`1 - (1 - s^5)^25`: .99 at .7, .02 at .25.

A. Z. Broder: On the Resemblance and Containment of Documents. SEQUENCES 1997.
"""

from __future__ import annotations

import hashlib
import re
import zlib
from dataclasses import dataclass
from functools import lru_cache
from typing import Self

import numpy as np
from numpy.typing import NDArray

from rag.data_model.documents import Article, Passage
from rag.language.text import fold, windows

ALIKE = 0.7
"""From this likeness on, one article is taken for a reprint of the other."""

_GRAM = 5
_BANDS, _ROWS = 25, 5
_SHORTEST = 80
"""Letters and digits below which articles are not compared: notices share their whole form."""

_OPENING = 4
"""Of a quote's beginning, one part in so many may differ: `本报讯（记者…）` against `新华社电`."""

_MARKS = re.compile(r"[\W_]+")


@dataclass(frozen=True, slots=True)
class Signature:
    """MinHash values of an article: shape (125,), uint32."""

    hashes: NDArray[np.uint32]

    @classmethod
    def of(cls, text: str) -> Self | None:
        """The signature of an article's text; None for one too short to compare."""
        from datasketch import MinHash

        letters = squeezed(text)
        if len(letters) < _SHORTEST:
            return None
        grams = {gram.encode() for gram in windows(letters, _GRAM)}
        minhash = MinHash(num_perm=_BANDS * _ROWS, hashfunc=zlib.crc32)
        minhash.update_batch(list(grams))
        return cls(minhash.hashvalues.astype(np.uint32))

    @classmethod
    def from_bytes(cls, data: bytes) -> Self:
        """The inverse of `to_bytes`."""
        return cls(np.frombuffer(data, dtype="<u4").astype(np.uint32))

    def to_bytes(self) -> bytes:
        """500 bytes."""
        return self.hashes.astype("<u4").tobytes()

    @property
    def bands(self) -> tuple[int, ...]:
        """A signed 64-bit number a band; equal bands give equal numbers."""
        rows = self.hashes.reshape(_BANDS, _ROWS).astype("<u4")
        return tuple(
            int.from_bytes(
                hashlib.blake2b(row.tobytes(), digest_size=8, salt=bytes([band])).digest(),
                "little",
                signed=True,
            )
            for band, row in enumerate(rows)
        )

    def likeness(self, other: Signature) -> float:
        """Estimated Jaccard similarity, 0–1."""
        return float(np.mean(self.hashes == other.hashes))


def squeezed(text: str) -> str:
    """Folded letters and digits only: what a reprint keeps, however it is set."""
    return _MARKS.sub("", fold(text))


def holds(article: Article, quote: str, paragraph: int) -> bool:
    """Whether an article has what another says in this paragraph, marks and white space aside.

    A first paragraph's opening may differ: it is where the dateline stands.
    """
    letters = squeezed(quote)
    if paragraph == 1:
        letters = letters[len(letters) // _OPENING :]
    return letters in _letters(article.text)


def says_nothing_new(passage: Passage, text: str, other: Article) -> bool:
    """Whether an article holds every sentence of a passage of an article with this text."""
    return all(holds(other, text[s.start : s.end], s.paragraph) for s in passage.sentences)


@lru_cache(maxsize=256)
def _letters(text: str) -> str:
    return squeezed(text)
