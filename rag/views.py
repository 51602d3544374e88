"""What a person says on a topic, found by the turns of talk and not by a scorer alone.

In an interview the newspaper's question often holds the topic and the answer does not repeat it;
in a report a few sentences follow `X说`. So a person's words are read turn by turn, each with the
question or heading that it answers.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from rag.attribution import said_by
from rag.composition import enumerated, spoken
from rag.documents import Article, Sentence
from rag.evidence import Assessment
from rag.features import Weights
from rag.people import is_asker
from rag.question import QuestionType, Understood
from rag.quotes import Quotable, Quote
from rag.records import StoredArticle
from rag.text import fold, numbered_sentences
from rag.told import NOTHING_TOLD, Told

_FACTS = {QuestionType.HOW_MANY, QuestionType.WHEN, QuestionType.WHERE, QuestionType.WHO}
_TALKED_OVER = {
    QuestionType.LIST,
    QuestionType.WHY,
    QuestionType.HOW,
    QuestionType.OPINION,
    QuestionType.COMPARISON,
}
"""What people are asked round a table: no single fact."""
_SAME = 0.7
"""The share of a question that the interviewer's must hold to be the same."""
_HELD = 0.66
"""The share of the topic's weight that a person's words and their headings must hold."""
_SURE = 0.8
_OPENS = 0.9
"""What the topic counts in the question before a turn, against in the sentence itself."""
_ASKED = 0.5
_SHORT = 40
"""An opening of so few characters only announces what comes next."""
_STANCE = 0.8
_STANCES = re.compile("担心|担忧|顾虑|盼望|期待|希望|赞成|同意|反对|提醒|建议|主张|打算|苟同")


@dataclass(frozen=True, slots=True)
class Turn:
    """Sentences that a person says in one go; `asked` is the question and heading before them."""

    stored: StoredArticle
    asked: str
    sentences: tuple[Sentence, ...]

    def raw(self, sentence: Sentence) -> str:
        """Its characters."""
        return self.stored.article.text[sentence.start : sentence.end]

    def text(self, sentence: Sentence) -> str:
        """Its characters, folded."""
        return fold(self.raw(sentence))

    @property
    def whole(self) -> str:
        """All its characters, folded."""
        return "".join(map(self.text, self.sentences))


@dataclass(frozen=True, slots=True)
class View:
    """Quotes of one person on a topic, and how sure it is that they are on it."""

    quotes: tuple[Quotable, ...]
    probability: float


def view_of(
    name: str,
    question: Understood,
    articles: Sequence[StoredArticle],
    assessment: Assessment,
    *,
    weights: Weights,
    max_quote: int,
    told: Told = NOTHING_TOLD,
) -> View | None:
    """What the person says on the question's topic; None where that is one fact, or nothing.

    Args:
        name: folded.
        question: without the name.
        articles: in which the person has a say.
        assessment: of the person's sentences.
        weights: of the topic's words.
        max_quote: characters aimed at.
        told: what needs no telling again.
    """
    if question.type in _FACTS:
        return None
    likely = {
        (e.candidate.hit.stored.key, e.sentence.start): e.probability for e in assessment.evidence
    }
    best: tuple[float, Turn, int] | None = None
    for stored in articles:
        turns = turns_of(name, stored)
        context = "\n".join([fold(stored.article.title), *(f"{t.asked}\n{t.whole}" for t in turns)])
        if not turns or held(weights, context) < _HELD:
            continue
        for turn in turns:
            chances = [likely.get((stored.key, s.start), 0.0) for s in turn.sentences]
            for at, chance in enumerate(chances):
                if told.holds(stored.article.article_id, turn.raw(turn.sentences[at])):
                    continue
                score = _score(question, turn, at, weights)
                score += max(chances) if at == 0 else chance
                if best is None or score > best[0]:
                    best = score, turn, at
    if best is None:
        return None
    _, turn, at = best
    probability = max(_SURE, assessment.answerable)
    return View(tuple(_quotes(turn, at, probability, max_quote)), probability)


def guests(question: Understood, stored: StoredArticle, weights: Weights) -> tuple[str, ...]:
    """Folded names of those who answer the interviewer's question that holds all that is asked."""
    article = stored.article
    names: dict[str, None] = {}
    meant = False
    for paragraph in article.paragraphs:
        if not paragraph.speaker:
            meant = False
        elif is_asker(paragraph.speaker, article):
            meant = (
                question.type in _TALKED_OVER
                and held(weights, fold(f"{paragraph.section or ''}\n{paragraph.text}")) >= _SAME
            )
        elif meant:
            names[fold(paragraph.speaker)] = None
    return tuple(names)


def held(weights: Weights, text: str) -> float:
    """How much of the topic a folded text holds, by its words or by their pairs of characters."""
    found = {word for word in weights.words if word in text}
    return max(weights.cover(found), weights.pair_cover(text))


def turns_of(name: str, stored: StoredArticle) -> list[Turn]:
    """A person's turns in an article, in order."""
    article = stored.article
    turns: list[Turn] = []
    asked, section = "", None
    said: list[Sentence] = []
    paragraph = 0

    def close() -> None:
        if said:
            turns.append(Turn(stored, fold(f"{section or ''}\n{asked}"), tuple(said)))
            said.clear()

    for sentence in numbered_sentences(article.text, article.paragraph_starts):
        here = article.paragraphs[sentence.paragraph - 1]
        if sentence.paragraph != paragraph:
            again = (
                here.speaker is not None and said and _speaker(article, paragraph) == here.speaker
            )
            if not again:
                close()
            if here.section != section or not here.speaker:
                section, asked = here.section, ""
            paragraph = sentence.paragraph
        if here.speaker and is_asker(here.speaker, article):
            asked = here.text
        elif said_by(name, article, sentence):
            said.append(sentence)
        else:
            close()
            asked += article.text[sentence.start : sentence.end]
    close()
    return turns


def _speaker(article: Article, paragraph: int) -> str | None:
    return article.paragraphs[paragraph - 1].speaker if paragraph else None


def _score(question: Understood, turn: Turn, at: int, weights: Weights) -> float:
    """How much a sentence is on the topic, by itself or as the opening of an answer."""
    text = turn.text(turn.sentences[at])
    score = held(weights, text)
    stance = _STANCES.search(question.searched)
    if stance and stance.group() in text:
        score += _STANCE
    asked = held(weights, turn.asked)
    if at == 0 and asked >= _ASKED:
        score += _OPENS * asked
    return score


def _quotes(turn: Turn, at: int, probability: float, max_quote: int) -> list[Quotable]:
    """The sentence with those that go on from it: an enumeration whole, else what fits."""
    first = turn.sentences[at]
    quote = spoken(
        Quote(turn.stored, first.paragraph, first.start, first.end, probability, chosen="view")
    )
    if listed := enumerated(quote, max_quote):
        return listed
    end = quote.end
    for sentence in turn.sentences[at + 1 :]:
        limit = max_quote if end - quote.start > _SHORT else 2 * max_quote
        if sentence.paragraph != first.paragraph or sentence.end - quote.start > limit:
            break
        end = sentence.end
    return [replace(quote, end=end)]
