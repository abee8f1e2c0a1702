"""What the suites share."""

import os
import shutil
import sysconfig

import pytest


@pytest.fixture(scope="session")
def program() -> str:
    """q3l, from Q3L_PROGRAM or where pip put it."""
    scripts = os.pathsep.join([sysconfig.get_path("scripts"), os.environ.get("PATH", "")])
    found = os.environ.get("Q3L_PROGRAM") or shutil.which("q3l", path=scripts)
    assert found, "q3l is not installed: pip install ."
    return found
