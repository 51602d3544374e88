"""Benchmarks of gists, of messages with several questions and of conversations, on small files."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from eval.benchmarks import conversations, gist, several, visit
from eval.benchmarks.conversations import Told, Turn
from eval.benchmarks.gist import Outline
from eval.benchmarks.several import Message, Replied
from rag.data_model.answers import Answer, Receipt, Statement, SubQuestion
from rag.errors import DataLineInvalid
from rag.models.embedding import HashingEmbedder
from rag.settings import AnswerSettings, Settings

ARTICLES = {
    "bridge": "青石湾大桥全长2360米。青石湾大桥总投资21亿元。工期三年，由市建工集团承建。",
    "tea": "云顶乡的高山茶园今年开园早。全乡茶园面积有三千亩。",
}
FEATURES = Settings(answer=AnswerSettings(scorer="features", threshold=0.0))


def written(folder: Path, name: str, rows: list[dict[str, Any]]) -> Path:
    path = folder / name
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    return path


@pytest.fixture
def articles(tmp_path: Path) -> Path:
    rows = [{"id": name, "text": text} for name, text in ARTICLES.items()]
    return written(tmp_path, "articles.jsonl", rows)


def test_points_that_are_quoted_count(tmp_path: Path, articles: Path) -> None:
    points = [{"evidence": ["青石湾大桥全长2360米。"]}, {"evidence": ["没有这句话在文章里。"]}]
    outlines = written(tmp_path, "outlines.jsonl", [{"article": "bridge", "points": points}])
    metrics = gist.run(outlines, [articles], settings=FEATURES, embedder=HashingEmbedder())[
        "metrics"
    ]
    assert (metrics["coverage"], metrics["lead_3"]["coverage"]) == (0.5, 0.5)
    assert 0 < metrics["length"] <= metrics["longest"] <= 300
    assert (
        Outline("a", (("甲说了一件事。",), ("乙说了一件事。",))).coverage(["乙说了一件事。"]) == 0.5
    )


def test_the_wording_that_two_quotes_share_counts_once() -> None:
    outline = Outline("a", (("甲乙丙丁戊己庚辛",), ("。", "？")))
    assert outline.wording(["甲乙丙丁", "丙丁戊己"]) == 0.375
    assert Outline("a", (("。",),)).wording(["甲"]) == 0.0


def test_each_told_part_is_to_be_quoted_and_each_other_named(
    tmp_path: Path, articles: Path
) -> None:
    row = {
        "question": "青石湾大桥全长多少米，云顶乡茶园面积有多少亩？",
        "kind": "two_in_one",
        "parts": [
            {"evidence": ["青石湾大桥全长2360米。"]},
            {"evidence": ["全乡茶园面积有三千亩。"]},
        ],
    }
    messages = written(tmp_path, "messages.jsonl", [row])
    result = several.run(messages, [articles], settings=FEATURES, embedder=HashingEmbedder())
    assert result["metrics"]["apart"] == 1.0
    assert result["metrics"]["every_told_part_quoted"] == 1.0
    assert result["metrics"]["kind"]["two_in_one"]["messages"] == 1


def _answer(*told: bool) -> Answer:
    subs = tuple(
        SubQuestion(
            question="问",
            searched_question="问",
            status="answered" if one else "refused",
            confidence=0.9 if one else 0.1,
        )
        for one in told
    )
    return Answer(
        question="问",
        searched_question="问",
        status="answered",
        text="",
        confidence=0.9,
        sub_questions=subs,
        receipt=Receipt(generation=1, model="m", settings="s"),
        statements=(Statement(text="甲", citations=()),),
    )


@pytest.mark.parametrize(
    ("told", "named"), [((True, False), [True]), ((True, True), [False]), ((True,), [False])]
)
def test_a_part_is_named_in_its_place(told: tuple[bool, ...], named: list[bool]) -> None:
    message = Message("问", "two_in_one", (("甲",), ()))
    assert Replied(message, _answer(*told)).named == named


def test_later_turns_beside_their_full_form(tmp_path: Path, articles: Path) -> None:
    turns = [
        {"question": "青石湾大桥全长多少米？", "standalone": "青石湾大桥全长多少米？",
         "kind": "first", "answer": "2360米", "evidence": ["青石湾大桥全长2360米。"]},
        {"question": "总投资呢？", "standalone": "青石湾大桥总投资多少？",
         "kind": "what_about", "answer": "21亿元", "evidence": ["青石湾大桥总投资21亿元。"]},
    ]  # fmt: skip
    file = written(tmp_path, "conversations.jsonl", [{"turns": turns}, {"turns": turns[:1]}])
    result = conversations.run(
        file, [articles], limit=1, settings=FEATURES, embedder=HashingEmbedder()
    )
    assert result["metrics"]["first"]["turns"] == 1
    assert result["metrics"]["kind"]["what_about"]["right_in_full"] == 1.0
    turn = Turn("他呢", ("问",), "张三呢", "pronoun", None, ("甲",))
    lost = conversations.figures_of([Told(turn, after_others=False, in_full=True)])["later"]
    assert (lost["right"], lost["right_in_full"], lost["kept"]) == (0.0, 1.0, 0.0)


@pytest.mark.parametrize("run", [gist.run, several.run, conversations.run, visit.run])
def test_a_line_that_is_no_such_row_is_named(tmp_path: Path, articles: Path, run: Any) -> None:
    broken = written(tmp_path, "broken.jsonl", [{"article": "bridge"}])
    with pytest.raises(DataLineInvalid):
        run(broken, [articles], settings=FEATURES, embedder=HashingEmbedder())


def test_a_visit_counts_what_is_told_and_what_is_refused(tmp_path: Path) -> None:
    page = tmp_path / "page.txt"
    page.write_text("\n\n".join(ARTICLES.values()), encoding="utf-8")
    row: dict[str, Any] = {"conversation": "a", "kind": "number", "style": "plain", "evidence": []}
    rows: list[dict[str, Any]] = [
        row | {"question": "青石湾大桥全长多少米？", "answerable": True, "answers": ["2360米"]},
        row | {"question": "总投资多少？", "answerable": True, "answers": ["没有这个数"]},
        row | {"question": "你好", "answerable": True, "answers": [], "kind": "help"},
        row | {"question": "谁来过？", "answerable": False, "answers": [], "conversation": None},
    ]
    file = written(tmp_path, "visit.jsonl", rows)
    assert [len(turn.history) for turn in visit.read_visit(file)] == [0, 1, 2, 0]
    metrics = visit.run(file, [page], settings=FEATURES, embedder=HashingEmbedder())["metrics"]
    assert metrics["right"] == pytest.approx(2 / 3)
    assert metrics["kind"]["help"] == [1.0, 1]
    assert metrics["refused"] == 0.0  # a threshold of 0 refuses nothing
