"""What an answer is made from, and what it is: the shape that completion, hover and the others have in common."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Generic, TypeVar

from lsprotocol import types
from pygls.capabilities import get_capability

from .scheduler import ShouldStop
from .session import Desk
from .settings import Settings

if TYPE_CHECKING:
    from peephole.model.predictor import Predictor

    from .document import Document

T_co = TypeVar("T_co", covariant=True)


@dataclass(frozen=True)
class ClientSupport:
    """What the client said it can do with an answer."""

    label_details: bool = False
    insert_replace: bool = False
    markdown_hover: bool = False
    pull_configuration: bool = False
    register_configuration: bool = False
    register_watching: bool = False
    progress: bool = False
    refresh_code_lens: bool = False
    refresh_diagnostics: bool = False
    document_changes: bool = False

    @classmethod
    def of(cls, capabilities: types.ClientCapabilities) -> ClientSupport:
        """Read off the capabilities of `initialize`; whatever is missing is not supported."""

        def has(path: str) -> bool:
            return bool(get_capability(capabilities, path, False))

        item = "text_document.completion.completion_item"
        formats = get_capability(capabilities, "text_document.hover.content_format", None) or []
        return cls(
            label_details=has(f"{item}.label_details_support"),
            insert_replace=has(f"{item}.insert_replace_support"),
            markdown_hover=types.MarkupKind.Markdown in formats,
            pull_configuration=has("workspace.configuration"),
            register_configuration=has("workspace.did_change_configuration.dynamic_registration"),
            register_watching=has("workspace.did_change_watched_files.dynamic_registration"),
            progress=has("window.work_done_progress"),
            refresh_code_lens=has("workspace.code_lens.refresh_support"),
            refresh_diagnostics=has("workspace.diagnostics.refresh_support"),
            document_changes=has("workspace.workspace_edit.document_changes"),
        )


@dataclass(frozen=True)
class Asked:
    """One request as the worker gets it: the document as it was when the request came, and the tape laid under it."""

    document: Document
    desk: Desk
    predictor: Predictor
    settings: Settings
    support: ClientSupport
    should_stop: ShouldStop


@dataclass(frozen=True)
class Answer(Generic[T_co]):
    """A result for the wire. Where it is empty, `silence` says why; `exact` is false for a provisional reading."""

    value: T_co
    silence: str | None = None
    exact: bool = True


def percent(probability: float) -> str:
    """A probability as people read it."""
    return (
        "<1 %" if probability < 0.01 else f"{min(probability, 0.99 if probability < 1 else 1):.0%}".replace("%", " %")
    )
