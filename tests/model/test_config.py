"""Sizes that no network can have are refused, and the others say what parameters there are."""

import pytest

from peephole.model.config import LIMITS, CellKind, NetworkConfig, parameter_shapes
from peephole.model.errors import ConfigError


@pytest.mark.parametrize("field", list(LIMITS))
@pytest.mark.parametrize("value", [0, -1, 1.0, "4", None, True])
def test_a_size_that_is_no_positive_integer_is_refused(field: str, value: object) -> None:
    sizes = dict.fromkeys(LIMITS, 4) | {field: value}
    with pytest.raises(ConfigError, match=field):
        NetworkConfig("lstm", **sizes)  # type: ignore[arg-type]


@pytest.mark.parametrize("field", list(LIMITS))
def test_a_size_over_its_limit_is_refused(field: str) -> None:
    NetworkConfig("lstm", **(dict.fromkeys(LIMITS, 1) | {field: LIMITS[field]}))
    with pytest.raises(ConfigError, match=field):
        NetworkConfig("lstm", **(dict.fromkeys(LIMITS, 1) | {field: LIMITS[field] + 1}))


@pytest.mark.parametrize("value", [None, [], {}, {"cell": "lstm"}])
def test_json_that_is_no_config_is_refused(value: object) -> None:
    with pytest.raises(ConfigError, match="exactly the fields"):
        NetworkConfig.from_json(value)


@pytest.mark.parametrize("cell", ["lstm", "peephole", "gru"])
def test_json_brings_a_config_back(cell: CellKind) -> None:
    config = NetworkConfig(cell, 100, 8, 16, 2)
    assert NetworkConfig.from_json(config.to_json()) == config


def test_each_cell_has_its_own_parameters() -> None:
    names = {cell: set(parameter_shapes(NetworkConfig(cell, 9, 3, 4, 2))) for cell in ("lstm", "peephole", "gru")}
    assert names["peephole"] - names["lstm"] == {"layers.0.peephole", "layers.1.peephole"}
    assert names["gru"] - names["lstm"] == {"layers.0.bias_hidden", "layers.1.bias_hidden"}
    gru = parameter_shapes(NetworkConfig("gru", 9, 3, 4, 2))
    assert (gru["layers.0.weight_input"], gru["layers.1.weight_input"]) == ((12, 3), (12, 4))
