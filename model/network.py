"""The network in torch: what training differentiates. The only module of `model/` that imports torch.

Equations: LSTM (Hochreiter & Schmidhuber 1997, with the forget gate of Gers et al. 2000), peephole LSTM (Gers &
Schmidhuber 2000, equations 7-9; diagonal peepholes), GRU (Cho et al. 2014 in PyTorch's form: the reset gate acts on
the recurrent product). `cell.py` says the same in numpy; a test compares them.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import cast

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor, nn

from .config import NetworkConfig

TorchState = tuple[Tensor, Tensor]
"""`hidden` and `cell`, each (L, B, H) float32; for a GRU the second is unused and stays zero."""

Recurrence = Callable[[Tensor, "Layer", Tensor, Tensor, Tensor], tuple[Tensor, Tensor, Tensor]]
"""From the input's share of the gates (T, B, G*H), the layer, hidden and cell (B, H) and keep (T, B, 1) to the
layer's outputs (T, B, H) and its last hidden and cell (B, H). `keep` is 0 where a document starts, else 1."""


class Layer(nn.Module):
    """One recurrent layer's parameters; `weight_*` rows go gate by gate (LSTM i, f, g, o; GRU r, z, n)."""

    def __init__(self, config: NetworkConfig, inputs: int) -> None:
        super().__init__()
        gates, size = config.gates, config.hidden_size
        self.weight_input = nn.Parameter(torch.empty(gates * size, inputs))
        self.weight_hidden = nn.Parameter(torch.empty(gates * size, size))
        self.bias = nn.Parameter(torch.zeros(gates * size))
        self.bias_hidden = nn.Parameter(torch.zeros(gates * size)) if config.cell == "gru" else None
        self.peephole = nn.Parameter(torch.zeros(3, size)) if config.cell == "peephole" else None
        self._initialise(config)

    def _initialise(self, config: NetworkConfig) -> None:
        """Orthogonal recurrence per gate (Saxe et al. 2014); forget bias 1 (Jozefowicz et al. 2015)."""
        size, inputs = config.hidden_size, self.weight_input.shape[1]
        nn.init.uniform_(self.weight_input, -1 / math.sqrt(inputs), 1 / math.sqrt(inputs))
        for block in self.weight_hidden.detach().view(config.gates, size, size):
            nn.init.orthogonal_(block)
        if config.has_cell:
            self.bias.detach()[size : 2 * size] = 1.0


def lstm_recurrence(
    gates_input: Tensor, layer: Layer, hidden: Tensor, cell: Tensor, keep: Tensor
) -> tuple[Tensor, Tensor, Tensor]:
    """The plain loop for LSTM and peephole LSTM, differentiated by autograd: the readable twin of the fused one."""
    outputs = []
    for gates_step, keep_step in zip(gates_input, keep, strict=True):
        hidden, cell = hidden * keep_step, cell * keep_step
        gates = gates_step + hidden @ layer.weight_hidden.T
        i, f, g, o = gates.chunk(4, dim=1)
        if layer.peephole is not None:
            i, f = i + layer.peephole[0] * cell, f + layer.peephole[1] * cell
        cell = torch.sigmoid(f) * cell + torch.sigmoid(i) * torch.tanh(g)
        if layer.peephole is not None:
            o = o + layer.peephole[2] * cell
        hidden = torch.sigmoid(o) * torch.tanh(cell)
        outputs.append(hidden)
    return torch.stack(outputs), hidden, cell


def gru_recurrence(
    gates_input: Tensor, layer: Layer, hidden: Tensor, cell: Tensor, keep: Tensor
) -> tuple[Tensor, Tensor, Tensor]:
    """The plain loop for a GRU; `cell` passes through unused."""
    outputs = []
    for gates_step, keep_step in zip(gates_input, keep, strict=True):
        hidden = hidden * keep_step
        recurrent = torch.addmm(cast(Tensor, layer.bias_hidden), hidden, layer.weight_hidden.T)
        (xr, xz, xn), (hr, hz, hn) = gates_step.chunk(3, dim=1), recurrent.chunk(3, dim=1)
        r, z = torch.sigmoid(xr + hr), torch.sigmoid(xz + hz)
        hidden = (1 - z) * torch.tanh(xn + r * hn) + z * hidden
        outputs.append(hidden)
    return torch.stack(outputs), hidden, cell


