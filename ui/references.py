"""A citation as people write it: beside an answer, and as a reference after GB/T 7714."""

from __future__ import annotations

import re

from rag.data_model.answers import Answer, Citation
from rag.language.text import fold
from rag.wording.phrases import reprints_label

_END_MARKS = re.compile(r"[\s?？。.!！]+")


def completed_question(answer: Answer) -> str | None:
    """The searched question, where the earlier ones completed it; None where they did not.

    Of several questions, each stands over its own answer.
    """
    if answer.sub_questions:
        return None
    asked = _bare(answer.question)
    for slip in answer.corrections:
        asked = asked.replace(fold(slip.typed), slip.searched)
    return None if asked == _bare(answer.searched_question) else answer.searched_question


def _bare(question: str) -> str:
    return _END_MARKS.sub("", fold(question))


def page_label(page: str | None) -> str:
    """`8` becomes `第8版`; a page that already says what it is stays."""
    if not page:
        return ""
    return page if page.endswith(("版", "页")) else f"第{page}版"


def reference_text(citation: Citation) -> str:
    """`《报名》 2023-11-27 第8版 《标题》 第3段 · 发言人（另有2篇转载）`; no unknowns."""
    parts = [
        f"《{citation.newspaper}》" if citation.newspaper else "",
        citation.date or "",
        page_label(citation.page),
        f"《{citation.title}》",
        f"第{citation.paragraph}段",
        f"· {citation.speaker}" if citation.speaker else "",
    ]
    return " ".join(part for part in parts if part) + reprints_label(citation)


def gbt7714(citation: Citation) -> str:
    """`何苇. 灯塔岛的风电[N]. 江州日报, 2024-03-05(6).`; without a newspaper, the file.

    A title that the program made up stands in brackets, as catalogues do it.
    """
    authors = ", ".join(citation.authors[:3]) + (", 等" if len(citation.authors) > 3 else "")
    who = f"{authors}. " if authors else ""
    title = f"[{citation.title}]" if citation.title_inferred else citation.title
    if citation.newspaper is None:
        when = f"{citation.date}. " if citation.date else ""
        return f"{who}{title}[Z]. {when}{citation.source.file}."
    page = re.sub(r"^第|[版页]$", "", citation.page or "")
    when = ", ".join(filter(None, (citation.newspaper, citation.date)))
    return f"{who}{title}[N]. {when}{f'({page})' if page else ''}."
