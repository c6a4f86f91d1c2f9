"""The command `peephole` as a real process, with its output caught, and how it is to fail."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

JAVA = """\
class Counter {
    private int count;

    int next() {
        return ++count;
    }
}
"""


def peephole(
    *arguments: str | Path, folder: Path | None = None, **variables: str | Path
) -> subprocess.CompletedProcess[str]:
    """Runs the command with its output caught: not a terminal, as in a pipe. variables: more of the environment.

    folder: to run it in.
    """
    command = [sys.executable, "-m", "peephole.server", *map(str, arguments)]
    environment = os.environ | {name: str(value) for name, value in variables.items()}
    return subprocess.run(
        command, capture_output=True, text=True, timeout=120, check=False, env=environment, cwd=folder
    )


def break_package(folder: Path, name: str) -> Path:
    """A folder for PYTHONPATH in which a package is there but cannot be loaded."""
    (folder / f"{name}.py").write_text("raise ImportError('a shared library is missing', name=__name__)\n")
    return folder


def assert_fails(result: subprocess.CompletedProcess[str], *expected: str) -> None:
    """It failed as the command line promises: exit code 2, one line of error, nothing on standard output."""
    assert (result.returncode, result.stdout) == (2, "")
    assert result.stderr.startswith("error: ")
    assert result.stderr.count("\n") == 1
    for part in expected:
        assert part in result.stderr
