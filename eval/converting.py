"""Question sets from one form into another, and what that loses."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, get_args

from eval.data_files import jsonl_of, write_bytes_whole, write_whole
from eval.question_formats.beir import CORPUS, beir_files, read_beir, read_documents
from eval.question_formats.crud import crud_text
from eval.question_formats.documents import Document, judgements
from eval.question_formats.loss import Losses
from eval.question_formats.records import jsonl_text, table_rows
from eval.question_formats.rgb import rgb_text, with_positives_as_evidence
from eval.question_formats.squad import squad_text
from eval.question_formats.trec import QRELS, TOPICS, qrels_text, read_trec, topics_text
from eval.question_sets import EvalQuestion, QuestionSet, load_questions
from eval.spreadsheets import CELL_LIMIT, csv_text, workbook_bytes
from rag.errors import UsageInvalid

Form = Literal["jsonl", "csv", "xlsx", "squad", "rgb", "crud-rag", "beir", "trec"]
_BY_NAME: dict[str, Form] = {".jsonl": "jsonl", ".csv": "csv", ".xlsx": "xlsx", ".json": "squad"}


@dataclass(frozen=True, slots=True)
class Converted:
    """What came of it.

    Attributes:
        files: those that were written.
        questions: how many questions they hold.
        problems: lines that could not be used.
        losses: what the form could not take along.
    """

    files: tuple[Path, ...]
    questions: int
    problems: tuple[str, ...]
    losses: Losses


def form_of(name: str | None, out: Path) -> Form:
    """The form that is named, or else the one that the file's name says.

    Raises:
        UsageInvalid: there is none of this name, or the name says nothing.
    """
    forms: tuple[Form, ...] = get_args(Form)
    if name is None:
        if (guessed := _BY_NAME.get(out.suffix.lower())) is not None:
            return guessed
        reason = f"从文件名看不出要转成哪种格式：{out.name}；请写 --to {'|'.join(forms)}"
        raise UsageInvalid(reason=reason, command="youju questions convert")
    for form in forms:
        if name.lower() == form:
            return form
    reason = f"没有这种格式：{name}；可以是 {'、'.join(forms)}"
    raise UsageInvalid(reason=reason, command="youju questions convert")


def read_any(path: Path) -> QuestionSet:
    """A question set of any form; a folder is BEIR's or TREC's.

    Raises:
        DataFileMissing, EncodingUnknown: it cannot be read.
        DataLineInvalid: there is no usable question in it.
    """
    if path.is_dir():
        return read_beir(path) if (path / "queries.jsonl").is_file() else read_trec(path)
    found = load_questions(path)
    questions = tuple(map(with_positives_as_evidence, found.questions))
    return QuestionSet(path, questions, found.problems)


def convert(source: Path, out: Path, form: Form, given: Iterable[Document] = ()) -> Converted:
    """Write a question set in another form; BEIR and TREC are folders of files.

    Args:
        source: of any form.
        out: a file, or the folder; written whole or not at all, file by file.
        form: of `out`.
        given: documents that may hold the evidence, for the forms that judge documents.

    Raises:
        DataFileError, EncodingUnknown: the source cannot be read, or `out` cannot be written.
    """
    found = read_any(source)
    questions, losses = found.questions, Losses()
    if form in {"beir", "trec"}:
        files = _write_folder(out, questions, form, given, losses)
    else:
        write_bytes_whole(out, content_of(questions, form, losses))
        files = [out]
    if source.is_dir() and (source / CORPUS).is_file() and form not in {"beir", "trec"}:
        files.append(_write_articles(source, out))
    problems = tuple(problem.message_zh for problem in found.problems)
    return Converted(tuple(files), len(questions), problems, losses)


def content_of(questions: Sequence[EvalQuestion], form: Form, losses: Losses) -> bytes:
    """The bytes of a file of questions, of a form that is one file."""
    if form == "xlsx":
        rows = table_rows(questions)
        for row in rows[1:]:
            losses.note("long", any(len(cell) > CELL_LIMIT for cell in row))
        return workbook_bytes(rows, "问题")
    texts = {
        "jsonl": lambda: jsonl_text(questions),
        "csv": lambda: csv_text(table_rows(questions)),
        "squad": lambda: squad_text(questions, losses),
        "rgb": lambda: rgb_text(questions, losses),
        "crud-rag": lambda: crud_text(questions, losses),
    }
    return texts[form]().encode()


def _write_folder(
    folder: Path,
    questions: Sequence[EvalQuestion],
    form: Form,
    given: Iterable[Document],
    losses: Losses,
) -> list[Path]:
    judged = judgements(questions, given, losses)
    if form == "beir":
        texts = beir_files(questions, judged)
    else:
        texts = {TOPICS: topics_text(questions), QRELS: qrels_text(judged.grades)}
    for name, text in texts.items():
        write_whole(folder / name, text)
    return [folder / name for name in texts]


def _write_articles(source: Path, out: Path) -> Path:
    """The corpus as ready articles beside the questions, so that it can be ingested."""
    path = out.with_name(f"{out.stem}.articles.jsonl")
    records = ({"id": d.id, "title": d.title, "text": d.text} for d in read_documents(source))
    write_whole(path, jsonl_of(records))
    return path
