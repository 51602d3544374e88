"""The bundled model behind the embedder's protocol.

A sentence's vector is the mean of its tokens' vectors in the passage's own forward pass: it knows
its surroundings and costs no run of its own.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from functools import cached_property, lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from rag.models.bundled_model import NAME, ensure_model
from rag.models.embedding import PassageInput, PassageVectors, Progress, Vectors
from rag.models.token_vectors import BATCH, Offsets, TokenEncoder, span_vectors

if TYPE_CHECKING:
    from sentence_transformers import SentenceTransformer
    from torch import Tensor

QUERY_PROMPT = "query: "
PASSAGE_PROMPT = "passage: "

_CHUNK = 128
"""Passages between two calls of `progress`; token vectors of so many are held at once."""
_REMEMBERED = 4096
"""Queries whose vectors are kept, 1.5 KB each: a conversation asks its earlier questions again, and
a report ranks the passages of every question that was asked."""


class BundledEmbedder:
    """multilingual-e5-small in int8. Made ready on disk at first use, see `ensure_model`.

    Passages go through a `SentenceTransformer`; queries straight to the same model, because the
    import of that library alone takes longer than an answer should.

    Raises:
        ModelMissing, ModelCorrupt, ModelCacheUnwritable: as `ensure_model`.
    """

    def __init__(self, cache_dir: Path | None = None, threads: int = 0, streams: int = 1) -> None:
        self._encoder = TokenEncoder(ensure_model(cache_dir), threads, streams)
        self._building = threading.Lock()
        self._query_vector = lru_cache(_REMEMBERED)(self._embed_query)

    @property
    def fingerprint(self) -> str:
        """The bundled model's name, with version and hash."""
        return NAME

    @property
    def dimension(self) -> int:
        """Length of a vector."""
        return self._encoder.dimension

    def embed_queries(self, queries: Sequence[str]) -> Vectors:
        """Shape (len(queries), dim). Each runs alone: its vector depends on nothing beside it."""
        vectors = np.empty((len(queries), self.dimension), dtype=np.float32)
        for row, query in enumerate(queries):
            vectors[row] = self._query_vector(query)
        return vectors

    def _embed_query(self, query: str) -> Vectors:
        return self._encoder.encode([QUERY_PROMPT + query])[0].pooled

    def embed_passages(
        self, passages: Sequence[PassageInput], progress: Progress | None = None
    ) -> list[PassageVectors]:
        """One result a passage, in order. A sentence without tokens gets the passage's vector."""
        if not passages:
            return []
        with self._building:
            model = self.sentence_transformer
        results: list[PassageVectors] = []
        for chunk in _chunks(passages):
            items: list[dict[str, Any]] = model.encode(
                [passage.text for passage in chunk],
                prompt_name="passage",
                batch_size=BATCH,
                output_value=None,
                show_progress_bar=False,
            )
            for passage, item in zip(chunk, items, strict=True):
                whole = item["sentence_embedding"].numpy()
                tokens = item["token_embeddings"].numpy()
                offsets = item["offset_mapping"].numpy() - len(PASSAGE_PROMPT)
                sentences = span_vectors(tokens, offsets, passage.spans)
                sentences[~sentences.any(axis=1)] = whole
                results.append(PassageVectors(whole.copy(), sentences))
            if progress:
                progress(len(results), len(passages))
        return results

    @cached_property
    def sentence_transformer(self) -> SentenceTransformer:
        """The model as sentence-transformers knows it, with the prompts "query" and "passage"."""
        from sentence_transformers import SentenceTransformer

        return SentenceTransformer(
            modules=[_openvino_module(self._encoder)],
            prompts={"query": QUERY_PROMPT, "passage": PASSAGE_PROMPT},
            similarity_fn_name="cosine",
            device="cpu",
        )


def _openvino_module(encoder: TokenEncoder) -> Any:
    """A sentence-transformers module that runs `encoder`.

    It gives `sentence_embedding` (batch, dim), `token_embeddings` (batch, tokens, dim),
    `offset_mapping` (batch, tokens, 2; offsets count the prompt) and `attention_mask`.
    """
    import torch
    from sentence_transformers.base.modules import InputModule

    def padded(rows: Sequence[Vectors | Offsets]) -> Tensor:
        tensors = [torch.from_numpy(row) for row in rows]
        return torch.nn.utils.rnn.pad_sequence(tensors, batch_first=True)

    class OpenVinoModule(InputModule):  # type: ignore[misc]
        def preprocess(
            self, inputs: Sequence[str], prompt: str | None = None, **_: Any
        ) -> dict[str, Any]:
            return {"texts": [(prompt or "") + text for text in inputs]}

        def forward(self, features: dict[str, Any], **_: Any) -> dict[str, Any]:
            texts = encoder.encode(features["texts"])
            return {
                "sentence_embedding": torch.from_numpy(np.stack([text.pooled for text in texts])),
                "token_embeddings": padded([text.vectors for text in texts]),
                "offset_mapping": padded([text.offsets for text in texts]),
                "attention_mask": padded([np.ones(len(text.offsets), int) for text in texts]),
            }

        def get_embedding_dimension(self) -> int:
            return encoder.dimension

        def save(self, output_path: str, *args: Any, **kwargs: Any) -> None:
            raise NotImplementedError("made from the installed package; there is nothing to save")

    return OpenVinoModule()


def _chunks(passages: Sequence[PassageInput]) -> Iterator[Sequence[PassageInput]]:
    return (passages[start : start + _CHUNK] for start in range(0, len(passages), _CHUNK))
