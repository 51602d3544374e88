"""`youju backup` and `youju restore`: a library and what people did with it, as one file."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ui import console
from ui.options import AsJson, DataDir, options_of

if TYPE_CHECKING:
    from rag.settings import Settings

_SETTINGS = "youju.toml"


def backup(
    context: typer.Context,
    file: Annotated[
        Path,
        typer.Argument(metavar="FILE", help="备份文件，旧备份会被换下；给文件夹就按时间命名。"),
    ],
    data_dir: DataDir = None,
    as_json: AsJson = False,
) -> None:
    """备份文章库，连同更正、设置、评价、评测结果、用户和对话；不必停止服务。"""
    from rag.library.backup import back_up

    options = options_of(context, data_dir, as_json)
    made = back_up(options.settings().data_dir, file)
    if options.as_json:
        console.say_json(
            {
                "file": str(made.file),
                "library": made.identity,
                "generation": made.generation,
                "files": made.files,
                "bytes": made.size,
                "binned": made.binned,
            }
        )
        return
    size = f"{made.size / (1 << 20):.1f} MB"
    size += f"，回收站里的 {made.binned} 篇也在内" if made.binned else ""
    console.say(
        f"已把文章库（更新过 {made.generation} 次）备份到 {made.file}（{size}），并读回核对过。"
    )


def restore(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(metavar="FILE", help="youju backup 写的文件。")],
    data_dir: DataDir = None,
    as_json: AsJson = False,
) -> None:
    """用备份换下现在的文章库、设置、评价、评测结果和用户；换下的留在 backups 里，不必停止服务。"""
    from rag.library import backup as backups
    from rag.library.schema import DATABASE
    from ui.accounts import restoring
    from ui.accounts.store import FOLDER as ACCOUNTS
    from ui.intake import uploads

    options = options_of(context, data_dir, as_json)
    settings = options.settings()
    done = backups.restore(settings.data_dir, file, restoring.ready)
    kept = list(done.kept)
    if uploads.FOLDER not in done.names and (aside := uploads.put_aside(settings.data_dir)):
        kept.append(aside)
    _publish(settings)
    if options.as_json:
        console.say_json(
            {
                "library": done.identity,
                "generation": done.generation,
                "articles": done.articles,
                "restored": list(done.names),
                "kept": [str(place) for place in kept],
            }
        )
        return
    console.say(
        f"已恢复到备份时的文章库（更新过 {done.generation} 次），共 {done.articles} 篇文章。"
    )
    for place in kept:
        console.say(f"  原来的留在：{place}")
    if any(place.is_dir() and (place / DATABASE).exists() for place in kept):
        console.say("  原来的文章库已损坏；正在运行的服务要重新启动才会用恢复的。")
    if ACCOUNTS in done.names:
        console.say("  用户、对话、分享和操作记录也恢复了；所有人都要重新登录。")
    if _SETTINGS in done.names:
        console.say("  设置也恢复了；正在运行的服务要重新启动才会照它做。")


def _publish(settings: Settings) -> None:
    """Make the indexes again at once, or the next start would; only models stand in the way."""
    from ingest.indexing import publish_indexes
    from rag.errors import YoujuError
    from rag.library.library import Library
    from rag.models.opening import open_embedder
    from rag.retrieval.stores import open_store

    try:
        with Library.open(settings.data_dir, write=True) as library:
            store = open_store(settings.library)
            publish_indexes(library, open_embedder(settings.embedding), store)
    except YoujuError as error:
        console.warn(f"文章库已恢复，索引还没有重建：{error}")
