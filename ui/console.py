"""What the command line prints: results on stdout, everything else on stderr."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Protocol

from rag.errors import YoujuError

if TYPE_CHECKING:
    from rag.data_model.answers import Answer, Citation
    from rag.settings import Settings


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


def warn_away(settings: Settings) -> None:
    """That text leaves the machine, where it does; before a question is asked."""
    if settings.chooser.url:
        from rag.wording.choosing import away_note

        warn(f"注意：{away_note(settings.chooser)}")


def reference(citation: Citation) -> str:
    """`〔1〕《报名》 2023-11-27 第8版 《标题》 第3段 · 发言人`; what is unknown is left out."""
    from rag.language.visible import visible
    from ui.references import reference_text

    return visible(f"〔{citation.n}〕{reference_text(citation)}")


def show_answer(answer: Answer) -> None:
    """The answer with its references, or the refusal with the nearest passages."""
    from rag.language.visible import visible
    from rag.wording.phrases import template
    from rag.wording.rendering import lead_text

    say(visible(answer.text))
    if answer.refusal is None:
        if answer.citations:
            say()
        for citation in answer.citations:
            if answer.overview:
                say(f"{reference(citation)}　{citation.article_id}")
            elif citation.quote in answer.text:  # it has been read already
                say(reference(citation))
            else:
                _show_citation(citation)
    elif answer.refusal.nearest:
        say()
        say("最接近的段落：")
        for citation in answer.refusal.nearest:
            _show_citation(citation)
    if answer.refusal is not None and answer.refusal.leads:
        say()
        say(f"{template('lead_on', 'label')}：")
        for lead in answer.refusal.leads:
            say(visible(template("help", "suggestion").format(question=lead_text(lead))))
    _show_notes(answer)


def _show_notes(answer: Answer) -> None:
    """What is to be known beside the answer."""
    from rag.wording.choosing import choice_note
    from rag.wording.phrases import sound_note, typed_words

    if sounding := sound_note(answer.bridged):
        say()
        say(f"{sounding}。")
    if chosen := choice_note(answer.receipt):
        say()
        say(f"{chosen}。")
    if answer.corrections:
        say()
        say(f"仍要按{typed_words(answer.corrections)}查找，请加上 --exact。")


def _show_citation(citation: Citation) -> None:
    say(reference(citation))
    from rag.language.visible import visible

    say(f"    “{visible(' '.join(citation.quote.split()))}”")


@contextmanager
def waiting(words: str) -> Iterator[None]:
    """A line that moves on a terminal while something is loaded; nothing elsewhere."""
    if not sys.stderr.isatty():
        yield
        return
    from rich.console import Console

    with Console(stderr=True).status(f"{words}……"):
        yield


class Advance(Protocol):
    """Moves a progress bar."""

    def __call__(self, done: int, total: int, made: int | None = None) -> None:
        """`made` counts what comes out, where that is not what `done` and `total` count."""


@contextmanager
def progress(label: str, unit: str, *, shown: bool = True) -> Iterator[Advance]:
    """A bar on stderr with rate and time left."""
    from rich.console import Console
    from rich.progress import BarColumn, Progress, ProgressColumn, Task, TextColumn
    from rich.progress import TimeRemainingColumn as TimeLeft
    from rich.text import Text

    class Made(ProgressColumn):
        def render(self, task: Task) -> Text:
            made = task.fields["made"]
            done = f"{task.completed:.0f}/{task.total or 0:.0f}" if made is None else f"{made:,}"
            return Text(f"{done} {unit}")

    class Rate(ProgressColumn):
        def render(self, task: Task) -> Text:
            made = task.completed if task.fields["made"] is None else task.fields["made"]
            return Text(f"{made / task.elapsed:.1f} {unit}/秒" if made and task.elapsed else "")

    bar = Progress(
        TextColumn("{task.description}"),
        BarColumn(bar_width=30),
        Made(),
        Rate(),
        TextColumn("剩余"),
        TimeLeft(),
        console=Console(stderr=True),
        disable=not shown or not sys.stderr.isatty(),
    )

    def advance(done: int, total: int, made: int | None = None) -> None:
        bar.update(task, completed=done, total=total, made=made)

    with bar:
        task = bar.add_task(label, total=None, made=None)
        yield advance


def _write(stream: Any, text: str) -> None:
    encoding = getattr(stream, "encoding", None) or "utf-8"
    stream.write(text.encode(encoding, "replace").decode(encoding) + "\n")
    stream.flush()
