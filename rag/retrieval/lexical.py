"""Lexical search: BM25 over jieba words, in tantivy.

Words are segmented and folded by us and handed over separated by spaces; a question becomes a
disjunction of its words, so nothing in it is ever query syntax. Tantivy counts rows that were taken
out in its statistics until it merges them away, and the same library must give the same scores:
where some died, the caller builds anew, but for libraries so large that this takes minutes.
"""

from __future__ import annotations

import json
import os
import re
import shutil
from collections.abc import Collection, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

import numpy as np

from rag.language.text import words
from rag.retrieval.searching import rows_of
from rag.retrieval.workspace import Workspace

_HEAP_BYTES = 64_000_000
_TOKENIZER = "spaced"
_OS_ERROR = re.compile(r"(?:\(os error |Os \{ code: )(\d{1,5})\b")
_WORKER_GONE = "worker"
_DEEPEST = 4096
"""As deep as a ranking of all may have to go for those that a filter admits, if words and filter
have nothing to do with each other; where it must go deeper, the index is asked for them by name."""


@dataclass(frozen=True, slots=True)
class LexicalIndex:
    """Passages' words under their row ids. `workspace` is a private copy that goes with us."""

    _index: Any
    _searcher: Any
    directory: Path
    _counted: int
    _workspace: Workspace | None = None

    @classmethod
    def build(cls, texts: Iterable[tuple[int, str]]) -> Self:
        """Index (row id, text) pairs in a temporary directory; `save` keeps it.

        Raises:
            OSError: the directory takes no more.
        """
        import tantivy

        workspace = Workspace()
        with _os_errors():
            index = tantivy.Index(_schema(), path=str(workspace.path))
        return cls._filled(index, texts, workspace)

    @classmethod
    def load(cls, directory: Path) -> Self:
        """Open what `save` wrote, to search only."""
        import tantivy

        index = tantivy.Index.open(str(directory))
        return cls(_ready(index), index.searcher(), directory, _counted_in(directory))

    def save(self, directory: Path) -> None:
        """Copy the index to `directory`, which is made.

        Raises:
            OSError: it is not whole there.
        """
        directory.mkdir()
        _copy(self.directory, directory)

    def extended(self, texts: Iterable[tuple[int, str]], without: Sequence[int] = ()) -> Self:
        """A copy with `texts` added and the rows `without` taken out."""
        import tantivy

        workspace = Workspace()
        _copy(self.directory, workspace.path)
        return self._filled(tantivy.Index.open(str(workspace.path)), texts, workspace, without)

    @property
    def worn(self) -> bool:
        """Whether what was taken out is a fiftieth of what the statistics count."""
        return 50 * len(self) < 49 * self._counted

    @classmethod
    def _filled(
        cls,
        index: Any,
        texts: Iterable[tuple[int, str]],
        workspace: Workspace,
        without: Sequence[int] = (),
    ) -> Self:
        import tantivy

        _ready(index)
        with _os_errors():
            writer = index.writer(_HEAP_BYTES, 1)  # one thread: the same segments every time
        if without:
            died = tantivy.Query.term_set_query(index.schema, "row", list(without))
            writer.delete_documents_by_query(died)
        for row, text in texts:
            document = tantivy.Document(words=" ".join(words(text)))
            document.add_unsigned("row", row)
            with _os_errors():
                writer.add_document(document)
        with _os_errors():
            writer.commit()
            writer.wait_merging_threads()
            index.reload()
        counted = _counted_in(workspace.path)
        return cls(index, index.searcher(), workspace.path, counted, workspace)

    def __len__(self) -> int:
        """How many passages."""
        return int(self._searcher.num_docs)

    def document_frequency(self, word: str) -> int:
        """In how many passages a folded word occurs."""
        return self._living(word, int(self._searcher.doc_freq("words", word)))

    def _living(self, word: str, counted: int) -> int:
        """In how many passages a word occurs that tantivy counts so often, taken out ones too.

        Exact where it might be none: elsewhere a few too many make no difference.
        """
        if not 0 < counted <= self._counted - len(self):
            return counted
        return int(self._searcher.search(self._term(word), 1, count=True).count)

    def are_together(self, *words: str) -> bool:
        """Whether some passage holds all of these folded words."""
        from tantivy import Occur, Query

        terms = [(Occur.Must, self._term(word)) for word in words]
        return bool(self._searcher.search(Query.boolean_query(terms), 1, count=False).hits)

    def holding(self, words: Sequence[str], limit: int) -> list[int]:
        """Rows of at most `limit` passages that hold all of these folded words, the best first."""
        from tantivy import Occur, Query

        if not words or not len(self):
            return []
        terms = [(Occur.Must, self._term(word)) for word in words]
        hits = self._searcher.search(Query.boolean_query(terms), limit, count=False).hits
        rows = self._searcher.fast_field_values("row", [address for _, address in hits])
        return [int(row) for row in rows]

    def words_beginning(self, start: str) -> list[tuple[str, int]]:
        """The folded words with that beginning, and in how many passages each occurs."""
        found: list[tuple[str, int]] = self._searcher.terms_with_prefix("words", start)
        living = [(word, self._living(word, counted)) for word, counted in found]
        return [(word, count) for word, count in living if count]

    def search(
        self,
        question: str,
        limit: int,
        among: Collection[int] | None = None,
        groups: Sequence[Sequence[str]] = (),
    ) -> list[tuple[int, float]]:
        """The `limit` best rows with their BM25 score, best first; ties by row id.

        Each of the `groups` is searched for besides, and counts as its best word does.
        """
        from tantivy import Occur, Query

        schema = self._index.schema
        terms = [(Occur.Should, self._term(word)) for word in dict.fromkeys(words(question))]
        terms += [(Occur.Should, self._any_of(group)) for group in groups]
        if not terms or not len(self):
            return []
        query = Query.boolean_query(terms)
        if among is None:
            found = self._best(query, limit)
        elif limit * len(self) <= _DEEPEST * len(among):
            found = self._best_of(query, limit, among)
        else:
            rows = Query.term_set_query(schema, "row", rows_of(among).tolist())
            admitted = Query.const_score_query(rows, 0.0)
            query = Query.boolean_query([(Occur.Must, query), (Occur.Must, admitted)])
            found = self._best(query, limit)
        return sorted(found, key=lambda pair: (-pair[1], pair[0]))

    def _best(self, query: Any, limit: int) -> list[tuple[int, float]]:
        """Rows and scores, best first."""
        hits = self._searcher.search(query, limit, count=False).hits
        rows = self._searcher.fast_field_values("row", [address for _, address in hits])
        return [(int(row), float(score)) for row, (score, _) in zip(rows, hits, strict=True)]

    def _best_of(self, query: Any, limit: int, among: Collection[int]) -> list[tuple[int, float]]:
        """The best of those that are admitted, from a ranking of all, as deep as is needed.

        Where many are, a few of each ranking are; to ask the index for them by name takes longer.
        """
        admitted = rows_of(among)
        depth = 2 * limit * len(self) // len(admitted) + limit
        while True:
            ranked = self._best(query, depth)
            rows = np.asarray([row for row, _ in ranked], dtype=np.int64)
            kept = np.flatnonzero(np.isin(rows, admitted))[:limit]
            if len(kept) == limit or len(ranked) < depth:
                return [ranked[place] for place in kept]
            depth *= 8

    def _any_of(self, group: Sequence[str]) -> Any:
        """The best of some words; one that the index lacks is all that it is cut into."""
        from tantivy import Occur, Query

        queries = []
        for word in group:
            spelt = [word] if self.document_frequency(word) else words(word)
            if spelt:
                terms = [(Occur.Must, self._term(part)) for part in spelt]
                queries.append(Query.boolean_query(terms))
        return Query.disjunction_max_query(queries)

    def _term(self, word: str) -> Any:
        from tantivy import Query

        return Query.term_query(self._index.schema, "words", word, index_option="freq")


