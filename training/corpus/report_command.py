"""`peephole-train corpus report`: what became of the files of a corpus, told again."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ..errors import CorpusError


def add_report(group: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add `report` to the `corpus` group."""
    report = group.add_parser("report", help="tell again what became of every file of a corpus, and why")
    report.add_argument("corpus", type=Path, metavar="DIR", help="a corpus folder")
    add_json(report)
    report.set_defaults(func=run_report)


def add_json(parser: argparse.ArgumentParser) -> None:
    """Add the option that asks for the report as data."""
    parser.add_argument("--json", metavar="F", help="write the report as data to a file (- for standard output)")


def run_report(arguments: argparse.Namespace) -> int:
    """Print the report of a corpus."""
    from .shards import read_corpus

    publish(read_corpus(arguments.corpus), arguments.json)
    return 0


def publish(description: Mapping[str, Any], place: str | None) -> None:
    """Print a report, and write its data where that is asked for; on standard output they take the table's place."""
    from .report import format_report, report_data

    data = json.dumps(report_data(description), indent=1, ensure_ascii=False) + "\n"
    if place == "-":
        sys.stdout.write(data)
        return
    print(format_report(description))
    if place is not None:
        try:
            Path(place).write_text(data, "utf-8")
        except OSError as error:
            raise CorpusError(f"cannot write {place}: {error.strerror}; name another file with --json") from error
