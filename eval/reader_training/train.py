"""The training loop: seeded, resumable, with a moving average of the weights.

A batch is learnt in small parts that threads take one after the other, each on one core: a core
that other programs keep busy then slows its own part only. Gradients are summed in the parts'
order, so the result does not depend on who was quicker.
"""

from __future__ import annotations

import itertools
import json
import os
import random
import time
from collections.abc import Iterable, Mapping
from concurrent.futures import Executor, ThreadPoolExecutor
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from eval.reader_training import attention
from eval.reader_training.cloze import cloze_questions
from eval.reader_training.mixture import Mixture, MixturePlan
from eval.reader_training.model import Batch, Example, ReaderModel, loss_of, scores_of
from eval.reader_training.negatives import Miner
from eval.reader_training.pairs import Asked
from eval.reader_training.reasons import reason_questions
from eval.reader_training.schedule import Negatives, Recipe
from eval.reader_training.sources import with_sources
from rag.data_model.documents import Article
from rag.files.whole import replacing

CHECKPOINT = "checkpoint.pt"
LOG = "log.jsonl"


@dataclass(frozen=True, slots=True)
class Plan:
    """What a training run does; a resumed run may have another number of `pairs`.

    Attributes:
        pairs: questions with passages, in all.
        batch: pairs learnt at once, in as many `parts` as said.
        stages: step at which it starts and characters that passages have then; short passages
            cost less, long ones are what the product reads.
        rate, head_rate: of learning, at its highest, for the encoder and the new head.
        warmup: steps in which the rate rises.
        decay: of the encoder's matrices.
        average: weight of the past in the moving average.
        seed: of everything.
        save_every: steps.
        negatives: for each positive, by kind.
        cloze, reasons: questions made of articles without questions, for each of the set: after a
            phrase, and why, how, whether, what is meant.
        context: share of the former that also name what the article's source or beginning tells.
        sources: share of the articles that get a newspaper and a day; of the set's, a third of it.
        dropout: of the word embeddings.
        compiled: whether the encoder is compiled first: two minutes, then 2.6 times as quick.
        mixture: what an epoch of a round on written questions takes.
        begin: fingerprint of the reader whose weights are learnt on; empty for the encoder's.
    """

    pairs: int = 18_000
    batch: int = 12
    parts: int = 4
    stages: tuple[tuple[int, int], ...] = ((0, 300), (150, 200), (1150, 300))
    rate: float = 1.5e-4
    head_rate: float = 1e-3
    warmup: int = 100
    decay: float = 0.01
    average: float = 0.995
    seed: int = 20
    save_every: int = 150
    begin: str = ""
    negatives: Negatives = field(default_factory=Negatives)
    cloze: float = 0.0
    reasons: float = 0.0
    context: float = 0.0
    sources: float = 0.0
    dropout: float = 0.0
    compiled: bool = False
    mixture: MixturePlan | None = None

    @property
    def steps(self) -> int:
        """Batches in all."""
        return self.pairs // self.batch

    def factor(self, step: int) -> float:
        """Of the rate: linear up in `warmup` steps, then linear down to zero."""
        up = (step + 1) / self.warmup
        down = (self.steps - step) / max(self.steps - self.warmup, 1)
        return max(0.0, min(up, down, 1.0))


