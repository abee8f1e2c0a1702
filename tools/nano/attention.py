"""Masked attention whose backward pass is plain products, which the compiler fuses with what is
between them.

For rows this short torch's own backward kernel on CPUs takes two to three times as long.
"""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor
from transformers import AttentionInterface

NAME = "nano"


class MaskedAttention(torch.autograd.Function):  # type: ignore[misc, unused-ignore]
    """query [n, heads, length, dim], key and value [n, kv heads, length, dim]; mask [n, 1, length,
    length], 0 where a query sees a key and else -inf."""

    @staticmethod
    def forward(
        ctx: Any, query: Tensor, key: Tensor, value: Tensor, mask: Tensor, scaling: float
    ) -> Tensor:
        repeats = query.shape[1] // key.shape[1]
        mixed, log_sums = torch.ops.aten._scaled_dot_product_flash_attention_for_cpu(
            query,
            key.repeat_interleave(repeats, 1),
            value.repeat_interleave(repeats, 1),
            0.0,
            attn_mask=mask,
            scale=scaling,
        )
        ctx.save_for_backward(query, key, value, mask, mixed, log_sums)
        ctx.scaling = scaling
        result: Tensor = mixed
        return result

    @staticmethod
    def backward(ctx: Any, *gradients: Tensor) -> tuple[Tensor | None, ...]:
        query, key, value, mask, mixed, log_sums = ctx.saved_tensors
        n, heads, length, dim = query.shape
        groups = key.shape[1]
        by_group = (n * groups, heads // groups * length, dim)
        scores_of = (n, heads, length, length)

        q, k = query.reshape(by_group), key.reshape(n * groups, length, dim)
        v, g = value.reshape(n * groups, length, dim), gradients[0].reshape(by_group)
        scores = torch.bmm(q, k.transpose(1, 2)).view(scores_of).float() * ctx.scaling
        weights = torch.where(mask == 0, (scores - log_sums[..., None]).exp(), 0.0)
        to_weights = torch.bmm(g, v.transpose(1, 2)).view(scores_of).float()
        to_sums = (gradients[0].float() * mixed.float()).sum(-1, keepdim=True)
        to_scores = (weights * (to_weights - to_sums) * ctx.scaling).to(q.dtype)
        to_scores = to_scores.view(n * groups, heads // groups * length, length)
        weights = weights.to(q.dtype).view(to_scores.shape)
        return (
            torch.bmm(to_scores, k).view(query.shape),
            torch.bmm(to_scores.transpose(1, 2), q).view(key.shape),
            torch.bmm(weights.transpose(1, 2), g).view(value.shape),
            None,
            None,
        )


def attend(
    module: Any,
    query: Tensor,
    key: Tensor,
    value: Tensor,
    mask: Tensor,
    scaling: float,
    **_: Any,
) -> tuple[Tensor, None]:
    """As transformers calls it."""
    query, key = query.to(value.dtype), key.to(value.dtype)  # autocast leaves norms in float32
    mixed: Tensor = MaskedAttention.apply(query, key, value, mask, scaling)
    return mixed.transpose(1, 2).contiguous(), None


AttentionInterface.register(NAME, attend)
