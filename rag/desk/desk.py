"""The desk: replies to what is no question to the articles, as far as that can be done in quotes.

A greeting gets words of ours and questions to start with; a task is turned down; who wants to know
what there is gets titles; who wants the gist of an article gets a few of its sentences.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

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
from rag.desk.naming import Namer
from rag.desk.nth import article_at, nth_in
from rag.desk.overview import SHOWN, Listed, Lister
from rag.desk.requests import QUESTION, Kind, Request, again, request_of
from rag.desk.suggestions import Suggestions
from rag.library.library import Library
from rag.library.records import StoredArticle
from rag.models.embedding import Embedder
from rag.question.keywords import left_unsaid
from rag.question.term_weights import TermWeights
from rag.question.understanding import understand
from rag.quoting.quotes import SURE, citation
from rag.retrieval.retriever import Retriever
from rag.settings import Settings
from rag.wording.rendering import GIST, HELP, OVERVIEW, answer_text, refusal_message

_SUGGESTED, _SUGGESTED_AGAIN = 3, 3
"""Questions that are offered at a time, and how often there are others."""
_TALKS: TypeAdapter[Talk] = TypeAdapter(Talk)
_TASKS: TypeAdapter[Task] = TypeAdapter(Task)
_PARTS: TypeAdapter[Part] = TypeAdapter(Part)
MORE = "还有吗"
"""What `继续` means after a question."""
_MEANT_BEFORE = 2
"""Earlier questions whose answers are looked at for the article that is meant."""

Ask = Callable[[Question], Answer]


@dataclass(frozen=True, slots=True)
class Said:
    """An earlier message that a question may lean on: where it stands, and what it is about.

    `is_title`: it asked nothing, and the one article that was shown for it has this title.
    """

    at: int
    text: str
    is_title: bool = False


@dataclass(frozen=True, slots=True)
class ShownList:
    """An earlier message that may have been replied to with a list: where it stands, what it asks.

    `offset`: so many articles of the list were shown before.
    """

    at: int
    request: Request
    offset: int = 0


@dataclass(frozen=True, slots=True)
class Talked:
    """A message in its conversation.

    Attributes:
        request: what it wants.
        before: the earlier messages that asked something of the articles, or showed one.
        listed: the list that `继续` goes on with, and how many articles of it were shown.
        lists: what may have been replied to with lists, oldest first: `第二篇` is of the last one.
        helped: so many were replied to with questions to start with.
    """

    request: Request
    before: tuple[Said, ...] = ()
    listed: tuple[Request, int] | None = None
    lists: tuple[ShownList, ...] = ()
    helped: int = 0

    @property
    def asks_for_more(self) -> bool:
        """Whether `继续` goes on about a question."""
        goes_on = self.request.kind is Kind.HELP and self.request.name == "continue"
        return goes_on and self.listed is None and bool(self.before)

    @property
    def is_for_the_desk(self) -> bool:
        """Whether it may be replied to without asking the articles."""
        return self.request.kind is not Kind.QUESTION and not self.asks_for_more


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

    def talked(self, question: Question, newspapers: Callable[[], Sequence[str]]) -> Talked:
        """What a message wants, after what was said before."""
        before: list[Said] = []
        listed: tuple[Request, int] | None = None
        lists: list[ShownList] = []
        last, helped = QUESTION, 0
        for at, text in enumerate(question.history):
            last = self._wanted(
                text, last, newspapers, question.filters, leans=bool(before), listed=bool(lists)
            )
            helped += last.kind is Kind.HELP
            if last.kind is Kind.QUESTION:
                before.append(Said(at, text))
            elif before and listed is None and last.name == "continue":
                before.append(Said(at, MORE))
            elif last.kind is Kind.GIST or (last.kind is Kind.OVERVIEW and last.topic):
                before += self._shown(question, at, text)
            if last.kind is Kind.OVERVIEW:
                listed = last, SHOWN
                lists.append(ShownList(at, last))
            elif listed and last.name == "continue":
                lists.append(ShownList(at, *listed))
                listed = listed[0], listed[1] + SHOWN
            elif last.kind in {Kind.QUESTION, Kind.GIST}:
                listed = None
            if last.kind is Kind.GIST:
                lists.append(ShownList(at, last))
        now = self._wanted(
            question.question,
            last,
            newspapers,
            question.filters,
            leans=bool(before),
            listed=bool(lists),
        )
        return Talked(now, tuple(before), listed, tuple(lists), helped)

    def _wanted(
        self,
        text: str,
        last: Request,
        newspapers: Callable[[], Sequence[str]],
        filters: Filters,
        *,
        leans: bool,
        listed: bool,
    ) -> Request:
        """What a message wants; one that seems to name an article is a question if it does not."""
        if nth := nth_in(text, listed=listed):
            request = request_of(nth[1], newspapers)
            if request.kind is Kind.GIST and request.name_of is None:
                return replace(request, place=nth[0])
            if listed and request.kind is Kind.QUESTION:
                return replace(QUESTION, place=nth[0], rest=nth[1])
        request = again(last, text, newspapers) or request_of(text, newspapers, leans=leans)
        if request.author and self._has_written(request.author):
            return Request(Kind.OVERVIEW, author=request.author)
        request = replace(request, author="")
        if request.name_of:
            article = self._namer.meant(request.name_of, filters)
            return replace(request, article=article) if article else QUESTION
        return request

    def _has_written(self, author: str) -> bool:
        wrote = Listing(filters=Filters(author=author))
        return self.library.count_listed(wrote, self.receipt.generation) > 0

    def _shown(self, question: Question, at: int, text: str) -> Sequence[Said]:
        """An earlier message for which one article was shown, by that one's title."""
        answer = self._before(question, at)
        titles = {(cited.article_id, cited.title) for cited in answer.citations}
        if len(titles) == 1:
            return (Said(at, titles.pop()[1], is_title=True),)
        return () if answer.overview or answer.citations else (Said(at, text),)

    @property
    def _namer(self) -> Namer:
        return Namer(self.library, self.retriever, self.embedder)

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
                return self._talk(question, _TALKS.validate_python(request.name), said.helped)
            case Kind.OVERVIEW:
                return self._list(question, request)
            case Kind.GIST:
                return self._gist(question, request, said.lists)
            case Kind.QUESTION:
                return None

    def _talk(self, question: Question, name: Talk, helped: int) -> Answer:
        first = _SUGGESTED * min(helped, _SUGGESTED_AGAIN)
        places = range(first, first + _SUGGESTED)
        suggestions = self.suggestions.answered(
            self.library, self.receipt.generation, question.filters, self.ask, places
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

    def _gist(
        self, question: Question, request: Request, lists: Sequence[ShownList]
    ) -> Answer | None:
        """The gist of the article that is meant, or the articles that it may be."""
        stored = None
        if request.place:
            shown, found = self._placed(question, request.place, lists)
            if found is None:
                of = shown or ShownList(0, request)
                return self._list(question, of.request, offset=of.offset, asks_which=True)
            stored = self.library.article(found)
        stored = stored or self._meant(question, request)
        if stored is None:
            if request.vague or request.source.title or request.name_of:
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

    def of_listed(self, question: Question, said: Talked) -> Question | None:
        """`第二篇是谁写的` as a question to that article alone; None where none is meant."""
        found = said.request.rest and self._placed(question, said.request.place, said.lists)[1]
        if not found:
            return None
        filters = question.filters.model_copy(update={"articles": (found,)})
        asks = said.request.rest.replace("这篇", "这篇文章", 1)
        asked = {"question": asks + left_unsaid(asks), "history": (), "filters": filters}
        return question.model_copy(update=asked)

    def _placed(
        self, question: Question, place: int, lists: Sequence[ShownList]
    ) -> tuple[ShownList | None, str | None]:
        """The list that was shown last, if it has any article, and the id of that at a place."""
        for shown in reversed(lists):
            answer = self._before(question, shown.at)
            if answer.overview:
                return (shown, article_at(place, answer)) if answer.citations else (None, None)
        return None, None

    def _meant(self, question: Question, request: Request) -> StoredArticle | None:
        """The one article that a message is about: named, filtered, talked about, or the only."""
        if request.source.title:
            ids = self.library.titled(request.source.title, self.receipt.generation, 2)
            return self.library.article(ids[0]) if len(ids) == 1 else None
        if request.article:
            return self.library.article(request.article)
        on_topic = request.topic and not request.source.restricts
        if on_topic and (found := self._namer.about(request.topic, question.filters)):
            return self.library.article(found)
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
            answer = self._before(question, at)
            if answer.citations and answer.overview is None:
                return (answer,)
        return ()

    def _before(self, question: Question, at: int) -> Answer:
        """What the earlier message at an index was answered."""
        return self.ask(question.earlier(at))

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
