"""A model whose every answer can be told in advance, and documents to ask it about without a server around."""

from __future__ import annotations

from peephole.model.budget import Budget
from peephole.model.glance import Glance
from peephole.model.predictor import Predictor
from peephole.model.recall import NO_LIBRARIES, Libraries
from peephole.model.tape import Tape
from peephole.server.answer import Asked, ClientSupport
from peephole.server.document import Document
from peephole.server.lexing import Lexing
from peephole.server.session import MOST_UNREMEMBERED, Desk, Session
from peephole.server.settings import Settings

FOLLOWERS: dict[str, dict[str, float]] = {
    "java": {"\n": 1},
    "python": {"\n": 1},
    "\n": {" ": 1},
    " ": {"g": 0.9, "s": 0.1},
    "g": {"e": 1},
    "s": {"e": 1},
    "e": {"t": 1},
    "t": {"(": 0.8, "n": 0.2},
    "n": {"(": 1},
    "(": {")": 1},
    ")": {";": 1},
    ";": {"\n": 1},
}
"""A language of lines like ` get();`, in which everything that may be offered can be told in advance."""

SURE = {**FOLLOWERS, " ": {"g": 0.99, "s": 0.01}, "t": {"(": 0.99, "n": 0.01}}
"""The same with hardly anything but `get();`, so that a mark finds its alternative nearly certain."""


def ask_about(
    predictor: Predictor,
    text: str,
    *,
    language: str = "python",
    settings: Settings | None = None,
    support: ClientSupport | None = None,
    stop: bool = False,
    libraries: Libraries = NO_LIBRARIES,
) -> Asked:
    """What the worker gets for a request about a document with this text; `stop` is what `should_stop` says."""
    document = Document.opened("file:///a.py", language, 1, text, "utf-16")
    tape = Tape(predictor, language)
    desk = Desk(tape, Glance(tape), Lexing(language))
    desk.lay(document, libraries)
    return Asked(document, desk, predictor, settings or Settings(), support or ClientSupport(), lambda: stop)


def parked_desk(predictor: Predictor) -> tuple[Desk, int]:
    """A desk that was parked when it had read all, with states but no memory, and the length of its text."""
    document = Document.opened("", "python", 1, " get();\n" * (2 * MOST_UNREMEMBERED // 8), "utf-16")
    desk = Session("", "python", document).desk(predictor, Budget.of(16 << 20))
    assert desk is not None
    desk.lay(document)
    end = len(document.text)
    desk.read_to(end, lambda: False)
    desk.park(4 << 20)
    return desk, end
