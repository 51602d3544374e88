"""Models of sentence-transformers on another backend: the network inside is exchanged.

The library's own way needs further packages that hold back its version; the network alone does not.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar

from rag.errors import ModelPlaceMissing
from rag.models.hub import Role
from rag.models.networks import failures, hushed
from rag.models.placing import dtype_of
from rag.settings.model_sections import Backend, EmbeddingSettings, RerankerSettings

if TYPE_CHECKING:
    from torch import Tensor, nn

_INPUTS = ("input_ids", "attention_mask", "token_type_ids")


Model = TypeVar("Model")


def opened(
    kind: type[Model],
    settings: EmbeddingSettings | RerankerSettings,
    folder: str,
    device: str,
    *,
    role: Role,
    output: str,
) -> Model:
    """A model of sentence-transformers from its folder alone, on the backend of the settings.

    Args:
        kind: `SentenceTransformer` or `CrossEncoder`.
        settings: say the dtype and the backend.
        folder: where its files lie.
        device: where it runs.
        role: for errors.
        output: as for `swapped`.

    Raises:
        ModelUnusable: it cannot be loaded.
        ModelPlaceMissing: it cannot run so.
    """
    made: Any = kind
    try:
        with hushed():
            model: Model = made(
                folder,
                device=device,
                trust_remote_code=False,
                local_files_only=True,
                model_kwargs={"dtype": dtype_of(settings, device)},
            )
        swapped(model, settings.backend, role.setting.partition(".")[0], output)
    except failures() as error:
        raise role.unusable(settings.model, str(error) or type(error).__name__) from error
    return model


def swapped(model: Any, backend: Backend, part: str, output: str) -> None:
    """Let the network inside of a model run on `backend`.

    Args:
        model: a `SentenceTransformer` or `CrossEncoder` on the CPU.
        backend: torch leaves it as it is.
        part: of the settings, for errors.
        output: what of the network's results is used: `last_hidden_state` or `logits`.

    Raises:
        ModelPlaceMissing: the model cannot run so.
    """
    if backend == "torch":
        return
    if backend == "onnx":
        raise _cannot(part, backend, "这里还不能用 ONNX")
    from sentence_transformers.base.modules import Transformer

    first = model[0]
    if not isinstance(first, Transformer) or first.config.is_encoder_decoder:
        raise _cannot(part, backend, "这个模型的结构换不了")
    first.model = _on_openvino(first.model, output)


def _on_openvino(network: nn.Module, output: str) -> nn.Module:
    import inspect

    import torch
    from torch import nn

    from rag.models.openvino_runtime import compiled_module, example_of, traced_by_name

    taken = inspect.signature(network.forward).parameters
    names = [name for name in _INPUTS if name in taken]

    class Only(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.inner = network.eval().float()

        def forward(self, **given: Tensor) -> Tensor:
            found: Tensor = self.inner(**given, return_dict=True)[output]
            return found

    compiled = compiled_module(traced_by_name(Only(), names), example_of(names))

    class Swapped(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.config = network.config
            self.dtype = torch.float32

        def forward(self, **given: Any) -> dict[str, Tensor]:
            ids = given["input_ids"]
            rows = [given.get(name, torch.zeros_like(ids)).numpy() for name in names]
            result = compiled.create_infer_request().infer(rows)[0]
            return {output: torch.from_numpy(result.copy())}

    return Swapped()


def _cannot(part: str, backend: str, reason: str) -> ModelPlaceMissing:
    return ModelPlaceMissing(
        setting=f"{part}.backend",
        value=backend,
        reason=reason,
        remedy="请改用 torch 或 openvino。",
    )
