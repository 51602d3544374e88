"""What lies in Milvus: a row a passage, a row a word, and what both are called.

A passage's row names the generations in which it may be found (`born <= g < died`), what filters
look at, its vector, and its words twice: as an array, to ask which passages hold all of some, and
as a sparse vector of the passage's half of BM25. The other half, how rare a word is, comes with the
question, so a row never depends on other rows and is the same whenever it is written.

S. Robertson, H. Zaragoza: The Probabilistic Relevance Framework: BM25 and Beyond. FnTIR 3(4), 2009.
"""

from __future__ import annotations

import hashlib
import math
import zlib
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Literal

from rag.language.text import words
from rag.library.index_queries import Place
from rag.library.library import Library
from rag.library.records import StoredArticle, StoredPassage
from rag.models.embedding import Vectors, passage_input
from rag.retrieval.milvus_server import Field, Row

FORMAT = 1
NEVER = 1 << 62
"""`died` of what is alive."""
ODD = "#"
"""How the name begins that stands for a text which cannot stand in an expression as it is."""
_K1, _B = 1.2, 0.75
_USUAL_WORDS = 150
"""A passage's words, as BM25 counts them. The mean of a library would change with every article,
and all rows with it; passages are cut to one size, so theirs is much the same everywhere."""
_LONGEST = 200
_MOST_WORDS = 4096
_BATCH = 500
_DENSE_INDEXES: Mapping[str, tuple[str, Mapping[str, int]]] = {
    "exact": ("FLAT", {}),
    "auto": ("AUTOINDEX", {}),
    "hnsw": ("HNSW", {"M": 16, "efConstruction": 200}),
    "ivf_sq8": ("IVF_SQ8", {"nlist": 1024}),
    "diskann": ("DISKANN", {}),
}
"""What `library.index` is called in Milvus, and how it is built: as its documents advise."""


def name_of(text: str) -> str:
    """A text as it can stand in an expression: itself, or a digest where it is long or odd."""
    plain = text.isprintable() and not any(mark in text for mark in ('"', "\\", ODD))
    if plain and len(text.encode()) <= _LONGEST:
        return text
    digest = hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=16)
    return ODD + digest.hexdigest()


def quoted(texts: Iterable[str]) -> str:
    """Names as a list of an expression."""
    return "[" + ",".join(f'"{name_of(text)}"' for text in texts) + "]"


def alive(generation: int) -> str:
    """Which rows a generation has, as an expression."""
    return f"born <= {generation} and died > {generation}"


def passage_fields(dimension: int, index: str) -> tuple[Field, ...]:
    """The columns of passages' rows; collections have partitions by `collection`."""
    text = {"max_length": _LONGEST + 56}
    several = {"element_type": "VARCHAR", "max_capacity": _MOST_WORDS, **text}
    return (
        Field("key", "VARCHAR", {"is_primary": True, **text}),
        _searched("passage", "INT64", {}),
        _searched("born", "INT64", {}),
        _searched("died", "INT64", {}),
        Field("collection", "INT64", {"is_partition_key": True}),
        _searched("tags", "ARRAY", several),
        _searched("article", "VARCHAR", text),
        _searched("newspaper", "VARCHAR", text),
        _searched("page", "VARCHAR", text),
        _searched("day", "VARCHAR", text),
        _searched("authors", "ARRAY", several),
        _searched("speaker", "VARCHAR", text),
        _searched("section", "VARCHAR", text),
        _searched("words", "ARRAY", several),
        Field("terms", "SPARSE_FLOAT_VECTOR", {}, "SPARSE_INVERTED_INDEX", "IP"),
        Field("dense", "FLOAT_VECTOR", {"dim": dimension}, *_dense_index(index)),
    )


def _dense_index(index: str) -> tuple[str, str, Mapping[str, int]]:
    kind, parameters = _DENSE_INDEXES[index]
    return kind, "IP", parameters


def effort(index: str, limit: int) -> dict[str, int]:
    """How far an index that may miss some is searched for so many rows."""
    return {
        "hnsw": {"ef": max(128, 2 * limit)},
        "ivf_sq8": {"nprobe": 64},
        "diskann": {"search_list": max(128, 2 * limit)},
    }.get(index, {})


