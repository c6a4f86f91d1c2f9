"""Which of one's own packages are measured on: never the last one that a language has to be learnt from."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

from .harvest import Harvest


def spare_training(harvests: Sequence[Harvest], seed: int) -> None:
    """Let own packages that a language has nothing else to learn from change places with others, where there are some.

    What a package holds is known only now that it is read and filtered. A choice that takes no language its last
    training package stays as it was made; a recipe's splits are its own.
    """
    own = [harvest for harvest in harvests if harvest.material.pinned is None]
    chosen = [harvest for harvest in own if harvest.material.split == "development"]
    others = [harvest for harvest in own if harvest.material.split == "train" and held_languages(harvest)]
    random.Random(f"{seed} development").shuffle(others)
    for harvest in chosen:
        _move(harvest, "train")
    holders = Counter(la for h in harvests if h.material.split == "train" for la in held_languages(h))
    wanted = len(chosen)
    for harvest in (*chosen, *others):
        held = held_languages(harvest)
        if wanted and held and all(holders[language] > 1 for language in held):
            _move(harvest, "development")
            holders.subtract(held)
            wanted -= 1


def spare_last_copies(harvests: Sequence[Harvest]) -> list[Harvest]:
    """Bring own packages back to training without which duplicates would leave a language nothing to be learnt from.

    Of a file that stands in two packages the copy to measure on was kept: two checkouts of a package are one package.
    Gives those that were brought back.
    """
    taught = {la for h in harvests if h.material.split == "train" for la in held_languages(h)}
    brought = []
    for harvest in harvests:
        own = harvest.material.pinned is None and harvest.material.split == "development"
        if own and (held := held_languages(harvest)) - taught:
            _move(harvest, "train")
            taught |= held
            brought.append(harvest)
    return brought


def held_languages(harvest: Harvest) -> set[str]:
    """The languages of which the filters left it a file."""
    return {record.language for record in harvest.records if record.reason is None}


def find_unmeasured(harvests: Sequence[Harvest]) -> list[dict[str, str]]:
    """Languages without development text because a single one of one's own packages has any text, and that one."""
    unmeasured = []
    holders: dict[str, list[Harvest]] = {}
    for harvest in harvests:
        for language in held_languages(harvest) if harvest.material.split != "gate" else ():
            holders.setdefault(language, []).append(harvest)
    for language, found in sorted(holders.items()):
        if len(found) == 1 and found[0].material.split == "train" and found[0].material.pinned is None:
            unmeasured.append({"language": language, "package": found[0].material.name})
    return unmeasured


def _move(harvest: Harvest, split: str) -> None:
    harvest.material = replace(harvest.material, split=split)