FIRST_ROUND = Plan()
SECOND_ROUND = Plan(
    pairs=9_600,
    stages=((0, 300),),
    rate=1e-4,
    head_rate=2e-4,
    warmup=40,
    average=0.995,
    seed=21,
    save_every=50,
    negatives=Negatives(0.15, 0.3, 0.3, 0.25),
    cloze=1.0,
)
"""Harder negatives, and news: how it is written, and what is asked of it."""
THIRD_ROUND = replace(
    SECOND_ROUND,
    pairs=6_000,
    rate=8e-5,
    head_rate=1e-4,
    seed=23,
    negatives=Negatives(0.15, 0.25, 0.15, 0.1, 0.15),
    cloze=0.7,
    reasons=0.25,
    context=0.3,
)
"""Reasons, means, rules and definitions, and what restates a fact without its reason."""
FOURTH_ROUND = replace(
    THIRD_ROUND,
    pairs=14_400,
    rate=6e-5,
    seed=29,
    cloze=1.0,
    context=0.5,
    sources=0.75,
)
"""Newspaper and day over a passage, and questions that name a place or a year found only there."""
FIFTH_ROUND = replace(
    FOURTH_ROUND,
    pairs=40_000,
    batch=16,
    rate=1e-4,
    head_rate=1.5e-4,
    warmup=60,
    average=0.998,
    seed=31,
    dropout=0.1,
    compiled=True,
    mixture=MixturePlan(),
)
"""Questions that people wrote, in many styles, with near misses; some of the older kinds."""
ROUNDS = (FIRST_ROUND, SECOND_ROUND, THIRD_ROUND, FOURTH_ROUND)
"""Those without a mixture."""


