"""Question sets of every format, and what becomes of bad lines."""

from __future__ import annotations

import csv
import gzip
import io
import json
from pathlib import Path
from typing import Any

import pytest

from eval.question_sets import EvalQuestion, load_questions
from rag.errors import DataFileMissing, DataLineInvalid, EncodingUnknown

EVIDENCE = "大桥全长500米；采用单塔。"
RECORDS: list[dict[str, Any]] = [
    {
        "id": "a",
        "question": "桥有多长？",
        "history": ["这座桥叫什么？"],
        "answerable": True,
        "answers": [["500米", "五百米"], ["单塔"]],
        "forbidden": ["600米"],
        "evidence": [EVIDENCE],
        "type": "how_many",
    },
    {"id": "b", "question": "桥是谁画的？", "answerable": False},
]


def jsonl(*records: object) -> str:
    return "".join(json.dumps(record, ensure_ascii=False) + "\n" for record in records)


def table() -> list[list[str]]:
    return [
        ["编号", "question", "历史", "answerable", "answers", "forbidden", "evidence", "类型"],
        [
            "a",
            "桥有多长？",
            "这座桥叫什么？",
            "是",
            "500米|五百米；单塔",
            "600米",
            "大桥全长500米；采用单塔。",
            "how_many",
        ],
        ["", "", "", "", "", "", "", ""],
        ["b", "桥是谁画的？", "", "否", "", "", "", ""],
    ]


def as_csv(encoding: str) -> bytes:
    out = io.StringIO(newline="")
    csv.writer(out).writerows(table())
    return out.getvalue().encode(encoding)


def as_workbook() -> bytes:
    from openpyxl import Workbook

    book = Workbook()
    for row in table():
        book.active.append(row)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


FILES = {
    "jsonl": jsonl(*RECORDS).encode(),
    "jsonl, BOM and CRLF": b"\xef\xbb\xbf" + jsonl(*RECORDS).replace("\n", "\r\n").encode(),
    "jsonl in gzip": gzip.compress(jsonl(*RECORDS).encode()),
    "json list": json.dumps(RECORDS).encode(),
    "csv": as_csv("utf-8"),
    "csv of a Chinese Excel": as_csv("gb18030"),
    "csv with BOM": as_csv("utf-8-sig"),
    "xlsx": as_workbook(),
}


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "questions"  # no extension: only the content tells


@pytest.mark.parametrize("content", FILES.values(), ids=FILES.keys())
def test_every_format_says_the_same(file: Path, content: bytes) -> None:
    file.write_bytes(content)
    questions = load_questions(file)
    assert not questions.problems
    assert list(questions) == [
        EvalQuestion(
            id="a",
            question="桥有多长？",
            history=("这座桥叫什么？",),
            answerable=True,
            answers=(("500米", "五百米"), ("单塔",)),
            forbidden=("600米",),
            evidence=(EVIDENCE,),
            type="how_many",
        ),
        EvalQuestion(id="b", question="桥是谁画的？", answerable=False),
    ]


def test_squad_gives_one_group_of_distinct_answers(file: Path) -> None:
    answers = [{"text": t, "answer_start": s} for t, s in (("甲", 0), ("甲", 0), ("甲乙", 0))]
    asked = {"id": "Q", "question": "谁？", "answers": answers, "evidences": ["甲乙来了。"]}
    silent = {"id": "R", "question": "何时？", "answers": [], "is_impossible": True}
    passage = {"id": "P", "context": "甲乙来了。", "qas": [asked, silent]}
    file.write_text(json.dumps({"version": "1", "data": [{"paragraphs": [passage]}]}, indent=1))
    first, second = load_questions(file)
    assert first.answers == (("甲", "甲乙"),)
    assert (first.evidence, first.extra["passage"]) == (("甲乙来了。",), "P")
    assert (first.answerable, second.answerable, second.answers) == (True, False, ())


def test_rgb_lists_are_required_and_inner_lists_are_aliases(file: Path) -> None:
    record = {"id": 7, "query": "哪两国？", "answer": ["甲国", ["乙国", "乙"]], "positive": ["…"]}
    file.write_text(jsonl(record), encoding="utf-8")
    (question,) = load_questions(file)
    assert (question.id, question.answers) == ("7", (("甲国",), ("乙国", "乙")))
    assert question.extra == {"positive": ["…"]}


def test_bad_lines_are_named_and_the_others_kept(file: Path) -> None:
    good = jsonl({"id": "a", "question": "一？"}, {"question": "无编号？"}).encode()
    bad = [
        b'{"id": "x", "question": ',
        b"[1, 2]",
        '{"question": " \u200b "}'.encode(),
        b'{"id": "x"}',
        b'{"question": 5}',
        '{"question": "真？", "answerable": "maybe"}'.encode(),
        '{"question": "真？", "answers": [[]]}'.encode(),
        '{"question": "真？", "answers": 3}'.encode(),
        '{"question": "真？", "answerable": false, "answers": ["甲"]}'.encode(),
        '{"question": "真？", "history": [1]}'.encode(),
        '{"question": "真？", "id": {}}'.encode(),
        '{"question": "\xff"}'.encode("latin-1"),
        b'{"question": "\\ud800\xe7\x9c\x9f"}',
        '{"id": "a", "question": "又是一？"}'.encode(),
        b"[" * 100_000,
    ]
    more = "".join(jsonl({"question": f"第{n}问？"}) for n in range(9)).encode()
    file.write_bytes(good + b"\n".join(bad) + b"\n" + more)
    questions = load_questions(file)
    assert [problem.context["line"] for problem in questions.problems] == list(range(3, 18))
    assert [question.id for question in questions] == ["a", "q2", *(f"q{n}" for n in range(18, 27))]
    assert "编号 a 与第 1 行重复" in questions.problems[13].message_zh


@pytest.mark.parametrize(
    ("content", "error", "says"),
    [
        (b"", DataLineInvalid, "question"),
        (b"{}", DataLineInvalid, "缺少 question"),
        (b"{broken", DataLineInvalid, "不是 JSON"),
        (b"name,value\n1,2\n", DataLineInvalid, "name、value"),
        (b'question\n"never closed', None, ""),
        (b"PK\x03\x04 not a workbook", DataFileMissing, "XLSX"),
        (b"\x1f\x8b not gzip", DataFileMissing, ""),
        (b'{"data": [{"paragraphs": [{"qas": []}]}]}', DataLineInvalid, "context"),
        (b'{"data": []}', DataLineInvalid, "没有问题"),
        (b"\xff\x00\x81\xfe\x80\x90\xff", EncodingUnknown, ""),
    ],
)
def test_files_without_a_question_are_refused(
    file: Path, content: bytes, error: type[Exception] | None, says: str
) -> None:
    file.write_bytes(content)
    if error is None:
        assert len(load_questions(file)) == 1
        return
    with pytest.raises(error) as caught:
        load_questions(file)
    assert says in str(caught.value)


def test_a_missing_file_or_a_folder_is_named(tmp_path: Path) -> None:
    for path in (tmp_path, tmp_path / "none.jsonl"):
        with pytest.raises(DataFileMissing, match=path.name):
            load_questions(path)
