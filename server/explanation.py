"""The command `peephole.explain`: why something, or nothing, is shown at a place.

Asked: `[{"uri", "position"}]`. Answered, for whoever wonders or reports a fault: what the server is doing, the document
as `peephole.documents` has it, and for completion, inlineCompletion, diagnostics and hover their settings, what is
shown, and otherwise the `silence`: why nothing is. `candidates` are the words that were found, with what the network
alone gives them and why one is not shown; `memory` is what the memories add to the next character, in bits.
"""

from __future__ import annotations

from collections.abc import Callable, Container, Mapping, Sequence
from dataclasses import fields
from functools import partial
from typing import TYPE_CHECKING, Any

from lsprotocol import types
from pygls.exceptions import JsonRpcInvalidParams
from pygls.lsp.server import LanguageServer

from .answer import Answer, Asked
from .exclusion import Switch, switched_off
from .introspection import read_position
from .section import wire_name
from .session import MOST_UNREAD

if TYPE_CHECKING:
    from peephole.model.predictor import Reading

    from .display import Display
    from .marks import Mark
    from .requests import Requests
    from .settings import Settings

COMMAND = "peephole.explain"

KINDS = ("completion", "inlineCompletion", "diagnostics", "hover")


def read_question(arguments: Sequence[Any]) -> tuple[str, types.Position]:
    """The command's arguments: a document and a place in it; `JsonRpcInvalidParams` says what is wrong with them."""
    question = arguments[0] if len(arguments) == 1 else None
    if not isinstance(question, Mapping) or not isinstance(question.get("uri"), str):
        raise JsonRpcInvalidParams(f"{COMMAND} takes one object, with the `uri` of an open document")
    return question["uri"], read_position(question.get("position"), "`position`")


def switches(settings: Settings) -> dict[str, Switch]:
    """The settings of everything that is explained, by what it is called on the wire."""
    groups = (settings.completion, settings.inline_completion, settings.diagnostics, settings.hover)
    return dict(zip(KINDS, groups, strict=True))


def describe_silent(settings: Settings, silence: str | None) -> dict[str, Any]:
    """The answer for a document that is not read: the same reason for everything."""
    return {
        name: {"settings": as_json(group), "silence": silence, "shown": []}
        for name, group in switches(settings).items()
    }


def as_json(settings: Switch) -> dict[str, Any]:
    """A group of settings by its wire names."""
    return {wire_name(each.name): getattr(settings, each.name) for each in fields(settings)}  # type: ignore[arg-type]


def explain(asked: Asked, position: types.Position, accepted: Container[str] = ()) -> dict[str, Any]:
    """Everything about a place. In the worker; marks are looked for around it, if they are not known yet."""
    offset = asked.document.offset_at(position)
    unread = asked.desk.tape.unread_before(offset)
    answers: dict[str, Callable[[Asked, int], dict[str, Any]]] = {
        "completion": explain_completion,
        "inlineCompletion": explain_line,
        "diagnostics": partial(explain_marks, accepted=accepted),
        "hover": explain_hover,
    }
    found: dict[str, Any] = {"offset": offset, "version": asked.document.version, "unread": unread}
    for name, group in switches(asked.settings).items():
        off = switched_off(name, group, asked.document.language)
        told = answers[name](asked, offset)
        found[name] = {"settings": as_json(group), **told, **({"shown": [], "silence": off} if off else {})}
    return found


def explain_completion(asked: Asked, offset: int) -> dict[str, Any]:
    """The words that were found, and which of them the list shows."""
    from .completion import complete, look

    seen, answer = look(asked, offset), complete(asked, offset)
    labels = [item.label for item in answer.value.items]
    candidates = [
        {
            "text": (seen.prefix + candidate.text).strip(),
            "kind": candidate.kind,
            "probability": round(candidate.probability, 6),
            "networkProbability": round(candidate.network_probability, 6),
            "notShown": seen.why_not(candidate, labels),
        }
        for candidate in seen.found
    ]
    return {
        "exact": seen.exact,
        "inStringOrComment": seen.in_text,
        "prefix": seen.prefix,
        "candidates": candidates,
        "memory": describe_memory(seen.reading),
        "shown": labels,
        "silence": answer.silence,
    }


