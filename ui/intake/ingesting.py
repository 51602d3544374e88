"""One job's files into the library, and what became of each."""

from __future__ import annotations

import os
from pathlib import Path

from ingest.indexing import ingest
from ingest.storing.outcomes import FileOutcome
from rag.errors import YoujuError
from rag.library.library import Library
from rag.models.embedding import Embedder
from rag.settings import Settings
from ui.intake.jobs import FileResult, Progress


def ingest_files(
    files: list[Path],
    settings: Settings,
    embedder: Embedder,
    progress: Progress,
    collection: str | None = None,
) -> list[FileResult]:
    """Store files; one result each, in order; new articles go to the collection.

    A shared engine is brought up by the server itself, which has its token, and has it open if
    only one process can.

    Raises:
        NameInvalid: no collection can be called so.
        LibraryError: the store refuses; what was stored before is kept.
    """
    with Library.open(settings.data_dir, write=True) as library:
        report = ingest(
            files,
            library,
            embedder,
            settings,
            progress=lambda p: progress(
                p.done_files, p.total_files, p.passages, p.done_bytes / max(p.total_bytes, 1)
            ),
            collection=collection,
            publish=not settings.library.url,
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
        error=_by_name(outcome.error, Path(outcome.file)),
        duplicate_of=Path(outcome.duplicate_of).name if outcome.duplicate_of else None,
        remarks=outcome.remarks,
    )


def _by_name(error: YoujuError | None, file: Path) -> YoujuError | None:
    """The error with the file's name alone: where a server keeps it is nobody's business."""
    if error is None:
        return None
    told = error.as_dict()
    folders = {f"{file.parent}{os.sep}", f"{file.resolve().parent}{os.sep}"}
    bare = told
    for folder in folders:
        bare = {key: text.replace(folder, "") for key, text in bare.items()}
    return error if bare == told else YoujuError.from_dict(bare)
