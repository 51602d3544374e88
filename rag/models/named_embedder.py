"""Any sentence-transformers model, from a folder or the hub, behind the embedder's protocol."""

from __future__ import annotations

import threading
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from rag.models.embedding import PassageInput, PassageVectors, Progress, Vectors
from rag.models.hub import EMBEDDING, folder_of, named
from rag.models.networks import with_form, without_surrogates
from rag.models.placing import device_of
from rag.models.swapping import opened
from rag.models.token_vectors import Offsets, span_means, unit
from rag.settings.model_sections import EmbeddingSettings

if TYPE_CHECKING:
    from sentence_transformers import SentenceTransformer

_QUERY_PROMPTS = (
    "query", "search_query", "retrieval.query", "web_search_query", "s2p_query", "question",
)  # fmt: skip
_PASSAGE_PROMPTS = ("document", "passage", "corpus", "search_document", "retrieval.passage")
"""What models call their prompts, the likeliest name first."""
_CHUNK = 32


class NamedEmbedder:
    """A model that the user chose. Threads may share it; they take turns.

    A sentence's vector is the mean of its tokens in the passage's own pass where the model itself
    pools by mean; otherwise, and beyond the model's window, sentences are embedded alone.

    Never runs code that comes with a model. Prompts, pooling, normalisation and whatever stands
    between these are those of the model's own files.

    Args:
        settings: `model` is a folder, or a name on the hub; `threads` 0 for torch's own choice.

    Raises:
        ModelMissing: no such folder, or the hub has no such model or cannot be reached.
        ModelUnusable: sentence-transformers cannot load it.
        ModelPlaceMissing: the device or the backend is not there.
    """

    def __init__(self, settings: EmbeddingSettings) -> None:
        model = settings.model
        folder = folder_of(model, EMBEDDING, settings.backend)
        device = device_of(settings, "embedding")
        self._fingerprint = with_form(named(model, folder, EMBEDDING), settings, device, folder)
        from sentence_transformers import SentenceTransformer

        self._model: SentenceTransformer = opened(
            SentenceTransformer,
            settings,
            str(folder),
            device,
            role=EMBEDDING,
            output="last_hidden_state",
        )
        self._batch = settings.batch
        self._turn = threading.Lock()
        self._query_prompt = _prompt(self._model.prompts, _QUERY_PROMPTS)
        self._passage_prompt = _prompt(self._model.prompts, _PASSAGE_PROMPTS)
        self._shares_tokens = _pools_by_mean(self._model)
        if settings.threads:
            import torch

            torch.set_num_threads(settings.threads)

    @property
    def fingerprint(self) -> str:
        """The model's name and a hash of its files."""
        return self._fingerprint

    @property
    def dimension(self) -> int:
        """Length of a vector."""
        return int(self._model.get_embedding_dimension())

    def embed_queries(self, queries: Sequence[str]) -> Vectors:
        """Shape (len(queries), dim)."""
        return self._encode(queries, self._query_prompt)

    def embed_passages(
        self, passages: Sequence[PassageInput], progress: Progress | None = None
    ) -> list[PassageVectors]:
        """One result a passage, in order."""
        results: list[PassageVectors] = []
        for start in range(0, len(passages), _CHUNK):
            chunk = passages[start : start + _CHUNK]
            results += self._with_tokens(chunk) if self._shares_tokens else self._alone(chunk)
            if progress:
                progress(len(results), len(passages))
        return results

    def _encode(self, texts: Sequence[str], prompt: str) -> Vectors:
        if not texts:
            return np.zeros((0, self.dimension), dtype=np.float32)
        with self._turn:
            vectors = self._model.encode(
                [without_surrogates(text) for text in texts],
                prompt=prompt,
                batch_size=self._batch,
                show_progress_bar=False,
            )
        return unit(np.asarray(vectors, dtype=np.float32))

    def _alone(self, passages: Sequence[PassageInput]) -> list[PassageVectors]:
        whole = self._encode([passage.text for passage in passages], self._passage_prompt)
        return [
            PassageVectors(vector, self._sentences(passage, range(len(passage.spans))))
            for passage, vector in zip(passages, whole, strict=True)
        ]

    def _with_tokens(self, passages: Sequence[PassageInput]) -> list[PassageVectors]:
        texts = [without_surrogates(passage.text) for passage in passages]
        with self._turn:
            items: list[dict[str, Any]] = self._model.encode(
                texts,
                prompt=self._passage_prompt,
                batch_size=self._batch,
                output_value=None,
                show_progress_bar=False,
            )
            offsets = [self._offsets(text) for text in texts]
        results = []
        for passage, item, places in zip(passages, items, offsets, strict=True):
            tokens = item["token_embeddings"].float().cpu().numpy()
            tokens = tokens[item["attention_mask"].cpu().numpy().astype(bool)]
            whole = unit(item["sentence_embedding"].float().cpu().numpy())
            if len(tokens) == len(places):
                sentences = self._finished(span_means(tokens, places, passage.spans))
            else:  # the tokenizer counts otherwise than the model: no token's place is sure
                sentences = np.zeros((len(passage.spans), len(whole)), dtype=np.float32)
            missing = np.flatnonzero(~sentences.any(axis=1))
            sentences[missing] = self._sentences(passage, missing.tolist())
            results.append(PassageVectors(whole, sentences))
        return results

    def _finished(self, means: Vectors) -> Vectors:
        """What the modules after the pooling make of means of tokens; no tokens stay zeros."""
        import torch

        further = [module for module in list(self._model)[2:] if not _only_scales(module)]
        if not further:
            return unit(means)
        first = next(further[0].parameters())
        vectors = torch.from_numpy(means).to(first.device, first.dtype)
        with self._turn, torch.inference_mode():
            for module in further:
                vectors = module({"sentence_embedding": vectors})["sentence_embedding"]
        made = unit(vectors.float().cpu().numpy())
        made[~means.any(axis=1)] = 0
        return made

    def _sentences(self, passage: PassageInput, numbers: Sequence[int]) -> Vectors:
        spans = [passage.spans[number] for number in numbers]
        return self._encode([passage.text[start:end] for start, end in spans], self._passage_prompt)

    def _offsets(self, text: str) -> Offsets:
        """Where the tokens of `text` stand in it; shape (tokens, 2), the prompt's are negative."""
        encoded = self._model.tokenizer(
            self._passage_prompt + text,
            truncation=True,
            max_length=self._model.max_seq_length,
            return_offsets_mapping=True,
        )
        places: Offsets = np.array(encoded["offset_mapping"], dtype=np.int64).reshape(-1, 2)
        return places - len(self._passage_prompt)


def _prompt(prompts: Mapping[str, str], names: Sequence[str]) -> str:
    """The first of the named prompts that the model's files have."""
    return next((prompts[name] for name in names if prompts.get(name)), "")


def _pools_by_mean(model: SentenceTransformer) -> bool:
    """Whether a text's vector is the mean of its tokens' vectors, with known places."""
    from sentence_transformers.base.modules import Transformer
    from sentence_transformers.sentence_transformer.modules import Dense, Normalize, Pooling

    modules = list(model)
    return (
        len(modules) >= 2
        and isinstance(modules[0], Transformer)
        and isinstance(modules[1], Pooling)
        and modules[1].pooling_mode == "mean"
        and all(isinstance(module, Normalize | Dense) for module in modules[2:])
        and bool(getattr(model.tokenizer, "is_fast", False))
    )


def _only_scales(module: Any) -> bool:
    """Whether a module only brings vectors to norm 1, as all are in the end."""
    from sentence_transformers.sentence_transformer.modules import Normalize

    return isinstance(module, Normalize)
