"""What a training run is told: a TOML file of three tables, read into frozen dataclasses with a default for each."""

from __future__ import annotations

import dataclasses
import math
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal, TypeVar, get_args

from peephole.model.config import CellKind

from ..errors import RunError

Optimizer = Literal["adamw", "muon"]
Precision = Literal["float32", "bfloat16"]
Device = Literal["cpu", "cuda"]


@dataclass(frozen=True)
class NetworkShape:
    """The network without its vocabulary, which comes with the corpus."""

    cell: CellKind = "lstm"
    embedding_size: int = 64
    hidden_size: int = 512
    layers: int = 2


@dataclass(frozen=True)
class DataConfig:
    """Which corpus, and how many of the streams read which language (by share; they need not sum to 1)."""

    corpus: str = "corpus"
    shares: dict[str, float] = field(default_factory=lambda: {"java": 0.5, "python": 0.5})


@dataclass(frozen=True)
class FitConfig:
    """How to train. `characters` is the whole run, over all streams and all resumptions."""

    characters: int = 100_000_000
    streams: int = 64
    bptt_length: int = 128
    optimizer: Optimizer = "muon"
    precision: Precision = "bfloat16"
    compiled: bool = True
    learning_rate: float = 4e-3
    final_share: float = 0.02
    """The cosine ends at this share of the learning rate."""
    warmup_steps: int = 200
    clip_norm: float = 1.0
    weight_decay: float = 0.01
    dropout: float = 0.0
    seed: int = 0
    threads: int = 0
    """Threads of the matrix products; 0 leaves torch's own choice (a resumed run needs the same number)."""
    device: Device = "cpu"
    """Where it is computed; with several processes on graphics cards each takes the one of its local rank."""
    divergence_bits: float = 1.0
    """The run stops when its mean of some 20 steps is so far above its best, and warns at half of that; 0 for never.
    Over 7,292 steps of a healthy run (128 streams) the largest rise was 0.23 bits, in its first hundred 0.2."""
    checkpoint_seconds: float = 120.0
    development_every: int = 1000
    """Steps between looks at the development files; 0 for never."""


@dataclass(frozen=True)
class RunConfig:
    """One run's whole configuration."""

    network: NetworkShape = field(default_factory=NetworkShape)
    data: DataConfig = field(default_factory=DataConfig)
    fit: FitConfig = field(default_factory=FitConfig)

    @property
    def steps(self) -> int:
        """Optimiser steps of the whole run."""
        return max(1, self.fit.characters // (self.fit.streams * self.fit.bptt_length))


T = TypeVar("T", NetworkShape, DataConfig, FitConfig)

DEFAULTS = RunConfig()


def load_config(path: Path, defaults: RunConfig = DEFAULTS) -> RunConfig:
    """The run's configuration; `RunError` names an unknown key, a wrong type or an impossible value."""
    try:
        tables = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise RunError(f"{path}: cannot be read ({error.strerror}); give a TOML file of a run") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise RunError(f"{path}: is not TOML ({error})") from error
    unknown = set(tables) - {"network", "data", "fit"}
    if unknown:
        raise RunError(f"{path}: unknown table {sorted(unknown)}; there are network, data and fit")
    return RunConfig(
        _read_table(defaults.network, tables.get("network", {})),
        _read_table(defaults.data, tables.get("data", {})),
        _read_table(defaults.fit, tables.get("fit", {})),
    )


def _read_table(defaults: T, table: object) -> T:
    """The defaults with one table's values, every one checked against the default's type."""
    if not isinstance(table, dict):
        raise RunError(f"a table of settings is wanted, such as [fit], found {table!r}")
    for key, value in table.items():
        if not hasattr(defaults, key):
            known = ", ".join(f.name for f in dataclasses.fields(defaults))
            raise RunError(f"unknown setting {key!r}; there are {known}")
        _check_type(key, value, getattr(defaults, key))
    config = dataclasses.replace(defaults, **table)
    check_values(config)
    return config


def _check_type(key: str, value: object, default: object) -> None:
    wanted = (int, float) if isinstance(default, float) else (type(default),)
    if not isinstance(value, wanted) or (isinstance(value, bool) and not isinstance(default, bool)):
        raise RunError(f"setting {key!r} is {value!r}; it wants {wanted[-1].__name__}, such as {default!r}")


def check_values(config: NetworkShape | DataConfig | FitConfig) -> None:
    """`RunError` names a setting that no run can have."""
    choices = {"cell": CellKind, "optimizer": Optimizer, "precision": Precision, "device": Device}
    may_be_zero = {
        "threads",
        "divergence_bits",
        "dropout",
        "weight_decay",
        "seed",
        "development_every",
        "warmup_steps",
        "final_share",
    }
    for name, value in vars(config).items():
        if name in choices and value not in get_args(choices[name]):
            raise RunError(f"setting {name!r} is {value!r}; it can be {', '.join(get_args(choices[name]))}")
        if isinstance(value, int | float) and not isinstance(value, bool):
            least = "at least 0" if name in may_be_zero else "more than 0"
            if not 0 <= value < math.inf or (value == 0 and name not in may_be_zero):
                raise RunError(f"setting {name!r} is {value}; it must be {least}")
    if isinstance(config, DataConfig):
        _check_shares(config.shares)
    if isinstance(config, FitConfig) and config.dropout >= 1:
        raise RunError(f"setting 'dropout' is {config.dropout}; it must be less than 1")


def _check_shares(shares: Mapping[str, object]) -> None:
    for language, share in shares.items():
        if isinstance(share, bool) or not isinstance(share, int | float) or not 0 <= share < math.inf:
            raise RunError(f"setting 'shares' gives {language!r} {share!r}; it wants a number from 0 on")
    if not any(shares.values()):
        raise RunError("setting 'shares' gives no language any stream; set at least one above 0")


def dump_config(config: RunConfig) -> str:
    """The configuration as TOML that `load_config` reads back to the same value."""
    lines: list[str] = []
    for table, values in dataclasses.asdict(config).items():
        lines.append(f"[{table}]")
        lines += [f"{key} = {_toml(value)}" for key, value in values.items()]
        lines.append("")
    return "\n".join(lines)


def _toml(value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, dict):
        return "{ " + ", ".join(f"{key} = {_toml(item)}" for key, item in value.items()) + " }"
    if isinstance(value, str):
        escaped = value.replace("\\", "\\\\").replace('"', '\\"')
        return f'"{escaped}"'
    return repr(value)