def word_fields() -> tuple[Field, ...]:
    """The columns of words' rows: by how many passages a word's count changed at a generation."""
    return (
        Field("key", "VARCHAR", {"is_primary": True, "max_length": _LONGEST + 80}),
        Field("word", "VARCHAR", {"max_length": _LONGEST + 56}),
        _searched("born", "INT64", {}),
        Field("passages", "INT64", {}),
        unused(),
    )


def unused() -> Field:
    """Milvus has no collection without a vector."""
    return Field("unused", "FLOAT_VECTOR", {"dim": 2}, "FLAT", "IP")


UNUSED: Mapping[str, Any] = {"unused": [0.0, 0.0]}


def _searched(name: str, kind: str, options: Mapping[str, Any]) -> Field:
    return Field(name, kind, options, "INVERTED", engine_only=True)


def passage_rows(
    library: Library, ids: Sequence[int], model: str, generation: int
) -> Iterator[list[Row]]:
    """Rows of passages that are found from a generation on, a batch at a time.

    A passage that the model has not embedded has none.
    """
    for start in range(0, len(ids), _BATCH):
        part = ids[start : start + _BATCH]
        vectors = dict(library.passage_vectors(part, model))
        stored = [item for item in library.passages(part) if item.id in vectors]
        articles = library.articles_by_key(sorted({item.article_key for item in stored}))
        named = sorted({one.article.article_id for one in articles.values()})
        places = library.places_at(named, generation)
        yield [
            _row(item, articles[item.article_key], places, vectors[item.id], generation)
            for item in stored
        ]


def _row(
    item: StoredPassage,
    stored: StoredArticle,
    places: Mapping[str, Place],
    vector: Vectors,
    generation: int,
) -> Row:
    article, passage = stored.article, item.passage
    place = places.get(article.article_id, Place())
    found = passage_words(item, stored)
    return {
        "key": f"{item.id}:{generation}",
        "passage": item.id,
        "born": generation,
        "died": NEVER,
        "collection": place.collection,
        "tags": _names(place.tags),
        "article": name_of(article.article_id),
        "newspaper": name_of(article.newspaper or ""),
        "page": name_of(article.page or ""),
        "day": name_of(article.date or ""),
        "authors": _names(article.authors),
        "speaker": name_of(passage.speaker or ""),
        "section": name_of(passage.section or ""),
        "words": _names(found),
        "terms": weights(found),
        "dense": vector.tolist(),
    }


def _names(texts: Iterable[str]) -> list[str]:
    return sorted({name_of(text) for text in texts})[:_MOST_WORDS]


def passage_words(item: StoredPassage, stored: StoredArticle) -> Counter[str]:
    """The words that a passage is searched by, with how often each occurs."""
    return Counter(words(passage_input(stored.article, item.passage).text))


def weights(found: Mapping[str, int]) -> dict[int, float]:
    """A passage's half of BM25, by word: what each adds for every unit of its rarity."""
    length = sum(found.values())
    norm = _K1 * (1 - _B + _B * length / _USUAL_WORDS)
    weighed = {number(word): n * (_K1 + 1) / (n + norm) for word, n in found.items()}
    return weighed or {0: 0.0}


def rarity(holding: int, passages: int) -> float:
    """BM25's weight of a word that so many of all passages hold; never negative."""
    return math.log(1 + (passages - holding + 0.5) / (holding + 0.5))


def number(word: str) -> int:
    """A word's place in sparse vectors. Of a million words some hundred share theirs."""
    return zlib.crc32(word.encode("utf-8", "surrogatepass")) or 1


def word_changes(library: Library, born: Sequence[int], died: Sequence[int]) -> Counter[str]:
    """By how much each word's count of passages changes; a word is called by `name_of`."""
    changes: Counter[str] = Counter()
    sides: tuple[tuple[Sequence[int], Literal[1, -1]], ...] = ((born, 1), (died, -1))
    for ids, sign in sides:
        for start in range(0, len(ids), _BATCH):
            stored = library.passages(ids[start : start + _BATCH])
            articles = library.articles_by_key(sorted({item.article_key for item in stored}))
            for item in stored:
                for word in passage_words(item, articles[item.article_key]):
                    changes[name_of(word)] += sign
    return changes


def word_rows(changes: Mapping[str, int], generation: int) -> list[Row]:
    """Rows of what changes."""
    return [
        {
            "key": f"{word} {generation}",
            "word": word,
            "born": generation,
            "passages": changed,
            **UNUSED,
        }
        for word, changed in sorted(changes.items())
        if changed
    ]
