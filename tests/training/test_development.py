"""A look at development files: of however few there are, and where the network computes."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pytest
import torch

from peephole.model.config import NetworkConfig
from peephole.model.network import Network
from peephole.model.vocabulary import ASCII, Vocabulary
from peephole.training.fitting.development import LENGTH, ROWS, DevelopmentSet

VOCABULARY = Vocabulary(("java", "python"), ASCII)


def _network() -> Network:
    return Network(NetworkConfig("lstm", len(VOCABULARY), embedding_size=4, hidden_size=4, layers=1))


def _read(corpus: Path, *texts: str) -> DevelopmentSet:
    folder = corpus / "development" / "java" / "mine"
    folder.mkdir(parents=True)
    for number, text in enumerate(texts):
        (folder / f"{number}.java").write_text(text)
    return DevelopmentSet.read(corpus, VOCABULARY)


@pytest.mark.parametrize("texts", [["int a;\n"], ["class A {}\n", "int b;\n" * 2000, ""]])
def test_one_development_file_is_enough_to_look_at(tmp_path: Path, texts: list[str]) -> None:
    found = _read(tmp_path, *texts)
    assert {name: rows.shape for name, rows in found.rows.items()} == {"java": (ROWS, LENGTH + 1)}
    assert np.all(found.rows["java"][:, 0] == VOCABULARY.start("java"))
    network = _network()
    with torch.no_grad():
        for parameter in network.parameters():
            parameter.zero_()  # each of V characters is as likely as another
    assert found.cross_entropy_bits(network)["java"] == pytest.approx(math.log2(len(VOCABULARY)), abs=1e-4)


def test_without_development_text_nothing_is_looked_at(tmp_path: Path) -> None:
    assert not _read(tmp_path, "", "").rows


def test_development_text_goes_to_the_device_of_the_network(tmp_path: Path) -> None:
    network, found = _network().to("meta"), []

    def note(_module: torch.nn.Module, given: tuple[object, ...]) -> None:
        found.extend(tensor.device.type for tensor in given if isinstance(tensor, torch.Tensor))
        raise InterruptedError

    network.register_forward_pre_hook(note)
    with pytest.raises(InterruptedError):
        _read(tmp_path, "int a;\n").cross_entropy_bits(network)
    assert found == ["meta", "meta"]
