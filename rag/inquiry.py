"""One question put to one generation: candidate passages, whose words may answer, evidence."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from rag.data_model.answers import Filters
from rag.data_model.documents import Article
from rag.evidence.choosing import Chooser, chosen_by
from rag.evidence.cross_lingual import asks_in_words, by_meaning
from rag.evidence.scorer import Assessment, Evidence, EvidenceScorer
from rag.language.text import fold
from rag.library.library import Library
from rag.models.bundled_model import NAME
from rag.models.embedding import Embedder, Vectors, sourced_input
from rag.models.reranker import Reranker
from rag.question.spellings import spelt_out
from rag.question.term_weights import TermWeights
from rag.question.topics import topic_of_view
from rag.question.understanding import ParsedQuestion
from rag.quoting.page_facts import Facts, find_facts
from rag.quoting.viewpoints import View, guests, view_of
from rag.retrieval.candidates import Candidate
from rag.retrieval.retriever import Hit, Retriever
from rag.rules.already_quoted import NOTHING_QUOTED, AlreadyQuoted
from rag.rules.asked_speakers import ANYBODY, Scope, only_by, scope_of, speaks_in, without_names
from rag.rules.case import Case, Rules, applied
from rag.rules.differences import as_figure_question
from rag.rules.near_miss import NearMiss
from rag.rules.order import RULES
from rag.settings.model_sections import ChooserSettings

_MENTIONS = 20
"""Passages looked at for a person's own words."""
_WIDER = 5
"""So many times as many passages are found where only those of one person are kept."""


@dataclass(frozen=True, slots=True)
class SpeakerEvidence:
    """What answers a question, or one person's part of it.

    Attributes:
        question: as put to that person's words.
        weights: of its words.
        assessment: of the sentences that may answer.
        name: whose words; None for anybody's.
        view: what that person says on the topic, where it is found by the turns of talk.
        differing: evidence that gives the figure asked for different values.
        near_miss: what seemed to answer, but tells of another year or part than is asked.
        rules: names of those that changed something.
        choice: what came of asking a chooser; empty if none was asked.
    """

    question: ParsedQuestion
    weights: TermWeights
    assessment: Assessment
    name: str | None = None
    view: View | None = None
    differing: tuple[Evidence, ...] = ()
    near_miss: NearMiss | None = None
    rules: tuple[str, ...] = ()
    choice: str = ""

    @property
    def answerable(self) -> float:
        """The probability that it answers."""
        return max(self.assessment.answerable, self.view.probability if self.view else 0.0)

    def silenced(self) -> SpeakerEvidence:
        """The same evidence, which answers nothing."""
        unsaid = replace(self.assessment, answerable=0.0)
        return replace(self, assessment=unsaid, view=None, differing=())

    def outside(self, source: str) -> SpeakerEvidence:
        """As a near miss: all the evidence comes from elsewhere than the source that is asked."""
        if not self.assessment.evidence:
            return self
        nearest = self.assessment.evidence[0]
        miss = NearMiss(nearest, source, f"《{nearest.candidate.hit.title}》")
        return replace(self, assessment=self.assessment.among(()), view=None, near_miss=miss)


