"""What the client is asked for on account of the workspace: to tell when files change (LSP 3.17,
`workspace/didChangeWatchedFiles`). It is never awaited.
"""

from __future__ import annotations

from lsprotocol import types
from pygls.lsp.server import LanguageServer

from .ignoring import FILE_NAME
from .walk import LANGUAGES

WATCHED = types.Registration(
    id="peephole.files",
    method=types.WORKSPACE_DID_CHANGE_WATCHED_FILES,
    register_options=types.DidChangeWatchedFilesRegistrationOptions(
        [types.FileSystemWatcher(f"**/{name}") for name in (*(f"*{suffix}" for suffix in LANGUAGES), FILE_NAME)]
    ),
)


def watch_files(server: LanguageServer) -> None:
    """Asks the client to tell of files that come, go or change."""
    server.protocol.send_request(types.CLIENT_REGISTER_CAPABILITY, types.RegistrationParams([WATCHED]))
