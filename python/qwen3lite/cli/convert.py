"""qwen3lite convert: a Hugging Face model directory to a GGUF file."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from .display import conversion_progress


def convert(
    source: Annotated[
        Path,
        typer.Argument(
            metavar="SRC", help="Directory of a Hugging Face model.", show_default=False
        ),
    ],
    out: Annotated[
        Path, typer.Option("-o", "--out", help="GGUF file to write.", show_default=False)
    ],
    type: Annotated[str, typer.Option("--type", help="f32, f16, bf16, q8_0 or q4_0.")] = "q8_0",
) -> None:
    """Convert a checkpoint to a GGUF file."""
    from ..convert import convert as convert_checkpoint

    with conversion_progress() as progress:
        convert_checkpoint(source, out, type, progress)
