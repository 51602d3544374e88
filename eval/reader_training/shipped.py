"""Weights of a shipped reader, back in float: training can go on where no checkpoint is left."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor

from eval.reader_training.model import ReaderModel
from rag.models.openvino_runtime import load_openvino
from rag.models.reader import GRAPH, fingerprint_of, read_record

_MODEL = "self.model."


def shipped_weights(folder: Path) -> tuple[str, dict[str, Tensor]]:
    """Fingerprint of an exported reader and its weights by parameter name of `ReaderModel`.

    Raises:
        ReaderMissing, ReaderCorrupt: its files are not what its record names.
        KeyError: the graph lacks a parameter.
    """
    record = read_record(folder)
    graph = load_openvino().Core().read_model(folder / GRAPH)
    nodes = {node.get_friendly_name(): node for node in graph.get_ordered_ops()}
    weights = {
        name: torch.from_numpy(_weight(nodes, name)).reshape(value.shape)
        for name, value in ReaderModel().named_parameters()
        if value.requires_grad
    }
    return fingerprint_of(folder, record), weights


def _weight(nodes: dict[str, Any], name: str) -> Any:
    """A matrix is a constant of its own name, int8 with scale; a vector is an operand of a node."""
    if (whole := _MODEL + name) in nodes:
        data = nodes[whole].data.astype(np.float32)
        if f"{whole}/scale" not in nodes:
            return data
        zero = nodes[f"{whole}/zero_point"].data.astype(np.float32)
        return (data - zero) * nodes[f"{whole}/scale"].data.astype(np.float32)
    module, _, kind = name.rpartition(".")
    operation = "layer_norm" if module.endswith("LayerNorm") else "linear"
    step = "Multiply_1" if kind == "weight" else "Add"
    node = nodes[f"__module.model.{module}/aten::{operation}/{step}"]
    operands = [node.input_value(n).get_node() for n in range(2)]
    return next(o for o in operands if o.get_type_name() == "Constant").data.astype(np.float32)