class Network(nn.Module):
    """Embedding, recurrent layers, output: logits of the next character at every step.

    `recurrence` may replace the plain loop by a faster one with the same result; `dtype` is that of the matrix
    products (parameters and carried state stay float32).
    """

    def __init__(
        self,
        config: NetworkConfig,
        *,
        recurrence: Recurrence | None = None,
        dtype: torch.dtype = torch.float32,
        dropout: float = 0.0,
    ) -> None:
        super().__init__()
        self.config, self.dtype, self.dropout = config, dtype, dropout
        plain = gru_recurrence if config.cell == "gru" else lstm_recurrence
        self.recurrence: Recurrence = recurrence or plain
        self.embedding = nn.Embedding(config.vocabulary_size, config.embedding_size)
        # Uniform within ±0.5: an unbounded (normal) table would widen the constant int8 input range that serving needs.
        nn.init.uniform_(self.embedding.weight, -0.5, 0.5)
        sizes = [config.embedding_size, *[config.hidden_size] * (config.layers - 1)]
        self.layers = nn.ModuleList(Layer(config, size) for size in sizes)
        self.output = nn.Linear(config.hidden_size, config.vocabulary_size)

    def initial_state(self, batch: int) -> TorchState:
        """Zeros: what stands before a document's start token; (L, B, H) each."""
        shape = (self.config.layers, batch, self.config.hidden_size)
        device = self.output.weight.device
        return torch.zeros(shape, device=device), torch.zeros(shape, device=device)

    def forward(
        self, indices: Tensor, state: TorchState | None = None, keep: Tensor | None = None
    ) -> tuple[Tensor, TorchState]:
        """Logits (T, B, V) float32 and the state after the last step, for indices (T, B) int64."""
        steps, batch = indices.shape
        hidden, cell = state if state is not None else self.initial_state(batch)
        if keep is None:
            keep = torch.ones(steps, batch, 1, device=indices.device)
        outputs, last_hidden, last_cell = self.embedding(indices).to(self.dtype), [], []
        for number, module in enumerate(self.layers):
            layer = cast(Layer, module)
            if number and self.dropout:
                outputs = nn.functional.dropout(outputs, self.dropout, self.training)
            gates_input = self._project(outputs, layer.weight_input, layer.bias)
            outputs, h, c = self.recurrence(gates_input, layer, hidden[number], cell[number], keep)
            last_hidden.append(h)
            last_cell.append(c)
        logits = self._project(outputs, self.output.weight, self.output.bias).float()
        return logits, (torch.stack(last_hidden).float(), torch.stack(last_cell).float())

    def _project(self, inputs: Tensor, weight: Tensor, bias: Tensor) -> Tensor:
        """One large product for all steps: (T, B, in) to (T, B, out) in the network's matrix type."""
        flat = inputs.reshape(-1, inputs.shape[-1])
        product = torch.addmm(bias.to(self.dtype), flat, weight.to(self.dtype).T)
        return product.view(*inputs.shape[:-1], -1)

    def load_parameters(self, parameters: Mapping[str, npt.NDArray[np.float32]]) -> None:
        """Takes over parameters by name, as `Checkpoint.parameters` gives them."""
        self.load_state_dict({name: torch.from_numpy(np.array(value)) for name, value in parameters.items()})

    def export_parameters(self) -> dict[str, npt.NDArray[np.float32]]:
        """A copy of the parameters by name, float32, as a checkpoint stores them."""
        return {name: value.detach().float().cpu().numpy().copy() for name, value in self.state_dict().items()}
