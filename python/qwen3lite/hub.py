"""Models from the Hugging Face hub, through huggingface_hub where it is installed."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from .errors import FileError

FILES = ["*.json", "*.jinja", "*.safetensors"]  # what the converter reads, in the directory itself


def pull(model_id: str, show_progress: bool = False) -> Path:
    """Downloads what is missing of a model, "owner/name", and returns its directory.

    It lies in huggingface_hub's own cache, whose answer counts while the hub cannot be reached.
    Progress is shown on a terminal only.
    Throws FileError where that package is not installed, or the model does not exist, may not be
    read or cannot be reached.
    """
    try:
        from huggingface_hub import snapshot_download
    except ImportError as error:
        raise FileError(
            f"{model_id}: is not here, and models of the hub need the package huggingface_hub; run"
            " 'pip install huggingface_hub'."
        ) from error
    try:
        with _progress_bars(show_progress and sys.stderr.isatty()):
            return Path(snapshot_download(model_id, allow_patterns=FILES, ignore_patterns=["*/*"]))
    except Exception as error:  # of the hub client, its HTTP library or the system
        reason = str(error).strip().partition("\n")[0].rstrip(".") or type(error).__name__
        raise FileError(
            f"{model_id}: is not here and cannot be pulled from the hub ({reason}); check the name,"
            " the network and that you may read it."
        ) from error


@contextmanager
def _progress_bars(shown: bool) -> Iterator[None]:
    """Keeps the hub client from printing bars unless `shown`."""
    from huggingface_hub.utils.tqdm import (
        are_progress_bars_disabled,
        disable_progress_bars,
        enable_progress_bars,
    )

    if shown or are_progress_bars_disabled():
        yield
        return
    disable_progress_bars()
    try:
        yield
    finally:
        enable_progress_bars()
