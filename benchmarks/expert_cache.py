"""A sparse model larger than memory: its experts in an explicit cache beside experts that the
system maps, under the same hard limit of a control group.

Each run starts with an empty page cache of the file and generates --tokens tokens. Bytes read are
what the disk gave the group's process (/proc/PID/io), files' pages and the cache's reads alike. The
tokens must be the same.

    python tools/make_checkpoint.py zipf --arch qwen3moe --geometry 30b-a3b-cut --dtype bfloat16 \\
        --router-skew 1
    qwen3lite convert zipf -o zipf.gguf --type q4_0
    sudo python benchmarks/expert_cache.py zipf.gguf --json out.json
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

GROUPS = (
    (Path("/sys/fs/cgroup/memory"), "memory.limit_in_bytes"),
    (Path("/sys/fs/cgroup"), "memory.max"),
)


@dataclass(frozen=True)
class Run:
    way: str  # "cache" or "mapped"
    text: str
    tok_s: float
    mb_a_token: float  # from the disk
    seconds: float  # of all, opening included
    cache: dict[str, float]  # of the answer's JSON


@contextlib.contextmanager
def memory_limit(n_bytes: int) -> Iterator[Path]:
    root, name = next(group for group in GROUPS if (group[0] / "cgroup.procs").exists())
    group = root / f"q3l-experts-{os.getpid()}"
    try:
        group.mkdir()
        (group / name).write_text(str(n_bytes))
    except OSError as error:
        sys.exit(f"no memory limit can be set here ({error}): be root, outside a container.")
    try:
        yield group
    finally:
        group.rmdir()


def drop_pages(model: Path) -> None:
    with model.open("rb") as file:
        os.posix_fadvise(file.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)


def disk_bytes(pid: int) -> int:
    with contextlib.suppress(OSError):
        for line in Path(f"/proc/{pid}/io").read_text().splitlines():
            if line.startswith("read_bytes:"):
                return int(line.split()[1])
    return 0


def run(q3l: str, model: Path, group: Path, cache_bytes: int, n_tokens: int) -> Run:
    drop_pages(model)
    command = [q3l, "run", str(model), "--raw", "-p", "It was the best of times", "--temp", "0"]
    command += ["-n", str(n_tokens), "-t", "2", "-c", "512", "--draft-max", "0", "--json"]
    if cache_bytes:
        command += ["--expert-cache", str(cache_bytes)]
    start = time.perf_counter()
    process = subprocess.Popen(
        command,
        stdout=subprocess.PIPE,
        text=True,
        preexec_fn=lambda: (group / "cgroup.procs").write_text(str(os.getpid())),
    )
    n_read = 0
    while process.poll() is None:
        n_read = max(n_read, disk_bytes(process.pid))
        time.sleep(0.01)
    out = process.communicate()[0]
    if process.returncode:
        sys.exit(f"q3l ended with status {process.returncode}: memory ran out, or see above.")
    answer: dict[str, Any] = json.loads(out)
    n = answer["n_prompt"] + answer["n_generated"]
    return Run(
        "cache" if cache_bytes else "mapped",
        answer["text"],
        answer["decode_tok_s"],
        n_read / 1e6 / n,
        time.perf_counter() - start,
        {name: value for name, value in answer.items() if name.startswith("expert")},
    )


def show(runs: list[Run], limit: int, cache: int, console: Console) -> None:
    table = Table("experts", "tok/s", "MB from disk a token", "wanted in memory", "come true")
    for way in ("mapped", "cache"):
        mine = [r for r in runs if r.way == way]
        rates = sorted(r.tok_s for r in mine)
        shares = ["", ""]
        if way == "cache":
            last = mine[-1].cache
            shares[0] = f"{last['experts_in_memory'] / last['experts_wanted']:.0%}"
            foreseen = last["experts_foreseen"] or 1
            shares[1] = f"{last['experts_come_true'] / foreseen:.0%}"
        table.add_row(
            way,
            f"{statistics.median(rates):.2f} ({rates[0]:.2f}-{rates[-1]:.2f})",
            f"{statistics.median(r.mb_a_token for r in mine):.1f}",
            *shares,
        )
    console.print(table)
    pairs = zip(runs[::2], runs[1::2], strict=True)
    ratios = sorted(cached.tok_s / mapped.tok_s for mapped, cached in pairs)
    console.print(
        f"limit {limit / 1e6:.0f} MB, cache {cache / 1e6:.0f} MB;"
        f" ratio {statistics.median(ratios):.2f} ({ratios[0]:.2f}-{ratios[-1]:.2f})"
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("model", type=Path)
    parser.add_argument("--q3l", default="q3l")
    parser.add_argument("--limit-share", type=float, default=1 / 3, help="of the file's size")
    parser.add_argument("--cache-share", type=float, default=0.7, help="of the limit")
    parser.add_argument("--tokens", type=int, default=100)
    parser.add_argument("--repeat", type=int, default=3)
    parser.add_argument("--json", type=Path)
    args = parser.parse_args()
    limit = int(args.model.stat().st_size * args.limit_share)
    cache = int(limit * args.cache_share)
    runs: list[Run] = []
    console = Console()
    with memory_limit(limit) as group:
        for _ in range(args.repeat):
            for cache_bytes in (0, cache):
                runs.append(run(args.q3l, args.model, group, cache_bytes, args.tokens))
                last = runs[-1]
                console.print(
                    f"{last.way}: {last.tok_s:.2f} tok/s, {last.mb_a_token:.1f} MB a token"
                )
    if len({r.text for r in runs}) > 1:
        sys.exit("the texts differ: the cache changes what is computed")
    show(runs, limit, cache, console)
    if args.json:
        fields = [{**asdict(r), "text": len(r.text)} for r in runs]
        result = {"limit": limit, "cache": cache, "runs": fields}
        args.json.write_text(json.dumps(result, indent=1) + "\n")


if __name__ == "__main__":
    main()
