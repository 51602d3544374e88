"""Made tables in six formats: cells that are read in their row and column, and look-ups.

Each table is written in one format, read as `ingest` reads it, and asked for cells that it has and
for a row that it lacks. All of them are in one library, so that rows of other tables are near.
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple

from eval.made_tables import MadeTable, made_tables
from eval.table_files import FORMS, write
from ingest.files.loading import load
from ingest.opened import OpenLibrary
from ingest.pages.page import page_to_articles
from rag.data_model.answers import Answer
from rag.settings import Settings

_TABLES = 300
_QUESTIONS = 2
"""Of each table for cells that it has."""
_PHRASES = (
    "{place}{key}的{column}是多少？",
    "{place}的{key}，{column}是什么？",
    "{title}里{key}的{column}",
)


class Asked(NamedTuple):
    """A question, and the value that answers it; empty where nothing does."""

    text: str
    table: MadeTable
    key: str
    value: str


def run(
    limit: int = _TABLES, seed: int = 20240601, settings: Settings | None = None
) -> dict[str, object]:
    """Write tables, read them, ask for cells.

    Args:
        limit: how many tables.
        seed: of the generator.
        settings: of what answers; where its data lie is not used.

    Returns:
        `cells`: the share of cells in the right row and column, also by format; `lookups_right`:
        the share of look-ups answered with the cell's value; `wrong_row`: the share of all
        questions answered from a row of another key; `refused_rightly`: of those for a row that is
        not there.
    """
    tables = made_tables(limit, seed)
    rng = random.Random(seed)  # noqa: S311 - repeatable questions, no secrets
    tally: Counter[str] = Counter()
    with TemporaryDirectory(prefix="youju-benchmark-") as name:
        folder = Path(name)
        files = folder / "files"
        files.mkdir()
        for n, table in enumerate(tables):
            form = FORMS[n % len(FORMS)]
            tally += cells_read(table, form, write(table, form, files))
        given = settings or Settings()
        own = given.model_copy(update={"data_dir": folder / "library"})
        with OpenLibrary(own) as library:
            library.ingest(files)
            for n, table in enumerate(tables):
                for asked in questions(table, rng):
                    tally += judged(asked, library.ask(asked.text), FORMS[n % len(FORMS)])
    return {
        "benchmark": "tables",
        "settings": {"tables": limit, "seed": seed},
        "metrics": _metrics(tally),
    }


def cells_read(table: MadeTable, form: str, path: Path) -> Counter[str]:
    """How many cells of a table there are, and how many are read in their place."""
    rows = [
        {cell.name.replace("/", ""): paragraph.value(cell) for cell in paragraph.cells}
        for loaded in load(path)
        for article in page_to_articles(loaded)
        for paragraph in article.paragraphs
        if paragraph.cells
    ]
    names = [name.replace("/", "") for name in table.names]
    key = names[-len(table.columns)]
    tally: Counter[str] = Counter()
    for values in table.cells():
        wanted = dict(zip(names, values, strict=True))
        found = next((row for row in rows if row.get(key) == wanted[key]), {})
        for name, value in wanted.items():
            right = bool(found) and _bare(found.get(name, "")) == _bare(value)
            tally.update({f"cells {form}": 1, f"placed {form}": int(right)})
    return tally


def _bare(text: str) -> str:
    return "".join(text.split())


def questions(table: MadeTable, rng: random.Random) -> Iterator[Asked]:
    """Look-ups of cells that are filled, and one of a row that is not there."""
    for phrase in rng.sample(_PHRASES, _QUESTIONS):
        row = rng.choice(table.rows)
        n = rng.choice([n for n, value in enumerate(row) if n and value])
        yield _asked(phrase, table, row[0], n, row[n])
    n = rng.randrange(1, len(table.columns))
    yield _asked(_PHRASES[0], table, table.absent, n, "")


def _asked(phrase: str, table: MadeTable, key: str, n: int, value: str) -> Asked:
    column = table.columns[n]
    text = phrase.format(
        place=table.place, title=table.title, key=key, column=f"{column.over}{column.name}"
    )
    return Asked(text, table, key, value)


def judged(asked: Asked, answer: Answer, form: str) -> Counter[str]:
    """One answer: right, refused, or from another row."""
    quotes = [citation.quote for citation in answer.citations]
    strange = bool(quotes) and any(asked.key not in quote for quote in quotes)
    tally = Counter({"questions": 1, "wrong row": int(strange)})
    if not asked.value:
        return tally + Counter({"absent": 1, "refused": int(answer.status == "refused")})
    right = answer.status == "answered" and not strange
    right = right and _bare(answer.short_answer or "") == _bare(asked.value)
    return tally + Counter(
        {"lookups": 1, "right": int(right), f"lookups {form}": 1, f"right {form}": int(right)}
    )


def _metrics(tally: Counter[str]) -> dict[str, object]:
    def share(part: str, whole: str, of: Sequence[str] = ("",)) -> float:
        total = sum(tally[f"{whole}{name}"] for name in of)
        return round(sum(tally[f"{part}{name}"] for name in of) / max(total, 1), 4)

    return {
        "cells": share("placed ", "cells ", FORMS),
        "cells_by_format": {form: share("placed ", "cells ", (form,)) for form in FORMS},
        "lookups_right": share("right", "lookups"),
        "lookups_by_format": {form: share("right ", "lookups ", (form,)) for form in FORMS},
        "wrong_row": share("wrong row", "questions"),
        "refused_rightly": share("refused", "absent"),
        "counts": {name: tally[name] for name in ("questions", "lookups", "absent", "wrong row")},
    }
