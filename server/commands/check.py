"""`peephole check`: the places in files where the model is sure that something else belongs there."""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from peephole.model.errors import ModelError
from peephole.server.engine import open_predictor
from peephole.server.errors import UsageError
from peephole.server.settings import DiagnosticSettings
from peephole.server.workspace.walk import SKIPPED_FOLDERS, language_of

from .options import THREADS, Source, Subparsers, add_model_option, read_source, read_tape
from .remembering import Remembering, add_memory_option

MOST_LIBRARIES = 50
"""Of all other files, that are made for one run: each takes a second and a half for 20 MB. So a file of a long list
does without a fiftieth of the files that are far from it."""

CLEAN, FOUND, FAILED = 0, 1, 2
"""Exit codes, as linters use them."""


@dataclass(frozen=True)
class Finding:
    """One improbable span. Lines and columns count from 1, columns in code points; the end is exclusive."""

    path: str
    line: int
    column: int
    end_line: int
    end_column: int
    text: str
    bits: float
    alternative: str | None
    alternative_probability: float
    evidence_bits: float
    reason: str
    fingerprint: str

    def __str__(self) -> str:
        place = f"{self.path}:{self.line}:{self.column}"
        if self.alternative is None:
            return f"{place}: {self.text!r} is improbable here ({self.bits:.1f} bits)"
        expected = f"{self.alternative!r} was expected ({self.alternative_probability:.0%})"
        return f"{place}: {self.text!r} is improbable here ({self.bits:.1f} bits); {expected}"


def add_command(subparsers: Subparsers) -> None:
    """Adds `check` to the command line."""
    parser = subparsers.add_parser("check", help="list improbable places in files or folders")
    parser.add_argument(
        "paths", type=Path, nargs="+", metavar="PATH", help="a file, or a folder: all its .java and .py files"
    )
    parser.add_argument("--json", action="store_true", help="print JSON")
    add_memory_option(parser)
    add_model_option(parser)
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Reads every file; one that cannot be read is reported and the others are still checked."""
    remembering = Remembering(open_predictor(arguments.model, THREADS), arguments.memory)
    findings: list[Finding] = []
    failed = False

    def fail(reason: object) -> None:
        nonlocal failed
        failed = True
        print(f"error: {reason}", file=sys.stderr)

    paths = list(_source_files(arguments.paths, fail))
    for number, path in enumerate(paths):
        try:
            found = list(check_source(remembering, read_source(path), group_of(number, paths)))
        except UsageError as error:
            fail(error)
            continue
        except ModelError as error:  # a language that this model does not know
            fail(f"{path}: {error}")
            continue
        findings += found
        if not arguments.json:
            for finding in found:
                print(finding)
    if arguments.json:
        print(json.dumps([asdict(finding) for finding in findings], indent=2))
    return FAILED if failed else FOUND if findings else CLEAN


def group_of(number: int, paths: Sequence[Path]) -> Sequence[Path]:
    """The paths of all with which one shares a library of the other files; itself among them."""
    size = max(1, len(paths) // MOST_LIBRARIES)
    start = number - number % size
    return paths[start : start + size]


def check_source(remembering: Remembering, source: Source, apart: Iterable[Path] = ()) -> Iterator[Finding]:
    """The improbable spans of one file, in order. apart: as for `Remembering.libraries`."""
    from peephole.model.lexis import tokens
    from peephole.server.comments import hushes_all
    from peephole.server.marks import find_marks

    found = tokens(source.text, source.language)
    if hushes_all(source.text, found):
        return
    tape = read_tape(remembering.predictor, source, libraries=remembering.libraries(source, apart))
    for mark in find_marks(remembering.predictor, tape, found, DiagnosticSettings()):
        span = mark.span
        line, column = _line_and_column(source.text, span.start)
        end_line, end_column = _line_and_column(source.text, span.end)
        yield Finding(
            path=str(source.path),
            line=line,
            column=column,
            end_line=end_line,
            end_column=end_column,
            text=source.text[span.start : span.end],
            bits=round(float(span.bits), 2),
            alternative=span.alternative,
            alternative_probability=span.alternative_probability,
            evidence_bits=round(float(span.evidence_bits), 2),
            reason=span.reason,
            fingerprint=mark.fingerprint,
        )


def _source_files(paths: Iterable[Path], fail: Callable[[object], None]) -> Iterator[Path]:
    """The named files as they are, and all source files below the named folders, sorted.

    A folder that cannot be read is a failure and not an empty one.
    """
    for path in paths:
        if path.is_dir():
            yield from _files_below(path, fail)
        else:
            yield path


def _files_below(folder: Path, fail: Callable[[object], None]) -> Iterator[Path]:
    def unreadable(error: OSError) -> None:
        fail(f"{error.filename}: cannot be read ({error.strerror})")

    for parent, folders, names in os.walk(folder, onerror=unreadable):
        folders[:] = sorted(name for name in folders if name not in SKIPPED_FOLDERS)
        for name in sorted(names):
            if language_of(name) is not None:
                yield Path(parent) / name


def _line_and_column(text: str, offset: int) -> tuple[int, int]:
    return text.count("\n", 0, offset) + 1, offset - (text.rfind("\n", 0, offset) + 1) + 1
