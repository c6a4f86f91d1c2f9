"""The files of a corpus by name: what was kept, and what was dropped with the reason; never any text of theirs."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from pathlib import Path

from .harvest import FileRecord, Harvest, Material

KEPT_FILES, DROPPED_FILES = "files.jsonl", "dropped.jsonl"


def write_records(harvests: Sequence[Harvest], folder: Path) -> None:
    """One JSON record a file and line, of those kept and of those dropped, in the order of packages and paths."""
    _write(
        folder / KEPT_FILES, (_describe_kept(h.material, r) for h in harvests for r in h.records if r.reason is None)
    )
    _write(folder / DROPPED_FILES, (_describe_dropped(h.material, r) for h in harvests for r in h.records if r.reason))


def _write(path: Path, rows: Iterable[dict[str, object]]) -> None:
    """Bytes of a path that are not UTF-8 are lone surrogates here; with a backslash they are JSON's own escapes."""
    with path.open("w", encoding="utf-8", errors="backslashreplace") as out:
        for row in rows:
            out.write(json.dumps(row, ensure_ascii=False) + "\n")


def _describe_kept(material: Material, record: FileRecord) -> dict[str, object]:
    return {
        "package": material.name,
        "version": material.version,
        "path": record.path,
        "sha256": record.sha256,
        "licence": material.licence,
        "split": material.split,
        "language": record.language,
        "characters": record.characters,
    }


def _describe_dropped(material: Material, record: FileRecord) -> dict[str, object]:
    """`path` is that within the package's source; `bytes` are those of the file as it was found."""
    return {
        "package": material.name,
        "version": material.version,
        "path": record.path,
        "split": material.split,
        "language": record.language,
        "bytes": record.size,
        "reason": record.reason,
    }