def describe_memory(reading: Reading) -> dict[str, float] | None:
    """Bits that each memory adds to the most probable next character; None without any memory."""
    if reading.gate is None or reading.recall is None:
        return None
    from peephole.model.predictor import BITS_PER_NAT

    bonus = reading.bonus(int(reading.log_probabilities.argmax()))
    parts = {"document": bonus.document, "near": bonus.near, "far": bonus.far}
    return {name: round(float(nats * BITS_PER_NAT), 3) for name, nats in parts.items()}


def explain_line(asked: Asked, offset: int) -> dict[str, Any]:
    """The ghost text."""
    from .inline_completion import TYPED, complete_line

    answer = complete_line(asked, offset, TYPED)
    return told(answer, [item.insert_text for item in answer.value.items])


def explain_marks(asked: Asked, offset: int, accepted: Container[str] = ()) -> dict[str, Any]:
    """The marks at the place, and what its token costs. All of the document has to be read for them: until it is, there
    are none, and that is the answer. accepted: the fingerprints of what is fine."""
    from peephole.model.lexis import find_token

    from .diagnostics import describe, marks_around, marks_found, strongest

    text, tape = asked.document.text, asked.desk.tape
    token = find_token(asked.desk.lexing.tokens_to(text, offset + 1, asked.should_stop), offset)
    if token is None:
        return {"bits": None, "shown": [], "silence": "the document is empty"}
    asked.desk.read_to(token.end, asked.should_stop)
    bits = float(tape.surprisal_bits[token.start : token.end].sum(dtype="float64"))
    marks = marks_found(asked)
    if marks is None and len(text) - tape.fed > MOST_UNREAD:
        unread = f"marks come when all of the document is read: {100 * tape.fed // len(text)} % is"
        return {"bits": round(bits, 2), "shown": [], "silence": unread}
    if marks is None:
        asked.desk.read_to(len(text), asked.should_stop)
        marks = marks_around(asked, offset)
    here = [mark for mark in marks if mark.span.start <= offset <= mark.span.end]
    kept = strongest(marks, accepted, asked.settings.diagnostics.max_items)
    shown = [describe(mark.span) for mark in here if mark in kept]
    silence = None if shown else why_unmarked(here, accepted, bits)
    return {"bits": round(bits, 2), "shown": shown, "silence": silence}


def why_unmarked(here: Sequence[Mark], accepted: Container[str], bits: float) -> str:
    """Why no mark is shown at a place, of those that were found there."""
    if not here:
        return f"nothing at this place is improbable enough; the token costs {bits:.1f} bits"
    if all(mark.fingerprint in accepted for mark in here):
        return "somebody said that it is fine here"
    return "there are more marks than diagnostics.maxItems, and stronger ones"


def explain_hover(asked: Asked, offset: int) -> dict[str, Any]:
    """What the hover says."""
    from .hover import hover

    answer = hover(asked, offset)
    contents = answer.value.contents if answer.value is not None else None
    return told(answer, [contents.value] if isinstance(contents, types.MarkupContent) else [])


def told(answer: Answer[Any], shown: list[Any]) -> dict[str, Any]:
    """An answer without its shape on the wire."""
    return {"exact": answer.exact, "shown": shown, "silence": answer.silence}


def register(server: LanguageServer, requests: Requests, display: Display) -> None:
    """Adds the command."""

    @server.command(COMMAND)
    def explain_place(*arguments: Any) -> Any:
        uri, position = read_question(arguments)
        return requests.explain(uri, partial(explain, position=position, accepted=display.accepted(uri)))
