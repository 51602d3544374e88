"""A newcomer's visit: pages as they come, and what somebody who just got them types, in its order.

The pages are ingested as files. A turn is right where every part that the pages tell stands in the
answer, or where what they do not tell is refused.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from eval.benchmarks.latency import latency_figures
from eval.data_files import made_of_rows
from eval.measures.containment import holds_answer, shares_evidence
from eval.reading import counted, mean, result
from ingest.opened import OpenLibrary
from rag.data_model.answers import Answer, Question
from rag.models.embedding import Embedder, Progress
from rag.settings import Settings

_MADE_UP_OF = {"gist", "overview", "help"}
"""Kinds whose replies are told by their points, not by a sentence that answers."""


@dataclass(frozen=True, slots=True)
class Turn:
    """A message of a visit.

    Attributes:
        question, history: as typed.
        kind, style: by which figures are told.
        answerable: whether the pages tell.
        parts: of each part, wordings of which one must stand in the answer.
        evidence: sentences that answer.
        file: of those asked over, the one that is meant; empty if none is named.
    """

    question: str
    history: tuple[str, ...]
    kind: str
    style: str
    answerable: bool
    parts: tuple[tuple[str, ...], ...]
    evidence: tuple[str, ...]
    file: str = ""

    def is_right(self, answer: Answer) -> bool:
        """Whether it is answered rightly, or rightly refused."""
        if not self.answerable or not answer.answered:
            return answer.answered == self.answerable
        quotes = [citation.quote for citation in answer.citations]
        if self.parts:
            speakers = [citation.speaker or "" for citation in answer.citations]
            text = "\n".join([*quotes, *speakers, answer.text])
            told = holds_answer(text, self.parts)
            return told or (self.kind == "gist" and self._most(text))
        return self.kind in _MADE_UP_OF or any(shares_evidence(q, self.evidence) for q in quotes)

    def _most(self, text: str) -> bool:
        """Whether most key points of a gist are told."""
        return 2 * sum(holds_answer(text, [part]) for part in self.parts) > len(self.parts)


def run(
    file: Path,
    articles: Sequence[Path] | None = None,
    *,
    settings: Settings | None = None,
    progress: Progress | None = None,
    embedder: Embedder | None = None,
) -> dict[str, Any]:
    """Ask every message over the pages, with the messages before it in its conversation.

    Args:
        file: `{"conversation", "question", "kind", "style", "answerable", "answers", "all_of",
            "evidence", "file"}` a line, in order.
        articles: the pages: files of any format that `youju ingest` takes.
        settings: of the pipeline.
        progress: called with (messages done, in all).
        embedder: instead of the one that the settings name.

    Raises:
        DataFileMissing, EncodingUnknown, DataLineInvalid, FileMissing: a file cannot be used.
    """
    turns = list(read_visit(file))
    with TemporaryDirectory() as folder:
        held = (settings or Settings()).model_copy(update={"data_dir": Path(folder)})
        with OpenLibrary(held, embedder) as library:
            stored = library.ingest(*articles or ())
            answers = [
                library.ask(Question(question=turn.question, history=turn.history))
                for turn in counted(turns, progress)
            ]
    rights = [turn.is_right(answer) for turn, answer in zip(turns, answers, strict=True)]
    return result(
        "visit",
        file,
        held,
        {**figures_of(turns, rights), **latency_figures(answers)},
        questions=len(turns),
        documents=stored.articles,
    )


def read_visit(file: Path) -> Iterator[Turn]:
    """The messages of a file, each with those before it in its conversation.

    Raises:
        DataFileMissing, EncodingUnknown, DataLineInvalid: it cannot be used.
    """
    before: dict[str, tuple[str, ...]] = {}
    for talk, turn in made_of_rows(file, _turn):
        history = before.get(talk, ())
        if talk:
            before[talk] = (*history, turn.question)
        yield replace(turn, history=history)


def _turn(row: dict[str, Any]) -> tuple[str, Turn]:
    """The conversation, empty for a message that stands alone, and the message."""
    wanted = row.get("all_of") or ()
    parts = [(part,) if isinstance(part, str) else tuple(part) for part in wanted]
    if row["answers"]:
        parts.append(tuple(row["answers"]))
    turn = Turn(
        row["question"],
        (),
        row["kind"],
        row["style"],
        row["answerable"],
        tuple(parts),
        tuple(row["evidence"]),
        row.get("file", ""),
    )
    return row["conversation"] or "", turn


def figures_of(turns: Sequence[Turn], rights: Sequence[bool]) -> dict[str, Any]:
    """Shares 0–1 that are right or rightly refused: in all, and by kind, style and file."""
    both = list(zip(turns, rights, strict=True))
    by: dict[str, dict[str, list[bool]]] = {}
    for name in ("kind", "style", "file"):
        by[name] = defaultdict(list)
        for turn, right in both:
            if key := getattr(turn, name):
                by[name][key].append(right)
    return {
        "right_or_refused": mean(rights),
        "right": mean(right for turn, right in both if turn.answerable),
        "refused": mean(right for turn, right in both if not turn.answerable),
        "alone": mean(right for turn, right in both if not turn.history),
        "later": mean(right for turn, right in both if turn.history),
        **{
            name: {key: [mean(found), len(found)] for key, found in sorted(groups.items())}
            for name, groups in by.items()
        },
    }
