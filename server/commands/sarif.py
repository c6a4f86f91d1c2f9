"""Findings as SARIF 2.1.0 (OASIS Static Analysis Results Interchange Format), for services that collect them.

Files below the folder that the command was run in are named relative to `%SRCROOT%`, which is left open: whoever reads
the log knows where the sources lie, and a log does not tell where they lay.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any
from urllib.parse import quote

from peephole.model.version import VERSION

from .finding import Finding

SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
ROOT = "%SRCROOT%"
FINGERPRINT = "placeInLine/v1"

RULES = {
    "expected": ("ImprobableToken", "One other token is all but certain here."),
    "other": ("UnlikelyToken", "The model is sure that another token belongs here, though others may be, too."),
    "slip": ("ImprobableName", "This looks like a slip in writing a name that is used elsewhere."),
    "missing": ("MissingToken", "The model is sure that something is missing beside this token."),
    "surplus": ("SurplusToken", "The model is sure that this token does not belong here."),
    "doubled": ("DoubledToken", "The same stands here a second time."),
    "brackets": ("WrongBrackets", "The model is sure that a pair of brackets is of another kind."),
    "swapped": ("SwappedArguments", "The model is sure that two arguments change places."),
    "kind": ("ImprobableLiteral", "No literal of this kind belongs here."),
    "return": ("ImprobableReturn", "This does not fit what the method says that it gives."),
}
"""Name and meaning of a rule, by the reason of a finding."""

HELP = (
    "Improbable is not wrong: unusual code is found as well. A comment `peephole: ignore` at the end of the line, or "
    "on a line of its own before it, hushes a place; `peephole: ignore-file` hushes a file."
)


def sarif_log(findings: Sequence[Finding], problems: Sequence[str], model_hash: str, folder: Path) -> dict[str, Any]:
    """The log of one run. problems: what could not be checked, in words; folder: that the command was run in."""
    driver = {
        "name": "peephole",
        "version": VERSION,
        "rules": [rule(reason) for reason in RULES],
        "properties": {"model": model_hash},
    }
    notifications = [{"level": "error", "message": {"text": problem}} for problem in problems]
    run = {
        "tool": {"driver": driver},
        "invocations": [{"executionSuccessful": not problems, "toolExecutionNotifications": notifications}],
        "originalUriBaseIds": {ROOT: {"description": {"text": "The folder that the files are named from."}}},
        "columnKind": "utf16CodeUnits",
        "newlineSequences": ["\r\n", "\n", "\r"],
        "results": [result(finding, folder) for finding in findings],
    }
    return {"$schema": SCHEMA, "version": "2.1.0", "runs": [run]}


def rule(reason: str) -> dict[str, Any]:
    """The descriptor of a rule."""
    name, meaning = RULES[reason]
    return {
        "id": rule_id(reason),
        "name": name,
        "shortDescription": {"text": meaning},
        "fullDescription": {"text": meaning},
        "help": {"text": HELP},
        "defaultConfiguration": {"level": "note"},
    }


def rule_id(reason: str) -> str:
    """How a rule is named in results."""
    return f"improbable/{reason}"


def result(finding: Finding, folder: Path) -> dict[str, Any]:
    """One finding, with the fix if one is known."""
    location, area = artifact_location(finding.path, folder), region(finding)
    told: dict[str, Any] = {
        "ruleId": rule_id(finding.reason),
        "ruleIndex": list(RULES).index(finding.reason),
        "level": "note",
        "message": {"text": finding.message},
        "locations": [{"physicalLocation": {"artifactLocation": location, "region": area}}],
        "partialFingerprints": {FINGERPRINT: f"{finding.fingerprint}:{finding.occurrence}"},
        "properties": {"bits": finding.bits, "evidenceBits": finding.evidence_bits},
    }
    if finding.alternative is not None:
        replacement: dict[str, Any] = {"deletedRegion": area}
        if finding.alternative:
            replacement["insertedContent"] = {"text": finding.alternative}
        what = f"Replace by {finding.alternative!r}" if finding.alternative else "Remove it"
        changes = [{"artifactLocation": location, "replacements": [replacement]}]
        told["fixes"] = [{"description": {"text": what}, "artifactChanges": changes}]
    return told


def region(finding: Finding) -> dict[str, int]:
    """A finding's region; columns in UTF-16 units, the end exclusive."""
    place = finding.region
    return {
        "startLine": place.line,
        "startColumn": place.utf16_column,
        "endLine": place.end_line,
        "endColumn": place.utf16_end_column,
    }


def artifact_location(path: Path, folder: Path) -> dict[str, str]:
    """A file as a relative URI if it lies below the folder, else as an absolute one."""
    whole = Path(os.path.normpath(folder / path))
    if not whole.is_relative_to(folder):
        return {"uri": whole.as_uri()}
    return {"uri": quote(os.fsencode(whole.relative_to(folder).as_posix())), "uriBaseId": ROOT}
