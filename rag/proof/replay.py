"""Asks a recorded question again: what has changed in the answer, and what has changed under it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from rag.data_model.answers import Answer, Citation, Question, Receipt
from rag.data_model.documents import SourceFile

_RECEIPT = {
    "generation": "文章库换了代",
    "model": "嵌入模型不同",
    "settings": "设置不同",
    "evidence": "挑选依据的模型不同",
    "reranker": "重排模型不同",
    "chooser": "选句服务不同",
    "choice": "选句服务这次给的结果不同",
}
_SAME_SURENESS = 1e-3


class Asker(Protocol):
    """What answers questions: the pipeline, or a fake."""

    def ask(self, question: Question) -> Answer:
        """Answer or refuse."""


class Sources(Protocol):
    """What holds the source files: the library."""

    def source(self, sha256: str, file: str | None = None) -> SourceFile | None:
        """A file as it was decoded."""


@dataclass(frozen=True, slots=True)
class Replayed:
    """A recorded answer against the one given now.

    Attributes:
        changes: what is different in the answer; empty means the same answer.
        causes: what is different under it: generation, model, settings, scorer, source files.
    """

    now: Answer
    changes: tuple[str, ...]
    causes: tuple[str, ...]

    @property
    def same(self) -> bool:
        """Whether the answer is the same."""
        return not self.changes


def replay(recorded: Answer, asker: Asker, sources: Sources) -> Replayed:
    """Ask a recorded answer's question again, with its history and filters, as exactly."""
    now = asker.ask(
        Question(
            id=recorded.id,
            question=recorded.question,
            history=recorded.history,
            filters=recorded.filters,
            exact=recorded.exact,
        )
    )
    changes = tuple(_changes(recorded, now))
    causes = [*_receipts(recorded.receipt, now.receipt), *_files(recorded, sources)]
    if changes and not causes:
        by_chooser = now.receipt.choice == "chosen"
        causes.append("选句服务选的不同" if by_chooser else "程序版本不同")
    return Replayed(now, changes, tuple(causes))


def _changes(before: Answer, now: Answer) -> list[str]:
    changes = []
    if before.status != now.status:
        words = {"answered": "作答", "refused": "拒答"}
        changes.append(f"由{words[before.status]}变为{words[now.status]}")
    if before.searched_question != now.searched_question:
        changes.append(f"检索的问题由“{before.searched_question}”变为“{now.searched_question}”")
    quoted = [_quoted(before.citations), _quoted(now.citations)]
    changes += [f"不再引用：“{quote}”" for quote in quoted[0] if quote not in quoted[1]]
    changes += [f"新引用：“{quote}”" for quote in quoted[1] if quote not in quoted[0]]
    if sorted(quoted[0]) == sorted(quoted[1]) and quoted[0] != quoted[1]:
        changes.append("引文的次序变了")
    if before.short_answer != now.short_answer:
        changes.append(f"简答由“{before.short_answer or '无'}”变为“{now.short_answer or '无'}”")
    if before.refusal and now.refusal and before.refusal.reason != now.refusal.reason:
        changes.append(f"拒答的理由由 {before.refusal.reason} 变为 {now.refusal.reason}")
    if abs(before.confidence - now.confidence) > _SAME_SURENESS:
        changes.append(f"把握由 {before.confidence:.3f} 变为 {now.confidence:.3f}")
    if not changes and before.text != now.text:
        changes.append("引文相同，行文不同")
    return changes


def _quoted(citations: tuple[Citation, ...]) -> list[str]:
    return [citation.quote for citation in citations]


def _receipts(before: Receipt, now: Receipt) -> list[str]:
    old, new = before.model_dump(), now.model_dump()
    return [
        f"{words}：{old[name] or '无'} → {new[name] or '无'}"
        for name, words in _RECEIPT.items()
        if old[name] != new[name]
    ]


def _files(recorded: Answer, sources: Sources) -> list[str]:
    """Files that a recorded answer quotes and that are no longer as they were."""
    cited = {(c.source.sha256, c.source.file) for c in recorded.citations}
    return [
        f"来源文件已改动或移除：{file}"
        for sha256, file in sorted(cited)
        if sources.source(sha256, file) is None
    ]
