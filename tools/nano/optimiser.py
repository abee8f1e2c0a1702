"""Muon for the matrices of hidden layers, AdamW for embeddings, norms and routers.

Muon's update is the momentum of a matrix with its singular values made about equal (Keller Jordan,
2024), by a few steps of a Newton-Schulz iteration.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import torch
from torch import Tensor

from . import together
from .precision import HAS_BFLOAT16

STEPS = 5
COEFFICIENTS = (3.4445, -4.7750, 2.0315)
MOMENTUM = 0.95


def orthogonalised(matrix: Tensor) -> Tensor:
    """About U V^T where `matrix` is U S V^T."""
    a, b, c = COEFFICIENTS
    x = matrix.bfloat16() if HAS_BFLOAT16 else matrix
    if x.shape[0] > x.shape[1]:
        x = x.T
    x = x / (x.norm() + 1e-7)
    for _ in range(STEPS):
        gram = x @ x.T
        x = a * x + (b * gram + c * gram @ gram) @ x
    update: Tensor = x.T if matrix.shape[0] > matrix.shape[1] else x
    return update.to(matrix.dtype)


class Muon:
    """For matrices [out, in]."""

    def __init__(self, matrices: Sequence[Tensor], lr: float, weight_decay: float) -> None:
        self._matrices = matrices
        self._lr = lr
        self._weight_decay = weight_decay
        self.momenta = [torch.zeros_like(matrix) for matrix in matrices]

    def step(self, scale: float) -> None:
        """Each process makes the updates of some matrices."""
        lr = self._lr * scale
        with torch.no_grad():
            updates = [torch.zeros_like(matrix) for matrix in self._matrices]
            for i, (matrix, momentum) in enumerate(zip(self._matrices, self.momenta, strict=True)):
                assert matrix.grad is not None
                momentum.lerp_(matrix.grad, 1 - MOMENTUM)
                if i % together.count() == together.rank():
                    updates[i] = orthogonalised(matrix.grad.lerp(momentum, MOMENTUM))
            together.add_up(updates)
            for matrix, update in zip(self._matrices, updates, strict=True):
                stretch = max(1.0, matrix.shape[0] / matrix.shape[1]) ** 0.5
                matrix.mul_(1 - lr * self._weight_decay)
                matrix.add_(update, alpha=-lr * stretch)


class Optimiser:
    """Both, for what is not frozen, with one schedule: `scale` is that of their learning rates."""

    def __init__(self, model: torch.nn.Module, muon_lr: float, adam_lr: float) -> None:
        named = {n: p for n, p in model.named_parameters() if p.requires_grad}
        matrices = [p for n, p in named.items() if is_hidden_matrix(n, p)]
        others = [p for n, p in named.items() if not is_hidden_matrix(n, p)]
        self._muon = Muon(matrices, muon_lr, weight_decay=0.02)
        self._adam = torch.optim.AdamW(others, lr=adam_lr, betas=(0.9, 0.98), weight_decay=0.0)
        self._adam_lr = adam_lr
        self._model = model

    def step(self, scale: float) -> None:
        self._muon.step(scale)
        for group in self._adam.param_groups:
            group["lr"] = self._adam_lr * scale
        self._adam.step()
        self._model.zero_grad(set_to_none=True)

    def state_dict(self) -> dict[str, Any]:
        return {"muon": self._muon.momenta, "adam": self._adam.state_dict()}

    def load_state_dict(self, state: dict[str, Any]) -> None:
        for momentum, saved in zip(self._muon.momenta, state["muon"], strict=True):
            momentum.copy_(saved)
        self._adam.load_state_dict(state["adam"])


def is_hidden_matrix(name: str, parameter: Tensor) -> bool:
    """A router's rows are choices: what one learns is not to be made as large as another's."""
    return parameter.ndim == 2 and "embed" not in name and "router" not in name


def schedule(step: int, n_steps: int, n_warmup: int = 100, decay: float = 0.5) -> float:
    """Up, level, and down to nothing in the last `decay` of all steps."""
    left = (n_steps - step) / max(1.0, decay * n_steps)
    return min(1.0, (step + 1) / n_warmup, max(left, 0.0))
