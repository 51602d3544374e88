"""The conclusion of an article, or its advice: where it says that it concludes, or advises.

A heading says so of all below it, up to the next one. A page without marks for its headings has
them as paragraphs: a short line without an end, over others.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from rag.data_model.answers import Part
from rag.data_model.documents import Article, Sentence
from rag.language.enumeration import enumerations
from rag.library.records import StoredArticle

_HEADINGS: dict[Part, re.Pattern[str]] = {
    "conclusion": re.compile("结论|结语|小结|总结|结束语"),
    "advice": re.compile("建议|对策|怎么办|出路"),
}
_SAID: dict[Part, re.Pattern[str]] = {
    "conclusion": re.compile(
        "^(?:总之|综上|总的来[看说]|总体(?:来|上)?[看说]|归根结底|由此可见|可见|一句话)|结论是|得出结论|研究表明|结果表明|调查表明|结果显示"
    ),
    "advice": re.compile(
        "建议|呼吁|应当|应该|不妨|有必要|提倡|(?<!反)应(?:尽快|加快|进一步|及时|加强)"
    ),
}


_HEADING = re.compile(r"^[^。！？!?；;，,：:]{2,24}$")


def _under(heading: re.Pattern[str], article: Article) -> Iterator[int]:
    """Numbers of the paragraphs under a heading that is found in, set apart or not."""
    inside = False
    for paragraph in article.paragraphs:
        if paragraph.section:
            inside = heading.search(paragraph.section) is not None
        elif not paragraph.speaker and _HEADING.match(paragraph.text.strip()):
            inside = heading.search(paragraph.text) is not None
            continue
        if inside:
            yield paragraph.n


def rows_of(part: Part, stored: StoredArticle, sentences: Sequence[Sentence]) -> list[int]:
    """Which of the sentences are of that part; none where the article does not say so."""
    article = stored.article
    sections = set(_under(_HEADINGS[part], article))
    under = [row for row, s in enumerate(sentences) if s.paragraph in sections]
    if under:
        return under
    said = {s.start for s in sentences if _SAID[part].search(article.text[s.start : s.end])}
    for enumeration in enumerations(article):
        leads = {enumeration.items[0].start, *(s.start for s in [enumeration.lead] if s)}
        if leads & said:
            said.update(item.start for item in enumeration.items)
    return [row for row, s in enumerate(sentences) if s.start in said]
