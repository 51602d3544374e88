"""BEIR's folder (Thakur et al., 2021): queries, a corpus, and judgements in `qrels`."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from eval.data_files import jsonl_of, numbered_lines, read_bytes, read_jsonl, text_of
from eval.question_formats.documents import Document, Judgements
from eval.question_formats.trec import with_grades
from eval.question_sets import EvalQuestion, QuestionSet, parse_rows
from rag.errors import DataFileMissing, DataLineInvalid

QUERIES, CORPUS, QRELS = "queries.jsonl", "corpus.jsonl", "qrels/test.tsv"
_SPLITS = ("test", "dev", "train")


def read_beir(folder: Path) -> QuestionSet:
    """The queries that are judged: in `test`, or else in `dev` or `train`.

    Raises:
        DataFileMissing, EncodingUnknown: a file is not there or cannot be read.
        DataLineInvalid: a line is not of this form.
    """
    splits = [folder / "qrels" / f"{split}.tsv" for split in _SPLITS]
    qrels = next((path for path in splits if path.is_file()), None)
    if qrels is None:
        raise DataFileMissing(file=splits[0], reason="文件夹里没有")
    grades = _read_qrels(qrels)
    path = folder / QUERIES
    return parse_rows((line for line in _queries(path, grades)), path)


def read_documents(folder: Path) -> Iterator[Document]:
    """The corpus.

    Raises:
        DataFileMissing, EncodingUnknown, DataLineInvalid: it cannot be read.
    """
    path = folder / CORPUS
    for n, record in read_jsonl(path):
        if "_id" not in record or not isinstance(record.get("text"), str):
            raise DataLineInvalid(file=path, line=n, reason="缺少 _id 或 text")
        yield Document(str(record["_id"]), str(record.get("title") or ""), record["text"])


def beir_files(questions: Iterable[EvalQuestion], judged: Judgements) -> dict[str, str]:
    """The folder's files by name."""
    queries = ({"_id": q.id, "text": q.question} for q in questions)
    corpus = ({"_id": d.id, "title": d.title, "text": d.text} for d in judged.documents.values())
    rows = [
        f"{question}\t{document}\t{grade}\n"
        for question, grades in judged.grades.items()
        for document, grade in grades.items()
    ]
    return {
        QUERIES: jsonl_of(queries),
        CORPUS: jsonl_of(corpus),
        QRELS: "".join(["query-id\tcorpus-id\tscore\n", *rows]),
    }


def _queries(path: Path, grades: dict[str, dict[str, int]]) -> Iterator[tuple[int, Any]]:
    for n, record in read_jsonl(path):
        row = {"id": str(record.get("_id", "")), "question": record.get("text")}
        if row["id"] in grades:
            yield n, with_grades(row, grades)


def _read_qrels(path: Path) -> dict[str, dict[str, int]]:
    grades: dict[str, dict[str, int]] = {}
    for n, line in numbered_lines(text_of(read_bytes(path), path)):
        fields = line.split("\t")
        if len(fields) == 3 and fields[2].lstrip("-").isdecimal():
            grades.setdefault(fields[0], {})[fields[1]] = int(fields[2])
        elif n > 1:
            reason = "应是三项：query-id、corpus-id、score"
            raise DataLineInvalid(file=path, line=n, reason=reason)
    return grades
