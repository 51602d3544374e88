"""Answers and articles as HTML. Every string that came from a document or a person is escaped.

The page holds no template language: what leaves here is what the browser shows. So `_text` is the
only door for outside text; besides HTML's own characters it hides `$`, `{` and the backtick,
which Gradio's templates read.
"""

from __future__ import annotations

import html
import json
from collections.abc import Iterable, Sequence

from pydantic import BaseModel, ConfigDict, Field

from rag.answers import Answer, Citation, Refusal
from rag.documents import Article, Paragraph, Span
from rag.errors import YoujuError
from rag.records import StoredArticle
from rag.text import fold
from ui.console import page_label

_TEMPLATE_CHARACTERS = str.maketrans({"$": "&#36;", "{": "&#123;", "`": "&#96;"})
_SHOWN_AROUND = 200


class Target(BaseModel):
    """What a click on a citation asks for: the article, and the characters to highlight."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    article_id: str = Field(max_length=500)
    sha256: str = Field(default="", max_length=64)
    paragraph: int = 1
    spans: tuple[tuple[int, int], ...] = Field(default=(), max_length=100)
    quote: str = ""


def answer_html(answer: Answer) -> str:
    """An answer or a refusal, without the question."""
    searched = _searched(answer)
    if answer.refusal is not None:
        return searched + _refusal(answer.refusal)
    return searched + _statements(answer)


def error_html(error: YoujuError) -> str:
    """What went wrong and what to do next."""
    return (
        '<div class="yj-card yj-error" role="alert">'
        f"<p><strong>{_text(error.message_zh)}</strong></p>"
        f'<p>{_text(error.hint_zh)} <code class="yj-code">{_text(error.code)}</code></p></div>'
    )


def article_html(stored: StoredArticle, target: Target) -> str:
    """The article with numbered paragraphs; the target's characters are marked."""
    article = stored.article
    marks = _marks(stored, target)
    shown = [p for p in article.paragraphs if abs(p.n - target.paragraph) <= _SHOWN_AROUND]
    return (
        f"{_masthead(stored)}{_notice(target, marks)}"
        f'<div class="yj-paragraphs">{"".join(_paragraphs(shown, marks, target.paragraph))}</div>'
        f"{_left_out(article, shown)}"
    )


def suggestion_html(questions: Iterable[str]) -> str:
    """Example questions as buttons."""
    buttons = "".join(
        f'<button type="button" class="yj-suggestion" data-ask="{_text(q)}">{_text(q)}</button>'
        for q in questions
    )
    return f'<div class="yj-suggestions" aria-label="可以这样问">{buttons}</div>' if buttons else ""


def empty_library_html() -> str:
    """How to add the first articles."""
    return (
        '<div class="yj-teach"><p><strong>库里还没有文章。</strong>在终端里导入文件或文件夹：</p>'
        "<p><code>youju ingest 文件或文件夹</code></p>"
        "<p>导入后直接提问，不用重新启动。</p></div>"
    )


def reference_text(citation: Citation) -> str:
    """`《报名》 2023-11-27 第8版 《标题》 第3段 · 发言人`."""
    parts = [
        f"《{citation.newspaper}》" if citation.newspaper else "",
        citation.date or "",
        page_label(citation.page),
        f"《{citation.title}》",
        f"第{citation.paragraph}段",
        f"· {citation.speaker}" if citation.speaker else "",
    ]
    return " ".join(part for part in parts if part)


def _statements(answer: Answer) -> str:
    by_number = {citation.n: citation for citation in answer.citations}
    short = (
        f'<p class="yj-short"><span class="yj-label">简答</span>{_text(answer.short_answer)}</p>'
        if answer.short_answer
        else ""
    )
    paragraphs = "".join(
        f'<p class="yj-statement">{_text(statement.text)}'
        + "".join(_chip(by_number[n]) for n in statement.citations if n in by_number)
        + "</p>"
        for statement in answer.statements
    )
    references = "".join(_reference(citation) for citation in answer.citations)
    return (
        f'<div class="yj-card yj-answer">{short}{paragraphs}'
        f'<ol class="yj-references" aria-label="出处">{references}</ol></div>{_receipt(answer)}'
    )


def _chip(citation: Citation) -> str:
    label = f"看第{citation.n}条引文的出处：{reference_text(citation)}"
    return (
        f'<button type="button" class="yj-chip" data-cite="{_target(citation)}"'
        f' aria-label="{_text(label)}">[{citation.n}]</button>'
    )


def _reference(citation: Citation) -> str:
    return (
        f'<li><button type="button" class="yj-reference" data-cite="{_target(citation)}">'
        f'<span class="yj-number">〔{citation.n}〕</span>{_text(reference_text(citation))}'
        "</button></li>"
    )


def _refusal(refusal: Refusal) -> str:
    nearest = "".join(
        f'<li><button type="button" class="yj-near" data-cite="{_target(citation)}">'
        f"<q>{_text(citation.quote)}</q>"
        f'<span class="yj-from">{_text(reference_text(citation))}</span></button></li>'
        for citation in refusal.nearest
    )
    around = (
        f'<p class="yj-label">最接近的段落（不是答案）</p><ul class="yj-nearest">{nearest}</ul>'
        if nearest
        else ""
    )
    return (
        '<div class="yj-card yj-refusal">'
        '<p class="yj-verdict"><span class="yj-sign" aria-hidden="true">∅</span>没有找到依据</p>'
        f"<p>{_text(refusal.message)}</p>{around}</div>"
    )


