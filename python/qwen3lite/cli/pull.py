"""qwen3lite pull: a model of the Hugging Face hub to this machine."""

from __future__ import annotations

from typing import Annotated

import typer


def pull(
    model_id: Annotated[
        str,
        typer.Argument(
            metavar="ID", help="Model on the hub, such as Qwen/Qwen3-0.6B.", show_default=False
        ),
    ],
) -> None:
    """Download a model from the Hugging Face hub.

    Prints the directory it lies in, which the other commands take, as they take the ID itself.
    """
    from ..hub import pull as pull_model

    print(pull_model(model_id, show_progress=True))
