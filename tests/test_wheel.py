"""The wheel as a user's pip unpacks it, built from a copy of the checkout, in an environment of its own."""

import shutil
import subprocess
import sys
import venv
from pathlib import Path

import pytest

from peephole.model.version import VERSION

ROOT = Path(__file__).parent.parent
PACKED = ("model", "server", "training", "pyproject.toml", "README.md", "LICENSE")
"""All that the wheel is made of. Copied, so that no `build` folder of an earlier day can add to it."""


def pip(*arguments: str | Path) -> None:
    """Runs pip; its output is shown only if it fails."""
    command = [sys.executable, "-m", "pip", "--disable-pip-version-check", *map(str, arguments)]
    result = subprocess.run(command, capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stdout + result.stderr


@pytest.fixture(scope="module")
def environment(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An environment that holds the wheel and nothing else, not even pip."""
    folder = tmp_path_factory.mktemp("wheel")
    source = folder / "source"
    source.mkdir()
    for name in PACKED:
        if (ROOT / name).is_dir():
            shutil.copytree(ROOT / name, source / name, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(ROOT / name, source / name)
    pip("wheel", "--no-deps", "--wheel-dir", folder, source)
    (wheel,) = folder.glob("*.whl")
    venv.create(folder / "environment", with_pip=False, symlinks=True)
    pip("--python", folder / "environment/bin/python", "install", "--no-deps", wheel)
    return folder / "environment"


@pytest.fixture(scope="module")
def site_packages(environment: Path) -> Path:
    """Where the environment's packages lie."""
    (folder,) = environment.glob("lib/python3.*/site-packages")
    return folder


def test_nothing_but_peephole_lands_in_site_packages(site_packages: Path) -> None:
    assert {path.name for path in site_packages.iterdir()} == {"peephole", f"peephole_lsp-{VERSION}.dist-info"}


def test_peephole_is_a_namespace_of_three_packages(site_packages: Path) -> None:
    assert {path.name for path in (site_packages / "peephole").iterdir()} == {"model", "server", "training"}


@pytest.mark.parametrize(
    "name",
    [
        "model/shipped/model.json",
        "model/shipped/model.onnx",
        "model/shipped/weights.safetensors",
        "model/py.typed",
        "server/samples/Version.java",
        "server/samples/journal.py",
        "server/samples/planted/Version.java",
        "server/samples/planted/journal.py",
        "training/recipes/default.json",
    ],
)
def test_the_wheel_holds(name: str, site_packages: Path) -> None:
    assert (site_packages / "peephole" / name).is_file()


def test_every_module_of_the_checkout_is_in_the_wheel(site_packages: Path) -> None:
    for folder in ("model", "server", "training"):
        written = {path.relative_to(ROOT) for path in (ROOT / folder).rglob("*.py")}
        packed = {
            path.relative_to(site_packages / "peephole") for path in site_packages.rglob(f"peephole/{folder}/**/*.py")
        }
        assert written == packed


def test_both_commands_are_installed(environment: Path) -> None:
    for command in ("peephole", "peephole-train"):
        assert (environment / "bin" / command).is_file()


def test_the_version_is_told_without_any_other_package(environment: Path) -> None:
    result = subprocess.run([environment / "bin/peephole", "--version"], capture_output=True, text=True, check=True)
    assert result.stdout == f"peephole {VERSION}\n"
