"""The desk: replies to what is no question to the articles, as far as that can be done in quotes.

A greeting gets words of ours and questions to start with; a task is turned down; who wants to know
what there is gets titles; who wants the gist of an article gets a few of its sentences.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from pydantic import TypeAdapter

from rag.data_model.answers import (
    Answer,
    Citation,
    Filters,
    Listing,
    Overview,
    Part,
    Question,
    Receipt,
    Refusal,
    Statement,
    Talk,
    Task,
)
from rag.desk.article_vectors import sentences_of
from rag.desk.gist import gist_of
from rag.desk.gist_parts import rows_of
from rag.desk.overview import SHOWN, Listed, Lister
from rag.desk.requests import Kind, Request, request_of
from rag.desk.suggestions import Suggestions
from rag.library.library import Library
from rag.library.records import StoredArticle
from rag.models.embedding import Embedder
from rag.question.term_weights import TermWeights
from rag.question.understanding import understand
from rag.quoting.quotes import SURE, citation
from rag.retrieval.retriever import Retriever
from rag.settings import Settings
from rag.wording.rendering import GIST, HELP, OVERVIEW, answer_text, refusal_message

_SUGGESTED = 3
_TALKS: TypeAdapter[Talk] = TypeAdapter(Talk)
_TASKS: TypeAdapter[Task] = TypeAdapter(Task)
_PARTS: TypeAdapter[Part] = TypeAdapter(Part)
_MEANT_BEFORE = 2
"""Earlier questions whose answers are looked at for the article that is meant."""

Ask = Callable[[Question], Answer]


@dataclass(frozen=True, slots=True)
class Talked:
    """A message in its conversation.

    Attributes:
        request: what it wants.
        questions: the earlier messages that asked something of the articles.
        listed: the list that `继续` goes on with, and how many articles of it were shown.
    """

    request: Request
    questions: tuple[str, ...] = ()
    listed: tuple[Request, int] | None = None

    @property
    def asks_for_more(self) -> bool:
        """Whether `继续` goes on about a question."""
        goes_on = self.request.kind is Kind.HELP and self.request.name == "continue"
        return goes_on and self.listed is None and bool(self.questions)

    @property
    def is_for_the_desk(self) -> bool:
        """Whether it may be replied to without asking the articles."""
        return self.request.kind is not Kind.QUESTION and not self.asks_for_more


def talked(question: Question, newspapers: Callable[[], Sequence[str]]) -> Talked:
    """What a message wants, after what was said before."""
    questions: list[str] = []
    listed: tuple[Request, int] | None = None
    for text in question.history:
        request = request_of(text, newspapers, leans=bool(questions))
        if request.kind is Kind.QUESTION:
            questions.append(text)
        if request.kind is Kind.OVERVIEW:
            listed = request, SHOWN
        elif listed and request.name == "continue":
            listed = listed[0], listed[1] + SHOWN
        elif request.kind in {Kind.QUESTION, Kind.GIST}:
            listed = None
    now = request_of(question.question, newspapers, leans=bool(questions))
    return Talked(now, tuple(questions), listed)


@dataclass(frozen=True, slots=True)
class Desk:
    """Replies over one generation.

    `ask` answers ordinary questions: whether a suggestion is answered, which article was talked
    about.
    """

    library: Library
    retriever: Retriever
    embedder: Embedder
    settings: Settings
    receipt: Receipt
    ask: Ask
    suggestions: Suggestions

    def reply(self, question: Question, said: Talked) -> Answer | None:
        """The reply; None for a question to the articles."""
        request = said.request
        match request.kind:
            case Kind.TASK:
                return self._turned_down(question, _TASKS.validate_python(request.name))
            case Kind.HELP if request.name == "continue" and said.listed:
                before, offset = said.listed
                return self._list(question, before, offset=offset)
            case Kind.HELP:
                return self._talk(question, _TALKS.validate_python(request.name))
            case Kind.OVERVIEW:
                return self._list(question, request)
            case Kind.GIST:
                return self._gist(question, request)
            case Kind.QUESTION:
                return None

    def _talk(self, question: Question, name: Talk) -> Answer:
        suggestions = self.suggestions.answered(
            self.library, self.receipt.generation, question.filters, self.ask, _SUGGESTED
        )
        counted = self.library.count_listed(Listing(), self.receipt.generation)
        talk: Talk = name if counted else "nothing_stored"
        return self._made(question, HELP, talk=talk, suggestions=suggestions)

    def _turned_down(self, question: Question, task: Task) -> Answer:
        refusal = Refusal(reason="out_of_scope", message="", task=task)
        return self._made(question, "task", refusal=refusal)

    def _list(
        self, question: Question, request: Request, *, offset: int = 0, asks_which: bool = False
    ) -> Answer:
        this_page = self._page_meant(question) if request.source.this_page else None
        listed = Lister(self.library, self.retriever).listed(
            request,
            question.filters,
            self._weights(question),
            offset=offset,
            this_page=this_page,
            asks_which=asks_which,
        )
        return self._listing(question, listed)

    def _listing(self, question: Question, listed: Listed) -> Answer:
        if not listed.citations:
            refusal = Refusal(reason="nothing_relevant", message="")
            return self._made(question, OVERVIEW, overview=listed.overview, refusal=refusal)
        return self._made(question, OVERVIEW, listed.citations, overview=listed.overview)

    def _gist(self, question: Question, request: Request) -> Answer | None:
        """The gist of the article that is meant, or the articles that it may be."""
        stored = self._meant(question, request)
        if stored is None:
            if request.vague or request.source.title:
                return None
            return self._list(question, request, asks_which=True)
        sentences, vectors = sentences_of(
            stored, self.library, self.embedder.fingerprint, self.receipt.generation
        )
        part = _PARTS.validate_python(request.name) if request.name else None
        if part:
            rows = rows_of(part, stored, sentences)
            if not rows:
                return None
            sentences, vectors = [sentences[row] for row in rows], vectors[rows]
        quotes = gist_of(stored, sentences, vectors)
        if not quotes:
            return None
        weights = self._weights(question)
        citations = tuple(citation(n, quote, weights) for n, quote in enumerate(quotes, start=1))
        return self._made(question, GIST, citations, part=part)

    def _meant(self, question: Question, request: Request) -> StoredArticle | None:
        """The one article that a message is about: named, filtered, talked about, or the only."""
        if request.source.title:
            ids = self.library.titled(request.source.title, self.receipt.generation, 2)
            return self.library.article(ids[0]) if len(ids) == 1 else None
        named = bool(request.topic) or request.source.restricts
        if not named and not question.filters.articles:
            for answer in self._answers_before(question):
                return self.library.article(answer.citations[0].article_id)
        lister = Lister(self.library, self.retriever)
        listed = lister.listed(request, question.filters, self._weights(question))
        if listed.overview.total != 1:
            return None
        return self.library.article(listed.citations[0].article_id)

    def _page_meant(self, question: Question) -> Filters | None:
        """Newspaper, day and page of what was quoted last."""
        for answer in self._answers_before(question):
            cited = answer.citations[0]
            return Filters(
                newspaper=cited.newspaper,
                page=cited.page,
                date_from=cited.date,
                date_to=cited.date,
            )
        return None

    def _answers_before(self, question: Question) -> Sequence[Answer]:
        """The last of the answers before that quote an article, if one does."""
        for at in reversed(range(len(question.history))[-_MEANT_BEFORE:]):
            earlier = question.model_copy(
                update={"question": question.history[at], "history": question.history[:at]}
            )
            answer = self.ask(earlier)
            if answer.citations and answer.overview is None:
                return (answer,)
        return ()

    def _weights(self, question: Question) -> TermWeights:
        lexical = self.retriever.indexes.lexical
        understood = understand(question, self.settings.answer.question_limit)
        return TermWeights(understood, lexical.document_frequency, len(lexical))

    def _made(
        self,
        question: Question,
        kind: str,
        citations: tuple[Citation, ...] = (),
        *,
        refusal: Refusal | None = None,
        talk: Talk | None = None,
        part: Part | None = None,
        suggestions: tuple[str, ...] = (),
        overview: Overview | None = None,
    ) -> Answer:
        understood = understand(question, self.settings.answer.question_limit)
        answer = Answer(
            id=question.id,
            question=question.question,
            history=question.history,
            filters=question.filters,
            exact=question.exact,
            searched_question=understood.searched,
            status="refused" if refusal else "answered",
            text="",
            question_type=kind,
            statements=tuple(Statement(text=c.quote, citations=(c.n,)) for c in citations),
            citations=citations,
            confidence=0.0 if refusal else SURE,
            certainty="sure" if citations else None,
            refusal=refusal,
            talk=talk,
            part=part,
            suggestions=suggestions,
            overview=overview,
            receipt=self.receipt,
        )
        if refusal:
            worded = refusal.model_copy(update={"message": refusal_message(answer)})
            answer = answer.model_copy(update={"refusal": worded})
        return answer.model_copy(update={"text": answer_text(answer)})
