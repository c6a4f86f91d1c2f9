"""`peephole-train export`: a run's last checkpoint as a folder that serves (int8 ONNX, weights, model.json)."""

from __future__ import annotations

import argparse
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from peephole.model.checkpoint import Checkpoint
from peephole.model.checkpoint_writer import write_checkpoint
from peephole.model.vocabulary import Vocabulary

from .corpus.shards import read_corpus
from .errors import RunError

if TYPE_CHECKING:
    from .fitting.run_folder import RunFolder, Saved

    Subparsers = argparse._SubParsersAction[argparse.ArgumentParser]


def add_commands(subparsers: Subparsers) -> None:
    """Adds `export` to the command line."""
    parser = subparsers.add_parser("export", help="turn a run into a checkpoint folder that serves")
    parser.add_argument("run", type=Path, metavar="RUN", help="the run's folder")
    parser.add_argument("--out", type=Path, required=True, metavar="DIR", help="the checkpoint folder to write")
    parser.add_argument(
        "--weights", choices=("float32", "float16"), default="float32", help="how weights.safetensors stores them"
    )
    parser.add_argument("--corpus", type=Path, metavar="DIR", help="where the run's corpus is now, if it was moved")
    parser.set_defaults(func=run)


def run(arguments: argparse.Namespace) -> int:
    """Runs the command."""
    from .fitting.run_folder import RunFolder  # torch takes a second to import

    folder = RunFolder.open(arguments.run)
    corpus = arguments.corpus or Path(folder.config.data.corpus)
    checkpoint = export_run(folder, arguments.out, corpus=corpus, weights=arguments.weights)
    print(f"{checkpoint.folder}: model {checkpoint.model_hash}")
    return 0


def export_run(folder: RunFolder, out: Path, *, corpus: Path, weights: str = "float32") -> Checkpoint:
    """Writes the checkpoint folder; `RunError` if the run has saved nothing yet, `CorpusError` without its corpus.

    A run that began with a model keeps its gate, which was fitted for that model: a better one is fitted by `gate`.
    """
    from .export import export_onnx
    from .fitting.networks import network_config

    saved = folder.load()
    if saved is None:
        raise RunError(f"{folder.path}: has no checkpoint yet; let `peephole-train fit` save one first")
    vocabulary = Vocabulary.from_json(json.loads(saved.facts["vocabulary"]))
    config = network_config(folder.config, vocabulary)
    parameters = {
        name.removeprefix("network."): tensor.float().numpy()
        for name, tensor in saved.tensors.items()
        if name.startswith("network.")
    }
    if weights == "float16":  # what serves is made of what is stored, rounding and all
        parameters = {name: value.astype("float16").astype("float32") for name, value in parameters.items()}
    graph, parent = export_onnx(config, parameters), folder.parent()
    facts = provenance(folder, saved, read_corpus(corpus))
    return write_checkpoint(
        out,
        config,
        vocabulary,
        parameters,
        graph,
        facts if parent is None else descend(facts, parent),
        weights_dtype=weights,  # type: ignore[arg-type]
        gate=parent.gate() if parent else None,
    )


def provenance(folder: RunFolder, saved: Saved, corpus: Mapping[str, Any]) -> dict[str, object]:
    """How the model came to be: settings, what it saw, and where its text came from (packages and licences)."""
    fit = folder.config.fit
    facts: dict[str, object] = {
        "steps": saved.step,
        "characters_seen": int(saved.facts["characters"]),
        "training_bits_per_character": round(float(saved.facts["bits"]), 4),
        "settings": {
            "streams": fit.streams,
            "bptt_length": fit.bptt_length,
            "optimizer": fit.optimizer,
            "precision": fit.precision,
            "learning_rate": fit.learning_rate,
            "characters": fit.characters,
            "shares": folder.config.data.shares,
        },
    }
    facts["corpus"] = {"splits": corpus.get("splits"), "report": corpus.get("report")}
    facts["sources"] = corpus.get("sources")
    return facts


def descend(facts: Mapping[str, object], parent: Checkpoint) -> dict[str, object]:
    """The provenance of a model that began with another: the parent's sources are its own too, and so is the gate."""
    before = parent.provenance
    told = {
        key: before.get(key) for key in ("steps", "characters_seen", "settings", "corpus", "parent") if key in before
    }
    inherited: dict[str, object] = {"parent": {"model": parent.model_hash, **told}}
    own, others = (cast(Sequence[Mapping[str, object]], told.get("sources") or ()) for told in (facts, before))
    read = {_name(source) for source in own}
    inherited["sources"] = [*own, *(source for source in others if _name(source) not in read)]
    if "gate" in before:
        inherited["gate"] = {**cast(Mapping[str, object], before["gate"]), "fitted_for": parent.model_hash}
    return {**facts, **inherited}


def _name(source: Mapping[str, object]) -> tuple[object, ...]:
    """What a source is known by: both corpora may have it."""
    return tuple(source.get(key) for key in ("package", "version", "language"))
