"""The doctor names what is damaged and makes the derived parts again."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from pages import BRIDGE, ingest_into, pipeline_over, write

from rag.data_model.answers import Question
from rag.library.library import Library
from rag.library.schema import DATABASE
from rag.models.embedding import HashingEmbedder
from rag.proof.doctor import Check, examine
from rag.proof.verification import verify
from rag.settings import Settings


@pytest.fixture
def data_dir(tmp_path: Path) -> Path:
    ingest_into(tmp_path / "data", write(tmp_path / "in", bridge=BRIDGE))
    return tmp_path / "data"


def look(data_dir: Path, *, rebuild: bool = False, dimension: int = 64) -> dict[str, Check]:
    checks = examine(
        Settings(data_dir=data_dir), rebuild=rebuild, embedder=HashingEmbedder(dimension)
    )
    return {check.name: check for check in checks}


def test_a_sound_library_passes(data_dir: Path) -> None:
    assert all(check.ok for check in look(data_dir).values())


def test_lost_indexes_are_named_and_made_again(data_dir: Path) -> None:
    pipeline = pipeline_over(data_dir)
    before = [(hit.id, hit.score) for hit in pipeline.search("大桥", 5)]
    pipeline.close()
    shutil.rmtree(data_dir / "index")
    assert not look(data_dir)["索引"].ok
    assert all(check.ok for check in look(data_dir, rebuild=True).values())
    pipeline = pipeline_over(data_dir)
    assert [(hit.id, hit.score) for hit in pipeline.search("大桥", 5)] == before
    pipeline.close()


def test_another_model_embeds_again(data_dir: Path) -> None:
    assert not look(data_dir, dimension=32)["向量"].ok
    assert all(check.ok for check in look(data_dir, rebuild=True, dimension=32).values())


def test_a_damaged_library_is_named(data_dir: Path) -> None:
    path = data_dir / DATABASE
    path.write_bytes(b"\xff" * path.stat().st_size)
    assert not look(data_dir)["文章库"].ok


def test_nothing_yet_is_sound(tmp_path: Path) -> None:
    assert all(check.ok for check in look(tmp_path / "none").values())


def test_a_rebuild_purges_what_no_search_needs(data_dir: Path, tmp_path: Path) -> None:
    serving = pipeline_over(data_dir)
    old = serving.ask(Question(question="青石湾大桥总投资多少亿元？"))
    write(tmp_path / "in", bridge=BRIDGE.replace("21亿元", "22亿元"))
    ingest_into(data_dir, tmp_path / "in")
    assert all(check.ok for check in look(data_dir, rebuild=True).values())
    with Library.open(data_dir) as library:
        (count,) = library._one("SELECT count(*) FROM passages WHERE died IS NOT NULL") or (0,)
        assert count == 0
        assert "21亿元" in library.articles(superseded=True)[0].article.text
        assert verify(old, library) == []
        assert library.integrity() == []
    serving.refresh()
    assert "22亿元" in serving.ask(Question(question="青石湾大桥总投资多少亿元？")).text
    serving.close()
    assert look(data_dir, rebuild=True)["旧数据"].detail == "清理了 0 个旧片段、0 份旧向量"


def test_a_rebuild_keeps_the_vectors_of_one_model(data_dir: Path) -> None:
    look(data_dir, rebuild=True, dimension=32)
    with Library.open(data_dir) as library:
        assert library.without_vectors("hashing-32") == []
        assert library.without_vectors("hashing-64") != []
