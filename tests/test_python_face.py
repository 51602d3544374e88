"""`open_library`: the face for programs."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from pages import BRIDGE, TEA, write

import ingest
from ingest.opened import OpenLibrary
from rag.data_model.answers import Filters, Question
from rag.errors import QuestionEmpty, SettingsError
from rag.models.embedding import HashingEmbedder
from rag.settings import AnswerSettings, Settings

ROOT = Path(__file__).parents[1]


@pytest.fixture
def library(tmp_path: Path) -> OpenLibrary:
    answer = AnswerSettings(scorer="features", threshold=0.0)
    settings = Settings(data_dir=tmp_path / "data", answer=answer)
    return OpenLibrary(settings, HashingEmbedder())


def test_the_public_names() -> None:
    assert ingest.__all__ == ["open_library"]
    public = {name for name in vars(OpenLibrary) if not name.startswith("_")}
    assert public == {"close", "ingest", "ask", "search", "verify"}


def test_it_stores_asks_searches_and_verifies(library: OpenLibrary, tmp_path: Path) -> None:
    with library:
        report = library.ingest(write(tmp_path / "pages", bridge=BRIDGE))
        assert report.articles == 1
        answer = library.ask("大桥全长多少米？")
        assert "2360米" in answer.citations[0].quote
        assert library.verify(answer) == []
        assert library.search("大桥", 1)[0].passage.text


def test_what_is_stored_later_is_found(library: OpenLibrary, tmp_path: Path) -> None:
    with library:
        library.ingest(write(tmp_path / "first", bridge=BRIDGE))
        library.ask("大桥全长多少米？")
        library.ingest(write(tmp_path / "second", tea=TEA))
        found = library.search("高山茶园", 1)
        assert "茶园" in found[0].passage.text


def test_history_and_filters_are_those_of_a_question(library: OpenLibrary, tmp_path: Path) -> None:
    with library:
        library.ingest(write(tmp_path / "pages", bridge=BRIDGE, tea=TEA))
        ids = [hit.article_id for hit in library.search("高山茶园", 1)]
        filters = Filters(articles=tuple(ids))
        answer = library.ask("多少钱？", history=["春茶每斤能卖多少钱？"], filters=filters)
        whole = Question(question="多少钱？", history=("春茶每斤能卖多少钱？",), filters=filters)
        assert answer.history == whole.history
        assert answer.filters == whole.filters
        assert answer.citations == library.ask(whole).citations


def test_one_question_before_may_be_a_string(library: OpenLibrary, tmp_path: Path) -> None:
    with library:
        library.ingest(write(tmp_path / "pages", bridge=BRIDGE))
        answer = library.ask("多长？", history="青石湾大桥多长？")
        assert answer.history == ("青石湾大桥多长？",)
        assert library.search("大桥", 0) == []


def test_it_takes_the_settings_of_its_folder(tmp_path: Path) -> None:
    (tmp_path / "youju.toml").write_text("[answer]\nthreshold = 0.61\n", encoding="utf-8")
    assert ingest.open_library(tmp_path).settings.answer.threshold == 0.61
    (tmp_path / "youju.toml").write_text("[answer]\nthreshold = 2\n", encoding="utf-8")
    with pytest.raises(SettingsError):
        ingest.open_library(tmp_path)


def test_a_tampered_answer_is_found_out(library: OpenLibrary, tmp_path: Path) -> None:
    with library:
        library.ingest(write(tmp_path / "pages", bridge=BRIDGE))
        answer = library.ask("大桥全长多少米？")
        first = answer.citations[0]
        changed = first.model_copy(update={"quote": first.quote.replace("2360", "9999")})
        assert library.verify(answer.model_copy(update={"citations": (changed,)}))


def test_errors_are_ours(library: OpenLibrary, tmp_path: Path) -> None:
    with library:
        assert not library.ask("大桥全长多少米？").answered
        library.ingest(write(tmp_path / "pages", bridge=BRIDGE))
        with pytest.raises(QuestionEmpty):
            library.ask("  ")
        missing = library.ingest(tmp_path / "not-there.txt")
        assert missing.failed


def test_importing_is_cheap() -> None:
    heavy = "{'torch', 'faiss', 'gradio', 'openvino', 'pydantic', 'numpy'} & set(sys.modules)"
    code = f"import sys, ingest; ingest.open_library; print({heavy})"
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "set()"


@pytest.mark.model
def test_the_quickstart_runs() -> None:
    done = subprocess.run(
        [sys.executable, "examples/quickstart.py"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert "低空经济" in done.stdout
    assert "[1]" in done.stdout
