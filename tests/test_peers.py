"""The race: what is installed takes part, in a process of its own; what is not is named."""

from __future__ import annotations

import json
from collections.abc import Sequence
from functools import partial
from itertools import takewhile
from pathlib import Path
from typing import Any

import pytest

from eval.benchmarks.peers import _ROWS, run, table
from eval.corpora import ready_article
from eval.peers.figures import document_ranks, figures, lead, stands
from eval.peers.peer import Document, Found, Place
from eval.peers.race import Asked, Lane
from eval.peers.roster import OURS, PEERS, Entrant
from eval.peers.worker import Timed, Worker
from eval.peers.youju import Youju, _start
from rag.data_model.documents import Article, Paragraph, Span
from rag.errors import PeerFailed
from rag.models.embedding import HashingEmbedder

TEXTS = {
    "d0": "江州大桥全长五百米。\n\n它是单塔斜拉桥，去年通车。",
    "d1": "云岭盛产绿茶。每年清明前开采。",
    "d2": "青湖里有三十种鱼，其中鲢鱼最多。",
}
DOCUMENTS = [Document(name, text) for name, text in TEXTS.items()]
INSTALLED = [entrant for entrant in PEERS if not entrant.lacking]
ABSENT = Entrant("absent", "不在场", "absent", "Absent", ("no-such-package-of-ours",))


@pytest.mark.slow
@pytest.mark.parametrize("entrant", [OURS, *INSTALLED], ids=lambda entrant: entrant.name)
def test_a_system_finds_what_it_stored_and_keeps_it(entrant: Entrant, tmp_path: Path) -> None:
    def found(worker: Worker) -> list[Found]:
        passages: list[Found] = worker.search("青湖哪种鱼最多？", 3).value
        return passages

    worker = Worker(entrant, tmp_path / "store", HashingEmbedder)
    try:
        worker.open()
        assert worker.ingest(DOCUMENTS[:2]).value >= 2
        assert worker.ingest(DOCUMENTS[2:]).value >= 3
        first = found(worker)
        assert {one.document for one in first} <= TEXTS.keys()
        assert first[0].document == "d2"
        assert all(stands(one, TEXTS) for one in first)
        assert worker.memory() > 10
        worker.save()
    finally:
        worker.close()
    again = Worker(entrant, tmp_path / "store", HashingEmbedder)
    try:
        again.open()
        assert found(again) == first
    finally:
        again.close()


def write_squad(folder: Path) -> Path:
    asked = (
        ("江州大桥全长多少米？", "五百米"),
        ("云岭的绿茶每年什么时候开采？", "清明前"),
        ("青湖里有多少种鱼？", "三十种"),
    )
    entries = []
    for (name, text), (question, answer) in zip(TEXTS.items(), asked, strict=True):
        answers = [{"text": answer, "answer_start": text.index(answer)}]
        qas = [{"id": f"{name}-1", "question": question, "answers": answers}]
        entries.append({"paragraphs": [{"id": name, "context": text, "qas": qas}]})
    path = folder / "squad.json"
    path.write_text(json.dumps({"data": entries}), encoding="utf-8")
    return path


@pytest.mark.slow
def test_a_race_tells_all_figures_and_names_who_is_missing_or_falls_out(tmp_path: Path) -> None:
    broken = Entrant("broken", "坏的", "no_such_module", "None", ("numpy",))
    result = run(
        write_squad(tmp_path),
        questions=3,
        opens=partial(HashingEmbedder, 32),
        entrants=[broken, ABSENT],
    )
    assert result["skipped"] == {"absent": ["no-such-package-of-ours"]}
    assert "ModuleNotFoundError" in result["failed"]["broken"]
    ours = result["metrics"]["youju"]
    assert (ours["recall@5"], ours["same_after_restart"], ours["stored_again"]) == (1.0, 1.0, 0)
    assert (ours["citable"], ours["quotes_citable"]) == (1.0, 1.0)
    shown = table(result)
    assert "| recall@1 |" in shown
    assert "没有装 no-such-package-of-ours" in shown
    assert "中途出错" in shown


def lane_of(found: Sequence[Sequence[str]]) -> Lane:
    lane = Lane(OURS, Path(), HashingEmbedder)
    lane.searches = [
        Timed([Found(name, TEXTS.get(name, "无")[:4], 0) for name in names], 0.1 * n, 0.05)
        for n, names in enumerate(found, start=1)
    ]
    lane.stored = [(2, 6, Timed(6, 3.0, 4.0)), (1, 3, Timed(9, 1.5, 2.0))]
    lane.passages = 9
    return lane


