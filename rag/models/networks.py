"""Networks of transformers that say something of every token of a question and a passage.

A folder's `config.json` tells which kind it is. Architectures that come with a program of their own
(Provence, OpenProvence) are built here from parts that transformers has; that program is never run.
"""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
from numpy.typing import NDArray

from rag.errors import ModelPlaceMissing
from rag.models.hub import READER, Role
from rag.models.placing import counted_in, device_of, dtype_of
from rag.settings.model_sections import ReaderSettings, RunSettings

if TYPE_CHECKING:
    from torch import nn

Numbers = NDArray[np.float32]
Batch = Mapping[str, NDArray[np.int64]]
Kind = Literal["answers", "tokens", "provence", "open_provence"]

_ANSWERS, _TOKENS = "ForQuestionAnswering", "ForTokenClassification"
_TOKENIZERS = (
    "tokenizer.json", "vocab.txt", "vocab.json", "sentencepiece.bpe.model", "spm.model",
    "spiece.model", "tokenizer.model",
)  # fmt: skip
"""Without any of these a tokenizer without words would be made up."""
_ONNX_FILES = ("onnx/model.onnx", "model.onnx")


def kind_of(config: Mapping[str, Any]) -> Kind | None:
    """Which kind of network a `config.json` describes; None for one that cannot read."""
    architecture = str((config.get("architectures") or [""])[0])
    if config.get("model_type") == "open_provence" or "OpenProvence" in architecture:
        return "open_provence"
    if "Provence" in architecture or "provence" in str(config.get("model_type", "")).lower():
        return "provence"
    if architecture.endswith(_ANSWERS):
        return "answers"
    return "tokens" if architecture.endswith(_TOKENS) else None


class Network:
    """A network ready to run; threads may share it, they take turns.

    Args:
        run: a batch, shape (texts, tokens) each, to its results: start and end scores for a reader
            of answers, shape (texts, tokens) each; else scores of labels, shape (texts, tokens,
            labels), and where the network ranks besides, of the whole, shape (texts,).
        inputs: names of what it takes.
    """

    def __init__(self, run: Any, inputs: Sequence[str]) -> None:
        self._run, self.inputs = run, tuple(inputs)
        self._turn = threading.Lock()

    def __call__(self, batch: Batch) -> list[Numbers]:
        """The results; see the class."""
        given = {name: batch[name] for name in self.inputs if name in batch}
        with self._turn:
            results: list[Numbers] = self._run(given)
        return results


def open_network(
    model: str, folder: Path, kind: Kind, config: Mapping[str, Any], settings: ReaderSettings
) -> Network:
    """Load a network from a folder.

    Raises:
        ModelUnusable: it cannot be loaded.
        ModelPlaceMissing: the device or the backend is not there.
    """
    device = device_of(settings, "reader")
    if settings.backend == "onnx":
        return _onnx(folder, kind)
    try:
        with hushed():
            module = _module(folder, kind, config, dtype_of(settings, device))
    except failures() as error:
        raise READER.unusable(model, str(error) or type(error).__name__) from error
    inputs = _inputs(module)
    scores = _plain(module, kind).eval()
    if settings.backend == "openvino":
        try:
            return Network(_by_openvino(scores, inputs), inputs)
        except RuntimeError as error:
            raise READER.unusable(model, f"转换成 OpenVINO 失败：{error}") from error
    return Network(_by_torch(scores.to(device), device), inputs)


def tokenizer_of(model: str, folder: Path, role: Role) -> Any:
    """The fast tokenizer of a folder: only such a one tells where its tokens stand.

    Raises:
        ModelUnusable: there is none.
    """
    if not any((folder / name).is_file() for name in _TOKENIZERS):
        raise role.unusable(model, "没有分词器的文件（tokenizer.json）")
    from transformers import AutoTokenizer

    try:
        with hushed():
            tokenizer = AutoTokenizer.from_pretrained(
                str(folder), local_files_only=True, trust_remote_code=False
            )
    except (OSError, ValueError, KeyError, ImportError, TypeError, AttributeError) as error:
        raise role.unusable(model, str(error) or type(error).__name__) from error
    if not getattr(tokenizer, "is_fast", False):
        raise role.unusable(model, "没有能说明词元位置的分词器（tokenizer.json）")
    return tokenizer


def failures() -> tuple[type[Exception], ...]:
    """What libraries raise over weights or settings of a model that are no such thing."""
    from safetensors import SafetensorError

    usual = (OSError, ValueError, KeyError, RuntimeError, ImportError, TypeError, AttributeError)
    return (*usual, SafetensorError)