def _searched(answer: Answer) -> str:
    if fold(answer.searched_question).strip() == fold(answer.question).strip():
        return ""
    question = _text(answer.searched_question)
    return (
        f'<p class="yj-searched"><span class="yj-label">实际检索</span>{question}'
        f'<button type="button" class="yj-link" data-edit="{question}">修改</button></p>'
    )


def _receipt(answer: Answer) -> str:
    total = answer.timings_ms.get("total")
    facts = [f"把握 {answer.confidence:.0%}"]
    if total is not None:
        facts.append(f"{total:.0f} 毫秒")
    facts.append(f"第 {answer.receipt.generation} 代文章库")
    title = f"模型 {answer.receipt.model}，设置 {answer.receipt.settings}"
    return f'<p class="yj-receipt" title="{_text(title)}">{_text(" · ".join(facts))}</p>'


def _target(citation: Citation) -> str:
    target = Target(
        article_id=citation.article_id,
        sha256=citation.source.sha256,
        paragraph=citation.paragraph,
        spans=citation.source.spans,
        quote=citation.quote,
    )
    return _text(json.dumps(target.model_dump(mode="json"), ensure_ascii=False))


def _masthead(stored: StoredArticle) -> str:
    article = stored.article
    place = [
        f"《{article.newspaper}》" if article.newspaper else "",
        article.date or "",
        page_label(article.page),
    ]
    authors = "、".join(article.authors)
    return (
        '<header class="yj-masthead">'
        f'<p class="yj-place">{_text(" ".join(filter(None, place)) or stored.file)}</p>'
        f'<h2 tabindex="-1">{_text(article.title)}</h2>'
        + (f'<p class="yj-authors">{_text(authors)}</p>' if authors else "")
        + f'<p class="yj-file">{_text(stored.file)}</p></header>'
    )


def _notice(target: Target, marks: dict[int, list[Span]]) -> str:
    if marks or not target.spans:
        return ""
    return (
        '<p class="yj-notice" role="status">这篇文章在回答之后改动过，'
        "原来的引文对不上了，因此不标出。</p>"
    )


def _left_out(article: Article, shown: Sequence[Paragraph]) -> str:
    hidden = len(article.paragraphs) - len(shown)
    return f'<p class="yj-notice">另有 {hidden} 段离引文较远，没有显示。</p>' if hidden else ""


def _paragraphs(
    paragraphs: Sequence[Paragraph], marks: dict[int, list[Span]], cited: int
) -> Iterable[str]:
    section = speaker = None
    for paragraph in paragraphs:
        if paragraph.section != section and paragraph.section:
            yield f'<h3 class="yj-section">{_text(paragraph.section)}</h3>'
            speaker = None
        section = paragraph.section
        if paragraph.speaker != speaker and paragraph.speaker:
            titled = " ".join(filter(None, (paragraph.speaker, paragraph.speaker_title)))
            yield f'<p class="yj-speaker">{_text(titled)}</p>'
        speaker = paragraph.speaker
        here = " yj-here" if paragraph.n == cited else ""
        yield (
            f'<p class="yj-paragraph{here}"><span class="yj-n">{paragraph.n}</span>'
            f"{_marked(paragraph.text, marks.get(paragraph.n, []))}</p>"
        )


def _marked(text: str, spans: Sequence[Span]) -> str:
    pieces, offset = [], 0
    for start, end in spans:
        pieces += [_text(text[offset:start]), f"<mark>{_text(text[start:end])}</mark>"]
        offset = end
    return "".join([*pieces, _text(text[offset:])])


def _marks(stored: StoredArticle, target: Target) -> dict[int, list[Span]]:
    """Ranges to mark in each paragraph; none unless together they spell the quote."""
    if target.sha256 != stored.sha256:
        return {}
    marks: dict[int, list[Span]] = {}
    spelled = []
    for paragraph in stored.article.paragraphs:
        found = _overlaps(paragraph, target.spans)
        if found:
            marks[paragraph.n] = found
            spelled += [paragraph.text[start:end] for start, end in found]
    return marks if "".join(spelled) == target.quote else {}


def _overlaps(paragraph: Paragraph, wanted: Sequence[tuple[int, int]]) -> list[Span]:
    """Where the wanted characters of the source stand in the paragraph; neighbours are merged."""
    found: list[Span] = []
    offset = 0
    for start, end in paragraph.spans:
        for left, right in sorted(wanted):
            first, last = max(start, left), min(end, right)
            if first < last:
                span = Span(offset + first - start, offset + last - start)
                if found and found[-1].end == span.start:
                    span = Span(found.pop().start, span.end)
                found.append(span)
        offset += end - start
    return found


def _text(text: str) -> str:
    visible = text.encode("utf-8", "replace").decode("utf-8")
    return html.escape(visible, quote=True).translate(_TEMPLATE_CHARACTERS)
