"""The ask flow: question → searched question → candidates → evidence → answer or refusal."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from time import perf_counter

from rag.data_model.answers import Answer, Filters, OnStage, Question, Receipt, Slip, Stage
from rag.desk.desk import Desk, Talked, talked
from rag.desk.suggestions import Suggestions
from rag.errors import YoujuError
from rag.evidence.scorer import EvidenceScorer
from rag.generation import Findings, Generator
from rag.inquiry import Inquiry
from rag.joining import joined, without_short_answer
from rag.language.text import has_han, spelt_as
from rag.library.library import Library
from rag.library.records import Version
from rag.models.embedding import Embedder, Vectors
from rag.question.bridging import as_told, with_bridges
from rag.question.followups import asks_for_more, complete
from rag.question.several import Part, is_compared, several, tells_of_each
from rag.question.slips import mended
from rag.question.source_filters import restricted
from rag.question.understanding import ParsedQuestion, check, understand
from rag.quoting.locating import located
from rag.retrieval.indexes import caught_up
from rag.retrieval.retriever import EVERYTHING, Hit, Rankings, Retriever
from rag.rules.already_quoted import NOTHING_QUOTED, AlreadyQuoted
from rag.rules.case import Rules
from rag.rules.order import RULES
from rag.settings import Settings

_MORE = "还有吗"
"""What `继续` means after a question."""


@dataclass(frozen=True, slots=True)
class _Context:
    """What a question may lean on.

    Attributes:
        before: the earlier questions of the conversation, oldest first.
        whole: the question, made complete by the others of its message; empty if it is alone.
    """

    before: tuple[str, ...]
    whole: str = ""


class Pipeline:
    """Answers questions over one library. Safe for many threads.

    It serves one generation at a time. When the library has moved on, the present generation
    answers while the next one's indexes are made in the background; `refresh` waits for them.
    """

    def __init__(
        self,
        *,
        library: Library,
        retriever: Retriever,
        embedder: Embedder,
        scorer: EvidenceScorer,
        generator: Generator,
        settings: Settings,
        rules: Rules = RULES,
    ) -> None:
        self.library = library
        self.settings = settings
        self._retriever = retriever
        self._embedder = embedder
        self._scorer = scorer
        self._generator = generator
        self._rules = rules
        self._refreshing = threading.Lock()
        self._suggestions = Suggestions()
        self._papers: tuple[Version, Sequence[str]] = (Version(-1, ""), ())

    def ask(self, question: Question, on_stage: OnStage | None = None) -> Answer:
        """Answer, in quotes, or refuse; `on_stage` is told how far it has come.

        Raises:
            QuestionError: the question cannot be asked.
            LibraryError: the library cannot serve.
        """
        check(question, self.settings.answer.question_limit)
        timings: dict[str, float] = {}
        retriever = self._current()
        with _timed(timings, "total"):
            said = talked(question, lambda: self._newspapers(retriever))
            reply = self._desk(retriever).reply(question, said) if said.is_for_the_desk else None
        if said.asks_for_more:
            return self._more(question, said, on_stage)
        if reply is not None:
            timed = reply.model_copy(update={"timings_ms": dict(timings)})
            return located(timed, self.library)
        parts = several(question.question)
        limit = self.settings.answer.question_limit
        if parts and all(len(part.text) <= limit for part in parts):
            return self._each(question, parts, said.questions, retriever, on_stage)
        return self._answer(question, _Context(said.questions), retriever, on_stage)

    def _each(
        self,
        question: Question,
        parts: Sequence[Part],
        before: tuple[str, ...],
        retriever: Retriever,
        on_stage: OnStage | None,
    ) -> Answer:
        """Answer each of several questions; if none is answered, the message as a whole."""
        timings: dict[str, float] = {}
        answers: list[Answer] = []
        whole: Answer | None = None
        with _timed(timings, "total"):
            if is_compared(question.question):  # one sentence may tell of both
                whole = self._answer(question, _Context(before), retriever, on_stage)
                if whole.certainty == "sure" and tells_of_each(
                    parts, (citation.quote for citation in whole.citations)
                ):
                    return without_short_answer(whole)
            for part in parts:
                asked = question.model_copy(
                    update={"question": spelt_as(part.text, question.question)}
                )
                context = _Context(before, part.whole)
                answers.append(self._answer(asked, context, retriever, on_stage))
        if not any(answer.answered for answer in answers):
            return whole or self._answer(question, _Context(before), retriever, on_stage)
        return joined(question, answers, timings)

    def _answer(
        self,
        question: Question,
        context: _Context,
        retriever: Retriever,
        on_stage: OnStage | None,
    ) -> Answer:
        """Answer a question to the articles."""
        timings: dict[str, float] = {}
        with _timed(timings, "total"):
            findings = self._findings(question, context, retriever, timings, on_stage)
        return located(self._generator.generate(findings, timings), self.library)

    def findings(self, question: Question) -> Findings:
        """What an answer would be made of, for whoever looks into why it is what it is.

        Raises:
            QuestionError, LibraryError: as `ask`.
        """
        retriever = self._current()
        said = talked(question, lambda: self._newspapers(retriever))
        return self._findings(question, _Context(said.questions), retriever, {}, None)

    def _findings(
        self,
        question: Question,
        context: _Context,
        retriever: Retriever,
        timings: dict[str, float],
        on_stage: OnStage | None,
    ) -> Findings:
        leaning = question.model_copy(update={"history": context.before})
        with _timed(timings, "understand"):
            understood, corrections = self._understand(leaning, retriever, context.whole)
        read, restriction = restricted(
            understood, question.filters, self.library.heads, self.library.sections
        )
        if on_stage:
            on_stage(Stage(stage="search", searched_question=understood.searched))
        with _timed(timings, "embed"):
            vector = self._embed(read.spelt)
        inquiry = Inquiry(
            self.library,
            retriever,
            self._embedder,
            self._scorer,
            self.settings.answer.max_quote,
            self._told(leaning),
            self._rules,
        )
        with _timed(timings, "retrieve"):
            filters = restriction.filters if restriction else question.filters
            candidates = inquiry.candidates(read, vector, filters)
            outside = restriction if not candidates else None
            if outside:
                candidates = inquiry.candidates(read, vector, question.filters)
        if on_stage:
            on_stage(_reading(understood, len(candidates)))
        with _timed(timings, "evidence"):
            read = as_told(read, candidates)
            facts = None if outside else inquiry.facts(read, candidates)
            scope = inquiry.scope(read, candidates)
            sides = inquiry.sides(read, vector, candidates, scope, filters)
            if outside:
                sides = tuple(side.outside(outside.words) for side in sides)
        return Findings(
            question,
            understood,
            facts,
            sides,
            scope,
            self._receipt(retriever),
            corrections=corrections,
            further=bool(inquiry.told.quotes),
        )

    def search(self, query: str, limit: int, filters: Filters = EVERYTHING) -> list[Hit]:
        """The `limit` best passages, best first."""
        retriever = self._current()
        read = self._read(query, retriever)
        return retriever.search(read.sought, self._embed(read.spelt), limit, filters, read.groups)

    def rank(self, query: str) -> Rankings:
        """How each retrieval system ranks passages, for measuring."""
        retriever = self._current()
        read = self._read(query, retriever)
        return retriever.rank(read.sought, self._embed(read.spelt), groups=read.groups)

    def refresh(self) -> None:
        """Serve the library's present generation when this returns."""
        with self._refreshing:
            indexes = caught_up(self._retriever.indexes, self.library)
            if not self.library.has_been(self._retriever.indexes.version):
                self._suggestions = Suggestions()
            if indexes is not self._retriever.indexes:
                self._retriever = Retriever(self.library, indexes, self.settings.retrieval)

    def close(self) -> None:
        """Let go of the library's file."""
        self.library.close()

    @property
    def embedder(self) -> Embedder:
        """What embeds questions, and passages alike."""
        return self._embedder

    def _current(self) -> Retriever:
        """The generation being served; a newer one is fetched meanwhile.

        Where a backup was put in the library's place, the rows that it names are others now.
        """
        retriever = self._retriever
        behind = self.library.version != retriever.indexes.version
        if behind and not self.library.has_been(retriever.indexes.version):
            self.refresh()
            return self._retriever
        if behind and not self._refreshing.locked():
            threading.Thread(target=self._refresh_quietly, daemon=True).start()
        return retriever

    def _refresh_quietly(self) -> None:
        try:
            self.refresh()
        except YoujuError:
            return  # the generation being served still answers; the next question tries again

    def _desk(self, retriever: Retriever) -> Desk:
        return Desk(
            library=self.library,
            retriever=retriever,
            embedder=self._embedder,
            settings=self.settings,
            receipt=self._receipt(retriever),
            ask=self.ask,
            suggestions=self._suggestions,
        )

    def _more(self, question: Question, said: Talked, on_stage: OnStage | None) -> Answer:
        """`继续` after a question asks what else there is to it."""
        asked = question.model_copy(update={"question": _MORE, "history": said.questions})
        answer = self.ask(asked, on_stage)
        return answer.model_copy(
            update={"question": question.question, "history": question.history}
        )

    def _newspapers(self, retriever: Retriever) -> Sequence[str]:
        """Read once a generation."""
        version = retriever.indexes.version
        if self._papers[0] != version:
            self._papers = version, self.library.newspapers(version.generation)
        return self._papers[1]

    def _read(self, query: str, retriever: Retriever) -> ParsedQuestion:
        limit = self.settings.answer.question_limit
        return with_bridges(understand(Question(question=query), limit), retriever.indexes.lexical)

    def _understand(
        self, question: Question, retriever: Retriever, whole: str = ""
    ) -> tuple[ParsedQuestion, tuple[Slip, ...]]:
        """The question, complete, with the library's words for slips, and which those are."""
        limit = self.settings.answer.question_limit
        check(question, limit)
        asked = question.model_copy(update={"question": whole}) if whole else question
        understood = understand(question, limit, self._completed(asked) or whole or None)
        slips: tuple[Slip, ...] = ()
        if has_han(understood.searched) and not question.exact:
            searched, slips = mended(understood.searched, retriever, understood.written)
            understood = understand(question, limit, searched) if slips else understood
        return with_bridges(understood, retriever.indexes.lexical), slips

    def _completed(self, question: Question) -> str | None:
        """A question that leans on earlier ones, with what it leaves out."""
        if not question.history:
            return None

        def answered(earlier: str) -> str | None:
            asked = question.model_copy(update={"question": earlier, "history": ()})
            return self.ask(asked).short_answer

        return complete(question.question, question.history, answered)

    def _told(self, question: Question) -> AlreadyQuoted:
        """What the answer before has quoted, if the question asks for more than that."""
        if not asks_for_more(question.question, question.history):
            return NOTHING_QUOTED
        *earlier, last = question.history
        asked = question.model_copy(update={"question": last, "history": tuple(earlier)})
        return AlreadyQuoted.by(self.ask(asked).citations)

    def _embed(self, text: str) -> Vectors:
        vector: Vectors = self._embedder.embed_queries([text])[0]
        return vector

    def _receipt(self, retriever: Retriever) -> Receipt:
        return Receipt(
            generation=retriever.indexes.generation,
            model=self._embedder.fingerprint,
            settings=self.settings.fingerprint(),
            evidence=self._scorer.fingerprint,
        )


def _reading(understood: ParsedQuestion, passages: int) -> Stage:
    return Stage(stage="read", searched_question=understood.searched, passages=passages)


@contextmanager
def _timed(timings: dict[str, float], stage: str) -> Iterator[None]:
    start = perf_counter()
    yield
    timings[stage] = round((perf_counter() - start) * 1000, 2)
