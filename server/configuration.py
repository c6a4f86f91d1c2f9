"""Where settings come from: `initializationOptions` first, and laid over them whatever the client sends or, if it can
be asked, answers to `workspace/configuration` (LSP 3.17).

The client is never awaited: a request is sent, and its answer takes effect when it comes.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future
from typing import Any

from lsprotocol import types
from pygls.lsp.server import LanguageServer

from .answer import ClientSupport
from .section import SECTION, Problem, merge_settings, read_settings, section_of
from .settings import Settings
from .trust import says_trusted, withhold, without_trust

logger = logging.getLogger(__name__)

REGISTRATION = types.Registration(
    id="peephole.configuration",
    method=types.WORKSPACE_DID_CHANGE_CONFIGURATION,
    register_options=types.DidChangeConfigurationRegistrationOptions(section=SECTION),
)


class Configuration:
    """Keeps the settings up to date; `apply` takes them whenever they change."""

    def __init__(
        self, server: LanguageServer, apply: Callable[[Settings, list[str]], None], *, pinned: bool = False
    ) -> None:
        """pinned: the command line has named the model, so that it does not matter what is said of it here."""
        self._server, self._apply = server, apply
        self._trusted = self._pinned = pinned
        self._base: object = None
        self._support = ClientSupport()
        self._reported: set[str] = set()

    def begin(self, options: object, support: ClientSupport) -> None:
        """Takes the `initializationOptions`."""
        self._trusted = self._pinned or says_trusted(options)
        self._base, self._support = section_of(without_trust(options)), support
        self._take(None)

    def initialized(self) -> None:
        """Asks for the settings, and to be told when they change, where the client can do that."""
        if self._support.register_configuration:
            params = types.RegistrationParams([REGISTRATION])
            self._ask(types.CLIENT_REGISTER_CAPABILITY, params, lambda _: None)
        self._pull()

    def changed(self, settings: object) -> None:
        """Takes what `didChangeConfiguration` brings; a client that sends nothing with it wants to be asked."""
        section = section_of(settings)
        if isinstance(section, Mapping) and not section and self._support.pull_configuration:
            section = None
        if section is not None:
            self._take(section)
        else:
            self._pull()

    def _pull(self) -> None:
        if self._support.pull_configuration:
            params = types.ConfigurationParams([types.ConfigurationItem(section=SECTION)])
            self._ask(types.WORKSPACE_CONFIGURATION, params, self._pulled)

    def _pulled(self, result: object) -> None:
        if isinstance(result, Sequence) and len(result) == 1:
            self._take(result[0])

    def _ask(self, method: str, params: object, take: Callable[[object], None]) -> None:
        """Sends a request to the client. An error in reply means that it does not know: nothing changes then."""

        def answered(reply: Future[Any]) -> None:
            if not reply.cancelled() and reply.exception() is None:
                take(reply.result())

        self._server.protocol.send_request(method, params).add_done_callback(answered)

    def _take(self, section: object) -> None:
        settings, problems = read_settings(merge_settings(self._base, section))
        if not self._trusted:
            settings, withheld = withhold(settings)
            problems += withheld
        self._apply(settings, [problem.message for problem in problems])
        self._report(problems)

    def _report(self, problems: Sequence[Problem]) -> None:
        """Shows what is wrong, once each; names that are not known, which may be an editor plugin's, are logged."""
        for problem in problems:
            if problem.message in self._reported:
                continue
            self._reported.add(problem.message)
            logger.warning("settings: %s", problem.message)
            if problem.serious:
                self._server.window_show_message(types.ShowMessageParams(types.MessageType.Warning, problem.message))
