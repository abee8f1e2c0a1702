"""Training of expert packs: what is learnt, what is not, and that the engine computes the same."""

from __future__ import annotations

import copy
import json
import shutil
import subprocess
import sys
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from transformers import Qwen3ForCausalLM

import train_experts
from nano import attention, batches, mixture, together, validation
from nano.batches import Batch, Place, Stream
from nano.expert_network import Layout, add_experts, choose, networks
from nano.expert_training import (
    ExpertLoss,
    ExpertTrainer,
    TaskLoss,
    balance_loss,
    expert_tokens,
    hint_loss,
    wanted_shares,
)
from nano.item import Draw, is_held_out
from nano.mixture import EXTRA, MAKERS, extended, held_out_items, training_families
from nano.model import GEOMETRY, new_model, save_master
from nano.optimiser import Optimiser
from nano.pack_file import write_pack
from nano.render import prompt
from nano.training import Trainer, weighted_loss
from nano.validation import losses, validation_items
from qwen3lite import Model
from qwen3lite.convert import convert
from qwen3lite.experts import read_pack

ROOT = Path(__file__).parents[2]
NANO = ROOT / "models" / "nano"
TINY = GEOMETRY | {"hidden_size": 64, "num_hidden_layers": 2, "intermediate_size": 64}
TWO = Layout(2, "replace", 1)
LAYOUTS = [
    TWO,
    Layout(3, "replace", 1),
    Layout(3, "replace", 2),
    Layout(2, "parallel", 1),
    Layout(3, "parallel", 2),
]


@pytest.fixture(autouse=True, scope="module")
def small() -> Iterator[None]:
    """One thread, and few conversations at a time."""
    torch.set_num_threads(1)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(batches, "SHARD", 128)
        patch.setattr(validation, "N_NEW", 4)
        patch.setattr(validation, "N_OLD", 1)
        yield


def trunk() -> Qwen3ForCausalLM:
    """Random, but that its layers do something."""
    model = new_model(1, TINY)
    for name, parameter in model.named_parameters():
        if name.endswith(("o_proj.weight", "down_proj.weight")):
            torch.nn.init.normal_(parameter, std=0.1)
    model.load_state_dict({k: v.bfloat16().float() for k, v in model.state_dict().items()})
    return model


def with_experts(layout: Layout = TWO, noise: float = 0.02) -> Qwen3ForCausalLM:
    model = trunk()
    add_experts(model, layout, noise, seed=1)
    return model


def disturb(model: Qwen3ForCausalLM) -> None:
    """As training may leave them: experts that differ, routers that are sure."""
    torch.manual_seed(2)
    for network in networks(model):
        for parameter in network.experts.parameters():
            torch.nn.init.normal_(parameter, std=0.1)
        torch.nn.init.normal_(network.router.weight, std=0.3)


def expert_trainer(
    n_steps: int = 6, hint: float = 0.1, balance: float = 0.01, rate: float = 0.01
) -> ExpertTrainer:
    model = with_experts()
    model.config._attn_implementation = attention.NAME
    loss = ExpertLoss(balance=balance, hint=hint)
    return ExpertTrainer(model, Optimiser(model, rate, rate), Place(), n_steps, loss)


def stream(place: Place) -> Stream:
    return Stream(extended(0.5), 1, NANO / "tokenizer.json", 2048, place)


@pytest.fixture(scope="module")
def steps(small: None) -> list[list[Batch]]:
    return list(islice(stream(Place()), 30))


def test_training_has_old_skills_and_new_ones() -> None:
    families = list(islice(extended(0.5)("1", 0), 400))
    new = [family for family in families if family[0].skill in EXTRA]
    assert 160 < len(new) < 240
    assert {item.skill for family in families for item in family} == {*MAKERS, *EXTRA}
    assert all(item.thinking for family in new for item in family)
    nano = [item.messages for f in islice(training_families("1 0"), 400) for item in f]
    small_talk = ("talk", "no_tool")  # has few sentences, which any conversation may begin with
    drawn = [item for f in families for item in f if item.skill not in small_talk]
    assert not any(item.messages in nano for item in drawn)


