"""A trained network as a folder of three or four files, none of which is believed before it is checked.

    model.json            format version, config, vocabulary, size and SHA-256 of the others, provenance
    weights.safetensors   the parameters, the truth; float16 on disk where `weights_dtype` says so
    model.onnx            the graph that serves, int8
    gate.safetensors      how far to trust the memories; may be absent: then the network stands alone

Sizes and hashes guard against truncation and mix-ups, not against an adversary who writes all the files:
those are parsed by safetensors and ONNX Runtime only, never unpickled.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import numpy as np
import numpy.typing as npt
from safetensors import SafetensorError
from safetensors.numpy import load as load_tensors

from .calibration import Calibration
from .config import NetworkConfig, parameter_shapes
from .errors import (
    CheckpointMalformed,
    CheckpointMismatch,
    CheckpointMissing,
    CheckpointTampered,
    CheckpointVersion,
    ModelError,
)
from .gate import GateParameters
from .vocabulary import Vocabulary

FORMAT = 1
DESCRIPTION, WEIGHTS, GRAPH, GATE = "model.json", "weights.safetensors", "model.onnx", "gate.safetensors"
CARD = "CARD.md"
"""Written beside the three by `peephole-train card`; it describes one model, so it goes when that is replaced."""
LARGEST_DESCRIPTION = 4 << 20
"""Bytes of `model.json`: the largest vocabulary takes under 1 MiB of it."""
LARGEST_FILE = 1 << 30
"""Bytes of any other file: 30 times the largest network that answers in time."""

Parameters = dict[str, npt.NDArray[np.float32]]
WeightsDtype = Literal["float32", "float16"]


@dataclass(frozen=True)
class Checkpoint:
    """A folder whose files had the recorded sizes and hashes when it was loaded."""

    folder: Path
    config: NetworkConfig
    vocabulary: Vocabulary
    provenance: Mapping[str, object]
    sha256: Mapping[str, str]
    weights_dtype: WeightsDtype = "float32"
    calibration: Calibration | None = None
    """How much evidence makes a place improbable; part of the description, not of the model's hash."""

    @property
    def model_hash(self) -> str:
        """Twelve hex digits that name this model: the same config, vocabulary and files give the same."""
        identity = [self.config.to_json(), self.vocabulary.to_json(), dict(self.sha256)]
        return hashlib.sha256(json.dumps(identity, sort_keys=True).encode()).hexdigest()[:12]

    def parameters(self) -> Parameters:
        """All parameters as float32, checked against the config; `CheckpointMismatch` where they differ."""
        try:
            tensors = load_tensors(self.read_file(WEIGHTS))
        except (SafetensorError, KeyError) as error:  # a KeyError names a type that numpy does not have, as BF16
            raise CheckpointMismatch(f"{WEIGHTS} cannot be read as tensors: {error}; export it again") from error
        check_parameters(self.config, tensors, self.weights_dtype)
        return {name: tensor.astype(np.float32) for name, tensor in tensors.items()}

    def gate(self) -> GateParameters | None:
        """How far to trust the memories, None if nobody fitted that; `CheckpointMismatch` for what is no gate."""
        if GATE not in self.sha256:
            return None
        try:
            tensors = load_tensors(self.read_file(GATE))
        except (SafetensorError, KeyError) as error:
            raise CheckpointMismatch(f"{GATE} cannot be read as tensors: {error}; fit it again") from error
        return GateParameters.from_tensors(tensors, self.config.hidden_size)

    def graph(self) -> bytes:
        """The bytes of the ONNX graph, hashed again as they are read."""
        return self.read_file(GRAPH)

    def read_file(self, name: str) -> bytes:
        """The bytes of one file; `CheckpointTampered` if it changed after the checkpoint was loaded."""
        data = read_limited(self.folder / name, LARGEST_FILE)
        if hashlib.sha256(data).hexdigest() != self.sha256[name]:
            raise CheckpointTampered(f"{name} is not the file that {DESCRIPTION} records; export the model again")
        return data


def shipped_checkpoint_folder() -> Path:
    """Where the package keeps the model that it ships; the folder may be absent in a development checkout."""
    return Path(__file__).parent / "shipped"


def load_checkpoint(folder: Path) -> Checkpoint:
    """The checkpoint in a folder, after its sizes and hashes were found right; else a `CheckpointError`."""
    try:
        return read_checkpoint(folder)
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise CheckpointMissing(f"{folder} cannot be read ({reason}); look at its path and rights") from error


