"""What people set right in an article, kept beside it and put on again whenever its file is read.

A correction names the file's bytes (sha256) and an anchor: the place in the source where the
article starts, as the program took the page apart. So it stays with this version of the file,
whatever the file is called, and whatever id or title the program gives the article.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from rag.data_model.documents import Article, Join, Paragraph, Span, spans_text
from rag.library.records import cells_json, cells_of


@dataclass(frozen=True, slots=True)
class Layout:
    """Which stretches of the source are the article's paragraphs; their text is the source's."""

    paragraphs: tuple[Paragraph, ...]
    joins: tuple[Join, ...] = ()


@dataclass(frozen=True, slots=True)
class Correction:
    """What a person said; None leaves what the page says. An empty text says: there is none."""

    title: str | None = None
    authors: tuple[str, ...] | None = None
    newspaper: str | None = None
    date: str | None = None
    page: str | None = None
    layout: Layout | None = None

    def over(self, earlier: Correction) -> Correction:
        """This correction, and the earlier one where this one says nothing."""
        said = {name: value for name, value in _fields(self).items() if value is not None}
        return replace(earlier, **said)


@dataclass(frozen=True, slots=True)
class Corrected:
    """An article after a correction, and what has to be remembered of it."""

    anchor: int
    correction: Correction
    article: Article


def anchor_of(article: Article) -> int:
    """Where an article starts in its source."""
    return article.paragraphs[0].spans[0].start


def apply(correction: Correction, article: Article, source: str) -> Article:
    """The article as the person wants it. Its id stays; its text is still the source's.

    A layout that does not fit the source (another program read the file differently) is left out.
    """
    said = {name: value for name, value in _fields(correction).items() if value is not None}
    layout = said.pop("layout", None)
    for name in ("newspaper", "date", "page"):
        if name in said:
            said[name] = said[name] or None
    if "title" in said:
        said["title_inferred"] = False
    if layout is not None and _fits(layout, source):
        numbered = (
            replace(p, n=n, text=spans_text(source, p.spans))
            for n, p in enumerate(layout.paragraphs, start=1)
        )
        said |= {"paragraphs": tuple(numbered), "joins": layout.joins}
    return replace(article, **said)


def apply_all(
    corrections: Mapping[int, Correction], articles: Sequence[Article], source: str
) -> tuple[Article, ...]:
    """All articles of a file, each with the correction that stands at its anchor."""
    return tuple(
        apply(corrections[anchor], article, source)
        if article.paragraphs and (anchor := anchor_of(article)) in corrections
        else article
        for article in articles
    )


def correction_json(correction: Correction) -> str:
    """As it is stored; what is None is left out."""
    record = {name: value for name, value in _fields(correction).items() if value is not None}
    if correction.layout is not None:
        record["layout"] = {
            "paragraphs": [
                [p.spans, p.section, p.speaker, p.speaker_title, *cells_json(p)]
                for p in correction.layout.paragraphs
            ],
            "joins": [[j.at_paragraph, j.confidence] for j in correction.layout.joins],
        }
    return json.dumps(record, ensure_ascii=False, separators=(",", ":"))


def correction_of(text: str) -> Correction:
    """The inverse of `correction_json`; the paragraphs' text comes with the source."""
    record: dict[str, Any] = json.loads(text)
    if "authors" in record:
        record["authors"] = tuple(record["authors"])
    if "layout" in record:
        paragraphs = tuple(
            Paragraph(n, "", tuple(Span(*s) for s in spans), section, speaker, post, cells_of(row))
            for n, (spans, section, speaker, post, *row) in enumerate(
                record["layout"]["paragraphs"], start=1
            )
        )
        joins = tuple(Join(*join) for join in record["layout"]["joins"])
        record["layout"] = Layout(paragraphs, joins)
    return Correction(**record)


def _fields(correction: Correction) -> dict[str, Any]:
    return {name: getattr(correction, name) for name in Correction.__dataclass_fields__}


def _fits(layout: Layout, source: str) -> bool:
    spans = [span for paragraph in layout.paragraphs for span in paragraph.spans]
    return bool(spans) and all(0 <= start < end <= len(source) for start, end in spans)
