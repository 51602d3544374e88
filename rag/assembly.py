"""Settings → pipeline, in this one place."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

from rag.evidence.choosing import Chooser
from rag.evidence.scorer import EvidenceScorer, FeatureScorer
from rag.generation import TemplateGenerator
from rag.library.library import Library
from rag.models.embedding import Embedder
from rag.models.opening import open_embedder
from rag.models.reranker import Reranker
from rag.pipeline import Pipeline
from rag.retrieval.retriever import Retriever
from rag.retrieval.stores import open_store
from rag.rules.case import Rules
from rag.rules.order import RULES
from rag.settings import Settings

if TYPE_CHECKING:
    from rag.evidence.reader_scorer import ReaderScorer
    from rag.models.named_reader import NamedReader


def open_pipeline(
    settings: Settings,
    embedder: Embedder | None = None,
    scorer: EvidenceScorer | None = None,
    rules: Rules = RULES,
    *,
    reranker: Reranker | None = None,
    at_once: int = 1,
    again: bool = False,
) -> Pipeline:
    """Open the library of `settings.data_dir` for asking; both models are opened side by side.

    Args:
        settings: all settings.
        embedder: in place of the one that the settings name.
        scorer: in place of the one that the settings name.
        rules: in place of all.
        reranker: in place of the one that the settings name.
        at_once: questions that are asked side by side, where all of them matter and not how soon
            each is answered: the models run on so many streams, and share the cores out.
        again: questions will be asked again, to see what lost them: what was read is remembered.

    Raises:
        LibraryError, ModelError: see their messages.
    """
    streams = max(settings.embedding.streams, at_once)
    settings = settings.model_copy(
        update={"embedding": settings.embedding.model_copy(update={"streams": streams})}
    )
    library = Library.open(settings.data_dir)
    try:
        with ThreadPoolExecutor(1, thread_name_prefix="youju-open") as beside:
            given = scorer
            opening = beside.submit(lambda: given or open_scorer(settings, at_once, again=again))
            embedder = embedder or open_embedder(settings.embedding)
            store = open_store(settings.library)
            indexes = store.load(library, embedder.fingerprint, embedder.dimension)
            scorer = opening.result()
        reranker = reranker or open_reranker(settings)
        chooser = open_chooser(settings)
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
        reranker=reranker,
        chooser=chooser,
    )


def open_scorer(settings: Settings, at_once: int = 1, *, again: bool = False) -> EvidenceScorer:
    """The evidence scorer that the settings name; for `at_once` and `again` see `open_pipeline`.

    Raises:
        ModelError: the reader's files are missing or damaged, or it cannot be used.
    """
    features = FeatureScorer.bundled()
    if settings.answer.scorer == "features":
        return features
    if settings.reader.model:
        return open_named_scorer(settings)[0]
    from rag.evidence.decision import Decision
    from rag.evidence.reader_scorer import ReaderScorer
    from rag.models.reader import Reader, RememberingReader

    opened = Reader.open(threads=settings.embedding.threads, streams=at_once)
    reader = RememberingReader(opened) if again else opened
    return ReaderScorer(reader, features, Decision.open(), settings.answer)


def open_named_scorer(settings: Settings) -> tuple[ReaderScorer, NamedReader]:
    """The scorer of a reader of the user's choice, with what was fitted for it, and that reader.

    Raises:
        ModelError: the reader cannot be used, or its calibration is damaged.
    """
    from rag.evidence.calibration import open_calibration
    from rag.evidence.reader_scorer import ReaderScorer
    from rag.models.named_reader import NamedReader

    reader = NamedReader(settings.reader)
    found = open_calibration(reader.fingerprint, reader.folder, settings.data_dir)
    scorer = ReaderScorer(reader, FeatureScorer.bundled(), found.decision, settings.answer)
    return scorer, reader


def open_reranker(settings: Settings) -> Reranker | None:
    """The reranker that the settings name, if they do.

    Raises:
        ModelError: it cannot be used.
    """
    if not settings.reranker.model:
        return None
    from rag.models.named_reranker import NamedReranker

    return NamedReranker(settings.reranker)


def open_chooser(settings: Settings) -> Chooser | None:
    """The chooser that the settings name, if they do.

    Raises:
        SettingsError: the file with its key cannot be read.
    """
    if not settings.chooser.url:
        return None
    from rag.evidence.endpoint import EndpointChooser

    return EndpointChooser(settings.chooser)
