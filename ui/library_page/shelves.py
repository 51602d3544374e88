"""Collections, tags and the bin as HTML."""

from __future__ import annotations

from collections.abc import Sequence

from rag.library.bin_queries import Binned
from rag.library.shelf_queries import Collection, Tag
from rag.settings import QuotaSettings
from ui.chat.escaping import attribute, escaped
from ui.language import _
from ui.language.given import shown
from ui.references import page_label

_TEN_THOUSAND = 10_000


def shelves_html(collections: Sequence[Collection], chosen: str, quota: QuotaSettings) -> str:
    """All articles, and each collection with its size, as buttons; the chosen one is pressed.

    Where there is a limit to what it may hold, that is said too.
    """
    count = sum(one.articles for one in collections)
    characters = sum(one.characters for one in collections)
    most = quota.articles, quota.characters
    whole = _shelf("", _("全部"), (count, characters), most, pressed=not chosen)
    most = quota.collection_articles, quota.collection_characters
    return whole + "".join(
        _shelf(one.name, one.name, (one.articles, one.characters), most, pressed=one.name == chosen)
        for one in collections
    )


def managing_html(collections: Sequence[Collection], chosen: str) -> str:
    """What can be done with the chosen collection."""
    make = f'<button type="button" class="yj-link" data-shelf-do="create">{_("新建文集")}</button>'
    one = next((one for one in collections if one.name == chosen), None)
    if one is None:
        return make
    of_it = f'data-id="{one.id}" data-name="{attribute(one.name)}" data-count="{one.articles}"'
    rename = (
        f'<button type="button" class="yj-link" data-shelf-do="rename" {of_it}>{_("改名")}</button>'
    )
    remove = (
        '<button type="button" class="yj-link" data-shelf-do="remove" '
        f"{of_it}>{_('删除文集')}</button>"
    )
    return make + rename + ("" if one.is_default else remove)


def options_html(
    collections: Sequence[Collection], tags: Sequence[Tag], tag: str
) -> dict[str, str]:
    """The choices of the page's menus: where to move, which tag to look for, which to take off."""
    moves = "".join(_option(one.name) for one in collections)
    named = "".join(_option(one.name, one.articles, chosen=one.name == tag) for one in tags)
    off = "".join(_option(one.name) for one in tags)
    return {
        "move": f'<option value="">{_("移到文集……")}</option>{moves}',
        "tags": f'<option value="">{_("全部标签")}</option>{named}' if tags else "",
        "untag": f'<option value="">{_("去掉标签……")}</option>{off}',
    }


def bin_html(binned: Sequence[Binned], count: int) -> str:
    """What can be put back, the last removed first: the first of so many."""
    if not binned:
        return ""
    rows = "".join(_binned(one) for one in binned)
    return (
        f'<details class="yj-bin"><summary class="yj-link">{_("回收站 {} 篇", count)}</summary>'
        f'<p class="yj-row yj-label">{_("移除后留 30 天，可以恢复到原来的文集。")}'
        f'<button type="button" class="yj-link" data-purge>{_("清空回收站")}</button></p>'
        f'<ul class="yj-gone">{rows}</ul></details>'
    )


def _shelf(
    value: str, name: str, held: tuple[int, int], most: tuple[int, int], *, pressed: bool
) -> str:
    articles = _("{} / {} 篇", held[0], most[0]) if most[0] else _("{} 篇", held[0])
    characters = _characters(held[1]) + (_("（最多 {}）", _characters(most[1])) if most[1] else "")
    return (
        f'<button type="button" class="yj-shelf" data-shelf="{attribute(value)}"'
        f' aria-pressed="{str(pressed).lower()}"><span>{escaped(shown(name))}</span>'
        f'<span class="yj-label">{articles} · {characters}</span></button>'
    )


def _characters(count: int) -> str:
    """`832 字`, `12.3 万字`."""
    if count < _TEN_THOUSAND:
        return _("{} 字", count)
    return _("{:.1f} 万字", count / _TEN_THOUSAND)


def _option(value: str, count: int | None = None, *, chosen: bool = False) -> str:
    selected = " selected" if chosen else ""
    name = escaped(shown(value))
    said = name if count is None else _("{}（{}）", name, count)
    return f'<option value="{attribute(value)}"{selected}>{said}</option>'


def _binned(one: Binned) -> str:
    paper = f"《{one.newspaper}》" if one.newspaper else ""
    where = " ".join(filter(None, (paper, one.date, page_label(one.page))))
    place = " · ".join(filter(None, (where, shown(one.collection or ""), one.file)))
    until = f"{one.kept_until.astimezone():%Y-%m-%d}"
    return (
        f'<li><span class="yj-name">{escaped(one.title)}</span>'
        f'<span class="yj-tag">{_("已移除，留到 {}", until)}</span>'
        f'<span class="yj-label">{escaped(place)}</span>'
        f'<button type="button" class="yj-link" data-restore="{attribute(one.article_id)}"'
        f' aria-label="{_("恢复《{}》", attribute(one.title))}">{_("恢复")}</button></li>'
    )
