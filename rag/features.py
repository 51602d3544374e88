"""What can be measured of a sentence against a question, without running a model.

Sentence vectors were made when the passage was embedded, so a question costs one short model run
and some counting.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Sequence, Set
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from rag.documents import Sentence
from rag.embedding import Vectors, passage_header
from rag.question import Understood
from rag.question_types import QuestionType
from rag.retrieval import Hit
from rag.signs import SIGNS, Signs
from rag.text import fold, windows, words_among

Matrix = NDArray[np.float64]

SENTENCE_FEATURES = (
    "sim", "sim_z", "sim_gap", "passage_sim", "passage_gap", "cover", "cover_near", "cover_passage",
    "pairs", "pairs_near", "pairs_passage", "form", "dense_rank", "lexical_rank", "length", "first",
    "asks", *SIGNS,
)  # fmt: skip
QUESTION_FEATURES = (
    "best", "second", "sim", "passage_sim", "cover", "cover_near", "cover_passage", "pairs",
    "pairs_near", "pairs_passage", "missing", "form", "form_wanted", "terms", "sim_spread",
)  # fmt: skip

_SHARED_WORDS = (
    "cover", "cover_near", "cover_passage", "pairs", "pairs_near", "pairs_passage",
)  # fmt: skip
_NO_WORDS = 0.7

_NUMBER = re.compile(
    r"\d|[一二三四五六七八九十百千万亿两半][一二三四五六七八九十百千万亿]*(?=[\u4e00-\u9fff])"
)
_TIME = re.compile(
    r"\d+\s*[年月日号时点世]|[一二三四五六七八九十〇零]+[年月日号时点世]|去年|今年|明年|前年|昨|今[天日]|年代|季度|上午|下午|朝|代"
    r"|(?:周|星期|礼拜)[一二三四五六日天末\d]|次[日月年]|凌晨|清晨|中午|傍晚|夜里"
)
_REASON = re.compile(
    r"因(?![此而素子人地])|由于|因此|所以|导致|使得|为了|原因|缘于|源于|得益|以便|从而|之所以"
)
_DEFINING = re.compile(r"是指|指的是|是一[种个项类门]|即|所谓|称为|又称|简称|是以|就是")
_NAMED = re.compile(r"说|表示|认为|介绍|先生|女士|教授|主任|院长|记者|[于由被][\u4e00-\u9fff]{2,4}")
_PLACE = re.compile(r"位于|坐落|地处|在[\u4e00-\u9fff]{2,}|[省市县区镇乡村路街国州岛山江河湖海]")
_FORMS: dict[QuestionType, re.Pattern[str]] = {
    QuestionType.HOW_MANY: _NUMBER,
    QuestionType.WHEN: _TIME,
    QuestionType.WHY: _REASON,
    QuestionType.DEFINITION: _DEFINING,
    QuestionType.WHO: _NAMED,
    QuestionType.WHERE: _PLACE,
}


@dataclass(frozen=True, slots=True)
class Candidate:
    """A passage that was found, with its vectors: shape (1 + sentences, dim), its own first."""

    hit: Hit
    vectors: Vectors

    def sentence_text(self, sentence: Sentence) -> str:
        """The characters of one of its sentences."""
        start = self.hit.passage.start
        return self.hit.passage.text[sentence.start - start : sentence.end - start]


@dataclass(frozen=True)
class Measured:
    """Features of all sentences of all candidates.

    Attributes:
        places: (candidate, sentence) indexes, one a row.
        matrix: shape (sentences, len(SENTENCE_FEATURES)).
        missing: weight share of the heaviest question word that a candidate lacks, one each.
    """

    places: tuple[tuple[int, int], ...]
    matrix: Matrix
    missing: tuple[float, ...]


class Weights:
    """How telling each word of a question is, and its pairs of characters.

    Pairs still match where the segmenter cuts two texts differently.
    idf = ln(1 + (N - df + 0.5) / (df + 0.5)), as in BM25.
    """

    def __init__(
        self, question: Understood, frequency: Callable[[str], int], passages: int
    ) -> None:
        self.words = {
            term: math.log(1 + (passages - df + 0.5) / (df + 0.5))
            for term in question.terms
            if (df := frequency(term)) <= passages
        }
        self.pairs = {pair for term in _joined(question) for pair in windows(term, 2)}
        self._total = sum(self.words.values()) or 1.0
        self._frequency, self._passages = frequency, passages

    def cover(self, found: Set[str]) -> float:
        """Share of the question's weight that is among `found` words."""
        if not found:
            return 0.0
        return sum(weight for word, weight in self.words.items() if word in found) / self._total

    def share(self, word: str) -> float:
        """The share of all passages that hold a word, of the question or not."""
        return self._frequency(word) / max(self._passages, 1)

    def pair_cover(self, text: str) -> float:
        """Share of the question's character pairs that a folded text holds."""
        return self.pair_share(self.pairs_in(text))

    def pairs_in(self, text: str) -> set[str]:
        """The question's character pairs that a folded text holds."""
        return set(filter(text.__contains__, self.pairs))

    def pair_share(self, found: Set[str]) -> float:
        """Share of the question's character pairs that are among `found` ones."""
        return len(found) / (len(self.pairs) or 1)

    def held(self, text: str) -> float:
        """How much of the question a folded text holds, by words or by pairs of characters."""
        found = {word for word in self.words if word in text}
        return max(self.cover(found), self.pair_cover(text))

    def heaviest_missing(self, text: str) -> float:
        """Weight share of the most telling word that a folded text lacks."""
        lacking = [weight for word, weight in self.words.items() if word not in text]
        return max(lacking, default=0.0) / self._total

    def matched(self, text: str) -> tuple[str, ...]:
        """Question words that a folded text holds."""
        return tuple(word for word in self.words if word in text)


