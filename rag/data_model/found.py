"""What a search gives, for whoever only looks at it: `rag.retrieval.retriever.Hit`, or a fake's."""

from __future__ import annotations

from typing import Protocol

from rag.data_model.documents import Passage


class FoundPassage(Protocol):
    """A passage that was found."""

    @property
    def article_id(self) -> str:
        """The article's id."""

    @property
    def title(self) -> str:
        """The article's title."""

    @property
    def passage(self) -> Passage:
        """The passage."""

    @property
    def score(self) -> float:
        """By which it was ranked: higher is better."""
