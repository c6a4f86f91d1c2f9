"""The network of a run, with the fastest recurrence that its cell, its precision and this machine allow."""

from __future__ import annotations

import torch

from peephole.model.config import NetworkConfig
from peephole.model.network import Network
from peephole.model.vocabulary import Vocabulary

from .config import RunConfig
from .recurrence import MATRIX, fused_recurrence, has_compiler


def network_config(config: RunConfig, vocabulary: Vocabulary) -> NetworkConfig:
    """The network that the run's shape and the corpus's vocabulary make together."""
    shape = config.network
    return NetworkConfig(
        cell=shape.cell,
        vocabulary_size=len(vocabulary),
        embedding_size=shape.embedding_size,
        hidden_size=shape.hidden_size,
        layers=shape.layers,
    )


def build_network(config: RunConfig, vocabulary: Vocabulary) -> Network:
    """A fresh network from the run's seed, with the fastest recurrence that this machine and cell allow."""
    torch.manual_seed(config.fit.seed)
    fast = config.fit.precision == "bfloat16"
    compiled = config.fit.compiled and has_compiler()
    return Network(
        network_config(config, vocabulary),
        recurrence=fused_recurrence(config.network.cell, compiled=compiled) if fast else None,
        dtype=MATRIX if fast else torch.float32,
        dropout=config.fit.dropout,
    )
