"""tanh and the logistic function as one rational function, within 3e-7.

What torch's compiler generates for `torch.tanh` and `torch.sigmoid` calls a library's exponential, and a step of a
recurrence has five of them to each matrix product; this needs multiplications and one division. An LSTM's kernels for
128 streams of 512 cells take 0.25 ms forwards and 0.13 backwards instead of 0.41 and 0.19 (one Zen 5 core).
"""

from __future__ import annotations

from torch import Tensor

LARGEST = 7.90531110763549805
"""Beyond it tanh is 1 in float32."""

NUMERATOR = (
    -2.76076847742355e-16,
    2.00018790482477e-13,
    -8.60467152213735e-11,
    5.12229709037114e-08,
    1.48572235717979e-05,
    6.37261928875436e-04,
    4.89352455891786e-03,
)
DENOMINATOR = (1.19825839466702e-06, 1.18534705686654e-04, 2.26843463243900e-03, 4.89352518554385e-03)
"""Coefficients of x², highest power first: Eigen's `ptanh_float`, a minimax fit; largest error 3e-7."""


def tanh(x: Tensor) -> Tensor:
    """The hyperbolic tangent of float32."""
    x = x.clamp(-LARGEST, LARGEST)
    square = x * x
    return x * _polynomial(square, NUMERATOR) / _polynomial(square, DENOMINATOR)


def sigmoid(x: Tensor) -> Tensor:
    """The logistic function of float32."""
    return 0.5 + 0.5 * tanh(0.5 * x)


def _polynomial(x: Tensor, coefficients: tuple[float, ...]) -> Tensor:
    """Horner's scheme, highest power first."""
    first, second, *others = coefficients
    value = x * first + second
    for coefficient in others:
        value = value * x + coefficient
    return value
