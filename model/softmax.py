"""Probabilities in natural logs: normalising rows, and adding up."""

from __future__ import annotations

import math

import numpy as np

from .state import Float32


def log_softmax(logits: Float32) -> Float32:
    """Natural logs of the probabilities in each row, (N, V); a row's bits do not depend on the other rows."""
    shifted: Float32 = logits - logits.max(axis=1, keepdims=True)
    shifted -= np.log(np.exp(shifted).sum(axis=1, keepdims=True))
    return shifted


def sum_in_logs(nats: Float32) -> float:
    """Log of the summed probabilities; −inf for none."""
    if not nats.size:
        return -math.inf
    largest = float(nats.max())
    return largest + math.log(float(np.exp(nats - np.float32(largest)).sum()))
