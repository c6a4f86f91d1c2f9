"""The exact pass over a long file, beside torch's float32 recurrent layer with the same weights."""

from __future__ import annotations

import time

import numpy as np
import torch
from torch import nn

from peephole.model.checkpoint import Checkpoint
from peephole.model.predictor import BITS_PER_NAT, Predictor
from peephole.model.tape import Tape

from .document import long_document
from .figure import Figure

CHUNK = 1024
"""Characters a call of torch: longer ones are no faster (measured 512 to 8192), and memory stays small."""

PEER_CHARACTERS = 40_000
"""How much of the file torch reads: its speed is the same everywhere, and it needs 0.2 ms a character."""


def measure(predictor: Predictor, lines: int) -> list[Figure]:
    """Milliseconds a character of both, one thread each, and their ratio."""
    text = long_document("java", lines)
    ours_ms = _tape_ms(predictor.alone(), text)  # torch remembers nothing either
    peer_ms = _torch_ms(predictor.runtime.checkpoint, predictor, text[:PEER_CHARACTERS])
    return [
        Figure(f"exact pass over {lines:,} lines ({len(text):,} characters)", ours_ms, "ms a character"),
        Figure("the same weights in torch, float32", peer_ms, "ms a character"),
        Figure("ratio", peer_ms / ours_ms, "times", ">= 4"),
    ]


def _tape_ms(predictor: Predictor, text: str) -> float:
    tape = Tape(predictor, "java")
    tape.edit(text)
    began = time.perf_counter()
    tape.advance_to(len(text))
    return (time.perf_counter() - began) * 1e3 / len(text)


@torch.inference_mode()
def _torch_ms(checkpoint: Checkpoint, predictor: Predictor, text: str) -> float:
    """The same work in torch: recurrence, output layer, and the surprisal of every character."""
    torch.set_num_threads(1)
    embedding, recurrence, output = _torch_network(checkpoint)
    indices = torch.from_numpy(predictor.vocabulary.encode(text).astype(np.int64))
    state = None
    began = time.perf_counter()
    for start in range(0, len(indices) - 1, CHUNK):
        chunk, following = indices[start : start + CHUNK], indices[start + 1 : start + CHUNK + 1]
        hidden, state = recurrence(embedding(chunk)[:, None], state)
        log_probabilities = torch.log_softmax(output(hidden[:, 0]), dim=1)
        log_probabilities[: len(following)].gather(1, following[:, None]).mul_(-float(BITS_PER_NAT))
    return (time.perf_counter() - began) * 1e3 / len(indices)


def _torch_network(checkpoint: Checkpoint) -> tuple[nn.Embedding, nn.LSTM | nn.GRU, nn.Linear]:
    config = checkpoint.config
    parameters = {name: torch.from_numpy(array) for name, array in checkpoint.parameters().items()}
    layer = nn.GRU if config.cell == "gru" else nn.LSTM  # torch has no peephole LSTM: that one runs without them
    recurrence = layer(config.embedding_size, config.hidden_size, config.layers)
    for number in range(config.layers):
        bias = parameters[f"layers.{number}.bias"]
        getattr(recurrence, f"weight_ih_l{number}").copy_(parameters[f"layers.{number}.weight_input"])
        getattr(recurrence, f"weight_hh_l{number}").copy_(parameters[f"layers.{number}.weight_hidden"])
        getattr(recurrence, f"bias_ih_l{number}").copy_(bias)
        getattr(recurrence, f"bias_hh_l{number}").copy_(
            parameters.get(f"layers.{number}.bias_hidden", torch.zeros_like(bias))
        )
    output = nn.Linear(config.hidden_size, config.vocabulary_size)
    output.weight.copy_(parameters["output.weight"])
    output.bias.copy_(parameters["output.bias"])
    return nn.Embedding.from_pretrained(parameters["embedding.weight"]), recurrence, output
