"""Weights are learnt from what real code says behind `return`."""

from __future__ import annotations

import importlib.util
from pathlib import Path

import pytest
import torch

from peephole.model import return_weights
from peephole.model.predictor import Predictor
from peephole.model.returns import Returns
from peephole.model.runtime import Runtime
from peephole.training.cli import main
from peephole.training.gate.repositories import find_repositories
from peephole.training.return_weights.examples import read_examples
from peephole.training.return_weights.fit import Problem, fitted
from tests.checkpoints import write_tiny_checkpoint

JAVA = """class Shelf%d {
    private int size;
    String label;
    boolean isEmpty() { return true; }
    boolean isFull(int other) { return false; }
    int getSize() { return size; }
    String getLabel() { return label; }
}
"""
PYTHON = """class Shelf%d:
    def is_empty(self) -> bool:
        return True

    def get(self, item):
        return item
"""


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_tiny_checkpoint(tmp_path_factory.mktemp("weights") / "model", gate=True).folder


@pytest.fixture
def code(tmp_path: Path) -> Path:
    for number in range(8):
        folder = tmp_path / "code" / f"r{number}"
        folder.mkdir(parents=True)
        (folder / "A.java").write_text(JAVA % number)
        (folder / "a.py").write_text(PYTHON % number)
    return tmp_path / "code"


def test_what_is_fitted_is_what_serves(model: Path, code: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from peephole.model.checkpoint import load_checkpoint

    predictor = Predictor(Runtime(load_checkpoint(model)), hinting=False)
    repositories = find_repositories([code], "java")
    examples = read_examples(predictor, "java", repositories, [[0]] * len(repositories))
    problem = Problem(examples, predictor.vocabulary)
    found = problem.fit(torch.ones(len(examples), dtype=torch.bool))
    numbers = fitted(problem.names, found)
    monkeypatch.setitem(return_weights.WEIGHTS, "java", numbers.weights)
    monkeypatch.setitem(return_weights.OPEN, "java", numbers.open)
    monkeypatch.setitem(return_weights.TRUST, "java", numbers.trust)
    served = Predictor(predictor.runtime)
    returns = Returns(served.vocabulary, "java")
    text = JAVA % 0
    bits, _ = served.read(served.start("java"), text)
    costs = problem.costs(*found).detach().numpy()
    places = [at for at, example in enumerate(examples) if example.repository == 0]
    offsets = [examples[at].place.offset + len(examples[at].place.before + examples[at].place.word) for at in places]
    assert returns.trust(examples[places[0]].place) == numbers.trust[0]
    assert costs[places] / 0.6931472 == pytest.approx(bits[offsets], abs=1e-3)
    assert costs.sum() < 0.5 * float(problem.costs_without().sum())
    assert numbers.weights["truth:true"] > 0 > numbers.weights["number:true"]


def test_the_command_writes_a_module_like_the_one_that_serves(model: Path, code: Path, tmp_path: Path) -> None:
    out = tmp_path / "weights.py"
    assert main(["return-weights", str(code), "--model", str(model), "--out", str(out)]) == 0
    spec = importlib.util.spec_from_file_location("written_weights", out)
    assert spec is not None
    assert spec.loader is not None
    written = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(written)
    assert written.__doc__ == return_weights.__doc__
    for name in ("WEIGHTS", "OPEN", "TRUST"):
        assert set(getattr(written, name)) == set(getattr(return_weights, name)) == {"java", "python"}
    assert [len(row) for row in written.TRUST.values()] == [len(row) for row in return_weights.TRUST.values()]
