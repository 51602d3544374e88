"""A library of any size, of made-up articles and vectors: to see what grows with it, and how.

Words are drawn one by one as often as the project's own articles use them, so that posting lists
are as long as those of Chinese text; nothing is said by them. Vectors lie around random centres.
Article n is the same in every library, whatever its size.
"""

from __future__ import annotations

import datetime
import hashlib
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import pairwise
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from eval.corpora import ready_article
from eval.data_files import read_jsonl
from rag.data_model.documents import Article, Passage, Sentence, SourceFile
from rag.language.text import words
from rag.library.library import Library
from rag.library.records import NewDocument, NewPassage
from rag.library.reprints import Signature
from rag.models.embedding import Progress, Vectors, passage_input

MODEL = "made-up"
DIMENSION = 384
"""As many numbers a vector as the bundled model gives."""
PARAGRAPHS = 4
"""Of an article, each a passage of its own."""
NEWSPAPERS = tuple(f"{place}日报" for place in "青白红柳石长清云东南北临望松竹梅桥湾溪川")
FIRST_DAY, DAYS = datetime.date(2015, 1, 1), 3650

_TEXTS = Path(__file__).parent / "data" / "written_articles.jsonl.gz"
_SEED = 20240229
_CENTRES = 1000
_NEAR = 1.2
"""Length of what is added to a centre, whose own is 1: cosines within a group are about .4."""
_SENTENCES, _WORDS, _TITLE = 6, 22, 6
"""Sentences of a paragraph, words of a sentence and of a title: some 240 characters."""
_HASHES = 125
"""Of a signature, see `rag.library.reprints`."""
_BATCH = 128


def made_library(root: Path, passages: int, progress: Progress | None = None) -> None:
    """Store articles in a data directory until it holds about as many passages.

    What an interrupted run stored is kept, and gone on from.

    Args:
        root: of the library.
        passages: at least so many, at most an article's more.
        progress: called with (articles stored, articles in all).
    """
    articles = -(-passages // PARAGRAPHS)
    with Library.open(root, write=True) as library:
        done = library.counts().articles
        for start in range(done, articles, _BATCH):
            library.store(documents(range(start, min(start + _BATCH, articles))), MODEL)
            if progress:
                progress(min(start + _BATCH, articles), articles)


def documents(numbers: Sequence[int]) -> list[NewDocument]:
    """The articles of these numbers, with the vectors of their passages."""
    return [_document(n) for n in numbers]


def queries(count: int) -> list[tuple[str, Vectors]]:
    """Questions of three words, each with a vector near some centre: shape (DIMENSION,)."""
    rng = np.random.default_rng(_SEED - 1)
    vocabulary = _vocabulary()
    return [("".join(vocabulary.drawn(rng, 3)), _near(_centre(rng), rng)) for _ in range(count)]


def vectors(count: int) -> Vectors:
    """Made-up passages' vectors alone, each from a centre of its own: shape (count, DIMENSION)."""
    rng = np.random.default_rng((_SEED, _SEED))
    made = [_near(_centre(rng), rng) for _ in range(count)]
    return np.stack(made)


@dataclass(frozen=True)
class _Vocabulary:
    """Words, and shares added up."""

    words: tuple[str, ...]
    shares: NDArray[np.float64]

    def drawn(self, rng: np.random.Generator, count: int) -> list[str]:
        places = np.searchsorted(self.shares, rng.random(count))
        return [self.words[min(place, len(self.words) - 1)] for place in places]


@lru_cache(maxsize=1)
def _vocabulary() -> _Vocabulary:
    counted = Counter(word for _, record in read_jsonl(_TEXTS) for word in words(record["text"]))
    frequent = counted.most_common()
    shares = np.cumsum([count for _, count in frequent], dtype=np.float64)
    return _Vocabulary(tuple(word for word, _ in frequent), shares / shares[-1])


@lru_cache(maxsize=1)
def _centres() -> Vectors:
    made = np.random.default_rng(_SEED).standard_normal((_CENTRES, DIMENSION), dtype=np.float32)
    unit: Vectors = made / np.linalg.norm(made, axis=1, keepdims=True)
    return unit


def _centre(rng: np.random.Generator) -> Vectors:
    chosen: Vectors = _centres()[rng.integers(_CENTRES)]
    return chosen


def _near(centre: Vectors, rng: np.random.Generator, rows: int | None = None) -> Vectors:
    """Unit vectors around a centre: shape (DIMENSION,), or (rows, DIMENSION)."""
    shape = DIMENSION if rows is None else (rows, DIMENSION)
    noise = rng.standard_normal(shape, dtype=np.float32) * np.float32(_NEAR / DIMENSION**0.5)
    moved = centre + noise
    unit: Vectors = moved / np.linalg.norm(moved, axis=-1, keepdims=True)
    return unit


def _document(n: int) -> NewDocument:
    rng = np.random.default_rng((_SEED, n))
    article = _article(n, rng)
    name = f"{article.article_id}.txt"
    text = article.text
    source = SourceFile(name, name, hashlib.sha256(text.encode()).hexdigest(), "utf-8", text)
    hashes = rng.integers(2**32, size=_HASHES, dtype=np.uint32)  # like nobody's
    return NewDocument(
        source,
        name,
        (article,),
        tuple(_passages(article, rng)),
        signatures={article.article_id: Signature(hashes)},
    )


def made_article(n: int) -> Article:
    """The article of this number alone."""
    return _article(n, np.random.default_rng((_SEED, n)))


def _article(n: int, rng: np.random.Generator) -> Article:
    vocabulary = _vocabulary()
    drawn = vocabulary.drawn(rng, PARAGRAPHS * _SENTENCES * _WORDS + _TITLE)
    title, rest = drawn[:_TITLE], drawn[_TITLE:]
    sentences = [f"{''.join(part)}。" for part in _cut(rest, _WORDS)]
    text = "\n".join("".join(part) for part in _cut(sentences, _SENTENCES))
    day = FIRST_DAY + datetime.timedelta(days=int(rng.integers(DAYS)))
    return replace(
        ready_article(f"made-{n}", text, "".join(title)),
        newspaper=NEWSPAPERS[rng.integers(len(NEWSPAPERS))],
        date=day.isoformat(),
        page=str(rng.integers(1, 17)),
    )


def _passages(article: Article, rng: np.random.Generator) -> Iterator[NewPassage]:
    """A passage a paragraph; sentences end where their only mark stands."""
    centre = _centre(rng)
    for paragraph, start in zip(article.paragraphs, article.paragraph_starts, strict=True):
        ends = [start + at + 1 for at, letter in enumerate(paragraph.text) if letter == "。"]
        sentences = tuple(
            Sentence(first, last, paragraph.n) for first, last in pairwise([start, *ends])
        )
        last = start + len(paragraph.text)
        passage = Passage(article.article_id, start, last, paragraph.text, sentences)
        matrix = _near(centre, rng, 1 + len(sentences))
        yield NewPassage(passage, passage_input(article, passage).digest, matrix)


def _cut(items: Sequence[str], size: int) -> Iterator[Sequence[str]]:
    return (items[start : start + size] for start in range(0, len(items), size))
