"""Learn `ingest/seams/seam_encoder.npz` from cuts of articles.

Usage: python -m scripts.train_seam_encoder NEWS.jsonl.gz [SQUAD.json.gz …] [--steps 6000]

Of the news only the first three fifths are read: `scripts.train_stitching` fits on the fourth, so
that it sees the encoder at work on text that it did not learn from. The passages of question sets
in SQuAD's format add text of another sort.

A batch holds four cuts of each of 256 articles. Each end has to find its own beginning among all
of the batch, and each beginning its own end: InfoNCE in both directions.
"""

from __future__ import annotations

import argparse
import gzip
import json
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import nn

from eval.news_pages import read_news, training_part
from ingest.seams import seam_encoder
from ingest.seams.seam_encoder import CONTEXT, Floats, Ids, write_seam_encoder
from ingest.seams.seams import normal_form, seam_statistics

_EMBEDDING, _HIDDEN, _OUTPUT = 48, 320, 96
_CHARACTERS = 4095
_ARTICLES, _CUTS = 256, 4
_LEAST, _EDGE = 60, 10
_RATE = 2e-3


class SpeakerEvidence(nn.Module):
    """Trainable form of `ingest.seams.seam_encoder.SideEncoder`."""

    def __init__(self, characters: int) -> None:
        super().__init__()
        self.embedding = nn.Embedding(characters + 1, _EMBEDDING, padding_idx=0)
        self.hidden = nn.Linear(CONTEXT * _EMBEDDING, _HIDDEN)
        self.output = nn.Linear(_HIDDEN, _OUTPUT)
        nn.init.normal_(self.embedding.weight, 0.0, 0.1)
        with torch.no_grad():
            self.embedding.weight[0] = 0.0

    def forward(self, ids: torch.Tensor) -> torch.Tensor:
        """Vectors of characters: shape (n, 16) → (n, o)."""
        layer = torch.relu(self.hidden(self.embedding(ids).flatten(1)))
        return torch.as_tensor(self.output(layer))

    def weights(self, side: str) -> dict[str, Floats]:
        """The arrays that `write_seam_encoder` stores."""
        return {
            f"{side}_embedding": self.embedding.weight.detach().numpy(),
            f"{side}_hidden": self.hidden.weight.detach().numpy().T,
            f"{side}_hidden_bias": self.hidden.bias.detach().numpy(),
            f"{side}_output": self.output.weight.detach().numpy().T,
            f"{side}_output_bias": self.output.bias.detach().numpy(),
        }


class Cuts:
    """Draws ends and beginnings at random places of random articles."""

    def __init__(self, texts: Sequence[str], alphabet: str, seed: int) -> None:
        ids = {character: n for n, character in enumerate(alphabet, start=1)}
        known = [np.array([ids.get(c, 0) for c in normal_form(text)]) for text in texts]
        known = [one for one in known if len(one) >= _LEAST]
        nothing = np.zeros(CONTEXT, dtype=np.int64)
        self._stream: Ids = np.concatenate([nothing, *(x for one in known for x in (one, nothing))])
        self._lengths = np.array([len(one) for one in known])
        self._starts = CONTEXT + np.concatenate([[0], np.cumsum(self._lengths + CONTEXT)[:-1]])
        self._chances = np.sqrt(self._lengths) / np.sqrt(self._lengths).sum()
        self._rng = np.random.default_rng(seed)

    def draw(self) -> tuple[torch.Tensor, torch.Tensor]:
        """Characters before and after each cut, both of shape (cuts, 16)."""
        chosen = self._rng.choice(len(self._lengths), _ARTICLES, replace=False, p=self._chances)
        free = (self._lengths[chosen] - 2 * _EDGE)[:, None]
        places = _EDGE + (self._rng.random((_ARTICLES, _CUTS)) * free).astype(np.int64)
        at = (self._starts[chosen][:, None] + places).reshape(-1, 1) + np.arange(CONTEXT)
        return torch.from_numpy(self._stream[at - CONTEXT]), torch.from_numpy(self._stream[at])


def passages(files: Sequence[Path]) -> list[str]:
    """The distinct passages of question sets in SQuAD's format."""
    found: set[str] = set()
    for file in files:
        opener = gzip.open if file.suffix == ".gz" else open
        with opener(file, "rt", encoding="utf-8") as stored:
            found.update(_contexts(json.load(stored)))
    return sorted(found)


def _contexts(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        for key, inner in value.items():
            if key == "context" and isinstance(inner, str):
                yield inner
            else:
                yield from _contexts(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _contexts(inner)


def train(cuts: Cuts, characters: int, steps: int) -> tuple[SpeakerEvidence, SpeakerEvidence]:
    """Encoders of ends and of beginnings."""
    ends, begins = SpeakerEvidence(characters), SpeakerEvidence(characters)
    weights = [*ends.parameters(), *begins.parameters()]
    optimizer = torch.optim.AdamW(weights, lr=_RATE, weight_decay=1e-2)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, _RATE, steps, pct_start=0.1)
    right = torch.arange(_ARTICLES * _CUTS)
    started, total = time.monotonic(), 0.0
    for step in range(1, steps + 1):
        before, after = cuts.draw()
        scores = ends(before) @ begins(after).T / _OUTPUT**0.5
        loss = nn.functional.cross_entropy(scores, right)
        loss = loss + nn.functional.cross_entropy(scores.T, right)
        optimizer.zero_grad()
        torch.autograd.backward(loss)
        optimizer.step()
        schedule.step()
        total += loss.item()
        if step % 200 == 0:
            print(f"{step} steps, loss {total / 200:.3f}, {time.monotonic() - started:.0f} s")
            total = 0.0
    return ends, begins


def main() -> None:
    """Train, write, and say how large it became."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("news", type=Path)
    parser.add_argument("passages", type=Path, nargs="*")
    parser.add_argument("--steps", type=int, default=6000)
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument(
        "--output",
        type=Path,
        default=Path(seam_encoder.__file__).with_name("seam_encoder.npz"),
    )
    arguments = parser.parse_args()
    torch.manual_seed(arguments.seed)
    news = training_part(read_news(arguments.news))
    texts = [*news[: len(news) * 3 // 4], *passages(arguments.passages)]
    alphabet = seam_statistics().alphabet[:_CHARACTERS]
    ends, begins = train(Cuts(texts, alphabet, arguments.seed), len(alphabet), arguments.steps)
    stored = {**ends.weights("ends"), **begins.weights("begins")}
    write_seam_encoder(arguments.output, alphabet, stored)
    print(f"{arguments.output}: {arguments.output.stat().st_size} bytes")


if __name__ == "__main__":
    main()
