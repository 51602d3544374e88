"""`youju ingest`, `youju articles list|show`, `youju doctor`: what is in the library."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from rag.errors import DocumentError
from rag.library.shelf_names import DEFAULT_NAME
from ui import console
from ui.commands.choosing import InCollection, WithTag, filters_of
from ui.commands.crews import OnRay, RayWorkers, crew_of
from ui.options import AsJson, DataDir, Options, options_of
from ui.references import page_label

if TYPE_CHECKING:
    from ingest.storing.outcomes import FileOutcome, IngestReport, Progress
    from rag.library.records import StoredArticle, StoredHead

_STATUSES = {
    "stored": "新存入",
    "replaced": "已更新",
    "unchanged": "没有变化",
    "failed": "没能存入",
}

Paths = Annotated[
    list[str], typer.Argument(metavar="PATH…", help="文件、文件夹，或 http(s):// 开头的网址。")
]
IntoCollection = Annotated[
    str | None,
    typer.Option("--collection", metavar="文集", help="新文章放进这个文集，没有就新建。"),
]
ArticleId = Annotated[str, typer.Argument(metavar="ID", help="文章编号，见 youju articles list。")]


def ingest(
    context: typer.Context,
    paths: Paths,
    collection: IntoCollection = None,
    ray: OnRay = None,
    ray_workers: RayWorkers = None,
    data_dir: DataDir = None,
    as_json: AsJson = False,
) -> None:
    """导入文件和文件夹；没有变化的文件不会重做，可以随时中断、接着再来。"""
    options = options_of(context, data_dir, as_json)
    settings = options.settings()
    with console.waiting("正在载入程序"):
        from ingest.files.loading import storable_path
        from ingest.indexing import ingest_by
        from rag.library.library import Library
        from rag.library.shelf_names import shelf_name

    collection = collection if collection is None else shelf_name(collection)
    files, unfetched = _fetched(paths, settings.data_dir)
    with Library.open(settings.data_dir, write=True) as library:
        with (
            crew_of(settings, ray, ray_workers) as crew,
            console.progress("导入", "篇", shown=not options.as_json) as advance,
        ):
            report = ingest_by(
                crew,
                files,
                library,
                settings,
                progress=_telling(advance, options),
                collection=collection,
            )
        inputs = [storable_path(Path(outcome.file).resolve()) for outcome in report.files]
        elsewhere = library.elsewhere(inputs, collection) if collection else 0
    report = replace(report, files=(*unfetched, *report.files))
    _show_report(report, options)
    if elsewhere and not options.as_json:
        console.say(
            f"其中 {elsewhere} 篇原来就在别的文集里，没有移动；"
            f"要移动，用 youju articles move {collection} 编号…"
        )
    if report.failed:
        raise typer.Exit(1)


def _telling(advance: console.Advance, options: Options) -> Callable[[Progress], None]:
    """Says at first how many files there are to read, then how far it is."""

    def tell(now: Progress) -> None:
        begins = not (now.done_files or now.articles)
        if begins and now.total_files > 1 and not options.as_json:
            console.say(f"找到 {now.total_files} 个能读的文件。")
        advance(now.done_bytes, now.total_bytes, now.articles)

    return tell


def _fetched(paths: list[str], data_dir: Path) -> tuple[list[Path], list[FileOutcome]]:
    """Files and folders; pages of the web are fetched first, and those that do not come told."""
    from ingest.storing.outcomes import FileOutcome
    from ui.fetching import fetch_to, is_address

    files: list[Path] = []
    failed: list[FileOutcome] = []
    for path in paths:
        try:
            files.append(fetch_to(path, data_dir) if is_address(path) else Path(path))
        except DocumentError as error:
            failed.append(FileOutcome(path, "failed", error=error))
    return files, failed


def list_articles(
    context: typer.Context,
    everything: Annotated[
        bool, typer.Option("--all", help="连同已被新版取代和已移除的，它们不再用来作答。")
    ] = False,
    collections: InCollection = None,
    tags: WithTag = None,
    data_dir: DataDir = None,
    as_json: AsJson = False,
) -> None:
    """列出库里的文章。"""
    from rag.library.library import Library
    from ui.api.wire import article_summary

    options = options_of(context, data_dir, as_json)
    filters = filters_of(context, collections=collections, tags=tags)
    with Library.open(options.settings().data_dir) as library:
        articles = list(library.heads())
        if everything:
            articles = sorted([*articles, *library.heads(superseded=True)], key=lambda s: s.key)
        if not filters.empty:
            library.check_collections(filters)
            articles = [one for one in articles if one.is_shelved(filters)]
    if options.as_json:
        console.say_json([article_summary(stored) for stored in articles])
        return
    first_of: dict[int, str] = {}
    for stored in articles:
        first = first_of.setdefault(stored.group, stored.article.article_id)
        console.say(_listed(stored, first))
    if not articles:
        nothing = (
            "没有符合的文章。"
            if not filters.empty
            else "库里还没有文章。用 youju ingest 文件或文件夹 导入。"
        )
        console.say(nothing)


def show_article(
    context: typer.Context, article_id: ArticleId, data_dir: DataDir = None, as_json: AsJson = False
) -> None:
    """显示一篇文章和它编了号的段落。"""
    from rag.library.library import Library
    from ui.api.wire import article_whole

    options = options_of(context, data_dir, as_json)
    with Library.open(options.settings().data_dir) as library:
        stored = library.article(article_id)
        left_out = library.left_out(stored.key)
        source = library.source_of(stored.key).text if left_out else ""
    parts = [(part.reason, source[part.start : part.end]) for part in left_out]
    if options.as_json:
        shown = [{"reason": reason, "text": text} for reason, text in parts]
        console.say_json(article_whole(stored) | {"left_out": shown})
        return
    _show_text(stored)
    _show_left_out(parts)


def doctor(
    context: typer.Context,
    rebuild: Annotated[
        bool, typer.Option("--rebuild", help="由文章库重建索引，清理旧版留下的数据。")
    ] = False,
    data_dir: DataDir = None,
    as_json: AsJson = False,
) -> None:
    """检查文章库、索引和模型；用 --rebuild 修复能修复的。"""
    from rag.proof.doctor import examine

    options = options_of(context, data_dir, as_json)
    checks = examine(options.settings(), rebuild=rebuild)
    healthy = all(check.ok for check in checks)
    if options.as_json:
        results = [{"name": c.name, "ok": c.ok, "detail": c.detail} for c in checks]
        console.say_json({"ok": healthy, "checks": results})
    else:
        for check in checks:
            console.say(f"{'✓' if check.ok else '✗'} {check.name}：{check.detail}")
    if not healthy:
        raise typer.Exit(1)


def _listed(stored: StoredHead, first: str) -> str:
    """A line of the list; `first` is the listed article of whose group this one is."""
    article = stored.article
    place = " ".join(filter(None, (article.newspaper, article.date, article.page)))
    marks = []
    if stored.superseded:
        marks.append("（已不用来作答）")
    elif first != article.article_id:
        marks.append(f"（与 {first} 几乎相同）")
    shelf = [f"文集：{stored.collection}"] if stored.collection not in {None, DEFAULT_NAME} else []
    shelf += [f"#{tag}" for tag in stored.tags]
    return "  ".join(filter(None, (article.article_id, article.title, place, *shelf, *marks)))


def _show_text(stored: StoredArticle) -> None:
    article = stored.article
    console.say(article.title)
    facts = (article.newspaper, article.date, page_label(article.page), *article.authors)
    console.say(" ".join(filter(None, facts)) or stored.file)
    for paragraph in article.paragraphs:
        speaker = f"{paragraph.speaker}：" if paragraph.speaker else ""
        console.say(f"[{paragraph.n}] {speaker}{paragraph.text}")


def _show_left_out(parts: Sequence[tuple[str, str]]) -> None:
    """What of the file no article has, by its reason; the same text once."""
    from ingest.pages.conservation import HEADING_MARKS

    by_reason: dict[str, dict[str, None]] = {}
    for reason, text in parts:
        if reason != HEADING_MARKS:
            by_reason.setdefault(reason, {})[text] = None
    if by_reason:
        console.say("这个文件里没有收进文章的文字：")
    for reason, texts in by_reason.items():
        console.say(f"  {reason}：{'；'.join(texts)}")


def _show_report(report: IngestReport, options: Options) -> None:
    if options.as_json:
        console.say_json(
            {
                "files": [_outcome_json(outcome) for outcome in report.files],
                "articles": report.articles,
                "passages": report.passages,
                "reprints": report.reprints,
                "passed_over": dict(Counter(report.passed_over)),
            }
        )
        return
    for outcome in report.files:
        _show_outcome(outcome)
    if report.passed_over:
        from ingest.files.loading import kinds

        passed = f"{len(report.passed_over)} 个文件：{kinds(report.passed_over)}"
        console.say(f"略过 {passed}。能另存为 .docx、.xlsx 或 .pdf 的，另存后再导入。")
    total = f"存入 {report.articles} 篇文章，切成 {report.passages} 个供查找的片段"
    total = total if report.articles else "没有存入新的文章"
    if report.reprints:
        total += f"，其中 {report.reprints} 篇与别的文章几乎相同（转载）"
    console.say(f"{total}；{len(report.failed)} 个文件有误。" if report.failed else f"{total}。")


def _show_outcome(outcome: FileOutcome) -> None:
    detail = "" if outcome.status == "unchanged" else f"（{outcome.articles} 篇文章）"
    if outcome.duplicate_of is not None:
        detail = f"（与 {outcome.duplicate_of} 内容相同）"
    if outcome.status != "failed":
        console.say(f"{_STATUSES[outcome.status]}：{outcome.file}{detail}")
    for remark in outcome.remarks:
        console.say(f"  注意：{remark}")
    if outcome.error is not None:
        console.show_error(outcome.error)


def _outcome_json(outcome: FileOutcome) -> dict[str, Any]:
    return {
        "file": str(outcome.file),
        "status": outcome.status,
        "articles": outcome.articles,
        "passages": outcome.passages,
        "duplicate_of": outcome.duplicate_of,
        "remarks": list(outcome.remarks),
        "error": outcome.error.as_dict() if outcome.error else None,
    }
