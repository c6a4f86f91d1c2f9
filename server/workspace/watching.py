"""What the client is asked for on account of the workspace: to tell when files change (LSP 3.17,
`workspace/didChangeWatchedFiles`). It is never awaited.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import Future
from typing import Any

from lsprotocol import types

from peephole.model.languages import SUFFIXES

from .ignoring import FILE_NAME

IDENTIFIER, METHOD = "peephole.files", types.WORKSPACE_DID_CHANGE_WATCHED_FILES


class Watching:
    """Has the client watch the files of the model's languages, and of no others. For the loop."""

    def __init__(self, ask_client: Callable[[str, Any], Future[Any]]) -> None:
        self._ask_client = ask_client
        self._languages: tuple[str, ...] | None = None

    def watch(self, languages: Sequence[str]) -> None:
        """Asks the client to tell of files that come, go or change; of others than before if the model is another."""
        if tuple(languages) == self._languages:
            return
        if self._languages is not None:
            ended = types.UnregistrationParams([types.Unregistration(IDENTIFIER, METHOD)])
            self._ask_client(types.CLIENT_UNREGISTER_CAPABILITY, ended)
        self._languages = tuple(languages)
        watched = types.Registration(IDENTIFIER, METHOD, watchers(languages))
        self._ask_client(types.CLIENT_REGISTER_CAPABILITY, types.RegistrationParams([watched]))


def watchers(languages: Sequence[str]) -> types.DidChangeWatchedFilesRegistrationOptions:
    """Patterns of the files of some languages, and of those that tell which of them are ignored."""
    names = [f"*{suffix}" for language in languages for suffix in SUFFIXES.get(language, ())]
    return types.DidChangeWatchedFilesRegistrationOptions(
        [types.FileSystemWatcher(f"**/{name}") for name in (*names, FILE_NAME)]
    )
