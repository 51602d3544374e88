"""Written questions asked in the open: what is right, by style and by type."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from eval.benchmarks import ablation
from eval.benchmarks.questions import Asked, chosen_split, run
from eval.written import WrittenQuestion, read_written
from rag.data_model.answers import Answer, Receipt, Refusal
from rag.errors import UsageInvalid
from rag.models.embedding import HashingEmbedder
from rag.rules.order import RULES
from rag.settings import AnswerSettings, Settings

ARTICLES = {
    "bridge": "青石湾大桥昨日合龙。大桥全长2360米，总投资21亿元。",
    "tea": "云顶乡的高山茶园今年开园早。全乡茶园面积有三千亩。",
    "spare": "县文化馆办了剪纸班。",
}


@pytest.fixture
def files(tmp_path: Path) -> tuple[Path, Path]:
    articles, questions = tmp_path / "articles.jsonl", tmp_path / "questions.jsonl"
    with articles.open("w") as file:
        for name, text in ARTICLES.items():
            file.write(json.dumps({"id": name, "text": text}) + "\n")
    rows: list[dict[str, Any]] = [
        {"id": "1", "split": "dev", "article": "bridge", "question": "青石湾大桥全长多少米？",
         "style": "formal", "type": "number", "answer": "2360米", "evidence": [[10, 27]]},
        {"id": "2", "split": "dev", "article": "tea", "question": "火星上的风电场由谁建造？",
         "style": "keyword", "type": "who", "answer": None, "evidence": []},
        {"id": "3", "split": "train", "article": "tea", "question": "茶园多大？",
         "style": "keyword", "type": "number", "answer": "三千亩", "evidence": [[14, 25]]},
    ]  # fmt: skip
    with questions.open("w") as file:
        for row in rows:
            file.write(json.dumps({**row, "answerable": bool(row["evidence"])}) + "\n")
    return questions, articles


def test_only_dev_is_asked_and_every_question_has_a_row(files: tuple[Path, Path]) -> None:
    questions, articles = files
    settings = Settings(answer=AnswerSettings(scorer="features", threshold=1.0))
    embedder = HashingEmbedder()
    result = run(questions, [articles], [Path("1")], settings=settings, embedder=embedder)
    assert result["settings"]["documents"] == 3
    metrics = result["metrics"]
    assert metrics["questions"] == 2
    assert (metrics["right"], metrics["refused"]) == (0.0, 1.0)
    assert set(metrics["style"]) == {"formal", "keyword"}
    assert metrics["type"]["who"]["questions"] == 1
    assert 0.0 <= metrics["calibration_error"] <= 1.0
    assert [q.id for q in chosen_split(read_written(questions), "train")] == ["3"]


def test_each_rule_is_left_out_in_turn_of_the_same_questions(files: tuple[Path, Path]) -> None:
    questions, articles = files
    settings = Settings(answer=AnswerSettings(scorer="features", threshold=0.0))
    result = ablation.run(
        questions,
        [Path("1")],
        rules=True,
        articles=[articles],
        settings=settings,
        embedder=HashingEmbedder(),
    )
    found = result["metrics"][questions.name]
    assert tuple(found)[2:] == RULES.names
    assert (found["questions"], found["all"]) == (2, 0.5)  # answers all: one rightly
    for name in RULES.names:
        assert found[name]["worth"] * 2 == found[name]["gained"] - found[name]["lost"]


@pytest.mark.parametrize("wrong", [{"rules": True, "limit": 3}, {"split": "dev"}, {}])
def test_options_that_do_not_go_together_are_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(UsageInvalid):
        ablation.run(**wrong)


def test_an_article_that_is_nowhere_is_named(files: tuple[Path, Path], tmp_path: Path) -> None:
    other = tmp_path / "other.jsonl"
    other.write_text(json.dumps({"id": "bridge", "text": "大桥。"}) + "\n")
    with pytest.raises(UsageInvalid, match="tea"):
        run(files[0], [other], embedder=HashingEmbedder())
    with pytest.raises(UsageInvalid, match="distractors"):
        run(files[0], [files[1]], [Path("many")], embedder=HashingEmbedder())


def test_a_refusal_is_right_where_nothing_answers() -> None:
    refused = Answer(
        question="？",
        searched_question="？",
        status="refused",
        text="",
        confidence=0.2,
        refusal=Refusal(reason="not_stated", message=""),
        receipt=Receipt(generation=1, model="m", settings="s"),
    )
    near = WrittenQuestion("1", "dev", "？", (), "formal", "who", ("a",), (), ())
    assert Asked(near, (), refused).right
    assert not Asked(near, (), refused).foremost
