"""One step of training, and what a checkpoint holds."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor
from transformers import Qwen3ForCausalLM

from . import together
from .batches import Batch, Place
from .optimiser import Optimiser, schedule
from .precision import HAS_BFLOAT16

LEARNT = 128


# The sum of a batch's losses, in proportion to the weights of what is learnt.
Loss = Callable[[Qwen3ForCausalLM, Batch], Tensor]


@dataclass(frozen=True)
class Targets:
    """What a batch has to learn: where it is in the batch without its last column, flat, the token
    that follows there and its weight. [n] each."""

    places: Tensor
    ids: Tensor
    weights: Tensor


def weighted_loss(model: Qwen3ForCausalLM, batch: Batch) -> Tensor:
    """The sum of the losses of what is learnt."""
    targets = targets_of(batch)
    losses = F.cross_entropy(logits_at(model, batch, targets), targets.ids, reduction="none")
    return (losses * targets.weights).sum()


def targets_of(batch: Batch) -> Targets:
    ids, weights = torch.from_numpy(batch.ids), torch.from_numpy(batch.weights)[:, 1:]
    places = learnt(weights)
    return Targets(places, ids[:, 1:].flatten()[places], weights.flatten()[places])


def logits_at(model: Qwen3ForCausalLM, batch: Batch, targets: Targets) -> Tensor:
    """float32 [n, n_vocab], computed nowhere else."""
    ids = torch.from_numpy(batch.ids)
    with torch.autocast("cpu", torch.bfloat16, enabled=HAS_BFLOAT16):
        hidden = model.model(
            input_ids=ids[:, :-1],
            position_ids=torch.from_numpy(batch.positions)[:, :-1],
            attention_mask={"full_attention": mask(batch)},
            use_cache=False,
        ).last_hidden_state
        logits: Tensor = model.lm_head(hidden.flatten(0, 1)[targets.places])
    return logits.float()


def learnt(weights: Tensor) -> Tensor:
    """Flat indices of what has a weight, padded with that of the first token, which has none, to a
    multiple of LEARNT: each number of logits has kernels made for it."""
    chosen = weights.flatten().nonzero()[:, 0]
    return F.pad(chosen, (0, -len(chosen) % LEARNT))


def mask(batch: Batch) -> Tensor:
    """[n_rows, 1, length - 1, length - 1], 0 where a token sees another and else -inf: what comes
    before it in its own branch and in what branches share."""
    branches = torch.from_numpy(batch.branches)[:, None, :-1]
    sees = (branches[..., None, :] == 0) | (branches[..., None, :] == branches[..., None])
    return torch.zeros(sees.shape).masked_fill_(~sees.tril(), -torch.inf)


@dataclass
class Trainer:
    """A model in training; `steps_done` of `n_steps`."""

    model: Qwen3ForCausalLM
    optimiser: Optimiser
    place: Place
    n_steps: int
    loss: Loss = weighted_loss
    steps_done: int = 0

    def step(self, batches: list[Batch]) -> float:
        """Learns from the batches, each process from some of them; the mean loss."""
        total = sum(float(batch.weights.sum()) for batch in batches)
        loss = torch.zeros(())
        for batch in batches[together.rank() :: together.count()]:
            part = self.loss(self.model, batch) / total
            part.backward()
            loss += part.detach()
        together.add_up([loss, *(p.grad for p in self.model.parameters() if p.grad is not None)])
        torch.nn.utils.clip_grad_norm_(self.model.parameters(), 1.0)
        self.optimiser.step(schedule(self.steps_done, self.n_steps))
        self.steps_done += 1
        return float(loss)

    def figures(self) -> dict[str, Any]:
        """What a log shows beside the loss."""
        return {}

    def save(self, path: Path) -> None:
        """All that training goes on with; the file is whole at any time."""
        path.parent.mkdir(parents=True, exist_ok=True)
        temporary = path.with_suffix(".tmp")
        state = {
            "model": self.model.state_dict(),
            "optimiser": self.optimiser.state_dict(),
            "place": asdict(self.place),
            "steps_done": self.steps_done,
        }
        torch.save(state, temporary)
        temporary.replace(path)

    def load(self, path: Path) -> None:
        state: dict[str, Any] = torch.load(path, weights_only=True)
        self.model.load_state_dict(state["model"])
        self.optimiser.load_state_dict(state["optimiser"])
        self.place.shard, self.place.step = state["place"]["shard"], state["place"]["step"]
        self.steps_done = state["steps_done"]
