"""Dynamic evaluation (Krause et al. 2018) of the output layer alone, a rival of the memory at like latency.

After each segment of a text the layer takes one step down the gradient of what the segment cost, which for a softmax
is exact and cheap: (p − onehot)ᵀ h. Steps are divided by the root of the squared gradients so far (Duchi et al. 2011),
which did better than plain steps and, unlike the paper's scale, needs no statistics of training text.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from peephole.model.softmax import log_softmax
from peephole.model.state import Float32

DAMPING = np.float32(1)
"""Added to the root; 1 was best of 0.03, 0.3 and 1, by up to 0.004 bits, each at its best rate."""


class DynamicEvaluation:
    """An output layer's weights and biases as they move away from a checkpoint's while one text is read.

    rate: of the steps; 0 leaves everything as it is. segment: characters a step.
    """

    def __init__(self, vocabulary_size: int, hidden_size: int, rate: float, segment: int) -> None:
        self._rate, self._segment = np.float32(rate), segment
        self._moved: Float32 = np.zeros((vocabulary_size, hidden_size + 1), np.float32)
        self._squares = np.zeros_like(self._moved)

    def read(self, hidden: Float32, nats: Float32, written: npt.NDArray[np.intp]) -> Float32:
        """Log-probabilities (N, V) of each of the next characters before it came, with what was learnt until then.

        hidden: (N, H) and nats: (N, V) before each, nats of the layer that does not move; written: (N,) what came.
        """
        ones = np.ones((len(hidden), 1), np.float32)
        entering: Float32 = np.concatenate([hidden, ones], axis=1)
        parts = [np.empty((0, nats.shape[1]), np.float32)]
        for start in range(0, len(hidden), self._segment):
            part = slice(start, start + self._segment)
            moved: Float32 = nats[part] + entering[part] @ self._moved.T
            parts.append(log_softmax(moved))
            self._learn(entering[part], parts[-1], written[part])
        return np.concatenate(parts)

    def _learn(self, entering: Float32, nats: Float32, written: npt.NDArray[np.intp]) -> None:
        errors = np.exp(nats)
        errors[np.arange(len(written)), written] -= 1
        gradient = errors.T @ entering
        self._squares += gradient * gradient
        self._moved -= self._rate * gradient / (np.sqrt(self._squares) + DAMPING)
