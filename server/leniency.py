"""What a client says of itself, without what this version does not understand (LSP 3.17, "Capabilities").

A newer client names kinds, tags or formats that lsprotocol's enumerations do not have yet, and servers are to pass over
what they do not know. Taken strictly, one such value would cost the whole `initialize`, and so the server.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from lsprotocol import types
from pygls.protocol import default_converter

if TYPE_CHECKING:
    from cattrs import Converter

LEAST: dict[str, Any] = {"processId": None, "rootUri": None, "capabilities": {}}
"""What `initialize` has at any rate; what is understood is laid over it."""

MISSING = object()


def lenient_converter() -> Converter:
    """pygls's converter for one client, to which a way of asking that it does not know is as good as asking by hand."""
    converter: Converter = default_converter()  # type: ignore[no-untyped-call]
    converter.register_structure_hook(types.CompletionTriggerKind, _known_or_invoked)
    converter.register_structure_hook(types.InlineCompletionTriggerKind, GhostTextTriggers())
    return converter


class GhostTextTriggers:
    """How ghost text was asked for, by the numbers of this client.

    `InlineCompletionTriggerKind` began at 0 before LSP 3.18 was corrected (language-server-protocol, pull request
    1852), and still does in vscode-languageclient 9: there 0 is by hand and 1 by typing, where now 1 is by hand and 2
    by typing. Who types sends dozens of the latter for each of the former, so a 1 counts as typing until a 2 is seen:
    a client that only ever asks by hand gets what is surer, one from before is not shown what is less sure unasked.
    """

    def __init__(self) -> None:
        self._from_one = False

    def __call__(self, value: Any, kind: Any) -> Any:
        """The kind of a number."""
        found = _known_or_invoked(value, kind)
        self._from_one = self._from_one or found is kind.Automatic
        return kind.Automatic if value == kind.Invoked.value and not self._from_one else found


def _known_or_invoked(value: Any, kind: Any) -> Any:
    try:
        return kind(value)
    except ValueError:
        return kind.Invoked


def understood(params: dict[str, Any], parse: Callable[[dict[str, Any]], object]) -> dict[str, Any]:
    """The parameters of `initialize` without the parts that `parse` raises for, however small they are."""

    def parses(value: Any) -> bool:
        try:
            parse(LEAST | value)
        except Exception:  # cattrs raises what it likes
            return False
        return True

    found = _understood(params, parses)
    return LEAST | (found if isinstance(found, dict) else {})


def _understood(value: Any, parses: Callable[[Any], bool]) -> Any:
    """The value, or what is left of it without the parts that do not parse by themselves; `MISSING` if nothing is."""
    if parses(value):
        return value
    kept: Any = MISSING
    if isinstance(value, dict):
        parts = {name: _understood(each, _within(name, parses)) for name, each in value.items()}
        kept = {name: part for name, part in parts.items() if part is not MISSING}
    elif isinstance(value, list):
        kept = [each for each in value if parses([each])]
    return kept if kept is not MISSING and parses(kept) else MISSING


def _within(name: str, parses: Callable[[Any], bool]) -> Callable[[Any], bool]:
    """Whether a part parses as what has this name in the object around it."""
    return lambda part: parses({name: part})
