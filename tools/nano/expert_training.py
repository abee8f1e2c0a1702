"""What experts and routers learn beside the next token: balance, what is the trunk's, a teacher.

Balance. Switch Transformers' loss, n * sum(f_i P_i) for the share f_i of tokens that choice i gets
and its mean probability P_i, wants all choices to be used alike. But the trunk is not one expert
among others: it has the skills that the model had. So each choice is to have a share t_i of its
own: sum(f_i P_i / t_i), least where f = P = t, and Switch's loss where all t_i are 1 / n. The trunk's
is what its skills have of the tokens, and experts share the rest evenly. A batch holds texts of
about one length and so few skills, and to balance each batch would part what belongs together; so
f and t are of all batches of the last steps (as in "Demons in the Detail", Qiu et al. 2025).

The hint says which tokens these are: the cross-entropy of "trunk" or "some expert" by the skill of
the text that a token is from. Which of the experts is left to the router. Problems of two and three
steps are the experts' too, as they cannot be told from longer ones before they end.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor
from transformers import Qwen3ForCausalLM

from . import together
from .batches import Batch
from .expert_network import ExpertNetwork, networks
from .mixture import EXTRA
from .training import Trainer, logits_at, targets_of, weighted_loss

OF_EXPERTS = ("steps_2", "steps_3", *EXTRA)
FORGET = 0.1  # of what shares were so far, with each step
LEAST_SHARE = 0.05  # that the trunk, or all experts together, are to have


@dataclass
class TaskLoss:
    """That of the next token, of which `weight` is the divergence from what `teacher` expects."""

    teacher: Qwen3ForCausalLM | None = None
    weight: float = 0.5

    def __call__(self, model: Qwen3ForCausalLM, batch: Batch) -> Tensor:
        if self.teacher is None:
            return weighted_loss(model, batch)
        targets = targets_of(batch)
        with torch.no_grad():
            expected = logits_at(self.teacher, batch, targets).log_softmax(-1)
        found = logits_at(model, batch, targets).log_softmax(-1)
        right = F.nll_loss(found, targets.ids, reduction="none")
        alike = F.kl_div(found, expected, reduction="none", log_target=True).sum(-1)
        return (((1 - self.weight) * right + self.weight * alike) * targets.weights).sum()


@dataclass
class ExpertLoss:
    """`task`, and the means of all networks' balance and hint, times their weights. It counts what
    tokens take: `counts` [n_layers, 2, n_choices], of the trunk's skills and of the experts'."""

    task: TaskLoss = field(default_factory=TaskLoss)
    balance: float = 0.01
    hint: float = 0.0
    counts: Tensor = field(default_factory=lambda: torch.zeros(0))

    def reset(self, model: Qwen3ForCausalLM) -> None:
        """Counts from 0."""
        routed = networks(model)
        self.counts = torch.zeros(len(routed), 2, routed[0].layout.n_choices)

    def __call__(self, model: Qwen3ForCausalLM, batch: Batch) -> Tensor:
        loss = self.task(model, batch)
        counted, is_theirs = counted_tokens(batch), expert_tokens(batch)
        routed = networks(model)
        beside = torch.zeros(())
        for network, counts in zip(routed, self.counts, strict=True):
            counts += taken_by(network, counted, is_theirs)
            beside = beside + self.balance * balance_loss(network, counted)
            if self.hint:
                beside = beside + self.hint * hint_loss(network, counted, is_theirs)
        # The task's is a sum by weights of what is learnt, these are means.
        return loss + beside / len(routed) * float(batch.weights.sum())


def balance_loss(network: ExpertNetwork, counted: Tensor) -> Tensor:
    means = network.log_probabilities[counted].exp().mean(0)
    return (network.shares / network.wanted * means).sum()


def hint_loss(network: ExpertNetwork, counted: Tensor, is_theirs: Tensor) -> Tensor:
    """Both kinds of tokens count alike in the long run, however many there are of each."""
    found, share = network.log_probabilities, float(network.wanted[0])
    trunk, expert = -found[..., 0] / (2 * share), -found[..., 1:].logsumexp(-1) / (2 - 2 * share)
    return torch.where(is_theirs, expert, trunk)[counted].mean()


def taken_by(network: ExpertNetwork, counted: Tensor, is_theirs: Tensor) -> Tensor:
    """[2, n_choices]: how often tokens of the trunk's and the experts' skills took each choice."""
    by_kind = [network.taken[counted & kind].sum(0) for kind in (~is_theirs, is_theirs)]
    return torch.stack(by_kind).detach()


def counted_tokens(batch: Batch) -> Tensor:
    """bool [n_rows, length - 1]: not what fills rows up, nor the first token, which never differs."""
    return torch.from_numpy(batch.positions)[:, :-1] > 0


def expert_tokens(batch: Batch) -> Tensor:
    """bool [n_rows, length - 1]: those of skills that are the experts'."""
    n_rows, length = batch.ids.shape
    found = [skill in OF_EXPERTS for skill in batch.skills]
    rows = torch.tensor(found + [False] * (n_rows - len(found)))
    return rows[:, None].expand(-1, length - 1)


def wanted_shares(counts: Tensor) -> Tensor:
    """Of tokens that took `counts`, [2, n_choices]: what each choice is to have, [n_choices]."""
    trunks, experts = counts.sum(1).tolist()
    trunk = min(max(trunks / (trunks + experts), LEAST_SHARE), 1 - LEAST_SHARE)
    n_experts = counts.shape[1] - 1
    return torch.tensor([trunk, *[(1 - trunk) / n_experts] * n_experts])


@dataclass
class ExpertTrainer(Trainer):
    """Of a model with experts in each layer."""

    loss: ExpertLoss = field(default_factory=ExpertLoss)
    recent: Tensor = field(default_factory=lambda: torch.zeros(1, 2, 1))  # counts of the last steps

    def step(self, batches: list[Batch]) -> float:
        self.loss.reset(self.model)
        loss = super().step(batches)
        together.add_up([self.loss.counts])
        self.recent = (1 - FORGET) * self.recent + self.loss.counts
        for network, counts in zip(networks(self.model), self.loss.counts, strict=True):
            network.shares.lerp_(counts.sum(0) / counts.sum(), FORGET)
            network.wanted.lerp_(wanted_shares(counts), FORGET)
        return loss

    def figures(self) -> dict[str, Any]:
        """Shares of the choices in the last steps, of all layers together, among tokens that are to
        be the trunk's and the experts'."""
        return {"for trunk": shares(self.recent[:, 0]), "for experts": shares(self.recent[:, 1])}


def shares(counts: Tensor) -> list[float]:
    """[n_layers, n_choices] to one for each choice."""
    total = counts.sum(0)
    return [round(share, 3) for share in (total / total.sum().clamp(min=1)).tolist()]
