"""The ask flow: question → searched question → candidates → evidence → answer or refusal."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from copy import copy
from dataclasses import replace
from time import perf_counter

from rag.conversation import OF_SEVERAL, Context, as_read_back
from rag.data_model.answers import Answer, Filters, OnStage, Question, Receipt, Slip, Stage
from rag.desk.desk import MORE, Desk
from rag.desk.talked import Said, Talked
from rag.evidence.choosing import Chooser
from rag.evidence.scorer import EvidenceScorer
from rag.generation import Findings, Generator
from rag.inquiry import Inquiry
from rag.joining import joined, without_short_answer
from rag.language.text import has_han, spelt_as
from rag.library.library import Library
from rag.models.embedding import Embedder, Vectors
from rag.models.reranker import Reranker
from rag.question.bridging import as_told, with_bridges
from rag.question.followups import is_elliptic
from rag.question.out_of_scope import sets_a_task
from rag.question.question_types import QuestionType, question_type
from rag.question.several import Part, is_compared, several, tells_of_each
from rag.question.slips import mended
from rag.question.source_filters import restricted
from rag.question.understanding import ParsedQuestion, bare_question, check, understand
from rag.quoting.locating import located
from rag.recall import Recall
from rag.retrieval.retriever import EVERYTHING, Hit, Rankings, Retriever
from rag.rules.already_quoted import AlreadyQuoted
from rag.rules.case import Rules
from rag.rules.order import RULES
from rag.serving import Serving
from rag.settings import Settings


class Pipeline:
    """Answers questions over one library, a generation at a time. Safe for many threads."""

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
        reranker: Reranker | None = None,
        chooser: Chooser | None = None,
    ) -> None:
        self.library = library
        self.settings = settings
        self._serving = Serving(library, retriever)
        self._embedder = embedder
        self._scorer = scorer
        self._generator = generator
        self._rules = rules
        self._reranker = reranker
        self._chooser = chooser
        self._recall = Recall()
        self._unchosen = self._without_chooser()

    def ask(self, question: Question, on_stage: OnStage | None = None) -> Answer:
        """Answer, in quotes, or refuse; `on_stage` is told how far it has come.

        Raises:
            QuestionError: the question cannot be asked.
            CollectionMissing: its filters name one that is not there.
            LibraryError: the library cannot serve.
        """
        check(question, self.settings.answer.question_limit)
        retriever = self._serving.knowing(question.filters)
        answer = self._asked(as_read_back(question), retriever, on_stage)
        answer = answer.model_copy(update={"history": question.history})
        self._recall.keep(question, retriever.indexes.version, answer)
        return answer

    def _asked(self, question: Question, retriever: Retriever, on_stage: OnStage | None) -> Answer:
        timings: dict[str, float] = {}
        with _timed(timings, "total"):
            desk = self._desk(retriever)
            said = desk.talked(question, lambda: self._serving.newspapers(retriever))
            reply = desk.reply(question, said) if said.is_for_the_desk else None
        if said.asks_for_more:
            return self._more(question, said, on_stage)
        if reply is not None:
            timed = reply.model_copy(update={"timings_ms": dict(timings)})
            return located(timed, self.library)
        if of_shown := desk.of_shown(question, said):
            return self._as_asked(question, self.ask(of_shown, on_stage))
        parts = several(question.question)
        limit = self.settings.answer.question_limit
        if parts and all(len(part.text) <= limit for part in parts):
            return self._each(question, parts, said.before, retriever, on_stage)
        return self._answer(question, Context(said.before), retriever, on_stage)

    def try_out(self, question: Question) -> Answer:
        """As `ask`, for what nobody asked yet: the chooser, which may be elsewhere, is left alone.

        Raises:
            QuestionError, LibraryError: as `ask`.
        """
        return (self._unchosen or self)._recalled(question)

    def _without_chooser(self) -> Pipeline | None:
        """The same without its chooser, with answers of its own to recall; None if it has none."""
        if self._chooser is None:
            return None
        alone = copy(self)
        alone._chooser, alone._unchosen, alone._recall = None, None, Recall()
        return alone

    def _recalled(self, question: Question) -> Answer:
        """As `ask`, of what may have been asked before."""
        version = self._serving.knowing(question.filters).indexes.version
        return self._recall.of(question, version) or self.ask(question)

    def _each(
        self,
        question: Question,
        parts: Sequence[Part],
        before: tuple[Said, ...],
        retriever: Retriever,
        on_stage: OnStage | None,
    ) -> Answer:
        """Answer each of several questions; if none is answered, the message as a whole."""
        timings: dict[str, float] = {}
        answers: list[Answer] = []
        whole: Answer | None = None
        with _timed(timings, "total"):
            if is_compared(question.question):  # one sentence may tell of both
                whole = self._answer(question, Context(before), retriever, on_stage)
                if whole.certainty == "sure" and tells_of_each(
                    parts, (citation.quote for citation in whole.citations)
                ):
                    return without_short_answer(whole)
            for part in parts:
                asked = question.model_copy(
                    update={"question": spelt_as(part.text, question.question)}
                )
                context = Context(before, part.whole, least=OF_SEVERAL)
                answers.append(self._answer(asked, context, retriever, on_stage))
        if not any(answer.answered for answer in answers):
            return whole or self._answer(question, Context(before), retriever, on_stage)
        return joined(question, answers, timings)

    def _answer(
        self,
        question: Question,
        context: Context,
        retriever: Retriever,
        on_stage: OnStage | None,
    ) -> Answer:
        """Answer a question to the articles, in the way to read it that they answer best."""
        timings: dict[str, float] = {}
        with _timed(timings, "total"):
            context = context.read(question, self._recalled)
            findings = self._findings(question, context, retriever, timings, on_stage)
            answer = self._generator.generate(findings, timings)
            stale = context.is_stale(answer, question, self._recalled)
            idle = context.is_idle(answer, question)
            for other, bound in context.otherwise(question, self._recalled, stale=stale):
                if answer.certainty == "sure" and not (stale or idle):
                    break
                read = self._findings(question, other, retriever, {}, None)
                instead = self._generator.generate(read, timings)
                if not other.is_better(instead, answer, bound, stale=stale):
                    continue
                if context.repeats(instead, question, self._recalled):
                    continue
                if not context.is_stale(instead, question, self._recalled):
                    answer, stale, idle = instead, False, other.is_idle(instead, question)
            doubted = answer.answered and answer.confidence < context.least
            if doubted or (stale and context.asks_of_another(question)):
                answer = self._generator.generate(findings.silenced(), timings)
        answer = answer.model_copy(update={"timings_ms": dict(timings)})
        return located(answer, self.library)

    def findings(self, question: Question) -> Findings:
        """What an answer would be made of, for whoever looks into why it is what it is.

        Raises:
            QuestionError, LibraryError: as `ask`.
        """
        question = as_read_back(question)
        retriever = self._serving.knowing(question.filters)
        desk = self._desk(retriever)
        said = desk.talked(question, lambda: self._serving.newspapers(retriever))
        context = Context(said.before).read(question, self._recalled)
        return self._findings(question, context, retriever, {}, None)

    def _findings(
        self,
        question: Question,
        context: Context,
        retriever: Retriever,
        timings: dict[str, float],
        on_stage: OnStage | None,
    ) -> Findings:
        leaning = question.model_copy(update={"history": context.texts})
        with _timed(timings, "understand"):
            understood, corrections = self._understand(leaning, retriever, context)
        read, restriction = restricted(
            understood, question.filters, self.library.heads, self.library.sections
        )
        if on_stage:
            on_stage(Stage(stage="search", searched_question=understood.searched))
        with _timed(timings, "embed"):
            vector = self._embed(read.spelt)
        inquiry = self._inquiry(context.told(question, self._recalled), retriever)
        with _timed(timings, "retrieve"):
            filters = restriction.filters if restriction else question.filters
            filters = context.narrowed(filters)
            candidates = inquiry.candidates(read, vector, filters)
            outside = restriction if not candidates else None
            if outside:
                candidates = inquiry.candidates(read, vector, question.filters)
        if on_stage:
            on_stage(_reading(understood, len(candidates)))
        with _timed(timings, "evidence"):
            read = as_told(read, candidates)
            facts = None if outside or context.within else inquiry.facts(read, candidates)
            if self._chooser and not (
                outside or (facts and not facts.last) or sets_a_task(understood)
            ):
                inquiry = replace(inquiry, choosing=(self._chooser, self.settings.chooser))
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
            self._receipt(retriever, next((s.choice for s in sides if s.choice), "")),
            corrections=corrections,
            further=bool(inquiry.told.quotes),
        )

    def search(self, query: str, limit: int, filters: Filters = EVERYTHING) -> list[Hit]:
        """The `limit` best passages, best first; what it raises, see `ask`."""
        retriever = self._serving.knowing(filters)
        read = self._read(query, retriever)
        return retriever.search(read.sought, self._embed(read.spelt), limit, filters, read.groups)

    def rank(self, query: str) -> Rankings:
        """How each retrieval system ranks passages, for measuring."""
        retriever = self._serving.current()
        read = self._read(query, retriever)
        return retriever.rank(read.sought, self._embed(read.spelt), groups=read.groups)

    def refresh(self) -> None:
        """Serve the library's present generation when this returns."""
        self._serving.refresh()

    def close(self) -> None:
        """Let go of the library's file."""
        self.library.close()

    def under(self, settings: Settings) -> Pipeline:
        """The same library, models and indexes under other settings for retrieval and answers.

        This pipeline goes on under its own, so an answer and its receipt are of one mind.
        """
        made = copy(self)
        made.settings = settings
        made._serving = self._serving.under(settings.retrieval)
        made._scorer = self._scorer.under(settings.answer)
        made._generator = self._generator.under(settings.answer)
        made._recall = Recall()
        made._unchosen = made._without_chooser()
        return made

    def receipt(self) -> Receipt:
        """What answers are computed from now; the chooser's choice aside."""
        return self._receipt(self._serving.current())

    @property
    def embedder(self) -> Embedder:
        """What embeds questions, and passages alike."""
        return self._embedder

    def _desk(self, retriever: Retriever) -> Desk:
        return Desk(
            library=self.library,
            retriever=retriever,
            embedder=self._embedder,
            settings=self.settings,
            receipt=self._receipt(retriever),
            ask=self.try_out,
            suggestions=self._serving.suggestions,
        )

    def _more(self, question: Question, said: Talked, on_stage: OnStage | None) -> Answer:
        """`继续` after a question asks what else there is to it."""
        history = question.history[: said.before[-1].at + 1]
        asked = question.model_copy(update={"question": MORE, "history": history})
        return self._as_asked(question, self.ask(asked, on_stage))

    @staticmethod
    def _as_asked(question: Question, answer: Answer) -> Answer:
        """The answer to another question, as one to the one that was asked."""
        own = {name: getattr(question, name) for name in ("question", "history", "filters")}
        return answer.model_copy(update=own)

    def _inquiry(self, told: AlreadyQuoted, retriever: Retriever) -> Inquiry:
        return Inquiry(
            self.library,
            retriever,
            self._embedder,
            self._scorer,
            self.settings.answer.max_quote,
            told,
            self._rules,
            self._reranker,
        )

    def _read(self, query: str, retriever: Retriever) -> ParsedQuestion:
        limit = self.settings.answer.question_limit
        return with_bridges(understand(Question(question=query), limit), retriever.indexes.lexical)

    def _understand(
        self, question: Question, retriever: Retriever, context: Context
    ) -> tuple[ParsedQuestion, tuple[Slip, ...]]:
        """The question, complete, with the library's words for slips, and which those are."""
        limit = self.settings.answer.question_limit
        check(question, limit)
        completed = context.completed
        complete = completed.text if completed else context.whole or None
        understood = understand(question, limit, complete)
        slips: tuple[Slip, ...] = ()
        if has_han(understood.searched) and not question.exact:
            searched, slips = mended(understood.searched, retriever, understood.written)
            understood = understand(question, limit, searched) if slips else understood
        if completed is not None and completed.appended:
            bare = bare_question(completed.asked)
            last = QuestionType.OTHER if is_elliptic(bare) else question_type(bare)
            kind = understood.type if last is QuestionType.OTHER else last
            understood = replace(understood, type=kind, appended=True, part=completed.asked)
        return with_bridges(understood, retriever.indexes.lexical), slips

    def _embed(self, text: str) -> Vectors:
        vector: Vectors = self._embedder.embed_queries([text])[0]
        return vector

    def _receipt(self, retriever: Retriever, choice: str = "") -> Receipt:
        return Receipt(
            generation=retriever.indexes.generation,
            model=self._embedder.fingerprint,
            settings=self.settings.fingerprint(),
            evidence=self._scorer.fingerprint,
            reranker=self._reranker.fingerprint if self._reranker else "",
            chooser=self._chooser.name if self._chooser else "",
            choice=choice,
        )


def _reading(understood: ParsedQuestion, passages: int) -> Stage:
    return Stage(stage="read", searched_question=understood.searched, passages=passages)


@contextmanager
def _timed(timings: dict[str, float], stage: str) -> Iterator[None]:
    start = perf_counter()
    yield
    timings[stage] = round((perf_counter() - start) * 1000, 2)
