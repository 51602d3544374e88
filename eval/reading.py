"""What benchmarks of reading share: opening a pipeline with a chosen scorer, asking, summing up."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol, TypeVar

from pydantic import ValidationError

from eval.corpora import embedder_of, library_of, ready_article
from eval.judging import Judged, judge, quoted_text
from eval.measures.quotes import MEAN_QUOTED_LENGTH
from eval.measures.ratio import Measure
from eval.measures.refusal import REFUSAL_RATE
from eval.question_sets import EvalQuestion, load_questions
from eval.squad import read_squad
from rag.data_model.answers import Answer, Filters, Question
from rag.data_model.documents import Article
from rag.errors import SettingsError
from rag.evidence.scorer import EvidenceScorer
from rag.models.embedding import Embedder, Progress
from rag.rules.case import Rules
from rag.rules.order import RULES
from rag.settings import AnswerSettings, LibrarySettings, Settings
from rag.settings.complaints import complaints

if TYPE_CHECKING:
    from rag.pipeline import Pipeline

_Item = TypeVar("_Item")

BENCHMARK = "youju benchmark"
"""The command that errors name."""


class Reader(Protocol):
    """What answers from given texts: the pipeline, or a fake."""

    def ask_over(self, question: Question, texts: Sequence[str]) -> Answer:
        """Answer or refuse from these texts alone."""


class ReaderOpener(Protocol):
    """Opens what answers: `open_reader`, or a fake."""

    def __call__(
        self,
        settings: Settings,
        texts: Iterable[str],
        cache_dir: Path | None = None,
        progress: Progress | None = None,
    ) -> AbstractContextManager[Reader]:
        """See `open_reader`."""


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
    """Answers from given texts within one library that holds the texts of all questions."""

    def __init__(self, pipeline: Pipeline, names: Mapping[str, str]) -> None:
        self._pipeline = pipeline
        self._names = names

    def ask_over(self, question: Question, texts: Sequence[str]) -> Answer:
        """Answer or refuse from these texts alone."""
        names = tuple(self._names[text] for text in texts)
        return self._pipeline.ask(question.model_copy(update={"filters": Filters(articles=names)}))


@contextmanager
def open_reader(
    settings: Settings,
    texts: Iterable[str],
    cache_dir: Path | None = None,
    progress: Progress | None = None,
) -> Iterator[Reader]:
    """What answers from any of `texts` with the product's own embedder and scorer.

    Args:
        settings: of the pipeline.
        texts: all that will be asked over; the same text twice is stored once.
        cache_dir: where the embedded library is kept for the next time.
        progress: called with (texts stored, texts in all).
    """
    names = {text: f"text:{n}" for n, text in enumerate(dict.fromkeys(texts), start=1)}
    articles = [ready_article(name, text) for text, name in names.items()]
    with pipeline_of(articles, settings, None, cache_dir, progress) as pipeline:
        yield LibraryReader(pipeline, names)


@contextmanager
def pipeline_of(
    articles: Sequence[Article],
    settings: Settings,
    embedder: Embedder | None = None,
    cache_dir: Path | None = None,
    progress: Progress | None = None,
) -> Iterator[Pipeline]:
    """The pipeline over just these articles.

    Args:
        articles: with distinct ids.
        settings: of the pipeline.
        embedder: instead of the one that the settings name.
        cache_dir: where the embedded library is kept for the next time.
        progress: called with (articles stored, in all).
    """
    embedder = embedder or embedder_of(settings)
    with (
        library_of(articles, embedder, settings, cache_dir, progress) as root,
        pipeline_over(root, settings, embedder) as pipeline,
    ):
        yield pipeline


@contextmanager
def pipeline_over(
    root: Path,
    settings: Settings,
    embedder: Embedder,
    scorer: EvidenceScorer | None = None,
    rules: Rules = RULES,
) -> Iterator[Pipeline]:
    """The pipeline over the library in `root`, closed afterwards."""
    from rag.assembly import open_pipeline

    # A library that is soon gone leaves nothing in an engine that others share.
    there = settings.model_copy(update={"data_dir": root, "library": LibrarySettings()})
    pipeline = open_pipeline(there, embedder, scorer, rules)
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
        reason = complaints(error, "answer")[0].words
        raise SettingsError(reason=reason, origin="基准的参数") from error
    return settings.model_copy(update={"answer": answer})


def counted(items: Sequence[_Item], progress: Progress | None) -> Iterator[_Item]:
    """Each in turn; `progress` hears how many are done, of how many."""
    for done, item in enumerate(items, start=1):
        yield item
        if progress:
            progress(done, len(items))


def read_all(
    reader: Reader,
    asked: Sequence[tuple[EvalQuestion, Sequence[str]]],
    progress: Progress | None = None,
) -> list[Reading]:
    """Ask every question over its texts."""
    return [
        Reading(question, tuple(texts), reader.ask_over(question.to_question(), texts))
        for question, texts in counted(asked, progress)
    ]


def read_gold(
    file: Path,
    limit: int | None,
    settings: Settings,
    *,
    cache_dir: Path | None = None,
    progress: Progress | None = None,
    opener: ReaderOpener = open_reader,
) -> list[Reading]:
    """Ask the first questions of a SQuAD-format file, each over its gold passage alone."""
    passages = read_squad(file).passage_of()
    asked = [
        (question, [passages[question.extra["passage"]].text])
        for question in load_questions(file).questions[:limit]
    ]
    texts = [text for _, given in asked for text in given]
    with opener(settings, texts, cache_dir, progress) as reader:
        return read_all(reader, asked, progress)


def result(
    benchmark: str, file: Path, settings: Settings, metrics: dict[str, Any], **about: Any
) -> dict[str, Any]:
    """What a benchmark gives: its name, the settings that matter, its figures.

    Args:
        benchmark: the name.
        file: that holds the questions.
        settings: of the pipeline.
        metrics: the figures.
        **about: what else was chosen.
    """
    answer = settings.answer.model_dump(mode="json")
    chosen = {"file": Path(file).name, **about, "answer": answer}
    return {"benchmark": benchmark, "settings": chosen, "metrics": metrics}


def figures(judged: Iterable[Judged], *measures: Measure) -> dict[str, float | None]:
    """The measures' values, and how much was quoted and refused, which belongs beside them."""
    ones = list(judged)
    return {m.name: m.value(ones) for m in (*measures, REFUSAL_RATE, MEAN_QUOTED_LENGTH)}


def mean(values: Iterable[float]) -> float:
    """The arithmetic mean; zero of nothing."""
    listed = list(values)
    return sum(listed) / len(listed) if listed else 0.0
