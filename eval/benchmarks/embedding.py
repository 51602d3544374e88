"""Speed of the bundled embedder against plain sentence-transformers on torch in float32.

Both get the same weights and texts in the same run; they take turns, round by round, so that
whatever else the machine does falls on both.
"""

from __future__ import annotations

import tempfile
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from eval.benchmarks.latency import peak_memory_mb
from eval.data_files import read_bytes
from eval.measures.latency import percentile
from eval.reading import counted
from rag.errors import DataFileMissing, DataLineInvalid
from rag.errors.reasons import why
from rag.language.text import sentence_spans
from rag.models.bundled_embedder import PASSAGE_PROMPT, BundledEmbedder
from rag.models.bundled_model import WINDOW, float_bert, tokenizer
from rag.models.embedding import PassageInput, Progress, Vectors
from rag.models.token_vectors import unit
from rag.settings import Settings

if TYPE_CHECKING:
    from sentence_transformers import SentenceTransformer

_CORPUS = Path(__file__).parents[2] / "corpus"
_PASSAGE_LENGTH = 300
_STEP = 100  # texts overlap, so that a few pages give many
_QUERY_LENGTH = 18
_TORCH_BATCH = 32  # the library's default


def run(
    files: Sequence[Path] = (),
    *,
    passages: int = 96,
    queries: int = 200,
    rounds: int = 3,
    settings: Settings | None = None,
    progress: Progress | None = None,
) -> dict[str, Any]:
    """Measure passages a second, milliseconds a query, and closeness to the float32 model.

    Args:
        files: Chinese text; the sample corpus by default.
        passages: how many texts of 300 characters, in all rounds together.
        queries: how many queries, one at a time.
        rounds: how often the two models take turns.
        settings: `embedding.cache_dir` and `embedding.threads` count.
        progress: called with (rounds done, rounds).

    Raises:
        DataFileMissing, DataLineInvalid: a file cannot be read or has too little text.
    """
    embedding = (settings or Settings()).embedding
    texts, asked = _texts(files, passages, queries)
    ours = BundledEmbedder(embedding.cache_dir, embedding.threads)
    with tempfile.TemporaryDirectory() as folder:
        theirs = _plain_model(Path(folder), embedding.threads)
    ours.embed_passages(_inputs(texts[:8]))  # both warm
    _reference(theirs, texts[:8])
    spent, their_time, cosine = _in_turns(ours, theirs, list(_parts(texts, rounds)), progress)
    taken = [_query_ms(ours, query) for query in asked]
    return {
        "benchmark": "embedding",
        "settings": {
            "passages": len(texts),
            "characters": _PASSAGE_LENGTH,
            "queries": len(asked),
            "rounds": rounds,
            "threads": embedding.threads,
            "model": ours.fingerprint,
            "baseline": "sentence-transformers, torch float32",
        },
        "metrics": {
            "passages_per_second": len(texts) / spent,
            "baseline_passages_per_second": len(texts) / their_time,
            "ratio": their_time / spent,
            "p50_ms": percentile(taken, 0.5),
            "p95_ms": percentile(taken, 0.95),
            "cosine": cosine,
            "peak_memory_mb": peak_memory_mb(),
        },
    }


def _in_turns(
    ours: BundledEmbedder,
    theirs: SentenceTransformer,
    batches: Sequence[Sequence[str]],
    progress: Progress | None,
) -> tuple[float, float, float]:
    """Seconds of ours and of theirs, one after the other for each batch, and the mean cosine."""
    spent, their_time = 0.0, 0.0
    cosines: list[float] = []
    for batch in counted(batches, progress):
        started = time.perf_counter()
        found = ours.embed_passages(_inputs(batch))
        between = time.perf_counter()
        expected = _reference(theirs, batch)
        their_time += time.perf_counter() - between
        spent += between - started
        vectors = np.stack([vector.passage for vector in found])
        cosines += np.sum(vectors * expected, axis=1).tolist()
    return spent, their_time, float(np.mean(cosines))


def _texts(files: Sequence[Path], passages: int, queries: int) -> tuple[list[str], list[str]]:
    """Overlapping passages of equal length, and short pieces of them as queries."""
    paths = list(files) or sorted(
        path for path in _CORPUS.glob("*") if path.suffix in {".txt", ".md"}
    )
    pieces = []
    for path in paths:
        try:
            pieces.append(read_bytes(path).decode("utf-8"))
        except UnicodeDecodeError as error:
            raise DataFileMissing(file=path, reason=why(error)) from error
    text = "".join("".join(pieces).split())
    starts = range(0, len(text) - _PASSAGE_LENGTH + 1, _STEP)
    if not starts:
        raise DataLineInvalid(file=paths[0] if paths else _CORPUS, line=1, reason="文字不足 300 字")
    texts = [text[start : start + _PASSAGE_LENGTH] for start in starts][:passages]
    asked = [
        texts[number % len(texts)][number % _STEP :][:_QUERY_LENGTH] + "？"
        for number in range(queries)
    ]
    return texts, asked


def _plain_model(folder: Path, threads: int) -> SentenceTransformer:
    """The same weights as an ordinary sentence-transformers model."""
    import torch
    from sentence_transformers import SentenceTransformer
    from sentence_transformers.base.modules import Transformer
    from sentence_transformers.sentence_transformer.modules import Normalize, Pooling
    from transformers import PreTrainedTokenizerFast

    if threads:
        torch.set_num_threads(threads)
    float_bert().save_pretrained(folder)
    PreTrainedTokenizerFast(
        tokenizer_object=tokenizer(),
        model_max_length=WINDOW,
        pad_token="<pad>",  # noqa: S106
        unk_token="<unk>",  # noqa: S106
        model_input_names=["input_ids", "attention_mask"],
    ).save_pretrained(folder)
    transformer = Transformer(str(folder), model_kwargs={"add_pooling_layer": False})
    dimension = transformer.get_embedding_dimension()
    return SentenceTransformer(modules=[transformer, Pooling(dimension), Normalize()], device="cpu")


def _reference(model: SentenceTransformer, texts: Sequence[str]) -> Vectors:
    vectors = model.encode(
        list(texts), prompt=PASSAGE_PROMPT, batch_size=_TORCH_BATCH, show_progress_bar=False
    )
    return unit(np.asarray(vectors, dtype=np.float32))


def _inputs(texts: Sequence[str]) -> list[PassageInput]:
    return [PassageInput(text, tuple(sentence_spans(text))) for text in texts]


def _parts(texts: Sequence[str], count: int) -> Iterator[Sequence[str]]:
    size = -(-len(texts) // count)
    return (texts[start : start + size] for start in range(0, len(texts), size))


def _query_ms(embedder: BundledEmbedder, query: str) -> float:
    started = time.perf_counter()
    embedder.embed_queries([query])
    return (time.perf_counter() - started) * 1000
