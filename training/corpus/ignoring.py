"""What the `.gitignore` files of a plain folder shut out; of a checkout, git itself says which files are tracked.

Rules are read at and below the folder that was named: who names a folder wants it, whatever the folders above say.
Patterns are pathspec's; which of them decides is `verdict`'s, compared with git itself by a test.
"""

from __future__ import annotations

import stat
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from pathspec import GitIgnoreSpec
from pathspec.patterns.gitignore.spec import GitIgnoreSpecPattern

from peephole.model.ignoring import verdict

FILE_NAME = ".gitignore"


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
