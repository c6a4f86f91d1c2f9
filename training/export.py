"""The network as an ONNX graph: int8 for serving, float32 for comparison.

Inputs: indices (T, B) int64; hidden (L, B, H) float32; cell (L, B, H) float32, absent for a GRU.
Outputs: logits (T, B, V); hidden_out, cell_out (L, B, H); sequence_{l} (T, B, H), a layer's h at each step.

**Why the int8 result does not depend on how a text was cut.** ONNX Runtime's `DynamicQuantizeLSTM` takes the
scale of its input from the smallest and largest value of the whole call. Two constant columns, −m and +m, with
weights of zero, fix that scale for ever if no value is larger: m is the largest |embedding| for layer 0, and 1
above, since |h| ≤ 1. The recurrent side is quantised step by step anyway. The output layer is the same in every
row because its scale is a constant and its sums are integers.

**Why 7-bit weights.** Processors without VNNI add two products of u8 x s8 into 16 bits and saturate; with
weights in −63..63 the sum 2 · 255 · 63 fits (ONNX Runtime's `reduce_range`).

ONNX orders the gates i, o, f, c (LSTM) and z, r, h (GRU); checkpoints have PyTorch's i, f, g, o and r, z, n.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt
import onnx
from onnx import TensorProto, helper, numpy_helper

from peephole.model.config import NetworkConfig

Float32 = npt.NDArray[np.float32]
Parameters = Mapping[str, Float32]

GATE_ORDER = {"lstm": (0, 3, 1, 2), "peephole": (0, 3, 1, 2), "gru": (1, 0, 2)}
PEEPHOLE_ORDER = (0, 2, 1)
"""ONNX wants input, output, forget; a checkpoint's rows are input, forget, output."""

LARGEST_WEIGHT = 63
HIDDEN_SCALE, HIDDEN_ZERO = np.float32(1 / 127), 128
"""h lies in −1..1: 255 even steps about an exact zero."""

CHUNK_INDEPENDENT = "chunk_independent"
"""Key in the graph's metadata: whether any cutting of a text gives the same bits."""

OPSET, CONTRIB_OPSET, IR_VERSION = 17, 1, 8
"""The oldest that hold every operator used here, so that older ONNX Runtimes can read the graph."""


@dataclass
class Graph:
    """Nodes and constants on the way to becoming a model."""

    nodes: list[onnx.NodeProto] = field(default_factory=list)
    constants: list[onnx.TensorProto] = field(default_factory=list)

    def constant(self, name: str, value: npt.NDArray[np.generic]) -> str:
        """Name of a constant tensor."""
        self.constants.append(numpy_helper.from_array(np.ascontiguousarray(value), name))
        return name

    def node(self, operator: str, inputs: list[str], outputs: str | list[str], **attributes: Any) -> str:
        """Name of the node's first output."""
        names = [outputs] if isinstance(outputs, str) else outputs
        self.nodes.append(helper.make_node(operator, inputs, names, **attributes))
        return names[0]


def export_onnx(config: NetworkConfig, parameters: Parameters, *, quantise: bool = True) -> bytes:
    """The serialised graph; `quantise` means int8 wherever ONNX Runtime can (a GRU's layers stay float32)."""
    graph = Graph()
    int8_layers = quantise and config.cell != "gru"
    sequence = embed(graph, parameters, bounded=int8_layers)
    initial = split_states(graph, config)
    for layer in range(config.layers):
        build = add_gru if config.cell == "gru" else add_int8_lstm if int8_layers else add_lstm
        sequence = build(graph, config, parameters, layer, sequence, initial)
    join_states(graph, config)
    (add_int8_output if quantise else add_output)(graph, parameters, sequence)
    return serialise(graph, config, chunk_independent=int8_layers)


def embed(graph: Graph, parameters: Parameters, *, bounded: bool) -> str:
    """The embedded characters (T, B, E), with the two bounding columns where layers are int8."""
    table = parameters["embedding.weight"]
    if bounded:
        bound = np.full((len(table), 1), max(float(np.abs(table).max()), 1e-6), np.float32)
        table = np.concatenate([table, -bound, bound], axis=1)
        one = np.ones((len(table), 1), np.float32)
        graph.node("Gather", [graph.constant("bounds", np.concatenate([-one, one], axis=1)), "indices"], "bounding")
    return graph.node("Gather", [graph.constant("embedding", table), "indices"], "embedded")


