"""What speaks for and against each piece going on in each other piece of a page.

Every feature is a matrix of shape (n, n): row = the piece that stops, column = the piece that
may go on. None knows a word of any page: characters, words, topics, marks and order.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from ingest.lines.lines import ends_sentence
from ingest.seams.seam_encoder import seam_encoder
from ingest.seams.seams import SENTENCE_START, Ids, SeamStatistics, pack

Matrix = NDArray[np.float64]
Mask = NDArray[np.bool_]

NAMES = (
    "seam", "seam_row", "seam_column", "follows", "follows_row", "follows_column", "start",
    "opens", "crosses", "closes_marks", "leaves_marks", "cannot_start", "closed", "comma",
    "news_start", "credit_end", "lexical", "lexical_row", "lexical_column",
    "triples", "triples_row", "triples_column",
    "kin", "kin_row", "kin_column", "left_length", "right_length", "distance", "next", "first",
)  # fmt: skip
_CONTEXT = 3
_WINDOW = 8
SIMILARITY_FLOOR = 0.005
_LEAST_SPREAD = 0.01
_PAIRS = ("“”", "‘’", "《》", "（）", "()", "「」", "『』", "【】", "〈〉")
_NOT_FIRST = frozenset("，。、；：！？”’》）」』】〉,;:!?)]}%％")
_NEWS_START = re.compile(
    r"[【（(《]|.{0,12}(?:讯|电|报道|获悉|消息)|(?:近日|昨日|今日|日前|据)|\d{1,4}[年月日]|.{2,8}(?:记者|作者|来源)"
)
_CREDIT_END = re.compile(
    r"(?:[（(【][^（()）]{1,40}[）)】]|完|来源.{0,12}|编辑.{0,12}|[A-Za-z0-9_./:]+)$"
)


def features(
    texts: Sequence[str], ids: Sequence[Ids], allowed: Mask, statistics: SeamStatistics
) -> Matrix:
    """Shape (n, n, f), in the order of `NAMES`.

    Args:
        texts: the n pieces in page order.
        ids: their character ids.
        allowed: shape (n, n), the pairs that may be joined at all; only they are rivals.
        statistics: of characters.
    """
    size = len(texts)
    encoder = seam_encoder()
    seam, start = seam_gains(texts, texts, statistics)
    pairs, triples = (shared_runs(ids, statistics, length) for length in (2, 3))
    matched, unmatched = _open_marks(texts)
    place = np.arange(size)
    distance = place[None, :] - place[:, None]
    layers = [
        *with_margins(seam, allowed, 0.0),
        *with_margins(encoder.follows(texts, texts), allowed, 0.0),
        of_begins(start),
        of_begins(encoder.follows(["。"], texts)[0]),
        _crossing_words(texts, allowed),
        matched,
        unmatched,
        of_begins([text[:1] in _NOT_FIRST for text in texts]),
        of_ends(closed_ends(texts)),
        of_ends([text[-1:] in "，、；：,;:" for text in texts]),
        of_begins([_NEWS_START.match(text) is not None for text in texts]),
        of_ends([_CREDIT_END.search(text[-50:]) is not None for text in texts]),
        *with_margins(log_similarity(pairs), allowed, np.log(2 * SIMILARITY_FLOOR)),
        *with_margins(log_similarity(triples), allowed, np.log(2 * SIMILARITY_FLOOR)),
        *with_margins(_kin(triples), allowed, 0.0),
        of_ends([np.log(len(text) + 1) for text in texts]),
        of_begins([np.log(len(text) + 1) for text in texts]),
        np.log(np.maximum(np.abs(distance), 1)),
        (distance == 1).astype(float),
        of_begins(place == 0),
    ]
    return np.stack(layers, axis=-1)


def closed_ends(texts: Sequence[str]) -> Mask:
    """Which pieces stop where a sentence ends."""
    return np.array([ends_sentence(text) for text in texts], dtype=bool)


def of_ends(values: Sequence[float] | Matrix | Mask) -> Matrix:
    """A feature of the row's piece alone."""
    column = np.asarray(values, dtype=np.float64)[:, None]
    return np.repeat(column, len(column), axis=1)


def of_begins(values: Sequence[float] | Matrix | Mask) -> Matrix:
    """A feature of the column's piece alone."""
    return of_ends(values).T


def seam_gains(
    lefts: Sequence[str], rights: Sequence[str], statistics: SeamStatistics
) -> tuple[Matrix, Matrix]:
    """How much likelier a right piece's first characters become after a left one's last ones.

    In nats, shape (lefts, rights): the sum over the first three characters c of
    log P(c | what is before it, seam included) − log P(c | what is before it in its own piece).
    The second result, shape (rights,), is the same for a sentence's start in place of a left one.
    """
    shape = len(lefts), len(rights)
    start = statistics.encode_mark(SENTENCE_START)
    tails = np.zeros((shape[0], _CONTEXT), dtype=np.int64)
    heads = np.zeros((shape[1], _CONTEXT), dtype=np.int64)
    for n, text in enumerate(lefts):
        tail = list(statistics.encode(text[-4 * _CONTEXT :]))
        tail = [*tail, *([start] if ends_sentence(text) else [])][-_CONTEXT:]
        tails[n, _CONTEXT - len(tail) :] = tail
    for n, text in enumerate(rights):
        head = list(statistics.encode(text[: 4 * _CONTEXT]))[:_CONTEXT]
        heads[n, : len(head)] = head
    gains, starts = np.zeros(shape), np.zeros(shape[1])
    first = np.full((shape[1], 1), start, dtype=np.int64)
    for k in range(_CONTEXT):
        own = statistics.log_probability(heads[:, : k + 1])
        across = np.concatenate(
            [np.repeat(tails[:, k:], shape[1], 0), np.tile(heads[:, : k + 1], (shape[0], 1))], 1
        )
        gains += statistics.log_probability(across).reshape(shape) - own
        started = np.concatenate([first, heads[:, : k + 1]], axis=1)
        starts += statistics.log_probability(started) - own
    return gains, starts


