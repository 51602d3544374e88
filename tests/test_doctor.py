"""The doctor names what is damaged and makes the derived parts again."""

from __future__ import annotations

import re
import shutil
import sqlite3
from pathlib import Path

import pytest
from pages import BRIDGE, ingest_into, pipeline_over, write

from rag.data_model.answers import Question
from rag.errors import ModelMissing
from rag.library.library import Library
from rag.library.schema import DATABASE
from rag.models import reader
from rag.models.embedding import HashingEmbedder
from rag.proof import doctor
from rag.proof.doctor import Check, examine
from rag.proof.verification import verify
from rag.retrieval import indexes
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


def changed(data_dir: Path, sql: str, *values: object) -> None:
    """Change the database behind the program's back, as a failing disk does."""
    connection = sqlite3.connect(data_dir / DATABASE)
    connection.create_function("seal", -1, lambda *_: 0)
    assert connection.execute(sql, values).rowcount > 0
    connection.commit()
    connection.close()


def flipped(data_dir: Path, at: int) -> None:
    """One bit of the first vectors."""
    connection = sqlite3.connect(data_dir / DATABASE)
    (blob,) = connection.execute("SELECT matrix FROM vectors").fetchone()
    connection.close()
    at %= len(blob)
    blob = blob[:at] + bytes([blob[at] ^ 1]) + blob[at + 1 :]
    changed(data_dir, "UPDATE vectors SET matrix = ?", blob)


@pytest.mark.parametrize("at", [0, 1, 100, -1])
def test_a_flipped_bit_in_a_vector_is_found_and_mended(data_dir: Path, at: int) -> None:
    flipped(data_dir, at)
    found = look(data_dir)
    assert [name for name, check in found.items() if not check.ok] == ["向量"]
    assert "1 份向量" in found["向量"].detail
    assert all(check.ok for check in look(data_dir, rebuild=True).values())
    assert all(check.ok for check in look(data_dir).values())


@pytest.mark.parametrize(
    "damage",
    [
        "UPDATE passages SET record = replace(record, '21亿元', '31亿元')",
        "UPDATE passages SET digest = 'f' || substr(digest, 2) || 'f'",
        "DELETE FROM passages",
    ],
)
def test_a_passage_that_is_not_the_articles_is_found(data_dir: Path, damage: str) -> None:
    changed(data_dir, damage)
    found = look(data_dir)
    assert not found["片段"].ok
    assert found["原文"].ok
    assert "1 篇文章" in found["片段"].detail


def test_an_original_with_other_bytes_is_found(data_dir: Path) -> None:
    with Library.open(data_dir) as library:
        sha256 = library.articles()[0].sha256
    changed(data_dir, "INSERT INTO originals VALUES (?, 'pdf', x'00')", sha256)
    found = look(data_dir)
    assert [name for name, check in found.items() if not check.ok] == ["记录", "原件"]
    assert "bridge.txt" in found["原件"].detail


def test_a_damaged_reader_is_named_and_the_rest_is_looked_at(
    data_dir: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "reader"
    shutil.copytree(reader.READER, folder)
    weights = folder / reader.WEIGHTS
    data = bytearray(weights.read_bytes())
    data[len(data) // 2] ^= 1
    weights.write_bytes(data)
    monkeypatch.setattr(doctor, "check_reader", lambda: reader.check_reader(folder))
    found = look(data_dir)
    assert [name for name, check in found.items() if not check.ok] == ["阅读模型"]
    assert reader.WEIGHTS in found["阅读模型"].detail


def test_without_its_embedder_a_library_is_looked_at_still(
    data_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def gone(_: object) -> None:
        raise ModelMissing(model="m", reason="没有")

    monkeypatch.setattr(doctor, "open_embedder", gone)
    flipped(data_dir, 0)
    found = {check.name: check for check in examine(Settings(data_dir=data_dir), rebuild=True)}
    assert [name for name, check in found.items() if not check.ok] == ["向量模型", "向量"]


@pytest.mark.parametrize("change", ["more", "fewer"])
def test_no_count_is_ever_negative(data_dir: Path, tmp_path: Path, change: str) -> None:
    """An index with more rows than the library has, or fewer."""
    if change == "more":
        changed(data_dir, "DELETE FROM passages")
    else:
        shutil.copytree(data_dir / "index", tmp_path / "index")
        ingest_into(data_dir, write(tmp_path / "more", other=BRIDGE.replace("青石湾", "白石湾")))
        changed(data_dir, "UPDATE passages SET born = 1")
        shutil.rmtree(data_dir / "index")
        shutil.copytree(tmp_path / "index", data_dir / "index")
    for check in look(data_dir).values():
        assert not re.search(r"-\d+ [个份条]", check.detail)
    assert "索引里的片段与文章库不同" in look(data_dir)["索引"].detail
    assert look(data_dir, rebuild=True)["索引"].ok


def test_an_index_goes_only_when_its_successor_stands(
    data_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(*_: object) -> None:
        raise ModelMissing(model="m", reason="没有")

    before = sorted((data_dir / "index").rglob("*"))
    monkeypatch.setattr(indexes, "build_indexes", fails)
    with pytest.raises(ModelMissing):
        look(data_dir, rebuild=True)
    assert sorted((data_dir / "index").rglob("*")) == before
