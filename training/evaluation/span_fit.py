"""Weights of the signs of a fault: a logistic regression over places, each spoken for by one rewriting.

Of a clean place the rewriting with the highest score must score low; of a place at a fault the one that mends it must
score high, and above the others there; where none mends it, whichever scores highest. Every kind of fault counts alike.
Adam goes down to the least loss, which is no figure of the texts' order: everything is in one batch.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor
from torch.nn.functional import binary_cross_entropy_with_logits

from peephole.model.sign_names import KINDS, NAMES, Signs

STEPS, RATE = 200, 0.02
"""With twice the steps nothing found changed."""

WEIGHT_DECAY = 3e-3
"""By this much the squares of the weights cost: a third and a tenth of it gave the same."""

NOTHING, LEAST_SPREAD = 1e-6, 0.2
"""A sign that varies less than this says nothing; and as which a rare one counts. Divided by their own spread, two
strings among a thousand places weighed so much that the third one headed all faults."""

FAULTS_SHARE = 0.25
"""What a kind of fault weighs beside the same share of the clean places."""

CHOICE = 0.3
"""What it weighs that the right rewriting of a place is above the others."""

NEVER = -1e9


@dataclass(frozen=True)
class Example:
    """A place at a fault. signs: (n, signs) of its rewritings; right: (n,) which of them mend it.

    weight: beside others of its kind. Faults of short texts and long ones are as many, places and lines are not: each
    stands for the lines of its text, or short texts would be taken for faulty.
    """

    kind: str
    signs: Signs
    right: npt.NDArray[np.bool_]
    weight: float = 1.0


@dataclass(frozen=True)
class _Batch:
    """P places of at most R rewritings. signs: (P, R, S); there, right: (P, R); faulty, weight: (P,)."""

    signs: Tensor
    there: Tensor
    right: Tensor
    faulty: Tensor
    weight: Tensor


def fit_weights(clean: Sequence[Signs], faults: Sequence[Example]) -> Mapping[str, float]:
    """The weight of each sign, from the places of clean texts and those at faults; none where either is missing.

    The scores are log-odds, so that those of several fits can be compared.
    """
    if not clean or not faults:
        return {}
    batch = _gather(clean, faults)
    known = batch.signs[batch.there]
    mean, spread = known.mean(0), known.std(0, correction=0)
    used, spread = spread > NOTHING, spread.clamp_min(LEAST_SPREAD)
    scaled = torch.where(used, (batch.signs - mean) / spread, 0.0)
    weights, bias = torch.zeros(len(NAMES), requires_grad=True), torch.zeros(1, requires_grad=True)
    optimizer = torch.optim.Adam([weights, bias], lr=RATE)
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, STEPS)
    for _ in range(STEPS):
        optimizer.zero_grad()
        loss = _loss(scaled @ weights + bias, batch) + WEIGHT_DECAY * weights.square().sum()
        torch.autograd.backward(loss)
        optimizer.step()
        schedule.step()
    found = torch.where(used, weights.detach() / spread, 0.0)
    always = float(bias.detach() - found @ mean)  # a token is of one kind, so that all kinds together say nothing
    told = {name: float(found[k]) + (always if name in KINDS else 0.0) for k, name in enumerate(NAMES)}
    return {name: round(weight, 4) for name, weight in told.items() if weight}


def _gather(clean: Sequence[Signs], faults: Sequence[Example]) -> _Batch:
    """All places side by side, filled up to the one with the most rewritings."""
    every = [*clean, *(example.signs for example in faults)]
    most = max(map(len, every))
    signs = torch.zeros(len(every), most, len(NAMES))
    there, right = torch.zeros(len(every), most, dtype=torch.bool), torch.zeros(len(every), most, dtype=torch.bool)
    for row, each in enumerate(every):
        signs[row, : len(each)] = torch.from_numpy(each)
        there[row, : len(each)] = True
    for row, example in enumerate(faults, len(clean)):
        right[row, : len(example.right)] = torch.from_numpy(example.right)
    kinds: dict[str, float] = defaultdict(float)
    for example in faults:
        kinds[example.kind] += example.weight
    share = FAULTS_SHARE * len(clean) / len(kinds)
    weight = torch.tensor([1.0] * len(clean) + [share * each.weight / kinds[each.kind] for each in faults])
    faulty = torch.tensor([0.0] * len(clean) + [1.0] * len(faults))
    return _Batch(signs, there, right, faulty, weight / weight.sum())


def _loss(scores: Tensor, batch: _Batch) -> Tensor:
    scores = scores.masked_fill(~batch.there, NEVER)
    known = batch.right.any(1)
    mending = scores.masked_fill(~batch.right, NEVER)
    speaking = torch.where(known, mending.amax(1), scores.amax(1))
    told = binary_cross_entropy_with_logits(speaking, batch.faulty, reduction="none")
    chosen = torch.where(known, scores.logsumexp(1) - mending.logsumexp(1), 0.0)
    return (batch.weight * (told + CHOICE * chosen)).sum()
