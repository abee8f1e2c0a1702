"""The numbers that training computes with."""

from __future__ import annotations

import torch

_CPU = torch.cpu.get_capabilities()
# Where the CPU does not multiply bfloat16, a step of it takes forty times as long as one of float32.
HAS_BFLOAT16 = any(_CPU.get(name) for name in ("avx512_bf16", "amx_bf16", "bf16"))
