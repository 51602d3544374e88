"""What a person says on a topic, found by the turns of talk and not by a scorer alone.

In an interview the newspaper's question often holds the topic and the answer does not repeat it;
in a report a few sentences follow `X说`. So a person's words are read turn by turn, each with the
question or heading that it answers.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace

from rag.evidence.scorer import Assessment
from rag.language.names import is_asker, spoken_words
from rag.language.text import fold, windows
from rag.library.records import StoredArticle
from rag.question.question_types import QuestionType, question_type
from rag.question.term_weights import TermWeights
from rag.question.understanding import ParsedQuestion, content_words, without_end_marks
from rag.quoting.composition import enumerated, spoken
from rag.quoting.quotes import Quotable, Quote
from rag.quoting.speaker_turns import Turn, turns_of
from rag.rules.already_quoted import NOTHING_QUOTED, AlreadyQuoted

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
_TOUCHED = 0.34
"""The share that a turn itself must hold, with the title and the question that it answers."""
_STAND = 16
"""An opening of so few characters takes a stand, `我不赞成。`, for the sentence after it."""
_SURE = 0.8
_OWN, _OPENS = 1.5, 1.4
"""What the topic counts in a sentence itself, and in the question that it opens the answer to."""
_ANSWERS = 2.0
"""What it counts to open the answer to the very question that is asked."""
_PART = 0.25
_ASKED = 0.5
_SHORT = 40
"""An opening of so few characters only announces what comes next."""
_STANCE = 1.6
_STANCES = re.compile("担心|担忧|顾虑|盼望|期待|希望|赞成|同意|反对|提醒|建议|主张|打算|苟同")


@dataclass(frozen=True, slots=True)
class View:
    """Quotes of one person on a topic, and how sure it is that they are on it."""

    quotes: tuple[Quotable, ...]
    probability: float


def view_of(
    name: str,
    question: ParsedQuestion,
    articles: Sequence[StoredArticle],
    assessment: Assessment,
    *,
    weights: TermWeights,
    max_quote: int,
    told: AlreadyQuoted = NOTHING_QUOTED,
) -> View | None:
    """What the person says on the question's topic; None where that is nothing.

    Args:
        name: folded.
        question: without the name.
        articles: in which the person has a say.
        assessment: of the person's sentences.
        weights: of the topic's words.
        max_quote: characters aimed at.
        told: what needs no telling again.
    """
    scored = _scored(name, question, articles, assessment, weights=weights, told=told)
    _, turn, at = max(scored, key=lambda one: one[0], default=(0.0, None, 0))
    if turn is None:
        return None
    if at == 1 and len(turn.text(turn.sentences[0])) <= _STAND:
        at = 0
    probability = max(_SURE, assessment.answerable)
    return View(tuple(_quotes(turn, at, probability, max_quote)), probability)


def _scored(
    name: str,
    question: ParsedQuestion,
    articles: Sequence[StoredArticle],
    assessment: Assessment,
    *,
    weights: TermWeights,
    told: AlreadyQuoted,
) -> Iterator[tuple[float, Turn, int]]:
    """The sentences of a person's turns on the topic, each with its score."""
    likely = {evidence.place: evidence.probability for evidence in assessment.evidence}
    topical = name not in question.searched
    for stored in articles:
        turns = turns_of(name, stored)
        context = "\n".join([fold(stored.article.title), *(turn.context for turn in turns)])
        if not turns or weights.held(context) < _HELD:
            continue
        for turn in _answering(question, turns, weights):
            if weights.held(f"{fold(stored.article.title)}\n{turn.own}") < _TOUCHED:
                continue  # the topic is others'
            chances = [likely.get((stored.key, s.start), 0.0) for s in turn.sentences]
            for at, chance in enumerate(chances):
                sentence = turn.sentences[at]
                if told.holds(stored.article.article_id, turn.raw(sentence)):
                    continue
                if told.quotes and topical and weights.held(turn.text(sentence)) < _HELD:
                    continue  # what else there is must be on the topic by itself
                score = _score(question, turn, at, weights)
                yield score + (max(chances) if at == 0 else chance), turn, at


def _answering(
    question: ParsedQuestion, turns: Sequence[Turn], weights: TermWeights
) -> Sequence[Turn]:
    """The turns that answer an interviewer's question nearest to this one; else all of them.

    Where one fact is asked, nothing but a reply to the very question tells it.
    """
    near = [_sameness(question, turn.asked, weights) for turn in turns]
    best = max(near)
    if not best and question.type in _FACTS:
        return ()
    return [turn for turn, same in zip(turns, near, strict=True) if same == best]


def guests(
    question: ParsedQuestion,
    stored: StoredArticle,
    weights: TermWeights,
    meant: Collection[str] = (),
) -> tuple[str, ...]:
    """Folded names of those who answer the interviewer's question that holds all that is asked.

    Args:
        question: without the names of those who are meant.
        stored: the talk.
        weights: of the topic's words.
        meant: whose answers count; everybody's, where nobody is named.
    """
    article = stored.article
    answering: dict[float, dict[str, None]] = {}
    same = 0.0
    for paragraph in article.paragraphs:
        if not paragraph.speaker:
            same = 0.0
        elif is_asker(paragraph.speaker, article):
            asked = fold(f"{paragraph.section or ''}\n{spoken_words(paragraph)}")
            same = _sameness(question, asked, weights)
        elif same and (not meant or fold(paragraph.speaker) in meant):
            answering.setdefault(same, {})[fold(paragraph.speaker)] = None
    return tuple(answering[max(answering)]) if answering else ()


def _score(question: ParsedQuestion, turn: Turn, at: int, weights: TermWeights) -> float:
    """How much a sentence is on the topic, by itself or as the opening of an answer."""
    text = turn.text(turn.sentences[at])
    score = _OWN * weights.held(text)
    stance = _STANCES.search(question.searched)
    if stance and stance.group() in text:
        score += _STANCE
    asked = weights.held(turn.asked)
    if at == 0 and _sameness(question, turn.asked, weights):
        score += _ANSWERS
    elif at == 0 and asked >= _ASKED:
        score += _OPENS * asked * (_PART + (1 - _PART) * _answered(question, turn.asked))
    return score


def _sameness(question: ParsedQuestion, asked: str, weights: TermWeights) -> float:
    """How near an interviewer's question is to this one; 0 unless each holds most of the other."""
    if question.type not in _TALKED_OVER and not _is_very_same(question, asked):
        return 0.0
    ours, theirs = weights.held(asked), _answered(question, asked)
    return ours * theirs if ours >= _SAME and theirs >= _ASKED else 0.0


def _is_very_same(question: ParsedQuestion, asked: str) -> bool:
    """Whether an interviewer asked all that is asked, where what is near it tells no fact."""
    if question.type is QuestionType.DEFINITION or not question.terms:
        return False
    last = without_end_marks(asked.rsplit("\n", maxsplit=1)[-1])
    same = all(term in asked for term in question.terms)
    return same and question_type(last) is question.type


def _answered(question: ParsedQuestion, asked: str) -> float:
    """How much of an interviewer's question is asked: often it is two questions."""
    words = content_words(asked.rsplit("\n", maxsplit=1)[-1])
    pairs = {pair for word in words for pair in windows(word, 2)}
    return sum(pair in question.searched for pair in pairs) / (len(pairs) or 1)


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
