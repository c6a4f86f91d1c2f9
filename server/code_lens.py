"""A function's bits per character above it (LSP 3.17, `textDocument/codeLens`, `codeLens/resolve`). Off by default.

The list costs a look at the tokens; the network reads for a lens only when the client is about to show it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any

from lsprotocol import types
from pygls.lsp.server import LanguageServer

from .answer import Answer, Asked
from .heat_map import COMMAND as HEAT_MAP
from .protocol import RequestFailed
from .scheduler import Priority, Stopped

if TYPE_CHECKING:
    from peephole.model.functions import Function

    from .requests import Requests

MOST_LENSES = 2_000
"""In one document; nobody looks through more."""


class FunctionGone(RequestFailed):
    """The function that a lens stands at is not there any more; the client asks for lenses anew after an edit."""

    CODE = types.LSPErrorCodes.ContentModified
    MESSAGE = "the document was changed"


def list_lenses(asked: Asked) -> Answer[Sequence[types.CodeLens]]:
    """The places of all functions and classes, without what stands there. In the worker."""
    functions = functions_in(asked)
    lenses = [
        types.CodeLens(range=place_of(asked, function), data=name_lens(asked.document.uri, functions, number))
        for number, function in enumerate(functions[:MOST_LENSES])
    ]
    return Answer(lenses, None if lenses else "there is no function in it")


def resolve_lens(asked: Asked, name: str, ordinal: int) -> Answer[types.CodeLens]:
    """The lens of a function as it is now, wherever it has moved; `FunctionGone` if it has gone. In the worker."""
    functions = [function for function in functions_in(asked) if function.name == name]
    if ordinal >= len(functions):
        raise FunctionGone
    function = functions[ordinal]
    asked.desk.read_to(function.end, asked.should_stop)
    place = slice(function.start, function.end)
    bits = float(asked.desk.tape.surprisal_bits[place].mean(dtype="float64"))
    title = f"{bits:.2f} bits a character"
    if asked.predictor.gate is not None:
        network = float(asked.desk.tape.network_bits[place].mean(dtype="float64"))
        title += f" ({network:.2f} without memory)"
    shown = place_of(asked, function)
    whole = asked.document.range_at(function.start, function.end)
    argument = {"uri": asked.document.uri, "range": as_json(whole)}
    return Answer(types.CodeLens(shown, types.Command(title, HEAT_MAP, arguments=[argument])))


def functions_in(asked: Asked) -> list[Function]:
    """The document's functions; raises `Stopped` if told to."""
    from peephole.model.functions import functions_of

    text = asked.document.text
    found = asked.desk.lexing.tokens_to(text, len(text), asked.should_stop)
    functions = functions_of(text, found, asked.document.language, asked.should_stop)
    if asked.should_stop():
        raise Stopped
    return functions


def name_lens(uri: str, functions: Sequence[Function], number: int) -> dict[str, Any]:
    """How a lens finds its function again: by name, and by how many of that name come before."""
    name = functions[number].name
    return {"uri": uri, "name": name, "ordinal": sum(each.name == name for each in functions[:number])}


def place_of(asked: Asked, function: Function) -> types.Range:
    """Where a lens stands: at the function's name."""
    return asked.document.range_at(function.name_start, function.name_start + len(function.name))


def as_json(place: types.Range) -> dict[str, dict[str, int]]:
    """A range as plain JSON."""
    ends = {"start": place.start, "end": place.end}
    return {name: {"line": end.line, "character": end.character} for name, end in ends.items()}


class CodeLenses:
    """Answers clients that ask for lenses. For the loop."""

    def __init__(self, requests: Requests) -> None:
        self._requests = requests

    def list(self, params: types.CodeLensParams) -> Any:
        """The lenses of a document; none while they are switched off."""
        if not self._requests.settings.surprisal.code_lens:
            return []
        nothing: Sequence[types.CodeLens] = []
        uri = params.text_document.uri
        return self._requests.answer("codeLens", uri, None, list_lenses, nothing, priority=Priority.STUDY)

    def resolve(self, lens: types.CodeLens) -> Any:
        """What stands at a lens; a lens that was not given out here is refused."""
        data = lens.data if isinstance(lens.data, Mapping) else {}
        uri, name, ordinal = (data.get(each) for each in ("uri", "name", "ordinal"))
        if not isinstance(uri, str) or not isinstance(name, str) or not isinstance(ordinal, int) or ordinal < 0:
            raise RequestFailed("this lens is none that the server gave out")
        work = partial(resolve_lens, name=name, ordinal=ordinal)
        return self._requests.answer("codeLens", uri, None, work, lens, priority=Priority.STUDY)


def register(server: LanguageServer, requests: Requests) -> None:
    """Lets clients ask for lenses."""
    lenses = CodeLenses(requests)
    server.feature(types.TEXT_DOCUMENT_CODE_LENS, types.CodeLensOptions(resolve_provider=True))(partial(lenses.list))
    server.feature(types.CODE_LENS_RESOLVE)(partial(lenses.resolve))
