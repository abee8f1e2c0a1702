"""A sparse model with its experts in a cache, from Python."""

from __future__ import annotations

from pathlib import Path

import pytest

from make_checkpoint import GEOMETRIES, make_checkpoint
from qwen3lite import InvalidArgumentError, Model
from qwen3lite.convert import convert


@pytest.fixture(scope="module")
def sparse(tmp_path_factory: pytest.TempPathFactory) -> Path:
    directory = tmp_path_factory.mktemp("sparse")
    checkpoint = make_checkpoint(directory / "checkpoint", GEOMETRIES["qwen3moe", "tiny"])
    convert(checkpoint, directory / "model.gguf")
    return directory / "model.gguf"


def test_the_text_is_the_same_and_the_cache_tells_what_it_did(sparse: Path) -> None:
    mapped = Model(sparse, n_ctx=128)
    cached = Model(sparse, n_ctx=128, expert_cache="2M")
    assert mapped.expert_cache is None
    texts = [m.generate("It was", max_tokens=40, temperature=0).text for m in (mapped, cached)]
    assert texts[0] == texts[1]
    use = cached.expert_cache
    assert use is not None
    assert 0 < use.n_hits < use.n_wanted
    assert use.n_come_true <= use.n_foreseen
    assert use.bytes_read > 0
    # Each token wants two experts in each of two layers.
    taken = sum(sum(u.n_taken) for u in cached.expert_stats())
    assert taken % (2 * 2) == 0


def test_a_model_without_experts_has_no_use_for_it() -> None:
    with pytest.raises(InvalidArgumentError, match="no experts"):
        Model.nano(expert_cache="1M")
