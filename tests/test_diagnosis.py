"""Which stage lost a wrong answer: made to go wrong at each of them, over a real library."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from fakes_eval import answer
from pages import BRIDGE, TEA, asking

from eval.diagnosis import STAGES, Diagnosis, Loss, stages
from eval.judging import judge
from eval.question_sets import EvalQuestion
from rag.data_model.answers import Answer, Mismatch, Question, Refusal
from rag.evidence.scorer import Assessment
from rag.generation import Findings
from rag.pipeline import Pipeline
from rag.retrieval.retriever import Hit

GOLD = "大桥全长2360米，总投资21亿元，计划明年六月通车。"
ASKED = EvalQuestion(
    "q", "大桥总投资多少元？", answerable=True, answers=(("21亿元",),), evidence=(GOLD,)
)


@pytest.fixture(scope="module")
def pipeline(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Pipeline]:
    with asking(tmp_path_factory.mktemp("lost"), bridge=BRIDGE, tea=TEA) as made:
        yield made


def refused(question: str, **more: object) -> Answer:
    """A refusal that shows nothing near."""
    refusal = Refusal(reason="not_stated", message="没有找到。").model_copy(update=more)
    return answer(question, "x").model_copy(
        update={"status": "refused", "citations": (), "statements": (), "refusal": refusal}
    )


def lost(pipeline: Pipeline, said: Answer | None, question: EvalQuestion = ASKED) -> Loss | None:
    return Diagnosis(pipeline, passages=12).of(judge(question, said))


def test_what_is_right_was_not_lost(pipeline: Pipeline) -> None:
    assert lost(pipeline, answer(ASKED.question, GOLD)) is None


def test_no_answer_and_an_answer_where_there_is_none(pipeline: Pipeline) -> None:
    assert lost(pipeline, None) == Loss("no_answer")
    unasked = EvalQuestion("u", "大桥是谁剪彩的？", answerable=False)
    loss = lost(pipeline, answer(unasked.question, GOLD), unasked)
    assert loss is not None
    assert loss.stage == "should_refuse"
    assert loss.chosen is not None
    assert loss.chosen.text == GOLD


def test_a_wrong_sentence_and_one_cut_short(pipeline: Pipeline) -> None:
    wrong = lost(pipeline, answer(ASKED.question, "通车以后，从老城到新区只要五分钟。"))
    short = lost(pipeline, answer(ASKED.question, "大桥全长2360米"))
    assert wrong is not None
    assert short is not None
    assert (wrong.stage, short.stage) == ("wrong_sentence", "cut_short")
    for loss in (wrong, short):
        assert loss.gold is not None
        assert loss.gold.text == GOLD
        assert loss.gold.probability is not None
    assert wrong.to_json()["label"] == "引错了句子"


def test_evidence_that_is_not_in_the_library(pipeline: Pipeline) -> None:
    question = replace(ASKED, evidence=("大桥造价二十一亿元整。",))
    loss = lost(pipeline, refused(ASKED.question), question)
    assert loss is not None
    assert (loss.stage, loss.gold) == ("not_ingested", None)
    numbers = EvalQuestion("n", "多少人？", answerable=True, answers=(("九千人",),))
    loss = lost(pipeline, refused(numbers.question), numbers)
    assert loss is not None
    assert loss.stage == "not_ingested"


def test_what_was_read_and_refused(pipeline: Pipeline) -> None:
    plain = lost(pipeline, refused(ASKED.question))
    mismatch = Mismatch(asked="二桥", told="大桥")
    ruled = lost(pipeline, refused(ASKED.question, mismatch=mismatch))
    tasked = lost(pipeline, refused(ASKED.question, reason="out_of_scope"))
    assert plain is not None
    assert ruled is not None
    assert tasked is not None
    assert (plain.stage, plain.rule) == ("not_believed", "")
    assert ruled.stage == tasked.stage == "refused_by_rule"
    assert "问 二桥，文中是 大桥" in ruled.rule


class Altered:
    """A pipeline whose findings lost something on the way."""

    def __init__(self, pipeline: Pipeline, stage: str) -> None:
        self.library = pipeline.library
        self._pipeline = pipeline
        self._stage = stage

    def findings(self, question: Question) -> Findings:
        findings = self._pipeline.findings(question)
        return replace(
            findings,
            sides=tuple(
                replace(side, assessment=self._altered(side.assessment)) for side in findings.sides
            ),
        )

    def _altered(self, assessment: Assessment) -> Assessment:
        if self._stage == "unread":
            return replace(
                assessment, evidence=tuple(replace(e, probability=0.0) for e in assessment.evidence)
            )
        kept = [e for e in assessment.evidence if GOLD not in e.candidate.hit.passage.text]
        if self._stage == "removed":  # the passage is looked at, the sentence is taken away
            kept = [e for e in assessment.evidence if e.text != GOLD]
        return replace(assessment, evidence=tuple(kept))

    def search(self, query: str, limit: int) -> list[Hit]:
        hits = self._pipeline.search(query, limit)
        if self._stage == "missed":
            return []
        if self._stage == "deep":
            return sorted(hits, key=lambda hit: GOLD in hit.passage.text)
        return hits


@pytest.mark.parametrize(
    ("altered", "stage"),
    [
        ("unread", "not_read"),
        ("removed", "refused_by_rule"),
        ("missed", "not_retrieved"),
        ("deep", "not_retrieved"),
    ],
)
def test_each_stage_before(pipeline: Pipeline, altered: str, stage: str) -> None:
    diagnosis = Diagnosis(Altered(pipeline, altered), passages=1)
    loss = diagnosis.of(judge(ASKED, refused(ASKED.question)))
    assert loss is not None
    assert loss.stage == stage
    if altered == "deep":
        assert loss.gold is not None
        assert loss.gold.rank is not None
        assert loss.gold.rank > 1


def test_stages_are_counted_in_their_order() -> None:
    losses = [Loss("should_refuse"), Loss("not_retrieved"), Loss("should_refuse")]
    assert list(stages(losses).items()) == [("not_retrieved", 1), ("should_refuse", 2)]
    assert next(iter(STAGES)) == "no_answer"


def test_the_same_findings_as_an_answer_is_made_of(pipeline: Pipeline) -> None:
    said = pipeline.ask(Question(question=ASKED.question))
    findings = pipeline.findings(Question(question=ASKED.question))
    assert findings.understood.searched == said.searched_question
    assert max(side.answerable for side in findings.sides) == pytest.approx(
        said.confidence, abs=1e-4
    )


def test_a_report_counts_what_each_stage_lost(pipeline: Pipeline, tmp_path: Path) -> None:
    from eval.reports import evaluate
    from eval.runs import Run

    other = EvalQuestion("u", "大桥是谁剪彩的？", answerable=False)
    answers = {"q": refused(ASKED.question), "u": answer(other.question, GOLD)}
    run = Run(Path("run.jsonl"), answers, {})
    report = evaluate([ASKED, other], run, diagnosis=Diagnosis(pipeline, passages=12))
    assert report.to_json()["stages"] == {"not_believed": 1, "should_refuse": 1}
    assert "读到了，没采信" in report.table()
    assert report.failures()[0]["lost"]["gold"]["text"] == GOLD
