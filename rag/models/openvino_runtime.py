"""The one door to OpenVINO: imported without its telemetry, models made small, compiled alike."""

from __future__ import annotations

import contextlib
import io
import logging
import sys
import warnings
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from torch import Tensor, nn

DYNAMIC_QUANTISATION_GROUP = 128
"""Activations that share one int8 scale."""


def load_openvino() -> Any:
    """The module `openvino`, kept from reporting its use to its makers.

    OpenVINO and nncf send events over the network by default and do without where the package
    `openvino_telemetry` cannot be imported; so it cannot. Import OpenVINO nowhere else.
    """
    sys.modules["openvino_telemetry"] = None  # type: ignore[assignment]
    import openvino

    return openvino


def compile_model(path: Path, threads: int, streams: int = 1) -> Any:
    """An `openvino.CompiledModel` for this CPU: int8 activations, the rest in float32.

    Left to itself, OpenVINO takes bfloat16 where the processor has it, and the same question would
    be answered with other probabilities on another machine.

    Args:
        path: the model's `.xml`.
        threads: 0 for as many as there are cores.
        streams: runs that go on at once; they share the threads out among them.
    """
    options: dict[str, Any] = {
        "INFERENCE_PRECISION_HINT": "f32",
        "NUM_STREAMS": streams,
        "DYNAMIC_QUANTIZATION_GROUP_SIZE": DYNAMIC_QUANTISATION_GROUP,
    }
    if threads:
        options["INFERENCE_NUM_THREADS"] = threads
    return load_openvino().Core().compile_model(path, "CPU", options)


def save_int8(module: nn.Module, example: Mapping[str, Tensor], path: Path) -> None:
    """Write `module` as OpenVINO IR (`path` and a `.bin` beside it) with int8 weights.

    Args:
        module: called with the names and in the order of `example`.
        example: integer inputs of shape (batch, tokens); both sizes stay free.
        path: ends in `.xml`.
    """
    openvino = load_openvino()
    with _hushed():
        import nncf

        shapes = [(name, openvino.PartialShape([-1, -1])) for name in example]
        model = openvino.convert_model(module, example_input=dict(example), input=shapes)
        model = nncf.compress_weights(model, mode=nncf.CompressWeightsMode.INT8_ASYM)
        openvino.save_model(model, path)


def compiled_module(module: nn.Module, example: Mapping[str, Tensor]) -> Any:
    """`module` as an `openvino.CompiledModel` for this CPU, with the weights as they are.

    Args:
        module: called with the names and in the order of `example`.
        example: integer inputs of shape (batch, tokens); both sizes stay free.
    """
    openvino = load_openvino()
    with _hushed():
        shapes = [(name, openvino.PartialShape([-1, -1])) for name in example]
        model = openvino.convert_model(module, example_input=dict(example), input=shapes)
    return openvino.Core().compile_model(model, "CPU", {"INFERENCE_PRECISION_HINT": "f32"})


def example_of(inputs: Sequence[str]) -> dict[str, Tensor]:
    """Small inputs that every network takes: some know one type of tokens only."""
    import torch

    typed = "token_type_ids"
    return {name: torch.full((2, 8), int(name != typed), dtype=torch.long) for name in inputs}


def traced_by_name(module: nn.Module, inputs: Sequence[str]) -> nn.Module:
    """The network with its inputs in the order of `inputs`: tracing knows no keywords."""
    from torch import nn

    names = tuple(inputs)

    class Ordered(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.inner = module

    if "token_type_ids" in names:

        class Typed(Ordered):
            def forward(
                self, input_ids: Tensor, attention_mask: Tensor, token_type_ids: Tensor
            ) -> Any:
                return self.inner(
                    input_ids=input_ids,
                    attention_mask=attention_mask,
                    token_type_ids=token_type_ids,
                )

        return Typed()

    class Untyped(Ordered):
        def forward(self, input_ids: Tensor, attention_mask: Tensor) -> Any:
            return self.inner(input_ids=input_ids, attention_mask=attention_mask)

    return Untyped()


@contextlib.contextmanager
def _hushed() -> Iterator[None]:
    """Keep the converters' chatter off the terminal: warnings, log lines, progress bars."""
    loggers = [logging.getLogger(name) for name in ("nncf", "transformers", "openvino")]
    levels = [logger.level for logger in loggers]
    for logger in loggers:
        logger.setLevel(logging.ERROR)
    try:
        with (
            warnings.catch_warnings(action="ignore"),
            contextlib.redirect_stdout(io.StringIO()),
            contextlib.redirect_stderr(io.StringIO()),
        ):
            yield
    finally:
        for logger, level in zip(loggers, levels, strict=True):
            logger.setLevel(level)
