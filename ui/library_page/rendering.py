"""The library page's lists as HTML: articles, hits of a search, what is no longer used."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from rag.data_model.documents import Span
from rag.data_model.found import FoundPassage
from rag.language.highlighting import occurrences
from rag.library.records import ArticleHead, StoredHead
from ui.chat.escaping import attribute, escaped
from ui.language import _, in_chinese, message
from ui.language.given import shown
from ui.references import page_label

_AROUND = 60
_DOUBTFUL = 0.8
_CERTAIN = 0.995


def row_html(
    article: ArticleHead,
    file: str,
    *,
    alike: int = 1,
    preview: str = "",
    shelf: StoredHead | None = None,
    where: str = "",
) -> str:
    """One article as a button that opens it; with its `shelf`, it can be selected too.

    `where` names its collection, if that is to be told.
    """
    tags = [
        f'<span class="yj-tag yj-wary">{_("标题为程序所拟")}</span>'
        if article.title_inferred
        else "",
        _joins(article),
        f'<span class="yj-tag">{_("相近的共 {} 篇", alike)}</span>' if alike > 1 else "",
        *(f'<span class="yj-tag">#{escaped(tag)}</span>' for tag in (shelf.tags if shelf else ())),
    ]
    select = (
        f'<input type="checkbox" data-select="{attribute(article.article_id)}"'
        f' aria-label="{_("选择《{}》", attribute(article.title))}">'
        if shelf
        else ""
    )
    return (
        f'<li>{select}<button type="button" class="yj-article-row"'
        f' data-preview="{attribute(preview)}"'
        f' data-article="{attribute(article.article_id)}">'
        f'<span class="yj-name"{in_chinese()}>{escaped(article.title)}</span>'
        f'<span class="yj-tags">{"".join(tags)}</span>'
        f'<span class="yj-label">{escaped(place_text(article, file, where))}</span></button></li>'
    )


def place_text(article: ArticleHead, file: str, collection: str = "") -> str:
    """`《报名》 2024-05-20 第3版 · 作者 · 8 段 · 文件 · 文集`."""
    paper = f"《{article.newspaper}》" if article.newspaper else ""
    where = " ".join(filter(None, (paper, article.date, page_label(article.page))))
    parts = (
        where,
        "、".join(article.authors),
        _("{} 段", article.paragraphs),
        file,
        shown(collection),
    )
    return " · ".join(part for part in parts if part)


def hits_html(hits: Iterable[FoundPassage], query: str) -> str:
    """Passages that hold the words, marked; else those that come near in meaning."""
    found = [(hit, occurrences(hit.passage.text, query)) for hit in hits]
    literal = [(hit, marks) for hit, marks in found if marks]
    shown = literal or found[:10]
    if not shown:
        return f'<p class="yj-label">{_("没有找到。")}</p>'
    head = (
        _("有这些字的 {} 处", len(literal))
        if literal
        else _("没有一字不差的地方，下面这些意思最接近")
    )
    rows = "".join(_hit(hit, marks, query) for hit, marks in shown)
    return f'<p class="yj-label" role="status">{head}</p><ul class="yj-hits">{rows}</ul>'


def gone_html(count: int) -> str:
    """That something no longer answers, and the way to look at it."""
    if not count:
        return ""
    return (
        f'<details><summary class="yj-link">{_("不再用来回答的 {} 篇", count)}</summary>'
        f'<p class="yj-row yj-label">{_("以前的回答引过它们，所以原文还留着，可供核对。")}'
        '<button type="button" class="yj-link" data-view="superseded">'
        f"{_('逐篇看')}</button></p></details>"
    )


def marked(text: str, marks: Sequence[Span]) -> str:
    """Escaped text with `<mark>` around the marks."""
    pieces, at = [], 0
    for start, end in marks:
        pieces += [escaped(text[at:start]), f"<mark>{escaped(text[start:end])}</mark>"]
        at = end
    return "".join([*pieces, escaped(text[at:])])


def _hit(hit: FoundPassage, marks: Sequence[Span], query: str) -> str:
    text = hit.passage.text
    start = max(marks[0].start - _AROUND, 0) if marks else 0
    end = min((marks[0].end if marks else 0) + 2 * _AROUND, len(text))
    inside = [Span(m.start - start, m.end - start) for m in marks if m.end <= end]
    snippet = marked(text[start:end], inside)
    return (
        f'<li><button type="button" class="yj-article-row" data-preview=""'
        f' data-article="{attribute(hit.article_id)}" data-words="{attribute(query)}">'
        f'<span class="yj-snippet"{in_chinese()}>{"…" if start else ""}'
        f"{snippet}{'…' if end < len(text) else ''}"
        f'</span><span class="yj-label">《{escaped(hit.title)}》</span></button></li>'
    )


_JOINED = message(
    "排版把句子拆到了别处，程序接了回去；百分数是接对的可能，打开文章可以逐处核对、更正。"
)


def _joins(article: ArticleHead) -> str:
    if not article.joins:
        return ""
    least = min(join.confidence for join in article.joins)
    tone = " yj-wary" if least < _DOUBTFUL else ""
    if least >= _CERTAIN:
        told = _("{} 处断句接回", len(article.joins))
    elif len(article.joins) == 1:
        told = _("1 处断句接回，把握 {:.0%}", least)
    else:
        told = _("{} 处断句接回，最没把握的 {:.0%}", len(article.joins), least)
    return f'<span class="yj-tag{tone}" title="{_(_JOINED)}">{told}</span>'
