"""An article as HTML: numbered paragraphs, and the characters of a quote marked."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Literal

from rag.data_model.documents import Article, Paragraph, Span
from rag.library.records import StoredArticle
from ui.chat.escaping import escaped
from ui.chat.overview_view import only_this
from ui.chat.pages_view import pages_html
from ui.chat.reasons import reason_html
from ui.chat.target import Target
from ui.language import _, in_chinese, message
from ui.references import page_label

_SHOWN_AROUND = 200  # paragraphs
_LINES_AROUND = 80  # characters


Fate = Literal["live", "replaced", "removed"]
"""What has become of an article since it was quoted."""

_FATES: dict[Fate, str] = {
    "live": "",
    "replaced": message("这是回答时的版本。文章后来换了新版，今后按新版回答。"),
    "removed": message("这篇文章已从库里移除，不再用来回答；这里是留作核对的原文。"),
}


def article_html(
    stored: StoredArticle, target: Target, source: str = "", fate: Fate = "live"
) -> str:
    """The article with numbered paragraphs; the target's characters are marked.

    Where the file has pages, these come first, the quote boxed; the paragraphs are the other view.

    Args:
        stored: the article.
        target: what to mark.
        source: the file as decoded, where lines outside the paragraphs are looked up.
        fate: what readers are told of it.
    """
    article = stored.article
    marks = _marks(stored, target)
    line = "" if marks else _line_of_the_page(stored, target, source)
    proven = bool(marks or line)
    pages = pages_html(target) if proven else ""
    shown = [p for p in article.paragraphs if abs(p.n - target.paragraph) <= _SHOWN_AROUND]
    return (
        f"{_masthead(stored, fate)}{_proof(target, proven=proven)}{pages}"
        f'<div class="yj-paragraphs"{in_chinese()}>{line}'
        f"{''.join(_paragraphs(shown, marks, target.paragraph))}</div>{_left_out(article, shown)}"
    )


def _masthead(stored: StoredArticle, fate: Fate) -> str:
    article = stored.article
    place = [
        f"《{article.newspaper}》" if article.newspaper else "",
        article.date or "",
        page_label(article.page),
    ]
    authors = "、".join(article.authors)
    within = only_this(article.article_id, article.title)
    inferred = (
        f'<span class="yj-tag">{_("标题为程序所拟")}</span>' if article.title_inferred else ""
    )
    return (
        '<header class="yj-masthead">'
        f'<p class="yj-place"{in_chinese()}>'
        f"{escaped(' '.join(filter(None, place)) or stored.file)}</p>"
        f'<h2 tabindex="-1"{in_chinese()}>{escaped(article.title)}</h2>'
        + (f'<p class="yj-authors"{in_chinese()}>{escaped(authors)}</p>' if authors else "")
        + f'<p class="yj-file">{escaped(stored.file)}{inferred}</p>'
        f"{within if fate == 'live' else ''}</header>"
        + (f'<p class="yj-notice" role="status">{_(_FATES[fate])}</p>' if _FATES[fate] else "")
    )


def _proof(target: Target, *, proven: bool) -> str:
    """Whether the quote still is what the file says, and why it was chosen."""
    if not target.spans:
        return ""
    if not proven:
        return (
            f'<p class="yj-notice" role="status">'
            f"{_('这篇文章在回答之后改动过，原来的引文对不上了，因此不标出。')}</p>"
        )
    where = _("、").join(f"{start}–{end}" for start, end in target.spans)
    copied = escaped(f"“{target.quote}”（{target.reference}）")
    return (
        '<div class="yj-proof"><i class="yj-i yj-i-check" aria-hidden="true"></i>'
        f"<span>{_('与原文件第 {} 个字符逐字相同', where)}</span>"
        f'<button type="button" class="yj-link" data-copy="{copied}">{_("复制引文")}</button></div>'
        f"{reason_html(target)}"
    )


def _line_of_the_page(stored: StoredArticle, target: Target, source: str) -> str:
    """A quote that stands outside the paragraphs, as a byline does, with the lines around it."""
    quoted = "".join(source[start:end] for start, end in target.spans)
    if target.sha256 != stored.sha256 or not quoted or quoted != target.quote:
        return ""
    start, end = target.spans[0][0], target.spans[-1][1]
    before = source[max(0, start - _LINES_AROUND) : start].lstrip()
    after = source[end : end + _LINES_AROUND].rstrip()
    return (
        '<div class="yj-outside"><p class="yj-label">'
        f"{_('正文之外的一行，在原文件里是这样的：')}</p>"
        f"<p>{escaped(before)}<mark>{escaped(source[start:end])}</mark>{escaped(after)}</p></div>"
    )


def _left_out(article: Article, shown: Sequence[Paragraph]) -> str:
    hidden = len(article.paragraphs) - len(shown)
    return (
        f'<p class="yj-notice">{_("另有 {} 段离引文较远，没有显示。", hidden)}</p>'
        if hidden
        else ""
    )


def _paragraphs(
    paragraphs: Sequence[Paragraph], marks: dict[int, list[Span]], cited: int
) -> Iterable[str]:
    section = speaker = None
    for paragraph in paragraphs:
        if paragraph.section != section and paragraph.section:
            yield f'<h3 class="yj-section">{escaped(paragraph.section)}</h3>'
            speaker = None
        section = paragraph.section
        if paragraph.speaker != speaker and paragraph.speaker:
            titled = " ".join(filter(None, (paragraph.speaker, paragraph.speaker_title)))
            yield f'<p class="yj-speaker">{escaped(titled)}</p>'
        speaker = paragraph.speaker
        here = " yj-here" if paragraph.n == cited else ""
        yield (
            f'<p class="yj-paragraph{here}"><span class="yj-n">{paragraph.n}</span>'
            f"{_marked(paragraph.text, marks.get(paragraph.n, []))}</p>"
        )


def _marked(text: str, spans: Sequence[Span]) -> str:
    pieces, offset = [], 0
    for start, end in spans:
        pieces += [escaped(text[offset:start]), f"<mark>{escaped(text[start:end])}</mark>"]
        offset = end
    return "".join([*pieces, escaped(text[offset:])])


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
