"""Ours beside other systems: the same documents, questions and embedding model, in one run.

Each system does as its documentation says for Chinese, in a process of its own with one thread.
What is not installed is named and left out.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from eval.corpora import SEED, distractors_of
from eval.measures.latency import percentile
from eval.peers.figures import document_ranks, figures, lead
from eval.peers.peer import Document
from eval.peers.race import Asked, Lane, race
from eval.peers.roster import OURS, PEERS, Entrant
from eval.run_stamps import machine
from eval.squad import SquadFile, read_squad
from eval.tables import markdown_table
from rag.models.embedding import Embedder, Progress
from rag.models.opening import open_embedder
from rag.settings import EmbeddingSettings, Settings

_ASKED_AGAIN = 30

_ROWS: tuple[tuple[str, str, str], ...] = (
    ("version", "版本", "{}"),
    ("passages", "存下的段落", "{:,}"),
    ("documents_per_s", "导入，篇/秒", "{:.2f}"),
    ("passages_per_s", "导入，段/秒", "{:.1f}"),
    ("cpu_s_per_100_documents", "导入 100 篇的处理器秒", "{:.1f}"),
    ("query_p50_ms", "检索 p50，毫秒", "{:.0f}"),
    ("query_p95_ms", "检索 p95，毫秒", "{:.0f}"),
    ("query_cpu_ms", "检索一次的处理器毫秒", "{:.0f}"),
    ("answer_p50_ms", "回答 p50，毫秒", "{:.0f}"),
    ("memory_mb", "内存峰值（导入加检索），MB", "{:,.0f}"),
    ("memory_asking_mb", "内存峰值（只检索），MB", "{:,.0f}"),
    ("recall@1", "recall@1", "{:.3f}"),
    ("recall@5", "recall@5", "{:.3f}"),
    ("mrr@10", "MRR@10", "{:.3f}"),
    ("lead@1", "有据领先（recall@1）", "{:+.3f}"),
    ("lead@1_interval", "领先的 95% 区间", "[{0[0]:+.3f}, {0[1]:+.3f}]"),
    ("restart_s", "重启到第一次检索完，秒", "{:.1f}"),
    ("same_after_restart", "重启后结果相同", "{:.0%}"),
    ("stored_again", "5 篇再导入一次多出的段落", "{}"),
    ("citable", "检索结果指得回原文", "{:.0%}"),
    ("shown_characters", "给人看的字数（中位数）", "{:.0f}"),
    ("quoted_characters", "回答的引文字数（中位数）", "{:.0f}"),
)


def run(
    file: Path,
    distractors: Sequence[Path] | None = None,
    limit: int | None = None,
    *,
    questions: int = 300,
    settings: Settings | None = None,
    progress: Progress | None = None,
    opens: Callable[[], Embedder] | None = None,
    entrants: Sequence[Entrant] = PEERS,
) -> dict[str, Any]:
    """Run the race.

    Args:
        file: of SQuAD format; passages are taken evenly, with all their questions.
        distractors: JSONL files of `id`, `text`.
        limit: how many of the distractors.
        questions: about so many.
        settings: which embedder.
        progress: called with (documents stored, documents in all).
        opens: opens another embedder, in every process.
        entrants: who may take part beside ours.

    Returns:
        Figures by system, see `figures`; `skipped` names those that lack a package, `failed` those
        that fell out, each with the reason.

    Raises:
        PeerFailed: ours failed.
    """
    embedding = (settings or Settings()).embedding
    opens = opens or partial(open_embedder, _alone(embedding))
    documents, asked = _drawn(read_squad(file), distractors_of(distractors or (), limit), questions)
    present = [entrant for entrant in entrants if not entrant.lacking]
    again = min(_ASKED_AGAIN, len(asked))
    with TemporaryDirectory(prefix="youju-benchmark-") as folder:
        lanes = race(
            [OURS, *present],
            documents,
            asked,
            Path(folder),
            opens,
            asked_again=again,
            progress=progress,
        )
    return {
        "benchmark": "peers",
        "settings": {
            "file": Path(file).name,
            "documents": len(documents),
            "questions": len(asked),
            "median_characters": percentile([float(len(one.text)) for one in documents], 0.5),
            "machine": machine(),
        },
        "metrics": _metrics(lanes, asked, {one.id: one.text for one in documents}),
        "skipped": {entrant.name: list(entrant.lacking) for entrant in entrants if entrant.lacking},
        "failed": {lane.entrant.name: lane.failed for lane in lanes if lane.failed},
    }


def table(result: dict[str, Any]) -> str:
    """The result as a Markdown table, a column a system; Chinese."""
    metrics, about = result["metrics"], result["settings"]
    columns = [entrant for entrant in (OURS, *PEERS) if entrant.name in metrics]
    rows = [["", *(entrant.label for entrant in columns)]]
    for key, label, form in _ROWS:
        values = [metrics[entrant.name].get(key) for entrant in columns]
        if any(value is not None for value in values):
            rows.append([label, *("—" if v is None else form.format(v) for v in values)])
    labels = {entrant.name: entrant.label for entrant in PEERS}
    skipped = [
        f"没有装 {'、'.join(lacking)}，{labels.get(name, name)} 没有参加。"
        for name, lacking in result["skipped"].items()
    ]
    failed = [f"{labels.get(n, n)} 中途出错：{why}" for n, why in result["failed"].items()]
    head = f"{about['documents']} 篇，{about['questions']} 问；{about['machine']}"
    return "\n\n".join([head, markdown_table(rows), *skipped, *failed])


def _alone(embedding: EmbeddingSettings) -> EmbeddingSettings:
    return embedding.model_copy(update={"threads": 1})


def _drawn(
    squad: SquadFile, others: Sequence[Any], questions: int
) -> tuple[list[Document], list[Asked]]:
    """Documents under names that say nothing, those with questions and those without mixed."""
    passages = len(squad.passages)
    wanted = max(1, round(passages * min(1.0, questions / max(len(squad.questions), 1))))
    taken = [squad.passages[n * passages // wanted] for n in range(wanted)]
    texts = [one.text for one in taken] + [article.text for article in others]
    order = random.Random(SEED).sample(range(len(texts)), len(texts))  # noqa: S311
    documents = [Document(f"d{place:05}", texts[n]) for place, n in enumerate(order)]
    names = {taken[n].id: f"d{place:05}" for place, n in enumerate(order) if n < wanted}
    asked = [
        Asked(one.question, names[one.passage_id])
        for one in squad.questions
        if one.passage_id in names and not one.impossible
    ]
    return documents, asked


def _metrics(
    lanes: Sequence[Lane], asked: Sequence[Asked], texts: dict[str, str]
) -> dict[str, dict[str, Any]]:
    finished = [lane for lane in lanes if not lane.failed]
    metrics = {lane.entrant.name: figures(lane, asked, texts) for lane in finished}
    ours = document_ranks(lanes[0], asked)
    for lane in finished[1:]:
        metrics[lane.entrant.name] |= lead(ours, document_ranks(lane, asked))
    return metrics
