"""One job's files into the library, and what became of each."""

from __future__ import annotations

from pathlib import Path

from ingest.indexing import ingest
from ingest.outcomes import FileOutcome
from rag.library.library import Library
from rag.models.embedding import Embedder
from rag.settings import Settings
from ui.intake.jobs import FileResult, Progress


def ingest_files(
    files: list[Path], settings: Settings, embedder: Embedder, progress: Progress
) -> list[FileResult]:
    """Store files; one result each, in order.

    Raises:
        LibraryError: the store refuses; what was stored before is kept.
    """
    with Library.open(settings.data_dir, write=True) as library:
        report = ingest(
            files,
            library,
            embedder,
            settings,
            progress=lambda p: progress(p.done_files, p.total_files, p.passages),
        )
        outcomes = {outcome.file: outcome for outcome in report.files}
        return [_result(outcomes[str(file)], library) for file in files]


def _result(outcome: FileOutcome, library: Library) -> FileResult:
    path = outcome.duplicate_of or outcome.file
    stored = library.articles_of_input(str(Path(path).resolve()))
    return FileResult(
        status=outcome.status,
        articles=tuple(item.article.article_id for item in stored),
        passages=outcome.passages,
        error=outcome.error,
        duplicate_of=Path(outcome.duplicate_of).name if outcome.duplicate_of else None,
        remarks=outcome.remarks,
    )
