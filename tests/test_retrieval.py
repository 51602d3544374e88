"""Fusion by hand, indexes that heal, filters."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pages import BRIDGE, ingest_into, pipeline_over, write

from rag.data_model.answers import Filters
from rag.errors import ModelChanged
from rag.library.library import Library
from rag.models.embedding import HashingEmbedder
from rag.retrieval.dense import DenseIndex
from rag.retrieval.indexes import build_indexes, caught_up, load_indexes
from rag.retrieval.lexical import LexicalIndex
from rag.retrieval.retriever import Rankings, fuse, with_leaders

FAKE = HashingEmbedder()


def test_reciprocal_rank_fusion_by_hand() -> None:
    dense = [(1, 0.9), (2, 0.8), (3, 0.7)]
    lexical = [(3, 12.0), (1, 11.0)]
    fused = fuse([dense, lexical], k=60)
    assert [row for row, _ in fused] == [1, 3, 2]
    assert dict(fused) == pytest.approx(
        {1: 1 / (60 + 1) + 1 / (60 + 2), 3: 1 / (60 + 3) + 1 / (60 + 1), 2: 1 / (60 + 2)}
    )


@given(st.permutations(range(12)), st.permutations(range(12)), st.integers(1, 14))
def test_what_a_system_puts_first_is_never_cut_off(
    dense_order: list[int], lexical_order: list[int], limit: int
) -> None:
    dense = [(row, 1.0) for row in dense_order]
    lexical = [(row, 1.0) for row in lexical_order]
    rankings = Rankings(dense, lexical, fuse([dense, lexical], k=60))
    kept = with_leaders(rankings, limit)
    assert sorted(kept) == sorted(rankings.fused)
    found = {row for row, _ in kept[:limit]}
    leaders = {dense_order[0], lexical_order[0]}
    assert leaders <= found or limit < len(leaders)
    others = [pair for pair in rankings.fused[:limit] if pair[0] in found]
    assert [pair for pair in kept[:limit] if pair in others] == others


def test_a_passages_own_vector_finds_it_first() -> None:
    rng = np.random.default_rng(0)
    vectors = rng.normal(size=(50, 16)).astype(np.float32)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    index = DenseIndex.build(((10 * n, v) for n, v in enumerate(vectors)), 16)
    for n, vector in enumerate(vectors):
        row, score = index.search(vector, 3)[0]
        assert row == 10 * n
        assert score == pytest.approx(1, abs=1e-5)
    assert {row for row, _ in index.search(vectors[0], 9, among={10, 20})} == {10, 20}
    smaller = index.extended([], without=[0])
    assert (len(smaller), len(index)) == (49, 50)
    assert smaller.search(vectors[0], 1)[0][0] != 0


def test_words_are_folded_and_nothing_is_query_syntax() -> None:
    index = LexicalIndex.build([(1, "重庆市内有72所高等院校"), (2, "AND NEAR( c++ 北京")])
    assert index.search("重慶高等院校", 5)[0][0] == 1
    assert index.search("ＡＮＤ", 5)[0][0] == 2
    for hostile in ('" AND -a NEAR( C++ * col:x', "'; DROP TABLE", "(((", "\\", "。。。", ""):
        index.search(hostile, 5)
    assert index.document_frequency("重庆") == 1


@pytest.mark.parametrize("damage", ["faiss", "lexical", "manifest", "pointer", "gone"])
def test_damaged_indexes_are_built_again_and_answer_the_same(data_dir: Path, damage: str) -> None:
    pipeline = pipeline_over(data_dir)
    before = [(hit.id, hit.score) for hit in pipeline.search("大桥投资多少", 5)]
    pipeline.close()
    published = data_dir / "index" / (data_dir / "index" / "CURRENT").read_text()
    target = {
        "faiss": published / "dense.faiss",
        "lexical": next((published / "lexical").glob("*.term")),
        "manifest": published / "manifest.json",
        "pointer": data_dir / "index" / "CURRENT",
        "gone": published / "dense.faiss",
    }[damage]
    if damage == "gone":
        target.unlink()
    else:
        data = bytearray(target.read_bytes())
        data[len(data) // 2] ^= 0xFF
        damaged = target.with_name("damaged")
        damaged.write_bytes(data)
        damaged.replace(target)  # the closed index's threads may still have the old file mapped
    pipeline = pipeline_over(data_dir)
    assert [(hit.id, hit.score) for hit in pipeline.search("大桥投资多少", 5)] == before
    pipeline.close()


def test_catching_up_equals_building_anew(data_dir: Path, tmp_path: Path) -> None:
    with Library.open(data_dir) as library:
        old = load_indexes(library, FAKE.fingerprint, FAKE.dimension)
        write(
            tmp_path / "in", bridge=BRIDGE + "\n又记。\n", more="新渡口启用了，每天有二十班船。\n"
        )
        ingest_into(data_dir, tmp_path / "in")
        new = caught_up(old, library)
        fresh = build_indexes(library, FAKE.fingerprint, FAKE.dimension)
        vector = FAKE.embed_queries(["大桥和渡口"])[0]
        assert new.generation == fresh.generation == library.generation
        assert new.dense.search(vector, 9) == fresh.dense.search(vector, 9)
        assert new.lexical.search("大桥和渡口", 9) == fresh.lexical.search("大桥和渡口", 9)


def test_another_model_is_named(data_dir: Path) -> None:
    other = HashingEmbedder(32)
    with Library.open(data_dir) as library, pytest.raises(ModelChanged):
        load_indexes(library, other.fingerprint, other.dimension)


def test_filters_admit_only_their_articles(data_dir: Path) -> None:
    pipeline = pipeline_over(data_dir)
    tea = next(s.article for s in pipeline.library.articles() if "茶" in s.article.title)
    nowhere = (Filters(newspaper="没有的报"), Filters(page="9"), Filters(section="没有的小标题"))
    for filters in (Filters(articles=(tea.article_id,)), *nowhere):
        found = {hit.article_id for hit in pipeline.search("大桥", 9, filters)}
        assert found <= {tea.article_id}
        assert bool(found) == bool(filters.articles)
    pipeline.close()
