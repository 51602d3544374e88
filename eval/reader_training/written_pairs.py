"""Pairs to read from questions that people wrote: right passages, near misses, other passages."""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from eval.reader_training.negatives import Miner
from eval.reader_training.pairs import Pair, holds
from eval.written import WrittenQuestion, evidence_in
from ingest.storing.passages import split_article
from rag.data_model.documents import Article, Passage, Span
from rag.language.text import fold, windows
from rag.models.embedding import PassageInput, sourced_input

HEADER = 0.8
"""How often a passage is read under what stands over it."""


@dataclass(frozen=True, slots=True)
class Shares:
    """How many pairs of a kind a question gives, on average.

    Attributes:
        more_evidence: of the further passages that hold evidence.
        own: wrong passages of its own article, those that look most like the question first.
        others: wrong passages of other articles, as a search ranks them.
        near_miss: further passages of the article of a question without an answer.
    """

    more_evidence: float = 0.6
    own: float = 0.45
    others: float = 0.3
    near_miss: float = 0.3


def written_pairs(
    question: WrittenQuestion,
    articles: Mapping[str, Article],
    miner: Miner,
    shares: Shares,
    chance: random.Random,
) -> Iterator[Pair]:
    """The pairs that one question gives this time."""
    places = {
        name: [p.span for p in evidence_in(question, articles) if p.article == name]
        for name in question.articles
    }
    asked = question.question
    wrong: list[tuple[float, PassageInput]] = []
    right: list[Pair] = []
    for name in question.articles:
        article = articles[name]
        header = chance.random() < HEADER
        for passage in split_article(article, miner.size):
            given = shown_under(article, passage, header=header)
            pair = _right(asked, question.answers, given, passage, places[name])
            if pair:
                right.append(pair)
            elif not any(holds(passage.text, answer) for answer in question.answers):
                wrong.append((likeness(asked, passage.text), given))
    wrong.sort(key=lambda scored: -scored[0])
    if not question.answerable:
        yield from _near_misses(asked, [given for _, given in wrong], shares, chance)
        return
    right.sort(key=lambda pair: pair.answer is None)
    for n, pair in enumerate(right):
        if n == 0 or chance.random() < shares.more_evidence:
            yield pair
    if wrong and chance.random() < shares.own:
        yield Pair(asked, chance.choice([given for _, given in wrong[:3]]))
    if question.answers and chance.random() < shares.others:
        answer = question.answers[0]
        other = miner.elsewhere(asked, question.articles, answer, chance)
        if other:
            yield other


def _near_misses(
    asked: str, wrong: Sequence[PassageInput], shares: Shares, chance: random.Random
) -> Iterator[Pair]:
    for n, given in enumerate(wrong[:3]):
        if n == 0 or chance.random() < shares.near_miss:
            yield Pair(asked, given)


def _right(
    asked: str,
    answers: Sequence[str],
    given: PassageInput,
    passage: Passage,
    evidence: Sequence[Span],
) -> Pair | None:
    """The passage with the answer, or else with the evidence as the answer; None without either."""
    held = [e for e in evidence if passage.start <= e.start and e.end <= passage.end]
    if not held:
        return None
    shift = len(given.text) - len(passage.text) - passage.start
    sentences = tuple(Span(e.start + shift, e.end + shift) for e in held)
    for answer in answers:
        for sentence in sentences:
            at = given.text.find(answer, sentence.start, sentence.end)
            if at >= 0:
                return Pair(asked, given, Span(at, at + len(answer)), sentences)
    first = sentences[0]
    end = first.end
    for sentence in sentences[1:]:  # evidence that goes on is one answer
        if sentence.start - end > 1:
            break
        end = sentence.end
    return Pair(asked, given, Span(first.start, end), sentences)


def shown_under(article: Article, passage: Passage, *, header: bool) -> PassageInput:
    """The passage as it is read, or bare."""
    shown = article if header else Article(article.article_id, "", article.paragraphs)
    return sourced_input(shown, passage)


def likeness(question: str, text: str) -> float:
    """Share of the question's character pairs that a text holds."""
    pairs = set(windows(fold(question), 2))
    folded = fold(text)
    return sum(pair in folded for pair in pairs) / (len(pairs) or 1)
