"""A pipeline for tests of the faces: a real library, and an ask flow that counts shared pairs."""

from __future__ import annotations

import hashlib
import re
import threading
from copy import copy
from dataclasses import dataclass
from pathlib import Path

from rag.data_model.answers import (
    Answer,
    Citation,
    Filters,
    Listing,
    OnStage,
    Question,
    Receipt,
    Refusal,
    RefusalReason,
    Source,
    Stage,
    Statement,
)
from rag.data_model.documents import Article, Paragraph, Passage, SourceFile, Span, cut_spans
from rag.errors import CollectionMissing, QuestionEmpty, QuestionTooLong
from rag.generation import Findings
from rag.language.text import sentence_spans, windows
from rag.library.library import Library
from rag.library.records import NewDocument, StoredArticle
from rag.models.embedding import HashingEmbedder
from rag.question.understanding import understand
from rag.quoting.locating import located
from rag.retrieval.retriever import EVERYTHING
from rag.rules.asked_speakers import ANYBODY
from rag.settings import Settings
from rag.wording.phrases import render_answer, render_refusal
from ui.intake.ingesting import ingest_files
from ui.intake.jobs import FileResult, Progress
from ui.intake.rebuilding import rebuild

PAGE = """江州日报 2024年3月5日 第6版

灯塔岛的风电

□本报记者 何苇

灯塔岛风电场共有38台风机，去年发电9.2亿千瓦时。
海上风电是利用海面上的风力发电的新行业，不占用土地，离用电的城市也近。
岛上的居民原来靠柴油机发电，一天只有六个小时的电。
"""


@dataclass(frozen=True)
class FakeHit:
    """Has the fields of a retriever's hit."""

    article_id: str
    passage: Passage
    score: float
    title: str


def write_library(
    data_dir: Path, body: str = PAGE, title: str = "灯塔岛的风电", author: str = "何苇"
) -> None:
    """One article, one paragraph a line of `body`, each with its span in the source."""
    lines = [Span(m.start(), m.end()) for m in re.finditer(r"[^\n]+", body)]
    paragraphs = tuple(
        Paragraph(n, body[start:end], (Span(start, end),))
        for n, (start, end) in enumerate(lines, start=1)
    )
    digest = hashlib.sha256(body.encode("utf-8", "replace")).hexdigest()
    article = Article(
        article_id=f"a-{digest[:8]}",
        title=title,
        paragraphs=paragraphs,
        authors=(author,),
        newspaper="江州日报",
        date="2024-03-05",
        page="6",
    )
    source = SourceFile(f"/library/{digest[:8]}.txt", "灯塔岛.txt", digest, "utf-8", body)
    with Library.open(data_dir, write=True) as library:
        document = NewDocument(source, source.path, (article,), ())
        library.store([document], HashingEmbedder().fingerprint)


