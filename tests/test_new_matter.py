"""A short question after another topic: alone where that is the surer, a follow-up elsewhere."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from ingest import open_library
from ingest.opened import OpenLibrary
from rag.data_model.answers import Answer

pytestmark = [pytest.mark.model, pytest.mark.slow]
CORPUS = Path(__file__).parent.parent / "corpus"
BRIDGE = "青石湾大桥总投资多少？"


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> Iterator[OpenLibrary]:
    with open_library(tmp_path_factory.mktemp("matter")) as opened:
        opened.ingest(*sorted(CORPUS.glob("*.txt")))
        yield opened


def ask(library: OpenLibrary, question: str, *history: str) -> Answer:
    return library.ask(question, history=history)


def test_another_matter_is_asked_alone(library: OpenLibrary) -> None:
    answer = ask(library, "暑假几号结束？", BRIDGE)
    assert "8月31日" in answer.text
    assert answer.searched_question == "暑假几号结束?"
    assert answer.history == (BRIDGE,)


def test_what_leans_is_answered_of_what_was_asked_before(library: OpenLibrary) -> None:
    answer = ask(library, "什么时候通车？", BRIDGE)
    assert "今年年底" in answer.text
    assert answer.searched_question.startswith("青石湾大桥")
