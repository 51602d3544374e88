"""Trained weights → the files that ship: OpenVINO graph with int8 weights, and its record."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

from eval.reader_training.model import ReaderModel
from eval.reader_training.shipped import shipped_weights
from eval.reader_training.train import CHECKPOINT, set_weights
from rag.models.openvino_runtime import load_openvino
from rag.models.reader import GRAPH, RECORD, WEIGHTS, Calibration


def load_trained(
    checkpoint: Path, *, averaged: bool = True, halfway_to: Path | None = None
) -> tuple[ReaderModel, dict[str, Any]]:
    """The model with the weights of a checkpoint, and how they were trained.

    Args:
        checkpoint: the folder that training wrote.
        averaged: take the moving average instead of the last weights.
        halfway_to: an exported reader; the mean of its weights and the checkpoint's is taken.
            Between a model and what was learnt after it, both are kept better than at either
            end (Wortsman et al., 2022, "Robust fine-tuning of zero-shot models").
    """
    state = torch.load(checkpoint / CHECKPOINT, weights_only=True)
    model = ReaderModel().eval()
    weights = state["average" if averaged else "model"]
    about = {"plan": state["plan"], "steps": state["step"], "averaged": averaged}
    if halfway_to is not None:
        about["halfway_to"], others = shipped_weights(halfway_to)
        weights = {name: (value + others[name]) / 2 for name, value in weights.items()}
    set_weights(dict(model.named_parameters()), weights)
    return model, about


def save_graph(model: ReaderModel, folder: Path) -> None:
    """Write the graph with int8 weights into `folder`."""
    import nncf

    openvino = load_openvino()
    folder.mkdir(parents=True, exist_ok=True)
    model.bert.set_attn_implementation("sdpa")
    shapes = [openvino.PartialShape([-1, -1, model.words.shape[1]])]
    shapes += [openvino.PartialShape([-1, -1])] * 2
    graph = openvino.convert_model(
        _Traceable(model), example_input=_example(model.words.shape[1]), input=shapes
    )
    graph = nncf.compress_weights(graph, mode=nncf.CompressWeightsMode.INT8_ASYM)
    openvino.save_model(graph, folder / GRAPH)


def save_record(folder: Path, training: dict[str, Any], calibration: Calibration) -> None:
    """Write the training record, with the sha256 of the files beside it."""
    files = {n: hashlib.sha256((folder / n).read_bytes()).hexdigest() for n in (GRAPH, WEIGHTS)}
    record = {"training": training, "calibration": asdict(calibration), "sha256": files}
    text = json.dumps(record, ensure_ascii=False, indent=2)
    (folder / RECORD).write_text(text + "\n", encoding="utf-8")


class _Traceable(nn.Module):
    def __init__(self, model: ReaderModel) -> None:
        super().__init__()
        self.model = model

    def forward(self, embeddings: Tensor, mask: Tensor, types: Tensor) -> Tensor:
        scores: Tensor = self.model(embeddings, mask, types)
        return scores


def _example(hidden: int) -> tuple[Tensor, Tensor, Tensor]:
    mask = torch.ones((2, 16), dtype=torch.long)
    mask[1, 12:] = 0
    return torch.zeros((2, 16, hidden)), mask, torch.zeros((2, 16), dtype=torch.long)
