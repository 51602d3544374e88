"""How long a page of the list of articles takes in a library of many, against reading all heads.

The library is made for it: the articles of `eval.made_library`, by three thousand authors, some of
them reprints, some replaced by a newer version. Nothing is embedded.
"""

from __future__ import annotations

import hashlib
import random
import shutil
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np

from eval.made_library import MODEL, made_article
from rag.data_model.documents import SourceFile
from rag.language.highlighting import occurrences
from rag.language.names import surnames
from rag.library.catalogue_queries import Sort, Sought
from rag.library.library import Library
from rag.library.records import NewDocument
from rag.library.reprints import Signature
from rag.models.embedding import Progress

_AT_ONCE = 2000
_PAGE = 50
_ROUNDS = 15
_SIGNED = 25  # one article in so many is compared with others
_REPLACED = 100  # one in so many has a newer version
_GIVEN = "文海春明志远晓光建国丽娟秀英伟强敏静涛军杰娜芳燕"
_AUTHORS = 3000
_FORMATS = (".txt", ".pdf", ".docx", ".html", ".md")


def run(
    limit: int = 100_000,
    *,
    progress: Progress | None = None,
    cache_dir: Path | None = None,
) -> dict[str, Any]:
    """Measure the queries that the library page makes.

    Args:
        limit: how many articles.
        progress: called with (articles stored, in all) while the library is made.
        cache_dir: where the library is kept for the next time.

    Returns:
        Milliseconds of each query by the clock and of the processor, those of the baseline (the
        heads of all articles read, then looked through), and the slowest query's share of it.
    """
    with TemporaryDirectory() as folder:
        root = Path(cache_dir or folder) / f"listed-{limit}"
        _made(root, limit, progress or (lambda *_: None))
        with Library.open(root) as library:
            metrics: dict[str, Any] = {
                name: _clocked(work) for name, work in _queries(library, root).items()
            }
        baseline = _clocked(lambda: _as_before(root), rounds=3)
    slowest = max(metrics.values(), key=lambda one: float(one["cpu_p95_ms"]))
    metrics |= {
        "slowest": slowest,
        "baseline_all_heads": baseline,
        "share_of_baseline": slowest["cpu_p50_ms"] / baseline["cpu_p50_ms"],
    }
    return {"benchmark": "library", "articles": limit, "page": _PAGE, "metrics": metrics}


def _queries(library: Library, root: Path) -> dict[str, Callable[[], object]]:
    """The page's own, by name; those with words look for the first article's."""
    everything = Sought()
    author = library.facets(everything)["author"][0].value
    first = made_article(0)
    word, other = first.title[:2], first.title[2:4]
    narrow = Sought(
        words=f"{word} {other}", newspaper=first.newspaper or "", year=(first.date or "")[:4]
    )
    deep = library.count_sought(everything) - _PAGE

    def page(sought: Sought, sort: Sort = "stored", offset: int = 0) -> Callable[[], object]:
        def work() -> object:
            keys = library.sought_keys(sought, sort, _PAGE, offset)
            heads = library.heads_by_key(keys)
            counts = library.alike_counts([one.group for one in heads])
            return library.count_sought(sought), heads, counts

        return work

    return {
        "first_page": page(everything),
        "last_page": page(everything, offset=deep),
        "newest_first": page(everything, "newest"),
        "by_newspaper_middle": page(everything, "newspaper", deep // 2),
        "longest_first": page(everything, "longest"),
        "words": page(Sought(words=f"{word} {other}")),
        "words_found_nowhere": page(Sought(words="没有这样的字")),
        "author": page(Sought(author=author)),
        "narrow": page(narrow),
        "alike": page(Sought(view="alike")),
        "superseded": page(Sought(view="superseded")),
        "facets": lambda: _anew(root, lambda one: one.facets(everything)),
        "facets_of_words": lambda: _anew(root, lambda one: one.facets(Sought(words=word))),
        "facets_again": lambda: library.facets(everything),
        "shelves": lambda: _anew(root, lambda one: one.shelf_counts()),
        "shelves_again": library.shelf_counts,
    }


def _anew(root: Path, ask: Callable[[Library], object]) -> object:
    """As after a change of the library: nothing is remembered."""
    with Library.open(root) as library:
        return ask(library)


def _as_before(root: Path) -> object:
    """What the list was made of before: the heads of all articles, looked through one by one."""
    word = made_article(0).title[:2]
    with Library.open(root) as library:
        return [
            one
            for one in library.heads()
            if occurrences(f"{one.article.title} {one.article.newspaper} {one.file}", word)
        ][:_PAGE]


def _clocked(work: Callable[[], object], rounds: int = _ROUNDS) -> dict[str, float]:
    """Milliseconds by the clock and of the processor, after a round that counts for nothing."""
    work()
    taken, used = [], []
    for _ in range(rounds):
        begun, spent = time.perf_counter(), time.process_time()
        work()
        taken.append(1000 * (time.perf_counter() - begun))
        used.append(1000 * (time.process_time() - spent))
    return {
        "p50_ms": float(np.percentile(taken, 50)),
        "p95_ms": float(np.percentile(taken, 95)),
        "cpu_p50_ms": float(np.percentile(used, 50)),
        "cpu_p95_ms": float(np.percentile(used, 95)),
    }


def _made(root: Path, count: int, progress: Progress) -> None:
    """A library of so many articles, unless it is there already."""
    whole = root / "whole"
    if whole.exists():
        return
    shutil.rmtree(root, ignore_errors=True)
    documents = list(_documents(count))
    with Library.open(root, write=True) as library:
        for start in range(0, len(documents), _AT_ONCE):
            library.store(documents[start : start + _AT_ONCE], MODEL)
            progress(min(start + _AT_ONCE, count), count)
    whole.touch()


def _documents(count: int) -> Iterator[NewDocument]:
    chance = random.Random(7)  # noqa: S311 (a made library, the same each time)
    family = surnames()[0]
    authors = [
        chance.choice(family) + "".join(chance.choices(_GIVEN, k=2)) for _ in range(_AUTHORS)
    ]
    for n in range(count):
        yield _document(n, chance, authors)
    for n in range(0, count, _REPLACED):
        yield _document(n, chance, authors, "新版")


def _document(
    n: int, chance: random.Random, authors: Sequence[str], version: str = ""
) -> NewDocument:
    of = made_article(n - 1 if n % _SIGNED == 1 else n)  # whose text it has
    article = replace(
        of,
        article_id=f"{MODEL}-{n}{version}",
        title=f"{of.title}{version}（{n}）",
        authors=tuple(chance.sample(authors, chance.randint(0, 2))),
        date=of.date if chance.random() < 0.95 else None,
    )
    name = f"{of.date}_第{n}号{_FORMATS[n % len(_FORMATS)]}"
    digest = hashlib.sha256(f"{n}{version}".encode()).hexdigest()
    source = SourceFile(f"/made/{n}", name, digest, "utf-8", of.text)
    signature = Signature.of(of.text) if n % _SIGNED <= 1 and not version else None
    signatures = {article.article_id: signature} if signature else {}
    return NewDocument(source, source.path, (article,), (), signatures=signatures)
