"""`peephole check`: the places in files where the model is sure that something else belongs there."""

from __future__ import annotations

import argparse
import json
import sys
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import fields
from pathlib import Path

from peephole.model.errors import ModelError
from peephole.server.engine import open_predictor
from peephole.server.errors import UsageError
from peephole.server.settings import DiagnosticSettings

from .baseline import Baseline
from .finding import Finding
from .gathering import gather
from .options import THREADS, Source, Subparsers, add_model_option, read_source, read_tape
from .progress_line import ProgressLine
from .remembering import Remembering, add_memory_option
from .sarif import sarif_log

MOST_LIBRARIES = 50
"""Of all other files, that are made for one run: each takes a second and a half for 20 MB. So a file of a long list
does without a fiftieth of the files that are far from it."""

CLEAN, FOUND, FAILED = 0, 1, 2
"""Exit codes, as linters use them."""

EPILOG = """\
exit codes:
  0  nothing was found (or --exit-zero, or --write-baseline)
  1  something was found
  2  something could not be checked: a file, a folder, a bad option

comments that hush, in Java with // in place of #:
  x = 1  # peephole: ignore      this line
  # peephole: ignore             on a line of its own: the next line with code
  # peephole: ignore-file        the whole file
"""


def add_command(subparsers: Subparsers) -> None:
    """Adds `check` to the command line."""
    parser = subparsers.add_parser(
        "check",
        help="list improbable places in files or folders",
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument(
        "paths",
        type=Path,
        nargs="+",
        metavar="PATH",
        help="a file, or a folder: all its files in the languages that the model knows, but those that git ignores",
    )
    parser.add_argument(
        "--sensitivity",
        type=sensitivity,
        default=DiagnosticSettings().sensitivity,
        metavar="X",
        help="findings that are expected in 1,000 lines of clean code; more also finds more (default: %(default)g)",
    )
    form = parser.add_mutually_exclusive_group()
    form.add_argument("--json", action="store_true", help="print JSON")
    form.add_argument("--sarif", action="store_true", help="print a SARIF 2.1.0 log")
    parser.add_argument("--baseline", type=Path, metavar="FILE", help="do not tell what is known by this file")
    parser.add_argument(
        "--write-baseline", action="store_true", help="write what is found into the baseline's file, as known"
    )
    parser.add_argument("--exit-zero", action="store_true", help="exit with 0 if something is found, too")
    add_memory_option(parser)
    add_model_option(parser)
    parser.set_defaults(run=run)


def sensitivity(text: str) -> float:
    """An argument within the limits of the setting of that name."""
    (limits,) = [each.metadata for each in fields(DiagnosticSettings) if each.name == "sensitivity"]
    number = float(text)
    if not limits["least"] <= number <= limits["most"]:
        raise argparse.ArgumentTypeError(f"expected {limits['least']:g} to {limits['most']:g}, found {text}")
    return number


def run(arguments: argparse.Namespace) -> int:
    """Reads every file; one that cannot be read is reported and the others are still checked."""
    baseline = open_baseline(arguments.baseline, anew=arguments.write_baseline)
    remembering = Remembering(open_predictor(arguments.model, THREADS), arguments.memory)
    settings = DiagnosticSettings(sensitivity=arguments.sensitivity)
    check = Check(remembering, settings, None if arguments.write_baseline else baseline)
    for found in check.findings(arguments.paths):
        if not (arguments.json or arguments.sarif or arguments.write_baseline):
            print(found)
    if arguments.write_baseline and baseline is not None:
        baseline.write(check.checked, check.found)
        print(f"{len(check.found)} findings are known to {arguments.baseline} now", file=sys.stderr)
        return FAILED if check.problems else CLEAN
    if arguments.json:
        print(json.dumps([finding.to_json() for finding in check.found], indent=2))
    if arguments.sarif:
        print(json.dumps(sarif_log(check.found, check.problems, check.model_hash, Path.cwd()), indent=2))
    return FAILED if check.problems else FOUND if check.found and not arguments.exit_zero else CLEAN


def open_baseline(path: Path | None, *, anew: bool) -> Baseline | None:
    """The baseline that was named; an empty one if it is to be written and not there yet."""
    if path is None:
        if anew:
            raise UsageError("--write-baseline needs --baseline FILE: where to write")
        return None
    if anew and not path.absolute().parent.is_dir():  # to be told before the check, not behind it
        raise UsageError(f"{path}: cannot be written (there is no such folder)")
    return Baseline(path) if anew and not path.exists() else Baseline.read(path)


class Check:
    """One run over files. `found` and `problems` grow with it, `checked` are the files that were read."""

    def __init__(self, remembering: Remembering, settings: DiagnosticSettings, baseline: Baseline | None) -> None:
        self._remembering, self._settings, self._baseline = remembering, settings, baseline
        self._line = ProgressLine()
        self.found: list[Finding] = []
        self.problems: list[str] = []
        self.checked: list[Path] = []

    @property
    def model_hash(self) -> str:
        """Of the model that reads."""
        return self._remembering.predictor.runtime.checkpoint.model_hash

    def findings(self, paths: Iterable[Path]) -> Iterator[Finding]:
        """What is found in files and folders, a file at a time."""
        known = self._remembering.predictor.vocabulary.languages
        files = gather(paths, known, self._fail, lambda said: print(f"note: {said}", file=sys.stderr))
        if not files:
            print(f"note: no file in {' or '.join(known)} was found", file=sys.stderr)
        for number, path in enumerate(files):
            self._line.show(f"{number + 1} of {len(files)} files, {len(self.found)} found: {path}")
            try:
                source = read_source(path)
                found = list(check_source(self._remembering, source, self._settings, group_of(number, files)))
            except UsageError as error:
                self._fail(str(error))
                continue
            except ModelError as error:  # a language that this model does not know
                self._fail(f"{path}: {error}")
                continue
            self.checked.append(path)
            new = found if self._baseline is None else self._baseline.unknown(path, found)
            self.found += new
            self._line.clear()
            yield from new
        self._line.clear()

    def _fail(self, reason: str) -> None:
        self.problems.append(reason)
        self._line.clear()
        print(f"error: {reason}", file=sys.stderr)


def group_of(number: int, paths: Sequence[Path]) -> Sequence[Path]:
    """The paths of all with which one shares a library of the other files; itself among them."""
    size = max(1, len(paths) // MOST_LIBRARIES)
    start = number - number % size
    return paths[start : start + size]


def check_source(
    remembering: Remembering, source: Source, settings: DiagnosticSettings, apart: Iterable[Path]
) -> Iterator[Finding]:
    """The improbable spans of one file, in order. apart: as for `Remembering.libraries`."""
    from peephole.model.lexis import tokens
    from peephole.server.comments import hushes_all
    from peephole.server.marks import find_marks

    found = tokens(source.text, source.language)
    if hushes_all(source.text, found):
        return
    tape = read_tape(remembering.predictor, source, libraries=remembering.libraries(source, apart))
    seen: Counter[str] = Counter()
    for mark in find_marks(remembering.predictor, tape, found, settings):
        seen[mark.fingerprint] += 1
        yield Finding.of(source, mark, seen[mark.fingerprint])
