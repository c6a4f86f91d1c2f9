"""Options and inputs that several subcommands share: the model's folder, a source file and its language."""

from __future__ import annotations

import argparse
import stat
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from peephole.server.errors import UsageError
from peephole.server.workspace.walk import language_of

if TYPE_CHECKING:
    from peephole.model.predictor import Predictor
    from peephole.model.recall import Libraries
    from peephole.model.tape import Tape

    Subparsers = argparse._SubParsersAction[argparse.ArgumentParser]
else:
    Subparsers = object

THREADS = 1
"""Threads of one network call, as in the server: the sums come out the same, and more threads seldom help."""

LARGEST_FILE_BYTES = 4 << 20
"""A file above this is data, not source: reading it would take minutes and tell nothing."""


@dataclass(frozen=True)
class Source:
    """A source file as the model reads it: `text` has `\\n` line ends and no byte order mark."""

    path: Path
    language: str
    text: str


def add_model_option(parser: argparse.ArgumentParser) -> None:
    """Adds `--model DIR`; without it the shipped model is used."""
    parser.add_argument("--model", type=Path, metavar="DIR", help="a checkpoint folder (default: the shipped model)")


def positive(text: str) -> int:
    """An argument that counts something, or a line or column: 1 or more."""
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError(f"expected 1 or more, found {number}")
    return number


def read_source(path: Path) -> Source:
    """The file's text and language; `UsageError` if it is not there, not UTF-8, too large or of another language."""
    try:
        found = path.stat()
        size = found.st_size
        if not stat.S_ISREG(found.st_mode):
            kind = "a folder" if stat.S_ISDIR(found.st_mode) else "no regular file"
            raise UsageError(f"{path}: is {kind}; name a source file")
        language = language_of(path.name)
        if language is None:
            suffix = f"the suffix {path.suffix!r}" if path.suffix else "a name without suffix"
            raise UsageError(f"{path}: no language is known by {suffix}; the shipped model reads .java and .py files")
        if size > LARGEST_FILE_BYTES:
            raise UsageError(f"{path}: over {LARGEST_FILE_BYTES >> 20} MiB; that is not read as source code")
        text = path.read_text(encoding="utf-8-sig")  # \r\n and \r come out as \n, as the model reads them
    except UnicodeDecodeError:
        raise UsageError(f"{path}: expected UTF-8 text; convert the file first") from None
    except OSError as error:
        raise UsageError(f"{path}: cannot be read ({error.strerror})") from None
    return Source(path, language, text)


def read_tape(predictor: Predictor, source: Source, end: int | None = None, libraries: Libraries | None = None) -> Tape:
    """A tape that has read a file, or the part before an offset, beside libraries of other files if there are any."""
    from peephole.model.recall import NO_LIBRARIES
    from peephole.model.tape import Tape

    tape = Tape(predictor, source.language, path=source.path.name)
    tape.consult(libraries or NO_LIBRARIES)
    tape.edit(source.text[:end])
    tape.advance_to(len(tape.text))
    return tape


def offset_of(source: Source, line: int, column: int) -> int:
    """The offset in code points of a line and column counted from 1; `UsageError` past the end."""
    lines = source.text.split("\n")
    if line > len(lines):
        raise UsageError(f"{source.path}: line {line} is past the end, the file has {len(lines)} lines")
    length = len(lines[line - 1])
    if column > length + 1:
        raise UsageError(f"{source.path}: column {column} is past the end of line {line}, which has {length}")
    return sum(len(earlier) + 1 for earlier in lines[: line - 1]) + column - 1
