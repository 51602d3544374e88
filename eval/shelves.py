"""The project's own articles, `corpus/` and test pages, with the questions beside them."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from eval.question_sets import QuestionSet, load_questions
from ingest.indexing import ingest
from rag.library.library import Library
from rag.models.embedding import Embedder
from rag.settings import Settings

ROOT = Path(__file__).parents[1]
PAGES = ROOT / "tests" / "data"


@dataclass(frozen=True, slots=True)
class Shelf:
    """A folder of articles, and what is asked about them."""

    folder: Path
    questions: QuestionSet

    @classmethod
    def read(cls, folder: Path) -> Shelf:
        """The folder with the questions in it."""
        return cls(folder, load_questions(folder / "questions.jsonl"))

    @property
    def name(self) -> str:
        """The folder's."""
        return self.folder.name

    @property
    def files(self) -> list[Path]:
        """The articles."""
        return sorted(path for path in self.folder.iterdir() if path.suffix in {".txt", ".md"})

    @contextmanager
    def stored(self, embedder: Embedder, settings: Settings) -> Iterator[Path]:
        """A library of these articles alone, for as long as it is wanted.

        Raises:
            YoujuError: a file cannot be stored.
        """
        with tempfile.TemporaryDirectory() as folder:
            settings = settings.model_copy(update={"data_dir": Path(folder)})
            with Library.open(settings.data_dir, write=True) as library:
                failed = ingest(self.files, library, embedder, settings).failed
            if failed and failed[0].error:
                raise failed[0].error
            yield settings.data_dir


def shelves() -> list[Shelf]:
    """All of them."""
    folders = [ROOT / "corpus", PAGES / "county_pages", PAGES / "other_pages"]
    return [Shelf.read(folder) for folder in folders]
