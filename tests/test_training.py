"""What the training scripts make of several networks and of headlines."""

from __future__ import annotations

import numpy as np
import pytest

from ingest.seams.pair_model import PairModel
from scripts.train_stitching import averaged
from scripts.train_torn_lines import headlines_of


def test_averaged_networks_score_the_mean() -> None:
    rng = np.random.default_rng(5)

    def model() -> PairModel:
        return PairModel(
            features=("a", "b"),
            hidden=tuple(map(tuple, rng.normal(size=(2, 3)).round(3).tolist())),
            hidden_bias=tuple(rng.normal(size=3).round(3).tolist()),
            output=tuple(rng.normal(size=3).round(3).tolist()),
            direct=tuple(rng.normal(size=2).round(3).tolist()),
            bias=float(rng.normal()),
        )

    models = [model() for _ in range(3)]
    values = rng.normal(size=(7, 2))
    mean = np.mean([one.scores(values) for one in models], axis=0)
    assert averaged(models).scores(values) == pytest.approx(mean, abs=1e-3)


def test_headlines_run_into_a_dateline() -> None:
    texts = [
        "渔灯节在柳镇老码头开幕近日，柳镇人……",
        "本报记者石小满近日，柳镇人……",
        "没有标题的正文。",
    ]
    assert headlines_of(texts) == ["渔灯节在柳镇老码头开幕"]
