"""Why a document is left alone: its language, its path, its size. Every refusal has a reason in words."""

from __future__ import annotations

from fnmatch import fnmatchcase
from pathlib import PurePosixPath
from urllib.parse import unquote, urlsplit

from .settings import DocumentSettings


def reason_to_forget(uri: str, characters: int, settings: DocumentSettings) -> str | None:
    """Why not even the text of a document may be kept, or None if it may."""
    pattern = excluding_pattern(uri, settings.excluded)
    if pattern is not None:
        return f"its path matches the excluded pattern {pattern!r}"
    if characters > settings.largest_characters:
        return f"it has {characters} characters, more than documents.largestCharacters ({settings.largest_characters})"
    return None


def reason_to_rest(language: str, settings: DocumentSettings) -> str | None:
    """Why the model does not read documents of a language, or None if it does."""
    if language in settings.languages:
        return None
    return f"the language {language!r} is not one of {', '.join(settings.languages) or 'none'}"


def excluding_pattern(uri: str, patterns: tuple[str, ...]) -> str | None:
    """The first glob that the document's path matches, letter case aside.

    With a slash the pattern is held against the whole path, without one against each part of it, so that `.ssh`
    shuts out a folder.
    """
    path = PurePosixPath(unquote(urlsplit(uri).path).replace("\\", "/").lower())
    for pattern in patterns:
        names = [str(path)] if "/" in pattern else path.parts
        if any(fnmatchcase(name, pattern.lower()) for name in names):
            return pattern
    return None
