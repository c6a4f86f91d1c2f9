"""Where documents lie: a URI as the path and the name that it stands for."""

from __future__ import annotations

import os
from pathlib import Path

from pygls.uris import to_fs_path


def path_of(uri: str) -> str | None:
    """The path of a `file` URI; None for any other, or one that cannot be a path."""
    try:
        path = to_fs_path(uri)
    except ValueError:
        return None
    return path if path and "\0" not in path and Path(path).is_absolute() and is_encodable(path) else None


def is_encodable(path: str) -> bool:
    """Whether the system could have such a path: half a surrogate pair is no character."""
    try:
        os.fsencode(path)
    except UnicodeEncodeError:
        return False
    return True


def name_of(uri: str) -> str:
    """What a document that lies in no folder is called."""
    return (path_of(uri) or uri).replace("\\", "/").rpartition("/")[2]
