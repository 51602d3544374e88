"""TREC's files: topics, judgements (qrels) and rankings (runs), as trec_eval reads them.

    topics.tsv   id TAB question          also read: <top> … <num> … <title> …
    qrels.txt    id 0 document grade
    run.txt      id Q0 document rank score name

Ids there have no white space; ours are written with `%20` and the like in its place.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import quote, unquote

from eval.data_files import numbered_lines, read_bytes, text_of
from eval.question_sets import EvalQuestion, QuestionSet, parse_rows
from rag.errors import DataFileMissing, DataLineInvalid

TOPICS, QRELS, RUN = "topics.tsv", "qrels.txt", "run.txt"
_TOPIC = re.compile(r"<top>(.*?)</top>", re.DOTALL | re.IGNORECASE)
_FIELD = re.compile(r"<(num|title)>\s*(?:(?:Number|Topic):)?\s*([^<]*)", re.IGNORECASE)


def read_trec(folder: Path) -> QuestionSet:
    """The topics of a folder with their judgements; those without a relevant document too.

    Raises:
        DataFileMissing, EncodingUnknown: there are no topics, or a file cannot be read.
        DataLineInvalid: a judgement is none.
    """
    topics = _only(folder, ("topics*", "queries.tsv"))
    qrels = _only(folder, ("qrels*",))
    grades = read_qrels(qrels)
    text = text_of(read_bytes(topics), topics)
    rows = _tagged(text) if _TOPIC.search(text) else _tabbed(text)
    return parse_rows(((n, with_grades(row, grades)) for n, row in rows), topics)


def read_qrels(path: Path) -> dict[str, dict[str, int]]:
    """Grades by question and document.

    Raises:
        DataFileMissing, EncodingUnknown: the file cannot be read.
        DataLineInvalid: a line is not of this form.
    """
    grades: dict[str, dict[str, int]] = {}
    for n, line in numbered_lines(text_of(read_bytes(path), path)):
        fields = line.split()
        if len(fields) != 4 or not re.fullmatch(r"-?\d+", fields[3]):
            reason = "应是四项：题号 0 文档 等级"
            raise DataLineInvalid(file=path, line=n, reason=reason)
        grades.setdefault(unquote(fields[0]), {})[unquote(fields[2])] = int(fields[3])
    return grades


def topics_text(questions: Iterable[EvalQuestion]) -> str:
    """A line a question."""
    return "".join(f"{name(q.id)}\t{' '.join(q.question.split())}\n" for q in questions)


def qrels_text(grades: Mapping[str, Mapping[str, int]]) -> str:
    """A line a judgement."""
    return "".join(
        f"{name(question)} 0 {name(document)} {grade}\n"
        for question, judged in grades.items()
        for document, grade in judged.items()
    )


def run_text(rankings: Mapping[str, Sequence[str]], run: str) -> str:
    """A line a ranked document; scores fall by one, since trec_eval sorts by score alone."""
    return "".join(
        f"{name(question)} Q0 {name(document)} {rank} {len(ranking) + 1 - rank} {name(run)}\n"
        for question, ranking in rankings.items()
        for rank, document in enumerate(ranking, start=1)
    )


def name(text: str) -> str:
    """An id without white space; `%` is written out too, so that it can be read back."""
    return "".join(quote(c) if c.isspace() or c == "%" else c for c in text)


def with_grades(row: dict[str, Any], grades: Mapping[str, Mapping[str, int]]) -> dict[str, Any]:
    """A record with the documents that are relevant to it; it is answerable if there are any."""
    judged = grades.get(str(row["id"]), {})
    relevant = {document: grade for document, grade in judged.items() if grade > 0}
    return {**row, **({"relevant": relevant} if relevant else {})}


def _tabbed(text: str) -> Iterator[tuple[int, dict[str, Any]]]:
    for n, line in numbered_lines(text):
        number, _, question = line.partition("\t")
        yield n, {"id": unquote(number.strip()), "question": question.strip() or None}


def _tagged(text: str) -> Iterator[tuple[int, dict[str, Any]]]:
    for topic in _TOPIC.finditer(text):
        fields = {key.lower(): value for key, value in _FIELD.findall(topic[1])}
        line = text.count("\n", 0, topic.start()) + 1
        title = " ".join(fields.get("title", "").split()) or None
        yield line, {"id": fields.get("num", "").strip(), "question": title}


def _only(folder: Path, patterns: Sequence[str]) -> Path:
    for pattern in patterns:
        if found := sorted(path for path in folder.glob(pattern) if path.is_file()):
            return found[0]
    raise DataFileMissing(file=folder / patterns[0], reason="文件夹里没有")