class Trainer:
    """A model in training.

    Args:
        folder: where the checkpoint and the log are kept; found there, it goes on.
        plan: how to train.
        weights: to begin with, by parameter name; the bundled encoder's if None.
    """

    def __init__(
        self, folder: Path, plan: Plan, weights: Mapping[str, Tensor] | None = None
    ) -> None:
        torch.manual_seed(plan.seed)
        self.folder, self.plan, self.step = folder, plan, 0
        self.model = ReaderModel()
        self.model.train()
        if plan.compiled:
            attention.register()
            self.model.bert.set_attn_implementation(attention.WRITTEN_OUT)
        self._scores = torch.compile(self.model, dynamic=True) if plan.compiled else self.model
        trained = {n: p for n, p in self.model.named_parameters() if p.requires_grad}
        if weights is not None:
            set_weights(trained, weights)
        self.average = {name: value.detach().clone() for name, value in trained.items()}
        self._trained = trained
        self._optimizer = torch.optim.AdamW(self._groups(), betas=(0.9, 0.98))
        folder.mkdir(parents=True, exist_ok=True)
        if (folder / CHECKPOINT).exists():
            self._resume()

    def run(self, asked: list[Asked], others: list[Article]) -> None:
        """Train to the plan's end, saving now and then; `others` are articles without questions."""
        chance = random.Random(self.plan.seed)  # noqa: S311 - not for secrets
        articles = list({item.article.article_id: item.article for item in asked}.values())
        if self.plan.sources:
            others = list(with_sources(others, self.plan.sources, chance))
            articles = list(with_sources(articles, self.plan.sources / 3, chance))
            by_id = {article.article_id: article for article in articles}
            asked = [replace(item, article=by_id[item.article.article_id]) for item in asked]
        count = round(self.plan.cloze * len(asked))
        made = list(cloze_questions(others, count, chance, self.plan.context))
        reasons = reason_questions(others, round(self.plan.reasons * len(asked)), chance)
        asked = [*asked, *made, *reasons]
        ends = [first for first, _ in self.plan.stages[1:]] + [self.plan.steps]
        with ThreadPoolExecutor(os.cpu_count(), initializer=_one_core) as threads:
            for (first, size), end in zip(self.plan.stages, ends, strict=True):
                if self.step < end:
                    miner = Miner([*articles, *others], size)
                    recipe = Recipe(
                        asked, miner, self.plan.negatives, self.plan.batch, self.plan.seed + first
                    )
                    batches = itertools.islice(recipe.batches(), self.step - first, end - first)
                    self._run_stage(batches, threads)
        self.save()

    def run_mixture(self, mixture: Mixture) -> None:
        """Train on a mixture to the plan's end; a resumed run goes on with an epoch of its own."""
        left = self.plan.steps - self.step
        torch.set_num_threads(1)
        with ThreadPoolExecutor(os.cpu_count(), initializer=_one_core) as threads:
            batches = mixture.batches(self.plan.batch, f"{self.plan.seed}-{self.step}")
            if self.plan.compiled:  # by one thread, before two use it
                self._gradients(next(batches)[:4], 1.0)
            self._run_stage(itertools.islice(batches, left), threads)
        self.save()

    def _run_stage(self, batches: Iterable[list[Example]], threads: Executor) -> None:
        began, seen, losses = time.monotonic(), 0, []
        for examples in batches:
            losses.append(self._learn(examples, threads))
            seen += len(examples)
            if self.step % 25 == 0:
                pace = seen / (time.monotonic() - began)
                self._note(loss=sum(losses) / len(losses), pairs_per_second=round(pace, 2))
                losses = []
            if self.step % self.plan.save_every == 0:
                self.save()

    def save(self) -> None:
        """Write the checkpoint; it replaces the last one whole or not at all."""
        state = {
            "plan": asdict(self.plan),
            "step": self.step,
            "model": self._state(),
            "average": self.average,
            "optimizer": self._optimizer.state_dict(),
        }
        with replacing(self.folder / CHECKPOINT, forced=False) as part:
            torch.save(state, part)

    def _learn(self, examples: list[Example], threads: Executor) -> float:
        factor = self.plan.factor(self.step)
        for group in self._optimizer.param_groups:
            group["lr"] = group["base"] * factor
        size = -(-len(examples) // self.plan.parts)
        parts = [examples[i : i + size] for i in range(0, len(examples), size)]
        shares = [len(part) / len(examples) for part in parts]
        results = list(threads.map(self._gradients, parts, shares))
        for place, value in enumerate(self._trained.values()):
            value.grad = torch.stack([gradients[place] for _, gradients in results]).sum(0)
        torch.nn.utils.clip_grad_norm_(list(self._trained.values()), 1.0)
        self._optimizer.step()
        self._optimizer.zero_grad(set_to_none=True)
        self.step += 1
        keep = min(self.plan.average, self.step / (self.step + 10))
        with torch.no_grad():
            for name, value in self._trained.items():
                self.average[name].lerp_(value, 1 - keep)
        return sum(loss for loss, _ in results)

    def _gradients(self, examples: list[Example], share: float) -> tuple[float, list[Tensor]]:
        batch = Batch.of(examples)
        scores = scores_of(self._scores, self.model.words, batch, self.plan.dropout)
        loss = loss_of(scores, batch) * share
        gradients = torch.autograd.grad(loss, list(self._trained.values()))
        return float(loss.detach()), list(gradients)

    def _groups(self) -> list[dict[str, Any]]:
        head = [p for n, p in self._trained.items() if n.startswith("head.")]
        matrices = [p for n, p in self._trained.items() if p.ndim > 1 and not n.startswith("head.")]
        others = [p for n, p in self._trained.items() if p.ndim < 2 and not n.startswith("head.")]
        plan = self.plan
        return [
            {"params": head, "base": plan.head_rate, "weight_decay": 0.0},
            {"params": matrices, "base": plan.rate, "weight_decay": plan.decay},
            {"params": others, "base": plan.rate, "weight_decay": 0.0},
        ]

    def _state(self) -> dict[str, Tensor]:
        return {name: value.detach() for name, value in self._trained.items()}

    def _resume(self) -> None:
        state = torch.load(self.folder / CHECKPOINT, weights_only=True)
        if asdict(replace(self.plan, pairs=state["plan"]["pairs"])) != state["plan"]:
            raise ValueError(f"{self.folder} was begun with another plan: {state['plan']}")
        self.step = state["step"]
        self.average = state["average"]
        set_weights(self._trained, state["model"])
        self._optimizer.load_state_dict(state["optimizer"])

    def _note(self, **values: float) -> None:
        line = json.dumps({"step": self.step, "of": self.plan.steps, **values})
        with (self.folder / LOG).open("a", encoding="utf-8") as log:
            log.write(line + os.linesep)


def set_weights(parameters: Mapping[str, Tensor], weights: Mapping[str, Tensor]) -> None:
    """Copy `weights` into the model's own parameters of those names, in place."""
    with torch.no_grad():
        for name, value in weights.items():
            parameters[name].copy_(value)


def _one_core() -> None:
    torch.set_num_threads(1)