class IngestHere:
    """Stores uploads in this process, with the fake embedder."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self.hold: threading.Event | None = None

    def ingest(
        self, files: list[Path], progress: Progress, collection: str | None = None
    ) -> list[FileResult]:
        """One result a file."""
        if self.hold is not None:
            self.hold.wait(60)
        return ingest_files(files, self._settings, HashingEmbedder(), progress, collection)

    def rebuild(self) -> list[str]:
        """What was found and done."""
        if self.hold is not None:
            self.hold.wait(60)
        return rebuild(self._settings, HashingEmbedder())

    def abandon(self) -> None:
        """It is quick enough to be waited for."""

    def rest(self) -> None:
        """Nothing to let go of."""


class FakePipeline:
    """Answers with the sentence that shares most character pairs with the question."""

    def __init__(self, settings: Settings, *, at_once: int = 1, again: bool = False) -> None:
        self.settings = settings
        self.at_once, self.again = at_once, again
        self.library = Library.open(settings.data_dir)
        self.embedder = HashingEmbedder()
        self.asked: list[Question] = []
        self.hold: threading.Event | None = None
        self.closed = False

    def ask(self, question: Question, on_stage: OnStage | None = None) -> Answer:
        """Answer or refuse."""
        self.asked.append(question)
        if not question.question.strip():
            raise QuestionEmpty
        if len(question.question) > self.settings.answer.question_limit:
            limit = self.settings.answer.question_limit
            raise QuestionTooLong(length=len(question.question), limit=limit)
        searched = question.question
        if question.history and searched.startswith("那"):
            searched = question.history[-1] + searched.removeprefix("那")
        if on_stage:
            on_stage(Stage(stage="search", searched_question=searched))
        if self.hold is not None:
            self.hold.wait(60)
        ranked = sorted(self._sentences(searched, question.filters), key=lambda c: -c.score)
        numbered = [c.model_copy(update={"n": n}) for n, c in enumerate(ranked[:2], start=1)]
        if not numbered or numbered[0].score < 0.3:
            return located(self._answer(question, searched, (), tuple(numbered)), self.library)
        return located(self._answer(question, searched, tuple(numbered[:1]), ()), self.library)

    def try_out(self, question: Question) -> Answer:
        """As `ask`."""
        return self.ask(question)

    def findings(self, question: Question) -> Findings:
        """Nothing was weighed."""
        limit = self.settings.answer.question_limit
        return Findings(question, understand(question, limit), None, (), ANYBODY, self.receipt())

    def receipt(self) -> Receipt:
        """The same whatever the settings."""
        return Receipt(generation=self.library.generation, model="fake", settings="fake")

    def search(self, query: str, limit: int, filters: Filters = EVERYTHING) -> list[FakeHit]:
        """Every paragraph as a passage."""
        hits = [
            FakeHit(
                stored.article.article_id,
                Passage(stored.article.article_id, 0, len(p.text), p.text),
                _shared(query, p.text),
                stored.article.title,
            )
            for stored in self.library.articles()
            for p in stored.article.paragraphs
        ]
        return sorted(hits, key=lambda hit: -hit.score)[:limit]

    def refresh(self) -> None:
        """Nothing is cached."""

    def under(self, settings: Settings) -> FakePipeline:
        """The same library under other settings."""
        made = copy(self)
        made.settings = settings
        return made

    def close(self) -> None:
        """Remember it."""
        self.closed = True
        self.library.close()

    def _sentences(self, question: str, filters: Filters) -> list[Citation]:
        generation = self.library.generation
        for name in self.library.missing_collections(filters.collections, generation):
            raise CollectionMissing(name=name)
        admitted = set(self.library.listed(Listing(filters=filters), generation, 1000))
        return [
            _citation(stored, paragraph, span, _shared(question, paragraph.text[slice(*span)]))
            for stored in self.library.articles()
            if stored.key in admitted
            for paragraph in stored.article.paragraphs
            for span in sentence_spans(paragraph.text)
        ]

    def _answer(
        self,
        question: Question,
        searched: str,
        cited: tuple[Citation, ...],
        nearest: tuple[Citation, ...],
    ) -> Answer:
        statements = tuple(Statement(text=c.quote, citations=(c.n,)) for c in cited)
        reason: RefusalReason = "not_stated" if nearest else "nothing_relevant"
        message = render_refusal(reason, (), None, found=bool(nearest))
        refusal = Refusal(reason=reason, message=message, nearest=nearest)
        return Answer(
            id=question.id,
            question=question.question,
            exact=question.exact,
            searched_question=searched,
            status="answered" if cited else "refused",
            text=render_answer(statements, cited, None, None) if cited else message,
            statements=statements,
            citations=cited,
            confidence=0.9 if cited else 0.1,
            refusal=None if cited else refusal,
            receipt=self.receipt(),
        )


def _shared(question: str, text: str) -> float:
    pairs = set(windows(question, 2))
    return len(pairs & set(windows(text, 2))) / max(len(pairs), 1)


def _citation(stored: StoredArticle, paragraph: Paragraph, span: Span, score: float) -> Citation:
    article = stored.article
    return Citation(
        n=0,
        article_id=article.article_id,
        title=article.title,
        authors=article.authors,
        newspaper=article.newspaper,
        date=article.date,
        page=article.page,
        paragraph=paragraph.n,
        quote=paragraph.text[span.start : span.end],
        source=Source(
            file=stored.file,
            sha256=stored.sha256,
            spans=cut_spans(paragraph.spans, span.start, span.end),
        ),
        score=score,
    )
