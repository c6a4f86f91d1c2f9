"""What the server says of itself: is it loading, ready, or why not; what it did for each document; why it is silent.

The same from the request `peephole/status` and the command `peephole.status`; of the notification `peephole/status`,
which comes with every change, see `activity`. The command `peephole.documents` gives the documents alone.

The status takes an optional object: `{"digest": true}` adds, for each document that is read, SHA-256 of its text and of
its surprisals, after the workspace was looked at and all of the document read. So two states can be compared, and a bug
reported, without showing any text.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from peephole.model.version import VERSION

from .activity import Activity, percent_read
from .answer import Asked
from .engine import Condition
from .section import wire_name
from .session import Session

METHOD, COMMAND, DOCUMENTS = "peephole/status", "peephole.status", "peephole.documents"


@dataclass
class Record:
    """What the server counts and remembers for its status."""

    answered: Counter[str] = field(default_factory=Counter)
    """Requests by kind, and of them those `cancelled` and those that were `provisional`."""
    problems: list[str] = field(default_factory=list)
    """What is wrong with the settings."""
    encoding: str = ""
    """In what unit columns are counted, once that is agreed."""


def describe_server(
    activity: Activity,
    condition: Condition,
    record: Record,
    documents: Sequence[Mapping[str, Any]],
    workspace: Mapping[str, Any],
) -> dict[str, Any]:
    """The status as JSON; it begins with what the notification has."""
    return {
        **activity.to_json(),
        "version": VERSION,
        "model": describe_model(condition),
        "positionEncoding": record.encoding,
        "workspace": dict(workspace),
        "problems": list(record.problems),
        "answered": dict(record.answered),
        "documents": list(documents),
    }


def describe_model(condition: Condition) -> dict[str, Any] | None:
    """The model that is loaded; None if none is."""
    if condition.predictor is None:
        return None
    checkpoint = condition.predictor.runtime.checkpoint
    return {
        "hash": checkpoint.model_hash,
        "folder": str(checkpoint.folder),
        "languages": list(checkpoint.vocabulary.languages),
        **{wire_name(name): value for name, value in checkpoint.config.to_json().items()},
    }


def describe_document(session: Session, reason: str | None) -> dict[str, Any]:
    """One document: how much of it is read, what that took, and why it was silent when last asked.

    reason: why it is not read; None for one that is.
    """
    document, tape = session.document, session.tape
    described: dict[str, Any] = {
        "uri": session.uri,
        "languageId": session.language,
        "state": "skipped" if reason else "open",
        "reason": reason,
        "silences": dict(session.silences),
    }
    if document is not None:
        described |= {"version": document.version, "characters": len(document.text), "lines": document.line_count}
    if tape is not None:
        counters = tape.counters
        described |= {
            "fed": tape.fed,
            "percent": percent_read(session),
            "charactersFed": counters.characters_fed,
            "charactersRolledBack": counters.characters_rolled_back,
            "charactersRefed": counters.characters_refed,
            "snapshots": counters.snapshots,
            "snapshotBytes": counters.bytes,
            "memoryBytes": counters.memory_bytes,
            "charactersRestored": counters.characters_restored,
            "heldBytes": counters.held_bytes,
        }
    return described


def digest(asked: Asked) -> dict[str, Any]:
    """SHA-256 of the text that is read and of the bits of each of its characters, after reading it to its end."""
    text = asked.document.text
    asked.desk.read_to(len(text), asked.should_stop)
    return {
        "version": asked.document.version,
        "text": hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest(),
        "surprisals": hashlib.sha256(asked.desk.tape.surprisal_bits.astype("<f4").tobytes()).hexdigest(),
    }
