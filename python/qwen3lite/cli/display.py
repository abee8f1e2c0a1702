"""What the commands show: answers as they stream, timings, progress."""

from __future__ import annotations

import os
import sys
from contextlib import AbstractContextManager
from types import TracebackType
from typing import TYPE_CHECKING, Any, Literal, TextIO

if TYPE_CHECKING:
    from rich.console import Console
    from rich.progress import Progress

    from ..model import Model
    from ..results import ChatPiece, Timings


class Answer:
    """Writes an answer while it streams: its content to stdout, its thinking dimmed to stderr.

    A redirected stdout thus holds nothing but the answer.
    """

    def __init__(self) -> None:
        self.content = ""
        self.reasoning = ""

    def show(self, piece: ChatPiece) -> None:
        if piece.reasoning_content:
            _write(sys.stderr, dimmed(piece.reasoning_content))
            self.reasoning += piece.reasoning_content
        if piece.content:
            if self.reasoning and not self.content:
                _write(sys.stderr, "\n\n")
            _write(sys.stdout, piece.content)
            self.content += piece.content

    def end(self) -> None:
        _write(sys.stdout, "\n")


def dimmed(text: str) -> str:
    """`text` as stderr shows it faintly, plain where stderr is no terminal."""
    if not sys.stderr.isatty() or "NO_COLOR" in os.environ:
        return text
    return f"\x1b[2m{text}\x1b[0m"


def show_timings(timings: Timings) -> None:
    """One line for people: none where stderr is no terminal."""
    if sys.stderr.isatty():
        line = (
            f"prompt {timings.n_prompt} tokens, {timings.prompt_rate:.1f} tok/s;"
            f" generated {timings.n_generated} tokens, {timings.decode_rate:.1f} tok/s"
        )
        if timings.n_drafted:
            line += f"; guessed {timings.n_drafted}, {timings.n_accepted} right"
        _write(sys.stderr, dimmed(line) + "\n")


def plain_console(*, stderr: bool = False) -> Console:
    """Prints what files and users write as it is: rich would take [b] for markup."""
    from rich.console import Console

    return Console(stderr=stderr, markup=False, emoji=False)


class ProgressBar(AbstractContextManager["ProgressBar"]):
    """A bar on stderr, where that is a terminal; it appears with the first call.

    `amounts` says what is counted. Where it is repetitions of a measurement, the bar is drawn
    between them only.
    """

    def __init__(
        self, verb: str, amounts: Literal["bytes", "windows", "items", "repetitions"]
    ) -> None:
        self._verb = verb
        self._amounts = amounts
        self._bar: Progress | None = None

    def __call__(self, description: str, done: int, total: int) -> None:
        if self._bar is None:
            self._bar = self._new_bar()
            self._bar.start()
            self._task = self._bar.add_task(description, total=total)
        self._bar.update(
            self._task,
            completed=done,
            description=description,
            refresh=not self._bar.live.auto_refresh,
        )

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._bar is not None:
            self._bar.stop()

    def _new_bar(self) -> Progress:
        from rich import progress

        count = progress.DownloadColumn if self._amounts == "bytes" else progress.MofNCompleteColumn
        console = plain_console(stderr=True)
        return progress.Progress(
            progress.TextColumn(self._verb),
            progress.BarColumn(),
            count(),
            progress.TimeRemainingColumn(),
            progress.TextColumn("{task.description}", style="dim", markup=False),
            console=console,
            auto_refresh=self._amounts != "repetitions",
            transient=True,
            disable=not console.is_terminal,
        )


def conversion_progress() -> ProgressBar:
    """The bar of convert()."""
    return ProgressBar("converting", "bytes")


def open_model(
    model: str,
    type: str,
    threads: int | None,
    ctx: int,
    *,
    experts: list[str] | None = None,
    **options: Any,
) -> Model:
    """The model that the user named, converted with a progress bar where it must be, with its
    expert packs plugged in; `options` as for Model."""
    from ..model import Model
    from ..sources import locate

    with conversion_progress() as progress:
        path = locate(model, type, progress)
    loaded = Model(path, n_threads=threads, n_ctx=ctx, **options)
    for pack in experts or ():
        loaded.load_experts(pack)
    return loaded


def _write(stream: TextIO, text: str) -> None:
    stream.write(text)
    stream.flush()
