"""A layer's network as an expert pack makes it: a router, the layer's own network and experts.

What is computed is what the engine computes from the exported pack, docs/formats/expert_pack.md:
the weights of the choices that a token takes add up to 1. So with one choice a token, one that
takes the trunk gets exactly what the trunk makes of it.
"""

from __future__ import annotations

import copy
from dataclasses import dataclass
from typing import Any, Literal

import torch
import torch.nn.functional as F
from torch import Tensor, nn
from transformers import Qwen3ForCausalLM

ROUTER_STD = 0.02  # of the first weights: zeros would send all tokens to choice 0


@dataclass(frozen=True)
class Layout:
    """Of `n_choices` a token takes `top_k`. Choice 0 is the layer's own network (mode "replace") or
    nothing ("parallel")."""

    n_choices: int = 2
    mode: Literal["replace", "parallel"] = "replace"
    top_k: int = 1

    def __post_init__(self) -> None:
        if not 1 <= self.top_k <= self.n_choices or self.n_choices < 2:
            raise ValueError(
                f"a token cannot take {self.top_k} of {self.n_choices} choices; there are at least"
                " two, the first of which is not trained."
            )


class Router(nn.Module):  # type: ignore[misc, unused-ignore]
    """x [..., width] to log-probabilities of choices [..., n_choices], in float32 throughout."""

    def __init__(self, n_choices: int, width: int, generator: torch.Generator) -> None:
        super().__init__()
        weight = torch.randn(n_choices, width, generator=generator) * ROUTER_STD
        self.weight = nn.Parameter(weight)

    def forward(self, x: Tensor) -> Tensor:
        with torch.autocast("cpu", enabled=False):
            return F.linear(x.float(), self.weight).log_softmax(-1)


class ExpertNetwork(nn.Module):  # type: ignore[misc, unused-ignore]
    """In place of a layer's network `own`, which is frozen; x and the result are [..., width].

    All choices are computed for all tokens, as nano's are small and torch's kernels like few
    shapes. `log_probabilities` and `taken` (0 or 1) are those of the last pass,
    [..., n_choices]; `shares` is how much of what tokens took each choice was lately, `wanted` how
    much it was to be, both [n_choices].
    """

    def __init__(
        self, own: nn.Module, layout: Layout, noise: float, generator: torch.Generator
    ) -> None:
        super().__init__()
        width = own.gate_proj.in_features
        self.layout = layout
        self.own = own
        self.router = Router(layout.n_choices, width, generator)
        self.experts = nn.ModuleList(
            new_expert(own, layout, noise, generator) for _ in range(layout.n_choices - 1)
        )
        even = torch.full((layout.n_choices,), 1 / layout.n_choices)
        self.register_buffer("shares", even)
        self.register_buffer("wanted", even.clone())
        self.log_probabilities = self.taken = torch.zeros(0)

    def forward(self, x: Tensor) -> Tensor:
        self.log_probabilities = self.router(x)
        weights, self.taken = choose(self.log_probabilities, self.layout.top_k)
        own = self.own(x)
        is_parallel = self.layout.mode == "parallel"
        y: Tensor = own if is_parallel else weights[..., :1] * own
        for i, expert in enumerate(self.experts, 1):
            y = y + weights[..., i : i + 1] * expert(x)
        return y


def choose(log_probabilities: Tensor, top_k: int) -> tuple[Tensor, Tensor]:
    """The weight of each choice and whether it is taken, both [..., n_choices].

    Of a single choice the weight is 1 whatever the router says, and has no gradient. The router
    then learns as if weights were probabilities (a straight-through estimator): a choice becomes
    likelier where a bit more of its result instead of the others' would lower the loss. Added is
    exactly 0.
    """
    probabilities = log_probabilities.exp()
    best = log_probabilities.topk(top_k, -1).indices
    taken = torch.zeros_like(probabilities).scatter(-1, best, 1.0)
    if top_k == 1:
        return taken + (probabilities - probabilities.detach()), taken
    kept = taken * probabilities
    return kept / kept.sum(-1, keepdim=True), taken


def new_expert(
    own: nn.Module, layout: Layout, noise: float, generator: torch.Generator
) -> nn.Module:
    """The layer's network, each matrix with `noise` times its standard deviation added. One that is
    added to it adds nothing at first."""
    expert = copy.deepcopy(own)
    with torch.no_grad():
        for matrix in expert.parameters():
            drawn = torch.randn(matrix.shape, generator=generator)
            matrix.add_(noise * matrix.std() * drawn)
        if layout.mode == "parallel":
            expert.down_proj.weight.zero_()
    return expert


def add_experts(model: Qwen3ForCausalLM, layout: Layout, noise: float, seed: int) -> None:
    """Gives each layer experts and a router, and freezes all else."""
    model.requires_grad_(False)
    generator = torch.Generator().manual_seed(seed)
    for layer in model.model.layers:
        network = ExpertNetwork(layer.mlp, layout, noise, generator)
        network.experts.requires_grad_(True)
        layer.mlp = network


def networks(model: Any) -> list[ExpertNetwork]:
    return [layer.mlp for layer in model.model.layers]
