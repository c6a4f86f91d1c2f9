"""Where documents lie: a URI as the path and the name that it stands for."""

from __future__ import annotations

import os
import re
from pathlib import Path

from pygls.uris import to_fs_path

LOCALHOST = re.compile("file://localhost/", re.IGNORECASE)
"""The same as no host (RFC 8089, section 2); else a host is a share's."""


def path_of(uri: str) -> str | None:
    """The path of a `file` URI; None for any other, or one that cannot be a path."""
    try:
        # A `;` is part of a name (RFC 3986, section 3.3), which Neovim leaves as it is, and pygls cuts off.
        path = to_fs_path(LOCALHOST.sub("file:///", uri, count=1).replace(";", "%3B"))
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
