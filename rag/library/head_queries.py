"""Articles by newspaper, day and page, from a small table beside the texts.

`heads` has a row for each row of `articles`, without the text: 100,000 of them are counted in some
tens of milliseconds, where reading them out of the articles' JSON would take seconds.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from rag.data_model.answers import Filters, Listing
from rag.library.storage import Database

_SPEAKER, _SECTION = "json_extract(record, '$[6]')", "json_extract(record, '$[5]')"
_LIVE = "born <= :g AND (died IS NULL OR died > :g)"
_PASSAGE = "EXISTS (SELECT 1 FROM passages p WHERE p.article = heads.article"
_AT_ONCE = 500
_NEWEST_FIRST = "ORDER BY day DESC, newspaper IS NULL, newspaper, page, article"


@dataclass(frozen=True, slots=True)
class Shelf:
    """How many articles a newspaper has of one day; None where a page does not say."""

    newspaper: str | None
    date: str | None
    count: int


class HeadQueries:
    """The part of `rag.library.queries.LibraryQueries` that parses no text."""

    _database: Database

    def newspapers(self, generation: int) -> Sequence[str]:
        """The newspapers of the library, each once."""
        rows = self._database.all(
            f"SELECT DISTINCT newspaper FROM heads WHERE {_LIVE} AND newspaper IS NOT NULL"  # noqa: S608
            " ORDER BY newspaper",
            {"g": generation},
        )
        return tuple(row[0] for row in rows)

    def newest_day(self, filters: Filters, generation: int) -> str | None:
        """The latest date of the articles that the filters admit."""
        where, values = _where(Listing(filters=filters), generation)
        row = self._database.one(
            f"SELECT max(day) FROM heads WHERE {where} AND day GLOB '????-??-??'",  # noqa: S608
            values,
        )
        return row[0] if row else None

    def count_listed(self, listing: Listing, generation: int) -> int:
        """How many articles a list has."""
        where, values = _where(listing, generation)
        row = self._database.one(f"SELECT count(*) FROM heads WHERE {where}", values)  # noqa: S608
        return int(row[0]) if row else 0

    def shelves(self, listing: Listing, generation: int) -> Sequence[Shelf]:
        """How many articles of each newspaper and day, the newest first, undated ones last."""
        where, values = _where(listing, generation)
        rows = self._database.all(
            f"SELECT newspaper, day, count(*) FROM heads WHERE {where} GROUP BY day, newspaper"  # noqa: S608
            " ORDER BY day DESC, newspaper IS NULL, newspaper",
            values,
        )
        return tuple(Shelf(*row) for row in rows)

    def listed(self, listing: Listing, generation: int, limit: int) -> Sequence[int]:
        """Rows of the articles of a list, the newest first, from `listing.offset` on."""
        where, values = _where(listing, generation)
        rows = self._database.all(
            f"SELECT article FROM heads WHERE {where} {_NEWEST_FIRST} LIMIT :limit OFFSET :offset",  # noqa: S608
            {**values, "limit": limit, "offset": listing.offset},
        )
        return tuple(row[0] for row in rows)

    def article_ids_of(self, passages: Sequence[int]) -> Sequence[str]:
        """The ids of the articles that these rows of passages belong to, in the same order."""
        found: dict[int, str] = {}
        for start in range(0, len(passages), _AT_ONCE):
            part = passages[start : start + _AT_ONCE]
            rows = self._database.all(
                "SELECT p.id, h.article_id FROM passages p JOIN heads h ON h.article = p.article"  # noqa: S608
                f" WHERE p.id IN ({','.join('?' * len(part))})",
                tuple(part),
            )
            found |= dict(rows)
        return tuple(found[row] for row in passages if row in found)

    def titled(self, title: str, generation: int, limit: int) -> Sequence[str]:
        """Ids of the articles of this title, or else of those that have it in theirs."""
        for condition in ("title = :title", "instr(title, :title)"):
            rows = self._database.all(
                f"SELECT article_id FROM heads WHERE {_LIVE} AND {condition}"  # noqa: S608
                " ORDER BY article LIMIT :limit",
                {"g": generation, "title": title, "limit": limit},
            )
            if rows:
                return tuple(row[0] for row in rows)
        return ()


def _where(listing: Listing, generation: int) -> tuple[str, dict[str, object]]:
    """The condition that a list's articles meet, with its values."""
    filters = listing.filters
    conditions = [_LIVE]
    named: dict[str, object] = {"g": generation}
    for condition, name, value in (
        ("newspaper = :newspaper", "newspaper", filters.newspaper),
        ("page = :page", "page", filters.page),
        (
            "EXISTS (SELECT 1 FROM json_each(authors) WHERE value = :author)",
            "author",
            filters.author,
        ),
        ("coalesce(day, '') >= :first", "first", filters.date_from),
        ("day > '' AND day <= :last", "last", filters.date_to),
        ("substr(day, 6, length(:part)) = :part", "part", listing.month_day),
        (f"{_PASSAGE} AND {_SPEAKER} = :speaker)", "speaker", filters.speaker),
        (f"{_PASSAGE} AND {_SECTION} = :section)", "section", filters.section),
    ):
        if value:
            conditions.append(condition)
            named[name] = value
    if filters.articles:
        marks = []
        for at, article_id in enumerate(filters.articles):
            named[f"id{at}"] = article_id
            marks.append(f":id{at}")
        conditions.append(f"article_id IN ({','.join(marks)})")
    return " AND ".join(conditions), named