def test_figures_are_those_worked_by_hand() -> None:
    asked = [Asked("一", "d0"), Asked("二", "d1"), Asked("三", "d2"), Asked("四", "d0")]
    ours = lane_of([["d0", "d0"], ["d2", "d2", "d1"], ["x"], ["d0"]])
    assert document_ranks(ours, asked) == [1, 2, None, 1]
    told = figures(ours, asked, TEXTS)
    assert told["recall@1"] == 0.5
    assert told["recall@5"] == 0.75
    assert told["mrr@10"] == pytest.approx((1 + 1 / 2 + 0 + 1) / 4)
    assert told["documents_per_s"] == pytest.approx(3 / 4.5)
    assert told["passages_per_s"] == 2.0
    assert told["cpu_s_per_100_documents"] == pytest.approx(200)
    assert (told["query_p50_ms"], told["query_p95_ms"]) == pytest.approx((200, 400))
    assert told["citable"] == pytest.approx(6 / 7)
    theirs = [2, 2, 1, None]
    found = lead(document_ranks(ours, asked), theirs)
    assert found["lead@1"] == 0.25
    low, high = found["lead@1_interval"]  # type: ignore[misc]
    assert low <= 0.25 <= high


def test_a_text_stands_where_it_is_said_to_or_not() -> None:
    assert stands(Found("d0", "全长五百米。\n它是", 4), TEXTS)
    assert not stands(Found("d0", "全长五百米", 5), TEXTS)
    assert not stands(Found("d0", "全长五百米", None), TEXTS)
    assert not stands(Found("gone", "全长", 0), TEXTS)


def test_a_place_in_an_article_is_one_in_its_file() -> None:
    paragraphs = (
        Paragraph(1, "甲乙", (Span(3, 5),)),
        Paragraph(2, "丙丁戊", (Span(9, 10), Span(20, 22))),
    )
    article = Article("a", "题", paragraphs)
    assert [_start(article, n) for n in range(6)] == [3, 4, 9, 9, 20, 21]
    assert _start(article, 9) is None
    assert _start(ready_article("a", "甲\n乙"), 2) == 2


def test_ours_answers_in_quotes_that_stand_in_the_documents(tmp_path: Path) -> None:
    (tmp_path / "store").mkdir()
    ours = Youju(Place(tmp_path / "store", HashingEmbedder()))
    ours.ingest(DOCUMENTS)
    assert ours.count() >= 3
    ours.ingest(DOCUMENTS[:1])
    assert {one.document for one in ours.search("绿茶何时开采？", 5)} <= TEXTS.keys()


@pytest.mark.slow
def test_what_fails_in_a_child_is_told(tmp_path: Path) -> None:
    worker = Worker(OURS, tmp_path / "store", partial(HashingEmbedder, -1))
    try:
        worker.open()
        with pytest.raises(PeerFailed, match=r"中途出错：.*Error") as failed:
            worker.ingest(DOCUMENTS)
        assert failed.value.as_dict()["code"] == "peer_failed"
    finally:
        worker.close()


def rows_of(document: str) -> list[str]:
    """The rows of the one table that has us and a peer in its head."""
    lines = (Path(__file__).parents[1] / document).read_text(encoding="utf-8").splitlines()
    start = next(n for n, line in enumerate(lines) if line.startswith("|  | 有据 | LangChain"))
    return list(takewhile(lambda line: line.startswith("|"), lines[start:]))


def test_the_documents_tables_are_what_the_command_prints() -> None:
    full, short = rows_of("docs/peers.md"), rows_of("README.md")
    figure: dict[str, Any] = {key: 1.0 for key, _, _ in _ROWS} | {"lead@1_interval": (0.0, 1.0)}
    entrants = {entrant.name: figure for entrant in (OURS, *PEERS)}
    about = {"documents": 113, "questions": 204, "machine": "AMD EPYC，2 核，Linux"}
    made = table({"metrics": entrants, "settings": about, "skipped": {}, "failed": {}})
    printed = [line for line in made.splitlines() if line.startswith("|")]
    assert [row.split("|")[1] for row in full] == [row.split("|")[1] for row in printed]
    assert full[:2] == printed[:2]
    assert set(short) <= set(full)
    assert [row for row in full if row in short] == short
