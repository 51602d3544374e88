"""What the command line prints: results on stdout, everything else on stderr."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from rag.errors import YoujuError

if TYPE_CHECKING:
    from rag.answers import Answer, Citation

Advance = Callable[[int, int], None]


def say(text: str = "") -> None:
    """A line on stdout; characters that the terminal cannot show become question marks."""
    _write(sys.stdout, text)


def warn(text: str) -> None:
    """A line on stderr."""
    _write(sys.stderr, text)


def say_json(value: object) -> None:
    """One line of JSON on stdout."""
    say(json.dumps(value, ensure_ascii=False))


def show_error(error: YoujuError) -> None:
    """One line: what happened, its code, what to do next."""
    line = f"错误：{error.message_zh}（{error.code}）{error.hint_zh}"
    warn(" ".join(line.split()))


def reference(citation: Citation) -> str:
    """`〔1〕《报名》 2023-11-27 第8版 《标题》 第3段 · 发言人`; what is unknown is left out."""
    parts = [
        f"《{citation.newspaper}》" if citation.newspaper else "",
        citation.date or "",
        page_label(citation.page),
        f"《{citation.title}》",
        f"第{citation.paragraph}段",
    ]
    if citation.speaker:
        parts.append(f"· {citation.speaker}")
    return f"〔{citation.n}〕" + " ".join(part for part in parts if part)


def page_label(page: str | None) -> str:
    """`8` becomes `第8版`; a page that already says what it is stays."""
    if not page:
        return ""
    return page if page.endswith(("版", "页")) else f"第{page}版"


def show_answer(answer: Answer) -> None:
    """The answer with its references, or the refusal with the nearest passages."""
    if answer.refusal is None:
        say(answer.text)
        say()
        for citation in answer.citations:
            _show_citation(citation)
        return
    say(answer.refusal.message)
    if answer.refusal.nearest:
        say()
        say("最接近的段落：")
        for citation in answer.refusal.nearest:
            _show_citation(citation)


def _show_citation(citation: Citation) -> None:
    say(reference(citation))
    say(f"    “{' '.join(citation.quote.split())}”")


@contextmanager
def progress(label: str, unit: str, *, shown: bool = True) -> Iterator[Advance]:
    """A bar on stderr with rate and time left; yields `advance(done, total)`."""
    from rich.console import Console
    from rich.progress import (
        BarColumn,
        MofNCompleteColumn,
        Progress,
        ProgressColumn,
        Task,
        TextColumn,
        TimeRemainingColumn,
    )
    from rich.text import Text

    class Rate(ProgressColumn):
        def render(self, task: Task) -> Text:
            speed = task.finished_speed or task.speed
            return Text(f"{speed:.1f} {unit}/秒" if speed else "")

    bar = Progress(
        TextColumn("{task.description}"),
        BarColumn(bar_width=30),
        MofNCompleteColumn(),
        Rate(),
        TextColumn("剩余"),
        TimeRemainingColumn(),
        console=Console(stderr=True),
        disable=not shown or not sys.stderr.isatty(),
    )
    with bar:
        task = bar.add_task(label, total=None)
        yield lambda done, total: bar.update(task, completed=done, total=total)


def _write(stream: Any, text: str) -> None:
    encoding = getattr(stream, "encoding", None) or "utf-8"
    stream.write(text.encode(encoding, "replace").decode(encoding) + "\n")
    stream.flush()
