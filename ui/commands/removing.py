"""`youju articles remove|bin|restore|purge`: what goes, and comes back."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated

import typer

from rag.data_model.answers import Filters
from rag.errors import ArticleMissing, NothingChosen, NotInBin
from ui import console
from ui.commands.choosing import ALL, ArticleIds, by_filters, check_exists
from ui.options import AsJson, DataDir, Options, options_of

BinnedIds = Annotated[
    list[str] | None, typer.Argument(metavar="[ID…]", help="文章编号，见 youju articles bin。")
]
Everything = Annotated[bool, typer.Option("--all", help="回收站里的全部。")]


@by_filters
def remove(
    context: typer.Context,
    article_ids: ArticleIds = None,
    filters: Filters = ALL,
    data_dir: DataDir = None,
    as_json: AsJson = False,
) -> None:
    """从库里移除文章，放进回收站（源文件不动）：写出编号，或用选项筛选。30 天内可以恢复。"""
    from rag.library.library import Library

    options = options_of(context, data_dir, as_json)
    ids = article_ids or []
    if not ids and filters.empty:
        raise NothingChosen
    check_exists(options, ArticleMissing(article_id=next(iter(ids), "—")))
    with Library.open(options.settings().data_dir, write=True) as library:
        removed = library.remove_all(ids, filters)
    if options.as_json:
        alone = len(ids) == 1 and len(removed) == 1
        console.say_json({"removed": removed[0] if alone else list(removed)})
        return
    for article_id in removed:
        console.say(f"已移除：{article_id}")
    if removed:
        console.warn("已放进回收站，30 天内可用 youju articles restore 编号 恢复。")
    else:
        console.say("没有符合的文章。")


def show_bin(context: typer.Context, data_dir: DataDir = None, as_json: AsJson = False) -> None:
    """列出回收站里的文章，和各自还能恢复到哪天。"""
    from rag.library.library import Library
    from ui.api.shelf_wire import binned_json

    options = options_of(context, data_dir, as_json)
    with Library.open(options.settings().data_dir) as library:
        binned = library.binned()
    if options.as_json:
        console.say_json([binned_json(one) for one in binned])
        return
    for one in binned:
        place = " ".join(filter(None, (one.newspaper, one.date, one.page)))
        until = f"{one.kept_until.astimezone():%Y-%m-%d} 前可恢复"
        console.say("  ".join(filter(None, (one.article_id, one.title, place, until))))
    if not binned:
        console.say("回收站是空的。")


def restore(
    context: typer.Context,
    article_ids: BinnedIds = None,
    everything: Everything = False,
    data_dir: DataDir = None,
    as_json: AsJson = False,
) -> None:
    """把回收站里的文章放回原来的文集，重新用来作答。"""
    from rag.library.library import Library

    options = options_of(context, data_dir, as_json)
    ids = _named(article_ids, everything, options)
    if ids:
        with Library.open(options.settings().data_dir, write=True) as library:
            ids = list(library.restore(ids))
    _tell(ids, "restored", "已恢复", options)


def purge(
    context: typer.Context,
    article_ids: BinnedIds = None,
    everything: Everything = False,
    data_dir: DataDir = None,
    as_json: AsJson = False,
) -> None:
    """把文章从回收站里删掉，不能再恢复；引用过它的旧回答仍可核对。"""
    from pathlib import Path

    from rag.library.library import Library
    from ui.intake.uploads import discard_unused

    options = options_of(context, data_dir, as_json)
    ids = _named(article_ids, everything, options)
    if ids:
        with Library.open(options.settings().data_dir, write=True) as library:
            purged = library.purge_bin(article_ids or None)
            ids = list(dict.fromkeys(one.article_id for one in purged))
            discard_unused(library, {Path(one.input) for one in purged})
    _tell(ids, "purged", "已从回收站删除", options)


def _named(article_ids: Sequence[str] | None, everything: bool, options: Options) -> list[str]:
    """The ids that are meant.

    Raises:
        NothingChosen: none.
        NotInBin: there is no library yet.
    """
    from rag.library.library import Library

    if not (article_ids or everything):
        raise NothingChosen
    with Library.open(options.settings().data_dir) as reader:
        if article_ids and not reader.exists:
            raise NotInBin(article_id=article_ids[0])
        return list(article_ids or (one.article_id for one in reader.binned()))


def _tell(ids: Sequence[str], name: str, words: str, options: Options) -> None:
    if options.as_json:
        console.say_json({name: list(ids)})
        return
    for article_id in ids:
        console.say(f"{words}：{article_id}")
    if not ids:
        console.say("回收站是空的。")
