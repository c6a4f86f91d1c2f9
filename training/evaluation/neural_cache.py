"""The neural cache over hidden states (Grave, Joulin & Usunier 2017, equations 2 and 3), a rival of the memory.

p_cache(x | h_t) ∝ Σ over earlier i in the window of 1[x_(i+1) = x] · exp(θ h_t·h_i)
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from peephole.model.state import Float32


class NeuralCache:
    """What followed the places of one text at which the network's state was like the present one.

    window: how many of the last places are looked at. Holds h of those: 16 MB for 8,000 places of 512 units.
    """

    def __init__(self, vocabulary_size: int, window: int, theta: float) -> None:
        self._window, self._theta = window, np.float32(theta)
        self._followers = np.eye(vocabulary_size, dtype=np.float32)
        self._hidden: Float32 | None = None
        self._written = np.empty(0, np.intp)

    def read(self, hidden: Float32, written: npt.NDArray[np.intp]) -> Float32:
        """Probabilities (N, V) of each of the next characters before it came; rows of zeros where nothing came yet.

        hidden: (N, H) before each; written: (N,) what came then, which rows behind may look back at.
        """
        keys = hidden if self._hidden is None else np.concatenate([self._hidden, hidden])
        values = np.concatenate([self._written, written])
        count = len(hidden)
        now = len(keys) - count + np.arange(count)[:, None]
        place = np.arange(len(keys))[None]
        scores = self._theta * (hidden @ keys.T)
        scores[(place >= now) | (place < now - self._window)] = -np.inf
        largest = scores.max(axis=1, keepdims=True)
        weights = np.exp(scores - np.where(np.isfinite(largest), largest, np.float32(0)))
        found: Float32 = weights @ self._followers[values]
        found /= np.maximum(found.sum(axis=1, keepdims=True), np.float32(1e-30))
        self._hidden, self._written = keys[-self._window :], values[-self._window :]
        return found
