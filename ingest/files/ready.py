"""Tables and lists of ready articles become files of their own: no page is taken apart for them."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterable, Iterator
from itertools import chain
from pathlib import PurePath
from typing import IO, Any

from ingest.files.loaded import LoadedFile, Origin, Report
from ingest.formats.records import Record, csv_rows, names_articles, read_jsonl, table_records
from ingest.lines.metadata import Metadata, merge, metadata_from_file_name
from ingest.parts.delimited import Row
from ingest.parts.extracted import MOST_CHARACTERS, storable
from ingest.parts.sheets import Sheet, Table, understood
from rag.data_model.documents import SourceFile
from rag.errors import DocumentError, EmptyDocument, ParseLimit

_PLAIN_TABS = ("sheet", "工作表")


def read_records(file: IO[bytes], origin: Origin, report: Report) -> Iterator[LoadedFile]:
    """The articles of a JSONL or a delimited table; bad ones are reported.

    A delimited table of other things is one article, as a workbook's sheet is.

    Raises:
        DocumentError: it cannot be read at all, or holds no record.
    """
    if origin.suffix == ".jsonl":
        yield from _articles(read_jsonl(file, origin.name), origin, report, origin.path)
        return
    rows, codec = csv_rows(file, origin.name)
    header = next(rows, None)
    if header is None:
        raise EmptyDocument(file=origin.name)
    whole = chain([header], rows)
    if names_articles(header.cells):
        records = table_records(whole, origin.name, codec)
        yield from _articles(records, origin, report, origin.path)
    else:
        yield from read_tables([_data_table(whole, origin)], origin, report)


def _data_table(rows: Iterable[Row], origin: Origin) -> dict[str, Any]:
    """The rows of a delimited table as those of a sheet that is named after the file.

    Raises:
        ParseLimit: too many characters.
    """
    cells: list[list[str]] = []
    left = MOST_CHARACTERS
    for row in rows:
        left -= sum(map(len, row.cells))
        if left < 0:
            raise ParseLimit(file=origin.name, reason=f"超过 {MOST_CHARACTERS} 字")
        cells.append([storable(cell).strip("\ufeff") for cell in row.cells])
    return understood(Sheet(PurePath(origin.name).stem, cells)).as_dict()


def read_tables(
    tables: Iterable[dict[str, Any]], origin: Origin, report: Report
) -> Iterator[LoadedFile]:
    """The articles of a workbook: those that its rows are, or one for each sheet of other things.

    Raises:
        EmptyDocument: nothing stands in it.
    """
    sheets = [Table.from_dict(record) for record in tables]
    several = sum(bool(sheet.rows) for sheet in sheets) > 1
    found = False
    for sheet in sheets:
        place = f"{origin.path}#{sheet.name}"
        if names_articles(sheet.columns):
            rows = table_records(sheet.as_rows(), origin.name, "sheet")
            for loaded in _articles(rows, origin, report, place, needed=False):
                found = True
                yield loaded
        elif text := "\n".join(sheet.lines()):
            found = True
            yield _whole(sheet, text, origin, several=several)
    if not found:
        raise EmptyDocument(file=origin.name)


def _articles(
    records: Iterable[Record | DocumentError],
    origin: Origin,
    report: Report,
    place: str,
    *,
    needed: bool = True,
) -> Iterator[LoadedFile]:
    """Each record as a file; one whose id came before in this table is known by its line too."""
    seen: Counter[str] = Counter()
    found = False
    for record in records:
        found = True
        if isinstance(record, DocumentError):
            report(record)
            continue
        known = record.metadata.article_id or str(record.line)
        seen[known] += 1
        if seen[known] > 1:
            known = f"{known}@{record.line}"
        source = SourceFile(
            path=f"{place}#{known}",
            name=origin.name,
            sha256=record.digest,
            encoding=record.encoding,
            text=record.text,
        )
        yield LoadedFile(source, merge(record.metadata, origin.said), ready=True)
    if needed and not found:
        raise EmptyDocument(file=origin.name)


def _whole(sheet: Table, text: str, origin: Origin, *, several: bool) -> LoadedFile:
    """A sheet as one article, named after what stands above the table, else its file and tab."""
    stem = PurePath(origin.name).stem
    tab = "" if sheet.name.lower().startswith(_PLAIN_TABS) and not several else sheet.name
    title = sheet.title or (stem if tab in {"", stem} else f"{stem} {tab}")
    source = SourceFile(
        path=f"{origin.path}#{sheet.name}",
        name=origin.name,
        sha256=hashlib.sha256(text.encode()).hexdigest(),
        encoding="sheet",
        text=text,
    )
    named = Metadata(title=title)
    said = merge(origin.said, named, metadata_from_file_name(origin.name))
    return LoadedFile(source, said, ready=True)
