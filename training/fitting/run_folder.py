"""A run's folder: configuration, log, and a checkpoint that a kill at any moment leaves whole.

`checkpoint.safetensors` holds everything that the next step depends on (parameters, optimiser moments, the streams'
carried state, the random generator), its header the step; it is written beside itself, synced, then renamed.
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save
from torch import Tensor

from ..errors import RunError
from .config import RunConfig, dump_config, load_config

CHECKPOINT = "checkpoint.safetensors"
CONFIG = "run.toml"
LOG = "log.jsonl"


@dataclass(frozen=True)
class Saved:
    """A checkpoint as read back: tensors by name, the number of steps done, and facts as strings."""

    tensors: dict[str, Tensor]
    step: int
    facts: dict[str, str]


def write_durably(path: Path, data: bytes) -> None:
    """Replaces a file so that, whatever happens, either the old or the new content stands there whole."""
    part = path.with_name(path.name + ".part")
    with part.open("wb") as stream:
        stream.write(data)
        stream.flush()
        os.fsync(stream.fileno())
    part.replace(path)
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


class RunFolder:
    """Reads and writes one run's folder; create it with `create` or take up an old one with `open`."""

    def __init__(self, path: Path, config: RunConfig) -> None:
        self.path, self.config = path, config

    @classmethod
    def create(cls, path: Path, config: RunConfig) -> RunFolder:
        """A new folder; `RunError` if a run stands there already."""
        if (path / CONFIG).exists():
            raise RunError(f"{path}: holds a run already; resume it with `--resume`, or give another folder")
        path.mkdir(parents=True, exist_ok=True)
        write_durably(path / CONFIG, dump_config(config).encode())
        return cls(path, config)

    @classmethod
    def open(cls, path: Path) -> RunFolder:
        """An existing run; `RunError` if there is none."""
        if not (path / CONFIG).exists():
            raise RunError(f"{path}: holds no run ({CONFIG} is missing); start one with `peephole-train fit`")
        return cls(path, load_config(path / CONFIG))

    def replace_config(self, config: RunConfig) -> None:
        """Records a changed configuration (a longer run, say) before going on."""
        write_durably(self.path / CONFIG, dump_config(config).encode())
        self.config = config

    def save(self, tensors: Mapping[str, Tensor], *, step: int, facts: Mapping[str, str]) -> None:
        """Writes the checkpoint durably; the last one stays until the new one is whole."""
        data = save({name: t.contiguous() for name, t in tensors.items()}, {**facts, "step": str(step)})
        write_durably(self.path / CHECKPOINT, data)

    def load(self) -> Saved | None:
        """The last checkpoint, None if none was written yet; `RunError` if it does not parse."""
        path = self.path / CHECKPOINT
        if not path.exists():
            return None
        try:
            with safe_open(path, "pt") as reader:
                facts = dict(reader.metadata() or {})
                tensors = {name: reader.get_tensor(name) for name in reader.keys()}  # noqa: SIM118 (no mapping)
            return Saved(tensors, int(facts.pop("step")), facts)
        except (SafetensorError, KeyError, ValueError) as error:
            raise RunError(f"{path}: is not a checkpoint of a run ({error}); start anew in another folder") from error

    def log(self, record: Mapping[str, float | int | str]) -> None:
        """Appends one line to the log."""
        with (self.path / LOG).open("a", encoding="utf-8") as stream:
            stream.write(json.dumps(record) + "\n")

    def truncate_log(self, characters: int) -> None:
        """Drops the lines after so many characters: a resumed run writes them again."""
        path = self.path / LOG
        if path.exists():
            kept = [line for line in path.read_text().splitlines() if _characters_of(line) <= characters]
            write_durably(path, "".join(line + "\n" for line in kept).encode())


def _characters_of(line: str) -> float:
    """The characters seen that a log line speaks of; infinity for a line cut short by a kill."""
    try:
        return float(json.loads(line)["characters"])
    except (ValueError, KeyError, TypeError):
        return float("inf")


def flatten_optimizer(name: str, optimizer: torch.optim.Optimizer) -> dict[str, Tensor]:
    """The optimiser's per-parameter state as named tensors (step counts included)."""
    state = optimizer.state_dict()["state"]
    return {
        f"optimizer.{name}.{number}.{key}": torch.as_tensor(value)
        for number, values in state.items()
        for key, value in values.items()
    }


def restore_optimizer(name: str, optimizer: torch.optim.Optimizer, tensors: Mapping[str, Tensor]) -> None:
    """Puts back what `flatten_optimizer` took."""
    whole = optimizer.state_dict()
    state: dict[int, dict[str, Tensor]] = {}
    prefix = f"optimizer.{name}."
    for key, tensor in tensors.items():
        if key.startswith(prefix):
            number, _, entry = key.removeprefix(prefix).partition(".")
            state.setdefault(int(number), {})[entry] = tensor
    optimizer.load_state_dict({**whole, "state": state})
