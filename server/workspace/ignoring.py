"""What `.gitignore` files shut out, and a repository's own `.git/info/exclude`. They are read as text: git itself is
never run, for a workspace's own git configuration may name programs.

Nobody vouches for a workspace's rules. Where they cannot be followed as they stand, more is shut out, never less.
"""

from __future__ import annotations

import os
import stat
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from peephole.model.ignoring import verdict

from .patterns import bounded
from .reading import read_bytes

if TYPE_CHECKING:  # it takes 40 ms to import, for which `initialize` need not wait
    from pathspec import GitIgnoreSpec

FILE_NAME = ".gitignore"
LARGEST_BYTES = 64 << 10
"""Longer ones are no list that a person keeps."""

MOST_RULES = 1_000
"""Of a file. Each is held against each name below, at a microsecond or two."""


class Unruly(Exception):
    """Rules that cannot be read, or are too many to be followed."""


@dataclass(frozen=True)
class Ignoring:
    """The rules that hold in one folder: its own files' and those of the folders above, innermost last."""

    rules: tuple[tuple[str, GitIgnoreSpec], ...] = ()

    @classmethod
    def above(cls, folder: str) -> Ignoring | None:
        """What the folders above say, up to the repository's root; nothing if the folder is in no repository. None
        if that cannot be followed."""
        chain = [Path(folder), *Path(folder).parents]
        root = next((place for place, each in enumerate(chain) if os.path.lexists(each / ".git")), 0)
        found: Ignoring | None = cls()
        for each in reversed(chain[1 : root + 1]):
            found = None if found is None else found.entering(str(each))
        return found

    def entering(self, folder: str) -> Ignoring | None:
        """The rules in a folder, its own files' included; None if those cannot be followed: leave it out then."""
        # Of a link, git follows the one and not the other. Where `.git` is a file, this is no path to anything.
        own = os.path.realpath(Path(folder, ".git", "info", "exclude")), str(Path(folder, FILE_NAME))
        try:
            found = [parse(_lines(path)) for path in own]
        except Unruly:
            return None
        return Ignoring((*self.rules, *((folder, spec) for spec in found if spec is not None)))

    def count(self) -> int:
        """How many rules there are."""
        return sum(len(spec.patterns) for _, spec in self.rules)

    def shuts_out(self, path: str, *, is_folder: bool) -> bool:
        """Whether git would ignore a path below the folder; the innermost file that names it decides."""
        for folder, spec in reversed(self.rules):
            relative = path[len(folder) :].lstrip(os.sep).replace(os.sep, "/")
            found = verdict(spec, f"{relative}/" if is_folder else relative)
            if found is not None:
                return found
        return False


def _lines(path: str) -> list[str]:
    """The lines of a file of rules; none if there is no such file, `Unruly` if it is there and cannot be read."""
    try:
        if not stat.S_ISREG(os.lstat(path).st_mode):
            return []
    except (FileNotFoundError, NotADirectoryError):
        return []
    except OSError as error:
        raise Unruly from error
    raw = read_bytes(path, LARGEST_BYTES)
    if raw is None:
        raise Unruly
    return raw.decode("utf-8-sig", "surrogateescape").split("\n")  # as names of files are, and at no other line ends


def parse(lines: list[str]) -> GitIgnoreSpec | None:
    """The patterns of one file; None if it has none, `Unruly` if too many. What is no pattern is passed over, as
    git does."""
    from pathspec import GitIgnoreSpec
    from pathspec.patterns.gitignore.spec import GitIgnoreSpecPattern

    rules = [rule for line in lines if (rule := bounded(line.removesuffix("\r"))) is not None]
    if len(rules) > MOST_RULES:
        raise Unruly
    patterns: list[GitIgnoreSpecPattern] = []
    for rule in rules:
        with suppress(ValueError):
            patterns.append(GitIgnoreSpecPattern(rule))
    kept = [pattern for pattern in patterns if pattern.include is not None]
    return GitIgnoreSpec(kept) if kept else None
