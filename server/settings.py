"""What a person can set, each with its default, its limits and its meaning in one place.

On the wire the names are camelCase under the section `peephole`, for instance `peephole.completion.maxItems`: `section`
reads them. `peephole settings` lists all of them, `docs/settings.md` is its output.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import TypeVar

from peephole.model.budget import MEGABYTES
from peephole.model.offers import (
    BEAM_WIDTH,
    LEAST_ITEM,
    LEAST_LINE,
    LEAST_LINES,
    LONGEST_GHOST,
    LONGEST_ITEM,
    MOST_ITEMS,
    MOST_LINES,
    SENSITIVITY,
)

T = TypeVar("T")


def setting(
    default: T,
    doc: str,
    *,
    least: float = 0,
    most: float = math.inf,
    choices: tuple[str, ...] = (),
    needs_trust: bool = False,
) -> T:
    """A dataclass field with its meaning and limits; the type checker sees the default.

    needs_trust: a workspace must not choose it, see `trust`.
    """
    metadata = {"doc": doc, "least": least, "most": most, "choices": choices, "needs_trust": needs_trust}
    made: T = field(default=default, metadata=metadata)
    return made


SECRETS = (
    *(".env", ".env.*", "*.env", ".envrc", ".netrc", ".pypirc", ".npmrc", ".pgpass", ".htpasswd"),
    *("*.pem", "*.key", "*.p12", "*.pfx", "*.jks", "*.keystore", "*.kdbx", "*.asc", "*.gpg"),
    *("id_rsa*", "id_dsa*", "id_ecdsa*", "id_ed25519*", ".ssh", ".aws", ".gnupg", ".kube", ".docker"),
    *("secrets.*", "*.secret", "*.secrets", "credentials", "credentials.*"),
)
"""Names that commonly hold secrets. A pattern without a slash is held against every part of a path."""


@dataclass(frozen=True)
class ModelSettings:
    """Which network reads, and with how much of the processor."""

    folder: str = setting(
        "",
        "Folder of the checkpoint to serve; empty for the one that ships with Peephole. A workspace cannot choose it.",
        needs_trust=True,
    )
    threads: int = setting(1, "Threads of one network call; more than one seldom helps.", least=1, most=16)


@dataclass(frozen=True)
class DocumentSettings:
    """Which documents are read at all."""

    languages: tuple[str, ...] = setting(
        (), "Language ids that Peephole is active for; empty for all that the model has learned."
    )
    excluded: tuple[str, ...] = setting(
        SECRETS,
        "Glob patterns of paths that are never read. One without a slash is held against each part of the path.",
    )
    largest_characters: int = setting(
        1_000_000, "Documents with more characters than this are not read.", least=1_000, most=50_000_000
    )
    megabytes: int = setting(
        MEGABYTES,
        "Most memory for what was read of one document: surprisals, states, what is remembered, what an undo needs.",
        least=16,
        most=4096,
    )
    total_megabytes: int = setting(
        64, "Most memory for that of all open documents; those not used for longest make room.", least=16, most=16384
    )


@dataclass(frozen=True)
class WorkspaceSettings:
    """The files around the open documents, which remembering looks into."""

    enabled: bool = setting(True, "Remember the workspace's other files, and the other open documents.")
    most_megabytes: int = setting(
        20, "Most source code that is remembered, of each language; what lies nearest stays.", most=200
    )
    excluded: tuple[str, ...] = setting(
        (), "Glob patterns of paths that are not remembered, besides documents.excluded and what .gitignore says."
    )


@dataclass(frozen=True)
class CompletionSettings:
    """The popup list (`textDocument/completion`)."""

    enabled: bool = setting(True, "Offer the next word in the popup list.")
    languages: tuple[str, ...] = setting((), "Language ids that it is offered for; empty for all that are read.")
    max_items: int = setting(MOST_ITEMS, "Most items in the list.", least=1, most=50)
    least_probability: float = setting(LEAST_ITEM, "Leave out what is less probable than this.", most=1)
    beam_width: int = setting(BEAM_WIDTH, "Continuations followed side by side; more is slower.", least=1, most=32)
    longest: int = setting(LONGEST_ITEM, "Most characters of one item beyond the cursor.", least=1, most=200)


@dataclass(frozen=True)
class InlineCompletionSettings:
    """Ghost text (`textDocument/inlineCompletion`)."""

    enabled: bool = setting(True, "Offer the rest of the line, or more lines, as ghost text.")
    languages: tuple[str, ...] = setting((), "Language ids that it is offered for; empty for all that are read.")
    least_probability: float = setting(
        LEAST_LINE, "Ghost text ends where the probability of all of it falls below this.", least=0.001, most=1
    )
    least_probability_of_lines: float = setting(
        LEAST_LINES, "Ghost text of several lines must be so probable, all of it.", least=0.001, most=1
    )
    max_lines: int = setting(
        MOST_LINES, "Most lines of ghost text. It has more than one only in a block, call or comment.", least=1, most=50
    )
    longest: int = setting(LONGEST_GHOST, "Most characters of ghost text.", least=1, most=2_000)
    delay_ms: int = setting(0, "Milliseconds to wait after a keystroke before looking.", most=5_000)


@dataclass(frozen=True)
class DiagnosticSettings:
    """Marks at improbable places (`textDocument/publishDiagnostics`)."""

    enabled: bool = setting(True, "Mark places where the model is sure that something else belongs.")
    languages: tuple[str, ...] = setting((), "Language ids that are marked; empty for all that are read.")
    sensitivity: float = setting(
        SENSITIVITY, "Marks that are expected in 1,000 lines of clean code; more also finds more.", most=100
    )
    severity: str = setting("hint", "How the editor shows the marks.", choices=("hint", "information"))
    debounce_ms: int = setting(400, "Milliseconds without typing before the marks are renewed.", most=60_000)
    max_items: int = setting(50, "Most marks in one document; the most surprising stay.", least=1, most=1_000)


@dataclass(frozen=True)
class HoverSettings:
    """What stands under the pointer (`textDocument/hover`)."""

    enabled: bool = setting(True, "Show how probable the word under the pointer was and what was expected.")
    languages: tuple[str, ...] = setting((), "Language ids that it is shown for; empty for all that are read.")
    max_items: int = setting(5, "Most expected words that are listed.", least=1, most=20)


@dataclass(frozen=True)
class SurprisalSettings:
    """How surprising the text was, shown in it (`textDocument/codeLens`)."""

    code_lens: bool = setting(False, "Show the bits per character of each function and class above it.")


@dataclass(frozen=True)
class Settings:
    """All settings of one server."""

    model: ModelSettings = field(default_factory=ModelSettings)
    documents: DocumentSettings = field(default_factory=DocumentSettings)
    workspace: WorkspaceSettings = field(default_factory=WorkspaceSettings)
    completion: CompletionSettings = field(default_factory=CompletionSettings)
    inline_completion: InlineCompletionSettings = field(default_factory=InlineCompletionSettings)
    diagnostics: DiagnosticSettings = field(default_factory=DiagnosticSettings)
    hover: HoverSettings = field(default_factory=HoverSettings)
    surprisal: SurprisalSettings = field(default_factory=SurprisalSettings)
