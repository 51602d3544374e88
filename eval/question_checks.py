"""What is wrong with a question set, line by line, before anybody trusts a figure made from it.

An `error` would make a figure wrong; a `note` only tells. A line with an error counts as bad, but
only one that cannot be read at all is left out of a run.
"""

from __future__ import annotations

import difflib
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from eval.data_files import read_bytes
from eval.measures.containment import holds_answer, holds_any, holds_evidence, loose
from eval.question_formats.records import COLUMNS
from eval.question_sets import EvalQuestion, read_records
from rag.data_model.documents import Article
from rag.errors import DataLineInvalid

Severity = Literal["error", "note"]
_KNOWN = (*COLUMNS, "style", "form", "split")
_NEAR = 0.75  # likeness of a column's name to a known one, from which it is a slip
_GARBLED = "\ufffd"


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is wrong with one line.

    Attributes:
        line: from 1; in JSON that is no JSONL, the place of the record.
        id: of the question; empty where it cannot be read.
        code: stable name of what is wrong.
        reason: the same in Chinese.
    """

    line: int
    id: str
    code: str
    reason: str
    severity: Severity = "error"

    def to_json(self) -> dict[str, Any]:
        """All of it."""
        return {
            "line": self.line,
            "id": self.id,
            "code": self.code,
            "severity": self.severity,
            "reason": self.reason,
        }

    def __str__(self) -> str:
        name = f"（{self.id}）" if self.id else ""
        mark = "" if self.severity == "error" else "提醒："
        return f"第 {self.line} 行{name}：{mark}{self.reason}"


@dataclass(frozen=True, slots=True)
class Checked:
    """A file's lines: how many are good, and what is wrong with the others."""

    path: Path
    lines: int
    findings: tuple[Finding, ...]
    against: int | None

    @property
    def bad(self) -> int:
        """Lines with an error."""
        return len({finding.line for finding in self.findings if finding.severity == "error"})

    @property
    def good(self) -> int:
        """Lines without one."""
        return self.lines - self.bad

    def to_json(self) -> dict[str, Any]:
        """The check as JSON; `articles` is None where evidence was not looked for."""
        return {
            "file": str(self.path),
            "lines": self.lines,
            "good": self.good,
            "bad": self.bad,
            "articles": self.against,
            "findings": [finding.to_json() for finding in self.findings],
        }

    def text(self) -> str:
        """For a terminal."""
        against = (
            "没有文章可对，未查证据是否在文章里。"
            if self.against is None
            else f"证据与 {self.against} 篇文章对过。"
        )
        head = f"{self.path.name}：共 {self.lines} 题，{self.good} 题可用，{self.bad} 题有错。"
        return "\n".join([head + against, *map(str, self.findings)])


class HeldTexts:
    """The texts of all articles, to look evidence up in.

    Attributes:
        collections: the names of those that may be asked of; None where nobody knows.
    """

    def __init__(
        self, articles: Iterable[Article], collections: Collection[str] | None = None
    ) -> None:
        self.collections = collections
        texts = [loose(f"{article.title}\n{article.text}") for article in articles]
        self.count = len(texts)
        self._text = "\n".join(texts)  # no evidence reaches over it: `loose` leaves no newline

    def holds(self, evidence: str) -> bool:
        """Whether some article holds all of it."""
        return holds_evidence(self._text, evidence)


@dataclass
class _Seen:
    """What earlier lines hold."""

    ids: dict[str, int] = field(default_factory=dict)
    questions: dict[tuple[str, ...], int] = field(default_factory=dict)
    names: set[str] = field(default_factory=set)


def check_questions(path: Path, held: HeldTexts | None, limit: int) -> Checked:
    """Check every line of a question set.

    Args:
        path: of any form that `load_questions` reads.
        held: the articles that evidence should stand in; None to leave that out.
        limit: characters that a question may have.

    Raises:
        DataFileMissing, EncodingUnknown: the file cannot be read.
        DataLineInvalid: there are no lines to check, or no column of questions.
    """
    findings: list[Finding] = []
    seen = _Seen()
    records = list(read_records(read_bytes(path), path))
    if not records:
        raise DataLineInvalid(file=path, line=1, reason="里面没有问题")
    for n, parsed in records:
        if isinstance(parsed, DataLineInvalid):
            findings.append(Finding(n, "", "unreadable", str(parsed.context["reason"])))
            continue
        for code, reason in _wrong(parsed, n, seen, held, limit):
            findings.append(Finding(n, parsed.id, code, reason))
        for code, reason in _notes(parsed, seen):
            findings.append(Finding(n, parsed.id, code, reason, "note"))
    return Checked(path, len(records), tuple(findings), held.count if held else None)


