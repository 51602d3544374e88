"""Questions that look answerable and are not: one telling word or number is another's."""

from __future__ import annotations

import random
import re
from collections.abc import Sequence

from rag.question import content_words
from rag.text import fold

_NUMBER = re.compile(r"\d+")


def near_miss(question: str, context: str, others: Sequence[str], rng: random.Random) -> str | None:
    """`question` with one word or number changed to one that `context` does not hold.

    None where nothing can be changed.

    Args:
        question: answerable by `context`.
        context: the passage that answers it.
        others: questions that lend a word.
        rng: decides.
    """
    folded, held = fold(question), fold(context)
    numbers = _NUMBER.findall(folded)
    if numbers and rng.random() < 0.7:
        number = rng.choice(numbers)
        other = str(max(1, int(number) + rng.choice([-7, -3, -2, -1, 1, 2, 3, 5])))
        return None if other in held else folded.replace(number, other, 1)
    own = [word for word in content_words(folded) if len(word) > 1 and word in held]
    if not own:
        return None
    for _ in range(5):
        lent = [word for word in content_words(fold(rng.choice(others))) if len(word) > 1]
        strange = [word for word in lent if word not in held and word not in folded]
        if strange:
            return folded.replace(rng.choice(own), rng.choice(strange))
    return None
