"""The first completion, which nobody asked for: what only a first one takes, nobody then waits for."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .answer import Asked, ClientSupport
from .settings import Settings

if TYPE_CHECKING:
    from peephole.model.predictor import Predictor

TEXT = "x = 1\n" * 100
"""Two slices and more, so that reading in order, glancing and searching have all run once."""


def warm_up(predictor: Predictor) -> None:
    """Opens a small document, and completes it by list and ghost text. In the worker; 20 ms are a first time's."""
    from peephole.model.budget import DEFAULT

    from .completion import complete
    from .document import Document
    from .inline_completion import TYPED, complete_line
    from .session import Session

    language = predictor.vocabulary.languages[0]
    document = Document.opened("", language, 0, TEXT, "utf-16")
    desk = Session("", language, document).desk(predictor, DEFAULT)
    if desk is not None:
        desk.lay(document)
        asked = Asked(document, desk, predictor, Settings(), ClientSupport(), lambda: False)
        complete(asked, len(TEXT))
        complete_line(asked, len(TEXT), TYPED)
        desk.read_to(len(TEXT), lambda: False)
