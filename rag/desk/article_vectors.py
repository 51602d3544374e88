"""The stored vectors of an article's sentences."""

from __future__ import annotations

import numpy as np

from rag.data_model.documents import Sentence
from rag.desk.gist import Matrix
from rag.library.library import Library
from rag.library.records import StoredArticle


def sentences_of(
    stored: StoredArticle, library: Library, model: str, generation: int
) -> tuple[list[Sentence], Matrix]:
    """An article's sentences in order, and their vectors: shape (sentences, dim), unit norm.

    Passages that the model never embedded are left out.
    """
    passages = library.passages_of_articles([stored.key], generation)
    matrices = library.vectors([passage.digest for passage in passages], model)
    sentences: list[Sentence] = []
    rows = []
    for passage in sorted(passages, key=lambda one: one.passage.start):
        matrix = matrices.get(passage.digest)
        if matrix is None or len(matrix) != 1 + len(passage.passage.sentences):
            continue
        sentences += passage.passage.sentences
        rows.append(matrix[1:])
    vectors = np.concatenate(rows).astype(np.float64) if rows else np.zeros((0, 1))
    norms = np.linalg.norm(vectors, axis=1, keepdims=True)
    return sentences, vectors / np.maximum(norms, 1e-9)
