"""Articles → passages: a lossless partition at Chinese sentence ends.

Glued together, an article's passages are its text; `article.text[p.start:p.end] == p.text`.
No passage mixes sections or speakers.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from itertools import groupby
from typing import TYPE_CHECKING

from rag.documents import Article, Passage, Sentence, Span
from rag.text import sentence_spans

if TYPE_CHECKING:
    from langchain_text_splitters import RecursiveCharacterTextSplitter

# From the strongest boundary to none at all. Closing quotes stay with the sentence they end.
_SEPARATORS = [r"\n", r"[。！？!?…]+[”’」』）)》〉\]】]*", r"[；;]", r"[，,：:]", r"[、\s]", ""]


def split_article(article: Article, size: int) -> tuple[Passage, ...]:
    """Passages of at most `size` characters, in order."""
    starts = (*article.paragraph_starts, len(article.text) + 1)
    passages: list[Passage] = []
    for (section, speaker), paragraphs in groupby(
        article.paragraphs, key=lambda paragraph: (paragraph.section, paragraph.speaker)
    ):
        members = list(paragraphs)
        group = Span(starts[members[0].n - 1], min(starts[members[-1].n], len(article.text)))
        for start, end in _pieces(article.text[group.start : group.end], group.start, size):
            passages.append(
                Passage(
                    article_id=article.article_id,
                    start=start,
                    end=end,
                    text=article.text[start:end],
                    sentences=_sentences(article, start, end),
                    section=section,
                    speaker=speaker,
                )
            )
    return tuple(passages)


def _pieces(text: str, offset: int, size: int) -> Iterator[Span]:
    """Spans of the splitter's pieces; cumulative lengths, for the splitter loses nothing."""
    for piece in _splitter(size).split_text(text):
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


def _sentences(article: Article, start: int, end: int) -> tuple[Sentence, ...]:
    """Sentences of the article's text within `[start, end)`, each in its paragraph."""
    sentences = []
    paragraph = 0
    starts = article.paragraph_starts
    for span in sentence_spans(article.text[start:end]):
        while paragraph + 1 < len(starts) and starts[paragraph + 1] <= start + span.start:
            paragraph += 1
        sentences.append(Sentence(start + span.start, start + span.end, paragraph + 1))
    return tuple(sentences)
