"""Checking a question set: every kind of broken line is named, and the good ones are counted."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from fake_pipeline import PAGE, FakePipeline, write_library

from eval.question_checks import HeldTexts, check_questions
from eval.question_sets import load_questions
from rag.data_model.documents import Article, Paragraph
from rag.errors import DataLineInvalid
from ui.cli import run

LINES = ("大桥全长五百米。", "姜远：先得有路。", "桥边有九十九盏灯。")
HELD = HeldTexts(
    [Article("桥", "大桥", tuple(Paragraph(n, text, ()) for n, text in enumerate(LINES, 1)))]
)


def good(n: int) -> dict[str, Any]:
    return {
        "id": f"g{n}",
        "question": f"第{n}问：大桥多长？",
        "answerable": True,
        "answers": [["五百米"]],
        "evidence": ["大桥全长五百米。"],
    }


def encoded(record: dict[str, Any]) -> bytes:
    return json.dumps(record, ensure_ascii=False).encode()


BROKEN: dict[str, tuple[bytes, str]] = {
    "cut off": (encoded(good(900))[:-9], "unreadable"),
    "no object": (b"[1, 2]", "unreadable"),
    "mixed encodings": (
        encoded(good(901)).replace("问".encode(), "问".encode("gbk")),
        "unreadable",
    ),
    "BOM inside": (b"\xef\xbb\xbf" + encoded(good(902)), "unreadable"),
    "empty question": (encoded(good(903) | {"question": " \u200b"}), "unreadable"),
    "wrong type": (encoded(good(904) | {"answers": 5}), "unreadable"),
    "contradictory flags": (encoded(good(905) | {"answerable": False}), "unreadable"),
    "id again": (encoded(good(1) | {"question": "另一问？"}), "id_repeated"),
    "question again": (encoded(good(2) | {"id": "again"}), "question_repeated"),
    "misspelt column": (encoded(good(906) | {"anwsers": [["x"]]}), "column_misspelt"),
    "evidence nowhere": (
        encoded(good(907) | {"evidence": ["大桥全长五百米，造价十亿。"]}),
        "evidence_missing",
    ),
    "answer not in evidence": (
        encoded(good(908) | {"answers": [["五百米"], ["六百米", "600米"]]}),
        "answer_not_in_evidence",
    ),
    "answer forbidden": (encoded(good(909) | {"forbidden": ["五百"]}), "answer_forbidden"),
    "garbled": (encoded(good(910) | {"question": "大\ufffd桥多长？"}), "garbled"),
    "too long": (encoded(good(911) | {"question": "长" * 2001}), "question_too_long"),
    "relevant to nothing": (
        encoded({"question": "价？", "answerable": False, "relevant": {"桥": 1}}),
        "relevant_unanswerable",
    ),
}


@pytest.fixture
def file(tmp_path: Path) -> tuple[Path, dict[int, str]]:
    """200 lines; every twelfth is broken. Gives the codes that its lines should have."""
    lines = [encoded(good(n)) for n in range(200)]
    expected = {}
    for n, (line, code) in enumerate(BROKEN.values()):
        lines[12 * n + 7] = line
        expected[12 * n + 8] = code
    path = tmp_path / "set.jsonl"
    path.write_bytes(b"\n".join(lines) + b"\n")
    return path, expected


def test_each_broken_line_is_named_and_the_good_ones_run(
    file: tuple[Path, dict[int, str]],
) -> None:
    path, expected = file
    checked = check_questions(path, HELD, 2000)
    assert {f.line: f.code for f in checked.findings if f.severity == "error"} == expected
    assert (checked.lines, checked.good, checked.bad) == (200, 184, 16)
    assert len(load_questions(path)) == 200 - 7 - 1  # those that cannot be read, and the id twice
    for finding in checked.findings:
        assert str(finding).startswith(f"第 {finding.line} 行")
    assert "共 200 题，184 题可用，16 题有错" in checked.text()


def test_without_articles_no_evidence_is_missed(file: tuple[Path, dict[int, str]]) -> None:
    checked = check_questions(file[0], None, 2000)
    assert "evidence_missing" not in {finding.code for finding in checked.findings}
    assert (checked.bad, checked.to_json()["articles"]) == (15, None)


@pytest.mark.parametrize(
    ("evidence", "held"),
    [
        ("大桥全长五百米。", True),
        ("大橋 全長五百米。", True),
        ("大桥全长五百米。\n姜远：先得有路。", True),
        ("姜远说：先得有路。", False),
        ("先得有路。桥边", True),
        ("五百米。先得", False),
    ],
)
def test_evidence_is_looked_up_however_it_is_written(evidence: str, held: bool) -> None:
    assert HELD.holds(evidence) is held


def test_columns_that_nothing_uses_are_noted_once(tmp_path: Path) -> None:
    path = tmp_path / "set.jsonl"
    rows = [{"id": str(n), "question": f"{n}？", "来源": "我", "style": "plain"} for n in range(3)]
    path.write_bytes(b"\n".join(map(encoded, rows)))
    checked = check_questions(path, None, 2000)
    assert checked.bad == 0
    codes = [finding.code for finding in checked.findings]
    assert codes.count("column_unknown") == 1
    assert codes.count("answerable_unknown") == 3


def test_a_row_with_more_cells_than_the_header_is_bad(tmp_path: Path) -> None:
    path = tmp_path / "set.csv"
    path.write_text("id,question,evidence\na,谁？,来了,又走了\nb,何时？,昨天,,\n", encoding="utf-8")
    checked = check_questions(path, None, 2000)
    (finding,) = (f for f in checked.findings if f.severity == "error")
    assert (finding.line, finding.code) == (2, "unreadable")
    assert "又走了" in finding.reason


def test_a_table_with_bytes_of_another_encoding_names_the_row(tmp_path: Path) -> None:
    path = tmp_path / "set.csv"
    rows = ["id,question", *(f"{n},第{n}问？" for n in range(9))]
    path.write_bytes("\n".join(rows).encode() + "\nx,谁？".encode("gb18030"))
    (finding,) = (f for f in check_questions(path, None, 9).findings if f.severity == "error")
    assert (finding.line, finding.code) == (11, "unreadable")


def test_nothing_to_check_is_an_error(tmp_path: Path) -> None:
    path = tmp_path / "set.json"
    path.write_text("[]", encoding="utf-8")
    with pytest.raises(DataLineInvalid, match="没有问题"):
        check_questions(path, None, 9)


def test_the_command_exits_with_one_and_names_lines(
    file: tuple[Path, dict[int, str]], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    articles = tmp_path / "articles.jsonl"
    articles.write_bytes(encoded({"id": "桥", "title": "大桥", "text": "\n".join(LINES)}))
    command = ["questions", "check", str(file[0]), "--articles", str(articles)]
    command += ["--data-dir", str(tmp_path / "data")]
    assert run(command) == 1
    said = capsys.readouterr().out
    assert all(f"第 {line} 行" in said for line in file[1])
    assert run([*command, "--json"]) == 1
    record = json.loads(capsys.readouterr().out)
    assert (record["good"], record["bad"], record["articles"]) == (184, 16, 1)
    fine = tmp_path / "fine.jsonl"
    fine.write_bytes(encoded(good(1)))
    assert run([*command[:2], str(fine), *command[3:]]) == 0


@pytest.mark.parametrize("verb", [["check"], ["convert", "out.csv"]])
def test_a_missing_file_is_one_line_and_exit_two(
    verb: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    name, *more = verb
    command = ["questions", name, str(tmp_path / "none.jsonl"), *more]
    assert run([*command, "--data-dir", str(tmp_path)]) == 2
    said = capsys.readouterr()
    assert said.err.startswith("错误：")
    assert said.err.count("\n") == 1


def test_the_good_lines_run_each_bad_one_is_named_and_the_exit_is_one(
    file: tuple[Path, dict[int, str]],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    path, expected = file
    write_library(tmp_path / "data", body="\n".join(LINES))
    monkeypatch.setattr("rag.assembly.open_pipeline", FakePipeline)
    report = tmp_path / "report"
    command = ["evaluate", str(path), "--report", str(report), "--data-dir", str(tmp_path / "data")]
    assert run(command) == 1
    said = capsys.readouterr().out
    cannot_run = {line for line, code in expected.items() if code in {"unreadable", "id_repeated"}}
    assert all(f"set.jsonl 第 {line} 行有误" in said for line in cannot_run)
    assert said.count("行有误") == len(cannot_run) == 8
    lines = (report / "answers.jsonl").read_text(encoding="utf-8").splitlines()
    assert len(lines) == 192
    assert sum('"error"' in line for line in lines) == 1  # the one that is too long to be asked
    assert "共 192 题" in said


def test_a_collection_that_the_library_lacks_is_named(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    data, path = tmp_path / "data", tmp_path / "set.jsonl"
    write_library(data, PAGE)
    rows = [
        {"id": name, "question": f"{name}？", "answerable": False, "filters": {"collections": [of]}}
        for name, of in (("a", "默认文集"), ("b", "没有"))
    ]
    path.write_bytes(b"\n".join(map(encoded, rows)))
    assert run(["questions", "check", str(path), "--data-dir", str(data), "--json"]) == 1
    (finding,) = json.loads(capsys.readouterr().out)["findings"]
    assert (finding["line"], finding["code"]) == (2, "collection_missing")
    assert "没有这个文集：没有" in finding["reason"]
