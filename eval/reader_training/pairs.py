"""Questions with passages to read, made from a SQuAD-format file.

An article is cut as the product cuts it (`ingest.storing.passages`), so that the reader learns on
what it will be shown: at most 300 characters, often after a header with the article's title.
"""

from __future__ import annotations

import random
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from eval.data_files import Line, read_jsonl
from eval.squad import SquadFile, SquadPassage, SquadQuestion, read_squad
from ingest.storing.passages import split_article
from rag.data_model.documents import Article, Paragraph, Span, touches
from rag.errors import DataLineInvalid
from rag.language.text import fold, occurrences, sentence_spans, windows
from rag.models.embedding import PassageInput, sourced_input

PASSAGE_SIZE = 300
_BEFORE_BODY = re.compile(r"^.{0,40}?正文[：:]\s*")
"""What some collections put before an article's own text: the time, the word 正文."""


@dataclass(frozen=True, slots=True)
class Pair:
    """A question and a passage.

    Attributes:
        question: what is asked.
        passage: what is read; its `spans` are the sentences.
        answer: where the answer stands in `passage.text`; None where it does not.
        sentences: those that answer, where they are known; else those that the answer touches.
    """

    question: str
    passage: PassageInput
    answer: Span | None = None
    sentences: tuple[Span, ...] = ()

    @property
    def evidence(self) -> tuple[Span, ...]:
        """The sentences that answer."""
        if self.answer is None or self.sentences:
            return self.sentences
        return tuple(s for s in self.passage.spans if touches(s, self.answer))


@dataclass(frozen=True, slots=True)
class Asked:
    """A question, its article, and where in the article's text the answer stands."""

    question: str
    article: Article
    answer: Span


def read_training_set(path: Path) -> list[Asked]:
    """All questions of a SQuAD-format file whose answer stands in its article.

    Raises:
        DataFileMissing, DataLineInvalid: as `read_squad`.
    """
    squad = read_squad(path)
    articles = {passage.id: article_of(passage) for passage in squad.passages}
    return list(_asked(squad, articles))


def read_articles(path: Path) -> list[Article]:
    """Articles of a JSONL file (`id`, `text`, perhaps `title`), plain or gzip.

    Raises:
        DataFileMissing, EncodingUnknown: it cannot be read.
        DataLineInvalid: a line is not such an object.
    """
    return [article_of(_passage(line, path)) for line in read_jsonl(path)]


def _passage(line: Line, path: Path) -> SquadPassage:
    text = line.record.get("text")
    if not isinstance(text, str):
        raise DataLineInvalid(file=path, line=line.n, reason="缺少 text")
    title, name = line.record.get("title"), line.record.get("id", line.n)
    body = _BEFORE_BODY.sub("", text, count=1)
    return SquadPassage(str(name), title if isinstance(title, str) else "", body)


def article_of(passage: SquadPassage) -> Article:
    """The passage as an article of one paragraph."""
    text = passage.text
    paragraph = Paragraph(1, text, (Span(0, len(text)),))
    return Article(passage.id, passage.title, (paragraph,))


def split_off(asked: list[Asked], share: float, seed: int) -> tuple[list[Asked], list[Asked]]:
    """Two lists without an article in common; the second has about `share` of the articles."""
    names = sorted({item.article.article_id for item in asked})
    random.Random(seed).shuffle(names)  # noqa: S311 - not for secrets
    held_out = set(names[: round(share * len(names))])
    return (
        [item for item in asked if item.article.article_id not in held_out],
        [item for item in asked if item.article.article_id in held_out],
    )


def passages_of(article: Article, size: int, *, header: bool = True) -> list[PassageInput]:
    """The article's passages as they are read, with source and title before each or without."""
    shown = article if header else Article(article.article_id, "", article.paragraphs)
    return [sourced_input(shown, passage) for passage in split_article(article, size)]


def positive(asked: Asked, size: int, *, header: bool) -> Pair | None:
    """The question with the passage that holds its answer; None where a cut goes through it."""
    shown = asked.article if header else Article("", "", asked.article.paragraphs)
    for passage in split_article(asked.article, size):
        if passage.start <= asked.answer.start and asked.answer.end <= passage.end:
            given = sourced_input(shown, passage)
            shift = len(given.text) - len(passage.text) - passage.start
            answer = Span(asked.answer.start + shift, asked.answer.end + shift)
            return Pair(asked.question, given, answer)
    return None


def holds(text: str, answer: str) -> bool:
    """Whether `answer` stands in `text`, both folded."""
    return fold(answer) in fold(text)


def _asked(squad: SquadFile, articles: dict[str, Article]) -> Iterator[Asked]:
    for question in squad.questions:
        article = articles[question.passage_id]
        if answer := _likeliest_place(question, article.text):
            yield Asked(question.question, article, answer)


def _likeliest_place(question: SquadQuestion, text: str) -> Span | None:
    """Of all places of the first answer, the one whose sentence shares most with the question.

    The training set always marks the first place, whether or not the question is about it.
    """
    if not question.answers or not question.answers[0].strip():
        return None
    wanted = set(windows(fold(question.question), 2))
    places = list(_places(text, question.answers[0]))
    if not places:
        return None

    def shared(place: Span) -> int:
        near = [text[s.start : s.end] for s in sentence_spans(text) if touches(s, place)]
        return len(wanted & set(windows(fold("".join(near)), 2)))

    return max(places, key=shared) if len(places) > 1 else places[0]


def _places(text: str, answer: str) -> Iterable[Span]:
    return (Span(start, start + len(answer)) for start in occurrences(answer, text))
