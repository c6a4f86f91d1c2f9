"""The peer that is asked the same: jedi-language-server, which completes Python by static analysis."""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from peephole.server.client import Client

from .server import initialize

PEER = "jedi-language-server"


def find_peer() -> Path | None:
    """Its executable, beside this Python or on the path; None if it is not installed."""
    found = shutil.which(PEER, path=str(Path(sys.executable).parent)) or shutil.which(PEER)
    return Path(found) if found else None


@contextmanager
def installed_peer(wanted: bool) -> Iterator[Path | None]:
    """Its executable; with `wanted`, in an environment of its own that is thrown away afterwards."""
    if not wanted:
        yield find_peer()
        return
    with tempfile.TemporaryDirectory(prefix="peephole-bench-") as folder:
        binaries = Path(folder) / "bin"
        subprocess.run([sys.executable, "-m", "venv", folder], check=True)
        subprocess.run([binaries / "python", "-m", "pip", "install", "--quiet", PEER], check=True)
        yield binaries / PEER


@contextmanager
def peer_server(executable: Path | None) -> Iterator[Client | None]:
    """The peer, ready for documents; None if there is none."""
    if executable is None:
        yield None
        return
    with Client([str(executable)]) as client:
        initialize(client)
        yield client
