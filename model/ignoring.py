"""Which rule of a `.gitignore` file decides about a path: for whoever walks folders, to serve or to learn from them.

The patterns are pathspec's. How its rules are taken is compared with git itself by tests of both.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:  # it takes 40 ms to import, for which who starts a server need not wait
    from pathspec import GitIgnoreSpec

FOLDER = "ps_d"
"""The group of pathspec's expressions that matches the `/` behind a folder's name."""


def verdict(spec: GitIgnoreSpec, path: str) -> bool | None:
    """Whether the rules of one file shut out a path (of a folder: with `/` at its end); None where they say nothing.

    The last rule that does decides. A rule speaks of what it matches itself, not of all that lies below: folders above
    were asked before. pathspec takes both together; then a rule that lets a folder in again lets in all of it.
    """
    for pattern in reversed(spec.patterns):
        regex = getattr(pattern, "regex", None)
        if regex is not None and _names(regex, path):
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
