"""What a person can set, each with its default, its limits and its meaning in one place.

On the wire the names are camelCase under the section `peephole`, for instance `peephole.completion.maxItems`.
A bad value never stops the server: it is reported in words and its default is used.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import Field, dataclass, field, fields, is_dataclass
from typing import Any, TypeVar, get_type_hints

from peephole.model.offers import BEAM_WIDTH, LEAST_ITEM, LEAST_LINE, LONGEST_ITEM, LONGEST_LINE, MOST_ITEMS

SECTION = "peephole"
LONGEST_REPR = 40
"""Characters of a bad value that a report quotes: enough to recognise it."""

T = TypeVar("T")


def setting(default: T, doc: str, *, least: float = 0, most: float = math.inf, choices: tuple[str, ...] = ()) -> T:
    """A dataclass field with its meaning and limits; the type checker sees the default."""
    metadata = {"doc": doc, "least": least, "most": most, "choices": choices}
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

    folder: str = setting("", "Folder of the checkpoint to serve; empty for the one that ships with Peephole.")
    threads: int = setting(1, "Threads of one network call; more than one seldom helps.", least=1, most=16)


@dataclass(frozen=True)
class DocumentSettings:
    """Which documents are read at all."""

    languages: tuple[str, ...] = setting(("java", "python"), "Language ids that Peephole is active for.")
    excluded: tuple[str, ...] = setting(
        SECRETS,
        "Glob patterns of paths that are never read. One without a slash is held against each part of the path.",
    )
    largest_characters: int = setting(
        1_000_000, "Documents with more characters than this are not read.", least=1_000, most=50_000_000
    )
    snapshot_megabytes: int = setting(
        8, "Memory for snapshots of the network's state, for each open document.", least=1, most=1024
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
    max_items: int = setting(MOST_ITEMS, "Most items in the list.", least=1, most=50)
    least_probability: float = setting(LEAST_ITEM, "Leave out what is less probable than this.", most=1)
    beam_width: int = setting(BEAM_WIDTH, "Continuations followed side by side; more is slower.", least=1, most=32)
    longest: int = setting(LONGEST_ITEM, "Most characters of one item beyond the cursor.", least=1, most=200)


@dataclass(frozen=True)
class InlineCompletionSettings:
    """Ghost text (`textDocument/inlineCompletion`)."""

    enabled: bool = setting(True, "Offer the rest of the line as ghost text.")
    least_probability: float = setting(
        LEAST_LINE, "Ghost text ends where the probability of all of it falls below this.", least=0.001, most=1
    )
    longest: int = setting(LONGEST_LINE, "Most characters of ghost text.", least=1, most=400)
    delay_ms: int = setting(0, "Milliseconds to wait after a keystroke before looking.", most=5_000)


@dataclass(frozen=True)
class DiagnosticSettings:
    """Marks at improbable places (`textDocument/publishDiagnostics`)."""

    enabled: bool = setting(True, "Mark places where the model is sure that something else belongs.")
    threshold_bits: float = setting(
        12.0, "Mark what costs at least so many bits more than what was expected.", least=1, most=100
    )
    least_alternative: float = setting(0.9, "Mark only where one other word is at least so probable.", most=1)
    severity: str = setting("hint", "How the editor shows the marks.", choices=("hint", "information"))
    debounce_ms: int = setting(400, "Milliseconds without typing before the marks are renewed.", most=60_000)
    max_items: int = setting(50, "Most marks in one document; the most surprising stay.", least=1, most=1_000)


@dataclass(frozen=True)
class HoverSettings:
    """What stands under the pointer (`textDocument/hover`)."""

    enabled: bool = setting(True, "Show how probable the word under the pointer was and what was expected.")
    max_items: int = setting(5, "Most expected words that are listed.", least=1, most=20)


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


@dataclass(frozen=True)
class Problem:
    """One thing that is wrong with the settings that came, in words."""

    message: str
    serious: bool
    """False for a name that is not known: it may be meant for the editor's own plugin."""


