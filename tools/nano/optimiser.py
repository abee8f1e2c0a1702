"""Muon for the matrices of hidden layers, AdamW for embeddings and norms.

Muon's update is the momentum of a matrix with its singular values made about equal (Keller Jordan,
2024), by a few steps of a Newton-Schulz iteration.
"""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor

STEPS = 5
COEFFICIENTS = (3.4445, -4.7750, 2.0315)
MOMENTUM = 0.95


def orthogonalised(matrix: Tensor) -> Tensor:
    """About U V^T where `matrix` is U S V^T."""
    a, b, c = COEFFICIENTS
    x = matrix.bfloat16()
    if x.shape[0] > x.shape[1]:
        x = x.T
    x = x / (x.norm() + 1e-7)
    for _ in range(STEPS):
        gram = x @ x.T
        x = a * x + (b * gram + c * gram @ gram) @ x
    return (x.T if matrix.shape[0] > matrix.shape[1] else x).to(matrix.dtype)


class Muon(torch.optim.Optimizer):
    """For matrices [out, in]."""

    def __init__(self, matrices: list[Tensor], lr: float, weight_decay: float) -> None:
        super().__init__(matrices, {"lr": lr, "weight_decay": weight_decay})

    @torch.no_grad()
    def step(self, closure: Any = None) -> None:
        for group in self.param_groups:
            for matrix in group["params"]:
                if matrix.grad is None:
                    continue
                momentum = self.state[matrix].setdefault("momentum", torch.zeros_like(matrix))
                momentum.lerp_(matrix.grad, 1 - MOMENTUM)
                update = orthogonalised(matrix.grad.lerp(momentum, MOMENTUM))
                scale = max(1.0, matrix.shape[0] / matrix.shape[1]) ** 0.5
                matrix.mul_(1 - group["lr"] * group["weight_decay"])
                matrix.add_(update, alpha=-group["lr"] * scale)


class Optimiser:
    """Both, with one schedule: `scale` is that of their learning rates."""

    def __init__(self, model: torch.nn.Module, muon_lr: float, adam_lr: float) -> None:
        named = dict(model.named_parameters())
        matrices = [p for n, p in named.items() if p.ndim == 2 and "embed" not in n]
        embeddings = [p for n, p in named.items() if p.ndim == 2 and "embed" in n]
        norms = [p for p in named.values() if p.ndim == 1]
        adam = torch.optim.AdamW(
            [{"params": embeddings}, {"params": norms}],
            lr=adam_lr,
            betas=(0.9, 0.98),
            weight_decay=0.0,
        )
        self.parts: list[torch.optim.Optimizer] = [Muon(matrices, muon_lr, 0.02), adam]
        self._rates = [muon_lr, adam_lr]

    def step(self, scale: float) -> None:
        for part, rate in zip(self.parts, self._rates, strict=True):
            for group in part.param_groups:
                group["lr"] = rate * scale
            part.step()
            part.zero_grad(set_to_none=True)

    def state_dict(self) -> list[dict[str, Any]]:
        return [part.state_dict() for part in self.parts]

    def load_state_dict(self, states: list[dict[str, Any]]) -> None:
        for part, state in zip(self.parts, states, strict=True):
            part.load_state_dict(state)


def schedule(step: int, n_steps: int, n_warmup: int = 100, decay: float = 0.3) -> float:
    """Up, level, and down to nothing in the last `decay` of all steps."""
    left = (n_steps - step) / max(1.0, decay * n_steps)
    return min(1.0, (step + 1) / n_warmup, max(left, 0.0))