def shared_runs(texts: Sequence[Ids], statistics: SeamStatistics, length: int) -> Matrix:
    """Cosine of the pieces' character runs, each weighted by −log of its share in the language.

    Args:
        texts: the pieces' character ids.
        statistics: give the shares.
        length: of a run, in characters.
    """
    rows = []
    for ids in texts:
        many = max(len(ids) - length + 1, 0)
        runs = np.stack([ids[k : k + many] for k in range(length)], axis=1)
        rows.append(np.unique(pack(runs[(runs > 0).all(axis=1)])))
    every, where = np.unique(np.concatenate(rows), return_inverse=True)
    weights = np.log(statistics.total / np.maximum(statistics.seen_packed(every, length), 0.5))
    owner = np.repeat(np.arange(len(rows)), [len(row) for row in rows])
    shared = np.bincount(where.ravel(), minlength=len(every)) > 1
    norms = np.sqrt(np.bincount(owner, (weights**2)[where.ravel()], minlength=len(rows)))
    column = np.cumsum(shared) - 1
    table = np.zeros((len(rows), int(shared.sum())))
    kept = shared[where.ravel()]
    at = where.ravel()[kept]
    table[owner[kept], column[at]] = weights[at]
    norms = np.maximum(norms, 1e-9)
    return np.asarray((table @ table.T) / np.outer(norms, norms), dtype=np.float64)


def log_similarity(similar: Matrix) -> Matrix:
    """Cosines of character runs on a scale that tells small ones apart."""
    return np.asarray(np.log(SIMILARITY_FLOOR + similar), dtype=np.float64)


def _kin(similar: Matrix) -> Matrix:
    """How much two pieces are like the same other pieces of the page."""
    apart = similar.copy()
    np.fill_diagonal(apart, 0.0)
    share = apart / np.maximum(apart.sum(axis=1, keepdims=True), 1e-9)
    return np.asarray(share @ share.T, dtype=np.float64)


def _crossing_words(texts: Sequence[str], allowed: Mask) -> Matrix:
    """1 where the segmenter sees a word across the seam, −1 where it sees a border there."""
    closed = closed_ends(texts)
    crosses = np.zeros(allowed.shape)
    for i, j in np.argwhere(allowed & ~closed[:, None]):
        crosses[i, j] = 1.0 if crosses_word(texts[i], texts[j]) else -1.0
    return crosses


def crosses_word(left: str, right: str) -> bool:
    """Whether the segmenter sees a word across the seam."""
    import rjieba

    tail = left[-_WINDOW:]
    offset = 0
    for word in rjieba.cut(tail + right[:_WINDOW]):
        offset += len(word)
        if offset >= len(tail):
            break
    return offset > len(tail)


def _open_marks(texts: Sequence[str]) -> tuple[Matrix, Matrix]:
    """Brackets and quotes across the seam.

    How many kinds the right side closes for the left, and how many stay open or are closed
    without a partner.
    """
    depths = np.array([[_depths(text, pair) for pair in _PAIRS] for text in texts], dtype=float)
    opened, closed = depths[:, None, :, 0], depths[None, :, :, 1]
    return np.minimum(opened, closed).sum(axis=-1), np.abs(opened - closed).sum(axis=-1)


def _depths(text: str, pair: str) -> tuple[int, int]:
    """1 if a mark is left open at the end; 1 if one is closed that was not opened."""
    depth, closed = 0, 0
    for character in text:
        if character == pair[0]:
            depth += 1
        elif character == pair[1]:
            closed, depth = (1, 0) if depth == 0 else (closed, depth - 1)
    return min(depth, 1), closed


def standard(values: Matrix) -> Matrix:
    """Cosines in units that do not depend on the embedding model: the page's own spread."""
    apart = values[~np.eye(len(values), dtype=bool)]
    spread = max(float(apart.std()), _LEAST_SPREAD)
    return np.asarray((values - np.median(apart)) / spread, dtype=np.float64)


def with_margins(values: Matrix, allowed: Mask, floor: float) -> list[Matrix]:
    """The values, and how far each is above the best rival in its row and in its column."""
    row = values - _best_rival(values, allowed, floor)
    column = values - _best_rival(values.T, allowed.T, floor).T
    return [values, row, column]


def _best_rival(values: Matrix, allowed: Mask, floor: float) -> Matrix:
    """For each cell the largest other allowed value of its row, but at least `floor`."""
    size = len(values)
    rows = np.arange(size)
    rivals = np.where(allowed, values, -np.inf)
    best = rivals.argmax(axis=1)
    first = rivals[rows, best]
    rivals[rows, best] = -np.inf
    second = rivals.max(axis=1)
    result = np.repeat(first[:, None], size, axis=1)
    result[rows, best] = second
    return np.asarray(np.maximum(result, floor), dtype=np.float64)
