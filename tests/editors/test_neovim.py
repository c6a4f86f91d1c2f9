"""A real Neovim with the project's own configuration and the shipped model; one Lua script beside this file a claim."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

HERE = Path(__file__).parent
ROOT = HERE.parent.parent
NEOVIM = Path(sys.executable).with_name("nvim")
"""Installed into the environment by `make setup` (tests/editors/requirements.txt)."""

TIMEOUT_S = 600
"""More than the waits of any script together: each gives up by itself and says at what; this ends one that hangs."""


def run_script(name: str, folder: Path) -> subprocess.CompletedProcess[str]:
    """Runs one script in a Neovim whose configuration, data and cache folders are empty."""
    environment = {key: value for key, value in os.environ.items() if not key.startswith(("XDG_", "NVIM"))}
    environment |= {
        "HOME": str(folder),
        "PEEPHOLE_ROOT": str(ROOT),
        "PEEPHOLE_PYTHON": sys.executable,
        "LUA_PATH": f"{HERE}/?.lua;;",
    }
    command = [str(NEOVIM), "--headless", "--clean", "-n", "-l", str(HERE / name)]
    return subprocess.run(
        command, env=environment, cwd=folder, capture_output=True, text=True, timeout=TIMEOUT_S, check=False
    )


def test_this_is_the_pinned_neovim() -> None:
    version = subprocess.run([NEOVIM, "--version"], capture_output=True, text=True, check=True).stdout
    assert version.startswith("NVIM v0.11.4")


@pytest.mark.parametrize(
    "script",
    [
        pytest.param("attaches.lua", id="one_server_attaches_to_both_languages"),
        pytest.param("completes.lua", id="the_popup_shows_and_inserts_the_items"),
        pytest.param("diagnoses.lua", id="a_planted_wrong_return_is_marked_until_mended"),
        pytest.param("introspects.lua", id="the_introspect_command_answers"),
    ],
)
def test_in_neovim(script: str, tmp_path: Path) -> None:
    result = run_script(script, tmp_path)
    assert result.returncode == 0, result.stderr
