"""A fitted gate in whole numbers: what serves, exact because no sum of it can reach 2^24."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from peephole.model.gate import EXACT, HIDDEN_STEPS, LARGEST_INPUT, UNIT_STEPS, GateParameters

from .network import GateNetwork

Float64 = npt.NDArray[np.float64]

LARGEST_WEIGHT = int(np.iinfo(np.int16).max)


def quantise(network: GateNetwork) -> GateParameters:
    """The network's parameters as they are stored: rows of whole numbers that take whole numbers, and their scales."""
    first, first_bias, second, second_bias, spread = (
        tensor.detach().numpy().astype(np.float64)
        for tensor in (
            network.first.weight,
            network.first.bias,
            network.second.weight,
            network.second.bias,
            network.spread,
        )
    )
    hidden_size, units = first.shape[1] - len(spread), len(first)
    first = first / np.concatenate([np.full(hidden_size, HIDDEN_STEPS), spread])
    second = second / np.concatenate([np.full(units, UNIT_STEPS), spread])
    first_whole, first_scale = quantise_rows(first)
    second_whole, second_scale = quantise_rows(second)
    return GateParameters(
        first_whole,
        first_scale,
        first_bias.astype(np.float32),
        second_whole,
        second_scale,
        second_bias.astype(np.float32),
    )


def quantise_rows(matrix: Float64) -> tuple[npt.NDArray[np.int16], npt.NDArray[np.float32]]:
    """Each row as whole numbers, and its scale: matrix ≈ numbers * scale[:, None].

    The numbers are as large as they may be: int16, and no row's sum of absolute values times the largest input
    reaches 2^24.
    """
    columns = matrix.shape[1]
    # Rounding may add a half to each number of a row.
    largest_sum = (EXACT - 1) // LARGEST_INPUT - (columns + 1) // 2
    absolute = np.abs(matrix)
    scale = np.maximum(absolute.max(axis=1) / LARGEST_WEIGHT, absolute.sum(axis=1) / largest_sum)
    scale = np.maximum(scale, np.finfo(np.float32).tiny).astype(np.float32)
    whole = np.clip(np.rint(matrix / scale[:, None]), -LARGEST_WEIGHT, LARGEST_WEIGHT)
    return whole.astype(np.int16), scale
