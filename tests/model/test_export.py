"""What the exported graph holds: weights that no processor saturates on, and the names the runtime counts on."""

import numpy as np
import onnx
import pytest
from checkpoints import random_parameters, tiny_config
from onnx import numpy_helper

from peephole.model.config import CellKind
from peephole.training.export import LARGEST_WEIGHT, export_onnx, quantise_rows

CELLS = ["lstm", "peephole", "gru"]


@pytest.mark.parametrize("cell", CELLS)
def test_no_sum_of_two_products_leaves_sixteen_bits(cell: CellKind) -> None:
    model = onnx.load_from_string(export_onnx(tiny_config(cell), random_parameters(tiny_config(cell))))
    integers = [numpy_helper.to_array(t) for t in model.graph.initializer if t.data_type == onnx.TensorProto.INT8]
    largest = max(int(np.abs(array.astype(np.int32)).max()) for array in integers)
    assert largest == LARGEST_WEIGHT
    assert 2 * 255 * largest < 1 << 15


@pytest.mark.parametrize("cell", CELLS)
@pytest.mark.parametrize("quantise", [True, False])
def test_only_int8_layers_promise_to_be_chunk_independent(cell: CellKind, quantise: bool) -> None:
    graph = export_onnx(tiny_config(cell), random_parameters(tiny_config(cell)), quantise=quantise)
    model = onnx.load_from_string(graph)
    promised = {entry.key: entry.value for entry in model.metadata_props}["chunk_independent"]
    assert promised == ("true" if quantise and cell != "gru" else "false")


def test_the_same_parameters_give_the_same_bytes() -> None:
    config = tiny_config("peephole")
    assert export_onnx(config, random_parameters(config)) == export_onnx(config, random_parameters(config))


def test_rows_keep_their_own_scale() -> None:
    matrix = np.array([[1, -0.5, 0.25], [1000, 0, -1000], [0, 0, 0]], np.float32)
    integers, scale = quantise_rows(matrix)
    np.testing.assert_allclose(integers * scale[:, None], matrix, atol=8.0, rtol=0.02)
    assert np.abs(integers[0] * scale[0] - matrix[0]).max() <= scale[0] / 2
    assert integers[2].tolist() == [0, 0, 0]
