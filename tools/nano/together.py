"""Processes that learn together, each with one thread, from different batches of a step.

Threads that split each operation wait for each other thousands of times a second, and crawl where
something else takes a core; processes wait once a step.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import torch
import torch.distributed as dist
from torch import Tensor, multiprocessing

# Tensors come and go by the hundred megabytes: glibc keeps what is freed, in huge pages, and a step
# is a fifth faster than with the faults of pages that are returned and fetched again.
MEMORY = ":".join(
    f"glibc.malloc.{name}={value}"
    for name, value in {
        "hugetlb": 1,
        "mmap_threshold": 32 << 20,
        "top_pad": 128 << 20,
        "trim_threshold": 4 << 30,
    }.items()
)


def run_together(n: int, directory: Path, work: Callable[[], None]) -> None:
    """`work`, which must be picklable, in `n` processes."""
    rendezvous = directory / "rendezvous"
    rendezvous.unlink(missing_ok=True)
    os.environ.setdefault("GLIBC_TUNABLES", MEMORY)  # is read where a process begins
    multiprocessing.spawn(_begin, (n, rendezvous, work), nprocs=n)


def _begin(rank: int, n: int, rendezvous: Path, work: Callable[[], None]) -> None:
    torch.set_num_threads(1)
    os.environ.setdefault("GLOO_SOCKET_IFNAME", "lo")
    dist.init_process_group("gloo", f"file://{rendezvous.resolve()}", rank=rank, world_size=n)
    work()
    dist.destroy_process_group()


def rank() -> int:
    """0 for the process that logs and saves, or that is alone."""
    return dist.get_rank() if dist.is_initialized() else 0


def count() -> int:
    return dist.get_world_size() if dist.is_initialized() else 1


def add_up(tensors: list[Tensor]) -> None:
    """Each becomes its sum over all processes."""
    if count() == 1:
        return
    joined = torch.cat([tensor.reshape(-1) for tensor in tensors])
    dist.all_reduce(joined)
    for tensor, total in zip(tensors, joined.split([t.numel() for t in tensors]), strict=True):
        tensor.copy_(total.view_as(tensor))


def agree(decision: bool) -> bool:
    """What process 0 decides."""
    flag = torch.tensor([int(decision)])
    if count() > 1:
        dist.broadcast(flag, 0)
    return bool(flag)