def test_what_is_held_out_is_not_trained_on(monkeypatch: pytest.MonkeyPatch) -> None:
    keys: list[str] = []

    class Recorded(Draw):
        def split(self, make: Any, key: Any = str) -> Any:
            value = super().split(make, key)
            keys.append(key(value))
            return value

    monkeypatch.setattr(mixture, "Draw", Recorded)
    trained = [family[0] for family in islice(extended(1.0)("1", 0), 4000)]
    assert len(keys) == 4000
    assert not any(map(is_held_out, keys))
    keys.clear()
    held_out = [item for skill in EXTRA for item in held_out_items(1, skill, 200)[:200]]
    assert len(keys) >= len(held_out) == 400
    assert all(map(is_held_out, keys))
    sets = [{str(i.messages) for i in s} for s in (trained, held_out, validation_items()["new"])]
    assert sum(map(len, sets[1:])) == 400 + 2 * validation.N_NEW
    assert len(set.union(*sets)) == sum(map(len, sets))


def test_held_out_items_become_a_set(tmp_path: Path) -> None:
    command = [sys.executable, str(ROOT / "tools" / "make_chats.py")]
    options = ["--split", "test", "-n", "5", "--skills", *EXTRA]
    lines = {}
    for mode in ("both", "thinking", "direct"):
        out = tmp_path / mode
        subprocess.run([*command, str(out), *options, "--mode", mode], check=True)
        lines[mode] = out.read_text(encoding="utf-8").splitlines()
    assert len(lines["thinking"]) == len(lines["direct"]) == 10
    assert set(lines["both"]) == {*lines["thinking"], *lines["direct"]}


def test_a_choice_is_taken_whole_and_its_router_learns() -> None:
    found = torch.tensor([[1.0, 2.0, 0.0]]).log_softmax(-1).requires_grad_()
    weights, taken = choose(found, 1)
    assert weights.tolist() == taken.tolist() == [[0.0, 1.0, 0.0]]
    # More of choice 2's result is wanted: it becomes likelier.
    (gradient,) = torch.autograd.grad(-weights[0, 2], found)
    assert gradient[0, 2] < 0
    weights, taken = choose(found, 2)
    assert taken.tolist() == [[1.0, 1.0, 0.0]]
    assert weights.sum().item() == pytest.approx(1)
    assert (weights[0, 1] / weights[0, 0]).item() == pytest.approx(np.e)


def test_a_token_of_the_trunk_gets_exactly_what_the_trunk_makes() -> None:
    model = with_experts()
    disturb(model)
    network = networks(model)[0]
    x = torch.randn(1, 200, TINY["hidden_size"])
    with torch.no_grad():
        y, own, expert = network(x), network.own(x), network.experts[0](x)
    is_trunk = network.taken[..., 0] == 1
    assert 0 < is_trunk.sum() < 200
    assert torch.equal(y[is_trunk], own[is_trunk])
    assert torch.equal(y[~is_trunk], expert[~is_trunk])


@pytest.mark.parametrize("mode", ["replace", "parallel"])
def test_experts_begin_as_the_trunk(mode: Any) -> None:
    model = with_experts(Layout(3, mode, 1), noise=0.0)
    ids = torch.arange(60)[None]
    with torch.no_grad():
        assert torch.allclose(model(ids).logits, trunk()(ids).logits, atol=1e-4)


def test_only_experts_and_routers_learn(steps: list[list[Batch]]) -> None:
    trainer = expert_trainer()
    before = {k: v.clone() for k, v in trainer.model.state_dict().items()}
    for step in steps[:3]:
        trainer.step(step)
    for name, value in trainer.model.state_dict().items():
        is_learnt = any(part in name for part in (".experts.", ".router.", ".shares", ".wanted"))
        assert torch.equal(value, before[name]) != is_learnt, name


def test_the_loss_falls(steps: list[list[Batch]]) -> None:
    trainer = expert_trainer(n_steps=60, hint=0.0, rate=0.3)
    kinds = {"all": [batch for step in steps[:2] for batch in step]}
    before = losses(trainer.model, kinds)["all"]
    for step in steps[:20]:
        trainer.step(step)
    assert losses(trainer.model, kinds)["all"] < 0.98 * before


