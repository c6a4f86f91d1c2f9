"""`peephole settings`: all settings with their defaults, for people (`docs/settings.md`) and for editors' manifests."""

from __future__ import annotations

import argparse
import json
import math
from collections.abc import Iterator, Mapping
from typing import Any

from peephole.server.section import SECTION, describe_settings, groups
from peephole.server.trust import TRUSTED

from .options import Subparsers

TOP = f"""\
# Settings

<!-- made by `peephole settings`; to change it, change `server/settings.py` -->

The server reads them from the section `{SECTION}` of `initializationOptions`, `workspace/didChangeConfiguration` and,
where the client can be asked, `workspace/configuration`. They take effect at once. A value that is no good is reported,
and its default used.

**Trust.** In what an editor sends, a workspace's settings cannot be told from yours, and who chooses the model chooses
what is offered. So settings marked with † count only if the client says, outside of them, that you trust the workspace:
in `initializationOptions`, by `{{"{SECTION}": {{...}}, "{TRUSTED}": true}}` with nothing else beside. Without that the
shipped model is served, and the status says so. On the command line, `peephole serve --model FOLDER` needs no trust.
"""


def add_command(subparsers: Subparsers) -> None:
    """Adds `settings` to the command line."""
    parser = subparsers.add_parser("settings", help="list the settings, their defaults and what they mean")
    parser.add_argument("--json", action="store_true", help="as JSON Schema properties, for an editor's manifest")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Prints them: 0."""
    print(json.dumps(properties(), indent=2, ensure_ascii=False) if arguments.json else "\n".join(document()))
    return 0


def properties() -> dict[str, dict[str, Any]]:
    """Each setting's JSON Schema by its dotted name. `scope` is VS Code's: `machine` is not for workspaces."""
    return {name: schema(default, metadata) for name, default, metadata in describe_settings()}


def schema(default: Any, metadata: Mapping[str, Any]) -> dict[str, Any]:
    """JSON Schema of one setting."""
    made: dict[str, Any] = {"type": type_of(default), "default": default, "description": metadata["doc"]}
    if made["type"] in ("integer", "number"):
        made["minimum"] = metadata["least"]
        if metadata["most"] < math.inf:
            made["maximum"] = metadata["most"]
    if made["type"] == "array":
        made |= {"default": list(default), "items": {"type": "string"}}
    if metadata["choices"]:
        made["enum"] = list(metadata["choices"])
    return made | {"scope": "machine" if metadata["needs_trust"] else "resource"}


def type_of(default: Any) -> str:
    """JSON Schema's name of a default's type."""
    names = {bool: "boolean", int: "integer", float: "number", str: "string", tuple: "array"}
    return names[type(default)]


def document() -> Iterator[str]:
    """The lines of `docs/settings.md`."""
    yield TOP
    for path, group in groups():
        yield f"## `{path}`\n\n{group.__doc__}\n"
        yield "| setting | default | values | |\n| --- | --- | --- | --- |"
        for name, default, metadata in describe_settings(group, path):
            mark = " †" if metadata["needs_trust"] else ""
            told = (f"`{name}`{mark}", shown(default), values(default, metadata), metadata["doc"].replace("|", "\\|"))
            yield f"| {' | '.join(told)} |"
        yield ""


def shown(default: Any) -> str:
    """A default as people read it."""
    if isinstance(default, tuple):
        return ", ".join(f"`{each}`" for each in default) or "empty"
    return f"`{json.dumps(default)}`" if default != "" else "empty"


def values(default: Any, metadata: Mapping[str, Any]) -> str:
    """What a setting may be."""
    kind = type_of(default)
    if metadata["choices"]:
        return " or ".join(f"`{each}`" for each in metadata["choices"])
    if kind in ("integer", "number"):
        least, most = (f"{metadata[end]:.10g}" for end in ("least", "most"))
        return f"{least} to {most}" + (", whole" if kind == "integer" else "")
    return {"boolean": "`true`, `false`", "array": "strings"}.get(kind, "a string")
