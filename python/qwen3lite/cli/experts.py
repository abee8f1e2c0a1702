"""qwen3lite experts: makes expert packs, and shows how routers use their experts."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from ..errors import InvalidArgumentError
from .display import ProgressBar, conversion_progress
from .expert_stats import stats
from .options import MODELS

if TYPE_CHECKING:
    from ..experts.choices import Choice

app = typer.Typer(
    help="Make expert packs for a model, and see what routers choose.",
    no_args_is_help=True,
    rich_markup_mode=None,
)

app.command()(stats)

RANGE = re.compile(r"(\d{1,9})(?:-(\d{1,9}))?")
MOST_NUMBERS = 65_536  # of a range

Base = Annotated[
    str,
    typer.Argument(metavar="BASE", help=f"The packs' model: {MODELS}.", show_default=False),
]
Out = Annotated[Path, typer.Option("-o", "--out", help="Pack to write.", show_default=False)]
Mode = Annotated[
    Literal["replace", "parallel"],
    typer.Option("--mode", help="Experts take the network's place, or are added to it."),
]
TopK = Annotated[int, typer.Option("--top-k", help="Choices that a token takes.")]
Name = Annotated[str, typer.Option("--name", help="The pack's name.")]
Seed = Annotated[int, typer.Option("--seed", help="Of noise and random routers.")]
Type = Annotated[
    str | None,
    typer.Option("--type", help="f32, f16, bf16, q8_0 or q4_0; else as the base has it."),
]
Expert = Annotated[
    list[str] | None,
    typer.Option(
        "--expert",
        metavar="NAME[:ROLE][=FILE]",
        help="Names a choice, in order; FILE has prompts, one a line, that should take it.",
    ),
]


@app.command()
def upcycle(
    base: Base,
    out: Out,
    count: Annotated[
        int | None, typer.Option("-n", help="Choices; else as many as are named, or 2.")
    ] = None,
    mode: Mode = "replace",
    trunk: Annotated[
        bool, typer.Option("--trunk/--no-trunk", help="Choice 0 is the base's own network.")
    ] = True,
    top_k: TopK = 1,
    noise: Annotated[
        float, typer.Option("--noise", help="Of a matrix's root mean square, added to copies.")
    ] = 0.01,
    seed: Seed = 0,
    layers: Annotated[
        str | None, typer.Option("--layers", help="Such as 0-11,20; else all that are dense.")
    ] = None,
    name: Name = "",
    expert: Expert = None,
    type: Type = None,
) -> None:
    """Make a pack whose experts are copies of the model's own networks: nothing is trained.

    With --expert FILE for two choices or more, the routers tell their examples apart; without, they
    are random. --mode parallel begins with experts that add next to nothing.
    """
    from ..experts.upcycle import upcycle as make

    choices = _choices(expert)
    model = _located(base)
    with _progress() as progress:
        make(
            model,
            out,
            count=max(2, len(choices)) if count is None else count,
            mode=mode,
            trunk=trunk,
            top_k=top_k,
            noise=noise,
            seed=seed,
            layers=None if layers is None else _numbers(layers, "--layers"),
            name=name,
            choices=choices,
            type=type,
            progress=progress,
        )


@app.command()
def extract(
    model: Annotated[
        Path,
        typer.Argument(
            metavar="MOE", help="GGUF file of a model with experts.", show_default=False
        ),
    ],
    out: Out,
    base: Annotated[
        Path | None,
        typer.Option(
            "--base",
            help="GGUF file of the dense model that the pack is for; else one that differs from"
            " MOE in dense networks alone.",
        ),
    ] = None,
    choose: Annotated[
        str | None, typer.Option("--choose", help="Experts to keep, such as 0,5,7-9; else all.")
    ] = None,
    name: Name = "",
) -> None:
    """Make a pack of a sparse model's routers and experts, bytes unchanged.

    Such experts know the attention that they were trained with: the pack is good for a model whose
    other weights are those of MOE, or near to them.
    """
    from ..experts.extract import extract as make

    with _progress() as progress:
        make(
            model,
            out,
            base=base,
            choose=None if choose is None else _numbers(choose, "--choose"),
            name=name,
            progress=progress,
        )


@app.command()
def from_checkpoint(
    base: Base,
    directories: Annotated[
        list[Path],
        typer.Argument(
            metavar="DIR...",
            help="Hugging Face models fine-tuned from the base, or one with experts.",
            show_default=False,
        ),
    ],
    out: Out,
    mode: Mode = "replace",
    trunk: Annotated[
        bool | None,
        typer.Option(
            "--trunk/--no-trunk",
            help="Choice 0 is the base's own network; else so, but for a model with experts.",
        ),
    ] = None,
    top_k: Annotated[
        int | None,
        typer.Option("--top-k", help="Choices that a token takes; else 1, or the checkpoint's."),
    ] = None,
    seed: Seed = 0,
    name: Name = "",
    expert: Expert = None,
    type: Type = None,
) -> None:
    """Make a pack of fine-tuned siblings of the model: the networks of each are one choice.

    Choices are called as their directories are, unless --expert says otherwise, which may teach
    the routers by examples too. Of one checkpoint with experts, its routers and experts become the
    pack.
    """
    from ..experts.from_checkpoints import from_experts, from_siblings, has_experts

    choices = _choices(expert)
    sparse = [directory for directory in directories if has_experts(directory)]
    if sparse and (len(directories) > 1 or mode != "replace" or trunk or choices):
        raise InvalidArgumentError(
            f"{sparse[0]} has experts and routers of its own; pass it alone, without --mode"
            " parallel, --trunk and --expert."
        )
    model = _located(base)
    with _progress() as progress:
        if sparse:
            from_experts(
                model, sparse[0], out, top_k=top_k, name=name, type=type, progress=progress
            )
        else:
            from_siblings(
                model,
                directories,
                out,
                mode=mode,
                trunk=trunk is not False,
                top_k=1 if top_k is None else top_k,
                seed=seed,
                name=name,
                choices=choices,
                type=type,
                progress=progress,
            )


def _located(model: str) -> Path:
    from ..sources import locate

    with conversion_progress() as progress:
        return locate(model, progress=progress)


def _progress() -> ProgressBar:
    return ProgressBar("writing", "bytes")


def _choices(expert: list[str] | None) -> list[Choice]:
    from ..experts.choices import Choice

    return [Choice.parse(text) for text in expert or ()]


def _numbers(text: str, flag: str) -> list[int]:
    """Of "0-3,7". Throws InvalidArgumentError."""
    numbers: list[int] = []
    for part in text.split(","):
        match = RANGE.fullmatch(part.strip())
        found = range(int(match[1]), int(match[2] or match[1]) + 1) if match else range(0)
        if not 0 < len(found) <= MOST_NUMBERS:
            raise InvalidArgumentError(f"{flag} is '{text}'; write numbers and ranges, as 0-3,7.")
        numbers += found
    return numbers
