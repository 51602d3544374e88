"""Conversations that people wrote: later turns after the ones before, and the same turns in full.

What a turn loses against its standalone form is lost by completing it, not by finding or reading.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any

from eval.benchmarks.latency import latency_figures
from eval.data_files import made_of_rows
from eval.measures.containment import is_told
from eval.reading import counted, mean, pipeline_of, result
from eval.written import read_sources
from rag.data_model.answers import Answer, Question
from rag.models.embedding import Embedder, Progress
from rag.settings import Settings


@dataclass(frozen=True, slots=True)
class Turn:
    """A question of a conversation.

    Attributes:
        question, history: as typed.
        standalone: the same question in full.
        kind: how it leans on what was before; `first` for one that does not.
        answer: the shortest piece that answers, if there is one so short.
        evidence: sentences that answer; none where nothing does.
    """

    question: str
    history: tuple[str, ...]
    standalone: str
    kind: str
    answer: str | None
    evidence: tuple[str, ...]

    def is_right(self, answer: Answer) -> bool:
        """Whether it is answered rightly, or rightly refused."""
        if not self.evidence or not answer.answered:
            return answer.answered == bool(self.evidence)
        quotes = [citation.quote for citation in answer.citations]
        return is_told(quotes, (self.answer,) if self.answer else (), self.evidence)


@dataclass(frozen=True, slots=True)
class Told:
    """A turn, and whether it was right after the ones before and in full."""

    turn: Turn
    after_others: bool
    in_full: bool


def run(
    file: Path,
    articles: Sequence[Path] | None = None,
    *,
    limit: int | None = None,
    settings: Settings | None = None,
    progress: Progress | None = None,
    cache_dir: Path | None = None,
    embedder: Embedder | None = None,
) -> dict[str, Any]:
    """Ask every turn over all articles, as typed and in full.

    Args:
        file: `{"turns": [{"question", "standalone", "kind", "answer", "evidence"}]}` a line.
        articles: JSONL files; everything in them is asked over.
        limit: so many conversations only.
        settings: of the pipeline.
        progress: called with (articles stored, in all), then with (turns done, in all).
        cache_dir: where the embedded library is kept for the next time.
        embedder: instead of the one that the settings name.

    Raises:
        DataFileMissing, EncodingUnknown, DataLineInvalid: a file cannot be used.
    """
    settings = settings or Settings()
    turns = list(read_turns(file, limit))
    held = list(read_sources(articles or ()).values())
    told, answers = list[Told](), list[Answer]()
    with pipeline_of(held, settings, embedder, cache_dir, progress) as pipeline:
        for turn in counted(turns, progress):
            asked = pipeline.ask(Question(question=turn.question, history=turn.history))
            alone = pipeline.ask(Question(question=turn.standalone)) if turn.history else asked
            told.append(Told(turn, turn.is_right(asked), turn.is_right(alone)))
            answers.append(asked)
    figures = {**figures_of(told), **latency_figures(answers)}
    return result(
        "conversations",
        file,
        settings,
        figures,
        questions=len(turns),
        documents=len(held),
        model=pipeline.embedder.fingerprint,
    )


def read_turns(file: Path, limit: int | None = None) -> Iterator[Turn]:
    """The turns of a file's conversations, each with the questions before it.

    Raises:
        DataFileMissing, EncodingUnknown, DataLineInvalid: it cannot be used.
    """
    for turns in islice(made_of_rows(file, _turns), limit):
        yield from turns


def _turns(record: dict[str, Any]) -> list[Turn]:
    turns: list[Turn] = []
    for row in record["turns"]:
        history = tuple(turn.question for turn in turns)
        evidence = tuple(row["evidence"])
        turns.append(
            Turn(row["question"], history, row["standalone"], row["kind"], row["answer"], evidence)
        )
    return turns


def figures_of(told: Sequence[Told]) -> dict[str, Any]:
    """Shares 0–1: of first turns, of later ones, and by kind."""
    kinds: dict[str, list[Told]] = defaultdict(list)
    for one in told:
        kinds[one.turn.kind].append(one)
    later = [one for one in told if one.turn.history]
    return {
        "first": _shares([one for one in told if not one.turn.history]),
        "later": _shares(later),
        "kind": {kind: _shares(kinds[kind]) for kind in sorted(kinds)},
    }


def _shares(told: Sequence[Told]) -> dict[str, Any]:
    """`kept`: of what is right in full, the share that is right after the others, too."""
    return {
        "turns": len(told),
        "right": mean(one.after_others for one in told if one.turn.evidence),
        "right_in_full": mean(one.in_full for one in told if one.turn.evidence),
        "kept": mean(one.after_others for one in told if one.turn.evidence and one.in_full),
        "refused": mean(one.after_others for one in told if not one.turn.evidence),
    }
