"""A server whose Milvus others change while nobody asks it: it moves on before it answers."""

from __future__ import annotations

from pathlib import Path

import pytest
from fake_pipeline import IngestHere
from indexed_shelf import Shelf
from pages import BRIDGE, TEA
from served_milvus import FAKE, free_port, lite, settings_of

from rag.data_model.answers import Question
from rag.library.library import Library
from rag.retrieval.stores import open_store
from ui.engine import Engine

QUESTION = Question(question="青石湾大桥总投资多少亿元？")


def test_an_idle_server_does_not_answer_from_a_view_that_was_emptied_or_dropped(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with lite(tmp_path / "milvus") as url:
        shelf = Shelf(tmp_path, url)
        shelf.put(bridge=BRIDGE, tea=TEA)
        with shelf.pipeline() as serves:
            assert "21亿元" in serves.ask(QUESTION).text
            for n in range(30, 40):
                shelf.put(bridge=BRIDGE.replace("21亿元", f"{n}亿元"))
            assert "39亿元" in serves.ask(QUESTION).text
            monkeypatch.setattr("rag.serving._LOOK_EVERY", 0.0)
            for _ in range(2):  # the second drops the collection that was searched until now
                with Library.open(shelf.settings.data_dir, write=True) as library:
                    store = open_store(shelf.settings.library)
                    store.rebuild(library, FAKE.fingerprint, FAKE.dimension)
            assert "39亿元" in serves.ask(QUESTION).text


def test_a_server_fills_a_shared_engine_itself_and_goes_on_answering(tmp_path: Path) -> None:
    """Its child, which has no token, asks no engine; rebuilt twice, nothing searched is gone."""
    with lite(tmp_path / "milvus") as url:
        shelf = Shelf(tmp_path, url)
        shelf.put(bridge=BRIDGE)
        elsewhere = settings_of(tmp_path / "data", f"http://127.0.0.1:{free_port()}")
        with shelf.pipeline() as serves:
            engine = Engine(shelf.settings, lambda _: serves, IngestHere(elsewhere))
            engine.start()
            for _ in range(2):
                job = engine.intake.rebuild()
                assert job.finished.wait(60)
                assert job.status == "done", job.log
                assert "索引：与文章库一致" in [text for _, text in job.log]
                assert "21亿元" in engine.pipeline().ask(QUESTION).text
            engine.close()
