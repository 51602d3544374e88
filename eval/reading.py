"""What benchmarks of reading share: opening a pipeline with a chosen scorer, asking, summing up."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol

from pydantic import ValidationError

from eval.corpora import embedder_of, library_of, ready_article
from eval.judging import Judged, judge, quoted_text
from eval.measures.quotes import MEAN_QUOTED_LENGTH
from eval.measures.ratio import Measure
from eval.measures.refusal import REFUSAL_RATE
from eval.question_sets import EvalQuestion
from rag.answers import Answer, Question
from rag.embedding import Embedder, Progress
from rag.errors import SettingsError
from rag.settings import AnswerSettings, Settings

if TYPE_CHECKING:
    from rag.pipeline import Pipeline


class Reader(Protocol):
    """What answers from given texts: the pipeline, or a fake."""

    def ask_over(self, question: Question, texts: Sequence[str]) -> Answer:
        """Answer or refuse from these texts alone."""


ReaderOpener = Callable[[Settings], AbstractContextManager[Reader]]


class Reading(NamedTuple):
    """A question, the texts that it was asked over, and the answer."""

    question: EvalQuestion
    texts: tuple[str, ...]
    answer: Answer

    @property
    def judged(self) -> Judged:
        """For the measures over question sets."""
        return judge(self.question, self.answer)

    @property
    def quoted(self) -> str:
        """All quotes."""
        return quoted_text(self.answer)

    @property
    def short(self) -> str:
        """The short answer, or all quotes where there is none."""
        return self.answer.short_answer or self.quoted


class LibraryReader:
    """Answers from given texts as from any library: each becomes an article of a small one."""

    def __init__(self, settings: Settings, embedder: Embedder) -> None:
        self._settings = settings
        self._embedder = embedder

    def ask_over(self, question: Question, texts: Sequence[str]) -> Answer:
        """Answer or refuse from these texts alone."""
        articles = [ready_article(f"text:{n}", text) for n, text in enumerate(texts, start=1)]
        with (
            library_of(articles, self._embedder, self._settings) as root,
            pipeline_over(root, self._settings, self._embedder) as pipeline,
        ):
            return pipeline.ask(question)


@contextmanager
def open_reader(settings: Settings) -> Iterator[Reader]:
    """What answers from given texts with the product's own embedder and scorer."""
    yield LibraryReader(settings, embedder_of(settings))


@contextmanager
def pipeline_over(root: Path, settings: Settings, embedder: Embedder) -> Iterator[Pipeline]:
    """The pipeline over the library in `root`, closed afterwards."""
    from rag.assembly import open_pipeline

    pipeline = open_pipeline(settings.model_copy(update={"data_dir": root}), embedder)
    try:
        yield pipeline
    finally:
        pipeline.close()


def with_answer_settings(settings: Settings | None, **changed: Any) -> Settings:
    """Settings whose section `answer` has these values; those that are None stay as they are.

    Raises:
        SettingsError: there is no such setting, or the value is out of range.
    """
    settings = settings or Settings()
    values = {name: value for name, value in changed.items() if value is not None}
    try:
        answer = AnswerSettings.model_validate(settings.answer.model_dump() | values)
    except ValidationError as error:
        first = error.errors()[0]
        reason = f"answer.{'.'.join(map(str, first['loc']))}：{first['msg']}"
        raise SettingsError(reason=reason, origin="基准的参数") from error
    return settings.model_copy(update={"answer": answer})


def read_all(
    reader: Reader,
    asked: Sequence[tuple[EvalQuestion, Sequence[str]]],
    progress: Progress | None = None,
) -> list[Reading]:
    """Ask every question over its texts."""
    readings = []
    for done, (question, texts) in enumerate(asked):
        if progress:
            progress(done, len(asked))
        answer = reader.ask_over(question.to_question(), texts)
        readings.append(Reading(question, tuple(texts), answer))
    if progress:
        progress(len(asked), len(asked))
    return readings


def figures(judged: Iterable[Judged], *measures: Measure) -> dict[str, float | None]:
    """The measures' values, and how much was quoted and refused, which belongs beside them."""
    ones = list(judged)
    return {m.name: m.value(ones) for m in (*measures, REFUSAL_RATE, MEAN_QUOTED_LENGTH)}


def mean(values: Iterable[float]) -> float:
    """The arithmetic mean; zero of nothing."""
    listed = list(values)
    return sum(listed) / len(listed) if listed else 0.0
