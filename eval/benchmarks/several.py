"""Messages that ask several questions, in the open: each told part quoted, each other one named.

A part is named as not told where the answer refuses just that part, in the message's order, or
where the whole message is refused.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from eval.benchmarks.latency import latency_figures
from eval.data_files import made_of_rows
from eval.measures.containment import shares_evidence
from eval.reading import counted, mean, pipeline_of, result
from eval.written import read_sources
from rag.data_model.answers import Answer, Question
from rag.models.embedding import Embedder, Progress
from rag.settings import Settings


@dataclass(frozen=True, slots=True)
class Message:
    """A message: of each part the sentences that answer it, none where nothing does."""

    question: str
    kind: str
    parts: tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True)
class Replied:
    """A message and its answer."""

    message: Message
    answer: Answer

    @property
    def apart(self) -> bool:
        """Whether it was answered in as many parts as it has."""
        return len(self.answer.sub_questions) == len(self.message.parts)

    @property
    def quoted(self) -> list[bool]:
        """Of each part that is told, whether a sentence that answers it is quoted."""
        quotes = [citation.quote for citation in self.answer.citations]
        return [
            any(shares_evidence(q, part) for q in quotes) for part in self.message.parts if part
        ]

    @property
    def named(self) -> list[bool]:
        """Of each part that is not told, whether the answer says so."""
        subs = self.answer.sub_questions
        return [
            not self.answer.answered or (self.apart and subs[n].status == "refused")
            for n, part in enumerate(self.message.parts)
            if not part
        ]


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
    """Ask each message over all articles.

    Args:
        file: `{"articles", "question", "kind", "parts": [{"answerable", "evidence": […]}]}` a line.
        articles: JSONL files; everything in them is asked over.
        limit: so many messages only.
        settings: of the pipeline.
        progress: called with (articles stored, in all), then with (messages done, in all).
        cache_dir: where the embedded library is kept for the next time.
        embedder: instead of the one that the settings name.

    Raises:
        DataFileMissing, EncodingUnknown, DataLineInvalid: a file cannot be used.
    """
    settings = settings or Settings()
    messages = read_messages(file)[:limit]
    held = list(read_sources(articles or ()).values())
    with pipeline_of(held, settings, embedder, cache_dir, progress) as pipeline:
        done = [
            Replied(message, pipeline.ask(Question(question=message.question)))
            for message in counted(messages, progress)
        ]
    return result(
        "several",
        file,
        settings,
        figures_of(done),
        questions=len(done),
        documents=len(held),
        model=pipeline.embedder.fingerprint,
    )


def read_messages(file: Path) -> list[Message]:
    """The messages of a file.

    Raises:
        DataFileMissing, EncodingUnknown, DataLineInvalid: it cannot be used.
    """
    return list(made_of_rows(file, _message))


def _message(record: dict[str, Any]) -> Message:
    parts = tuple(tuple(part["evidence"]) for part in record["parts"])
    return Message(record["question"], str(record["kind"]), parts)


def figures_of(done: Sequence[Replied]) -> dict[str, Any]:
    """Shares 0–1, of all and by kind."""
    kinds: dict[str, list[Replied]] = defaultdict(list)
    for one in done:
        kinds[one.message.kind].append(one)
    return {
        **_shares(done),
        **latency_figures([one.answer for one in done]),
        "kind": {kind: _shares(kinds[kind]) for kind in sorted(kinds)},
    }


def _shares(done: Sequence[Replied]) -> dict[str, Any]:
    return {
        "messages": len(done),
        "apart": mean(one.apart for one in done),
        "every_told_part_quoted": mean(all(one.quoted) for one in done if one.quoted),
        "told_parts_quoted": mean(told for one in done for told in one.quoted),
        "others_named": mean(named for one in done for named in one.named),
    }