def read_checkpoint(folder: Path) -> Checkpoint:
    """`load_checkpoint` for a folder that can be read; `OSError` if the system refuses."""
    if not folder.is_dir():
        raise CheckpointMissing(f"{folder} is no folder; a checkpoint is one with a {DESCRIPTION}")
    description = parse_description(read_limited(folder / DESCRIPTION, LARGEST_DESCRIPTION))
    dtype = description["weights_dtype"]
    if dtype not in ("float32", "float16"):
        raise CheckpointMalformed(f"weights_dtype is {dtype!r}; expected float32 or float16")
    try:
        config = NetworkConfig.from_json(description["config"])
        vocabulary = Vocabulary.from_json(description["vocabulary"])
    except ModelError as error:
        raise CheckpointMalformed(f"{DESCRIPTION}: {error}") from error
    if len(vocabulary) != config.vocabulary_size:
        raise CheckpointMismatch(
            f"the vocabulary has {len(vocabulary)} entries, not {config.vocabulary_size}: export it again"
        )
    hashes = check_files(folder, description["files"])
    provenance = as_object(description["provenance"], "provenance")
    calibration = description.get("calibration")
    # A table of bits by reason, as the first were, says nothing of scores.
    outdated = isinstance(calibration, dict) and "thresholds_bits" in calibration
    calibrated = None if calibration is None or outdated else Calibration.from_json(calibration)
    return Checkpoint(folder, config, vocabulary, provenance, hashes, dtype, calibrated)


def read_limited(path: Path, limit: int) -> bytes:
    """The bytes of a file; `CheckpointMissing` if there is none, `CheckpointMalformed` if too many."""
    if not path.is_file():  # to open a pipe would wait for its other end
        raise CheckpointMissing(f"{path} is no file; copy the whole checkpoint folder")
    try:
        with path.open("rb") as file:
            data = file.read(limit + 1)
    except OSError as error:
        reason = error.strerror or "unreadable"
        raise CheckpointMissing(f"{path} cannot be read ({reason}); a checkpoint holds it") from error
    if len(data) > limit:
        raise CheckpointMalformed(f"{path.name} is larger than {limit} bytes; no checkpoint of this format is")
    return data


def as_object(value: object, name: str) -> dict[str, object]:
    """The value, if it is a JSON object; else `CheckpointMalformed`."""
    if not isinstance(value, dict):
        raise CheckpointMalformed(f"{DESCRIPTION}: {name} must be an object, found {type(value).__name__}")
    return value


def parse_description(data: bytes) -> dict[str, object]:
    """The fields of `model.json`: the right format version, and every field that a checkpoint has."""
    try:
        description = as_object(json.loads(data.decode("utf-8")), "the whole")
    except (ValueError, RecursionError) as error:
        raise CheckpointMalformed(
            f"{DESCRIPTION} is no JSON: {type(error).__name__}; export the model again"
        ) from error
    version = description.get("format")
    if type(version) is not int or version != FORMAT:
        raise CheckpointVersion(f"checkpoint format {version!r}; this version reads {FORMAT}: export the model again")
    missing = {"config", "vocabulary", "weights_dtype", "files", "provenance"} - set(description)
    if missing:
        raise CheckpointMalformed(f"{DESCRIPTION} lacks {', '.join(sorted(missing))}; export the model again")
    return description


def check_files(folder: Path, records: object) -> dict[str, str]:
    """SHA-256 of the files by name, after sizes and hashes were compared with the records."""
    files = as_object(records, "files")
    if set(files) - {GATE} != {WEIGHTS, GRAPH}:
        raise CheckpointMalformed(f"{DESCRIPTION}: files must record {WEIGHTS}, {GRAPH} and at most {GATE} beside them")
    names = [name for name in (WEIGHTS, GRAPH, GATE) if name in files]
    return {name: check_file(folder / name, as_object(files[name], name)) for name in names}


def check_file(path: Path, record: dict[str, object]) -> str:
    """The file's SHA-256, which is the recorded one; the size is looked at first, for it costs nothing."""
    size, sha256 = record.get("bytes"), record.get("sha256")
    if type(size) is not int or not isinstance(sha256, str):
        raise CheckpointMalformed(f"{DESCRIPTION}: {path.name} needs `bytes` and `sha256`")
    if not path.is_file():
        raise CheckpointMissing(f"{path} is not there; copy the whole checkpoint folder")
    if size > LARGEST_FILE or path.stat().st_size != size:
        raise CheckpointTampered(f"{path.name} has {path.stat().st_size} bytes, recorded are {size}; copy it again")
    with path.open("rb") as file:
        found = hashlib.file_digest(file, "sha256").hexdigest()
    if found != sha256:
        raise CheckpointTampered(f"{path.name} has SHA-256 {found[:12]}…, recorded is {sha256[:12]}…; copy it again")
    return found


def check_parameters(config: NetworkConfig, tensors: Mapping[str, npt.NDArray[np.generic]], dtype: str) -> None:
    """Raise `CheckpointMismatch` unless names, shapes and type are the config's and all values finite."""
    shapes = parameter_shapes(config)
    odd = set(tensors) ^ set(shapes)
    if odd:
        raise CheckpointMismatch(f"missing or unexpected tensors: {', '.join(sorted(odd)[:4])}; export the model again")
    for name, shape in shapes.items():
        tensor = tensors[name]
        if tensor.shape != shape or tensor.dtype != dtype:
            found = f"{tensor.dtype} {tensor.shape}"
            raise CheckpointMismatch(f"{name} is {found}, the config calls for {dtype} {shape}")
        if not np.isfinite(tensor).all():
            raise CheckpointMismatch(f"{name} holds values that are not finite; the training run went astray")
