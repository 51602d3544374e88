"""A file taken apart as far as the file alone tells; what the library knows of it comes after.

Nothing here asks the library, so that it can be done on another machine.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from ingest.files.loading import LoadedFile, load
from ingest.pages.page import read_page
from ingest.storing.passages import split_article
from rag.data_model.documents import Article, LeftOut, Passage
from rag.errors import DocumentError
from rag.library.reprints import Signature
from rag.models.embedding import Embedder, PassageInput, passage_input


@dataclass(frozen=True, slots=True)
class PreparedPassage:
    """A passage that waits for its vectors; `digest` names what the model will see."""

    passage: Passage
    text: PassageInput
    digest: str


@dataclass(frozen=True, slots=True)
class Part:
    """A document of a file.

    Attributes:
        is_stored: the library has it already; then only `loaded` is filled in.
        passages: of all the articles, in order.
        signatures: by article id, see `rag.library.reprints`.
        left_out: what of the file's text no article has.
    """

    loaded: LoadedFile
    is_stored: bool = False
    articles: tuple[Article, ...] = ()
    passages: tuple[PreparedPassage, ...] = ()
    signatures: Mapping[str, Signature] = field(default_factory=dict)
    left_out: tuple[LeftOut, ...] = ()


Taken = Part | DocumentError | str
"""A document, an error of a part, or a remark for people."""


def take_apart(
    file: Path, embedder: Embedder, size: int, stored: Collection[tuple[str, str]]
) -> Iterator[Taken]:
    """The documents of a file with their passages, and what is to be said of it, in order.

    Args:
        file: on this machine.
        embedder: tells the topics of a page's pieces.
        size: of passages.
        stored: path and sha256 of documents that are not wanted.

    Raises:
        DocumentError: the file cannot be read, or not any further.
    """
    said: list[Taken] = []
    for loaded in load(file, said.append, said.append):
        yield from said
        said.clear()
        if (loaded.source.path, loaded.source.sha256) in stored:
            yield Part(loaded, is_stored=True)
        else:
            yield _part(loaded, embedder, size)
    yield from said


def prepared(articles: Sequence[Article], size: int) -> tuple[PreparedPassage, ...]:
    """The articles' passages, in order."""
    found: list[PreparedPassage] = []
    for article in articles:
        for passage in split_article(article, size):
            text = passage_input(article, passage)
            found.append(PreparedPassage(passage, text, text.digest))
    return tuple(found)


def signed(articles: Sequence[Article]) -> dict[str, Signature]:
    """The articles' signatures by id; some are too short for one."""
    signatures = {article.article_id: Signature.of(article.text) for article in articles}
    return {article_id: s for article_id, s in signatures.items() if s}


def _part(loaded: LoadedFile, embedder: Embedder, size: int) -> Part:
    found = read_page(loaded, embedder)
    return Part(
        loaded,
        articles=tuple(found.articles),
        passages=prepared(found.articles, size),
        signatures=signed(found.articles),
        left_out=found.left_out,
    )