def remarks(question: EvalQuestion) -> list[str]:
    """What one question says against itself, in Chinese; empty if nothing."""
    said = [reason for _, reason in _contradictory(question)]
    if question.answerable and not (question.answers or question.evidence or question.relevant):
        said.append("没有答案也没有证据，只能看它拒不拒答")
    return said


def _wrong(
    question: EvalQuestion, n: int, seen: _Seen, held: HeldTexts | None, limit: int
) -> Iterator[tuple[str, str]]:
    yield from _repeated(question, n, seen)
    if len(question.question) > limit:
        yield "question_too_long", f"问题有 {len(question.question)} 字，最多 {limit} 字"
    texts = (question.question, *question.evidence, *question.forbidden, *_aliases(question))
    if any(_GARBLED in text for text in texts):
        yield "garbled", "有乱码（U+FFFD）：这一行大约用错编码存过"
    for name in question.extra:
        if near := _misspelt(name):
            yield "column_misspelt", f"不认识的列 {name}，是不是 {near}？"
    yield from _contradictory(question)
    if held:
        for evidence in question.evidence:
            if not held.holds(evidence):
                yield "evidence_missing", f"没有一篇文章里有这段证据：{_cut(evidence)}"
        if held.collections is not None:
            for name in question.filters.collections:
                if name not in held.collections:
                    yield "collection_missing", f"没有这个文集：{name}"


def _repeated(question: EvalQuestion, n: int, seen: _Seen) -> Iterator[tuple[str, str]]:
    if (first := seen.ids.setdefault(question.id, n)) != n:
        yield "id_repeated", f"编号与第 {first} 行重复"
    within = question.filters.model_dump_json()
    asked = (within, *map(loose, (*question.history, question.question)))
    if (first := seen.questions.setdefault(asked, n)) != n:
        yield "question_repeated", f"问题与第 {first} 行相同"


def _contradictory(question: EvalQuestion) -> Iterator[tuple[str, str]]:
    for group in question.answers:
        told = [(text,) for text in question.forbidden]
        if all(holds_any(alias, told) for alias in group):
            yield "answer_forbidden", f"答案 {group[0]} 又写在 forbidden（不该出现）里"
    if question.answerable is False and question.relevant:
        yield "relevant_unanswerable", "answerable 为 false，却写了相关文章"
    if question.evidence and question.answerable is not False:
        evidence = "\n".join(question.evidence)
        for group in question.answers:
            if not holds_answer(evidence, [group]):
                yield "answer_not_in_evidence", f"证据里没有这个答案：{_cut('|'.join(group))}"


def _notes(question: EvalQuestion, seen: _Seen) -> Iterator[tuple[str, str]]:
    for name in question.extra:
        if name not in _KNOWN and not _misspelt(name) and name not in seen.names:
            seen.names.add(name)
            yield "column_unknown", f"不认识的列 {name}，照原样留着，评测不用它"
    if question.answerable and not (question.answers or question.evidence or question.relevant):
        yield "no_gold", "没有答案也没有证据，只能看它拒不拒答"
    if question.answerable is None:
        yield "answerable_unknown", "没有说可不可答，不计对错"


def _misspelt(name: str) -> str | None:
    """The known column that an unknown one is most like."""
    if name in _KNOWN:
        return None
    return next(iter(difflib.get_close_matches(name.lower(), COLUMNS, 1, _NEAR)), None)


def _aliases(question: EvalQuestion) -> Iterator[str]:
    return (alias for group in question.answers for alias in group)


def _cut(text: str, length: int = 40) -> str:
    return text if len(text) <= length else f"{text[:length]}……"
