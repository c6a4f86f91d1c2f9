"""The fast GRU for training, as `lstm.py` is for the LSTM: one product and one generated kernel a step.

The readable twin is `peephole.model.network.gru_recurrence` (Cho et al. 2014 in PyTorch's form: the reset gate acts on
the recurrent product); a test compares values and gradients.
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
    bias: Tensor,
    hidden: Tensor,
    keep: Tensor,
    keep_next: Tensor,
    gates_out: Parts,
    hidden_out: Tensor,
    hidden_next: Tensor,
) -> None:
    """One step's gates and hidden from the recurrent product and the input's share, each (B, 3H).

    `gates_out` takes r, z, n and the recurrent share of n, which r multiplies. `hidden` (B, H) float32 is replaced by
    the new state: in bfloat16 alone the roundings of many steps would add up in it. `hidden_next` is what the next step
    multiplies: the hidden state, or zeros where a document starts there.
    """
    hr, hz, hn = (product.float() + bias).chunk(3, 1)
    xr, xz, xn = gates_input.float().chunk(3, 1)
    r, z = sigmoid(xr + hr), sigmoid(xz + hz)
    n = tanh(xn + r * hn)
    new = n + z * (hidden * keep - n)
    write(gates_out, (r, z, n, hn))
    write((hidden_out, hidden_next, hidden), (new, new * keep_next, new))


def step_backward(
    gates: Tensor,
    hidden_before: Tensor,
    keep_next: Tensor,
    hidden_grad: Tensor,
    hidden_grad_next: Tensor,
    carried_grad: Tensor,
    input_grad: Parts,
    recurrent_grad: Parts,
) -> None:
    """One step of back-propagation: writes the gradients of both pre-activations.

    `carried_grad` is the gradient that goes around the product, through z; it is carried one step back.
    """
    r, z, n, hn = gates.float().chunk(4, 1)
    h_grad = hidden_grad.float() + (hidden_grad_next.float() + carried_grad) * keep_next
    n_grad = h_grad * (1 - z) * (1 - n * n)
    z_grad = h_grad * (hidden_before.float() - n) * z * (1 - z)
    r_grad = n_grad * hn * r * (1 - r)
    write(input_grad, (r_grad, z_grad, n_grad))
    write(recurrent_grad, (r_grad, z_grad, n_grad * r))
    carried_grad.copy_(h_grad * z)


@dataclass(frozen=True)
class Kernels:
    """The element-wise parts of both directions."""

    forward: Kernel
    backward: Kernel


class FusedGRU(torch.autograd.Function):
    """The whole sequence as one node of the graph; gradients stop at the state that came in (truncated BPTT)."""

    @staticmethod
    def forward(
        ctx: Any, kernels: Kernels, gates_input: Tensor, weight: Tensor, bias: Tensor, *carried: Tensor
    ) -> tuple[Tensor, Tensor]:
        hidden, keep = carried
        (steps, batch, _), size, device = gates_input.shape, hidden.shape[1], hidden.device
        gates = torch.empty(steps, batch, 4 * size, dtype=MATRIX, device=device)
        outputs = torch.empty(steps, batch, size, dtype=MATRIX, device=device)
        multiplied = torch.empty(steps + 1, batch, size, dtype=MATRIX, device=device)
        multiplied[0], state = hidden * keep[0], hidden.clone()
        product, gates_out = product_with(weight, batch), steps_of(gates, 4)
        inputs, constant = gates_input.detach(), bias.detach()
        for t, keep_next in enumerate(keep_after(keep)):
            before = inputs[t], constant, state, keep[t], keep_next
            kernels.forward(product(multiplied[t]), *before, gates_out[t], outputs[t], multiplied[t + 1])
        ctx.kernels = kernels
        ctx.save_for_backward(weight, multiplied, gates, keep)
        return outputs, state

    @staticmethod
    def backward(ctx: Any, *grads: Tensor) -> tuple[Tensor | None, ...]:
        weight, multiplied, gates, keep = ctx.saved_tensors
        steps, batch, size = grads[0].shape
        input_grad = torch.empty(steps, batch, 3 * size, dtype=MATRIX, device=weight.device)
        recurrent_grad = torch.empty_like(input_grad)
        hidden_grad = torch.zeros(batch, size, dtype=MATRIX, device=weight.device)
        carried_grad = torch.zeros(batch, size, device=weight.device)
        product = product_with(weight.T, batch)
        input_steps, recurrent_steps = steps_of(input_grad, 3), steps_of(recurrent_grad, 3)
        for t, keep_next in reversed(list(enumerate(keep_after(keep)))):
            seen = gates[t], multiplied[t], keep_next, grads[0][t], hidden_grad, carried_grad
            ctx.kernels.backward(*seen, input_steps[t], recurrent_steps[t])
            hidden_grad = product(recurrent_grad[t])
        flat = recurrent_grad.view(steps * batch, 3 * size)
        weight_grad = flat.T @ multiplied[:-1].reshape(steps * batch, size)
        return None, input_grad, weight_grad, flat.sum(0, dtype=torch.float32), None, None


def fused_gru(*, compiled: bool = True) -> Recurrence:
    """The recurrence for `Network(recurrence=..., dtype=torch.bfloat16)`; needs a C++ compiler when `compiled`."""
    kernels = Kernels(generated(step_forward, compiled=compiled), generated(step_backward, compiled=compiled))

    def recur(
        gates_input: Tensor, layer: Layer, hidden: Tensor, cell: Tensor, keep: Tensor
    ) -> tuple[Tensor, Tensor, Tensor]:
        weight = layer.weight_hidden.to(MATRIX)
        outputs, last = FusedGRU.apply(kernels, gates_input, weight, layer.bias_hidden, hidden, keep)  # type: ignore[no-untyped-call]
        return outputs, last, cell

    return recur
