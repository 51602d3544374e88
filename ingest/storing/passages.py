"""Articles → passages: a lossless partition at Chinese sentence ends.

Glued together, an article's passages are its text; `article.text[p.start:p.end] == p.text`.
No passage mixes sections or speakers.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from itertools import groupby
from typing import TYPE_CHECKING

from rag.data_model.documents import Article, Passage, Span
from rag.language.sentence_ends import without_inner_ends
from rag.language.text import numbered_sentences

if TYPE_CHECKING:
    from langchain_text_splitters import RecursiveCharacterTextSplitter

# From the strongest boundary to none at all. Closing quotes stay with the sentence they end.
_SEPARATORS = [r"\n", r"[。！？!?…]+[”’」』）)》〉\]】]*", r"[；;]", r"[，,：:]", r"[、\s]", ""]

_END = re.compile("[。！？!?….；;，,：:]")


def split_article(article: Article, size: int) -> tuple[Passage, ...]:
    """Passages of at most `size` characters, in order."""
    starts = (*article.paragraph_starts, len(article.text) + 1)
    shown = _with_rows_whole(article)
    passages: list[Passage] = []
    for (section, speaker), paragraphs in groupby(
        article.paragraphs, key=lambda paragraph: (paragraph.section, paragraph.speaker)
    ):
        members = list(paragraphs)
        group = Span(starts[members[0].n - 1], min(starts[members[-1].n], len(article.text)))
        for start, end in _pieces(shown[group.start : group.end], group.start, size):
            passages.append(
                Passage(
                    article_id=article.article_id,
                    start=start,
                    end=end,
                    text=article.text[start:end],
                    sentences=numbered_sentences(shown, article.paragraph_starts, start, end),
                    section=section,
                    speaker=speaker,
                )
            )
    return tuple(passages)


def _with_rows_whole(article: Article) -> str:
    """The text, as long, with letters for the marks that end no sentence within a table's row."""
    lines = (_END.sub("x", p.text) if p.cells else p.text for p in article.paragraphs)
    return "\n".join(lines)


def _pieces(text: str, offset: int, size: int) -> Iterator[Span]:
    """Spans of the splitter's pieces; cumulative lengths, for the splitter loses nothing.

    It is shown no mark that ends nothing, so that an address or a quotation is not cut there.
    """
    for piece in _splitter(size).split_text(without_inner_ends(text)):
        yield Span(offset, offset + len(piece))
        offset += len(piece)


@lru_cache(maxsize=8)
def _splitter(size: int) -> RecursiveCharacterTextSplitter:
    from langchain_text_splitters import RecursiveCharacterTextSplitter

    return RecursiveCharacterTextSplitter(
        chunk_size=size,
        chunk_overlap=0,
        separators=_SEPARATORS,
        is_separator_regex=True,
        keep_separator="end",
        strip_whitespace=False,
    )
