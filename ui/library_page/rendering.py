"""The library page's lists as HTML: articles, hits of a search, what is no longer used."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

from rag.data_model.documents import Span
from rag.data_model.found import FoundPassage
from rag.language.highlighting import occurrences
from rag.library.records import ArticleHead, StoredHead
from ui.chat.escaping import attribute, escaped
from ui.console import page_label

SHOWN = 300
_AROUND = 60
_DOUBTFUL = 0.8


def articles_html(stored: Sequence[StoredHead], wanted: str) -> str:
    """The articles whose particulars hold `wanted`, the latest first."""
    groups = Counter(one.group for one in stored)
    passing = [
        one for one in reversed(stored) if not wanted or occurrences(_particulars(one), wanted)
    ]
    rows = "".join(row_html(one.article, one.file, groups[one.group]) for one in passing[:SHOWN])
    more = (
        f'<p class="yj-label">只列出 {SHOWN} 篇，共 {len(passing)} 篇；可以再缩小范围。</p>'
        if len(passing) > SHOWN
        else ""
    )
    if not rows:
        return '<p class="yj-label">没有这样的文章。</p>'
    return f'<ul class="yj-articles">{rows}</ul>{more}'


def row_html(article: ArticleHead, file: str, alike: int = 1, preview: str = "") -> str:
    """One article as a button that opens it."""
    tags = [
        '<span class="yj-tag yj-wary">标题为程序所拟</span>' if article.title_inferred else "",
        _joins(article),
        f'<span class="yj-tag">相近的共 {alike} 篇</span>' if alike > 1 else "",
    ]
    return (
        f'<li><button type="button" class="yj-article-row" data-preview="{attribute(preview)}"'
        f' data-article="{attribute(article.article_id)}">'
        f'<span class="yj-name">{escaped(article.title)}</span>'
        f'<span class="yj-tags">{"".join(tags)}</span>'
        f'<span class="yj-label">{escaped(place_text(article, file))}</span></button></li>'
    )


def place_text(article: ArticleHead, file: str) -> str:
    """`《报名》 2024-05-20 第3版 · 作者 · 8 段 · 文件`."""
    paper = f"《{article.newspaper}》" if article.newspaper else ""
    where = " ".join(filter(None, (paper, article.date, page_label(article.page))))
    parts = (where, "、".join(article.authors), f"{article.paragraphs} 段", file)
    return " · ".join(part for part in parts if part)


def hits_html(hits: Iterable[FoundPassage], query: str) -> str:
    """Passages that hold the words, marked; else those that come near in meaning."""
    found = [(hit, occurrences(hit.passage.text, query)) for hit in hits]
    literal = [(hit, marks) for hit, marks in found if marks]
    shown = literal or found[:10]
    if not shown:
        return '<p class="yj-label">没有找到。</p>'
    head = f"有这些字的 {len(literal)} 处" if literal else "没有一字不差的地方，下面这些意思最接近"
    rows = "".join(_hit(hit, marks, query) for hit, marks in shown)
    return f'<p class="yj-label" role="status">{head}</p><ul class="yj-hits">{rows}</ul>'


def gone_html(superseded: Sequence[StoredHead], live: Sequence[StoredHead]) -> str:
    """What no longer answers, and why. Versions that a correction replaced are not worth a line."""
    corrected = {(one.article.article_id, one.sha256) for one in live}
    versions = {one.path: one.sha256 for one in live}
    rows = [
        f'<li><span class="yj-name">{escaped(one.article.title)}</span>'
        f'<span class="yj-tag">{_why_gone(one, versions)}</span>'
        f'<span class="yj-label">{escaped(place_text(one.article, one.file))}</span></li>'
        for one in reversed(superseded)
        if (one.article.article_id, one.sha256) not in corrected
    ]
    if not rows:
        return ""
    return (
        f'<details><summary class="yj-link">不再用来回答的 {len(rows)} 篇</summary>'
        f'<p class="yj-label">以前的回答引过它们，所以原文还留着，可供核对。</p>'
        f'<ul class="yj-gone">{"".join(rows[:SHOWN])}</ul></details>'
    )


def _why_gone(one: StoredHead, versions: Mapping[str, str]) -> str:
    newer = versions.get(one.path)
    return "有了新版" if newer and newer != one.sha256 else "已移除"


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
        f'<span class="yj-snippet">{"…" if start else ""}{snippet}{"…" if end < len(text) else ""}'
        f'</span><span class="yj-label">《{escaped(hit.title)}》</span></button></li>'
    )


def _joins(article: ArticleHead) -> str:
    if not article.joins:
        return ""
    least = min(join.confidence for join in article.joins)
    tone = " yj-wary" if least < _DOUBTFUL else ""
    return f'<span class="yj-tag{tone}">接合 {len(article.joins)} 处，最低把握 {least:.0%}</span>'


def _particulars(one: StoredHead) -> str:
    article = one.article
    parts = (article.title, *article.authors, article.newspaper, article.date, one.file)
    return " ".join(filter(None, parts))
