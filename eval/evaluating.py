"""A question set asked of a pipeline and judged, in a folder that an interrupted run goes on in."""

from __future__ import annotations

from pathlib import Path

from eval.data_files import read_bytes
from eval.diagnosis import Diagnosis
from eval.question_sets import QuestionSet
from eval.report_folders import check_free
from eval.reports import Report, evaluate
from eval.run_stamps import key_of, read_stamps
from eval.runs import ANSWERS, Run, answer_all
from rag.data_model.answers import Answer, Filters
from rag.errors import NothingToEvaluate
from rag.models.embedding import Progress
from rag.pipeline import Pipeline
from rag.proof.verification import Finding, verify


def ask_in(
    folder: Path,
    pipeline: Pipeline,
    questions: QuestionSet,
    progress: Progress | None = None,
    *,
    at_once: int = 1,
    again: bool = True,
) -> Run:
    """Ask a set, and keep the answers in `folder`.

    What an interrupted run has answered there is kept, if program, questions, articles and settings
    are still the same; otherwise all is asked afresh.

    Args:
        folder: of the run and its report; made if need be.
        pipeline: what answers.
        questions: the set.
        progress: called with (done, total).
        at_once: how many questions are under way at a time.
        again: ask afresh too where an earlier run was finished.

    Raises:
        NothingToEvaluate: the library is empty.
        ReportTaken: the folder holds the run of another set.
        CollectionMissing: the set is to be asked of one that is not there.
        DataFileMissing, StorageFull, StorageFailed: the folder does not take the answers.
    """
    _check_articles(pipeline)
    pipeline.library.check_collections(Filters(collections=questions.collections))
    check_free(folder, questions)
    key = key_of(read_bytes(questions.path).hex(), *_asked_of(pipeline), *questions.collections)
    path = folder / ANSWERS
    earlier = read_stamps(path)
    resume = earlier is not None and earlier.key == key and not (again and earlier.finished)
    return answer_all(
        pipeline,
        questions.questions,
        path,
        progress,
        resume=resume,
        at_once=at_once,
        key=key,
        asked=questions.name,
    )


def _check_articles(pipeline: Pipeline) -> None:
    """Refuse where there is nothing to ask: that no quote is wrong would read as praise."""
    if not pipeline.library.counts().articles:
        raise NothingToEvaluate(path=pipeline.settings.data_dir)


def _asked_of(pipeline: Pipeline) -> tuple[str, ...]:
    """Names articles, models and settings; two libraries may be at one generation, but no mark."""
    library = pipeline.library
    made_by = pipeline.receipt().model_dump_json(exclude={"generation"})
    return library.identity, library.version.mark, made_by


def judged(
    pipeline: Pipeline, questions: QuestionSet, run: Run, *, diagnosed: bool = True
) -> Report:
    """Judge a run over the library that it was made from.

    Args:
        pipeline: ranks passages, proves quotes, and tells where wrong answers were lost.
        questions: the set.
        run: the answers.
        diagnosed: whether wrong answers are looked into, which asks each of them again.

    Raises:
        NothingToEvaluate: the library is empty.
    """
    _check_articles(pipeline)

    def findings(answer: Answer) -> list[Finding]:
        return verify(answer, pipeline.library)

    passages = pipeline.settings.retrieval.passages
    return evaluate(
        questions,
        run,
        searcher=pipeline,
        verifier=findings,
        diagnosis=Diagnosis(pipeline, passages) if diagnosed else None,
    )
