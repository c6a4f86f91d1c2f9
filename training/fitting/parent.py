"""Beginning with a model's weights: its shape and vocabulary, and settings for a text that is new to it."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import numpy.typing as npt

from peephole.model.checkpoint import Checkpoint, load_checkpoint, shipped_checkpoint_folder
from peephole.model.vocabulary import UNKNOWN, Vocabulary

from ..corpus.shards import read_corpus
from ..errors import RunError
from .config import DataConfig, FitConfig, NetworkShape, RunConfig, load_config

SHIPPED = "shipped"
"""Names the model that the package ships."""

PASSES, MOST_CHARACTERS = 2, 20_000_000
"""Over the corpus, by default; and at most so many characters, about half an hour on two processor cores."""

ADAPTING = FitConfig(streams=32, learning_rate=1e-3, warmup_steps=20, development_every=100)
"""More, and smaller, steps than from random weights; a rate that moves the network without tearing it up."""


def load_parent(name: str) -> Checkpoint:
    """The model in a checkpoint folder, or the shipped one."""
    return load_checkpoint(shipped_checkpoint_folder() if name == SHIPPED else Path(name))


def configure(parent: Checkpoint, file: Path | None, corpus: Path | None) -> RunConfig:
    """The run's configuration: what the file says, and for the rest what suits a text that is new to the model.

    That is the model's shape, the corpus's languages by their share of the text, and a couple of passes over it.
    `RunError` for a file that asks for another shape.
    """
    corpus = corpus or (Path(load_config(file).data.corpus) if file else None)
    if corpus is None:
        raise RunError("no text to go on with: give --corpus DIR, or a TOML file that names one")
    tokens = tokens_of(corpus)
    fit = dataclasses.replace(ADAPTING, characters=min(PASSES * sum(tokens.values()), MOST_CHARACTERS))
    defaults = RunConfig(_shape(parent), DataConfig(str(corpus), shares_of(tokens)), fit)
    config = load_config(file, defaults) if file else defaults
    _check_shape(config.network, parent)
    return config


def tokens_of(corpus: Path) -> dict[str, int]:
    """Tokens that a corpus has to train on, of each language of which there are enough for one step."""
    tokens = {language: shard["tokens"] for language, shard in read_corpus(corpus)["splits"]["train"].items()}
    enough = {language: count for language, count in tokens.items() if count > ADAPTING.bptt_length}
    return enough or tokens


def shares_of(tokens: Mapping[str, int]) -> dict[str, float]:
    """Each language's share of the streams: that of the text."""
    return {language: float(f"{count / sum(tokens.values()):.3g}") for language, count in tokens.items()}


def _shape(parent: Checkpoint) -> NetworkShape:
    config = parent.config
    return NetworkShape(config.cell, config.embedding_size, config.hidden_size, config.layers)


def _check_shape(asked: NetworkShape, parent: Checkpoint) -> None:
    for name, value in vars(_shape(parent)).items():
        if getattr(asked, name) != value:
            raise RunError(
                f"setting {name!r} is {getattr(asked, name)!r}, but model {parent.model_hash} has {value!r}; "
                "leave the [network] table out, or train a new model without --from"
            )


def check_languages(shares: Mapping[str, float], vocabulary: Vocabulary) -> None:
    """`RunError` for a language that the network has no start token for."""
    for language in (name for name, share in shares.items() if share > 0):
        if language not in vocabulary.languages:
            raise RunError(
                f"there is no start token for {language!r}, but for {', '.join(vocabulary.languages)}: a new model "
                "knows the languages of its corpus, one that goes on those of its parent; leave others out of `shares`"
            )


def translate(corpus: Vocabulary, model: Vocabulary) -> npt.NDArray[np.int64] | None:
    """The model's index for each index of the corpus, (V,); None where they are the same.

    What the model lacks becomes unknown to it; a start token that it lacks must not be read (`check_languages`).
    """
    if corpus == model:
        return None
    starts = [model.start(name) if name in model.languages else UNKNOWN for name in corpus.languages]
    return np.array([UNKNOWN, *starts, *map(model.index, corpus.characters)], np.int64)
