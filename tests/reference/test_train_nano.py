"""Training of qwen3lite-nano: what is learnt, that it resumes, and what it exports."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from itertools import islice
from pathlib import Path

import numpy as np
import pytest
import torch
from tokenizers import Tokenizer
from transformers import AutoModelForCausalLM, AutoTokenizer, Qwen3ForCausalLM

from nano import attention
from nano.batches import LENGTHS, Batch, Place, Row, Stream, batch, join, rows, text
from nano.mixture import curriculum, training_families, training_items
from nano.model import END_ID, GEOMETRY, PAD_ID, load_model, mix, new_model, save_master
from nano.optimiser import Optimiser, orthogonalised, schedule
from nano.probe import accuracy, probe_items
from nano.render import prompt, samples
from nano.training import LEARNT, Trainer, learnt, weighted_loss
from qwen3lite import Model
from qwen3lite.convert import convert

ROOT = Path(__file__).parents[2]
NANO = ROOT / "models" / "nano"
TINY = GEOMETRY | {"hidden_size": 64, "num_hidden_layers": 2, "intermediate_size": 64}


@pytest.fixture(autouse=True)
def one_thread() -> None:
    torch.set_num_threads(1)


@pytest.fixture(scope="module")
def tokenizer() -> Tokenizer:
    return Tokenizer.from_file(str(NANO / "tokenizer.json"))


def tiny(seed: int = 1) -> Qwen3ForCausalLM:
    model = new_model(seed, TINY)
    model.config._attn_implementation = attention.NAME
    return model


def some_rows(tokenizer: Tokenizer, n: int) -> list[Row]:
    """Each of one text."""
    return rows(
        ([item] for item in islice(training_items(1), n) if len(item.expected) == 1), tokenizer
    )


def trainer(n_steps: int = 4) -> Trainer:
    model = tiny()
    return Trainer(model, Optimiser(model, 0.02, 0.004), Place(), n_steps)


def stream(place: Place) -> Stream:
    return Stream(curriculum(1), 1, NANO / "tokenizer.json", 2048, place)


def test_the_model_has_qwen3s_proportions_and_is_small() -> None:
    model = new_model(1)
    assert sum(p.numel() for p in model.parameters()) <= 4_000_000
    config = model.config
    assert config.num_attention_heads == 2 * config.num_key_value_heads
    assert config.tie_word_embeddings
    tokenizer = AutoTokenizer.from_pretrained(NANO)
    assert len(tokenizer) == config.vocab_size
    assert tokenizer.convert_tokens_to_ids(["<|im_end|>", "<|endoftext|>"]) == [END_ID, PAD_ID]


def test_transformers_renders_the_same_prompts() -> None:
    tokenizer = AutoTokenizer.from_pretrained(NANO)
    assert type(tokenizer).__name__.startswith("Qwen2Tokenizer")
    for item in islice(training_items(3), 200):
        expected = tokenizer.apply_chat_template(
            item.messages,
            tools=item.tools or None,
            add_generation_prompt=True,
            enable_thinking=item.thinking,
            tokenize=False,
        )
        assert prompt(item.messages, item.tools, item.thinking) == expected


def test_only_answers_are_learnt(tokenizer: Tokenizer) -> None:
    for row in some_rows(tokenizer, 100):
        learnt = tokenizer.decode(row.ids[row.weights > 0], skip_special_tokens=False)
        assert learnt.endswith("<|im_end|>")
        assert "<|im_start|>" not in learnt
        assert row.weights.sum() == pytest.approx(np.sqrt((row.weights > 0).sum()))


def test_a_row_learns_alike_alone_and_in_company(tokenizer: Tokenizer) -> None:
    model = tiny()
    some = sorted(some_rows(tokenizer, 12), key=lambda row: len(row.ids))[:6]
    with torch.no_grad():
        alone = [weighted_loss(model, batch([row])).item() for row in some]
        together = weighted_loss(model, batch(some)).item()
    assert together == pytest.approx(sum(alone), rel=2e-3)


def test_texts_that_share_a_row_are_learnt_as_alone(tokenizer: Tokenizer) -> None:
    model = tiny()
    for layer in model.model.layers:
        torch.nn.init.normal_(layer.self_attn.o_proj.weight, std=0.2)
    families = [f for f in islice(training_families(1), 400) if len(f) > 1][:4]
    n_shared = n_alone = 0
    for family in families:
        texts = [text(segments, tokenizer) for item in family for segments in samples(item)]
        row, rest = join(texts)
        assert not rest
        n_shared += len(row.ids)
        n_alone += sum(len(t.ids) for t in texts)
        with torch.no_grad():
            together = weighted_loss(model, batch([row])).item()
            alone = [weighted_loss(model, batch([join([t])[0]])).item() for t in texts]
        assert together == pytest.approx(sum(alone), rel=1e-3)
    assert n_shared < 0.7 * n_alone


def test_a_row_has_room_for_as_many_texts_as_fit(tokenizer: Tokenizer) -> None:
    family = next(f for f in training_families(1) if len(f) > 1) * 20
    found = rows([family], tokenizer)
    assert len(found) > 1
    assert all(512 < len(row.ids) <= 1024 for row in found[:-1])
    n_learnt = sum(int((row.weights > 0).sum()) for row in found)
    assert n_learnt == sum(
        int((row.weights > 0).sum()) for row in rows([[i] for i in family], tokenizer)
    )


def test_the_loss_is_that_of_all_logits(tokenizer: Tokenizer) -> None:
    model = tiny()
    one = batch(some_rows(tokenizer, 4))
    ids, weights = torch.from_numpy(one.ids), torch.from_numpy(one.weights)
    with torch.no_grad():
        logs = model(ids).logits.float().log_softmax(-1)[:, :-1]
        expected = -(logs.gather(2, ids[:, 1:, None])[..., 0] * weights[:, 1:]).sum()
        assert weighted_loss(model, one).item() == pytest.approx(expected.item(), rel=1e-2)
        assert len(learnt(weights[:, 1:])) % LEARNT == 0


def test_processes_learn_together_what_one_learns_alone(tmp_path: Path) -> None:
    def trained(n: int) -> dict[str, torch.Tensor]:
        work = tmp_path / str(n)
        command = [sys.executable, str(ROOT / "tools" / "train_nano.py"), str(work), "--steps", "3"]
        options = ["--no-compile", "--step-tokens", "512", "--probe-items", "0"]
        subprocess.run([*command, *options, "--processes", str(n)], check=True)
        weights: dict[str, torch.Tensor] = torch.load(work / "state.pt", weights_only=True)["model"]
        return weights

    alone, together = trained(1), trained(2)
    for name, weight in alone.items():
        assert torch.allclose(together[name], weight, atol=2e-3), name


def test_attention_is_torchs_own() -> None:
    model = new_model(2, TINY).eval()
    for layer in model.model.layers:
        torch.nn.init.normal_(layer.self_attn.o_proj.weight, std=0.1)
    ids = torch.arange(100)[None] % 50
    with torch.no_grad():
        expected = model(ids).logits
        model.config._attn_implementation = attention.NAME
        causal = torch.full((100, 100), -torch.inf).triu(1)[None, None]
        found = model(ids, attention_mask={"full_attention": causal}).logits
        assert torch.allclose(found, expected, atol=1e-4)
        assert not torch.allclose(expected[0, 1], expected[0, 51], atol=1e-3)


def test_the_stream_goes_on_where_it_was() -> None:
    place = Place()
    straight = list(islice(stream(Place()), 6))
    first = list(islice(stream(place), 2))
    rest = list(islice(stream(place), 4))
    for a, b in zip(straight, [*first, *rest], strict=True):
        assert all(same(x, y) for x, y in zip(a, b, strict=True))
    assert not same(straight[0][0], straight[1][0])


def same(a: Batch, b: Batch) -> bool:
    return np.array_equal(a.ids, b.ids) and np.array_equal(a.weights, b.weights)


def test_batches_have_few_shapes() -> None:
    some = [b for step in islice(stream(Place()), 60) for b in step]
    assert len({b.ids.shape for b in some}) <= len(LENGTHS)
    assert sum(b.ids.size for b in some) < 1.25 * sum((b.ids != 0).sum() for b in some)


def test_resumed_training_is_the_same_training(tmp_path: Path) -> None:
    straight = trainer()
    losses = [straight.step(b) for b in islice(stream(straight.place), 4)]
    first = trainer()
    begun = [first.step(b) for b in islice(stream(first.place), 2)]
    first.save(tmp_path / "state.pt")
    second = trainer()
    second.load(tmp_path / "state.pt")
    assert [*begun, *(second.step(b) for b in islice(stream(second.place), 2))] == losses
    assert second.steps_done == 4
    for name, weight in straight.model.state_dict().items():
        assert torch.equal(weight, second.model.state_dict()[name])


def test_the_loss_falls() -> None:
    t = trainer(30)
    losses = [t.step(b) for b in islice(stream(t.place), 30)]
    assert np.mean(losses[-5:]) < 0.9 * np.mean(losses[:5])


def test_the_rate_rises_stays_and_falls() -> None:
    rates = [schedule(step, 1000, 100, 0.25) for step in range(1000)]
    assert rates[0] == 0.01
    assert rates[99:750] == [1.0] * 651
    assert rates[-1] == pytest.approx(1 / 250)
    assert rates[749:] == sorted(rates[749:], reverse=True)


def test_muon_makes_singular_values_alike() -> None:
    torch.manual_seed(3)
    for shape in ((48, 96), (96, 48)):
        values = torch.linalg.svdvals(orthogonalised(torch.randn(shape)))
        assert 0.6 < values.min() <= values.max() < 1.4


def test_the_program_trains_resumes_and_exports(tmp_path: Path) -> None:
    def program(*words: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, str(ROOT / "tools" / "train_nano.py"), str(tmp_path / "work")]
        options = ["--no-compile", "--step-tokens", "512", "--probe-items", "0"]
        return subprocess.run([*command, *options, *words], capture_output=True, text=True)

    assert program("--steps", "1", "--processes", "1").returncode == 0
    assert program("--steps", "2", "--processes", "1").returncode == 0
    assert "has its 2 steps" in program("--steps", "2").stderr
    out = tmp_path / "nano"
    out.mkdir()
    for name in ("tokenizer.json", "tokenizer_config.json"):
        shutil.copy(NANO / name, out)
    assert program("--export", str(out)).returncode == 0
    state = torch.load(tmp_path / "work" / "state.pt", weights_only=True)
    assert state["steps_done"] == 2
    convert(out, tmp_path / "nano.gguf", "f32")
    ids = list(range(40))
    reference = AutoModelForCausalLM.from_pretrained(out, dtype=torch.float32)
    with torch.no_grad():
        expected = reference(torch.tensor([ids])).logits[0].numpy()
    found = Model(tmp_path / "nano.gguf", kv_type="f32").logits(ids)
    assert np.abs(found - expected).max() < 2e-4 * expected.std()


def test_a_master_is_trained_further(tmp_path: Path) -> None:
    model = tiny()
    save_master(model, tmp_path)
    loaded = load_model(tmp_path)
    for name, weight in model.state_dict().items():
        assert torch.equal(weight.bfloat16().float(), loaded.state_dict()[name])
    assert (
        json.loads((tmp_path / "generation_config.json").read_text())["eos_token_id"][0] == END_ID
    )


def test_a_mean_of_weights_has_each_share_once() -> None:
    model, start, other = tiny(1), tiny(1).state_dict(), tiny(2)
    mix(model, other, 0.75)
    for name, weight in model.state_dict().items():  # the tied head, too
        expected = 0.75 * start[name] + 0.25 * other.state_dict()[name]
        torch.testing.assert_close(weight, expected)


def test_a_probe_finds_what_is_right(tokenizer: Tokenizer) -> None:
    found = accuracy(new_model(1, TINY).eval(), probe_items(1), tokenizer)
    assert set(found.values()) == {0.0}
