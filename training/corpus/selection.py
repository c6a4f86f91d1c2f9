"""Which of all harvested files a corpus keeps: duplicates over the whole corpus go, then what is over a cap."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from itertools import groupby

from .deduplicate import Digest
from .filters import EXACT_DUPLICATE, NEAR_DUPLICATE, OVER_CAP, VENDORED
from .harvest import FileRecord, Harvest
from .near_duplicates import NearDuplicates

PRECEDENCE = ("development", "gate", "train")
"""Of two files alike, that of the earlier split stays."""


def drop_duplicates(harvests: Sequence[Harvest]) -> None:
    """Mark exact and near duplicates. Development files come first: another split's file that resembles one is dropped.

    Near-duplicates inside the development split stay: it is there to be measured, not learnt from. So they do inside
    the gate's, which comes next: a gate learns how far a file can be told from others like it.
    """
    ordered = sorted(harvests, key=lambda h: PRECEDENCE.index(h.material.split))
    _drop_exact(ordered)
    seen = NearDuplicates()
    for split, group in groupby(ordered, key=lambda h: h.material.split):
        later = [digest for harvest in group for digest in _drop_near(harvest, seen, learnt=split == "train")]
        for digest in later:
            seen.add(digest)


def drop_duplicates_within(harvests: Sequence[Harvest]) -> None:
    """Mark what resembles another file of some harvests that are learnt from after all."""
    seen = NearDuplicates()
    for harvest in harvests:
        _drop_near(harvest, seen, learnt=True)


def _drop_near(harvest: Harvest, seen: NearDuplicates, *, learnt: bool) -> list[Digest]:
    """Mark what resembles the seen; gives the digests of the rest, unless it is learnt from: then they are seen now."""
    rest = []
    for number, digest in zip(harvest.candidates(), harvest.digests(), strict=True):
        record = harvest.records[number]
        if record.reason is not None:
            continue
        if harvest.material.split != "development" and seen.resembles(digest):
            record.reason = NEAR_DUPLICATE
        elif learnt:
            seen.add(digest)
        else:
            rest.append(digest)
    return rest


def _drop_exact(ordered: Sequence[Harvest]) -> None:
    """Exact duplicates come second in the order of filters, so they take over every later reason."""
    seen: set[str] = set()
    for harvest in ordered:
        for record in harvest.records:
            if record.reason == VENDORED or not record.sha256:
                continue
            if record.sha256 in seen:
                record.reason = EXACT_DUPLICATE
            seen.add(record.sha256)


def apply_caps(harvests: Sequence[Harvest], caps: Mapping[str, int], seed: int) -> None:
    """Mark what is over a training package's cap (clean bytes, by language): a seeded random selection stays."""
    for harvest in harvests:
        for language, cap in caps.items():
            if harvest.material.split == "train":
                _apply_cap(harvest, language, cap, seed)


def _apply_cap(harvest: Harvest, language: str, cap: int, seed: int) -> None:
    kept = [r for r in harvest.records if r.reason is None and r.language == language]
    random.Random(f"{seed} {harvest.material.name}").shuffle(kept)
    total = 0
    for record in kept:
        if total + record.length > cap:
            record.reason = OVER_CAP
        else:
            total += record.length


def kept_records(harvests: Sequence[Harvest], split: str, language: str) -> list[tuple[Harvest, FileRecord]]:
    """All kept files of a split and language, in the order of packages and paths."""
    return [
        (harvest, record)
        for harvest in harvests
        if harvest.material.split == split
        for record in harvest.records
        if record.reason is None and record.language == language
    ]
