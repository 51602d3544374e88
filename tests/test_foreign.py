"""Another language is answered by meaning, and only where something is asked."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from pages import BRIDGE, asking

from rag.data_model.answers import Question
from rag.evidence.cross_lingual import asks_in_words, by_meaning
from rag.question.understanding import understand
from rag.retrieval.candidates import Candidate


def answerable(folder: Path, question: str) -> float:
    """Where the first sentence means exactly what is asked."""
    with asking(folder, bridge=BRIDGE) as pipeline:
        (hit, *_) = pipeline.search("大桥", 1)
    size = 1 + len(hit.passage.sentences)
    vectors = np.eye(size, dtype=np.float32)
    understood = understand(Question(question=question), limit=200)
    assert not understood.chinese
    if not asks_in_words(understood):
        return 0.0
    return by_meaning(vectors[1], [Candidate(hit, vectors)]).answerable


@pytest.mark.parametrize(
    "question",
    [
        "How long is the bridge",
        "List all investors of the bridge",
        "Quel est le nom du pont ?",
        "bridge length？",
        "length of the bridge",
        "Please show me its length",
        "whats its length",
        "Сколько стоит мост",
    ],
)
def test_what_is_asked_may_be_answered(tmp_path: Path, question: str) -> None:
    assert answerable(tmp_path, question) > 0.9


@pytest.mark.parametrize(
    "text",
    [
        '" AND -a NEAR( C++ * col:x',
        "SELECT * FROM articles; DROP TABLE x",
        "asdf qwer zxcv",
        "lorem ipsum dolor sit amet",
        "1234567",
        "show tables",
        "SELECT title FROM articles WHERE id",
        "delete from articles where title is null",
        "' OR 1=1 -- list all articles",
    ],
)
def test_what_asks_nothing_is_not(tmp_path: Path, text: str) -> None:
    assert answerable(tmp_path, text) == 0.0
