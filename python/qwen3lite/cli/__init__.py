"""The program qwen3lite: one module per command. What only one command needs it imports itself."""

from __future__ import annotations

import io
import sys

import typer

from ..errors import Qwen3LiteError
from .bench import bench
from .chat import chat
from .convert import convert
from .doctor import doctor
from .eval import app as eval_app
from .experts import app as experts_app
from .inspect import inspect
from .pull import pull
from .run import run
from .tokenize import tokenize

app = typer.Typer(
    help="Qwen3 language models on CPUs.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,  # plain help that wraps its paragraphs
)
for command in (run, chat, convert, inspect, tokenize, bench, doctor, pull):
    app.command()(command)
app.add_typer(eval_app, name="eval")
app.add_typer(experts_app, name="experts")


def main() -> None:
    """Runs the command line; bad input gives one sentence on stderr and exit status 2."""
    # Models write more than some terminals show, and files hold anything.
    for stream in (sys.stdin, sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")
    try:
        app(prog_name="qwen3lite")
    except Qwen3LiteError as error:
        _fail(str(error))
    except OSError as error:
        _fail(f"{error.filename}: {error.strerror}." if error.filename else str(error))


def _fail(sentence: str) -> None:
    print(f"qwen3lite: {sentence}", file=sys.stderr)
    sys.exit(2)
