"""A run's folder: configuration, log, and a checkpoint that a kill at any moment leaves whole.

run.toml                  the configuration
log.jsonl                 one line a step; the curves are drawn from it
checkpoint.safetensors    all that the next step depends on; its header says the step
last-good.safetensors     the checkpoint before that, if the loss was calm: where to return to from a divergence
parent/                   the model that the run began with, if it began with one
events/, curve.svg        the log for TensorBoard and for the eye
lock                      held by the one command that trains here

A checkpoint is written beside itself, synced, then renamed.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import torch
from filelock import FileLock, Timeout
from safetensors import SafetensorError, safe_open
from safetensors.torch import save
from torch import Tensor

from peephole.model.checkpoint import DESCRIPTION, LARGEST_DESCRIPTION, Checkpoint, load_checkpoint, read_limited

from ..errors import RunError
from .config import RunConfig, dump_config, load_config
from .durable import put_in_place, write_durably

CHECKPOINT, LAST_GOOD = "checkpoint.safetensors", "last-good.safetensors"
CONFIG, LOCK = "run.toml", "lock"
PARENT, EVENTS, CURVE = "parent", "events", "curve.svg"


@dataclass(frozen=True)
class Saved:
    """A checkpoint as read back: tensors by name, the number of steps done, and facts as strings."""

    tensors: dict[str, Tensor]
    step: int
    facts: dict[str, str]


class RunFolder:
    """Reads and writes one run's folder; create it with `create` or take up an old one with `open`."""

    def __init__(self, path: Path, config: RunConfig) -> None:
        self.path, self.config = path, config

    @classmethod
    def create(cls, path: Path, config: RunConfig, parent: Checkpoint | None = None) -> RunFolder:
        """A new folder, with a copy of the model to begin with; `RunError` if a run stands there already."""
        if (path / CONFIG).exists():
            raise RunError(f"{path}: holds a run already; resume it with `--resume`, or give another folder")
        path.mkdir(parents=True, exist_ok=True)
        if parent is not None:
            _copy_checkpoint(parent, path / PARENT)
        write_durably(path / CONFIG, dump_config(config).encode())  # last: it makes the folder a run
        return cls(path, config)

    @classmethod
    def open(cls, path: Path) -> RunFolder:
        """An existing run; `RunError` if there is none."""
        if not (path / CONFIG).exists():
            raise RunError(f"{path}: holds no run ({CONFIG} is missing); start one with `peephole-train fit`")
        return cls(path, load_config(path / CONFIG))

    @staticmethod
    def holds(path: Path, config: RunConfig) -> bool:
        """Whether a run of just this configuration stands in the folder."""
        return (path / CONFIG).exists() and load_config(path / CONFIG) == config

    def parent(self) -> Checkpoint | None:
        """The model that the run began with; None for a run from random weights."""
        return load_checkpoint(self.path / PARENT) if (self.path / PARENT).exists() else None

    def replace_config(self, config: RunConfig) -> None:
        """Records a changed configuration (a longer run, say) before going on."""
        write_durably(self.path / CONFIG, dump_config(config).encode())
        self.config = config

    def save(self, tensors: Mapping[str, Tensor], *, step: int, facts: Mapping[str, str], calm: bool = True) -> None:
        """Writes the checkpoint durably; the last one stays until the new one is whole.

        If this one is `calm` the last one stays longer, as good: nothing has come of it but a calm loss.
        """
        data = save({name: t.contiguous() for name, t in tensors.items()}, {**facts, "step": str(step)})
        if calm and (self.path / CHECKPOINT).exists():
            put_in_place(self.path / CHECKPOINT, self.path / LAST_GOOD)
        write_durably(self.path / CHECKPOINT, data)

    def keep_some_good(self) -> None:
        """Sees to it that there is a checkpoint to return to, if there is any: the only one, when but one was saved."""
        if (self.path / CHECKPOINT).exists() and not (self.path / LAST_GOOD).exists():
            put_in_place(self.path / CHECKPOINT, self.path / LAST_GOOD)

    def return_to_good(self) -> None:
        """Makes the checkpoint that was kept the one to resume from; `RunError` if there is none."""
        if not (self.path / LAST_GOOD).exists():
            raise RunError(f"{self.path}: {LAST_GOOD} is missing; resume from the last checkpoint, or start anew")
        put_in_place(self.path / LAST_GOOD, self.path / CHECKPOINT)

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


@contextmanager
def held(path: Path) -> Iterator[None]:
    """Hold a run's folder, which is made if need be; `RunError` if somebody trains there. A killed holder lets go."""
    made = not path.exists()
    path.mkdir(parents=True, exist_ok=True)
    lock = FileLock(path / LOCK)
    try:
        lock.acquire(timeout=0)
    except Timeout as error:
        raise RunError(f"{path}: another `fit` is at work there; let it end, or give another folder") from error
    try:
        yield
    finally:
        lock.release()
        if made and [each.name for each in path.iterdir()] == [LOCK]:  # nothing came of the run
            (path / LOCK).unlink()
            path.rmdir()


def _copy_checkpoint(checkpoint: Checkpoint, folder: Path) -> None:
    """A model's files, checked; `model.json` comes last, so a copy cut short is no model."""
    folder.mkdir(exist_ok=True)
    for name in checkpoint.sha256:
        write_durably(folder / name, checkpoint.read_file(name))
    write_durably(folder / DESCRIPTION, read_limited(checkpoint.folder / DESCRIPTION, LARGEST_DESCRIPTION))


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
