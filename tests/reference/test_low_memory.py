"""A model larger than the memory that it may use: it answers the same, and takes little."""

from __future__ import annotations

import contextlib
import json
import os
import re
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

MEMORY = 128 << 20  # bytes, file pages included
ANONYMOUS = 40 << 20  # of them at most
OPTIONS = ("--raw", "-p", "once upon a time", "-n", "16", "--temp", "0", "-c", "256", "--json")
KV = ("--kv-type", "q8_0")


@pytest.fixture
def group() -> Iterator[Path]:
    """A control group of that much memory."""
    v1, v2 = Path("/sys/fs/cgroup/memory"), Path("/sys/fs/cgroup")
    root, limit = (v1, "memory.limit_in_bytes") if v1.is_dir() else (v2, "memory.max")
    directory = root / f"q3l-{os.getpid()}"
    try:
        directory.mkdir()
        (directory / limit).write_text(str(MEMORY))
    except OSError as error:
        with contextlib.suppress(OSError):
            directory.rmdir()
        pytest.skip(f"no memory limit can be set here: {error}")
    yield directory
    directory.rmdir()


def anonymous_bytes(process: subprocess.Popen[str]) -> int:
    try:
        status = Path(f"/proc/{process.pid}/status").read_text()
    except OSError:
        return 0
    found = re.search(r"RssAnon:\s+(\d+) kB", status)
    return int(found[1]) << 10 if found else 0


def peak_of(process: subprocess.Popen[str]) -> int:
    """The most anonymous memory that it had until its end."""
    peak = 0
    while process.poll() is None:
        peak = max(peak, anonymous_bytes(process))
        time.sleep(0.01)
    return peak


def test_a_full_context_stays_below_the_limit(program: str, qwen3_0_6b: Path) -> None:
    """Of 256 positions, whatever memory there is for the file."""
    command = [program, "run", str(qwen3_0_6b), "--raw", "-p", "once upon a time", "--temp", "0"]
    limits = ["-c", "256", "--mem-limit", str(ANONYMOUS), "--json"]
    process = subprocess.Popen(
        [*command, *limits], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    peak = peak_of(process)
    out, said = process.communicate()
    answer = json.loads(out)
    n = answer["n_prompt"] + answer["n_generated"]
    print(f"{peak / 1e6:.1f} MB anonymous at {n} positions; {said.strip()}")
    assert n >= 256
    assert 1 << 20 < peak <= ANONYMOUS


def test_a_file_larger_than_memory(program: str, qwen3_0_6b: Path, group: Path) -> None:
    assert qwen3_0_6b.stat().st_size > MEMORY
    command = [program, "run", str(qwen3_0_6b), *OPTIONS, *KV]
    free = subprocess.run(command, check=True, capture_output=True, text=True)
    subprocess.run(["sync"], check=True)
    with qwen3_0_6b.open("rb") as file:  # pages that are there already would be free of charge
        os.posix_fadvise(file.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)
    process = subprocess.Popen(
        [*command, "--mem-limit", str(ANONYMOUS)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        preexec_fn=lambda: (group / "cgroup.procs").write_text(str(os.getpid())),
    )
    peak = peak_of(process)
    out, said = process.communicate()
    assert process.returncode == 0, said
    limited = json.loads(out)
    print(f"{peak / 1e6:.1f} MB anonymous, {limited['decode_tok_s']:.2f} tokens/s; {said.strip()}")
    assert limited["text"] == json.loads(free.stdout)["text"]
    assert said.startswith("q3l: a context of 256, keys and values as q8_0")
    assert 1 << 20 < peak <= ANONYMOUS


def test_the_least_limit_is_named_and_works(program: str, qwen3_0_6b: Path) -> None:
    command = [program, "run", str(qwen3_0_6b), "--raw", "-p", "once", "-n", "2", "--mem-limit"]
    refused = subprocess.run([*command, "1M"], capture_output=True, text=True)
    assert refused.returncode == 2
    least = re.search(r"the least limit is (\d+M)", refused.stderr)
    assert least, refused.stderr
    subprocess.run([*command, least[1]], check=True, capture_output=True)
