"""Whether an article mentions something: each of its words, in the title or anywhere below."""

from __future__ import annotations

from collections.abc import Sequence

from rag.data_model.documents import Article
from rag.language.text import fold
from rag.question.understanding import content_words


def topic_words(topic: str) -> Sequence[str]:
    """The words of a folded topic that an article must have."""
    return content_words(topic)


def mentions(article: Article, topic: str) -> bool:
    """Whether an article has every word of a folded topic."""
    parts = [article.title, *article.authors, article.text]
    parts += [f"{p.section or ''}\n{p.speaker or ''}" for p in article.paragraphs]
    text = fold("\n".join(parts))
    return all(word in text for word in topic_words(topic))
