"""Question sets: JSONL, CSV, XLSX, SQuAD-format JSON, RGB's JSONL and CRUD-RAG's JSON.

They are told apart by content.

A line that is wrong is reported and left out; the others are kept.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from types import MappingProxyType
from typing import Any

from eval.crud_rag import crud_records, is_crud
from eval.data_files import numbered_lines, parse_line, read_bytes, text_of
from eval.question_rows import record_of, rows_of_csv, rows_of_workbook
from eval.squad import is_squad, squad_of
from rag.data_model.answers import Filters, Question
from rag.errors import DataLineInvalid

_ZIP = b"PK\x03\x04"

_EVERYTHING = Filters()

Parsed = tuple[int, "EvalQuestion | DataLineInvalid"]


@dataclass(frozen=True, slots=True)
class EvalQuestion:
    """A question and what is known of its answer.

    Attributes:
        answers: groups of aliases; every group is required, any alias of it will do.
        forbidden: texts that a right answer does not quote.
        evidence: sentences that hold the answer, verbatim.
        answerable: None where the set does not say.
        type: a name that reports group by.
        relevant: grades of whole articles by id, where the set judges those and no sentences.
        filters: which articles may answer.
        extra: whatever else the record held.
    """

    id: str
    question: str
    history: tuple[str, ...] = ()
    answerable: bool | None = None
    answers: tuple[tuple[str, ...], ...] = ()
    forbidden: tuple[str, ...] = ()
    evidence: tuple[str, ...] = ()
    type: str = ""
    relevant: Mapping[str, int] = field(default_factory=lambda: MappingProxyType({}))
    filters: Filters = _EVERYTHING
    extra: Mapping[str, Any] = field(default_factory=lambda: MappingProxyType({}))

    @property
    def style(self) -> str:
        """How the question is worded, another name that reports group by; empty if unsaid."""
        style = self.extra.get("style") or self.extra.get("form") or ""
        return style if isinstance(style, str) else ""

    def to_question(self) -> Question:
        """What the pipeline is asked."""
        return Question(
            question=self.question, history=self.history, id=self.id, filters=self.filters
        )


@dataclass(frozen=True, slots=True)
class QuestionSet:
    """The questions of a file, in order, their ids distinct, and the lines that are wrong.

    Attributes:
        collections: of whose articles all of it is asked; empty: of all.
    """

    path: Path
    questions: tuple[EvalQuestion, ...]
    problems: tuple[DataLineInvalid, ...] = ()
    collections: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        """The file's, and what it is asked of."""
        within = f"（文集：{'、'.join(self.collections)}）" if self.collections else ""
        return f"{self.path.name}{within}"

    def within(self, collections: Iterable[str]) -> QuestionSet:
        """The same, asked of some collections; a question that names its own keeps to those."""
        named = tuple(collections)
        if not named:
            return self
        asked = tuple(
            one
            if one.filters.collections
            else replace(one, filters=one.filters.model_copy(update={"collections": named}))
            for one in self.questions
        )
        return replace(self, questions=asked, collections=named)

    def __len__(self) -> int:
        return len(self.questions)

    def __iter__(self) -> Iterator[EvalQuestion]:
        return iter(self.questions)


def load_questions(path: Path) -> QuestionSet:
    """Read a question set, plain or gzip.

    Raises:
        DataFileMissing, EncodingUnknown: the file cannot be read.
        DataLineInvalid: there is no usable question in it; says what is wrong first.
    """
    path = Path(path)
    return parse_questions(read_bytes(path), path)


def read_records(data: bytes, path: Path) -> Iterator[Parsed]:
    """Every question of a file, or what is wrong with it, each with its line.

    Raises:
        DataFileMissing, EncodingUnknown: the bytes cannot be read.
        DataLineInvalid: nothing in them can be a question.
    """
    return _parse(data, path)


def parse_questions(data: bytes, path: Path) -> QuestionSet:
    """Read a question set that is in memory; `path` is what errors call it.

    Raises:
        DataFileMissing, EncodingUnknown: the bytes cannot be read.
        DataLineInvalid: there is no usable question in them; says what is wrong first.
    """
    return collected(_parse(data, path), path)


def parse_rows(rows: Iterable[tuple[int, Any]], path: Path) -> QuestionSet:
    """Read records that stand one a line somewhere, each with its line.

    Raises:
        DataLineInvalid: there is no usable question among them; says what is wrong first.
    """
    return collected(_from_rows(rows, path), path)


def collected(parsed_lines: Iterable[Parsed], path: Path) -> QuestionSet:
    """The questions of distinct ids, and what is wrong with the other lines.

    Raises:
        DataLineInvalid: there is no usable question; says what is wrong first.
    """
    questions: dict[str, EvalQuestion] = {}
    lines: dict[str, int] = {}
    problems: list[DataLineInvalid] = []
    for n, parsed in parsed_lines:
        if isinstance(parsed, DataLineInvalid):
            problems.append(parsed)
        elif parsed.id in questions:
            reason = f"编号 {parsed.id} 与第 {lines[parsed.id]} 行重复"
            problems.append(DataLineInvalid(file=path, line=n, reason=reason))
        else:
            questions[parsed.id], lines[parsed.id] = parsed, n
    if not questions:
        empty = DataLineInvalid(file=path, line=1, reason="里面没有问题")
        raise problems[0] if problems else empty
    return QuestionSet(path, tuple(questions.values()), tuple(problems))


def _parse(data: bytes, path: Path) -> Iterator[Parsed]:
    if data.startswith(_ZIP):
        return _from_rows(rows_of_workbook(data, path), path)
    text = text_of(data, path)
    start = text.lstrip()[:1]
    if start not in {"{", "["}:
        return _from_rows(rows_of_csv(text, path), path)
    tree = _whole(text)
    if is_squad(tree):
        return _from_squad(tree, path)
    if is_crud(tree):
        return _from_rows(crud_records(tree, path), path)
    if isinstance(tree, list):
        return _from_rows(enumerate(tree, start=1), path)
    return _from_lines(text, path)


def _whole(text: str) -> object:
    """The file as one JSON value, None where it is not one."""
    try:
        value, end = json.JSONDecoder().raw_decode(text.lstrip())
    except (ValueError, RecursionError):
        return None
    return value if not text.lstrip()[end:].strip() else None


def _from_lines(text: str, path: Path) -> Iterator[Parsed]:
    for n, line in numbered_lines(text):
        try:
            yield n, _question(parse_line(line, n, path).record, n, path)
        except DataLineInvalid as problem:
            yield n, problem


def _from_rows(rows: Iterable[tuple[int, Any]], path: Path) -> Iterator[Parsed]:
    for n, row in rows:
        try:
            yield n, _question(row, n, path)
        except DataLineInvalid as problem:
            yield n, problem


def _from_squad(tree: object, path: Path) -> Iterator[Parsed]:
    for n, asked in enumerate(squad_of(tree, path).questions, start=1):
        answerable = bool(asked.answers) and not asked.impossible
        yield (
            n,
            EvalQuestion(
                id=asked.id,
                question=asked.question,
                answerable=answerable,
                answers=(asked.answers,) if answerable else (),
                evidence=asked.evidences,
                extra=MappingProxyType({"passage": asked.passage_id}),
            ),
        )


def _question(record: Any, n: int, path: Path) -> EvalQuestion:
    return EvalQuestion(**record_of(record, n, path))
