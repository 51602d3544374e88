"""Questions that people wrote from articles alone, in many styles: for training and for measuring.

A row names its article (or two), how its question is worded and what it asks for, and where the
evidence stands: `{"id", "split", "article" | "articles", "question", "history", "style", "type",
"answerable", "answer" | "answers" | "answer_at", "evidence", "near_miss"}`. `evidence` and
`answer_at` are lists of `[start, end]` or `[article, start, end]`, offsets into the texts, so that
rows over texts that are not ours keep no word of them. A question without an answer looks as if it
had one; `near_miss` says why it has none.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, NamedTuple

from eval.corpora import ready_article
from eval.data_files import Line, read_jsonl
from rag.data_model.answers import Question
from rag.data_model.documents import Article, Span
from rag.errors import DataLineInvalid
from rag.errors.reasons import why


class Place(NamedTuple):
    """A range of an article's text."""

    article: str
    span: Span


@dataclass(frozen=True, slots=True)
class WrittenQuestion:
    """One row.

    Attributes:
        id: of the row.
        split: `train` or `dev`; dev is for choosing, never for training.
        question, history: what is asked, and what was asked before.
        style, kind: how it is worded, and what it asks for.
        turn: how a question of a conversation leans on those before; empty where unknown.
        articles: names of the articles that it was written from.
        answers: the shortest verbatim pieces that answer; empty where there is none so short, or
            where only their places are known.
        answer_at: the places of the answers, where the row tells those.
        evidence: the sentences that answer, in order; empty if nothing does.
    """

    id: str
    split: str
    question: str
    history: tuple[str, ...]
    style: str
    kind: str
    articles: tuple[str, ...]
    answers: tuple[str, ...]
    evidence: tuple[Place, ...]
    answer_at: tuple[Place, ...] = ()
    turn: str = ""

    @property
    def answerable(self) -> bool:
        """Whether the articles answer it."""
        return bool(self.evidence)

    def to_question(self) -> Question:
        """What the pipeline is asked."""
        return Question(question=self.question, history=self.history)


def read_written(path: Path, split: str | None = None) -> list[WrittenQuestion]:
    """The questions of a file, or those of one split.

    Raises:
        DataFileMissing, EncodingUnknown: it cannot be read.
        DataLineInvalid: a line is not such a row.
    """
    rows = (_row(line, path) for line in read_jsonl(path))
    return [row for row in rows if split in {None, row.split}]


def read_sources(paths: Iterable[Path]) -> dict[str, Article]:
    """Articles of JSONL files by name, with what is known of their source.

    Raises:
        DataFileMissing, EncodingUnknown, DataLineInvalid: as `read_written`.
    """
    lines = ((line, path) for path in paths for line in read_jsonl(path))
    articles = (_article(line, path) for line, path in lines)
    return {article.article_id: article for article in articles}


def located_in(article: Article, span: Span) -> Span:
    """A range of the source's text as one of `article.text`, which leaves empty lines out."""
    starts = article.paragraph_starts
    for paragraph, start in zip(article.paragraphs, starts, strict=True):
        ((first, last),) = paragraph.spans
        if first <= span.start < last:
            shift = start - first
            return Span(span.start + shift, min(span.end, len(article.text) - shift) + shift)
    raise ValueError(f"{article.article_id}: nothing stands at {span}")


def with_answers(
    questions: Iterable[WrittenQuestion], articles: Mapping[str, Article]
) -> list[WrittenQuestion]:
    """The questions with the texts of their answers, where only places are told."""
    return [
        replace(
            question,
            answers=tuple(
                text_at(articles[place.article], place.span) for place in question.answer_at
            ),
        )
        if question.answer_at
        else question
        for question in questions
    ]


def text_at(article: Article, span: Span) -> str:
    """The characters at a range of the source's text."""
    place = located_in(article, span)
    return article.text[place.start : place.end]


def evidence_in(question: WrittenQuestion, articles: Mapping[str, Article]) -> tuple[Place, ...]:
    """The evidence as ranges of the articles' own texts."""
    return tuple(
        Place(place.article, located_in(articles[place.article], place.span))
        for place in question.evidence
    )


def _row(line: Line, path: Path) -> WrittenQuestion:
    row = line.record
    try:
        articles = tuple(row["articles"]) if "articles" in row else (str(row["article"]),)
        return WrittenQuestion(
            id=str(row.get("id", line.n)),
            split=row.get("split", "train"),
            question=row["question"],
            history=tuple(row.get("history") or ()),
            style=row["style"],
            kind=row["type"],
            articles=articles,
            answers=_answers(row),
            evidence=tuple(_places(row.get("evidence") or (), articles[0])),
            answer_at=tuple(_places(row.get("answer_at") or (), articles[0])),
            turn=row.get("turn", ""),
        )
    except (KeyError, TypeError, ValueError) as error:
        raise DataLineInvalid(
            file=path, line=line.n, reason=f"缺少或不合格：{why(error)}"
        ) from error


def _answers(row: Mapping[str, Any]) -> tuple[str, ...]:
    if row.get("answers"):
        return tuple(row["answers"])
    return (row["answer"],) if row.get("answer") else ()


def _places(evidence: Iterable[Sequence[Any]], article: str) -> Iterator[Place]:
    for entry in evidence:
        *named, start, end = entry
        yield Place(named[0] if named else article, Span(start, end))


def _article(line: Line, path: Path) -> Article:
    record = line.record
    name, text = str(record.get("id", line.n)), record.get("text")
    if not isinstance(text, str) or not text.strip():
        raise DataLineInvalid(file=path, line=line.n, reason="缺少 text（正文）")
    ready = ready_article(name, text, record.get("title") or "")
    return replace(
        ready,
        authors=tuple(record.get("authors") or ()),
        newspaper=record.get("newspaper") or None,
        date=record.get("date") or None,
        page=record.get("page") or None,
    )
