"""Where a run stands: all that its next step depends on, to tensors and back."""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Mapping
from dataclasses import dataclass

from torch import Tensor

from peephole.model.network import Network, TorchState
from peephole.model.vocabulary import Vocabulary

from ..errors import RunError
from .config import RunConfig
from .divergence import Watch
from .networks import network_config
from .optimizer import Optimizers
from .processes import Processes
from .run_folder import RunFolder, Saved

SMOOTHING = 0.99
"""The shown bits per character average over about 1 / (1 - 0.99) = 100 steps."""


@dataclass
class Standing:
    """Network, optimisers and the carried state (L, B, H) of this process's streams, and what is counted.

    bits: smoothed bits per character, of all processes.
    """

    network: Network
    optimizers: Optimizers
    state: TorchState
    watch: Watch
    step: int = 0
    bits: float = math.nan

    def count_step(self, bits: float) -> None:
        """One more step is done, at so many bits per character."""
        self.step += 1
        self.bits = bits if math.isnan(self.bits) else SMOOTHING * self.bits + (1 - SMOOTHING) * bits

    def tensors(self, processes: Processes, streams: int) -> dict[str, Tensor]:
        """Everything by name, the state of all streams among it; all processes must call this together."""
        hidden, cell = (processes.whole_state(part, streams) for part in self.state)
        named = {f"network.{name}": value for name, value in self.network.state_dict().items()}
        return {**named, **self.optimizers.tensors(), "state.hidden": hidden, "state.cell": cell}

    def restore(self, saved: Saved, processes: Processes, config: RunConfig) -> None:
        """Puts back what `tensors` gave, however many processes there were then."""
        tensors, fit = saved.tensors, config.fit
        self.network.load_state_dict(_below("network.", tensors))
        self.optimizers.restore(tensors)
        self.step = int(saved.facts["characters"]) // (fit.streams * fit.bptt_length)
        self.bits, self.watch = float(saved.facts["bits"]), self.watch.resume(saved.facts.get("watch"))
        if tensors["state.hidden"].shape[1] == fit.streams:  # with another number each begins anew, in zeros
            part = processes.part(fit.streams)
            hidden, cell = (tensors[f"state.{name}"][:, part].to(processes.device) for name in ("hidden", "cell"))
            self.state = hidden.contiguous(), cell.contiguous()


def describe(standing: Standing, config: RunConfig, vocabulary: Vocabulary) -> dict[str, str]:
    """What a checkpoint's header says beside the step."""
    return {
        "bits": repr(standing.bits),
        "characters": str(standing.step * config.fit.streams * config.fit.bptt_length),
        "vocabulary": json.dumps(vocabulary.to_json()),
        "watch": standing.watch.to_json(),
        "fingerprint": fingerprint(config, vocabulary),
    }


def fingerprint(config: RunConfig, vocabulary: Vocabulary) -> str:
    """What must not change between resumptions: shapes, vocabulary, optimiser."""
    network = network_config(config, vocabulary).to_json()
    parts = [network, vocabulary.to_json(), config.fit.optimizer]
    return hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()[:16]


def load_saved(folder: RunFolder, vocabulary: Vocabulary) -> Saved | None:
    """The folder's checkpoint, None without one; `RunError` if it belongs to other settings."""
    saved = folder.load()
    if saved is not None and saved.facts.get("fingerprint") != fingerprint(folder.config, vocabulary):
        raise RunError(
            f"{folder.path}: was trained with another network, vocabulary or optimiser; "
            "restore those settings, or start a new run"
        )
    return saved


def _below(prefix: str, tensors: Mapping[str, Tensor]) -> dict[str, Tensor]:
    return {key.removeprefix(prefix): value for key, value in tensors.items() if key.startswith(prefix)}
