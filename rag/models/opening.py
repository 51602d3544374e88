"""Which embedder the settings name."""

from __future__ import annotations

from rag.models.embedding import Embedder
from rag.settings import EmbeddingSettings


def open_embedder(settings: EmbeddingSettings) -> Embedder:
    """The embedder that settings name: the bundled one, or a sentence-transformers model.

    Raises:
        ModelMissing: it is not on this machine and cannot be fetched.
        ModelCorrupt, ModelUnusable: its files are not what they should be.
        ModelPlaceMissing: the device or the backend is not there.
        ModelCacheUnwritable: the bundled model cannot be made ready.
    """
    if settings.model:
        from rag.models.named_embedder import NamedEmbedder

        return NamedEmbedder(settings)
    from rag.models.bundled_embedder import BundledEmbedder

    return BundledEmbedder(settings.cache_dir, settings.threads, settings.streams)
