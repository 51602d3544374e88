"""Open retrieval over a small corpus, embedded by the fake."""

from __future__ import annotations

import gzip
import json
from pathlib import Path
from typing import Any

import pytest

from eval.benchmarks import ablation, retrieval
from eval.benchmarks.retrieval import Ranks, figures
from eval.corpora import (
    articles_of_squad,
    distractors_of,
    library_of,
    library_without,
    random_half,
    ready_article,
)
from eval.squad import read_squad
from rag.data_model.documents import spans_text
from rag.errors import DataLineInvalid
from rag.library.library import Library
from rag.models.embedding import HashingEmbedder
from rag.retrieval.indexes import load_indexes
from rag.retrieval.retriever import Retriever
from rag.settings import RetrievalSettings, Settings

# An index that was never saved drops its temporary folder together with itself.
pytestmark = pytest.mark.filterwarnings("ignore:Implicitly cleaning up:ResourceWarning")

FACTS = {
    "桥": (
        "江州大桥全长五百米。\n\n它是单塔斜拉桥。",
        "大桥全长多少？",
        "五百米",
    ),
    "茶": ("云岭盛产绿茶。每年清明前开采。", "云岭绿茶何时开采？", "清明前"),
    "鱼": ("青湖里有三十种鱼，其中鲢鱼最多。", "青湖哪种鱼最多？", "鲢鱼"),
}


@pytest.fixture
def squad(tmp_path: Path) -> Path:
    entries = []
    for name, (context, question, answer) in FACTS.items():
        answers = [{"text": answer, "answer_start": context.index(answer)}]
        asked = {"id": f"{name}-1", "question": question, "answers": answers}
        entries.append({"paragraphs": [{"id": name, "context": context, "qas": [asked]}]})
    path = tmp_path / "squad.json"
    path.write_text(json.dumps({"data": entries}), encoding="utf-8")
    return path


@pytest.fixture
def news(tmp_path: Path) -> Path:
    path = tmp_path / "news.jsonl.gz"
    lines = [json.dumps({"id": f"n{n}", "text": f"第{n}则消息，与此无关。"}) for n in range(9)]
    path.write_bytes(gzip.compress("\n".join(lines).encode()))
    return path


class CountingEmbedder(HashingEmbedder):
    """Counts the passages that it embeds."""

    count = 0

    def embed_passages(self, passages: Any, progress: Any = None) -> Any:
        self.count += len(passages)
        return super().embed_passages(passages, progress)


def test_figures_by_hand() -> None:
    ranks = [Ranks(1, 2), Ranks(4, None), Ranks(None, None), Ranks(10, 11)]
    assert figures(ranks) == {
        "doc@1": 1 / 4,
        "doc@5": 2 / 4,
        "doc@10": 3 / 4,
        "passage@1": 0.0,
        "passage@5": 1 / 4,
        "passage@10": 1 / 4,
        "mrr@10": (1 / 1 + 1 / 4 + 0 + 1 / 10) / 4,
    }


def test_every_system_finds_what_shares_its_words(squad: Path, news: Path) -> None:
    result = retrieval.run(squad, [news], 5, embedder=HashingEmbedder(512))
    assert result["settings"]["documents"] == 3 + 5
    assert set(result["metrics"]) == {"dense", "lexical", "fused"}
    for system in result["metrics"].values():
        assert (system["doc@1"], system["passage@1"], system["mrr@10"]) == (1.0, 1.0, 1.0)


def test_a_second_run_embeds_nothing_and_says_the_same(
    squad: Path, news: Path, tmp_path: Path
) -> None:
    first, second = CountingEmbedder(), CountingEmbedder()
    cache = tmp_path / "cache"
    results = [
        retrieval.run(squad, [news], embedder=embedder, cache_dir=cache)
        for embedder in (first, second)
    ]
    assert results[0] == results[1]
    assert (first.count > 0, second.count) == (True, 0)
    other = CountingEmbedder()
    retrieval.run(squad, embedder=other, cache_dir=cache)  # other content: another library
    assert other.count > 0