def test_balance_is_least_where_choices_have_their_shares() -> None:
    network = networks(with_experts(Layout(3, "replace", 1)))[0]
    counts = torch.tensor([[50.0, 5.0, 5.0], [10.0, 10.0, 20.0]])
    network.wanted = wanted_shares(counts)
    assert network.wanted.tolist() == pytest.approx([0.6, 0.2, 0.2])

    def balance(*shares: float) -> float:
        network.shares = torch.tensor(shares)
        network.log_probabilities = torch.tensor([shares]).log()
        return balance_loss(network, torch.tensor([True])).item()

    assert balance(0.6, 0.2, 0.2) == pytest.approx(1)
    for shares in ((1 / 3, 1 / 3, 1 / 3), (0.98, 0.01, 0.01), (0.6, 0.3, 0.1)):
        assert balance(*shares) > 1.02


@pytest.mark.parametrize("first", ["trunk", "expert"])
def test_balance_brings_all_choices_into_use(steps: list[list[Batch]], first: str) -> None:
    trainer = expert_trainer(hint=0.0, balance=1.0, n_steps=200, rate=0.05)
    used = 0 if first == "trunk" else 1
    for network in networks(trainer.model):  # all tokens take one choice
        torch.nn.init.zeros_(network.router.weight)
        direction = network.own.gate_proj.weight.detach().mean(0)
        network.router.weight.data[used] = direction
    for step in steps[:25]:
        trainer.step(step)
    shares = trainer.recent.sum((0, 1)) / trainer.recent.sum()
    assert shares.min() > 0.1, shares


def test_the_hint_gives_each_skill_its_choice(steps: list[list[Batch]]) -> None:
    some = (batch for step in steps for batch in step)
    one = next(batch for batch in some if 0 < expert_tokens(batch).float().mean() < 1)
    is_theirs = expert_tokens(one)
    network = networks(with_experts(Layout(3, "replace", 1)))[0]
    sure = torch.where(
        is_theirs[..., None], torch.tensor([0.0, 9.0, 0.0]), torch.tensor([9.0, 0, 0])
    )
    counted = torch.from_numpy(one.positions)[:, :-1] > 0
    found = []
    for logits in (sure, -sure):
        network.log_probabilities = logits.log_softmax(-1)
        found.append(hint_loss(network, counted, is_theirs).item())
    assert found[0] < 0.01 < 0.3 < found[1]


def test_resumed_training_is_the_same_training(tmp_path: Path) -> None:
    straight = expert_trainer()
    expected = [straight.step(b) for b in islice(stream(straight.place), 4)]
    first = expert_trainer()
    begun = [first.step(b) for b in islice(stream(first.place), 2)]
    first.save(tmp_path / "state.pt")
    second = expert_trainer()
    second.load(tmp_path / "state.pt")
    assert [*begun, *(second.step(b) for b in islice(stream(second.place), 2))] == expected
    for name, value in straight.model.state_dict().items():
        assert torch.equal(value, second.model.state_dict()[name]), name


def test_a_teacher_is_learnt_from(steps: list[list[Batch]]) -> None:
    model, teacher = trunk(), trunk()
    for each in (model, teacher):
        each.config._attn_implementation = attention.NAME
    one = steps[0][0]
    with torch.no_grad():
        assert TaskLoss(teacher, 1.0)(model, one).item() == pytest.approx(0, abs=1e-3)
        next(teacher.parameters()).mul_(1.5)
        assert TaskLoss(teacher, 1.0)(model, one).item() > 0.02
        half = TaskLoss(teacher, 0.5)(model, one)
        parts = TaskLoss(teacher, 1.0)(model, one) + weighted_loss(model, one)
        assert half.item() == pytest.approx(parts.item() / 2, rel=1e-3)


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The trunk's directory, and beside it the same as F32."""
    directory = tmp_path_factory.mktemp("models") / "base"
    save_master(trunk(), directory)
    for name in ("tokenizer.json", "tokenizer_config.json"):
        shutil.copy(NANO / name, directory)
    convert(directory, directory.with_suffix(".gguf"), "f32")
    return directory


