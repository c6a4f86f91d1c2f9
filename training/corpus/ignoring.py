"""What the `.gitignore` files of a plain folder shut out; of a checkout, git itself says which files are tracked.

Rules are read at and below the folder that was named: who names a folder wants it, whatever the folders above say.
Patterns are pathspec's; which of them decides is `verdict`'s, compared with git itself by a test.
"""

from __future__ import annotations

import re
import stat
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from pathspec import GitIgnoreSpec
from pathspec.patterns.gitignore.spec import GitIgnoreSpecPattern

FILE_NAME = ".gitignore"

FOLDER = "ps_d"
"""The group of pathspec's expressions that matches the `/` behind a folder's name."""


@dataclass(frozen=True)
class Ignoring:
    """The rules that hold in one folder: its own file's and those of the folders above, innermost last.

    Each goes with the folder that it is in, a path with `/` at its end below the named one, which itself is empty.
    """

    rules: tuple[tuple[str, GitIgnoreSpec], ...] = ()

    def entering(self, root: Path, folder: str) -> Ignoring:
        """The rules in a folder, its own file's included; `OSError` if that is there and cannot be read."""
        spec = _read(root / folder / FILE_NAME)
        return self if spec is None else Ignoring((*self.rules, (folder, spec)))

    def shuts_out(self, path: str) -> bool:
        """Whether git would ignore a path (of a folder: with `/` at its end); the innermost rule that fits decides."""
        for folder, spec in reversed(self.rules):
            found = verdict(spec, path.removeprefix(folder))
            if found is not None:
                return found
        return False


def verdict(spec: GitIgnoreSpec, path: str) -> bool | None:
    """Whether the rules of one file shut a path out; None if they do not speak of it. The last rule that does decides.

    A rule speaks of what it matches itself, not of all that lies below: of folders above it was asked before. pathspec
    takes both together, and `a/**` for the folder `a` too; then a rule that lets a folder in again lets in all of it.
    """
    for pattern in reversed(spec.patterns):
        if isinstance(pattern, GitIgnoreSpecPattern) and pattern.regex is not None and _names(pattern.regex, path):
            return pattern.include
    return None


def _names(regex: re.Pattern[str], path: str) -> bool:
    """Whether the rule's match ends where the path does; pathspec marks where a folder's name ends in it."""
    *_, found = (None, *regex.finditer(path))
    if found is None:
        return False
    if FOLDER not in regex.groupindex:  # `*`, or `a/**`, which is `^a/` there: something has to follow
        return not (regex.pattern.endswith("/") and found.end() == len(path))
    return found.end(FOLDER) in (-1, len(path))


def _read(path: Path) -> GitIgnoreSpec | None:
    """The rules of a file; None if there is no such file or it is a link, which git does not follow either."""
    try:
        if not stat.S_ISREG(path.lstat().st_mode):
            return None
    except (FileNotFoundError, NotADirectoryError):
        return None
    # Split at newlines alone, and decoded as file names are.
    lines = path.read_bytes().decode("utf-8-sig", "surrogateescape").split("\n")
    patterns: list[GitIgnoreSpecPattern] = []
    for line in lines:
        with suppress(ValueError):  # git passes over what is no pattern
            patterns.append(GitIgnoreSpecPattern(line.removesuffix("\r")))
    return GitIgnoreSpec([pattern for pattern in patterns if pattern.include is not None])
