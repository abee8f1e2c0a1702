"""qwen3lite tokenize: a text's token ids and what each stands for."""

from __future__ import annotations

import json
import os
from typing import Annotated

import typer

from .. import _core
from .display import conversion_progress
from .options import BUNDLED, Json, ModelOrNano, Prompt, Type, prompt_text


def tokenize(
    prompt: Prompt,
    model: ModelOrNano = BUNDLED,
    no_special: Annotated[
        bool, typer.Option("--no-special", help="Special tokens in the text are plain text.")
    ] = False,
    as_json: Json = False,
    type: Type = "q8_0",
) -> None:
    """Show the tokens of a text: one a line, id and piece."""
    from ..sources import locate

    with conversion_progress() as progress:
        tokenizer = _core.Tokenizer(os.fsencode(locate(model, type, progress)))
    ids = tokenizer.encode(prompt_text(prompt), not no_special)
    pieces = [tokenizer.piece(token).decode("utf-8", "replace") for token in ids]
    if as_json:
        print(json.dumps({"ids": ids, "pieces": pieces}, ensure_ascii=False))
        return
    for token, piece in zip(ids, pieces, strict=True):
        print(f"{token:>7}  {json.dumps(piece, ensure_ascii=False)}")
