"""Small articles and libraries that tests are made of."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ingest.indexing import ingest
from ingest.storing.outcomes import IngestReport
from rag.assembly import open_pipeline
from rag.data_model.answers import Answer, Question
from rag.data_model.documents import Article, Paragraph, Passage, Span
from rag.evidence.features import QUESTION_FEATURES, SENTENCE_FEATURES
from rag.evidence.scorer import Evidence, FeatureScorer
from rag.evidence.signs import SIGNS
from rag.language.text import numbered_sentences
from rag.library.library import Library
from rag.library.records import StoredArticle
from rag.models.embedding import HashingEmbedder
from rag.models.logistic import LogisticModel
from rag.pipeline import Pipeline
from rag.proof.verification import verify
from rag.retrieval.candidates import Candidate
from rag.retrieval.retriever import Hit
from rag.settings import AnswerSettings, Settings

BRIDGE = """青石湾大桥合龙
本报讯 青石湾大桥昨日合龙。大桥全长2360米，总投资21亿元，计划明年六月通车。

大桥由省交通设计院设计。通车以后，从老城到新区只要五分钟。
"""
TEA = """高山茶园迎来采摘季
云顶乡的高山茶园今年开园比去年早了十天。全乡茶园面积有三千亩，带动八百户农民增收。

茶农李大山说，今年的春茶每斤能卖到三百元。
"""


def article(*paragraphs: str, article_id: str = "a", title: str = "标题") -> Article:
    """An article whose source is its paragraphs, one a line."""
    made, start = [], 0
    for n, text in enumerate(paragraphs, start=1):
        made.append(Paragraph(n, text, (Span(start, start + len(text)),)))
        start += len(text) + 1
    return Article(article_id, title, tuple(made))


def stored(made: Article, key: int = 1) -> StoredArticle:
    """An article of a library."""
    return StoredArticle(key, made, f"{key}.txt", f"/{key}.txt", "0" * 64, key)


def candidate_of(held: StoredArticle) -> Candidate:
    """The whole article as one passage."""
    made = held.article
    sentences = numbered_sentences(made.text, made.paragraph_starts)
    passage = Passage(made.article_id, 0, len(made.text), made.text, sentences)
    hit = Hit(held.key, held, passage, 1.0, None, None, "")
    return Candidate(hit, np.zeros((1 + len(sentences), 4), "f4"))


def evidence_of(text: str, short: str, probability: float = 0.9, key: int = 1) -> Evidence:
    """A text's first sentence, the text an article of its own, and the short answer in it."""
    candidate = candidate_of(stored(article(*text.split("\n"), article_id=str(key)), key))
    at = text.rfind(short)
    return Evidence(candidate, 0, probability, short, Span(at, at + len(short)))


def write(folder: Path, **texts: str) -> Path:
    """Text files named by the keywords."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in texts.items():
        (folder / f"{name}.txt").write_text(text, encoding="utf-8")
    return folder


def ingest_into(data_dir: Path, *paths: Path) -> IngestReport:
    """Ingest with the fake embedder."""
    with Library.open(data_dir, write=True) as library:
        return ingest(paths, library, HashingEmbedder(), Settings(data_dir=data_dir))


def pipeline_over(data_dir: Path) -> Pipeline:
    """A pipeline with the fake embedder."""
    answer = AnswerSettings(threshold=0.5, enough=0.0)  # what words alone say does not add up
    settings = Settings(data_dir=data_dir, answer=answer)
    return open_pipeline(settings, HashingEmbedder(), word_scorer())


def word_scorer(version: str = "words") -> FeatureScorer:
    """Scores by shared words alone: the fitted weights know only the real model's cosines."""
    sentence = {"cover": 4.0, "pairs": 4.0, "form": 2.0} | dict.fromkeys(SIGNS, 2.0)
    question = {"cover_passage": 6.0, "pairs_passage": 6.0}
    return FeatureScorer(
        LogisticModel(SENTENCE_FEATURES, _weights(SENTENCE_FEATURES, sentence), -4.0),
        LogisticModel(QUESTION_FEATURES, _weights(QUESTION_FEATURES, question), -6.0),
        version,
    )


def _weights(names: Sequence[str], chosen: dict[str, float]) -> NDArray[np.float64]:
    return np.asarray([chosen.get(name, 0.0) for name in names])


def asking(folder: Path, **texts: str) -> AbstractContextManager[Pipeline]:
    """A pipeline over a library of text files named by the keywords, made in `folder`."""
    return asking_files(folder, write(folder / "pages", **texts))


@contextmanager
def asking_files(folder: Path, *files: Path) -> Iterator[Pipeline]:
    """A pipeline over a library of files, made in `folder`."""
    ingest_into(folder / "data", *files)
    made = pipeline_over(folder / "data")
    try:
        yield made
    finally:
        made.close()


def ask(pipeline: Pipeline, question: str, *history: str) -> Answer:
    """The answer, every quote and word of which is proven."""
    answer = pipeline.ask(Question(question=question, history=history))
    assert verify(answer, pipeline.library) == []
    return answer
