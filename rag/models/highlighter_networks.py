"""Sentence highlighters whose authors ship a program with them, built from known parts instead.

Both put a head for tokens on a cross-encoder (Chirkova et al.: Provence, ICLR 2025), so that one
pass says how well a passage answers, and which of its tokens matter. Provence keeps the head beside
the encoder's own weights; OpenProvence keeps the ranker under `ranking_model` and the head under
`pruning_head`, and describes the ranker in its `config.json`.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from torch import Tensor, nn
    from transformers import PretrainedConfig, PreTrainedModel

_RANKER, _HEAD, _OWN_HEAD = "ranking_model.", "pruning_head.classifier.", "token_classifier."
_ENCODERS = {
    "deberta": "deberta-v2",
    "roberta": "xlm-roberta",
    "bert": "bert",
    "model": "modernbert",
}
"""The first part of the weights' names → the encoder's type, where only a program would say."""
_LAST_OF_RANKER = ("classifier.weight", "classifier.out_proj.weight", "score.weight")


def build(folder: Path, is_open: bool, config: Mapping[str, Any], dtype: Any) -> nn.Module:
    """The network with the folder's weights.

    Its result is a pair: scores of tokens, shape (texts, tokens, labels); of texts, shape (texts,).

    Raises:
        OSError, ValueError, RuntimeError: files are missing, or weigh something else.
    """
    import torch
    from transformers import AutoModelForSequenceClassification

    weights = _weights(folder)
    described = _described(weights, is_open, config)
    ranker = AutoModelForSequenceClassification.from_config(described)
    own = _HEAD if is_open else _OWN_HEAD
    head = {name.removeprefix(own): rows for name, rows in weights.items() if name.startswith(own)}
    if "weight" not in head:
        raise ValueError(f"权重里没有 {own}weight")
    prefix = _RANKER if is_open else ""
    rest = {
        name.removeprefix(prefix): rows
        for name, rows in weights.items()
        if name.startswith(prefix) and not name.startswith(own)
    }
    lacking = ranker.load_state_dict(rest, strict=False).missing_keys
    if lost := [name for name in lacking if not name.endswith("position_ids")]:
        raise ValueError(f"权重里没有 {lost[0]} 等 {len(lost)} 项")
    labels, hidden = head["weight"].shape
    classifier = torch.nn.Linear(hidden, labels)
    classifier.load_state_dict(head)
    module = _joined(ranker, classifier)
    return module if dtype == "auto" else module.to(dtype)


def _weights(folder: Path) -> dict[str, Tensor]:
    """All tensors of the folder; only safetensors, which holds nothing but numbers."""
    from safetensors.torch import load_file

    files = sorted(folder.glob("*.safetensors"))
    if not files:
        raise OSError("没有 .safetensors 文件")
    weights: dict[str, Tensor] = {}
    for file in files:
        weights |= load_file(file)
    return weights


def _described(
    weights: Mapping[str, Tensor], is_open: bool, config: Mapping[str, Any]
) -> PretrainedConfig:
    """The ranker's configuration."""
    from transformers import AutoConfig

    if is_open:
        said = dict(config.get("base_model_config") or {})
        kind = said.pop("model_type", None)
    else:
        said = {k: v for k, v in config.items() if k not in {"model_type", "auto_map"}}
        first = next(
            (name.split(".")[0] for name in weights if name.split(".")[0] in _ENCODERS), ""
        )
        kind = _ENCODERS.get(first)
    if not kind:
        raise ValueError("config.json 没有说明编码器是哪一种")
    said.pop("architectures", None)
    prefix = _RANKER if is_open else ""
    lasts = (weights.get(prefix + name) for name in _LAST_OF_RANKER)
    ranks = next((len(rows) for rows in lasts if rows is not None), 1)
    return AutoConfig.for_model(kind, **{**said, "num_labels": ranks})


def _joined(ranker: PreTrainedModel, head: nn.Linear) -> nn.Module:
    import torch

    class Highlighter(torch.nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.ranker, self.head = ranker, head

        def forward(
            self,
            input_ids: Tensor,
            attention_mask: Tensor,
            token_type_ids: Tensor | None = None,
        ) -> tuple[Tensor, Tensor]:
            kinds = {} if token_type_ids is None else {"token_type_ids": token_type_ids}
            found = self.ranker(
                input_ids=input_ids,
                attention_mask=attention_mask,
                output_hidden_states=True,
                return_dict=True,
                **kinds,
            )
            return self.head(found.hidden_states[-1]), found.logits[:, 0]

    return Highlighter()
