"""Question sets from one form into another and back: what a form can hold comes back the same."""

from __future__ import annotations

import io
import json
from collections.abc import Sequence
from pathlib import Path
from types import MappingProxyType

import pytest

from eval.converting import Form, convert, form_of, read_any
from eval.question_formats.documents import Document, judgements
from eval.question_formats.loss import Losses
from eval.question_formats.records import jsonl_text
from eval.question_formats.trec import qrels_text, read_qrels, run_text
from eval.question_sets import EvalQuestion, load_questions
from eval.spreadsheets import csv_text, defused, plain_cell, workbook_bytes
from rag.errors import DataFileMissing, DataLineInvalid, UsageInvalid

FORMULAS = ["=1+1", "+86 10", "-3", "@SUM(A1)", " =2", "\t=3", "＝4", "'=5", "''=6", "\r7"]
HARMLESS = ["", "桥", "'引号'", "a=b", "5-3", "'", "“=”"]

QUESTIONS = [
    EvalQuestion(
        id="a",
        question="桥有多长？",
        history=("桥叫什么？", "它在哪里；哪条江上？"),
        answerable=True,
        answers=(("500米", "五百米"), ("单塔", "一座|塔")),
        forbidden=("600米", "=HYPERLINK()"),
        evidence=("大桥全长500米；采用单塔。", "[注] 塔高\n九十米。"),
        type="how_many",
        extra=MappingProxyType({"style": "colloquial"}),
    ),
    EvalQuestion(id="b c", question="=桥是谁画的？", answerable=False),
    EvalQuestion(id="c", question="渡口何时开？", answers=(("六点",),), answerable=True),
    EvalQuestion(id="d", question="谁守灯塔？", relevant={"灯塔": 2, "岛": 1}, answerable=True),
    EvalQuestion(id="e", question="怎么样？"),
]


def written(tmp_path: Path, questions: Sequence[EvalQuestion]) -> Path:
    path = tmp_path / "set.jsonl"
    path.write_text(jsonl_text(questions), encoding="utf-8")
    return path


@pytest.mark.parametrize("name", ["again.jsonl", "again.csv", "again.xlsx"])
def test_what_holds_everything_gives_everything_back(tmp_path: Path, name: str) -> None:
    source = written(tmp_path, QUESTIONS)
    out = tmp_path / name
    converted = convert(source, out, form_of(None, out))
    assert (converted.questions, converted.problems, converted.losses.to_json()) == (5, (), {})
    assert list(load_questions(out)) == QUESTIONS
    back = tmp_path / "back.jsonl"
    convert(out, back, "jsonl")
    assert list(load_questions(back)) == QUESTIONS


@pytest.mark.parametrize("text", [*FORMULAS, *HARMLESS])
def test_no_cell_is_a_formula_and_its_text_comes_back(text: str) -> None:
    cell = defused(text)
    assert cell[:1] not in set("=+-@＝＋－＠\t\r")
    assert plain_cell(cell) == text
    assert (cell == text) is (text in HARMLESS)
    assert f'"{cell}"' in csv_text([[text]]) or cell in csv_text([[text]])


def test_a_workbook_stores_formulas_errors_and_odd_characters_as_text() -> None:
    from openpyxl import load_workbook

    texts = [*FORMULAS, "#N/A", "1\x002", "长" * 40_000]
    book = load_workbook(io.BytesIO(workbook_bytes([texts], "表")))
    cells = list(book.active[1])
    assert {cell.data_type for cell in cells} == {"s"}
    assert [cell.value for cell in cells[:4]] == FORMULAS[:4]
    assert all(cell.quotePrefix for cell in cells[:4])
    assert (cells[-2].value, len(cells[-1].value)) == ("1\ufffd2", 32_767)


@pytest.mark.parametrize(
    ("form", "kept", "lost"),
    [
        (
            "squad",
            ("id", "question", "evidence", "answerable"),
            {"history": 1, "forbidden": 1, "type": 1, "groups": 1, "relevant": 1, "unplaced": 2},
        ),
        (
            "rgb",
            ("id", "question", "answers", "evidence"),
            {"history": 1, "forbidden": 1, "type": 1, "relevant": 1, "answerable": 1},
        ),
        ("crud-rag", ("question",), {"history": 1, "forbidden": 1, "answerable": 1}),
    ],
)
def test_what_a_form_cannot_hold_is_counted(
    tmp_path: Path, form: Form, kept: tuple[str, ...], lost: dict[str, int]
) -> None:
    out = tmp_path / "out.json"
    converted = convert(written(tmp_path, QUESTIONS), out, form)
    assert converted.losses.to_json() == lost
    assert len(converted.losses.messages()) == len(lost)
    again = {q.question: q for q in read_any(out).questions}
    for question in QUESTIONS[:3]:
        for name in kept:
            assert getattr(again[question.question], name) == getattr(question, name), name


def test_crud_rag_is_read_by_its_three_tasks(tmp_path: Path) -> None:
    item = {"ID": "x1", "event": "建桥", "news1": "桥建成了。", "questions": "何时建成？"}
    tree = {
        "event_summary": [{"ID": "s", "summary": "不是问答"}],
        "questanswer_1doc": [item | {"answers": "去年建成。"}],
        "questanswer_2docs": [
            item
            | {"ID": "x2", "news2": "桥通车了。", "questions": ["何时？"], "answers": ["去年"]},
            "不是一题",
        ],
    }
    path = tmp_path / "split_merged.json"
    path.write_text(json.dumps(tree, ensure_ascii=False), encoding="utf-8")
    found = load_questions(path)
    assert [(q.id, q.type, q.answers, q.evidence) for q in found] == [
        ("x1", "questanswer_1doc", (("去年建成。",),), ("桥建成了。",)),
        ("x2", "questanswer_2docs", (("去年",),), ("桥建成了。", "桥通车了。")),
    ]
    assert [problem.context["line"] for problem in found.problems] == [3]