@pytest.mark.parametrize("layout", LAYOUTS, ids=str)
def test_the_engine_computes_the_same(base: Path, tmp_path: Path, layout: Layout) -> None:
    torch_model = with_experts(layout)
    disturb(torch_model)
    write_pack(torch_model, base, tmp_path / "pack.gguf", "f32")
    engine = Model(base.with_suffix(".gguf"), kv_type="f32")
    item = held_out_items(1, "steps_5", 1)[0]
    ids = engine.tokenize(prompt(item.messages, item.tools, item.thinking))
    plain = engine.logits(ids)
    engine.load_experts(tmp_path / "pack.gguf")
    with torch.no_grad():
        expected = torch_model(torch.tensor([ids])).logits[0].numpy()
    for role in ("prompt", "generated"):
        found = engine.logits(ids, role=role)
        assert np.abs(found - expected).max() < 1e-3 * expected.std()
    assert np.abs(plain - expected).max() > 0.1 * expected.std()
    use = engine.expert_stats()
    for each, network in zip(use, networks(torch_model), strict=True):
        assert each.n_taken == [2 * n for n in network.taken.sum((0, 1)).tolist()]


def test_a_pack_says_what_it_is(base: Path, tmp_path: Path) -> None:
    model = with_experts(Layout(3, "replace", 2))
    for type in ("f32", "q8_0", "q4_0"):
        write_pack(model, base, tmp_path / f"{type}.gguf", type)
        Model(base.with_suffix(".gguf")).load_experts(tmp_path / f"{type}.gguf")
    pack = read_pack(tmp_path / "q4_0.gguf")
    assert (pack.mode, pack.trunk, pack.n_choices, pack.top_k) == ("replace", True, 3, 2)
    assert pack.names == ["trunk", "steps 1", "steps 2"]
    assert pack.roles == ["general", "math", "math"]
    assert (pack.base_name, pack.layers) == ("base", [0, 1])
    sizes = [(tmp_path / f"{type}.gguf").stat().st_size for type in ("f32", "q8_0", "q4_0")]
    assert sizes == sorted(sizes, reverse=True)


def test_the_program_trains_resumes_and_exports(
    base: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(together, "run_together", lambda n, directory, work: work())

    def program(work: str, *words: str) -> None:
        options = ["--base", str(base), "--no-compile", "--step-tokens", "512", "--steps", "2"]
        monkeypatch.setattr(sys, "argv", ["", str(tmp_path / work), *options, *words])
        train_experts.main()

    pack, tuned = tmp_path / "pack.gguf", tmp_path / "tuned"
    with pytest.raises(SystemExit, match="nothing was trained"):
        program("pack", "--export", str(pack))
    program("pack", "--router-hint", "0.1", "--minutes", "0")
    program("pack", "--router-hint", "0.1")
    with pytest.raises(SystemExit, match="has its 2 steps"):
        program("pack", "--router-hint", "0.1")
    with pytest.raises(SystemExit, match="other router_hint"):
        program("pack")
    lines = [json.loads(line) for line in (tmp_path / "pack" / "log.jsonl").open()]
    assert [line["step"] for line in lines if "validation" in line] == [1, 2]
    program("pack", "--export", str(pack), "--type", "bf16")
    Model(base.with_suffix(".gguf")).load_experts(pack)
    program("dense", "--dense")
    program("dense", "--export", str(tuned))
    convert(tuned, tmp_path / "tuned.gguf", "f32")
    assert Model(tmp_path / "tuned.gguf").info.architecture == "qwen3"


def test_nano_itself_learns_from_the_same_stream(steps: list[list[Batch]]) -> None:
    model = trunk()
    model.config._attn_implementation = attention.NAME
    before = copy.deepcopy(model.state_dict())
    trainer = Trainer(model, Optimiser(model, 0.01, 0.002), Place(), 10, TaskLoss())
    trainer.step(steps[0])
    for name, value in model.state_dict().items():
        assert not torch.equal(value, before[name]), name
