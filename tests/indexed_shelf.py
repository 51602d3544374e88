"""A library in a folder with the engine that it is searched in, and what two engines share."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from pages import word_scorer, write
from served_milvus import FAKE, settings_of

from ingest.indexing import ingest, publish_indexes
from rag.assembly import open_pipeline
from rag.data_model.answers import Filters
from rag.library.library import Library
from rag.pipeline import Pipeline
from rag.retrieval.retriever import EVERYTHING
from rag.retrieval.searching import Indexes
from rag.retrieval.stores import open_store
from rag.settings import Settings


@dataclass(frozen=True)
class Shelf:
    """A library in a folder, with the engine that it is searched in."""

    folder: Path
    url: str

    @property
    def settings(self) -> Settings:
        return settings_of(self.folder / "data", self.url)

    def put(self, collection: str | None = None, **texts: str) -> None:
        """Ingest text files of these names."""
        names = write(self.folder / "in", **texts)
        files = [names / f"{name}.txt" for name in texts]
        with Library.open(self.settings.data_dir, write=True) as library:
            ingest(files, library, FAKE, self.settings, collection=collection)

    @contextmanager
    def pipeline(self) -> Iterator[Pipeline]:
        made = open_pipeline(self.settings, FAKE, word_scorer())
        try:
            yield made
        finally:
            made.close()

    def load(self, library: Library) -> Indexes:
        return open_store(self.settings.library).load(library, FAKE.fingerprint, FAKE.dimension)

    def titles(self, query: str, filters: Filters = EVERYTHING) -> list[str]:
        """Of what a fresh start finds, the best first."""
        with self.pipeline() as pipeline:
            return [hit.title for hit in pipeline.search(query, 9, filters)]

    @contextmanager
    def writing(self) -> Iterator[Library]:
        """For a change, after which the index is published."""
        with Library.open(self.settings.data_dir, write=True) as library:
            yield library
            publish_indexes(library, FAKE, open_store(self.settings.library))


def found_by(indexes: Indexes) -> tuple[object, ...]:
    """All that two engines of one library can be compared by; their scores are their own."""
    vector = FAKE.embed_queries(["大桥的投资和茶园的面积"])[0]
    lexical = indexes.lexical
    return (
        len(indexes.dense),
        len(lexical),
        [(row, round(score, 4)) for row, score in indexes.dense.search(vector, 50)],
        [row for row, _ in lexical.search("大桥的投资和茶园的面积", 50)],
        [lexical.document_frequency(word) for word in ("大桥", "茶园", "全长", "没有这个词")],
        lexical.are_together("大桥", "投资"),
        lexical.are_together("大桥", "茶园"),
        lexical.holding(["大桥", "投资"], 5),
        sorted(lexical.words_beginning("大")),
    )


def exactly(indexes: Indexes) -> tuple[object, ...]:
    """The same, with the scores."""
    return (*found_by(indexes), indexes.lexical.search("大桥的投资和茶园", 50))
