"""`python -m eval.salience_training OUTLINES --articles …` fits what a gist is chosen by.

Rows are `{"article", "points": [[[start, end], …], …]}`: of each point of an outline the ranges of
the sentences that tell it. Outlines that judge the gists are not among them.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Annotated

import numpy as np
import typer
from numpy.typing import NDArray

from eval.corpora import embedder_of
from eval.data_files import read_jsonl
from eval.evidence_training.fitting import fit_logistic, model_record
from eval.written import located_in, read_sources
from ingest.storing.passages import split_article
from rag.data_model.documents import Article, Sentence, Span, touches
from rag.desk.salience import SALIENCE, WEIGHTS, features
from rag.models.embedding import Embedder, passage_input
from rag.settings import Settings

app = typer.Typer(add_completion=False, help="拟合哪些句子该进要点。")
_STRENGTH = 0.1
"""Inverse of the regularisation."""


@app.command()
def main(
    outlines: Annotated[Path, typer.Argument(help="要点（JSONL）")],
    articles: Annotated[list[Path], typer.Option(help="要点所据的文章（JSONL）")],
    to: Annotated[Path, typer.Option(help="写到哪个文件")] = WEIGHTS,
) -> None:
    """Write the weights, print how many sentences they were fitted on."""
    settings = Settings()
    known, embedder = read_sources(articles), embedder_of(settings)
    measured, told = [], []
    for _, record in read_jsonl(outlines):
        article = known[str(record["article"])]
        sentences, vectors = embedded(article, embedder, settings.passages.size)
        measured.append(features(article, sentences, vectors))
        told.append(_told(sentences, list(_ranges(record["points"], article))))
    labels = np.concatenate(told)
    model = fit_logistic(np.vstack(measured), labels, SALIENCE, _STRENGTH)
    to.write_text(json.dumps(model_record(model), indent=1) + "\n", encoding="utf-8")
    sys.stdout.write(f"{len(labels)} sentences, {int(labels.sum())} told\n")


def embedded(
    article: Article, embedder: Embedder, size: int
) -> tuple[list[Sentence], NDArray[np.float64]]:
    """An article's sentences and their vectors, shape (sentences, dim), unit norm."""
    passages = split_article(article, size)
    made = embedder.embed_passages([passage_input(article, passage) for passage in passages])
    vectors = np.concatenate([vector.matrix[1:] for vector in made]).astype(np.float64)
    norms = np.linalg.norm(vectors, axis=1, keepdims=True)
    return [s for passage in passages for s in passage.sentences], vectors / norms


def _ranges(points: Sequence[Sequence[Sequence[int]]], article: Article) -> Iterator[Span]:
    for point in points:
        for start, end in point:
            yield located_in(article, Span(start, end))


def _told(sentences: Sequence[Sentence], ranges: Sequence[Span]) -> NDArray[np.int8]:
    """Whether each sentence tells some point."""
    spans = [Span(sentence.start, sentence.end) for sentence in sentences]
    return np.asarray([any(touches(s, r) for r in ranges) for s in spans], dtype=np.int8)


if __name__ == "__main__":
    app()
