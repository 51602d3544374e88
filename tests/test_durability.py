"""What was acknowledged survives `kill -9`, Ctrl-C and a full disk, and is not done again."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path

import pytest
from killed_runs import BATCH, acknowledged, start, write_articles
from pages import BRIDGE, ingest_into, pipeline_over, write

from ingest.indexing import ingest
from rag.data_model.answers import Question
from rag.library.library import Library
from rag.models import bundled_model
from rag.models.embedding import HashingEmbedder, PassageInput, PassageVectors, Progress
from rag.proof.doctor import examine
from rag.settings import Settings

COUNT = 160


class CountingEmbedder(HashingEmbedder):
    """The fake, remembering how many passages it was given."""

    seen = 0

    def embed_passages(
        self, passages: Sequence[PassageInput], progress: Progress | None = None
    ) -> list[PassageVectors]:
        """As the fake."""
        self.seen += len(passages)
        return super().embed_passages(passages, progress)


@pytest.fixture
def articles(tmp_path: Path) -> Path:
    return write_articles(tmp_path / "all.jsonl", COUNT)


def stored(data_dir: Path) -> int:
    """Articles in the library, which must be sound, each of them whole."""
    with Library.open(data_dir) as library:
        assert library.integrity() == []
        found = library.articles()
        ids = library.passage_ids(library.generation)
        assert {p.article_key for p in library.passages(ids)} == {s.key for s in found}
        return len(found)


def finish(data_dir: Path, file: Path) -> tuple[int, int]:
    """A second run to the end; how many articles it stored and passages it embedded."""
    embedder = CountingEmbedder()
    with Library.open(data_dir, write=True) as library:
        report = ingest([file], library, embedder, Settings(data_dir=data_dir))
        assert not report.failed
        names = [s.article.article_id for s in library.articles()]
        assert sorted(names) == sorted(f"n{n}" for n in range(COUNT))
        assert library.articles(superseded=True) == []
    checks = examine(Settings(data_dir=data_dir), embedder=HashingEmbedder())
    assert all(check.ok for check in checks), checks
    return report.articles, embedder.seen


@pytest.mark.parametrize(
    ("batches", "seconds"),
    [(1, 0.0), (2, 0.0), (4, 0.013), (9, 0.004), (13, 0.021), (COUNT // BATCH + 1, 0.0)],
)
def test_a_killed_run_loses_nothing_acknowledged_and_repeats_nothing(
    tmp_path: Path, articles: Path, batches: int, seconds: float
) -> None:
    """The first line says that nothing is stored yet, the last comes before the indexes."""
    data_dir = tmp_path / "data"
    with start(data_dir, articles) as child:
        said = acknowledged(child, batches)
        time.sleep(seconds)
        child.kill()
        said = max(said, acknowledged(child, COUNT))
        child.communicate()
    assert child.returncode == -signal.SIGKILL
    before = stored(data_dir)
    assert said <= before <= said + 2 * BATCH
    assert finish(data_dir, articles) == (COUNT - before, COUNT - before)
    assert finish(data_dir, articles) == (0, 0)


def test_runs_killed_again_and_again_come_to_an_end(tmp_path: Path, articles: Path) -> None:
    data_dir = tmp_path / "data"
    said = 0
    for _ in range(3):
        with start(data_dir, articles) as child:
            acknowledged(child, 3)
            child.kill()
            child.communicate()
        assert stored(data_dir) > said
        said = stored(data_dir)
    assert finish(data_dir, articles)[0] == COUNT - said


def test_an_interrupted_run_says_so_and_the_next_one_goes_on(
    tmp_path: Path, articles: Path
) -> None:
    data_dir = tmp_path / "data"
    with start(data_dir, articles) as child:
        acknowledged(child, 4)
        child.send_signal(signal.SIGINT)
        said = acknowledged(child, COUNT)
        complaints = child.communicate()[1]
    assert child.returncode == 130, complaints
    assert len(complaints.splitlines()) == 1
    assert "已中断" in complaints
    before = stored(data_dir)
    assert said <= before < COUNT
    assert finish(data_dir, articles)[0] == COUNT - before


def test_a_full_disk_is_named_and_the_old_index_still_answers(
    tmp_path: Path, articles: Path
) -> None:
    data_dir = tmp_path / "data"
    ingest_into(data_dir, write(tmp_path / "in", bridge=BRIDGE))
    question = Question(question="青石湾大桥总投资多少亿元？")
    pipeline = pipeline_over(data_dir)
    answer = pipeline.ask(question)
    pipeline.close()
    assert answer.answered
    room = (data_dir / "library.sqlite3").stat().st_size + (200 << 10)
    with start(data_dir, articles, limit=room) as child:
        said = acknowledged(child, COUNT)
        complaints = child.communicate()[1]
    assert child.returncode == 2, complaints
    assert "storage_full" in complaints
    assert len(complaints.splitlines()) == 1
    assert said <= stored(data_dir) - 1 < COUNT
    pipeline = pipeline_over(data_dir)
    again = pipeline.ask(question)
    pipeline.close()
    assert again.text == answer.text


_MAKING = """
import sys, time
from pathlib import Path
from rag.models import bundled_model

def slowly(draft):
    (draft / "tokenizer.json").write_text("{}")
    print("half", flush=True)
    time.sleep(60)

bundled_model._write_model = slowly
bundled_model.ensure_model(Path(sys.argv[1]))
"""


def test_a_kill_while_the_model_is_made_leaves_the_next_start_fine(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    command = [sys.executable, "-c", _MAKING, str(tmp_path)]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    ) as child:
        assert child.stdout is not None
        assert child.stdout.readline() == "half\n"
        child.kill()
    assert list(tmp_path.glob("*.draft"))
    monkeypatch.setattr(bundled_model, "_write_model", _quickly)
    folder = bundled_model.ensure_model(tmp_path, progress=lambda _: None)
    assert (folder / "model.xml").read_text() == "whole"
    assert not list(tmp_path.glob("*.draft"))
    monkeypatch.setattr(bundled_model, "_write_model", None)
    assert bundled_model.ensure_model(tmp_path) == folder


def _quickly(draft: Path) -> None:
    (draft / "model.xml").write_text("whole")
