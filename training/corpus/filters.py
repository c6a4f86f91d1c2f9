"""Why a file is left out of a corpus: one reason a file, the first that applies, in a fixed order.

Exact and near duplicates need all files at once and are in `deduplicate.py`; `ORDER` says where they stand.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import PurePosixPath

VENDORED = "vendored"
EXACT_DUPLICATE = "exact duplicate"
TOO_LARGE = "over 200 KB"
NOT_UTF8 = "not UTF-8"
GENERATED = "generated"
LONG_LINES = "long lines"
FEW_LETTERS = "under 25 % letters"
COPYLEFT = "copyleft header"
NEAR_DUPLICATE = "near duplicate"
OVER_CAP = "over the package's cap"

ORDER = (
    VENDORED,
    EXACT_DUPLICATE,
    TOO_LARGE,
    NOT_UTF8,
    GENERATED,
    LONG_LINES,
    FEW_LETTERS,
    COPYLEFT,
    NEAR_DUPLICATE,
    OVER_CAP,
)
"""All reasons in the order in which they are asked; a report counts a file under the first."""

LARGEST_BYTES = 200_000
LONGEST_LINE = 1_000
LONGEST_MEAN_LINE = 100
LEAST_LETTERS = 0.25
GENERATED_WITHIN_BYTES = 2_000
HEADER_BYTES = 4_000
"""Licence headers are short; a name of a licence farther down is more often code about licences."""

_VENDORED_FOLDERS = frozenset(
    {
        "_vendor",
        "vendor",
        "vendored",
        "_vendored",
        "_extern",
        "extern",
        "externals",
        "third_party",
        "thirdparty",
        "third-party",
        "3rdparty",
        "node_modules",
        "site-packages",
    }
)
_GENERATED = re.compile(rb"generated|do\s+not\s+edit", re.IGNORECASE)
_COPYLEFT = re.compile(
    rb"GNU\W{1,12}(?:(?:Lesser|Library|Affero)\W{1,12})?General\W{1,12}Public\W{1,12}Licen[sc]e"
    rb"|\bGNU\W{1,12}[AL]?GPL\b|\b[AL]?GPL\W{0,12}v(?:ersion)?\W{0,3}[123]\b"
    rb"|Mozilla\W{1,12}Public\W{1,12}Licen[sc]e"
    rb"|Common\W{1,12}Development\W{1,12}and\W{1,12}Distribution\W{1,12}Licen[sc]e"
    rb"|SPDX-License-Identifier:[^\n]*\b(?:A?GPL|LGPL|MPL|CDDL)-",
    re.IGNORECASE,
)
_LETTERS = bytes(range(65, 91)) + bytes(range(97, 123)) + bytes(range(128, 256))


def is_vendored(path: str) -> bool:
    """Whether a folder of the path says that the file is somebody else's copy."""
    return any(part.lower() in _VENDORED_FOLDERS for part in PurePosixPath(path).parts[:-1])


def is_utf8(content: bytes) -> bool:
    """Whether the bytes are UTF-8; other encodings are left out rather than guessed. NUL is binary."""
    try:
        content.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return b"\0" not in content


def is_generated(content: bytes) -> bool:
    """Whether the head of the file says that a program wrote it."""
    return _GENERATED.search(content[:GENERATED_WITHIN_BYTES]) is not None


def has_long_lines(content: bytes) -> bool:
    """Whether a line is over 1,000 bytes, or the lines are over 100 on average: data, not code."""
    lines = content.splitlines()
    total = sum(map(len, lines))
    return max(map(len, lines), default=0) > LONGEST_LINE or total > LONGEST_MEAN_LINE * max(len(lines), 1)


def has_few_letters(content: bytes) -> bool:
    """Whether under a quarter of the bytes are letters (non-ASCII counts as letters); true of an empty file."""
    letters = len(content) - len(content.translate(None, _LETTERS))
    return letters < LEAST_LETTERS * max(len(content), 1)


def has_copyleft_header(content: bytes) -> bool:
    """Whether the head names the GPL, LGPL, AGPL, MPL or CDDL."""
    return _COPYLEFT.search(content[:HEADER_BYTES]) is not None


_BY_CONTENT: tuple[tuple[str, Callable[[bytes], bool]], ...] = (
    (NOT_UTF8, lambda content: not is_utf8(content)),
    (GENERATED, is_generated),
    (LONG_LINES, has_long_lines),
    (FEW_LETTERS, has_few_letters),
    (COPYLEFT, has_copyleft_header),
)


def reason_to_drop(path: str, content: bytes | None) -> str | None:
    """The first reason to leave a file out, by itself alone; None keeps it. No content = too large to be read."""
    if is_vendored(path):
        return VENDORED
    if content is None or len(content) > LARGEST_BYTES:
        return TOO_LARGE
    return next((reason for reason, applies in _BY_CONTENT if applies(content)), None)
