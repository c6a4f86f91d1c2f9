"""What several texts would cost behind one place, all their characters known beforehand: one pass, not a step each.

A search has to wait for each character before it knows the next. Who compares whole texts need not: the network reads
them side by side in one call, and their memories are looked up all at once. Like a beam's, a row's bits depend a
little on the rows beside it, so nothing of it may enter a tape.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import numpy.typing as npt

from .contexts import CONTEXTS, Keys, Symbols
from .memory import LONGEST_TEXT, NEVER, Chain, Places, count_votes
from .predictor import BITS_PER_NAT, Charge, Predictor, Reading
from .recall import Recall
from .state import Float32
from .vocabulary import UNKNOWN
from .votes import Hints, Votes, join


def foretell(predictor: Predictor, reading: Reading, texts: Sequence[str]) -> list[Charge]:
    """What each code point of each text costs as if it stood behind the reading, (T,) bits each.

    A code point outside the vocabulary costs as in `Predictor.read`.
    """
    encoded = [predictor.vocabulary.encode(text) for text in texts]
    longest = max(map(len, encoded), default=0)
    if not longest:
        return [Charge(np.empty(0, np.float32), np.empty(0, np.float32)) for _ in texts]
    padded = np.full((len(encoded), longest), UNKNOWN, np.uint16)
    for row, indices in zip(padded, encoded, strict=True):
        row[: len(indices)] = indices
    found = foretell_indices(predictor, reading, padded)
    for bits in (found.surprisal_bits, found.network_bits):
        bits[padded == UNKNOWN] += np.float32(predictor.vocabulary.unknown_bits)
    return [
        Charge(found.surprisal_bits[row, : len(indices)], found.network_bits[row, : len(indices)])
        for row, indices in enumerate(encoded)
    ]


def foretell_indices(predictor: Predictor, reading: Reading, texts: Symbols) -> Charge:
    """Bits (B, T) of each of the texts' characters; texts: (B, T) vocabulary indices."""
    rows, length = texts.shape
    nats = np.empty((rows, length, len(predictor.vocabulary)), np.float32)
    hidden = np.empty((rows, length, predictor.config.hidden_size), np.float32)
    nats[:, 0], hidden[:, 0] = reading.network_nats, reading.state.hidden[-1, 0]
    if length > 1:
        after, behind = predictor.runtime.read_side_by_side(texts[:, :-1], reading.state.take([0] * rows))
        nats[:, 1:], hidden[:, 1:] = after, behind
    every = nats.reshape(rows * length, -1)
    alone = _bits(every, texts)
    if reading.recall is not None and predictor.gate is not None:
        recalled = recall_along(reading.recall, texts)
        if recalled is not None:
            every = predictor.gate.mix(every, hidden.reshape(rows * length, -1), recalled)
            return Charge(_bits(every, texts), alone)
    return Charge(alone.copy(), alone)


def _bits(nats: Float32, texts: Symbols) -> Float32:
    bits: Float32 = nats[np.arange(texts.size), texts.ravel()] * -BITS_PER_NAT
    return bits.reshape(texts.shape)


def recall_along(recall: Recall, texts: Symbols) -> Votes | None:
    """Votes on each character of each text behind a recall of one text without a tail, (B · T, …).

    None where that is more than can be remembered.
    """
    assert recall.tails.symbols.shape == (1, 0), "texts are compared behind what was really read"
    rows, length = texts.shape
    if recall.place + length > LONGEST_TEXT:
        return None
    keys = np.stack([recall.contexts.over(text)[0] for text in texts])
    along = _Along(recall, texts, keys)
    chain = along.chain()
    flat = Chain(chain.latest.reshape(-1, CONTEXTS), tuple(f.reshape(-1, CONTEXTS) for f in chain.followers))
    places = np.tile(recall.place + np.arange(length), rows)
    own = count_votes(flat, places)
    others = recall.libraries.votes(rows * length, lambda: _windows(recall, texts))
    return join([own, *others], _hints(recall, texts))


def _hints(recall: Recall, texts: Symbols) -> Hints | None:
    """The hints on each character of each text; None for none."""
    length = texts.shape[1]
    found = []
    for at in range(length):
        hints = recall.memory.hints_behind(recall.place, texts[:, :at])
        if hints is not None:
            found.append(replace(hints, rows=hints.rows * length + at))
    if not found:
        return None
    return Hints(*(np.concatenate([getattr(each, name) for each in found]) for name in ("rows", "trust", "nats")))


class _Along:
    """Where the contexts of every place of B texts behind a memory stood before, there or in the text itself."""

    def __init__(self, recall: Recall, texts: Symbols, keys: Keys) -> None:
        """texts: (B, T); keys: (B, T, CONTEXTS) of the place before each character."""
        self._memory, self._place, self._texts = recall.memory, recall.place, texts
        latest = recall.memory.last_before(keys, recall.place)
        length = texts.shape[1]
        # [b, i, j]: the context of place i stood at place j of the same text.
        same = (keys[:, :, None] == keys[:, None]) & (keys[:, :, None] != 0)
        same &= np.tri(length, length, -1, dtype=np.bool_)[None, :, :, None]
        last = length - 1 - same[:, :, ::-1].argmax(axis=2)
        self._latest: Places = np.where(same.any(axis=2), (self._place + last).astype(np.int32), latest)

    def chain(self) -> Chain:
        second = self._before(self._latest)
        third = self._before(second)
        return Chain(self._latest, tuple(self._symbol_at(places) for places in (self._latest, second, third)))

    def _symbol_at(self, places: Places) -> Symbols:
        inside = places >= self._place
        found = self._memory.symbol_at(np.where(inside, np.int32(NEVER), places))
        rows, places_of, columns = np.nonzero(inside)
        found[rows, places_of, columns] = self._texts[rows, places[rows, places_of, columns] - self._place]
        return found

    def _before(self, places: Places) -> Places:
        inside = places >= self._place
        found = self._memory.before(np.where(inside, np.int32(NEVER), places))
        rows, places_of, columns = np.nonzero(inside)
        at = places[rows, places_of, columns] - self._place
        found[rows, places_of, columns] = self._latest[rows, at, columns]
        return found


def _windows(recall: Recall, texts: Symbols) -> npt.NDArray[np.uint8]:
    """(B · T, WINDOW) the last characters before each place of each text, the latest first."""
    from .library import WINDOW, windows_of

    start = max(recall.place - WINDOW, 0)
    before = recall.memory.symbols[start : recall.place]
    whole = [np.concatenate([before, text]) for text in texts]
    return np.concatenate([windows_of(text, len(before), len(text)) for text in whole])
