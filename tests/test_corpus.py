"""The sample pages, their gold articles and their questions agree with one another."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

CORPUS = Path(__file__).parent.parent / "corpus"
SOURCES = {
    path.name: path.read_text(encoding="utf-8")
    for path in sorted(CORPUS.iterdir())
    if path.suffix in {".txt", ".md"} and path.name != "README.md"
}
GOLD: list[dict[str, Any]] = json.loads((CORPUS / "gold_articles.json").read_text("utf-8"))
QUESTIONS: list[dict[str, Any]] = [
    json.loads(line) for line in (CORPUS / "questions.jsonl").read_text("utf-8").splitlines()
]
ANSWERABLE = [row for row in QUESTIONS if row["answerable"]]
TYPES = {
    "definition",
    "who",
    "when",
    "where",
    "how_many",
    "list",
    "why",
    "how",
    "yes_no",
    "comparison",
    "opinion",
    "speaker",
    "follow_up",
    "difference",
}
FORMS = {"plain", "traditional", "english", "fullwidth"}
TEXTS = (
    *SOURCES.values(),
    *(paragraph["text"] for article in GOLD for paragraph in article["paragraphs"]),
)

# A column or page break cuts a paragraph into few pieces; shorter ones would match by chance.
MOST_PIECES = 3
SHORTEST_PIECE = 8


def pieces(text: str, source: str) -> list[tuple[int, int]] | None:
    """Spans of `source`, in order and each as long as can be, that spell `text`."""
    spans: list[tuple[int, int]] = []
    offset = after = 0
    while offset < len(text):
        length, start = _longest_prefix(text[offset:], source, after)
        if length < min(SHORTEST_PIECE, len(text) - offset) or len(spans) == MOST_PIECES:
            return None
        spans.append((start, start + length))
        offset, after = offset + length, start + length
    return spans


def _longest_prefix(text: str, source: str, after: int) -> tuple[int, int]:
    low, high = 0, len(text)
    while low < high:
        middle = (low + high + 1) // 2
        if source.find(text[:middle], after) >= 0:
            low = middle
        else:
            high = middle - 1
    return low, source.find(text[:low], after)


def test_pieces_refuse_what_the_source_does_not_spell() -> None:
    source = "一段被分栏切开的文字先在这里。别的栏目插了进来。然后才在这里继续下去。"
    assert pieces("一段被分栏切开的文字先在然后才在这里继续下去。", source) == [(0, 12), (24, 35)]
    assert pieces("一段被分栏切开的文字先在别处继续下去。", source) is None


def test_ids_and_questions_are_unique() -> None:
    assert len({row["id"] for row in QUESTIONS}) == len(QUESTIONS)
    asked = {(row["question"], tuple(row["history"])) for row in QUESTIONS}
    assert len(asked) == len(QUESTIONS)


@pytest.mark.parametrize("row", QUESTIONS, ids=lambda row: str(row["id"]))
def test_question_has_the_contract_s_form(row: dict[str, Any]) -> None:
    assert set(row) == {
        "id",
        "question",
        "history",
        "answerable",
        "answers",
        "forbidden",
        "evidence",
        "type",
        "form",
        "split",
    }
    assert row["question"].strip() == row["question"] != ""
    assert row["type"] in TYPES
    assert row["form"] in FORMS
    assert row["split"] in {"dev", "test"}
    assert bool(row["history"]) == (row["type"] == "follow_up")
    assert row["answerable"] == bool(row["answers"]) == bool(row["evidence"])


@pytest.mark.parametrize("row", ANSWERABLE, ids=lambda row: str(row["id"]))
def test_evidence_stands_in_the_corpus_and_holds_the_answer(row: dict[str, Any]) -> None:
    for quote in row["evidence"]:
        assert any(quote in text for text in TEXTS), quote
    for aliases in row["answers"]:
        assert any(alias in quote for alias in aliases for quote in row["evidence"]), aliases


@pytest.mark.parametrize(
    "row", [row for row in QUESTIONS if row["forbidden"]], ids=lambda row: str(row["id"])
)
def test_a_distractor_stands_in_the_corpus_but_not_in_the_evidence(row: dict[str, Any]) -> None:
    for distractor in row["forbidden"]:
        assert any(distractor in text for text in TEXTS), distractor
        assert not any(distractor in quote for quote in row["evidence"]), distractor


@pytest.mark.parametrize("article", GOLD, ids=lambda article: str(article["title"]))
def test_gold_paragraphs_are_spelled_by_their_page(article: dict[str, Any]) -> None:
    source = SOURCES[article["file"]]
    numbers = [paragraph["n"] for paragraph in article["paragraphs"]]
    assert numbers == list(range(1, len(numbers) + 1))
    for paragraph in article["paragraphs"]:
        assert "\n" not in paragraph["text"]
        assert pieces(paragraph["text"], source), paragraph["text"]
        assert paragraph["section"] is None or paragraph["section"] in source


@pytest.mark.parametrize("article", GOLD, ids=lambda article: str(article["title"]))
def test_gold_fields_stand_on_their_page(article: dict[str, Any]) -> None:
    source = SOURCES[article["file"]]
    for name in (*article["authors"], *article["affiliations"]):
        assert name in source.replace(" ", ""), name
    for paragraph in article["paragraphs"]:
        assert paragraph["speaker"] is None or paragraph["speaker"] in source
    if not article["title_inferred"]:
        assert article["title"] in source


@pytest.mark.parametrize("name", SOURCES)
def test_gold_articles_leave_only_furniture(name: str) -> None:
    """No character is in two articles, and what is in none is headings, bylines and labels."""
    source = SOURCES[name]
    rest = list(source)
    for article in GOLD:
        for paragraph in article["paragraphs"] if article["file"] == name else ():
            for start, end in pieces(paragraph["text"], source) or ():
                assert "\0" not in rest[start:end], paragraph["text"]
                rest[start:end] = "\0" * (end - start)
    left = "".join(rest).replace("\0", "").split("\n")
    assert len(left) > 1
    assert [line for line in left if len(line) > 40 or line.endswith("。")] == []


@pytest.mark.parametrize("article", GOLD, ids=lambda article: str(article["title"]))
def test_joins_name_the_paragraphs_in_several_pieces(article: dict[str, Any]) -> None:
    source = SOURCES[article["file"]]
    broken = [
        paragraph["n"]
        for paragraph in article["paragraphs"]
        if len(pieces(paragraph["text"], source) or ()) > 1
    ]
    assert broken == article["joins"]


def test_the_pages_show_the_structures_they_promise() -> None:
    paragraphs = [paragraph for article in GOLD for paragraph in article["paragraphs"]]
    assert {article["file"] for article in GOLD} == set(SOURCES)
    assert sum(bool(article["joins"]) for article in GOLD) >= 5
    assert any(article["title_inferred"] for article in GOLD)
    assert len({paragraph["speaker"] for paragraph in paragraphs if paragraph["speaker"]}) >= 4
    text = "\n".join(SOURCES.values())
    for mark in ("主持人", "链接>>>", "□", "（作者单位：", "本报记者", "（下转第3版）", "\n答："):
        assert mark in text, mark


def test_the_set_is_balanced() -> None:
    answerable = Counter(row["type"] for row in ANSWERABLE)
    forms = Counter(row["form"] for row in QUESTIONS)
    splits = Counter(row["split"] for row in QUESTIONS)
    assert len(QUESTIONS) >= 100
    assert len(ANSWERABLE) * 3 <= len(QUESTIONS) * 2
    assert set(answerable) == TYPES
    assert min(answerable.values()) >= 5
    assert forms["traditional"] >= 8
    assert forms["english"] >= 8
    assert forms["fullwidth"] >= 3
    assert sum(bool(row["history"]) for row in QUESTIONS) >= 10
    assert abs(splits["dev"] - splits["test"]) <= len(QUESTIONS) // 20


@pytest.mark.parametrize("type_", sorted(TYPES))
def test_both_halves_ask_every_type(type_: str) -> None:
    splits = Counter(row["split"] for row in ANSWERABLE if row["type"] == type_)
    assert abs(splits["dev"] - splits["test"]) <= 1
