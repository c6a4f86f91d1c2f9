"""Why a document is left alone: its language, its path, its size. Every refusal has a reason in words."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from fnmatch import fnmatchcase, translate
from pathlib import PurePath, PurePosixPath
from typing import Protocol
from urllib.parse import unquote, urlsplit

from .settings import DocumentSettings

BEFORE_DRIVE = re.compile("^/(?=[a-z]:)")
"""What a URI has before a drive of Windows, and its path has not."""


def reason_to_forget(uri: str, characters: int, settings: DocumentSettings) -> str | None:
    """Why not even the text of a document may be kept, or None if it may."""
    pattern = excluding_pattern(uri, settings.excluded)
    if pattern is not None:
        return f"its path matches the excluded pattern {pattern!r}"
    if characters > settings.largest_characters:
        return f"it has {characters} characters, more than documents.largestCharacters ({settings.largest_characters})"
    return None


def reason_to_rest(language: str, settings: DocumentSettings) -> str | None:
    """Why the settings keep documents of a language from being read; None if they do not."""
    if language in settings.languages or not settings.languages:
        return None
    return f"the language {language!r} is not one of documents.languages ({', '.join(settings.languages)})"


class Switch(Protocol):
    """Settings of one thing that is offered."""

    @property
    def enabled(self) -> bool:
        """Whether it is offered at all."""


def switched_off(kind: str, settings: Switch, language: str) -> str | None:
    """Why the settings keep one kind of answer from documents of a language; None if they do not."""
    if not settings.enabled:
        return f"{kind} is switched off in the settings"
    languages: tuple[str, ...] = getattr(settings, "languages", ())
    if languages and language not in languages:
        return f"the language {language!r} is not one of {kind}.languages ({', '.join(languages)})"
    return None


def excluding_pattern(uri: str, patterns: tuple[str, ...]) -> str | None:
    """The first glob that the document's path matches, letter case aside.

    With a slash the pattern is held against the whole path, without one against each part of it, so that `.ssh`
    shuts out a folder.
    """
    path = PurePosixPath(BEFORE_DRIVE.sub("", unquote(_path_in(uri)).replace("\\", "/").lower()))
    for pattern in patterns:
        names = [str(path)] if "/" in pattern else path.parts
        if any(fnmatchcase(name, pattern.lower()) for name in names):
            return pattern
    return None


def _path_in(uri: str) -> str:
    """The path of a URI of any scheme; of what is none, as `file://[`, all of it."""
    try:
        return urlsplit(uri).path
    except ValueError:
        return uri


@dataclass(frozen=True)
class Excluded:
    """The same patterns made ready for a walk, which asks about each name once and not about each whole path."""

    names: re.Pattern[str]
    paths: re.Pattern[str]

    @classmethod
    def by(cls, patterns: tuple[str, ...]) -> Excluded:
        """Patterns as the settings have them."""
        lower = [pattern.lower() for pattern in patterns]
        return cls(_any_of(each for each in lower if "/" not in each), _any_of(each for each in lower if "/" in each))

    def name(self, name: str) -> bool:
        """Whether a part of a path is excluded by itself."""
        return self.names.match(name.lower()) is not None

    def whole(self, path: str) -> bool:
        """Whether a pattern with a slash excludes an absolute path."""
        return self.paths.match(PurePath(path).as_posix().lower()) is not None

    def path(self, path: str) -> bool:
        """Whether a path is excluded, by any of its parts or as a whole."""
        return self.whole(path) or any(map(self.name, PurePath(path).parts))


def _any_of(patterns: Iterable[str]) -> re.Pattern[str]:
    """What matches any of the globs; nothing if there are none."""
    return re.compile("|".join(map(translate, patterns)) or r"(?!)")
