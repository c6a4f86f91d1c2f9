"""The fast LSTM and peephole LSTM for training: bfloat16 products, everything else of a step in one kernel.

`nn.LSTM` spends about half of its time on two processor cores outside the matrix products. Here a step is one product
and one generated kernel, which writes straight into the buffers that the backward pass reads; the weight gradient is
one large product after the loop instead of T small ones. The readable twin is `peephole.model.network.lstm_recurrence`;
a test compares values and gradients. Peepholes: Gers & Schmidhuber 2000, equations 7-9.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor

from peephole.model.network import Layer, Recurrence

from .activations import sigmoid, tanh
from .kernels import Kernel, Parts, generated, keep_after, steps_of, write
from .product import MATRIX, product_with


def step_forward(
    product: Tensor,
    gates_input: Tensor,
    cell: Tensor,
    keep: Tensor,
    keep_next: Tensor,
    peephole: Tensor | None,
    gates_out: Parts,
    cell_out: Tensor,
    hidden_out: Tensor,
    hidden_next: Tensor,
) -> None:
    """One step's gates, cell and hidden from the two halves of the pre-activations (B, 4H), written into `_out`.

    `hidden_next` is what the next step multiplies: the hidden state, or zeros where a document starts there.
    """
    i, f, g, o = (product.float() + gates_input.float()).chunk(4, 1)
    kept = cell * keep
    if peephole is not None:
        i, f = i + peephole[0] * kept, f + peephole[1] * kept
    i, f, g = sigmoid(i), sigmoid(f), tanh(g)
    cell_new = f * kept + i * g
    if peephole is not None:
        o = o + peephole[2] * cell_new
    o = sigmoid(o)
    hidden = o * tanh(cell_new)
    write(gates_out, (i, f, g, o))
    write((cell_out, hidden_out, hidden_next), (cell_new, hidden, hidden * keep_next))


def step_backward(
    gates: Tensor,
    cell_before: Tensor,
    cell: Tensor,
    keep: Tensor,
    keep_next: Tensor,
    peephole: Tensor | None,
    hidden_grad: Tensor,
    hidden_grad_next: Tensor,
    cell_grad: Tensor,
    gates_grad: Parts,
) -> None:
    """One step of back-propagation: writes `gates_grad` (pre-activation) and carries `cell_grad` one step back."""
    i, f, g, o = gates.float().chunk(4, 1)
    h_grad = hidden_grad.float() + hidden_grad_next.float() * keep_next
    squashed = tanh(cell)
    o_grad = h_grad * squashed * o * (1 - o)
    c_grad = cell_grad * keep_next + h_grad * o * (1 - squashed * squashed)
    if peephole is not None:
        c_grad = c_grad + peephole[2] * o_grad
    i_grad, f_grad = c_grad * g * i * (1 - i), c_grad * (cell_before * keep) * f * (1 - f)
    before_grad = c_grad * f
    if peephole is not None:
        before_grad = before_grad + peephole[0] * i_grad + peephole[1] * f_grad
    write(gates_grad, (i_grad, f_grad, c_grad * i * (1 - g * g), o_grad))
    cell_grad.copy_(before_grad)


def peephole_gradient(gates_grad: Tensor, cells: Tensor, keep: Tensor, out: Tensor) -> None:
    """The three diagonals' gradients (3, H), from those of all gates (T, B, 4H) and all cells (T+1, B, H)."""
    i, f, _, o = gates_grad.float().chunk(4, 2)
    before = cells[:-1] * keep
    write(out.unbind(0), ((i * before).sum((0, 1)), (f * before).sum((0, 1)), (o * cells[1:]).sum((0, 1))))


@dataclass(frozen=True)
class Kernels:
    """The element-wise parts of both directions."""

    forward: Kernel
    backward: Kernel
    peephole_gradient: Kernel


class FusedLSTM(torch.autograd.Function):
    """The whole sequence as one node of the graph; gradients stop at the state that came in (truncated BPTT)."""

    @staticmethod
    def forward(
        ctx: Any, kernels: Kernels, gates_input: Tensor, weight: Tensor, peephole: Tensor | None, *carried: Tensor
    ) -> tuple[Tensor, Tensor, Tensor]:
        hidden, cell, keep = carried
        (steps, batch, _), size, device = gates_input.shape, hidden.shape[1], hidden.device
        gates = torch.empty(steps, batch, 4 * size, dtype=MATRIX, device=device)
        cells = torch.empty(steps + 1, batch, size, device=device)
        outputs = torch.empty(steps, batch, size, dtype=MATRIX, device=device)
        multiplied = torch.empty(steps + 1, batch, size, dtype=MATRIX, device=device)
        multiplied[0], cells[0] = hidden * keep[0], cell
        product, gates_out = product_with(weight, batch), steps_of(gates, 4)
        inputs, diagonals = gates_input.detach(), None if peephole is None else peephole.detach()
        for t, keep_next in enumerate(keep_after(keep)):
            before = inputs[t], cells[t], keep[t], keep_next, diagonals
            after = gates_out[t], cells[t + 1], outputs[t], multiplied[t + 1]
            kernels.forward(product(multiplied[t]), *before, *after)
        ctx.kernels = kernels
        ctx.save_for_backward(weight, peephole, multiplied, cells, gates, keep)
        return outputs, outputs[-1].float(), cells[-1].clone()

    @staticmethod
    def backward(ctx: Any, *grads: Tensor) -> tuple[Tensor | None, ...]:
        weight, peephole, multiplied, cells, gates, keep = ctx.saved_tensors
        steps, batch, size = grads[0].shape
        gates_grad = torch.empty_like(gates)
        hidden_grad = torch.zeros(batch, size, dtype=MATRIX, device=weight.device)
        cell_grad = torch.zeros(batch, size, device=weight.device)
        product, gates_grad_steps = product_with(weight.T, batch), steps_of(gates_grad, 4)
        for t, keep_next in reversed(list(enumerate(keep_after(keep)))):
            seen = gates[t], cells[t], cells[t + 1], keep[t], keep_next, peephole
            ctx.kernels.backward(*seen, grads[0][t], hidden_grad, cell_grad, gates_grad_steps[t])
            hidden_grad = product(gates_grad[t])
        before = multiplied[:-1].reshape(steps * batch, size)
        weight_grad = gates_grad.view(steps * batch, 4 * size).T @ before
        peephole_grad = None if peephole is None else torch.empty_like(peephole)
        if peephole is not None:
            ctx.kernels.peephole_gradient(gates_grad, cells, keep, peephole_grad)
        return None, gates_grad, weight_grad, peephole_grad, None, None, None


def fused_lstm(*, compiled: bool = True) -> Recurrence:
    """The recurrence for `Network(recurrence=..., dtype=torch.bfloat16)`; needs a C++ compiler when `compiled`."""
    kernels = Kernels(
        generated(step_forward, compiled=compiled),
        generated(step_backward, compiled=compiled),
        generated(peephole_gradient, compiled=compiled),
    )

    def recur(
        gates_input: Tensor, layer: Layer, hidden: Tensor, cell: Tensor, keep: Tensor
    ) -> tuple[Tensor, Tensor, Tensor]:
        weight = layer.weight_hidden.to(MATRIX)
        outputs, last_hidden, last_cell = FusedLSTM.apply(  # type: ignore[no-untyped-call]
            kernels, gates_input, weight, layer.peephole, hidden, cell, keep
        )
        return outputs, last_hidden, last_cell

    return recur
