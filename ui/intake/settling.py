"""How work ends: its result or its error, always one of ours, and the last line of its log."""

from __future__ import annotations

import logging
from collections.abc import Callable
from concurrent.futures import Future
from typing import TypeVar

from rag.errors import NothingStored, YoujuError
from rag.errors.disk import disk_error
from ui.intake.jobs import Job

_log = logging.getLogger("youju.intake")

T = TypeVar("T")


def last_line(job: Job) -> str:
    """The last line of the log of a job that was done."""
    if job.kind != "import":
        return "做完了"
    if job.refused == job.total:
        those = "文件" if job.total == 1 else f"{job.total} 个文件都"
        return f"没有收下：{those}没能读入"
    articles = sum(len(r.articles) for r in job.results if r.status in {"stored", "replaced"})
    wrong = f"，{job.refused} 个文件没能读入" if job.refused else ""
    return f"做完了：{job.total} 个文件，存入 {articles} 篇、{job.passages} 段{wrong}"


def conclude(job: Job, error: YoujuError | None, *, closed: bool) -> None:
    """Note how a job ended; of an import that took no file in, that it failed, and why.

    Args:
        job: it ran.
        error: why it could not go on; None if it did all there was to do.
        closed: whether the server is ending.
    """
    if error is None:
        job.share, job.done = 1.0, job.total
        refused = job.kind == "import" and job.refused == job.total
        job.end("failed" if refused else "done", last_line(job), _why(job) if refused else None)
    elif job.stopping:
        job.end("cancelled", "已取消；存好的都在")
    elif closed:
        job.end("interrupted", "服务停了，任务中断")
    else:
        job.end("failed", f"没有做完：{error.message_zh}", error)


def _why(job: Job) -> YoujuError:
    """Why an import took nothing in: the reason of its only file, or that all have theirs."""
    only = job.results[0].error if job.total == 1 else None
    return only or NothingStored(count=job.total)


def tell_failures(job: Job) -> None:
    """A line of its log for each file that could not be read."""
    for name, result in zip(job.names, job.results, strict=True):
        if result.error is not None:
            job.tell(f"{name}：{result.error.message_zh}")


def followed(changed: Callable[[], None]) -> str:
    """Have what is stored be served; in Chinese what to say where that has to wait, or nothing.

    It is no failure of the work: the next question, or the next change, tries again.
    """
    try:
        typed(changed)
    except YoujuError as error:
        _log.warning("stored, but not served yet: %s", error.code)
        return f"已存好，索引稍后跟上：{error.message_zh}"
    return ""


def settle(future: Future[T], work: Callable[[], T]) -> None:
    """Do `work`; the future has its result or its error."""
    try:
        future.set_result(typed(work))
    except YoujuError as error:
        future.set_exception(error)


def typed(work: Callable[[], T]) -> T:
    """Do `work`. What nobody foresaw fails this work alone: the thread goes on to the next.

    Raises:
        YoujuError: of the code `internal`, once it is logged, for every error that is not ours.
    """
    try:
        return work()
    except YoujuError:
        raise
    except Exception as error:
        _log.exception("unforeseen")
        disk = disk_error(error) if isinstance(error, OSError) else None
        raise disk or YoujuError from error
