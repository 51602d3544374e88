"""Pages of the list of articles: sought, sorted, counted by newspaper, year, author and format.

All of it is SQL over `heads`; no article is read, and of a page's rows only their heads.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal, TypeVar

from rag.language.text import fold
from rag.library.history_queries import HistoryQueries
from rag.library.shelf_queries import Collection, Tag, in_collection, with_tag

T = TypeVar("T")

View = Literal["live", "alike", "superseded"]
"""What answers; what is there several times, as reprints; what a newer version replaced."""

Sort = Literal["stored", "newest", "oldest", "newspaper", "longest"]
"""The last stored first; by day; by newspaper and day; the longest first."""

FACETS = ("newspaper", "year", "author", "format")
MISSING = "?"
"""Stands for the value of articles that do not say."""

_MOST_WORDS = 10
_REMEMBERED = 64
_MOST_VALUES = 300
_YEAR = "substr(day, 1, 4)"
_VIEWS: Mapping[View, str] = {
    "live": "died IS NULL",
    "alike": (
        "died IS NULL AND alike IN"
        " (SELECT alike FROM heads WHERE died IS NULL GROUP BY alike HAVING count(*) > 1)"
    ),
    "superseded": (
        "died IS NOT NULL AND article NOT IN (SELECT article FROM bin) AND NOT EXISTS"
        " (SELECT 1 FROM heads l WHERE l.article_id = heads.article_id"
        " AND l.source = heads.source AND l.died IS NULL)"
    ),
}
_ORDERS: Mapping[Sort, str] = {
    "stored": "article DESC",
    "newest": "day DESC, article DESC",
    "oldest": "day IS NULL, day, article",
    "newspaper": "newspaper IS NULL, newspaper, day DESC, article DESC",
    "longest": "characters DESC, article DESC",
}
_EQUAL: Mapping[str, tuple[str, str]] = {
    "newspaper": ("newspaper = :newspaper", "newspaper IS NULL"),
    "year": (f"{_YEAR} = :year", "coalesce(day, '') = ''"),
    "author": (
        "instr(authors, :written) AND :author IN (SELECT value FROM json_each(authors))",
        "authors = '[]'",
    ),
    "format": ("format = :format", "format = ''"),
}


@dataclass(frozen=True, slots=True)
class Sought:
    """Which articles a list shows; what is empty does not restrict.

    Attributes:
        words: stand between blanks; all of them are in title, authors, newspaper, day or file name.
        newspaper, year, author, format: a value of the facet, or `MISSING`.
        collection, tag: names.
    """

    words: str = ""
    newspaper: str = ""
    year: str = ""
    author: str = ""
    format: str = ""
    collection: str = ""
    tag: str = ""
    view: View = "live"


@dataclass(frozen=True, slots=True)
class Value:
    """A value of a facet, and how many articles have it."""

    value: str
    count: int


class CatalogueQueries(HistoryQueries):
    """Part of `rag.library.queries.LibraryQueries`."""

    _counted: dict[object, tuple[object, Any]]

    def titled_keys(self, words: str, limit: int) -> Sequence[int]:
        """Rows of the first articles whose title holds all the words, between blanks."""
        named = {f"w{at}": word for at, word in enumerate(fold(words).split()[:_MOST_WORDS])}
        holds = "".join(f" AND instr(sought, :{w}) AND instr(folded(title), :{w})" for w in named)
        rows = self._database.all(
            f"SELECT article FROM heads WHERE died IS NULL{holds} ORDER BY article LIMIT :limit",  # noqa: S608
            {**named, "limit": limit},
        )
        return tuple(row[0] for row in rows)

    def span_of_days(self) -> tuple[str | None, str | None]:
        """The first and the last day that live articles say they are of."""
        row = self._database.one(
            "SELECT min(nullif(day, '')), max(nullif(day, '')) FROM heads WHERE died IS NULL"
        )
        return (row[0], row[1]) if row else (None, None)

    def count_sought(self, sought: Sought) -> int:
        """How many articles a list has."""
        where, values = _where(sought)
        row = self._database.one(f"SELECT count(*) FROM heads WHERE {where}", values)  # noqa: S608
        return int(row[0]) if row else 0

    def sought_keys(self, sought: Sought, sort: Sort, limit: int, offset: int = 0) -> Sequence[int]:
        """Rows of the articles of a page of the list; those that are alike stand together."""
        where, values = _where(sought)
        order = "alike DESC, article" if sought.view == "alike" else _ORDERS[sort]
        rows = self._database.all(
            f"SELECT article FROM heads WHERE {where} ORDER BY {order}"  # noqa: S608
            " LIMIT :limit OFFSET :offset",
            {**values, "limit": limit, "offset": offset},
        )
        return tuple(row[0] for row in rows)

    def sought_ids(self, sought: Sought, limit: int) -> Sequence[str]:
        """Ids of the articles of a list, the last stored first."""
        where, values = _where(sought)
        rows = self._database.all(
            f"SELECT article_id FROM heads WHERE {where} ORDER BY article DESC LIMIT :limit",  # noqa: S608
            {**values, "limit": limit},
        )
        return tuple(row[0] for row in rows)

    def facets(self, sought: Sought) -> dict[str, Sequence[Value]]:
        """The most frequent values of each facet, under all that is sought but itself."""

        def count() -> dict[str, Sequence[Value]]:
            return {name: self._values(name, _without(sought, name)) for name in FACETS}

        return self._once(sought, count)

    def shelf_counts(self) -> tuple[Sequence[Collection], Sequence[Tag]]:
        """`collections()` and `tags()`."""
        return self._once("shelves", lambda: (self.collections(), self.tags()))

    def alike_counts(self, groups: Sequence[int]) -> dict[int, int]:
        """How many live articles each of these groups of reprints has."""
        rows = self._database.all(
            "SELECT alike, count(*) FROM heads WHERE died IS NULL"
            " AND alike IN (SELECT value FROM json_each(?)) GROUP BY alike",
            (json.dumps(list(groups)),),
        )
        return dict(rows)

    def replaced(self, paths: Sequence[str]) -> frozenset[str]:
        """Those of the documents' paths that have live articles: a newer version."""
        rows = self._database.all(
            "SELECT DISTINCT s.path FROM sources s JOIN articles a ON a.source = s.id"
            " AND a.died IS NULL WHERE s.path IN (SELECT value FROM json_each(?))",
            (json.dumps(list(paths)),),
        )
        return frozenset(row[0] for row in rows)

    def namesakes(self, file: str, path: str) -> Sequence[str]:
        """Ids of live articles from files of this name that are not the document of this path."""
        rows = self._database.all(
            "SELECT h.article_id FROM heads h JOIN sources s ON s.id = h.source"
            " WHERE h.died IS NULL AND h.file = ? AND s.path <> ? ORDER BY h.article",
            (file, path),
        )
        return tuple(row[0] for row in rows)

    def collection_names(self) -> Sequence[str]:
        """Of all collections, without counting what is in them."""
        rows = self._database.all("SELECT name FROM collections WHERE died IS NULL ORDER BY id")
        return tuple(row[0] for row in rows)

    def has_tag(self, tag: str) -> bool:
        """Whether an article has this tag."""
        sql = "SELECT 1 FROM tagged WHERE tag = ? AND died IS NULL LIMIT 1"
        return self._database.one(sql, (tag,)) is not None

    def _once(self, what: object, count: Callable[[], T]) -> T:
        """What was counted, as long as the library is the same."""
        now = (self.version, self.purged_until)  # before the rows: these may be newer
        known = self._counted.get(what)
        if known is None or known[0] != now:
            if len(self._counted) >= _REMEMBERED:
                self._counted.clear()
            known = self._counted[what] = now, count()
        found: T = known[1]
        return found

    def _values(self, name: str, sought: Sought) -> Sequence[Value]:
        where, values = _where(sought)
        column = {"year": f"coalesce({_YEAR}, '')", "author": "a.value"}.get(name, name)
        if sought.words or sought.author or sought.collection or sought.tag:
            column = f"+{column}"  # in the order of no index: each row has to be looked at anyway
        if name == "author":
            where += " AND authors <> '[]'"
        table = "heads, json_each(heads.authors) a" if name == "author" else "heads"
        order = "1 DESC" if name == "year" else "2 DESC, 1"
        rows = self._database.all(
            f"SELECT {column}, count(*) FROM {table} WHERE {where}"  # noqa: S608
            f" GROUP BY 1 ORDER BY {order} LIMIT {_MOST_VALUES}",
            values,
        )
        found = [Value(value or MISSING, count) for value, count in rows]
        if name == "author" and (nobody := self.count_sought(replace(sought, author=MISSING))):
            found.append(Value(MISSING, nobody))
        return tuple(found)


def _without(sought: Sought, facet: str) -> Sought:
    nothing: dict[str, Any] = {facet: ""}
    return replace(sought, **nothing)


def _where(sought: Sought) -> tuple[str, dict[str, object]]:
    """The condition that a list's articles meet, with its values."""
    conditions = [_VIEWS[sought.view]]
    named: dict[str, object] = {}
    for at, word in enumerate(fold(sought.words).split()[:_MOST_WORDS]):
        conditions.append(f"instr(sought, :w{at})")
        named[f"w{at}"] = word
    for name, (equal, missing) in _EQUAL.items():
        value = getattr(sought, name)
        if value:
            conditions.append(missing if value == MISSING else equal)
            named[name] = value
    if sought.author:  # as JSON writes it, so that few rows are taken apart
        named["written"] = json.dumps(sought.author, ensure_ascii=False)
    if sought.collection:
        conditions.append(in_collection("heads"))
        named["collection"] = sought.collection
    if sought.tag:
        conditions.append(with_tag("heads"))
        named["tag"] = sought.tag
    return " AND ".join(conditions), named
