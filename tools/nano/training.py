"""One step of training, and what a checkpoint holds."""

from __future__ import annotations

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

LEARNT = 128


def weighted_loss(model: Qwen3ForCausalLM, batch: Batch) -> Tensor:
    """The sum of the losses of what is learnt; only there are logits computed."""
    ids, weights = torch.from_numpy(batch.ids), torch.from_numpy(batch.weights)
    chosen = learnt(weights[:, 1:])
    with torch.autocast("cpu", torch.bfloat16):
        hidden = model.model(
            input_ids=ids[:, :-1],
            position_ids=torch.from_numpy(batch.positions)[:, :-1],
            attention_mask={"full_attention": mask(batch)},
            use_cache=False,
        ).last_hidden_state
        logits = model.lm_head(hidden.flatten(0, 1)[chosen])
    losses = F.cross_entropy(logits.float(), ids[:, 1:].flatten()[chosen], reduction="none")
    return (losses * weights[:, 1:].flatten()[chosen]).sum()


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
    steps_done: int = 0

    def step(self, batches: list[Batch]) -> float:
        """Learns from the batches, each process from some of them; the mean loss."""
        total = sum(float(batch.weights.sum()) for batch in batches)
        loss = torch.zeros(())
        for batch in batches[together.rank() :: together.count()]:
            part = weighted_loss(self.model, batch) / total
            part.backward()
            loss += part.detach()
        together.add_up([loss, *(p.grad for p in self.model.parameters() if p.grad is not None)])
        torch.nn.utils.clip_grad_norm_(self.model.parameters(), 1.0)
        self.optimiser.step(schedule(self.steps_done, self.n_steps))
        self.steps_done += 1
        return float(loss)

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