@dataclass(frozen=True, slots=True)
class Inquiry:
    """Puts a question to the passages of one generation."""

    library: Library
    retriever: Retriever
    embedder: Embedder
    scorer: EvidenceScorer
    max_quote: int
    told: AlreadyQuoted = NOTHING_QUOTED
    rules: Rules = RULES
    reranker: Reranker | None = None
    choosing: tuple[Chooser, ChooserSettings] | None = None

    def candidates(
        self, understood: ParsedQuestion, vector: Vectors, filters: Filters, wider: int = 1
    ) -> list[Candidate]:
        """The passages that are read for evidence, best first; `wider` times as many."""
        limit = self.retriever.settings.passages * wider
        searched = spelt_out(understood)
        if self.reranker is None:
            hits = self.retriever.search(searched, vector, limit, filters, understood.groups)
            return self._with_vectors(hits)
        found = max(limit, self.reranker.candidates)
        hits = self.retriever.search(searched, vector, found, filters, understood.groups)
        return self._reranked(understood, hits, self.reranker)[:limit]

    def _reranked(
        self, understood: ParsedQuestion, hits: Sequence[Hit], reranker: Reranker
    ) -> list[Candidate]:
        """The passages as the reranker orders them, best first."""
        shown = [sourced_input(hit.stored.article, hit.passage).text for hit in hits]
        given = reranker.scores(understood.searched, shown).tolist()
        scores = {hit.id: score for hit, score in zip(hits, given, strict=True)}
        candidates = (replace(c, reranked=scores[c.hit.id]) for c in self._with_vectors(hits))
        return sorted(candidates, key=lambda c: -scores[c.hit.id])

    def facts(self, understood: ParsedQuestion, candidates: Sequence[Candidate]) -> Facts | None:
        """Lines of a page that answer by themselves."""
        return find_facts(
            understood, candidates, lambda stored: self._source(stored.key), self.max_quote
        )

    def _source(self, key: int) -> str:
        return self.library.source_of(key).text

    def scope(self, understood: ParsedQuestion, candidates: Sequence[Candidate]) -> Scope:
        """Whose words may answer."""
        articles = {c.hit.stored.key: c.hit.stored.article for c in candidates}
        scope = scope_of(understood, tuple(articles.values()))
        if scope == ANYBODY:
            return self._interviewed(understood, candidates)
        if scope.unknown is None:
            return scope
        return scope_of(understood, (*articles.values(), *self._mentioning(scope.unknown)))

    def _interviewed(self, understood: ParsedQuestion, candidates: Sequence[Candidate]) -> Scope:
        """Everybody who answers the interviewer's question, where it is the one that is asked."""
        stored = {c.hit.stored.key: c.hit.stored for c in candidates}
        talks = [s for s in stored.values() if any(p.speaker for p in s.article.paragraphs)]
        if not talks:
            return ANYBODY
        speakers = (fold(p.speaker) for s in talks for p in s.article.paragraphs if p.speaker)
        meant = tuple(n for n in dict.fromkeys(speakers) if n in understood.searched)
        question = without_names(understood, meant)
        weights = self._weights(topic_of_view(question))
        answering = (guests(question, s, weights, meant) for s in talks)
        return Scope(next(filter(None, answering), ()))

    def sides(
        self,
        understood: ParsedQuestion,
        vector: Vectors,
        candidates: Sequence[Candidate],
        scope: Scope,
        filters: Filters,
    ) -> tuple[SpeakerEvidence, ...]:
        """The evidence: of everybody, or of each person whose view is asked.

        Where no article knows that person, or none of them says a word, it is what others say, and
        answers nothing.
        """
        if scope.unknown is not None:
            return (self._from_others(understood, vector, candidates),)
        if scope.names:
            question = without_names(understood, scope.names)
            sides = tuple(
                self._from_speaker(name, question, candidates, filters) for name in scope.names
            )
            if any(side.assessment.evidence for side in sides):
                return sides
            return (self._from_others(understood, vector, candidates),)
        side = self._from_anyone(as_figure_question(understood), vector, candidates)
        return (self._chosen(side, understood),)

    def _chosen(self, side: SpeakerEvidence, understood: ParsedQuestion) -> SpeakerEvidence:
        """As the chooser chooses, where there is one and something is left to choose.

        It comes after all rules: what they refuse stays refused.
        """
        settled = side.near_miss or side.differing or side.assessment.answerable <= 0.0
        if self.choosing is None or settled or not side.assessment.evidence:
            return side
        chooser, settings = self.choosing
        made, outcome = chosen_by(chooser, understood.searched, side.assessment, settings)
        return replace(side, assessment=made, choice=outcome)

    def _from_others(
        self, question: ParsedQuestion, vector: Vectors, candidates: Sequence[Candidate]
    ) -> SpeakerEvidence:
        """What is nearest where somebody else was asked for: shown, and no answer."""
        side = self._from_anyone(question, vector, candidates)
        unsaid = replace(side.assessment, answerable=0.0)
        return replace(side, assessment=unsaid, differing=(), near_miss=None, rules=())

    def _from_anyone(
        self, question: ParsedQuestion, vector: Vectors, candidates: Sequence[Candidate]
    ) -> SpeakerEvidence:
        """What answers, whoever says it."""
        case = applied(self.rules.after, self._case(question, vector, candidates))
        return SpeakerEvidence(
            question,
            case.weights,
            case.assessment,
            differing=case.differing,
            near_miss=case.near_miss,
            rules=case.acted,
        )

    def _case(
        self, question: ParsedQuestion, vector: Vectors, candidates: Sequence[Candidate]
    ) -> Case:
        """The evidence in the candidates, under the rules for all that is scored."""
        weights = self._weights(question)
        case = Case(
            question,
            weights,
            candidates,
            self._scored(question, vector, candidates, weights),
            lambda worded, own: self._case(worded, vector, own).assessment,
            self.told,
        )
        return applied(self.rules.before, case)

    def _scored(
        self,
        question: ParsedQuestion,
        vector: Vectors,
        candidates: Sequence[Candidate],
        weights: TermWeights,
    ) -> Assessment:
        """The scorer's evidence; none where nothing is asked in words."""
        abroad = not (question.chinese or self.scorer.reads or self.embedder.fingerprint != NAME)
        if abroad:
            assessment = by_meaning(vector, candidates)
        else:
            assessment = self.scorer.assess(question, vector, candidates, weights)
        says_nothing = question.chinese and not question.terms
        if says_nothing or not (question.chinese or asks_in_words(question)):
            return replace(assessment, answerable=0.0)
        return assessment

    def _from_speaker(
        self,
        name: str,
        question: ParsedQuestion,
        candidates: Sequence[Candidate],
        filters: Filters,
    ) -> SpeakerEvidence:
        """What a person says on a question."""
        vector: Vectors = self.embedder.embed_queries([question.spelt])[0]
        articles = {c.hit.article_id for c in candidates if name in c.hit.stored.article.text}
        articles |= {hit.article_id for hit in self._hits_naming(name)}
        if filters.articles:
            articles &= set(filters.articles)
        narrowed = _narrowed(filters, articles)
        found = self.candidates(question, vector, narrowed, _WIDER) if articles else []
        own = [c for c in found if speaks_in(name, c)][: self.retriever.settings.passages]
        case = self._case(question, vector, own)
        assessment = only_by(name, case.assessment)
        topic = self._weights(topic_of_view(question))
        stored = list({c.hit.stored.key: c.hit.stored for c in own}.values())
        view = view_of(
            name,
            question,
            stored,
            assessment,
            weights=topic,
            max_quote=self.max_quote,
            told=self.told,
        )
        return SpeakerEvidence(question, case.weights, assessment, name, view, rules=case.acted)

    def _mentioning(self, name: str) -> list[Article]:
        return [hit.stored.article for hit in self._hits_naming(name)]

    def _hits_naming(self, name: str) -> list[Hit]:
        hits = self.retriever.mentions(name, _MENTIONS)
        return [
            hit
            for hit in hits
            if name in hit.passage.text
            or name == hit.passage.speaker
            or name in hit.stored.article.authors
        ]

    def _with_vectors(self, hits: Sequence[Hit]) -> list[Candidate]:
        matrices = self.library.vectors([hit.digest for hit in hits], self.embedder.fingerprint)
        return [Candidate(hit, matrices[hit.digest]) for hit in hits if hit.digest in matrices]

    def _weights(self, understood: ParsedQuestion) -> TermWeights:
        lexical = self.retriever.indexes.lexical
        return TermWeights(understood, lexical.document_frequency, len(lexical))


def _narrowed(filters: Filters, articles: set[str]) -> Filters:
    """The same filters, for these articles only."""
    return filters.model_copy(update={"articles": tuple(sorted(articles))})
