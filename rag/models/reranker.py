"""Where a reranker plugs in: it sees question and passage together, and orders what was found."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

import numpy as np
from numpy.typing import NDArray


class Reranker(Protocol):
    """Orders passages between retrieval and reading."""

    @property
    def fingerprint(self) -> str:
        """Names the model."""

    @property
    def candidates(self) -> int:
        """How many passages it looks at."""

    def scores(self, question: str, passages: Sequence[str]) -> NDArray[np.float32]:
        """One score a passage, shape (len(passages),): the higher, the better it answers."""
