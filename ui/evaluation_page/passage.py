"""The article that should have been quoted, as a page: one paragraph marked, the text in it too."""

from __future__ import annotations

from rag.data_model.documents import Article, Paragraph
from ui.chat.escaping import escaped


def passage_html(article: Article, number: int, text: str) -> str:
    """The article's paragraphs; `number` is marked, and `text` where a paragraph holds it.

    The marked paragraph has the id `here`, so that an address can lead to it.
    """
    place = " ".join(filter(None, (article.newspaper, article.date, article.page)))
    paragraphs = "".join(_paragraph(one, number, text) for one in article.paragraphs)
    return (
        f'<p class="yj-label">{escaped(place)}</p><h2>{escaped(article.title)}</h2>'
        f'<ol class="yj-passage">{paragraphs}</ol>'
    )


def _paragraph(paragraph: Paragraph, number: int, text: str) -> str:
    here = ' id="here" class="yj-here" tabindex="-1"' if paragraph.n == number else ""
    before, found, after = paragraph.text.partition(text) if text else (paragraph.text, "", "")
    marked = f"<mark>{escaped(found)}</mark>" if found else ""
    return f'<li value="{paragraph.n}"{here}>{escaped(before)}{marked}{escaped(after)}</li>'
