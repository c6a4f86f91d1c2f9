"""What a network reads before a document's text, if it was trained so: where the file lies, and its name.

A Java class is named as its file, and its package as the folders; both are told before the first character is written.
"""

from __future__ import annotations

PARTS = 3
"""Of the path's end. More would tell more of a Java package, and of whose machine it is."""


def heading(path: str) -> str:
    r"""The last parts of a path and a line's end; the line's end alone of a document without one.

    path: with `/` or `\` between its parts.
    """
    parts = [part for part in path.replace("\\", "/").replace("\n", "/").split("/") if part]
    return "/".join(parts[-PARTS:]) + "\n"
