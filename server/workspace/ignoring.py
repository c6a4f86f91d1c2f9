"""What `.gitignore` files shut out. They are read as text: git itself is never run, for a workspace's own git
configuration may name programs."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from .reading import read_bytes

if TYPE_CHECKING:  # it takes 40 ms to import, for which `initialize` need not wait
    from pathspec import GitIgnoreSpec

FILE_NAME = ".gitignore"
LARGEST_BYTES = 64 << 10
"""Longer ones are no list that a person keeps."""

MOST_STARS = 4
"""Of a pattern. A name can be made for which the time to match grows with its length to the power of their number."""


@dataclass(frozen=True)
class Ignoring:
    """The rules that hold in one folder: its own file's and those of the folders above, innermost last."""

    rules: tuple[tuple[str, GitIgnoreSpec], ...] = ()

    @classmethod
    def above(cls, folder: str) -> Ignoring:
        """What the folders above say, up to the repository's root; nothing if the folder is in no repository."""
        chain = [Path(folder), *Path(folder).parents]
        root = next((place for place, each in enumerate(chain) if os.path.lexists(each / ".git")), 0)
        found = cls()
        for each in reversed(chain[1 : root + 1]):
            found = found.entering(str(each))
        return found

    def entering(self, folder: str) -> Ignoring:
        """The rules in a folder, its own file's included."""
        raw = read_bytes(str(Path(folder, FILE_NAME)), LARGEST_BYTES)
        lines = [] if raw is None else raw.decode("utf-8", "replace").splitlines()
        spec = parse(lines)
        return Ignoring((*self.rules, (folder, spec))) if spec else self

    def shuts_out(self, path: str, *, is_folder: bool) -> bool:
        """Whether git would ignore a path below the folder; the innermost file that names it decides."""
        for folder, spec in reversed(self.rules):
            relative = path[len(folder) :].lstrip(os.sep).replace(os.sep, "/")
            verdict = spec.check_file(f"{relative}/" if is_folder else relative).include
            if verdict is not None:
                return bool(verdict)
        return False


def parse(lines: list[str]) -> GitIgnoreSpec | None:
    """The patterns of one file; None if it has none. What is no pattern is passed over, as git does."""
    from pathspec import GitIgnoreSpec

    kept = [line for line in lines if stars(line) <= MOST_STARS and _is_pattern(line)]
    return GitIgnoreSpec.from_lines(kept) if kept else None


def _is_pattern(line: str) -> bool:
    from pathspec import GitIgnoreSpec

    try:
        return any(pattern.include is not None for pattern in GitIgnoreSpec.from_lines([line]).patterns)
    except ValueError:
        return False


def stars(pattern: str) -> int:
    """Runs of stars in a pattern."""
    return sum(1 for before, mark in zip(" " + pattern, pattern, strict=False) if mark == "*" != before)