def test_beir_judges_the_articles_that_hold_evidence(tmp_path: Path) -> None:
    given = [
        Document("桥", "大桥", "大桥全长500米；采用单塔。"),
        Document("渡口", "渡口", "渡口六点开。"),
    ]
    source, folder = written(tmp_path, QUESTIONS), tmp_path / "beir"
    converted = convert(source, folder, "beir", given)
    assert [path.name for path in converted.files] == ["queries.jsonl", "corpus.jsonl", "test.tsv"]
    qrels = (folder / "qrels" / "test.tsv").read_text(encoding="utf-8").splitlines()
    assert qrels[:2] == ["query-id\tcorpus-id\tscore", "a\t桥\t1"]
    assert qrels[2].startswith("a\te-")  # the note stands in no document given
    assert qrels[3:] == ["d\t灯塔\t2", "d\t岛\t1"]
    again = convert(folder, tmp_path / "again.jsonl", "jsonl")
    assert [path.name for path in again.files] == ["again.jsonl", "again.articles.jsonl"]
    questions = {q.id: q for q in load_questions(again.files[0])}
    assert dict(questions["d"].relevant) == {"灯塔": 2, "岛": 1}
    assert questions["d"].answerable is True
    assert "c" not in questions  # nobody judged anything for it
    articles = [json.loads(line) for line in again.files[1].read_text("utf-8").splitlines()]
    assert articles[0] == {"id": "桥", "title": "大桥", "text": "大桥全长500米；采用单塔。"}


def test_trec_files_are_read_back_with_ids_that_have_spaces(tmp_path: Path) -> None:
    questions = [
        EvalQuestion("b c%", "桥\t多长？", relevant={"一 篇": 1}, answerable=True),
        EvalQuestion("d", "谁守灯塔？", relevant={"岛": 3}, answerable=True),
    ]
    folder = tmp_path / "trec"
    convert(written(tmp_path, questions), folder, "trec")
    assert (folder / "topics.tsv").read_text("utf-8") == "b%20c%25\t桥 多长？\nd\t谁守灯塔？\n"
    assert (folder / "qrels.txt").read_text("utf-8") == "b%20c%25 0 一%20篇 1\nd 0 岛 3\n"
    first, second = read_any(folder).questions
    assert (first.id, first.question, dict(first.relevant)) == ("b c%", "桥 多长？", {"一 篇": 1})
    assert (second, second.answerable) == (questions[1], True)


def test_old_trec_topics_are_read(tmp_path: Path) -> None:
    (tmp_path / "topics.txt").write_text(
        "<top>\n<num> Number: 301\n<title> 谁守\n灯塔\n<desc> 不要\n</top>\n", encoding="utf-8"
    )
    (tmp_path / "qrels.txt").write_text("301 0 岛 1\n301 0 海 0\n", encoding="utf-8")
    (question,) = read_any(tmp_path).questions
    assert (question.id, question.question, dict(question.relevant)) == (
        "301",
        "谁守 灯塔",
        {"岛": 1},
    )


def test_bad_judgements_and_empty_folders_are_named(tmp_path: Path) -> None:
    with pytest.raises(DataFileMissing, match="topics"):
        read_any(tmp_path)
    (tmp_path / "qrels").mkdir()
    (tmp_path / "queries.jsonl").write_text('{"_id": "1", "text": "谁？"}\n', encoding="utf-8")
    with pytest.raises(DataFileMissing, match=r"test\.tsv"):
        read_any(tmp_path)
    (tmp_path / "qrels" / "dev.tsv").write_text("q\td\ts\n1\t2\n", encoding="utf-8")
    with pytest.raises(DataLineInvalid, match="第 2 行"):
        read_any(tmp_path)
    (tmp_path / "qrels.txt").write_text("1 0 岛 高\n", encoding="utf-8")
    with pytest.raises(DataLineInvalid, match="第 1 行"):
        read_qrels(tmp_path / "qrels.txt")


def test_scores_of_a_run_fall_so_that_the_order_stays() -> None:
    lines = run_text({"q": ["甲", "乙", "丙"]}, "有 据").splitlines()
    assert lines == ["q Q0 甲 1 3 有%20据", "q Q0 乙 2 2 有%20据", "q Q0 丙 3 1 有%20据"]
    assert qrels_text({"q": {"甲": 2}}) == "q 0 甲 2\n"


def test_evidence_without_a_document_is_one_once() -> None:
    asked = [EvalQuestion(id=x, question=f"{x}？", evidence=("灯亮了。",)) for x in "xy"]
    made = judgements(asked, (), Losses())
    (document,) = made.documents.values()
    assert made.grades == {"x": {document.id: 1}, "y": {document.id: 1}}


def test_forms_are_named_or_guessed(tmp_path: Path) -> None:
    assert form_of(None, Path("a.JSON")) == "squad"
    assert form_of("Beir", Path("x")) == "beir"
    for name, out in ((None, "folder"), ("word", "a.csv")):
        with pytest.raises(UsageInvalid, match=r"crud-rag"):
            form_of(name, Path(out))
