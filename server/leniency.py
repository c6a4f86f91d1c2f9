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
    """pygls's converter, to which a way of asking that it does not know is as good as asking by hand.

    `InlineCompletionTriggerKind` began at 0 before LSP 3.18 was corrected (language-server-protocol, pull request
    1852), and still does in vscode-languageclient 9: whoever asks there for ghost text by hand sends a 0.
    """
    converter: Converter = default_converter()  # type: ignore[no-untyped-call]
    for kind in (types.InlineCompletionTriggerKind, types.CompletionTriggerKind):
        converter.register_structure_hook(kind, _known_or_invoked)
    return converter


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
