"""One article as HTML to set right: its particulars, its paragraphs, where pieces were joined."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from ingest.corrections import Page, seams
from rag.data_model.documents import Article, Paragraph
from rag.language.highlighting import occurrences
from rag.library.records import ArticleHead
from ui.chat.escaping import attribute, escaped
from ui.library_page.rendering import marked, place_text

_SHOWN = 400
_FIELDS = (
    ("title", "标题", "200"),
    ("authors", "作者（用顿号隔开）", "500"),
    ("newspaper", "报刊", "60"),
    ("date", "日期", "20"),
    ("page", "版次", "20"),
)


def article_html(page: Page, article: Article, preview: str, words: str = "") -> str:
    """The article with its form.

    Args:
        page: the file that the article stands in.
        article: to be shown.
        preview: the id of a file that is not stored yet.
        words: are marked where they stand.
    """
    others = [other for other in page.articles if other is not article]
    remove = (
        ""
        if preview
        else '<button type="button" class="yj-button yj-danger" data-remove>'
        '<i class="yj-i yj-i-trash"></i>移除</button>'
    )
    return (
        f'<header class="yj-article-head"><p class="yj-label">'
        f"{escaped(place_text(ArticleHead.of(article), page.source.name))}</p>"
        f'<h3 tabindex="-1">{escaped(article.title)}</h3>'
        '<button type="button" class="yj-icon yj-close" data-close aria-label="关闭">'
        '<i class="yj-i yj-i-close"></i></button></header>'
        f'<div class="yj-article-body"><form class="yj-particulars" data-amend>{_fields(article)}'
        f'<div class="yj-row"><button type="submit" class="yj-button yj-primary">保存更正</button>'
        f"{remove}</div>"
        '<p class="yj-label">更正跟着这份文件走，重新导入也还在；'
        "原文一个字也不会变，旧引文照样能核对。</p>"
        '<div class="yj-edit-said" aria-live="polite"></div></form>'
        f'<div class="yj-text">{"".join(_paragraphs(page, article, others, words))}</div></div>'
    )


def _fields(article: Article) -> str:
    values = {
        "title": article.title,
        "authors": "、".join(article.authors),
        "newspaper": article.newspaper or "",
        "date": article.date or "",
        "page": article.page or "",
    }
    note = '<span class="yj-tag yj-wary">程序所拟，请核对</span>' if article.title_inferred else ""
    return "".join(
        f'<label class="yj-labelled"><span>{label}{note if name == "title" else ""}</span>'
        f'<input class="yj-field" name="{name}" maxlength="{limit}" autocomplete="off"'
        f' value="{attribute(values[name])}"></label>'
        for name, label, limit in _FIELDS
    )


def _paragraphs(
    page: Page, article: Article, others: Sequence[Article], words: str
) -> Iterator[str]:
    joins: dict[int, float] = {}
    for join in article.joins:
        joins[join.at_paragraph] = min(join.confidence, joins.get(join.at_paragraph, 1.0))
    last = len(article.paragraphs)
    for paragraph in article.paragraphs[:_SHOWN]:
        text = _pieces(paragraph, page.source.text, words)
        yield (
            f'<div class="yj-piece"><p class="yj-paragraph"><span class="yj-n">{paragraph.n}</span>'
            f"{text}</p>{_confidence(joins.get(paragraph.n))}"
            f'<div class="yj-tools">{_join_button(paragraph.n, last)}'
            f"{_move(paragraph.n, others) if last > 1 else ''}</div></div>"
        )
    if last > _SHOWN:
        yield f'<p class="yj-notice">另有 {last - _SHOWN} 段，没有显示。</p>'


def _pieces(paragraph: Paragraph, source: str, words: str) -> str:
    """The paragraph; a button to split it at each place where it was put together."""
    cuts = set(seams(paragraph, source))
    parts = []
    for at, (start, end) in enumerate(paragraph.spans):
        if at in cuts:
            parts.append(
                f'<button type="button" class="yj-cut" data-split="{paragraph.n}" data-piece="{at}"'
                f' aria-label="在这里把第{paragraph.n}段拆成两段">拆开</button>'
            )
        piece = source[start:end]
        parts.append(marked(piece, occurrences(piece, words)))
    return "".join(parts)


def _confidence(confidence: float | None) -> str:
    if confidence is None:
        return ""
    if confidence == 1:
        return '<span class="yj-tag yj-good">接合已由人确认</span>'
    tone = "yj-wary" if confidence < 0.8 else ""
    return f'<span class="yj-tag {tone}">这一段有接合，把握 {confidence:.0%}</span>'


def _join_button(n: int, last: int) -> str:
    if n == last:
        return ""
    return (
        f'<button type="button" class="yj-link" data-join="{n}"'
        f' aria-label="把第{n}段与第{n + 1}段合成一段">与下段合并</button>'
    )


def _move(n: int, others: Sequence[Article]) -> str:
    if not others:
        return ""
    options = "".join(
        f'<option value="{attribute(other.article_id)}">{escaped(other.title)}</option>'
        for other in others
    )
    return (
        f'<select class="yj-move" data-move="{n}" aria-label="把第{n}段移到同一份文件的另一篇">'
        f'<option value="">移到另一篇……</option>{options}</select>'
    )
