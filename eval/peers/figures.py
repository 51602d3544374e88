"""What the race comes to, for each system."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from statistics import median
from typing import Any

import numpy as np

from eval.measures.latency import percentile
from eval.measures.significance import bootstrap_interval
from eval.peers.peer import Found
from eval.peers.race import LIMIT, Asked, Lane
from eval.peers.worker import Timed
from eval.reading import mean


def figures(lane: Lane, asked: Sequence[Asked], texts: Mapping[str, str]) -> dict[str, Any]:
    """Of one system that came through.

    Args:
        lane: what it did.
        asked: the questions, in their order.
        texts: of the documents, by id.
    """
    ranks = document_ranks(lane, asked)
    found = [one for passages in lane.found() for one in passages]
    documents = sum(count for count, _, _ in lane.stored)
    passages = sum(count for _, count, _ in lane.stored)
    seconds = sum(timed.seconds for *_, timed in lane.stored)
    cpu = sum(timed.cpu for *_, timed in lane.stored)
    return {
        "version": lane.entrant.version,
        "passages": lane.passages - lane.doubled,
        "passages_per_s": passages / seconds,
        "documents_per_s": documents / seconds,
        "cpu_s_per_100_documents": 100 * cpu / documents,
        **_times("query", lane.searches),
        "memory_mb": lane.memory,
        "memory_asking_mb": lane.memory_asking,
        **{f"recall@{k}": mean([r is not None and r <= k for r in ranks]) for k in (1, 5)},
        "mrr@10": mean([1 / r if r is not None and r <= LIMIT else 0 for r in ranks]),
        "save_s": lane.saving,
        "restart_s": lane.restart,
        "same_after_restart": mean(
            [_names(a.value) == _names(b.value) for a, b in zip(lane.searches, lane.again)]  # noqa: B905
        ),
        "stored_again": lane.doubled,
        "citable": mean([stands(one, texts) for one in found]),
        "shown_characters": median([len(one.text) for one in found]) if found else 0,
        **(_answers(lane, texts) if lane.asks else {}),
    }


def document_ranks(lane: Lane, asked: Sequence[Asked]) -> list[int | None]:
    """Where the right document stands among those found, from 1; None where it does not."""
    ranks: list[int | None] = []
    for one, passages in zip(asked, lane.found(), strict=True):
        documents = list(dict.fromkeys(found.document for found in passages))
        held = one.document in documents
        ranks.append(documents.index(one.document) + 1 if held else None)
    return ranks


def lead(
    ours: Sequence[int | None], theirs: Sequence[int | None]
) -> dict[str, float | list[float]]:
    """How much more often ours has the right document first, with the paired bootstrap interval."""
    change = [float(a == 1) - float(b == 1) for a, b in zip(ours, theirs, strict=True)]
    table = np.array([[[value, 1.0]] for value in change])
    return {"lead@1": mean(change), "lead@1_interval": list(bootstrap_interval(table) or ())}


def stands(found: Found, texts: Mapping[str, str]) -> bool:
    """Whether the text is, white space aside, where it is said to be."""
    if found.start is None:
        return False
    text, document = "".join(found.text.split()), texts.get(found.document, "")
    return bool(text) and "".join(document[found.start :].split()).startswith(text)


def _answers(lane: Lane, texts: Mapping[str, str]) -> dict[str, Any]:
    """Of the answers in quotes."""
    quotes = [one for timed in lane.asks for one in timed.value]
    return {
        **_times("answer", lane.asks),
        "answered": mean([bool(timed.value) for timed in lane.asks]),
        "quotes_citable": mean([stands(one, texts) for one in quotes]),
        "quoted_characters": median([len(one.text) for one in quotes]) if quotes else 0,
    }


def _times(name: str, timed: Sequence[Timed]) -> dict[str, float | None]:
    taken = [1000 * one.seconds for one in timed]
    return {
        f"{name}_p50_ms": percentile(taken, 0.5),
        f"{name}_p95_ms": percentile(taken, 0.95),
        f"{name}_cpu_ms": percentile([1000 * one.cpu for one in timed], 0.5),
    }


def _names(passages: Sequence[Found]) -> list[str]:
    return [one.document for one in passages]
