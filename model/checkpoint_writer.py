"""Writing a checkpoint folder: whole or not at all, and never over anything that is no checkpoint."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import tempfile
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from types import MappingProxyType

import numpy as np
import numpy.typing as npt
from safetensors.numpy import save as save_tensors

from .calibration import Calibration
from .checkpoint import (
    CARD,
    DESCRIPTION,
    FORMAT,
    GATE,
    GRAPH,
    WEIGHTS,
    Checkpoint,
    WeightsDtype,
    check_parameters,
    load_checkpoint,
)
from .config import NetworkConfig
from .errors import CheckpointError
from .gate import GateParameters
from .vocabulary import Vocabulary


def write_checkpoint(
    folder: Path,
    config: NetworkConfig,
    vocabulary: Vocabulary,
    parameters: Mapping[str, npt.NDArray[np.float32]],
    onnx_bytes: bytes,
    provenance: Mapping[str, object],
    *,
    weights_dtype: WeightsDtype = "float32",
    gate: GateParameters | None = None,
) -> Checkpoint:
    """Write a checkpoint whole or not at all, and give it back as `load_checkpoint` reads it.

    An older checkpoint in the folder is replaced, card and all; a folder that holds anything else is refused with
    a `CheckpointError`, and so is what cannot be written.
    """
    tensors = {name: np.ascontiguousarray(parameters[name], weights_dtype) for name in parameters}
    check_parameters(config, tensors, weights_dtype)
    files = {WEIGHTS: save_tensors(tensors), GRAPH: onnx_bytes}
    if gate is not None:
        gate.check(config.hidden_size)
        files[GATE] = save_tensors(gate.tensors())
    return write_files(folder, Checkpoint(folder, config, vocabulary, provenance, {}, weights_dtype), files)


def add_gate(
    folder: Path, checkpoint: Checkpoint, gate: GateParameters, provenance: Mapping[str, object]
) -> Checkpoint:
    """Write the same network with this gate; `provenance` of the gate is put under "gate". The model's hash changes.

    A calibration is left out: with another gate the evidence is another.

    The folder may be the checkpoint's own; else as for `write_checkpoint`.
    """
    gate.check(checkpoint.config.hidden_size)
    files = {name: checkpoint.read_file(name) for name in (WEIGHTS, GRAPH)}
    files[GATE] = save_tensors(gate.tensors())
    told = {**checkpoint.provenance, "gate": dict(provenance)}
    return write_files(folder, replace(checkpoint, provenance=told, calibration=None), files)


def add_calibration(
    folder: Path, checkpoint: Checkpoint, calibration: Calibration, provenance: Mapping[str, object]
) -> Checkpoint:
    """Write the same model with this calibration; `provenance` of it is put under "calibration".

    The folder may be the checkpoint's own; else as for `write_checkpoint`. The model's hash stays, so does its card.
    """
    told = {**checkpoint.provenance, "calibration": dict(provenance)}
    files = {name: checkpoint.read_file(name) for name in checkpoint.sha256}
    card = checkpoint.folder / CARD
    beside = {CARD: card.read_bytes()} if card.is_file() else {}
    return write_files(folder, replace(checkpoint, provenance=told, calibration=calibration), files, beside)


def write_files(
    folder: Path, described: Checkpoint, files: Mapping[str, bytes], beside: Mapping[str, bytes] = MappingProxyType({})
) -> Checkpoint:
    """Write a checkpoint's files, and the description that records them; `described`: all but its folder and hashes.

    beside: files that are none of the model's, its card.
    """
    description = {
        "format": FORMAT,
        "config": described.config.to_json(),
        "vocabulary": described.vocabulary.to_json(),
        "weights_dtype": described.weights_dtype,
        "files": {
            name: {"bytes": len(data), "sha256": hashlib.sha256(data).hexdigest()} for name, data in files.items()
        },
        "provenance": dict(described.provenance),
    }
    if described.calibration is not None:
        description["calibration"] = described.calibration.to_json()
    text = (json.dumps(description, indent=1, ensure_ascii=True) + "\n").encode()
    try:
        replace_folder(folder, {**files, **beside, DESCRIPTION: text})
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise CheckpointError(f"{folder} cannot be written ({reason}); make room or choose another folder") from error
    return load_checkpoint(folder)


def replace_folder(folder: Path, files: Mapping[str, bytes]) -> None:
    """Put the files in a new folder beside, flush them to the disk, let it take the old one's place."""
    check_replaceable(folder)
    folder.parent.mkdir(parents=True, exist_ok=True)
    fresh = Path(tempfile.mkdtemp(prefix=f".{folder.name}-", dir=folder.parent))
    try:
        fresh.chmod(0o755)
        for name, data in files.items():
            with (fresh / name).open("wb") as file:
                file.write(data)
                file.flush()
                os.fsync(file.fileno())
        if folder.exists():
            swap_folders(folder, fresh)
        else:
            fresh.replace(folder)
    finally:
        shutil.rmtree(fresh, ignore_errors=True)


def check_replaceable(folder: Path) -> None:
    """Raise `CheckpointError` unless the folder is absent, empty, or a checkpoint and nothing else."""
    if folder.is_symlink() or (folder.exists() and not folder.is_dir()):
        raise CheckpointError(f"{folder} is a link or a file; choose a new folder")
    names = {path.name for path in folder.iterdir()} if folder.exists() else set()
    if names and (DESCRIPTION not in names or not names <= {DESCRIPTION, WEIGHTS, GRAPH, GATE, CARD}):
        raise CheckpointError(f"{folder} holds files that are no checkpoint; choose an empty or new folder")


def swap_folders(folder: Path, fresh: Path) -> None:
    """Let the fresh folder take the old one's place, which is deleted; if it cannot, the old one comes back."""
    stale = folder.replace(fresh.with_name(f"{fresh.name}-old"))
    try:
        fresh.replace(folder)
    except BaseException:
        stale.replace(folder)
        raise
    shutil.rmtree(stale)
