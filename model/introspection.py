"""What chosen neurons do on a text: all their signals, from the network that serves, without a second engine.

The runtime gives every layer's h at every step. From h(t−1) and the layer's input all gates follow by one matrix
product, of which the chosen neurons need only their own rows; the cell state follows from c' = f ⊙ c + i ⊙ g,
beginning at the state the text begins in.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from .cell import SIGNALS, Parameters, Signals, gru_update, layer_parameters, lstm_update, peephole_update, sigmoid
from .config import NetworkConfig
from .errors import ModelError
from .predictor import Predictor
from .state import Float32, State


def signal_names(config: NetworkConfig) -> tuple[str, ...]:
    """The signals that the network's cell has."""
    return SIGNALS[config.cell]


def signals(
    predictor: Predictor,
    indices: npt.NDArray[np.uint16],
    state: State,
    *,
    layer: int,
    neurons: Sequence[int],
    names: Sequence[str],
) -> Float32:
    """The named signals of some neurons of one layer after each index: (len(names), len(neurons), T) float32.

    state: batch 1, before the first index. h is the runtime's own, so int8 where that serves; the other signals
    follow from it with the float32 weights. Raises `ModelError` for a layer, neuron or signal that is not there.
    """
    config = predictor.config
    check_request(config, layer, neurons, names)
    chosen = np.asarray(neurons, np.intp)
    hidden = predictor.runtime.hidden_sequence(indices, state)
    found: Signals = {"hidden": hidden[layer][:, chosen]}
    if set(names) != {"hidden"}:
        below = hidden[layer - 1] if layer else predictor.parameters["embedding.weight"][indices]
        before = np.concatenate([state.hidden[layer], hidden[layer][:-1]])[: len(indices)]
        weights = rows_of(config, layer_parameters(predictor.parameters, layer), chosen)
        cell = state.cell[layer][:, chosen] if config.has_cell else state.hidden[layer][:, chosen]
        follow = follow_gru if config.cell == "gru" else follow_lstm
        found = {**follow(weights, below, before, before[:, chosen], cell), **found}
    return np.stack([found[name].T for name in names])


def check_request(config: NetworkConfig, layer: int, neurons: Sequence[int], names: Sequence[str]) -> None:
    """Raise `ModelError` for what this network does not have."""
    if not 0 <= layer < config.layers:
        raise ModelError(f"there is no layer {layer}; this network has layers 0 to {config.layers - 1}")
    for neuron in neurons:
        if not 0 <= neuron < config.hidden_size:
            raise ModelError(f"there is no neuron {neuron}; each layer has neurons 0 to {config.hidden_size - 1}")
    unknown = [name for name in names if name not in signal_names(config)]
    if unknown or not names or not len(neurons):
        known = ", ".join(signal_names(config))
        raise ModelError(f"asked for signals {list(names)} of {len(neurons)} neurons; choose from {known}")


def rows_of(config: NetworkConfig, weights: Parameters, chosen: npt.NDArray[np.intp]) -> Parameters:
    """The layer's parameters cut down to the chosen neurons' rows in every gate; the product's width is G*n."""
    rows = (np.arange(config.gates)[:, None] * config.hidden_size + chosen).ravel()
    return {name: value[:, chosen] if name == "peephole" else value[rows] for name, value in weights.items()}


def follow_lstm(weights: Parameters, below: Float32, before: Float32, hidden: Float32, cell: Float32) -> Signals:
    """Gates, cell and hidden state of n chosen neurons, (T, n) each. below: (T, I); before: (T, H); cell: (1, n)."""
    del hidden
    gates = below @ weights["weight_input"].T + before @ weights["weight_hidden"].T + weights["bias"]
    i, f, g, o = np.split(gates, 4, axis=1)
    peephole = weights.get("peephole")
    if peephole is None:
        return follow_cell(sigmoid(i), sigmoid(f), np.tanh(g), sigmoid(o), cell)
    steps = []
    for t in range(len(gates)):
        steps.append(peephole_update(peephole, i[t : t + 1], f[t : t + 1], g[t : t + 1], o[t : t + 1], cell))
        cell = steps[-1]["cell"]
    empty = np.empty((0, cell.shape[1]), np.float32)
    return {name: np.concatenate([empty, *(step[name] for step in steps)]) for name in SIGNALS["peephole"]}


def follow_cell(i: Float32, f: Float32, g: Float32, o: Float32, cell: Float32) -> Signals:
    """All of an LSTM's signals from its gates (T, n), which do not depend on the cell state (1, n)."""
    cells = np.concatenate([cell, i * g])
    for step in range(len(i)):
        cells[step + 1] += f[step] * cells[step]
    return lstm_update(i, f, g, o, cells[:-1])


def follow_gru(weights: Parameters, below: Float32, before: Float32, hidden: Float32, cell: Float32) -> Signals:
    """Gates and candidate of n chosen neurons, (T, n) each. hidden: (T, n), theirs before each step."""
    del cell
    from_input = np.split(below @ weights["weight_input"].T + weights["bias"], 3, axis=1)
    from_hidden = np.split(before @ weights["weight_hidden"].T + weights["bias_hidden"], 3, axis=1)
    return gru_update(from_input, from_hidden, hidden)