def read_settings(value: object) -> tuple[Settings, list[Problem]]:
    """Settings of what a client sent (the section itself, or an object that holds it), and what is wrong with it."""
    section = section_of(value)
    problems: list[Problem] = []
    settings: Settings = _read_group(Settings, {} if section is None else section, SECTION, problems)
    return settings, problems


def section_of(value: object) -> object:
    """The section `peephole` of an object that holds it; any other value is taken for the section itself."""
    return value[SECTION] if isinstance(value, Mapping) and SECTION in value else value


def merge_settings(base: object, over: object) -> object:
    """The plain JSON value `over` laid on `base`: objects are merged, everything else is replaced."""
    if isinstance(base, Mapping) and isinstance(over, Mapping):
        return {**base, **{name: merge_settings(base.get(name), over[name]) for name in over}}
    return base if over is None else over


def describe_settings(group: type[Any] = Settings, path: str = SECTION) -> Iterator[tuple[str, Any, Mapping[str, Any]]]:
    """Dotted wire name, default, and metadata (doc, least, most, choices) of every setting."""
    for each in fields(group):
        name = f"{path}.{wire_name(each.name)}"
        kind = _kinds(group)[each.name]
        if isinstance(kind, type) and is_dataclass(kind):
            yield from describe_settings(kind, name)
        else:
            yield name, each.default, each.metadata


def wire_name(name: str) -> str:
    """camelCase of a field's name."""
    first, *rest = name.split("_")
    return first + "".join(word.capitalize() for word in rest)


def _kinds(group: type[Any]) -> dict[str, Any]:
    """The types of a group's settings, by field name."""
    return get_type_hints(group)


def _read_group(group: Any, value: object, path: str, problems: list[Problem]) -> Any:
    """One dataclass of the tree from a JSON object; problems are appended."""
    if not isinstance(value, Mapping):
        problems.append(Problem(f"{path} is {_quote(value)}; expected an object: using the defaults", True))
        value = {}
    known = {wire_name(each.name): each for each in fields(group)}
    unknown = [name for name in value if name not in known]
    problems += [Problem(f"{path}: {_quote(name)} is no setting of this version", False) for name in unknown]
    kinds = _kinds(group)
    return group(
        **{
            each.name: _read_setting(kinds[each.name], each, value[wire], f"{path}.{wire}", problems)
            for wire, each in known.items()
            if value.get(wire) is not None
        }
    )


def _read_setting(kind: Any, each: Field[Any], value: object, path: str, problems: list[Problem]) -> Any:
    """One field's value: a group of settings, or a plain one, or its default if what came is no good."""
    if is_dataclass(kind):
        return _read_group(kind, value, path, problems)
    try:
        return _read_value(kind, value, each.metadata)
    except ValueError as error:
        problems.append(Problem(f"{path} is {_quote(value)}; expected {error}: using the default", True))
        return each.default


def _read_value(kind: Any, value: object, limits: Mapping[str, Any]) -> Any:
    """The value as the field's type; `ValueError` says what was expected."""
    if kind in (int, float):
        return _read_number(kind, value, limits)
    if kind is bool and isinstance(value, bool):
        return value
    if kind is str and isinstance(value, str) and value in (limits["choices"] or (value,)):
        return value
    if kind == tuple[str, ...] and isinstance(value, list) and all(isinstance(each, str) for each in value):
        return tuple(value)
    choices = " or ".join(limits["choices"])
    expected = {bool: "true or false", str: choices or "a string"}
    raise ValueError(expected.get(kind, "a list of strings"))


def _read_number(kind: type[int] | type[float], value: object, limits: Mapping[str, Any]) -> int | float:
    """A number within its limits; whole where an int is wanted (3.0 is whole, true is no number)."""
    if isinstance(value, int | float) and not isinstance(value, bool):
        whole = isinstance(value, int) or value.is_integer()
        if limits["least"] <= value <= limits["most"] and (kind is float or whole):
            return kind(value)
    most = "up" if limits["most"] == math.inf else f"to {limits['most']:g}"
    raise ValueError(f"a {'whole ' if kind is int else ''}number from {limits['least']:g} {most}")


def _quote(value: object) -> str:
    shown = repr(value)
    return shown if len(shown) <= LONGEST_REPR else shown[: LONGEST_REPR - 1] + "…"
