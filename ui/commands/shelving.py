"""`youju collections …` and `youju articles move|tag|untag`: articles put in order."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated

import typer

from rag.data_model.answers import Filters
from rag.errors import ArticleMissing, CollectionMissing
from ui import console
from ui.commands.choosing import ALL, ArticleIds, by_filters, check_exists, filters_of
from ui.options import AsJson, DataDir, options_of

Name = Annotated[str, typer.Argument(metavar="文集", help="文集的名称。")]
Tag = Annotated[str, typer.Argument(metavar="标签", help="标签的名称。")]


def list_collections(
    context: typer.Context, data_dir: DataDir = None, as_json: AsJson = False
) -> None:
    """列出文集：名称、篇数和字数。"""
    from rag.library.library import Library
    from ui.api.shelf_wire import collection_json

    options = options_of(context, data_dir, as_json)
    quota = options.settings().quota
    with Library.open(options.settings().data_dir) as library:
        collections, tags = library.collections(), library.tags()
    if options.as_json:
        console.say_json([collection_json(one) for one in collections])
        return
    for one in collections:
        mark = "（默认）" if one.is_default else ""
        articles = of_limit(f"{one.articles} 篇", quota.collection_articles)
        characters = of_limit(f"{one.characters:,} 字", quota.collection_characters)
        console.say(f"{one.name}{mark}  {articles}  {characters}")
    if quota.articles or quota.characters:
        articles = of_limit(f"{sum(one.articles for one in collections)} 篇", quota.articles)
        in_all = sum(one.characters for one in collections)
        console.say(f"全库  {articles}  {of_limit(f'{in_all:,} 字', quota.characters)}")
    if not any(one.articles for one in collections):
        console.say("库里还没有文章。用 youju ingest 文件或文件夹 导入。")
    if tags:
        console.say(f"标签：{'  '.join(f'{tag.name}（{tag.articles}）' for tag in tags)}")


def create_collection(
    context: typer.Context, name: Name, data_dir: DataDir = None, as_json: AsJson = False
) -> None:
    """新建一个空的文集。"""
    from rag.library.library import Library
    from ui.api.shelf_wire import collection_json

    options = options_of(context, data_dir, as_json)
    with Library.open(options.settings().data_dir, write=True) as library:
        made = library.create_collection(name)
    if options.as_json:
        console.say_json(collection_json(made))
    else:
        console.say(f"已新建文集“{made.name}”。")


def rename_collection(
    context: typer.Context,
    name: Name,
    new_name: Annotated[str, typer.Argument(metavar="新名称", help="改成什么。")],
    data_dir: DataDir = None,
    as_json: AsJson = False,
) -> None:
    """给文集改名，文章不动。"""
    from rag.library.library import Library
    from ui.api.shelf_wire import collection_json

    options = options_of(context, data_dir, as_json)
    check_exists(options, CollectionMissing(name=name))
    with Library.open(options.settings().data_dir, write=True) as library:
        renamed = library.rename_collection(library.collection(name).id, new_name)
    if options.as_json:
        console.say_json(collection_json(renamed))
    else:
        console.say(f"已把文集“{name}”改名为“{renamed.name}”。")


def remove_collection(
    context: typer.Context,
    name: Name,
    move_to: Annotated[
        str | None, typer.Option("--move-to", metavar="文集", help="里面的文章移到这个文集。")
    ] = None,
    data_dir: DataDir = None,
    as_json: AsJson = False,
) -> None:
    """删除一个文集；里面有文章时，先说明移到哪里，文章不会丢。"""
    from rag.library.library import Library

    options = options_of(context, data_dir, as_json)
    check_exists(options, CollectionMissing(name=name))
    with Library.open(options.settings().data_dir, write=True) as library:
        target = None if move_to is None else library.collection(move_to).id
        found = library.collection(name)
        name, moved = found.name, library.remove_collection(found.id, target)
    if options.as_json:
        console.say_json({"removed": name, "moved": moved})
    else:
        where = f"，{moved} 篇文章移到了“{move_to}”" if moved else ""
        console.say(f"已删除文集“{name}”{where}。")


@by_filters
def move(
    context: typer.Context,
    collection: Annotated[str, typer.Argument(metavar="文集", help="移到哪个文集。")],
    article_ids: ArticleIds = None,
    filters: Filters = ALL,
    data_dir: DataDir = None,
    as_json: AsJson = False,
) -> None:
    """把文章移到一个文集：写出编号，或用选项筛选。"""
    from ingest.storing.quotas import check_move
    from rag.library.library import Library

    options = options_of(context, data_dir, as_json)
    check_exists(options, CollectionMissing(name=collection))
    settings = options.settings()
    with Library.open(settings.data_dir, write=True) as library:
        check_move(library, settings.quota, collection, article_ids or (), filters)
        moved = library.move(collection, article_ids or (), filters)
    if options.as_json:
        console.say_json({"collection": collection, "moved": list(moved)})
    else:
        console.say(_told(moved, f"已把 {len(moved)} 篇移到文集“{collection}”。"))


@by_filters
def tag(
    context: typer.Context,
    name: Tag,
    article_ids: ArticleIds = None,
    filters: Filters = ALL,
    data_dir: DataDir = None,
    as_json: AsJson = False,
) -> None:
    """给文章加上标签：写出编号，或用选项筛选。"""
    from rag.library.library import Library

    options = options_of(context, data_dir, as_json)
    check_exists(options, _missing(article_ids))
    with Library.open(options.settings().data_dir, write=True) as library:
        changed = library.tag([name], article_ids or (), filters)
    if options.as_json:
        console.say_json({"tag": name, "tagged": list(changed)})
    else:
        console.say(_told(changed, f"已给 {len(changed)} 篇加上标签“{name}”。"))


@by_filters
def untag(
    context: typer.Context,
    name: Tag,
    article_ids: ArticleIds = None,
    filters: Filters = ALL,
    data_dir: DataDir = None,
    as_json: AsJson = False,
) -> None:
    """去掉文章的标签：写出编号，或用选项筛选；都不写，就从所有文章去掉。"""
    from rag.library.library import Library

    if not article_ids and filters.empty:
        filters = filters_of(context, tags=[name])
    options = options_of(context, data_dir, as_json)
    check_exists(options, _missing(article_ids))
    with Library.open(options.settings().data_dir, write=True) as library:
        changed = library.untag([name], article_ids or (), filters)
    if options.as_json:
        console.say_json({"tag": name, "untagged": list(changed)})
    else:
        console.say(_told(changed, f"已从 {len(changed)} 篇去掉标签“{name}”。"))


def of_limit(text: str, limit: int) -> str:
    """An amount, with the most that it may be."""
    return f"{text}（最多 {limit:,}）" if limit else text


def _told(changed: Sequence[str], done: str) -> str:
    return done if changed else "没有要改的：没有符合的文章，或已是这样。"


def _missing(article_ids: Sequence[str] | None) -> ArticleMissing:
    return ArticleMissing(article_id=next(iter(article_ids or ()), "—"))
