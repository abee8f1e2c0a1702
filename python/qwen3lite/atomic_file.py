"""Files that appear under their name only when they are complete and on disk.

Until then they have a temporary name in the same directory, and that is removed when anything goes
wrong, Ctrl-C included.
"""

from __future__ import annotations

import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from .errors import FileError


@contextmanager
def atomic_path(out: Path) -> Iterator[Path]:
    """A temporary path beside `out`; renamed to it when the block ends, removed when it throws.

    Throws FileError.
    """
    check_target(out)
    temporary = out.with_name(f".{out.name}.{secrets.token_hex(4)}.part")
    try:
        yield temporary
        with temporary.open("rb+") as file:
            os.fsync(file.fileno())
        temporary.replace(out)
    except OSError as error:
        raise FileError(
            f"{out}: cannot be written ({error.strerror}); check the directory and its free space."
        ) from error
    finally:
        with suppress(OSError):
            temporary.unlink()


def check_target(out: Path) -> None:
    """Throws FileError where no file can be put under that name: known before hours of work."""
    if out.is_dir():
        raise FileError(f"{out}: is a directory; name the file to write.")
    if out.exists() and not out.is_file():
        raise FileError(f"{out}: is no regular file, and would be replaced; name another one.")
    if not out.absolute().parent.is_dir():
        raise FileError(f"{out}: there is no such directory; make it first.")