@contextlib.contextmanager
def hushed() -> Iterator[None]:
    """Keep transformers' chatter about loading off the terminal."""
    from transformers.utils import logging

    level, shown = logging.get_verbosity(), logging.is_progress_bar_enabled()
    logging.set_verbosity_error()
    logging.disable_progress_bar()
    try:
        yield
    finally:
        logging.set_verbosity(level)
        if shown:
            logging.enable_progress_bar()


def _module(folder: Path, kind: Kind, config: Mapping[str, Any], dtype: Any) -> nn.Module:
    if kind in {"provence", "open_provence"}:
        from rag.models.highlighter_networks import build

        return build(folder, kind == "open_provence", config, dtype)
    from transformers import AutoModelForQuestionAnswering, AutoModelForTokenClassification

    loader = AutoModelForQuestionAnswering if kind == "answers" else AutoModelForTokenClassification
    loaded: nn.Module = loader.from_pretrained(
        str(folder), dtype=dtype, local_files_only=True, trust_remote_code=False
    )
    return loaded


def _inputs(module: nn.Module) -> list[str]:
    import inspect

    known = ("input_ids", "attention_mask", "token_type_ids")
    taken = inspect.signature(module.forward).parameters
    return [name for name in known if name in taken]


def _plain(module: nn.Module, kind: Kind) -> nn.Module:
    """The network with a tuple of tensors for its result."""
    from torch import Tensor, nn

    class Plain(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.inner = module

        def forward(self, *args: Tensor, **kwargs: Tensor) -> tuple[Tensor, ...]:
            if kind in {"provence", "open_provence"}:
                tokens, ranking = self.inner(*args, **kwargs)
                return tokens.float(), ranking.float()
            found = self.inner(*args, **kwargs, return_dict=True)
            if kind == "answers":
                return found.start_logits.float(), found.end_logits.float()
            return (found.logits.float(),)

    return Plain()


def _by_torch(module: nn.Module, device: str) -> Any:
    import torch

    def run(batch: Batch) -> list[Numbers]:
        given = {name: torch.from_numpy(rows).to(device) for name, rows in batch.items()}
        with torch.inference_mode():
            return [tensor.cpu().numpy() for tensor in module(**given)]

    return run


def _by_openvino(module: nn.Module, inputs: Sequence[str]) -> Any:
    from rag.models.openvino_runtime import compiled_module, example_of, traced_by_name

    compiled = compiled_module(traced_by_name(module, inputs), example_of(inputs))

    def run(batch: Batch) -> list[Numbers]:
        results = compiled.create_infer_request().infer([batch[name] for name in inputs])
        return [np.array(results[place], dtype=np.float32) for place in range(len(results))]

    return run


def _onnx(folder: Path, kind: Kind) -> Network:
    """The network as the folder's own ONNX file has it."""
    if kind in {"provence", "open_provence"}:
        raise _no_onnx("这种模型没有通用的 ONNX 文件")
    path = next((folder / name for name in _ONNX_FILES if (folder / name).is_file()), None)
    if path is None:
        raise _no_onnx("模型目录里没有 onnx/model.onnx")
    try:
        import onnxruntime
    except ImportError as error:
        raise _no_onnx("没有安装 onnxruntime") from error
    session = onnxruntime.InferenceSession(str(path))
    inputs = [one.name for one in session.get_inputs()]

    def run(batch: Batch) -> list[Numbers]:
        return [np.asarray(found, dtype=np.float32) for found in session.run(None, dict(batch))]

    return Network(run, inputs)


def with_form(name: str, settings: RunSettings, device: str, folder: Path) -> str:
    """A fingerprint, with how exactly the model counts, where that is not in float32.

    Args:
        name: as `named` gives it.
        settings: of the model.
        device: where it runs: what is counted by default hangs on it.
        folder: with the model's files.
    """
    exact = counted_in(settings, device, folder)
    said: list[str] = [exact] if exact != "float32" else []
    said += [settings.backend] if settings.backend != "torch" else []
    return "-".join([name, *said])


def without_surrogates(text: str) -> str:
    """Lone surrogates become question marks; the length stays."""
    return text.encode("utf-8", "replace").decode("utf-8")


def _no_onnx(reason: str) -> ModelPlaceMissing:
    return ModelPlaceMissing(
        setting="reader.backend",
        value="onnx",
        reason=reason,
        remedy="请改用 torch 或 openvino；或换一个带 ONNX 文件的模型，并 pip install onnxruntime。",
    )
