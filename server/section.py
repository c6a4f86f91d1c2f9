"""The section `peephole` of a client's configuration, read into `Settings`, and described for whoever lists it.

A bad value never stops the server: it is reported in words and its default is used.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import Field, dataclass, fields, is_dataclass
from typing import Any, get_type_hints

from .settings import Settings

SECTION = "peephole"
LONGEST_REPR = 40
"""Characters of a bad value that a report quotes: enough to recognise it."""


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
    """Dotted wire name, default, and metadata (those of `setting`) of every setting."""
    for each in fields(group):
        name, kind = f"{path}.{wire_name(each.name)}", _kinds(group)[each.name]
        if isinstance(kind, type) and is_dataclass(kind):
            yield from describe_settings(kind, name)
        else:
            yield name, each.default, each.metadata


def groups() -> Iterator[tuple[str, type[Any]]]:
    """Dotted wire name and dataclass of every group of settings."""
    for each in fields(Settings):
        yield f"{SECTION}.{wire_name(each.name)}", _kinds(Settings)[each.name]


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
