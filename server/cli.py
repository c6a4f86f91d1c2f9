"""The `peephole` command: what a person at an editor needs. Each subcommand is a module of `server/commands/`."""

from __future__ import annotations

import argparse
import io
import os
import sys
import traceback
from collections.abc import Sequence

from peephole.model.errors import PeepholeError
from peephole.model.version import VERSION

from .commands import check, complete, doctor, look, serve, settings, tour

FAILED = 2
"""The exit code of a command that could not do what it was asked; argparse uses the same for bad options."""

INTERRUPTED = 130
"""128 + SIGINT: what a shell reports for a command ended with Ctrl-C."""

DESCRIPTION = "Code completion from a character LSTM that you can look inside, on your own machine."


def main(arguments: Sequence[str] | None = None) -> int:
    """The exit code of one run: 0 done, 1 found something (`check`, `doctor`), 2 could not do it."""
    write_any_character()
    parser = build_parser()
    namespace = parser.parse_args(arguments)
    if not hasattr(namespace, "run"):
        if not namespace.stdio:
            parser.print_help()
            return 0
        namespace = parser.parse_args(["serve", *(sys.argv[1:] if arguments is None else arguments)])
    return run(namespace)


def run(namespace: argparse.Namespace) -> int:
    """The exit code of a subcommand; whatever goes wrong in it is told in one line, with its traceback if `-v`."""
    try:
        return int(namespace.run(namespace))
    except PeepholeError as error:
        return fail(str(error))
    except KeyboardInterrupt:
        return INTERRUPTED
    except BrokenPipeError:  # `peephole look FILE | head`: the reader has seen enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except ImportError as error:
        return fail(f"{error.name or 'a package'} cannot be imported; `peephole doctor` says what to mend")
    except Exception as error:
        if namespace.verbose:
            traceback.print_exc()
        return fail(f"this should not happen: {type(error).__name__}; `peephole -v` with the same command says where")


def fail(reason: str) -> int:
    """Prints why the command could not do what it was asked; its exit code."""
    print(f"error: {reason}", file=sys.stderr)
    return FAILED


def write_any_character() -> None:
    """Lets the terminal's encoding replace what it lacks: a finding in `naïve.py` is no reason to crash."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")


def build_parser() -> argparse.ArgumentParser:
    """The parser of all subcommands. Building it imports neither numpy nor ONNX Runtime: `--help` is quick."""
    parser = argparse.ArgumentParser(prog="peephole", description=DESCRIPTION)
    parser.add_argument("--version", action="version", version=f"peephole {VERSION}")
    serve.add_shared_options(parser)
    subparsers = parser.add_subparsers(title="commands", metavar="COMMAND")
    for command in (serve, complete, check, look, doctor, settings, tour):
        command.add_command(subparsers)
    return parser


if __name__ == "__main__":
    sys.exit(main())
