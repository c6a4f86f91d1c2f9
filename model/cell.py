"""The cells in plain numpy: what the network is, for reading and for checking the fast twins against.

Every function takes a layer's own `weight_input (G*H, I)`, `weight_hidden (G*H, H)`, `bias (G*H)` and so on from a
checkpoint's parameters. σ is the logistic function, ⊙ the elementwise product.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np
import numpy.typing as npt

from .config import CellKind, NetworkConfig
from .state import Float32, State

Parameters = Mapping[str, Float32]
Signals = dict[str, Float32]
"""Arrays by signal name; which names there are depends on the cell, see `SIGNALS`."""

LSTM_SIGNALS = ("hidden", "cell", "input", "forget", "output", "candidate")
SIGNALS: dict[CellKind, tuple[str, ...]] = {
    "lstm": LSTM_SIGNALS,
    "peephole": LSTM_SIGNALS,
    "gru": ("hidden", "reset", "update", "candidate"),
}

Step = Callable[[Parameters, Float32, Float32, Float32], Signals]


def sigmoid(x: Float32) -> Float32:
    """σ(x) = 1 / (1 + e^−x), written with tanh, which cannot overflow."""
    result: Float32 = np.float32(0.5) * (np.tanh(np.float32(0.5) * x) + np.float32(1))
    return result


def step_lstm(weights: Parameters, entering: Float32, hidden: Float32, cell: Float32) -> Signals:
    """One step of an LSTM (Hochreiter & Schmidhuber 1997; forget gate: Gers, Schmidhuber & Cummins 2000).

    entering: (B, I); hidden and cell: (B, H) of the step before. All signals: (B, H).

        i, f, o = σ(W x + R h + b)      g = tanh(W x + R h + b)
        c' = f ⊙ c + i ⊙ g              h' = o ⊙ tanh(c')
    """
    gates = entering @ weights["weight_input"].T + hidden @ weights["weight_hidden"].T + weights["bias"]
    i, f, g, o = np.split(gates, 4, axis=1)
    return lstm_update(sigmoid(i), sigmoid(f), np.tanh(g), sigmoid(o), cell)


def step_peephole(weights: Parameters, entering: Float32, hidden: Float32, cell: Float32) -> Signals:
    """One step of an LSTM with peepholes (Gers & Schmidhuber 2000): each gate also sees its own cell.

    Shapes as in `step_lstm`. Input and forget gate see c, the output gate sees c':

        i, f = σ(W x + R h + p ⊙ c + b)      o = σ(W x + R h + p ⊙ c' + b)
    """
    gates = entering @ weights["weight_input"].T + hidden @ weights["weight_hidden"].T + weights["bias"]
    i, f, g, o = np.split(gates, 4, axis=1)
    return peephole_update(weights["peephole"], i, f, g, o, cell)


def step_gru(weights: Parameters, entering: Float32, hidden: Float32, cell: Float32) -> Signals:
    """One step of a GRU (Cho et al. 2014, the reset gate applied after the product, as in cuDNN and PyTorch).

    entering: (B, I); hidden: (B, H); cell: (B, H), ignored. All signals: (B, H).

        r, z = σ(W x + b + R h + b')      n = tanh(W x + b + r ⊙ (R h + b'))
        h' = (1 − z) ⊙ n + z ⊙ h
    """
    del cell
    from_input = np.split(entering @ weights["weight_input"].T + weights["bias"], 3, axis=1)
    from_hidden = np.split(hidden @ weights["weight_hidden"].T + weights["bias_hidden"], 3, axis=1)
    return gru_update(from_input, from_hidden, hidden)


def lstm_update(i: Float32, f: Float32, g: Float32, o: Float32, cell: Float32) -> Signals:
    """The signals of a step, given its gates behind their σ and tanh."""
    after = f * cell + i * g
    return {"hidden": o * np.tanh(after), "cell": after, "input": i, "forget": f, "output": o, "candidate": g}


def peephole_update(peephole: Float32, i: Float32, f: Float32, g: Float32, o: Float32, cell: Float32) -> Signals:
    """The signals of a step, given its gates before their σ and tanh. peephole: (3, H), rows i, f, o."""
    i, f, g = sigmoid(i + peephole[0] * cell), sigmoid(f + peephole[1] * cell), np.tanh(g)
    after = f * cell + i * g
    return lstm_update(i, f, g, sigmoid(o + peephole[2] * after), cell)


def gru_update(from_input: list[Float32], from_hidden: list[Float32], hidden: Float32) -> Signals:
    """The signals of a step, given what input and hidden state bring to r, z and n."""
    (xr, xz, xn), (hr, hz, hn) = from_input, from_hidden
    r, z = sigmoid(xr + hr), sigmoid(xz + hz)
    n = np.tanh(xn + r * hn)
    return {"hidden": (1 - z) * n + z * hidden, "reset": r, "update": z, "candidate": n}


STEPS: dict[CellKind, Step] = {"lstm": step_lstm, "peephole": step_peephole, "gru": step_gru}


def layer_parameters(parameters: Parameters, layer: int) -> Parameters:
    """One layer's parameters under their short names."""
    start = f"layers.{layer}."
    return {name.removeprefix(start): value for name, value in parameters.items() if name.startswith(start)}


def signals(
    config: NetworkConfig, parameters: Parameters, indices: npt.NDArray[np.integer], state: State
) -> list[Signals]:
    """Every signal of every layer after each index: a list of L, each signal (T, H). state: batch 1."""
    entering = parameters["embedding.weight"][indices]
    result: list[Signals] = []
    for layer in range(config.layers):
        hidden = state.hidden[layer]
        cell = state.cell[layer] if config.has_cell else np.zeros_like(hidden)
        found = run_layer(config.cell, layer_parameters(parameters, layer), entering, hidden, cell)
        result.append(found)
        entering = found["hidden"]
    return result


def run_layer(kind: CellKind, weights: Parameters, entering: Float32, hidden: Float32, cell: Float32) -> Signals:
    """One layer's signals, (T, H) each, on a sequence (T, I) from a state (1, H)."""
    history: dict[str, list[Float32]] = {name: [] for name in SIGNALS[kind]}
    for step_input in entering:
        found = STEPS[kind](weights, step_input[None], hidden, cell)
        hidden, cell = found["hidden"], found.get("cell", cell)
        for name, values in history.items():
            values.append(found[name])
    empty = np.empty((0, hidden.shape[1]), np.float32)
    return {name: np.concatenate([empty, *values]) for name, values in history.items()}


def read(
    config: NetworkConfig, parameters: Parameters, indices: npt.NDArray[np.integer], state: State
) -> tuple[Float32, State]:
    """Logits (T, V) after each index and the state after the last. indices: (T,), T ≥ 1; state: batch 1."""
    layers = signals(config, parameters, indices, state)
    logits: Float32 = layers[-1]["hidden"] @ parameters["output.weight"].T + parameters["output.bias"]
    hidden = np.stack([found["hidden"][-1:] for found in layers])
    cell = np.stack([found["cell"][-1:] for found in layers]) if config.has_cell else hidden[:0]
    return logits, State(hidden, cell)
