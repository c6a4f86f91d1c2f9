"""One server's state, and what each message does to it. All of it runs in the event loop, in the messages' order."""

from __future__ import annotations

import logging
from pathlib import Path
from typing import TYPE_CHECKING

from lsprotocol import types
from pygls.lsp.server import LanguageServer
from pygls.uris import from_fs_path

from .activity import Activity, Watch
from .answer import ClientSupport
from .background import Background, edit_end
from .code_actions import CodeActions
from .configuration import Configuration
from .display import Display
from .engine import Condition
from .exclusion import reason_to_forget
from .lifetime import leave_at_once, watch_client
from .progress import Progress
from .pulling import Pulls
from .reader import Reader
from .requests import Requests
from .session import Session, Sessions
from .settings import Settings
from .status import METHOD, Record
from .workspace.indexing import Workspace
from .workspace.watching import Watching

if TYPE_CHECKING:
    from .document import Encoding

logger = logging.getLogger(__name__)

UNTAKEN = "its text could not be taken in; open it anew"
UNREAD = "an edit of it could not be read; open it anew"


class Service:
    """Documents, settings, and who works on them."""

    def __init__(self, server: LanguageServer, model_folder: Path | None) -> None:
        self._server = server
        self._sessions, self._record = Sessions(), Record()
        self._reader = Reader(model_folder)
        self.display = Display(self._reader, server.text_document_publish_diagnostics)
        self.pulls = Pulls(self._reader, self._sessions, self.display, server.protocol.send_request)
        self.actions = CodeActions(self._reader, self._sessions, self.display, self.pulls)
        self._watch = Watch(self._reader, self._sessions, self._tell)
        self._reader.tell_changes(self._watch.look)
        self._background = Background(self._reader, self._sessions, self.display, self.pulls)
        self._configuration = Configuration(server, self._configure, pinned=model_folder is not None)
        self._workspace = Workspace(self._reader, self._sessions, self._background.consulted)
        self.requests = Requests(
            self._reader, self._sessions, self._background, self._workspace, self._record, self._watch
        )
        self._encoding: Encoding = "utf-16"
        self._watching = Watching(server.protocol.send_request)
        self._began = self._initialized = False
        self._told: str | None = None
        """Why the model is inactive, as the client was told: once is enough, however often it is tried again."""

    def initialize(self, params: types.InitializeParams) -> None:
        """Takes what the client can do and wants."""
        support = ClientSupport.of(params.capabilities)
        encoding = types.PositionEncodingKind(self._server.workspace.position_encoding)
        self._encoding = encoding.value
        self._reader.support = support
        self._record.encoding = self._encoding
        self._configuration.begin(params.initialization_options, support)
        self._workspace.display = Progress(self._server, "workspace") if support.progress else None
        self._watch.display = Progress(self._server, "reading") if support.progress else None
        self._workspace.add_folders(folders_of(params))
        watch_client(params.process_id, leave_at_once)

    def begin(self) -> None:
        """Starts loading the model: once `initialize` is answered, for the client is waiting for that."""
        self._began = True
        self._reader.load(self._loaded)

    def initialized(self) -> None:
        """Asks the client for its settings, and to tell of files that change."""
        self._configuration.initialized()
        self._initialized = True
        self._watch_files()

    def close(self) -> None:
        """Ends the worker, and everything that was begun."""
        for session in self._sessions:
            session.hush()
        self._watch.end()
        self._reader.end()  # both first, lest one thread holds up the other while that is waited for
        self._workspace.end()
        self._reader.close()
        self._workspace.close()

    def configuration_changed(self, params: types.DidChangeConfigurationParams) -> None:
        """Takes new settings."""
        self._configuration.changed(params.settings)

    def folders_changed(self, params: types.DidChangeWorkspaceFoldersParams) -> None:
        """Takes folders of the workspace in, and lets go of others."""
        self._workspace.remove_folders(folder.uri for folder in params.event.removed)
        self._workspace.add_folders(folder.uri for folder in params.event.added)

    def files_changed(self, params: types.DidChangeWatchedFilesParams) -> None:
        """Files of the workspace came, went or were written."""
        self._workspace.files_changed(change.uri for change in params.changes)

    def saved(self, params: types.DidSaveTextDocumentParams) -> None:
        """A document was written to its file."""
        self._workspace.files_changed([params.text_document.uri])

    def open(self, params: types.DidOpenTextDocumentParams) -> None:
        """Takes a document in; one with a secret's path or too much text is not kept, nor looked at any further."""
        from .document import Document  # brings numpy, which takes a tenth of a second: `initialize` can do without

        item = params.text_document
        before = self._sessions.get(item.uri)
        if before is not None:  # nobody may open it twice, but its marks would stay
            self._background.closed(before)
        session = Session(item.uri, item.language_id, None, UNTAKEN)
        self._sessions.add(session)
        self._workspace.renew()
        if self._admits(session, characters_of(item.text)):
            session.document = Document.opened(item.uri, item.language_id, item.version, item.text, self._encoding)
            session.skipped = None
            self._background.opened(session)

    def change(self, params: types.DidChangeTextDocumentParams) -> None:
        """Edits a document; one that grows too long is let go of."""
        session = self._sessions.get(params.text_document.uri)
        if session is None:
            logger.info("ignored the change of a document that is not open")
        elif session.document is not None:
            written = max((characters_of(change.text) for change in params.content_changes), default=0)
            if self._admits(session, written):
                try:
                    session.document = session.document.changed(params.content_changes, params.text_document.version)
                except Exception:  # whatever it was, the text is not that of the client any more
                    self.lose(session.uri)
                    raise
                self._review(session)
                self._background.changed(session, self._place_of(session, params))
                self._workspace.renew(walk=False)

    def lose(self, uri: object) -> None:
        """Lets go of a document whose last edit could not be read: its text is no longer that of the client."""
        session = self._sessions.get(uri) if isinstance(uri, str) else None
        if session is not None and session.document is not None:
            logger.warning("an edit could not be read: its document is let go of until it is opened anew")
            session.forget(UNREAD)
            self._background.closed(session)
            self._workspace.renew(walk=False)

    def close_document(self, params: types.DidCloseTextDocumentParams) -> None:
        """Forgets a document."""
        session = self._sessions.remove(params.text_document.uri)
        if session is not None:
            self._background.closed(session)
            self._workspace.renew()

    def _tell(self, activity: Activity) -> None:
        self._server.protocol.notify(METHOD, activity.to_json())

    def _place_of(self, session: Session, params: types.DidChangeTextDocumentParams) -> int:
        return edit_end(session.document, params.content_changes) if session.document is not None else 0

    def _review(self, session: Session) -> None:
        """Lets go of a document that the settings exclude."""
        if session.document is not None:
            self._admits(session, len(session.document.text))

    def _admits(self, session: Session, characters: int) -> bool:
        """Whether the settings let a document of that length be kept; if not, what is there of it is let go."""
        reason = reason_to_forget(session.uri, characters, self._reader.settings.documents)
        if reason is not None:
            session.forget(f"{reason}; once that has changed, open it anew")
            self._background.closed(session)
            self._workspace.renew(walk=False)
        return reason is None

    def _configure(self, settings: Settings, problems: list[str]) -> None:
        """Loads another model if the settings name one, drops what they exclude, and marks everything anew."""
        before, self._reader.settings, self._record.problems = self._reader.settings, settings, problems
        if before.surprisal != settings.surprisal and self._began and self._reader.support.refresh_code_lens:
            self._server.protocol.send_request(types.WORKSPACE_CODE_LENS_REFRESH, None)
        if not self._began:
            return
        for session in self._sessions:
            self._review(session)
        if not self._reader.load(self._loaded):
            self._refresh()

    def _loaded(self, condition: Condition) -> None:
        logger.info("the model is %s", condition.state)
        self._watch_files()
        told, self._told = self._told, condition.reason
        if condition.reason is not None and condition.reason != told:
            message = f"Peephole is inactive: {condition.reason}"
            self._server.window_show_message(types.ShowMessageParams(types.MessageType.Warning, message))
        self._refresh()

    def _watch_files(self) -> None:
        """Has the client tell of files, once both it and the model are there."""
        predictor = self._reader.condition.predictor
        if self._initialized and predictor is not None and self._reader.support.register_watching:
            self._watching.watch(predictor.vocabulary.languages)

    def _refresh(self) -> None:
        for session in self._sessions:
            self._reader.tidy(session)
            self._background.rest(session)
        self.pulls.refresh()
        self._workspace.renew()


def folders_of(params: types.InitializeParams) -> list[str]:
    """URIs of the client's workspace folders; of a client that knows only one, its root, which an old one names by
    its path."""
    if params.workspace_folders is not None:
        return [folder.uri for folder in params.workspace_folders]
    root = params.root_uri or (from_fs_path(params.root_path) if params.root_path else None)
    return [root] if root else []


def characters_of(text: str) -> int:
    r"""Characters of a client's text as the model reads it, where `\r\n` is one: no copy of the text is made."""
    return len(text) - text.count("\r\n")