def split_states(graph: Graph, config: NetworkConfig) -> dict[str, list[str]]:
    """Names of each layer's initial hidden and cell state, (1, B, H) each."""
    kinds = ["hidden", "cell"] if config.has_cell else ["hidden"]
    names = {kind: [f"{kind}_in_{layer}" for layer in range(config.layers)] for kind in kinds}
    for kind in kinds:
        graph.node("Split", [kind], names[kind], axis=0)
    graph.constant("direction_axis", np.array([1], np.int64))
    return names


def join_states(graph: Graph, config: NetworkConfig) -> None:
    """Name the stacked states of all layers as outputs."""
    for kind in ["hidden", "cell"] if config.has_cell else ["hidden"]:
        parts = [f"{kind}_out_{layer}" for layer in range(config.layers)]
        graph.node("Concat", parts, f"{kind}_out", axis=0)


def reorder(array: Float32, order: tuple[int, ...]) -> Float32:
    """The blocks of rows in another order."""
    blocks = array.reshape(len(order), -1, *array.shape[1:])
    return blocks[list(order)].reshape(array.shape)


@dataclass(frozen=True)
class LayerWeights:
    """A layer's weights in ONNX's order: weight_input (G*H, I), weight_hidden (G*H, H), bias (1, 2*G*H)."""

    weight_input: Float32
    weight_hidden: Float32
    bias: Float32
    peephole: Float32 | None


def layer_weights(config: NetworkConfig, parameters: Parameters, layer: int) -> LayerWeights:
    """A layer's weights, reordered."""
    name, order = f"layers.{layer}", GATE_ORDER[config.cell]
    bias = parameters[f"{name}.bias"]
    second = parameters.get(f"{name}.bias_hidden", np.zeros_like(bias))
    peephole = parameters.get(f"{name}.peephole")
    return LayerWeights(
        reorder(parameters[f"{name}.weight_input"], order),
        reorder(parameters[f"{name}.weight_hidden"], order),
        np.concatenate([reorder(bias, order), reorder(second, order)])[None],
        None if peephole is None else peephole[list(PEEPHOLE_ORDER)].reshape(1, -1),
    )


def float32_inputs(graph: Graph, weights: LayerWeights, layer: int, sequence: str) -> list[str]:
    """What ONNX's LSTM and GRU take alike, in their order: X, W, R, B, and no lengths of sequences."""
    return [
        sequence,
        graph.constant(f"weight_input_{layer}", weights.weight_input[None]),
        graph.constant(f"weight_hidden_{layer}", weights.weight_hidden[None]),
        graph.constant(f"bias_{layer}", weights.bias),
        "",
    ]


def add_lstm(
    graph: Graph,
    config: NetworkConfig,
    parameters: Parameters,
    layer: int,
    sequence: str,
    initial: dict[str, list[str]],
) -> str:
    """A float32 LSTM layer; name of its h at every step."""
    weights = layer_weights(config, parameters, layer)
    inputs = [*float32_inputs(graph, weights, layer, sequence), initial["hidden"][layer], initial["cell"][layer]]
    if weights.peephole is not None:
        inputs.append(graph.constant(f"peephole_{layer}", weights.peephole))
    outputs = [f"directed_{layer}", f"hidden_out_{layer}", f"cell_out_{layer}"]
    graph.node("LSTM", inputs, outputs, hidden_size=config.hidden_size)
    return graph.node("Squeeze", [outputs[0], "direction_axis"], f"sequence_{layer}")


def add_gru(
    graph: Graph,
    config: NetworkConfig,
    parameters: Parameters,
    layer: int,
    sequence: str,
    initial: dict[str, list[str]],
) -> str:
    """A float32 GRU layer; name of its h at every step. ONNX Runtime has no int8 GRU."""
    weights = layer_weights(config, parameters, layer)
    inputs = [*float32_inputs(graph, weights, layer, sequence), initial["hidden"][layer]]
    outputs = [f"directed_{layer}", f"hidden_out_{layer}"]
    graph.node("GRU", inputs, outputs, hidden_size=config.hidden_size, linear_before_reset=1)
    return graph.node("Squeeze", [outputs[0], "direction_axis"], f"sequence_{layer}")


