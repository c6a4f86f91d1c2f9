"""The fused recurrence against its readable twin: same values, same gradients, state reset where documents start."""

from __future__ import annotations

from typing import get_args

import pytest
import torch
from torch import Tensor, nn

from peephole.model.config import CellKind, NetworkConfig
from peephole.model.network import Network
from peephole.training.fitting.recurrence import MATRIX, fused_recurrence, has_compiler
from peephole.training.fitting.recurrence.activations import sigmoid, tanh
from peephole.training.fitting.recurrence.product import product_with

STEPS, BATCH, SIZE = 12, 4, 64


def _twins(cell: CellKind, *, compiled: bool) -> tuple[Network, Network]:
    """The plain and the fused network with the same parameters, none of them zero."""
    torch.manual_seed(1)
    config = NetworkConfig(cell=cell, vocabulary_size=30, embedding_size=16, hidden_size=SIZE, layers=2)
    plain = Network(config)
    for parameter in plain.parameters():
        parameter.detach().add_(torch.randn(parameter.shape) * 0.05)
    fused = Network(config, recurrence=fused_recurrence(cell, compiled=compiled), dtype=MATRIX)
    fused.load_state_dict(plain.state_dict())
    return plain, fused


def _gradients(network: Network) -> tuple[float, dict[str, Tensor]]:
    """Loss and gradients on one fixed batch that carries a state in and has a document's start inside."""
    generator = torch.Generator().manual_seed(3)
    indices = torch.randint(0, 30, (STEPS + 1, BATCH), generator=generator)
    hidden, cell = (torch.rand(2, BATCH, SIZE, generator=generator) - 0.5 for _ in range(2))
    keep = torch.ones(STEPS, BATCH, 1)
    keep[0, 2] = keep[5, 1] = 0
    logits, _ = network(indices[:-1], (hidden, cell), keep)
    loss = nn.functional.cross_entropy(logits.flatten(0, 1), indices[1:].flatten())
    loss.backward()
    return float(loss.detach()), {name: p.grad for name, p in network.named_parameters() if p.grad is not None}


# torch's compiler imports modules of torch that still use torch.jit, and warns about itself.
@pytest.mark.filterwarnings("ignore:.*torch.jit.*:DeprecationWarning")
@pytest.mark.parametrize(
    "compiled", [False, pytest.param(True, marks=pytest.mark.skipif(not has_compiler(), reason="no compiler"))]
)
@pytest.mark.parametrize("cell", get_args(CellKind))
def test_fused_recurrence_equals_the_plain_loop_within_bfloat16(cell: CellKind, compiled: bool) -> None:
    plain, fused = _twins(cell, compiled=compiled)
    (loss, expected), (fused_loss, found) = _gradients(plain), _gradients(fused)
    assert abs(loss - fused_loss) < 2e-3  # bfloat16 has 8 bits of mantissa
    assert found.keys() == expected.keys()
    for name, gradient in expected.items():
        assert float((found[name] - gradient).norm() / gradient.norm()) < 0.02, name


@pytest.mark.parametrize("cell", ["lstm", "peephole", "gru"])
def test_a_reset_inside_a_batch_equals_two_separate_documents(cell: str) -> None:
    torch.manual_seed(2)
    network = Network(NetworkConfig(cell=cell, vocabulary_size=30, embedding_size=8, hidden_size=16, layers=2))  # type: ignore[arg-type]
    indices = torch.randint(0, 30, (10, 1))
    keep = torch.ones(10, 1, 1)
    keep[4] = 0
    together, _ = network(indices, None, keep)
    apart, _ = network(indices[4:])
    assert torch.allclose(together[4:], apart, atol=1e-6)
    assert not torch.allclose(network(indices)[0][4:], apart, atol=1e-4)


def test_tanh_and_sigmoid_as_rational_functions_are_those_of_torch() -> None:
    x = torch.linspace(-40, 40, 80_001)
    assert float((tanh(x) - torch.tanh(x)).abs().max()) < 1e-6
    assert float((sigmoid(x) - torch.sigmoid(x)).abs().max()) < 1e-6


@pytest.mark.parametrize("rows", [1, 3, 64])
def test_a_packed_matrix_multiplies_as_the_plain_one(rows: int) -> None:
    generator = torch.Generator().manual_seed(4)
    weight, x = (torch.randn(n, 48, generator=generator).to(MATRIX) for n in (96, rows))
    assert torch.allclose(product_with(weight, 64)(x).float(), (x.float() @ weight.float().T), atol=0.1, rtol=0.01)
    turned = torch.randn(rows, 96, generator=generator).to(MATRIX)
    found = product_with(weight.T, 64)(turned).float()
    assert torch.allclose(found, turned.float() @ weight.float(), atol=0.1, rtol=0.01)
