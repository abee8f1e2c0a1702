"""What an expert pack costs a running model: plugging in and out, decoding, memory.

It is plugged in with none of its file in memory. Of those that are then used, the first tokens read
it from the disk; they are not counted.

Decoding with the pack and without it takes turns, each on the same prompt. Make a light pack of a
dense model first: two choices a layer, the model's own network and a copy of it, or two copies.

    qwen3lite experts upcycle model.gguf -n 2 -o pack.gguf    # --no-trunk: two copies
    python benchmarks/expert_packs.py model.gguf pack.gguf --json out.json
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import time
from pathlib import Path

from rich.console import Console

from qwen3lite import Model

PROMPT = "Once upon a time"


def resident_mb() -> float:
    """Of this process, mapped files included."""
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmRSS:")) / 1024


def decode_rate(model: Model, n_tokens: int) -> float:
    return model.generate(PROMPT, max_tokens=n_tokens, temperature=0).timings.decode_rate


def drop_pages(file: Path) -> None:
    with file.open("rb") as opened:
        os.posix_fadvise(opened.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)


def measure(model: Model, pack: Path, n_tokens: int, repeat: int) -> dict[str, list[float]]:
    found: dict[str, list[float]] = {
        name: []
        for name in ("plug_ms", "unplug_ms", "plug_mb", "dense_tok_s", "pack_tok_s", "ratio")
    }
    decode_rate(model, n_tokens)
    found["dense_mb"] = [resident_mb()]
    for _ in range(repeat):
        found["dense_tok_s"].append(decode_rate(model, n_tokens))
        drop_pages(pack)
        before = resident_mb()
        start = time.perf_counter()
        plugged = model.load_experts(pack)
        found["plug_ms"].append(1000 * (time.perf_counter() - start))
        found["plug_mb"].append(resident_mb() - before)
        decode_rate(model, n_tokens)  # the pack's pages are there
        found["pack_tok_s"].append(decode_rate(model, n_tokens))
        found["pack_mb"] = [resident_mb()]
        start = time.perf_counter()
        model.unload_experts(plugged)
        found["unplug_ms"].append(1000 * (time.perf_counter() - start))
        found["ratio"].append(found["pack_tok_s"][-1] / found["dense_tok_s"][-1])
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("model")
    parser.add_argument("pack", type=Path)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--tokens", type=int, default=100)
    parser.add_argument("--repeat", type=int, default=9)
    parser.add_argument("--json", type=Path)
    args = parser.parse_args()
    model = Model(args.model, n_threads=args.threads, max_draft=0)
    found = measure(model, args.pack, args.tokens, args.repeat)
    found["pack_file_mb"] = [args.pack.stat().st_size / (1 << 20)]
    console = Console()
    for name, values in found.items():
        low, high = min(values), max(values)
        spread = f" ({low:.3g}-{high:.3g})" if len(values) > 1 else ""
        console.print(f"{name:>14} {statistics.median(values):.4g}{spread}", highlight=False)
    if args.json:
        args.json.write_text(json.dumps(found) + "\n")


if __name__ == "__main__":
    main()
