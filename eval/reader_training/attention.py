"""Attention written out, so that the compiler fuses it.

torch's own (`scaled_dot_product_attention`) takes most of a training step on a processor: its way
back in bfloat16 is twice as slow as these four lines compiled.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn

WRITTEN_OUT = "written_out"
_NEVER = -1e4


def register() -> None:
    """Make the encoder's `set_attn_implementation(WRITTEN_OUT)` possible."""
    from transformers.masking_utils import ALL_MASK_ATTENTION_FUNCTIONS, sdpa_mask
    from transformers.modeling_utils import ALL_ATTENTION_FUNCTIONS

    ALL_ATTENTION_FUNCTIONS.register(WRITTEN_OUT, written_out)
    ALL_MASK_ATTENTION_FUNCTIONS.register(WRITTEN_OUT, sdpa_mask)


def written_out(
    _module: nn.Module,
    query: Tensor,
    key: Tensor,
    value: Tensor,
    attention_mask: Tensor | None,
    **_options: object,
) -> tuple[Tensor, None]:
    """What each token takes from the others, shape (batch, tokens, heads, size), and no weights.

    Args:
        query: of shape (batch, heads, tokens, size).
        key: of the same shape.
        value: of the same shape.
        attention_mask: true where a token may be looked at, shape (batch, 1, tokens, tokens); a
            padded token's own row does not matter.
    """
    scores = (query * query.shape[-1] ** -0.5) @ key.transpose(-1, -2)
    if attention_mask is not None:
        hidden = ~attention_mask[..., :1, :]
        scores = scores + torch.zeros_like(hidden, dtype=scores.dtype).masked_fill(hidden, _NEVER)
    weights = torch.softmax(scores.float(), -1).to(value.dtype)
    return (weights @ value).transpose(1, 2).contiguous(), None
