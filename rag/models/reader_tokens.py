"""What the reader's encoder is shown, in training and at run time alike.

One window is `<s> question </s> </s> passage tokens </s>`; the place of `<s>` stands for "not
here". Passages that are too long are read in several windows that overlap.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from rag.data_model.documents import Span
from rag.models.embedding import PassageInput

if TYPE_CHECKING:
    from tokenizers import Tokenizer

BOS, EOS, PAD = 0, 2, 1
QUESTION_TOKENS = 64
"""A longer question is cut: what it asks stands in front or is lost in any case."""
WINDOW_TOKENS = 400
STEP_TOKENS = 300


@dataclass(frozen=True, slots=True)
class TokenWindow:
    """Tokens that the encoder sees at once.

    Attributes:
        ids: all token ids.
        first: place in `ids` of the first passage token; `ids` ends one after the last.
        offsets: for each passage token, its characters in the passage's text.
        body: how many passage tokens belong to the header, which holds no answers.
    """

    ids: tuple[int, ...]
    first: int
    offsets: tuple[Span, ...]
    body: int

    @property
    def types(self) -> tuple[int, ...]:
        """0 for the question's tokens, 1 for the passage's."""
        return (0,) * self.first + (1,) * (len(self.ids) - self.first)

    def covering(self, span: Span) -> tuple[int, int] | None:
        """First and last place in `ids` whose characters lie in `span`, if any do."""
        places = [
            place
            for place, (start, end) in enumerate(self.offsets, start=self.first)
            if start < span.end and span.start < end
        ]
        return (places[0], places[-1]) if places else None


def question_ids(tokenizer: Tokenizer, question: str) -> list[int]:
    """Token ids of a question, cut to what a window has room for."""
    ids: list[int] = tokenizer.encode(question, add_special_tokens=False).ids
    return ids[:QUESTION_TOKENS]


def token_windows(
    tokenizer: Tokenizer, question: Sequence[int], passage: PassageInput
) -> Iterator[TokenWindow]:
    """The windows of one passage; at least one, even if the passage has no tokens.

    Args:
        tokenizer: the bundled one.
        question: from `question_ids`.
        passage: what stands before its first span is a header.
    """
    whole = tokenizer.encode(passage.text, add_special_tokens=False)
    parts = (whole, *whole.overflowing)  # the encoder's is cut to windows of its own
    ids = [one for part in parts for one in part.ids]
    placed = [Span(*offset) for part in parts for offset in part.offsets]
    header_end = passage.spans[0].start if passage.spans else 0
    before = (BOS, *question, EOS, EOS)
    start = 0
    while True:
        end = start + WINDOW_TOKENS
        offsets = tuple(placed[start:end])
        yield TokenWindow(
            ids=(*before, *ids[start:end], EOS),
            first=len(before),
            offsets=offsets,
            body=sum(offset.end <= header_end for offset in offsets),
        )
        if end >= len(ids):
            return
        start += STEP_TOKENS
