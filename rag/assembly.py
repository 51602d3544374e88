"""Settings → pipeline, in this one place."""

from __future__ import annotations

from rag.evidence.scorer import EvidenceScorer, FeatureScorer
from rag.generation import TemplateGenerator
from rag.library.library import Library
from rag.models.embedding import Embedder
from rag.models.opening import open_embedder
from rag.pipeline import Pipeline
from rag.retrieval.indexes import load_indexes
from rag.retrieval.retriever import Retriever
from rag.rules.case import Rules
from rag.rules.order import RULES
from rag.settings import Settings


def open_pipeline(
    settings: Settings,
    embedder: Embedder | None = None,
    scorer: EvidenceScorer | None = None,
    rules: Rules = RULES,
) -> Pipeline:
    """Open the library of `settings.data_dir` for asking.

    Args:
        settings: all settings.
        embedder: in place of the one that the settings name.
        scorer: in place of the one that the settings name.
        rules: in place of all.

    Raises:
        LibraryError, ModelError: see their messages.
    """
    library = Library.open(settings.data_dir)
    try:
        embedder = embedder or open_embedder(settings.embedding)
        indexes = load_indexes(library, embedder.fingerprint, embedder.dimension)
        scorer = scorer or open_scorer(settings)
    except BaseException:
        library.close()
        raise
    return Pipeline(
        library=library,
        retriever=Retriever(library, indexes, settings.retrieval),
        embedder=embedder,
        scorer=scorer,
        generator=TemplateGenerator(settings.answer),
        settings=settings,
        rules=rules,
    )


def open_scorer(settings: Settings) -> EvidenceScorer:
    """The evidence scorer that the settings name.

    Raises:
        ModelError: the reader's files are missing or damaged.
    """
    features = FeatureScorer.bundled()
    if settings.answer.scorer == "features":
        return features
    from rag.evidence.decision import Decision
    from rag.evidence.reader_scorer import ReaderScorer
    from rag.models.reader import Reader

    reader = Reader.open(threads=settings.embedding.threads)
    return ReaderScorer(reader, features, Decision.open(), settings.answer)