def _counted_in(directory: Path) -> int:
    """How many passages the statistics count, those that were taken out among them."""
    meta = json.loads((directory / "meta.json").read_text(encoding="utf-8"))
    return sum(int(segment["max_doc"]) for segment in meta["segments"])


def _copy(source: Path, target: Path) -> None:
    """The files of an index; a lock is none of it."""
    for file in sorted(source.iterdir()):
        if file.suffix != ".lock":
            shutil.copyfile(file, target / file.name)


@contextmanager
def _os_errors() -> Iterator[None]:
    """What tantivy tells of the file system, as an error that says which it was."""
    try:
        yield
    except ValueError as error:
        if told := _OS_ERROR.search(str(error)):
            number = int(told[1])
            raise OSError(number, os.strerror(number)) from error
        if _WORKER_GONE in str(error):  # its thread met the error and cannot tell which
            raise OSError(str(error)) from error
        raise


def _schema() -> Any:
    import tantivy

    builder = tantivy.SchemaBuilder()
    builder.add_unsigned_field("row", stored=True, indexed=True, fast=True)
    builder.add_text_field("words", stored=False, tokenizer_name=_TOKENIZER, index_option="freq")
    return builder.build()


def _ready(index: Any) -> Any:
    """Teach an index to split at spaces only."""
    from tantivy import TextAnalyzerBuilder, Tokenizer

    index.register_tokenizer(_TOKENIZER, TextAnalyzerBuilder(Tokenizer.whitespace()).build())
    return index