def test_an_interrupted_build_goes_on(squad: Path, tmp_path: Path) -> None:
    articles = articles_of_squad(read_squad(squad))
    many = [ready_article(f"{n}", f"第{n}篇。") for n in range(130)] + articles
    settings, embedder = Settings(), CountingEmbedder()

    def stop(done: int, _total: int) -> None:
        if done:
            raise KeyboardInterrupt

    for _ in range(2):
        with pytest.raises(KeyboardInterrupt), library_of(many, embedder, settings, tmp_path, stop):
            pass
    stored = embedder.count
    assert stored == 64
    with library_of(many, embedder, settings, tmp_path) as root, Library.open(root) as library:
        assert library.counts().articles == 133
    assert embedder.count == library_passages(many)


def library_passages(articles: list[Any]) -> int:
    from ingest.storing.passages import split_article

    return sum(len(split_article(article, Settings().passages.size)) for article in articles)


def test_paragraphs_point_into_the_stored_source(squad: Path) -> None:
    articles = articles_of_squad(read_squad(squad))
    with (
        library_of(articles, HashingEmbedder(), Settings()) as root,
        Library.open(root) as library,
    ):
        for item in library.articles():
            source = library.source_of(item.key)
            for paragraph in item.article.paragraphs:
                assert spans_text(source.text, paragraph.spans) == paragraph.text
        assert [len(item.article.paragraphs) for item in library.articles()] == [2, 1, 1]


def test_taking_articles_out_leaves_the_original(squad: Path, tmp_path: Path) -> None:
    articles = articles_of_squad(read_squad(squad))
    embedder = HashingEmbedder()
    with library_of(articles, embedder, Settings(), tmp_path) as root:
        with library_without(root, ["茶"], embedder) as copy, Library.open(copy) as library:
            assert [item.article.article_id for item in library.articles()] == ["桥", "鱼"]
        with Library.open(root) as library:
            assert library.counts().articles == 3


def test_a_random_half_is_half_and_always_the_same() -> None:
    ids = [f"p{n}" for n in range(100)]
    assert len(random_half(ids)) == 50
    assert random_half(ids) == random_half(ids[::-1])


def test_a_distractor_without_text_is_named(tmp_path: Path) -> None:
    path = tmp_path / "news.jsonl"
    path.write_text('{"text": "好。"}\n{"id": "x"}\n', encoding="utf-8")
    assert [article.article_id for article in distractors_of([path], 1)] == ["distractor:1"]
    with pytest.raises(DataLineInvalid, match="第 2 行"):
        distractors_of([path])


def test_every_system_of_the_ablation_answers_the_same_questions(
    squad: Path, news: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    systems = {name: one for name, one in ablation.SYSTEMS.items() if one.scorer != "reader"}
    monkeypatch.setattr(ablation, "SYSTEMS", systems)
    result = ablation.run(squad, [news], embedder=HashingEmbedder(64))
    assert result["settings"]["questions"] == 3
    assert set(result["metrics"]) == set(systems)
    for row in result["metrics"].values():
        assert row["evidence_f1"] is None  # the file has no evidence
        assert 0.0 <= row["accuracy"] <= 1.0
        assert 0.0 <= row["balanced_accuracy"] <= 1.0
        assert row["p50_ms"] > 0


@pytest.mark.parametrize("systems", ["dense", "lexical", "both"])
def test_each_ranking_can_stand_alone(squad: Path, systems: str) -> None:
    chosen = RetrievalSettings.model_validate({"systems": systems})
    articles, embedder = articles_of_squad(read_squad(squad)), HashingEmbedder(64)
    with (
        library_of(articles, embedder, Settings()) as root,
        Library.open(root) as library,
    ):
        indexes = load_indexes(library, embedder.fingerprint, embedder.dimension)
        question = "云岭绿茶何时开采？"
        (vector,) = embedder.embed_queries([question])
        rankings = Retriever(library, indexes, chosen).rank(question, vector)
    assert bool(rankings.dense) is (systems != "lexical")
    assert bool(rankings.lexical) is (systems != "dense")
    assert rankings.fused
