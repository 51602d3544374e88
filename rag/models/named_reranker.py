"""Any sentence-transformers cross-encoder, from a folder or the hub, behind `Reranker`."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from rag.models.hub import RERANKER, folder_of, named
from rag.models.networks import with_form, without_surrogates
from rag.models.placing import device_of
from rag.models.swapping import opened
from rag.settings.model_sections import RerankerSettings

if TYPE_CHECKING:
    from sentence_transformers import CrossEncoder


class NamedReranker:
    """A cross-encoder that the user chose; never runs code that comes with a model.

    Threads may share it; they take turns.

    Raises:
        ModelMissing: no such folder, or the hub has no such model or cannot be reached.
        ModelUnusable: sentence-transformers cannot load it, or it gives several scores.
        ModelPlaceMissing: the device or the backend is not there.
    """

    def __init__(self, settings: RerankerSettings) -> None:
        folder = folder_of(settings.model, RERANKER, settings.backend)
        device = device_of(settings, "reranker")
        name = named(settings.model, folder, RERANKER)
        self.fingerprint = with_form(name, settings, device, folder)
        self.candidates = settings.candidates
        self._batch = settings.batch
        self._turn = threading.Lock()
        from sentence_transformers import CrossEncoder

        self._model: CrossEncoder = opened(
            CrossEncoder, settings, str(folder), device, role=RERANKER, output="logits"
        )
        shape = self._predicted([("问", "答")]).shape
        if shape != (1,):
            raise RERANKER.unusable(settings.model, f"一段给出 {shape[-1]} 个分数，不是重排模型")

    def scores(self, question: str, passages: Sequence[str]) -> NDArray[np.float32]:
        """One score a passage, shape (len(passages),)."""
        if not passages:
            return np.zeros(0, dtype=np.float32)
        return self._predicted(
            [(without_surrogates(question), without_surrogates(passage)) for passage in passages]
        )

    def _predicted(self, pairs: list[tuple[str, str]]) -> NDArray[np.float32]:
        with self._turn:
            found = self._model.predict(pairs, batch_size=self._batch, show_progress_bar=False)
        return np.asarray(found, dtype=np.float32)
