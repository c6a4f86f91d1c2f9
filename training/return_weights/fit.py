"""The weights under which what really came behind `return` is likeliest: `model/returns.py` as something to learn."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch.nn.functional import cross_entropy

from peephole.model.contexts import alphabet_of
from peephole.model.vocabulary import UNKNOWN, Vocabulary

from .examples import Example

OPENINGS, TRUSTS = 3, 5
"""Letters of a word that are told apart: none, one, more; and for trust none, one, two, more, and behind `this.`."""

STEPS, LEARNING_RATE = 250, 0.05
PENALTY = 1.0
"""Half of it times the square of every weight is added, in nats: what was seen once shall say nothing."""

LEAST_WEIGHT, LEAST_SEEN = 0.1, 20


@dataclass(frozen=True)
class Fitted:
    """Weights by reason, and how many unknown tokens and how much trust there are; see `model/return_weights.py`."""

    weights: dict[str, float]
    open: tuple[float, ...]
    trust: tuple[float, ...]

    def worth_telling(self, seen: Counter[str]) -> dict[str, float]:
        """The weights that say something and were seen often enough."""
        return {
            name: weight
            for name, weight in sorted(self.weights.items())
            if abs(weight) >= LEAST_WEIGHT and seen[name] >= LEAST_SEEN
        }


def reasons_seen(examples: Sequence[Example]) -> Counter[str]:
    """How often each reason stood with anything that might have come."""
    return Counter(
        reason for example in examples for known in (*example.tokens, *example.signs) for reason in known.reasons
    )


class Problem:
    """Examples as tensors. An entry is a known token at a place: the cell of its next character, or its end."""

    def __init__(self, examples: Sequence[Example], vocabulary: Vocabulary) -> None:
        self._size = len(vocabulary)
        self._outside = torch.tensor(~alphabet_of(vocabulary).in_words)
        self._nats = torch.tensor(np.stack([example.nats for example in examples]))
        self._targets = torch.tensor([example.target for example in examples])
        self._trust = torch.tensor([_trust_of(example) for example in examples])
        self.names = sorted(reasons_seen(examples))
        numbers = {name: number for number, name in enumerate(self.names, 1)}
        rows, cells, opens, reasons = [], [], [], []
        for row, example in enumerate(examples):
            word = example.place.word
            opened = 1 + min(len(word), OPENINGS - 1)
            for known, share in [(each, opened) for each in example.tokens] + [(each, 0) for each in example.signs]:
                ends = known.text == word
                index = UNKNOWN if ends else vocabulary.index(known.text[len(word)])
                if not ends and index == UNKNOWN:
                    continue
                rows.append(row)
                cells.append(-1 if ends else row * self._size + index)
                opens.append(share)
                reasons.append([numbers[each] for each in known.reasons])
        widest = max(map(len, reasons), default=1)
        self._reasons = torch.tensor([each + [0] * (widest - len(each)) for each in reasons])
        self._rows, all_cells = torch.tensor(rows), torch.tensor(cells)
        self._inside = all_cells >= 0
        self._cells, self._group = torch.unique(all_cells[self._inside], return_inverse=True)
        self._count = torch.zeros(len(self._cells)).index_add_(0, self._group, torch.ones(len(self._group)))
        self._open = torch.zeros(len(self._cells), dtype=torch.long)
        self._open[self._group] = torch.tensor(opens)[self._inside]

    def costs(self, weights: torch.Tensor, openings: torch.Tensor, trust: torch.Tensor) -> torch.Tensor:
        """Nats of what came in each example, (N,); openings and trust: as logarithms."""
        gained = torch.cat([torch.zeros(1), weights])[self._reasons].sum(1)
        share = torch.cat([torch.zeros(1), openings.exp()])[self._open]
        total = share.index_add(0, self._group, gained[self._inside].exp())
        bonus = torch.zeros(len(self._nats) * self._size)
        bonus = bonus.index_put((self._cells,), total.log() - (share + self._count).log()).view(self._nats.shape)
        ends = torch.zeros(len(self._nats)).index_add(0, self._rows[~self._inside], gained[~self._inside])
        logits = self._nats * trust.exp()[self._trust][:, None] + bonus + ends[:, None] * self._outside
        return cross_entropy(logits, self._targets, reduction="none")

    def costs_without(self) -> torch.Tensor:
        """The same by network and memories alone."""
        return cross_entropy(self._nats, self._targets, reduction="none")

    def fit(self, kept: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
        """Weights, openings and trust, fitted to the examples that are kept, (N,) booleans."""
        weights = torch.zeros(len(self.names), requires_grad=True)
        openings, trust = torch.zeros(OPENINGS, requires_grad=True), torch.zeros(TRUSTS, requires_grad=True)
        optimizer = torch.optim.Adam([weights, openings, trust], lr=LEARNING_RATE)
        for _ in range(STEPS):
            optimizer.zero_grad()
            loss = self.costs(weights, openings, trust)[kept].sum() + PENALTY / 2 * (weights**2).sum()
            loss.backward()  # type: ignore[no-untyped-call]
            optimizer.step()
        return weights.detach(), openings.detach(), trust.detach()


def _trust_of(example: Example) -> int:
    return TRUSTS - 1 if example.place.before else min(len(example.place.word), TRUSTS - 2)


def fitted(names: Sequence[str], found: tuple[torch.Tensor, torch.Tensor, torch.Tensor]) -> Fitted:
    """What `Problem.fit` found, in numbers."""
    weights, openings, trust = found
    return Fitted(
        dict(zip(names, weights.tolist(), strict=True)), tuple(openings.exp().tolist()), tuple(trust.exp().tolist())
    )
