"""One engine with one model in a process of its own; peers.py starts it and asks it line by line.

Usage: peer_worker.py ENGINE LEVEL MODEL N_THREADS N_CTX, where ENGINE is ours, llama.cpp (with
:flash or :plain, whether flash attention is on) or openvino. The first line on stdout describes the
engine; then a line {"ids": [...], "n_gen": n} on stdin is answered by {"prefill": [s, n], "decode":
[s, n]}: the time of the prompt and, unless n_gen is 0, of n tokens generated one by one after it.
Needs nothing but NumPy and the engine, so that it runs in the Python that has the engine.
"""

from __future__ import annotations

import json
import os
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

# What a CPU level of llama.cpp has, and what only better ones have.
FEATURES: dict[str, tuple[set[str], set[str]]] = {
    "sapphirerapids": ({"AMX_INT8"}, set()),
    "icelake": ({"AVX512_VNNI"}, {"AVX512_BF16", "AMX_INT8"}),
    "alderlake": ({"AVX_VNNI"}, {"AVX512"}),
    "haswell": ({"AVX2"}, {"AVX_VNNI", "AVX512"}),
}

Timed = tuple[float, int]  # seconds, tokens


class Engine(Protocol):
    description: str

    def prefill(self, ids: Sequence[int]) -> Timed: ...

    def decode(self, ids: Sequence[int], n_gen: int) -> tuple[Timed, Timed]:
        """The prompt, and what is generated."""


@dataclass(frozen=True)
class Setting:
    level: str
    path: str
    n_threads: int
    n_ctx: int
    flash_attention: bool | None  # llama.cpp's; None: as it likes


class Ours:
    def __init__(self, setting: Setting) -> None:
        from qwen3lite import Model, _core

        if _core.isa() != setting.level:
            raise SystemExit(f"asked for {setting.level}, running {_core.isa()}")
        self._model = Model(setting.path, setting.n_threads, setting.n_ctx)
        self.description = f"qwen3lite, {_core.isa()}"

    def prefill(self, ids: Sequence[int]) -> Timed:
        timings = self._model.generate(ids, max_tokens=1, temperature=0).timings
        return timings.prompt_seconds, timings.n_prompt

    def decode(self, ids: Sequence[int], n_gen: int) -> tuple[Timed, Timed]:
        # The first generated token comes with the prompt.
        t = self._model.generate(ids, max_tokens=n_gen + 1, temperature=0).timings
        return (t.prompt_seconds, t.n_prompt), (t.decode_seconds, t.n_decode_steps)


class LlamaCppEngine:
    """Its thread pool is left as it has it by default, and so is flash attention unless asked for:
    the fastest with short prompts on the level where others were tried, sapphirerapids."""

    def __init__(self, setting: Setting) -> None:
        sys.path.insert(0, str(Path(__file__).parents[1] / "tests" / "reference"))
        from llama_cpp import LlamaCpp

        self._model = LlamaCpp(
            Path(setting.path),
            n_ctx=setting.n_ctx,
            n_threads=setting.n_threads,
            level=setting.level,
            flash_attention=setting.flash_attention,
        )
        needed, others = FEATURES[setting.level]
        features = self._model.features
        if not needed <= features or others & features:
            raise SystemExit(f"llama.cpp runs another level than {setting.level}: {features}")
        flash = {None: "", True: ", flash", False: ", plain"}[setting.flash_attention]
        self.description = f"llama.cpp, {setting.level}{flash}"

    def prefill(self, ids: Sequence[int]) -> Timed:
        start = time.perf_counter()
        self._model.logits(ids, all_rows=False)
        return time.perf_counter() - start, len(ids)

    def decode(self, ids: Sequence[int], n_gen: int) -> tuple[Timed, Timed]:
        before = time.perf_counter()
        token = int(self._model.logits(ids, all_rows=False)[0].argmax())
        start = time.perf_counter()
        for i in range(n_gen):
            token = int(self._model.step(token, len(ids) + i).argmax())
        return (start - before, len(ids)), (time.perf_counter() - start, n_gen)


class OpenVino:
    """Its prefix cache is on, as by default: every prompt must be a new one."""

    def __init__(self, setting: Setting) -> None:
        try:
            import openvino
            import openvino_genai
        except ImportError as error:
            raise SystemExit(
                f"{error}; pip install openvino-genai, or name a Python that has it with"
                " --openvino-python."
            ) from error

        self._openvino, self._genai = openvino, openvino_genai
        self._pipeline = openvino_genai.LLMPipeline(
            setting.path, "CPU", INFERENCE_NUM_THREADS=setting.n_threads
        )
        self.description = f"OpenVINO GenAI, {openvino_genai.__version__.split('-')[0]}"

    def prefill(self, ids: Sequence[int]) -> Timed:
        return self._generate(ids, 1).get_ttft().mean / 1e3, len(ids)

    def decode(self, ids: Sequence[int], n_gen: int) -> tuple[Timed, Timed]:
        metrics = self._generate(ids, n_gen + 1)
        prompt = metrics.get_ttft().mean / 1e3, len(ids)
        # tpot: milliseconds per token after the first.
        return prompt, (metrics.get_tpot().mean / 1e3 * n_gen, n_gen)

    def _generate(self, ids: Sequence[int], n: int) -> Any:
        import numpy as np

        config = self._genai.GenerationConfig()
        config.max_new_tokens, config.ignore_eos, config.do_sample = n, True, False
        inputs = self._openvino.Tensor(np.array([ids], np.int64))
        metrics = self._pipeline.generate(inputs, config).perf_metrics
        counts = metrics.get_num_input_tokens(), metrics.get_num_generated_tokens()
        if counts != (len(ids), n):
            raise SystemExit(f"OpenVINO ran {counts} tokens of {(len(ids), n)}")
        return metrics


ENGINES: dict[str, Callable[[Setting], Engine]] = {
    "ours": Ours,
    "llama.cpp": LlamaCppEngine,
    "openvino": OpenVino,
}


def main() -> None:
    name, level, path, n_threads, n_ctx = sys.argv[1:]
    # Engines print: what they say must not get between the answers.
    with os.fdopen(os.dup(1), "w", buffering=1) as answers:
        os.dup2(2, 1)
        name, _, attention = name.partition(":")
        flash = {"": None, "flash": True, "plain": False}[attention]
        setting = Setting(level, path, int(n_threads), int(n_ctx), flash)
        engine: Engine = ENGINES[name](setting)
        print(json.dumps({"description": engine.description}), file=answers)
        for line in sys.stdin:
            task = json.loads(line)
            ids, n_gen = task["ids"], task["n_gen"]
            if n_gen:
                prompt, generated = engine.decode(ids, n_gen)
            else:
                prompt, generated = engine.prefill(ids), None
            print(json.dumps({"prefill": prompt, "decode": generated}), file=answers)


if __name__ == "__main__":
    main()
