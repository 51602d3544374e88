"""Libraries made for a benchmark: embedded once, kept under the hash of their content."""

from __future__ import annotations

import hashlib
import random
import shutil
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from tempfile import TemporaryDirectory

from eval.data_files import read_jsonl
from eval.squad import SquadFile, read_squad
from ingest.indexing import publish_indexes
from ingest.storing.intake import RECIPE_VERSION
from ingest.storing.passages import split_article
from rag.data_model.documents import Article, Paragraph, SourceFile, Span
from rag.errors import DataLineInvalid
from rag.library.library import Library
from rag.library.records import NewDocument, NewPassage
from rag.models.embedding import Embedder, Progress, passage_input
from rag.settings import Settings

SEED = 20240229
_BATCH = 64  # documents embedded and stored at once
_COMPLETE = "complete"


@dataclass(frozen=True, slots=True)
class SquadLibrary:
    """A library of passages with questions, and what it was embedded with."""

    squad: SquadFile
    documents: int
    embedder: Embedder
    root: Path


def embedder_of(settings: Settings) -> Embedder:
    """The embedder that the settings name."""
    from rag.models.opening import open_embedder

    return open_embedder(settings.embedding)


def articles_of_squad(squad: SquadFile) -> list[Article]:
    """The passages as articles without titles: what is known is the text alone."""
    return [ready_article(passage.id, passage.text) for passage in squad.passages]


def distractors_of(paths: Iterable[Path], limit: int | None = None) -> list[Article]:
    """The first `limit` records (`id`, `text`) of JSONL files, as articles.

    Raises:
        DataFileMissing, EncodingUnknown: a file cannot be read.
        DataLineInvalid: a record has no text.
    """
    return list(islice(_records(paths), limit))


def _records(paths: Iterable[Path]) -> Iterator[Article]:
    for path in paths:
        for n, record in read_jsonl(path):
            text = record.get("text")
            if not isinstance(text, str) or not text.strip():
                raise DataLineInvalid(file=path, line=n, reason="缺少 text（正文）")
            yield ready_article(f"distractor:{record.get('id', n)}", text)


def ready_article(article_id: str, text: str, title: str = "") -> Article:
    """An article whose paragraphs are the lines of `text`, spans pointing into it."""
    paragraphs: list[Paragraph] = []
    start = 0
    for line in text.split("\n"):
        if line.strip():
            span = Span(start, start + len(line))
            paragraphs.append(Paragraph(len(paragraphs) + 1, line, (span,)))
        start += len(line) + 1
    return Article(article_id, title, tuple(paragraphs))


@contextmanager
def library_of(
    articles: Sequence[Article],
    embedder: Embedder,
    settings: Settings,
    cache_dir: Path | None = None,
    progress: Progress | None = None,
) -> Iterator[Path]:
    """The data directory of a library that holds just these articles, indexes published.

    Args:
        articles: with distinct ids.
        embedder: embeds their passages.
        settings: passage size.
        cache_dir: keeps the library for the next time; what an interrupted run stored is used.
            Without it the library is gone afterwards.
        progress: called with (articles stored, articles in all).
    """
    with TemporaryDirectory(prefix="youju-benchmark-") as temporary:
        root = Path(cache_dir or temporary) / _name(articles, embedder, settings)
        if not (root / _COMPLETE).exists():
            with Library.open(root, write=True) as library:
                _store(library, articles, embedder, settings, progress)
                publish_indexes(library, embedder)
            (root / _COMPLETE).touch()
        yield root


@contextmanager
def squad_library(
    file: Path,
    distractors: Iterable[Path] | None,
    limit: int | None,
    settings: Settings,
    embedder: Embedder | None = None,
    *,
    cache_dir: Path | None = None,
    progress: Progress | None = None,
) -> Iterator[SquadLibrary]:
    """All passages of a SQuAD-format file and the first `limit` distractors, in one library."""
    embedder = embedder or embedder_of(settings)
    squad = read_squad(file)
    articles = articles_of_squad(squad) + distractors_of(distractors or (), limit)
    with library_of(articles, embedder, settings, cache_dir, progress) as root:
        yield SquadLibrary(squad, len(articles), embedder, root)


@contextmanager
def library_without(root: Path, article_ids: Iterable[str], embedder: Embedder) -> Iterator[Path]:
    """A temporary copy of a library with some articles taken out."""
    with TemporaryDirectory(prefix="youju-benchmark-") as temporary:
        copy = Path(temporary) / "library"
        shutil.copytree(root, copy)
        with Library.open(copy, write=True) as library:
            for article_id in article_ids:
                library.remove(article_id)
            publish_indexes(library, embedder)
        yield copy


def random_half(ids: Sequence[str]) -> frozenset[str]:
    """Half of `ids`, the same half every time."""
    return frozenset(random.Random(SEED).sample(sorted(ids), len(ids) // 2))  # noqa: S311


def _name(articles: Sequence[Article], embedder: Embedder, settings: Settings) -> str:
    recipe = f"{RECIPE_VERSION}\0{settings.passages.size}\0{embedder.fingerprint}"
    digest = hashlib.sha256(recipe.encode())
    for article in articles:
        digest.update(f"\0{article.article_id}\0{article.title}\0{article.text}".encode())
    return digest.hexdigest()[:16]


def _store(
    library: Library,
    articles: Sequence[Article],
    embedder: Embedder,
    settings: Settings,
    progress: Progress | None,
) -> None:
    stored = {item.article.article_id for item in library.articles()}
    todo = [article for article in articles if article.article_id not in stored]
    done = len(articles) - len(todo)
    for start in range(0, len(todo), _BATCH):
        if progress:
            progress(done + start, len(articles))
        documents = _documents(todo[start : start + _BATCH], embedder, settings.passages.size)
        library.store(documents, embedder.fingerprint)
    if progress:
        progress(len(articles), len(articles))


def _documents(articles: Sequence[Article], embedder: Embedder, size: int) -> list[NewDocument]:
    passages = [(article, p) for article in articles for p in split_article(article, size)]
    inputs = [passage_input(article, passage) for article, passage in passages]
    vectors = embedder.embed_passages(inputs)
    new: dict[str, list[NewPassage]] = {article.article_id: [] for article in articles}
    for (article, passage), text, vector in zip(passages, inputs, vectors, strict=True):
        new[article.article_id].append(NewPassage(passage, text.digest, vector.matrix))
    return [_document(article, tuple(new[article.article_id])) for article in articles]


def _document(article: Article, passages: tuple[NewPassage, ...]) -> NewDocument:
    text = _source_text(article)
    name = f"{article.article_id}.txt"
    source = SourceFile(name, name, hashlib.sha256(text.encode()).hexdigest(), "utf-8", text)
    return NewDocument(source, name, (article,), passages)


def _source_text(article: Article) -> str:
    """The text that the paragraphs' spans point into; what they leave out is line ends."""
    text = ""
    for paragraph in article.paragraphs:
        text = text.ljust(paragraph.spans[0].start, "\n") + paragraph.text
    return text
