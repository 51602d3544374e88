"""The pages that a quote stands on, with its boxes, and the switch between pages and text."""

from __future__ import annotations

from rag.data_model.answers import PageBox
from ui.chat.target import Target
from ui.language import _

_ROOM = 0.002  # around a box, a share of the page: letters reach over their lines a little


def pages_html(target: Target) -> str:
    """Nothing where the file has no pages. Pictures are fetched when they come into view."""
    pages = sorted({box.page for box in target.boxes})
    if not pages:
        return ""
    figures = "".join(_figure(target, page) for page in pages)
    return f'{_switch()}<div class="yj-pages">{figures}</div>'


def _switch() -> str:
    return (
        f'<div class="yj-tabs" role="tablist" aria-label="{_("原文的样子")}">'
        '<button type="button" role="tab" data-view="pages" aria-selected="true">'
        f"{_('版面')}</button>"
        '<button type="button" role="tab" data-view="text" aria-selected="false">'
        f"{_('文字')}</button>"
        f'<button type="button" class="yj-link" data-zoom>{_("放大")}</button></div>'
    )


def _figure(target: Target, page: int) -> str:
    boxes = "".join(_box(box) for box in target.boxes if box.page == page)
    return (
        f'<figure><div class="yj-sheet">'
        f'<img src="/chat/page/{target.sha256}/{page}.png" loading="lazy"'
        f' alt="{_("原文件第{}页", page)}">'
        f"{boxes}</div><figcaption>{_('原文件第 {} 页', page)}</figcaption></figure>"
    )


def _box(box: PageBox) -> str:
    left, top, right, bottom = box.box
    edges = {
        "left": left - _ROOM,
        "top": top - _ROOM,
        "width": right - left + 2 * _ROOM,
        "height": bottom - top + 2 * _ROOM,
    }
    style = ";".join(f"{edge}:{share:.3%}" for edge, share in edges.items())
    return f'<i class="yj-box" style="{style}"></i>'
