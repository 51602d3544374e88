"""One article as HTML to set right: its particulars, its paragraphs, where pieces were joined."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from ingest.storing.corrections import Page, seams
from rag.data_model.documents import Article, Paragraph
from rag.language.highlighting import occurrences
from rag.library.records import ArticleHead
from ui.chat.escaping import attribute, escaped
from ui.language import _, in_chinese, message
from ui.library_page.listing import headings
from ui.library_page.rendering import marked, place_text

_SHOWN = 400
_KEPT = message("更正跟着这份文件走，重新导入也还在；原文一个字也不会变，旧引文照样能核对。")
_FIELDS = (
    ("title", message("标题"), "200"),
    ("authors", message("作者（用顿号隔开）"), "500"),
    ("newspaper", message("报刊"), "60"),
    ("date", message("日期"), "20"),
    ("page", message("版次"), "20"),
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
        f'<i class="yj-i yj-i-trash"></i>{_("移除")}</button>'
    )
    return (
        f'<header class="yj-article-head"><p class="yj-label">'
        f"{escaped(place_text(ArticleHead.of(article), page.source.name))}</p>"
        f'<h3 tabindex="-1"{in_chinese()}>{escaped(article.title)}</h3>'
        f'<button type="button" class="yj-icon yj-close" data-close aria-label="{_("关闭")}">'
        '<i class="yj-i yj-i-close"></i></button></header>'
        f'<div class="yj-article-body"><form class="yj-particulars" data-amend>{_fields(article)}'
        '<div class="yj-row"><button type="submit" class="yj-button yj-primary">'
        f"{_('保存更正')}</button>"
        f"{remove}</div>"
        f'<p class="yj-label">'
        f"{_(_KEPT)}</p>"
        '<div class="yj-edit-said" aria-live="polite"></div></form>'
        f'<div class="yj-text"{in_chinese()}>'
        f"{''.join(_paragraphs(page, article, others, words))}</div></div>"
    )


def _fields(article: Article) -> str:
    values = {
        "title": article.title,
        "authors": "、".join(article.authors),
        "newspaper": article.newspaper or "",
        "date": article.date or "",
        "page": article.page or "",
    }
    note = (
        f'<span class="yj-tag yj-wary">{_("程序所拟，请核对")}</span>'
        if article.title_inferred
        else ""
    )
    return "".join(
        f'<label class="yj-labelled"><span>{_(label)}{note if name == "title" else ""}</span>'
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
    for paragraph, before in headings(article.paragraphs[:_SHOWN]):
        text = _pieces(paragraph, page.source.text, words)
        yield (
            f'{before}<div class="yj-piece">'
            f'<p class="yj-paragraph"><span class="yj-n">{paragraph.n}</span>'
            f"{text}</p>{_confidence(joins.get(paragraph.n))}"
            f'<div class="yj-tools">{_join_button(paragraph.n, last)}'
            f"{_move(paragraph.n, others) if last > 1 else ''}</div></div>"
        )
    if last > _SHOWN:
        yield f'<p class="yj-notice">{_("另有 {} 段，没有显示。", last - _SHOWN)}</p>'


def _pieces(paragraph: Paragraph, source: str, words: str) -> str:
    """The paragraph; a button to split it at each place where it was put together."""
    cuts = set(seams(paragraph, source))
    parts = []
    for at, (start, end) in enumerate(paragraph.spans):
        if at in cuts:
            parts.append(
                f'<button type="button" class="yj-cut" data-split="{paragraph.n}" data-piece="{at}"'
                f' aria-label="{_("在这里把第{}段拆成两段", paragraph.n)}">{_("拆开")}</button>'
            )
        piece = source[start:end]
        parts.append(marked(piece, occurrences(piece, words)))
    return "".join(parts)


def _confidence(confidence: float | None) -> str:
    if confidence is None:
        return ""
    if confidence == 1:
        return f'<span class="yj-tag yj-good">{_("接得对，有人确认过")}</span>'
    tone = "yj-wary" if confidence < 0.8 else ""
    return (
        f'<span class="yj-tag {tone}">{_("这一段是接起来的，接对的可能 {:.0%}", confidence)}</span>'
    )


def _join_button(n: int, last: int) -> str:
    if n == last:
        return ""
    return (
        f'<button type="button" class="yj-link" data-join="{n}"'
        f' aria-label="{_("把第{}段与第{}段合成一段", n, n + 1)}">{_("与下段合并")}</button>'
    )


def _move(n: int, others: Sequence[Article]) -> str:
    if not others:
        return ""
    options = "".join(
        f'<option value="{attribute(other.article_id)}">{escaped(other.title)}</option>'
        for other in others
    )
    return (
        f'<select class="yj-move" data-move="{n}" aria-label="'
        f'{_("把第{}段移到同一份文件的另一篇", n)}">'
        f'<option value="">{_("移到另一篇……")}</option>{options}</select>'
    )