def add_int8_lstm(
    graph: Graph,
    config: NetworkConfig,
    parameters: Parameters,
    layer: int,
    sequence: str,
    initial: dict[str, list[str]],
) -> str:
    """An int8 LSTM layer on an input with two more, bounding, columns; name of its h at every step."""
    weights = layer_weights(config, parameters, layer)
    if layer:
        sequence = graph.node("Concat", [sequence, "bounding"], f"bounded_{layer}", axis=2)
    padded = np.pad(weights.weight_input, ((0, 0), (0, 2)))
    bias = graph.constant(f"bias_{layer}", weights.bias)
    inputs = [sequence, "", "", bias, "", initial["hidden"][layer], initial["cell"][layer], ""]
    if weights.peephole is not None:
        inputs[7] = graph.constant(f"peephole_{layer}", weights.peephole)
    for place, kind, matrix in ((1, "input", padded), (2, "hidden", weights.weight_hidden)):
        quantised, scale = quantise_rows(matrix)
        inputs[place] = graph.constant(f"weight_{kind}_{layer}", quantised.T[None])
        inputs.append(graph.constant(f"weight_{kind}_scale_{layer}", scale[None]))
        inputs.append(graph.constant(f"weight_{kind}_zero_{layer}", np.zeros((1, len(scale)), np.int8)))
    outputs = [f"directed_{layer}", f"hidden_out_{layer}", f"cell_out_{layer}"]
    graph.node("DynamicQuantizeLSTM", inputs, outputs, domain="com.microsoft", hidden_size=config.hidden_size)
    return graph.node("Squeeze", [outputs[0], "direction_axis"], f"sequence_{layer}")


def quantise_rows(matrix: Float32) -> tuple[npt.NDArray[np.int8], Float32]:
    """Each row as integers up to `LARGEST_WEIGHT`, and its scale: matrix ≈ integers * scale[:, None]."""
    largest = np.maximum(np.abs(matrix).max(axis=1), np.float32(1e-12))
    scale = (largest / LARGEST_WEIGHT).astype(np.float32)
    return np.rint(matrix / scale[:, None]).astype(np.int8), scale


def add_output(graph: Graph, parameters: Parameters, sequence: str) -> None:
    """A float32 read-out of the last layer."""
    weight = graph.constant("output_weight", parameters["output.weight"].T)
    product = graph.node("MatMul", [sequence, weight], "output_product")
    graph.node("Add", [product, graph.constant("output_bias", parameters["output.bias"])], "logits")


def add_int8_output(graph: Graph, parameters: Parameters, sequence: str) -> None:
    """A read-out in integers: exact sums, so one row's logits never depend on the rows beside it."""
    weights, scale = quantise_rows(parameters["output.weight"])
    zero = graph.constant("hidden_zero", np.array(HIDDEN_ZERO, np.uint8))
    unit = graph.constant("hidden_scale", np.array(HIDDEN_SCALE))
    integers = graph.node("QuantizeLinear", [sequence, unit, zero], "hidden_integers")
    weight = graph.constant("output_weight", weights.T)
    sums = graph.node("MatMulInteger", [integers, weight, zero], "output_sums")
    real = graph.node("Cast", [sums], "output_real", to=TensorProto.FLOAT)
    scaled = graph.node("Mul", [real, graph.constant("output_scale", scale * HIDDEN_SCALE)], "output_scaled")
    graph.node("Add", [scaled, graph.constant("output_bias", parameters["output.bias"])], "logits")


def serialise(graph: Graph, config: NetworkConfig, *, chunk_independent: bool) -> bytes:
    """The bytes of the checked model."""
    real, state = TensorProto.FLOAT, (config.layers, "B", config.hidden_size)
    kinds = ["hidden", "cell"] if config.has_cell else ["hidden"]
    inputs = [helper.make_tensor_value_info("indices", TensorProto.INT64, ["T", "B"])]
    inputs += [helper.make_tensor_value_info(kind, real, state) for kind in kinds]
    outputs = [helper.make_tensor_value_info("logits", real, ["T", "B", config.vocabulary_size])]
    outputs += [helper.make_tensor_value_info(f"{kind}_out", real, state) for kind in kinds]
    outputs += [
        helper.make_tensor_value_info(f"sequence_{layer}", real, ["T", "B", config.hidden_size])
        for layer in range(config.layers)
    ]
    body = helper.make_graph(graph.nodes, "peephole", inputs, outputs, graph.constants)
    opsets = [helper.make_opsetid("", OPSET), helper.make_opsetid("com.microsoft", CONTRIB_OPSET)]
    model = helper.make_model(body, opset_imports=opsets, ir_version=IR_VERSION, producer_name="peephole")
    helper.set_model_props(model, {CHUNK_INDEPENDENT: "true" if chunk_independent else "false"})
    onnx.checker.check_model(model)
    return bytes(model.SerializeToString())