def measure(
    question: Understood, vector: Vectors, candidates: Sequence[Candidate], weights: Weights
) -> Measured:
    """Measure every sentence of the candidates; `vector` is the question's, shape (dim,)."""
    places: list[tuple[int, int]] = []
    rows: list[list[float]] = []
    missing: list[float] = []
    passage_sims = [float(candidate.vectors[0] @ vector) for candidate in candidates]
    best_passage = max(passage_sims, default=0.0)
    form, signs = _FORMS.get(question.type), Signs.of(question)
    for at, candidate in enumerate(candidates):
        hit = candidate.hit
        raw = [candidate.sentence_text(sentence) for sentence in hit.passage.sentences]
        texts = [fold(text) for text in raw]
        header = fold(passage_header(hit.stored.article, hit.passage))
        found = [words_among(text, weights.words.keys()) for text in texts]
        pairs = [weights.pairs_in(text) for text in texts]
        passage_cover = weights.cover(words_among(header, weights.words.keys()).union(*found))
        passage_pairs = weights.pair_share(weights.pairs_in(header).union(*pairs))
        missing.append(weights.heaviest_missing("\n".join([header, *texts])))
        sims = (candidate.vectors[1:] @ vector).tolist()
        for n, text in enumerate(texts):
            near = slice(max(0, n - 1), n + 2)
            rows.append(
                [
                    sims[n],
                    0.0,
                    0.0,
                    passage_sims[at],
                    passage_sims[at] - best_passage,
                    weights.cover(found[n]),
                    weights.cover(set().union(*found[near])),
                    passage_cover,
                    weights.pair_share(pairs[n]),
                    weights.pair_share(set().union(*pairs[near])),
                    passage_pairs,
                    0.5 if form is None else float(_has_new(form, text, question.searched)),
                    _reciprocal(hit.dense_rank),
                    _reciprocal(hit.lexical_rank),
                    math.log(1 + len(text)),
                    float(n == 0),
                    float(text.rstrip("”」』）)\"'").endswith("?")),
                    *signs.of_sentence(raw[n], hit.stored.article, hit.passage.sentences[n].start),
                ]
            )
            places.append((at, n))
    matrix = np.asarray(rows, dtype=np.float64).reshape(-1, len(SENTENCE_FEATURES))
    if len(matrix):
        sim = matrix[:, 0]
        matrix[:, 1] = (sim - sim.mean()) / (sim.std() + 1e-6)
        matrix[:, 2] = sim - sim.max()
    return Measured(tuple(places), matrix, tuple(missing))


def question_features(
    question: Understood, measured: Measured, scores: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Features of the whole question once its sentences are scored: shape (QUESTION_FEATURES,).

    `scores` are the sentences' log-odds.
    """
    order = np.argsort(-scores, kind="stable")
    best = order[0]
    others = [i for i in order if measured.places[i][0] != measured.places[best][0]]
    row = dict(zip(SENTENCE_FEATURES, measured.matrix[best], strict=True))
    missing = measured.missing[measured.places[best][0]]
    if not question.chinese:  # its words cannot stand in the articles: say neither yes nor no
        row |= dict.fromkeys(_SHARED_WORDS, _NO_WORDS)
        missing = 0.0
    return np.asarray(
        [
            scores[best],
            scores[others[0]] if others else -8.0,
            row["sim"],
            row["passage_sim"],
            row["cover"],
            row["cover_near"],
            row["cover_passage"],
            row["pairs"],
            row["pairs_near"],
            row["pairs_passage"],
            missing,
            row["form"],
            float(question.type in _FORMS),
            math.log(1 + len(question.terms)),
            float(measured.matrix[:, 0].max() - measured.matrix[:, 0].mean()),
        ]
    )


def has_form(question: Understood, text: str) -> bool | None:
    """Whether a text holds what the question's type wants; None if the type wants no form."""
    form = _FORMS.get(question.type)
    return None if form is None else _has_new(form, fold(text), question.searched)


def _has_new(form: re.Pattern[str], text: str, question: str) -> bool:
    """Whether the form occurs in `text` with words that the question did not give.

    A reason is given with the words that ask for it: `原因是`.
    """
    if form is _REASON:
        return form.search(text) is not None
    return any(
        match.group() and match.group() not in question for match in form.finditer(text)
    ) or (form is _NUMBER and any(n not in question for n in re.findall(r"\d+(?:\.\d+)?", text)))


def _joined(question: Understood) -> list[str]:
    """The question's runs of letters and digits, without its function words."""
    if not question.chinese:  # what articles write for it does not stand in it
        return list(question.terms)
    kept = set(question.terms)
    text = question.searched
    marked = "".join(
        character if any(character in term for term in kept) else " " for character in text
    )
    return marked.split()


def _reciprocal(rank: int | None) -> float:
    return 1.0 / rank if rank else 0.0
