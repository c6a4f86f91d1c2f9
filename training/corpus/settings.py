"""What a person can choose about a build."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

Say = Callable[[str], None]
"""Tells the person a line."""


@dataclass(frozen=True)
class Settings:
    """How to build; `caps` are clean bytes of training text a package, by language."""

    languages: tuple[str, ...]
    cache: Path
    caps: Mapping[str, int] = field(default_factory=dict)
    mirrors: tuple[str, ...] = ()
    vocabulary_size: int = 128
    require_share: float = 0.9
    processes: int = 1
    seed: int = 1
