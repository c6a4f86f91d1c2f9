"""What became of every file, as data for `corpus.json` and as a table for people."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any, cast

from ..errors import CorpusError
from .filters import ORDER
from .harvest import Harvest
from .recipe import SPLITS
from .records import DROPPED_FILES
from .splitting import find_unmeasured

KEPT = "kept"
READ = "read"


def report_files(harvests: Sequence[Harvest], languages: Sequence[str]) -> dict[str, object]:
    """Files and bytes by split, language and fate; secrets masked in kept files; missing packages with the reason.

    And the languages that have no development text because one package has all there is.
    """
    masked: Counter[str] = Counter()
    for harvest in harvests:
        for record in harvest.records:
            if record.reason is None:
                masked.update(record.masked or {})
    return {
        "fates": {s: {la: _fates(harvests, s, la) for la in languages} for s in SPLITS},
        "masked": dict(sorted(masked.items())),
        "missing": [{"package": h.material.name, "reason": h.failure} for h in harvests if h.failure is not None],
        "dropped": DROPPED_FILES,
        "unmeasured": find_unmeasured(harvests),
    }


def _fates(harvests: Sequence[Harvest], split: str, language: str) -> dict[str, dict[str, int]]:
    rows = {fate: {"files": 0, "bytes": 0} for fate in (READ, *ORDER, KEPT)}
    for harvest in harvests:
        for record in harvest.records if harvest.material.split == split else ():
            if record.language == language:
                size = record.length if record.reason is None else record.size
                _count(rows[READ], record.size)
                _count(rows[record.reason or KEPT], size)
    return rows


def _count(row: dict[str, int], size: int) -> None:
    row["files"] += 1
    row["bytes"] += size


def describe_sources(harvests: Sequence[Harvest]) -> list[dict[str, object]]:
    """What each package gave and under which licence: shipped with every model that is trained on it."""
    sources: list[dict[str, object]] = []
    for harvest in harvests:
        for language in harvest.material.languages:
            kept = [r for r in harvest.records if r.reason is None and r.language == language]
            if kept:
                sources.append(
                    {
                        "package": harvest.material.name,
                        "version": harvest.material.version,
                        "language": language,
                        "licence": harvest.material.licence,
                        "files": len(kept),
                        "bytes": sum(r.length for r in kept),
                        "split": harvest.material.split,
                    }
                )
    return sources


def report_data(description: Mapping[str, Any]) -> dict[str, object]:
    """The report of a `corpus.json` as data: what `--json` writes. Fates are in the order of the filters.

    `dropped` is the file of the corpus folder that lists what was dropped; None of a corpus from before there was one.

    `CorpusError` if the corpus was made without a report.
    """
    report = description.get("report") or {}
    if "fates" not in report:
        raise CorpusError("the corpus has no report: it was not made by `peephole-train corpus build`; build it again")
    return {
        "built": description["built"],
        "splits": description["splits"],
        "files": report["fates"],
        "masked": report["masked"],
        "missing": report["missing"],
        "dropped": report.get("dropped"),
        "unmeasured": report.get("unmeasured", []),
        "licences": count_licences(description["sources"]),
        "sources": description["sources"],
    }


def count_licences(sources: Sequence[Mapping[str, Any]]) -> dict[str, dict[str, int]]:
    """Packages, files and bytes kept under each licence, most bytes first."""
    counts: dict[str, dict[str, int]] = {}
    for source in sources:
        row = counts.setdefault(source["licence"], {"packages": 0, "files": 0, "bytes": 0})
        row["packages"] += 1
        row["files"] += source["files"]
        row["bytes"] += source["bytes"]
    return dict(sorted(counts.items(), key=lambda item: -item[1]["bytes"]))


def format_report(description: Mapping[str, Any]) -> str:
    """The report of a `corpus.json` as text; `CorpusError` as of `report_data`."""
    data = cast(dict[str, Any], report_data(description))
    lines = _fate_table(data["files"])
    for split, languages in data["splits"].items():
        for language, entry in languages.items():
            lines.append(f"{split} {language}: {entry['documents']:,} documents, {entry['tokens']:,} tokens")
    masked = ", ".join(f"{kind} {count:,}" for kind, count in data["masked"].items())
    lines += [
        f"no development text of {u['language']}: only {u['package']} has any, and it is needed to train on; name more "
        "packages to have some measured"
        for u in data["unmeasured"]
    ]
    lines += ["", f"masked: {masked or 'nothing'}", "", "licences of the sources (MB kept):"]
    lines += [f"  {row['bytes'] / 1e6:>8.1f}  {name}" for name, row in data["licences"].items()]
    if data["dropped"] is not None:
        lines += ["", f"each dropped file, with the reason: {data['dropped']} in the corpus folder"]
    return "\n".join([*lines, *(f"missing: {m['package']}: {m['reason']}" for m in data["missing"])])


def _fate_table(fates: Mapping[str, Mapping[str, Any]]) -> list[str]:
    columns = [(f"{s} {la}", rows) for s, by in fates.items() for la, rows in by.items() if rows[READ]["files"]]
    lines = [
        " " * 24 + "".join(f"{name:>24}" for name, _ in columns),
        " " * 24 + f"{'files        MB':>24}" * len(columns),
    ]
    for fate in (READ, *ORDER, KEPT):
        cells = (f"{rows[fate]['files']:>14,}{rows[fate]['bytes'] / 1e6:>10.1f}" for _, rows in columns)
        lines.append(f"{fate:<24}" + "".join(cells))
    return [*lines, ""]
