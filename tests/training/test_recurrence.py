"""The fused recurrence against its readable twin: same values, same gradients, state reset where documents start."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor, nn

from peephole.model.config import NetworkConfig
from peephole.model.network import Network
from peephole.training.fitting.recurrence import MATRIX, fused_lstm, has_compiler

CONFIG = NetworkConfig(cell="lstm", vocabulary_size=30, embedding_size=16, hidden_size=64, layers=2)
STEPS, BATCH = 12, 4


def _gradients(network: Network) -> tuple[float, dict[str, Tensor]]:
    """Loss and gradients on one fixed batch that carries a state in and has a document's start inside."""
    generator = torch.Generator().manual_seed(3)
    indices = torch.randint(0, 30, (STEPS + 1, BATCH), generator=generator)
    state = (torch.rand(2, BATCH, 64, generator=generator) - 0.5, torch.rand(2, BATCH, 64, generator=generator) - 0.5)
    keep = torch.ones(STEPS, BATCH, 1)
    keep[5, 1] = 0
    logits, _ = network(indices[:-1], state, keep)
    loss = nn.functional.cross_entropy(logits.flatten(0, 1), indices[1:].flatten())
    loss.backward()
    return float(loss.detach()), {name: p.grad for name, p in network.named_parameters() if p.grad is not None}


# torch's compiler imports modules of torch that still use torch.jit, and warns about itself.
@pytest.mark.filterwarnings("ignore:.*torch.jit.*:DeprecationWarning")
@pytest.mark.parametrize(
    "compiled", [False, pytest.param(True, marks=pytest.mark.skipif(not has_compiler(), reason="no compiler"))]
)
def test_fused_recurrence_equals_the_plain_loop_within_bfloat16(compiled: bool) -> None:
    torch.manual_seed(1)
    plain = Network(CONFIG)
    fused = Network(CONFIG, recurrence=fused_lstm(compiled=compiled), dtype=MATRIX)
    fused.load_state_dict(plain.state_dict())
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
