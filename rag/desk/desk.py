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
from rag.desk.nth import THIS, article_at, asks_of_it, is_of_nothing, leans_on_it, nth_in, of_it
from rag.desk.overview import SHOWN, Listed, Lister
from rag.desk.requests import QUESTION, Kind, Request, again, by_author, request_of
from rag.desk.suggestions import Suggestions
from rag.desk.talked import OF_NOTHING, Said, ShownList, Talked
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

_TALKS: TypeAdapter[Talk] = TypeAdapter(Talk)
_TASKS: TypeAdapter[Task] = TypeAdapter(Task)
_PARTS: TypeAdapter[Part] = TypeAdapter(Part)
MORE = "还有吗"
"""What `继续` means after a question."""
_MEANT_BEFORE = 2
"""Earlier questions whose answers are looked at for the article that is meant."""

Ask = Callable[[Question], Answer]


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
        last, helped, fresh = QUESTION, 0, False
        for at, text in enumerate(question.history):
            last = self._wanted(
                text,
                last,
                newspapers,
                question.filters,
                before=before,
                listed=bool(lists),
                fresh=fresh,
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
            fresh = (bool(lists) and lists[-1].at == at) or bool(fresh and last.place)
        now = self._wanted(
            question.question,
            last,
            newspapers,
            question.filters,
            before=before,
            listed=bool(lists),
            fresh=fresh,
        )
        gist = len(question.history) - 1 if last.kind is Kind.GIST else None
        return Talked(now, tuple(before), listed, tuple(lists), helped, gist)

    def _wanted(
        self,
        text: str,
        last: Request,
        newspapers: Callable[[], Sequence[str]],
        filters: Filters,
        *,
        before: Sequence[Said],
        listed: bool,
        fresh: bool,
    ) -> Request:
        """What a message wants; one that seems to name an article is a question if it does not.

        `fresh`: of the list nothing but its articles was talked about since.
        """
        if nth := nth_in(text, listed=listed):
            request = request_of(nth[1], newspapers)
            if request.kind is Kind.GIST and request.name_of is None:
                return replace(request, place=nth[0])
            if fresh and request.kind is Kind.QUESTION and asks_of_it(nth[1]):
                return replace(QUESTION, place=nth[0], rest=nth[1])
        if is_of_nothing(text, before[-1].text if before else "") and self._are_several(filters):
            return replace(QUESTION, name=OF_NOTHING)
        if (listing := by_author(text, newspapers)) and (
            author := self.library.author_named(listing.author, self.receipt.generation)
        ):
            return replace(listing, author=author)
        leans = bool(before)
        request = again(last, text, newspapers) or request_of(text, newspapers, leans=leans)
        if request.name_of:
            article = self._namer.meant(request.name_of, filters)
            return replace(request, article=article) if article else QUESTION
        return request

    def _are_several(self, filters: Filters) -> bool:
        return self.library.count_listed(Listing(filters=filters), self.receipt.generation) > 1

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
                refusal = Refusal(reason="out_of_scope", message="")
                of_nothing = request.name == OF_NOTHING
                return self._made(question, "other", refusal=refusal) if of_nothing else None

    def _talk(self, question: Question, name: Talk, helped: int) -> Answer:
        suggestions = self.suggestions.answered(
            self.library, self.receipt.generation, question.filters, self.ask, helped
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

    def of_shown(self, question: Question, said: Talked) -> Question | None:
        """`第二篇是谁写的` as a question to that article alone, and `它是谁写的` after a gist.

        None where no article is meant, or the question would become longer than it may be.
        """
        asks, found = said.request.rest, None
        history: tuple[str, ...] = ()
        if asks:
            found = self._placed(question, said.request.place, said.lists)[1]
            asks = asks.replace(THIS, f"{THIS}文章", 1)
            asks += left_unsaid(asks)
        elif said.gist is not None and leans_on_it(question.question):
            told = self._before(question, said.gist)
            if told.citations and not told.overview:
                found, title = told.citations[0].article_id, told.citations[0].title
                asks = of_it(question.question)
                history = () if asks else (f"《{title}》讲了什么",)
                asks = asks or question.question
        if not found or len(asks) > self.settings.answer.question_limit:
            return None
        if question.filters.articles == (found,):
            return None
        filters = question.filters.model_copy(update={"articles": (found,)})
        asked = {"question": asks, "history": history, "filters": filters}
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
