"""The house's rules that a machine can check: who may import whom, what imports torch, how long a file may be."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
MODULES = sorted(path for folder in ("model", "server", "training") for path in (ROOT / folder).rglob("*.py"))
MODULES = [path for path in MODULES if "samples" not in path.parts]
NAMES = [str(path.relative_to(ROOT)) for path in MODULES]

ARROWS = {"model": {"model"}, "server": {"server", "model"}, "training": {"training", "model"}}
"""For each folder the folders that it may import from: server -> model <- training, and nothing else."""

HEAVY = {"torch", "onnx"}
"""What only those who train have installed."""

LONGEST_FILE = 350


def imports(path: Path) -> Iterator[str]:
    """The absolute dotted name of everything a module imports, wherever in the module."""
    package = ["peephole", *path.relative_to(ROOT).parent.parts]
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = package[: len(package) - node.level + 1] if node.level else []
            name = ".".join([*base, *([node.module] if node.module else [])])
            yield from (f"{name}.{alias.name}" for alias in node.names)


def test_the_checks_see_the_modules() -> None:
    assert len(MODULES) > 30
    assert "peephole.model.vocabulary.normalise_newlines" in set(imports(ROOT / "server/document.py"))
    assert "peephole.server.settings.Settings" in set(imports(ROOT / "server/service.py"))


@pytest.mark.parametrize("name", NAMES)
def test_imports_follow_the_arrows(name: str) -> None:
    folder = name.split("/")[0]
    targets = {each.split(".")[1] for each in imports(ROOT / name) if each.startswith("peephole.")}
    assert targets <= ARROWS[folder]


@pytest.mark.parametrize("name", [name for name in NAMES if not name.startswith("training")])
def test_torch_is_imported_by_the_network_module_alone(name: str) -> None:
    heavy = {each.split(".")[0] for each in imports(ROOT / name)} & HEAVY
    assert heavy == ({"torch"} if name == "model/network.py" else set())


@pytest.mark.parametrize("name", [name for name in NAMES if not name.startswith("training")])
def test_the_torch_module_is_imported_by_training_alone(name: str) -> None:
    assert not [each for each in imports(ROOT / name) if each.startswith("peephole.model.network")]


@pytest.mark.parametrize("name", NAMES)
def test_no_file_swells(name: str) -> None:
    assert len((ROOT / name).read_text(encoding="utf-8").splitlines()) <= LONGEST_FILE


def test_no_module_of_the_server_loads_torch() -> None:
    names = [name.removesuffix(".py").replace("/", ".") for name in NAMES if name.startswith("server")]
    modules = [f"peephole.{name.removesuffix('.__init__')}" for name in names if not name.endswith("__main__")]
    code = f"import sys, importlib; [importlib.import_module(m) for m in {modules}]; print({HEAVY} & set(sys.modules))"
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert result.stdout == "set()\n", result.stderr
