"""The sizes of a network, and from them the names and shapes of all its parameters."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Literal, get_args

from .errors import ConfigError

CellKind = Literal["lstm", "peephole", "gru"]
"""LSTM; LSTM whose gates see the cell state (Gers & Schmidhuber 2000); GRU (Cho et al. 2014)."""

LIMITS = {"vocabulary_size": 1 << 16, "embedding_size": 4096, "hidden_size": 8192, "layers": 16}
"""Far above what answers a keystroke in time; they keep a lying file from asking for the whole memory."""


@dataclass(frozen=True)
class NetworkConfig:
    """Sizes of a network; raises `ConfigError` for those that no network can have."""

    cell: CellKind
    vocabulary_size: int
    embedding_size: int
    hidden_size: int
    layers: int

    def __post_init__(self) -> None:
        if self.cell not in get_args(CellKind):
            raise ConfigError(f"cell is {self.cell!r}; it must be one of {', '.join(get_args(CellKind))}")
        for name, limit in LIMITS.items():
            value = getattr(self, name)
            if type(value) is not int or not 1 <= value <= limit:
                raise ConfigError(f"{name} is {value!r}; it must be an integer from 1 to {limit}")

    @property
    def gates(self) -> int:
        """Blocks of rows in a layer's weights: i, f, g, o for LSTMs; r, z, n for a GRU."""
        return 3 if self.cell == "gru" else 4

    @property
    def has_cell(self) -> bool:
        """Whether there is a cell state beside the hidden one; a GRU has none."""
        return self.cell != "gru"

    def to_json(self) -> dict[str, object]:
        """The JSON form that `from_json` reads back."""
        return asdict(self)

    @classmethod
    def from_json(cls, value: object) -> NetworkConfig:
        """The config of `to_json`; `ConfigError` for any other value."""
        names = ["cell", *LIMITS]
        if not isinstance(value, dict) or set(value) != set(names):
            raise ConfigError(f"a network's config is an object with exactly the fields {', '.join(names)}")
        return cls(**value)


def parameter_shapes(config: NetworkConfig) -> dict[str, tuple[int, ...]]:
    """Every parameter's name and shape, in the order in which files hold them."""
    rows, width = config.gates * config.hidden_size, config.hidden_size
    shapes: dict[str, tuple[int, ...]] = {"embedding.weight": (config.vocabulary_size, config.embedding_size)}
    for layer in range(config.layers):
        name = f"layers.{layer}"
        shapes[f"{name}.weight_input"] = (rows, width if layer else config.embedding_size)
        shapes[f"{name}.weight_hidden"] = (rows, width)
        shapes[f"{name}.bias"] = (rows,)
        if config.cell == "gru":
            shapes[f"{name}.bias_hidden"] = (rows,)
        if config.cell == "peephole":
            shapes[f"{name}.peephole"] = (3, width)
    shapes["output.weight"] = (config.vocabulary_size, width)
    shapes["output.bias"] = (config.vocabulary_size,)
    return shapes
