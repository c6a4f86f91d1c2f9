"""The fast LSTM recurrence for training: bfloat16 matrix products, everything else of a step fused into one kernel.

`nn.LSTM` spends about half of its time on two processor cores outside the matrix products. Here a step is one product
and one generated kernel (torch.compile), which writes straight into the buffers that the backward pass reads; the
weight gradient is one large product after the loop instead of T small ones. Its readable twin is
`peephole.model.network.lstm_recurrence`; a test compares values and gradients.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor

from peephole.model.network import Layer, Recurrence

MATRIX = torch.bfloat16
"""Type of the products: with AVX512-BF16 4x the float32 rate (850 against 200 GFLOP/s on two Zen 5 cores)."""

Kernel = Callable[..., None]

Quarters = tuple[Tensor, ...]
"""Views (B, H) of the four gates in one buffer (B, 4H)."""


def step_forward(
    gates: Tensor, cell: Tensor, keep: Tensor, gates_out: Quarters, cell_out: Tensor, hidden_out: Tensor
) -> None:
    """One step's gates, cell and hidden from the pre-activations (B, 4H), written into the three `_out` buffers."""
    i, f, g, o = gates.float().chunk(4, 1)
    activations = torch.sigmoid(i), torch.sigmoid(f), torch.tanh(g), torch.sigmoid(o)
    i, f, g, o = activations
    cell_new = f * (cell * keep) + i * g
    # Four outputs rather than one `cat`: the compiler then makes a single loop, each function computed once.
    for out, value in zip(gates_out, activations, strict=True):
        out.copy_(value)
    cell_out.copy_(cell_new)
    hidden_out.copy_(o * torch.tanh(cell_new))


def step_backward(
    gates: Tensor,
    cell_before: Tensor,
    cell: Tensor,
    keep: Tensor,
    keep_next: Tensor,
    hidden_grad: Tensor,
    hidden_grad_next: Tensor,
    cell_grad: Tensor,
    gates_grad: Quarters,
) -> None:
    """One step of back-propagation: writes `gates_grad` (pre-activation) and carries `cell_grad` one step back."""
    i, f, g, o = gates.float().chunk(4, 1)
    h_grad = hidden_grad.float() + hidden_grad_next.float() * keep_next
    squashed = torch.tanh(cell)
    c_grad = cell_grad * keep_next + h_grad * o * (1 - squashed * squashed)
    i_grad, f_grad = c_grad * g * i * (1 - i), c_grad * (cell_before * keep) * f * (1 - f)
    g_grad, o_grad = c_grad * i * (1 - g * g), h_grad * squashed * o * (1 - o)
    for out, value in zip(gates_grad, (i_grad, f_grad, g_grad, o_grad), strict=True):
        out.copy_(value)
    cell_grad.copy_(c_grad * f)


def _forward(
    kernel: Kernel, gates_input: Tensor, weight: Tensor, hidden: Tensor, cell: Tensor, keep: Tensor
) -> tuple[Tensor, Tensor, Tensor]:
    """All steps: hidden and cell before and after each (T+1, B, H), and the gates (T, B, 4H)."""
    steps, batch, size = len(gates_input), hidden.shape[0], hidden.shape[1]
    device = hidden.device
    hiddens = torch.empty(steps + 1, batch, size, dtype=MATRIX, device=device)
    cells = torch.empty(steps + 1, batch, size, device=device)
    gates = torch.empty(steps, batch, 4 * size, dtype=MATRIX, device=device)
    hiddens[0], cells[0] = hidden, cell
    transposed, keep_matrix = weight.T.contiguous(), keep.to(MATRIX)
    for t in range(steps):
        before = torch.addmm(gates_input[t], hiddens[t] * keep_matrix[t], transposed)
        kernel(before, cells[t], keep[t], gates[t].chunk(4, 1), cells[t + 1], hiddens[t + 1])
    return hiddens, cells, gates


class FusedLSTM(torch.autograd.Function):
    """The whole sequence as one node of the graph; gradients stop at the state that came in (truncated BPTT)."""

    @staticmethod
    def forward(
        ctx: Any, kernels: tuple[Kernel, Kernel], gates_input: Tensor, weight: Tensor, *carried: Tensor
    ) -> tuple[Tensor, Tensor, Tensor]:
        hidden, cell, keep = carried
        hiddens, cells, gates = _forward(kernels[0], gates_input, weight, hidden, cell, keep)
        ctx.kernel = kernels[1]
        ctx.save_for_backward(weight, hiddens, cells, gates, keep)
        return hiddens[1:], hiddens[-1].float(), cells[-1].clone()

    @staticmethod
    def backward(ctx: Any, *grads: Tensor) -> tuple[Tensor | None, ...]:
        weight, hiddens, cells, gates, keep = ctx.saved_tensors
        hidden_grads = grads[0]
        steps, batch, size = hidden_grads.shape
        gates_grad = torch.empty_like(gates)
        hidden_grad = torch.zeros(batch, size, dtype=MATRIX, device=weight.device)
        cell_grad = torch.zeros(batch, size, device=weight.device)
        keep_next = torch.ones_like(keep[0])
        for t in reversed(range(steps)):
            ctx.kernel(
                gates[t],
                cells[t],
                cells[t + 1],
                keep[t],
                keep_next,
                hidden_grads[t],
                hidden_grad,
                cell_grad,
                gates_grad[t].chunk(4, 1),
            )
            hidden_grad, keep_next = torch.mm(gates_grad[t], weight), keep[t]
        before = (hiddens[:-1] * keep.to(MATRIX)).reshape(steps * batch, size)
        weight_grad = gates_grad.view(steps * batch, 4 * size).T @ before
        return None, gates_grad, weight_grad, None, None, None


def fused_lstm(*, compiled: bool = True) -> Recurrence:
    """The recurrence for `Network(recurrence=..., dtype=torch.bfloat16)`; needs a C++ compiler when `compiled`."""
    kernels: tuple[Kernel, Kernel] = (step_forward, step_backward)
    if compiled:
        kernels = (torch.compile(step_forward, dynamic=False), torch.compile(step_backward, dynamic=False))

    def recur(
        gates_input: Tensor, layer: Layer, hidden: Tensor, cell: Tensor, keep: Tensor
    ) -> tuple[Tensor, Tensor, Tensor]:
        weight = layer.weight_hidden.to(MATRIX)
        outputs, last_hidden, last_cell = FusedLSTM.apply(kernels, gates_input, weight, hidden, cell, keep)  # type: ignore[no-untyped-call]
        return outputs, last_hidden, last_cell

    return recur


def has_compiler() -> bool:
    """Whether torch.compile can generate processor code here."""
    return any(shutil.which(name) for name in ("g++", "clang++", "c++"))
