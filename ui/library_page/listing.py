"""A page of the list of articles as HTML: rows, facets, the pager; an article of before."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence

from rag.data_model.documents import Paragraph
from rag.library.catalogue_queries import MISSING, Sought, Value
from rag.library.records import ArticleHead, StoredArticle, StoredHead
from ui.chat.escaping import attribute, escaped
from ui.language import _, message
from ui.library_page.rendering import place_text, row_html

_NO_SUCH = message("没有这样的文章。")
_NONE_ALIKE = message("没有内容相近的文章。")
_NONE_SUPERSEDED = message("没有被取代或移除的文章。")
_EMPTY_SHELF = message(
    "这个文集里还没有文章：把文件拖到上面，就存到这里；或在“全部”里选中文章，移到这个文集。"
)
_ALL = {
    "newspaper": message("全部报刊"),
    "year": message("全部年份"),
    "author": message("全部作者"),
    "format": message("全部格式"),
}
_UNSAID = {
    "newspaper": message("没写报刊"),
    "year": message("没写日期"),
    "author": message("没写作者"),
    "format": message("没有扩展名"),
}


def articles_html(
    heads: Sequence[StoredHead],
    alike: Mapping[int, int],
    sought: Sought,
    *,
    say_where: bool = False,
) -> str:
    """Rows that can be opened and selected.

    Args:
        heads: of the page.
        alike: how many live articles their groups have.
        sought: what the list shows.
        say_where: whether each row names its collection.
    """
    rows = "".join(
        row_html(
            one.article,
            one.file,
            alike=alike.get(one.group, 1),
            shelf=one,
            where=(one.collection or "") if say_where else "",
        )
        for one in heads
    )
    if rows:
        return f'<ul class="yj-articles">{rows}</ul>'
    if sought == Sought(collection=sought.collection) and sought.collection:
        return _notice(_EMPTY_SHELF)
    return _notice(_NONE_ALIKE if sought == Sought(view="alike") else _NO_SUCH)


def superseded_html(heads: Sequence[StoredHead], newer: Collection[str]) -> str:
    """Rows of what no longer answers, each with why; `newer`: paths that have a newer version."""
    rows = "".join(
        f'<li><button type="button" class="yj-article-row" data-old="{one.key}">'
        f'<span class="yj-name">{escaped(one.article.title)}</span>'
        f'<span class="yj-tags"><span class="yj-tag">{why_gone(one.path, newer)}</span></span>'
        f'<span class="yj-label">{escaped(place_text(one.article, one.file))}</span></button></li>'
        for one in heads
    )
    return f'<ul class="yj-articles">{rows}</ul>' if rows else _notice(_NONE_SUPERSEDED)


def why_gone(path: str, newer: Collection[str]) -> str:
    """Why the article of a document answers no more."""
    return _("有了新版") if path in newer else _("已移除")


def facet_html(name: str, values: Sequence[Value], chosen: str) -> str:
    """The options of a facet's menu; what is chosen stays, though nothing has it any more."""
    options = [_option("", _(_ALL[name]), chosen="")]
    if chosen and all(one.value != chosen for one in values):
        values = (*values, Value(chosen, 0))
    for one in values:
        said = _(_UNSAID[name]) if one.value == MISSING else one.value
        options.append(_option(one.value, _("{}（{:,}）", said, one.count), chosen=chosen))
    return "".join(options)


def pager_html(page: int, pages: int) -> str:
    """Steps to other pages; nothing where there is one."""
    if pages <= 1:
        return ""
    return (
        f"{_step(page - 1, _('上一页'), on=page > 1)}"
        f'<form class="yj-row" data-to-page><label>{_("第")} <input class="yj-field" name="page"'
        f' type="number" min="1" max="{pages}" value="{page}" required'
        f' aria-label="{_("到第几页")}">'
        f" {_('/ {:,} 页', pages)}</label></form>"
        f"{_step(page + 1, _('下一页'), on=page < pages)}"
    )


def old_article_html(stored: StoredArticle, *, newer: bool) -> str:
    """An article that no longer answers, to be read."""
    article = stored.article
    why = _("后来有了新版，今后按新版回答") if newer else _("已从库里移除，不再用来回答")
    return (
        f'<header class="yj-article-head"><p class="yj-label">'
        f"{escaped(place_text(ArticleHead.of(article), stored.file))}</p>"
        f'<h3 tabindex="-1">{escaped(article.title)}</h3>'
        f'<button type="button" class="yj-icon yj-close" data-close aria-label="{_("关闭")}">'
        '<i class="yj-i yj-i-close"></i></button></header>'
        '<div class="yj-text"><p class="yj-notice" role="status">'
        f"{_('这篇{}；这里是留作核对的原文。', why)}"
        f"</p>{''.join(_paragraphs(article.paragraphs))}</div>"
    )


def headings(paragraphs: Sequence[Paragraph]) -> Iterator[tuple[Paragraph, str]]:
    """Each paragraph with the headings before it, as the chat shows them: sections, speakers."""
    section = speaker = None
    for paragraph in paragraphs:
        before = ""
        if paragraph.section != section and paragraph.section:
            before = f'<h4 class="yj-section">{escaped(paragraph.section)}</h4>'
            speaker = None
        section = paragraph.section
        if paragraph.speaker != speaker and paragraph.speaker:
            titled = " ".join(filter(None, (paragraph.speaker, paragraph.speaker_title)))
            before += f'<p class="yj-speaker">{escaped(titled)}</p>'
        speaker = paragraph.speaker
        yield paragraph, before


def _paragraphs(paragraphs: Sequence[Paragraph]) -> Iterator[str]:
    for paragraph, before in headings(paragraphs):
        yield (
            f'{before}<div class="yj-piece"><p class="yj-paragraph">'
            f'<span class="yj-n">{paragraph.n}</span>{escaped(paragraph.text)}</p></div>'
        )


def _step(page: int, label: str, *, on: bool) -> str:
    off = "" if on else " disabled"
    return f'<button type="button" class="yj-button" data-page="{page}"{off}>{label}</button>'


def _option(value: str, said: str, *, chosen: str) -> str:
    selected = " selected" if value == chosen else ""
    return f'<option value="{attribute(value)}"{selected}>{escaped(said)}</option>'


def _notice(text: str) -> str:
    return f'<p class="yj-label">{_(text)}</p>'
