"""The bundled encoder with three numbers a token: answer start, answer end, evidence.

At place 0, start and end say "not here" (as BERT does for SQuAD 2.0) and evidence says whether
the passage answers at all.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn import functional

from eval.reader_training.pairs import Pair
from rag.models.bundled_model import float_bert
from rag.models.reader_tokens import PAD, TokenWindow

START, END, EVIDENCE = 0, 1, 2


class ReaderModel(nn.Module):
    """Encoder and head; the word embeddings stand outside, for they are not trained."""

    def __init__(self) -> None:
        super().__init__()
        bert = float_bert()
        self.words = bert.embeddings.word_embeddings.weight.detach()
        bert.embeddings.word_embeddings = nn.Embedding(1, 1)
        bert.embeddings.word_embeddings.requires_grad_(requires_grad=False)
        bert.config.attention_probs_dropout_prob = 0.0
        bert.set_attn_implementation("sdpa")
        for module in bert.modules():
            if isinstance(module, nn.Dropout):
                module.p = 0.0
        self.bert = bert
        self.head = nn.Linear(bert.config.hidden_size, 3)

    def forward(self, embeddings: Tensor, mask: Tensor, types: Tensor) -> Tensor:
        """Scores, shape (batch, tokens, 3).

        Args:
            embeddings: of the words, shape (batch, tokens, hidden).
            mask: 1 for tokens and 0 for padding, shape (batch, tokens).
            types: 0 for the question and 1 for the passage, shape (batch, tokens).
        """
        hidden = self.bert(
            inputs_embeds=embeddings, attention_mask=mask, token_type_ids=types
        ).last_hidden_state
        scores: Tensor = self.head(hidden)
        return scores


@dataclass(frozen=True, slots=True)
class Example:
    """A pair as tokens; `start` and `end` are places in the window, 0 for "not here"."""

    window: TokenWindow
    start: int
    end: int
    evidence: tuple[tuple[int, int], ...]

    @classmethod
    def of(cls, pair: Pair, window: TokenWindow) -> Example | None:
        """The example, or None if the window does not hold the whole answer."""
        if pair.answer is None:
            return cls(window, 0, 0, ())
        places = window.covering(pair.answer)
        if places is None or window.offsets[-1].end < pair.answer.end:
            return None
        evidence = [window.covering(span) for span in pair.evidence]
        return cls(window, *places, tuple(found for found in evidence if found))


@dataclass(frozen=True, slots=True)
class Batch:
    """Examples padded to one length; `readable` marks where an answer may stand, and place 0."""

    ids: Tensor
    mask: Tensor
    types: Tensor
    readable: Tensor
    start: Tensor
    end: Tensor
    evidence: Tensor

    @classmethod
    def of(cls, examples: Sequence[Example]) -> Batch:
        """Pad `examples`; shapes are (batch, tokens), of `start` and `end` (batch,)."""
        shape = (len(examples), max(len(example.window.ids) for example in examples))
        ids = torch.full(shape, PAD)
        mask, types = torch.zeros(shape, dtype=torch.long), torch.zeros(shape, dtype=torch.long)
        readable, evidence = torch.zeros(shape, dtype=torch.bool), torch.zeros(shape)
        for row, example in enumerate(examples):
            window = example.window
            length = len(window.ids)
            ids[row, :length] = torch.tensor(window.ids)
            mask[row, :length] = 1
            types[row, :length] = torch.tensor(window.types)
            readable[row, window.first + window.body : length - 1] = True
            readable[row, 0] = True
            for first, last in example.evidence:
                evidence[row, first : last + 1] = 1.0
                evidence[row, 0] = 1.0
        start = torch.tensor([example.start for example in examples])
        end = torch.tensor([example.end for example in examples])
        return cls(ids, mask, types, readable, start, end, evidence)


def scores_of(
    model: Callable[..., Tensor], words: Tensor, batch: Batch, dropout: float = 0.0
) -> Tensor:
    """Scores in float32; the encoder computes in bfloat16 where the processor does.

    Where it only imitates bfloat16, that is some fifty times slower than float32.

    Args:
        model: a `ReaderModel`, compiled or not.
        words: its word embeddings.
        batch: what is read.
        dropout: of the word embeddings; within the layers it would take most of the time.
    """
    native = bool(torch.cpu._is_avx512_bf16_supported())
    with torch.autocast("cpu", torch.bfloat16, enabled=native):
        embeddings = functional.dropout(words[batch.ids], dropout)
        scores = model(embeddings, batch.mask, batch.types)
    return scores.float()


def loss_of(scores: Tensor, batch: Batch) -> Tensor:
    """Cross entropy of start and end, and of evidence over the passage and at place 0."""
    hidden = ~batch.readable
    start = functional.cross_entropy(scores[..., START].masked_fill(hidden, -1e4), batch.start)
    end = functional.cross_entropy(scores[..., END].masked_fill(hidden, -1e4), batch.end)
    evidence = functional.binary_cross_entropy_with_logits(
        scores[..., EVIDENCE], batch.evidence, reduction="none"
    )
    inside = batch.readable.clone()
    inside[:, 0] = False
    tokens = (evidence * inside).sum(1) / inside.sum(1).clamp(min=1)
    return (start + end) / 2 + tokens.mean() + 0.5 * evidence[:, 0].mean()
