"""The `peephole` command: what a person at an editor needs. Each subcommand is a module of `server/commands/`."""

from __future__ import annotations

import argparse
import io
import os
import sys
import traceback
from collections.abc import Sequence
from importlib import import_module

from peephole.model.errors import PeepholeError
from peephole.model.version import VERSION

from .commands.serve import add_shared_options

COMMANDS = ("serve", "complete", "check", "look", "doctor", "settings", "tour")
"""The subcommands in the order of the help; each is the module of its name in `server/commands/`."""

FAILED = 2
"""The exit code of a command that could not do what it was asked; argparse uses the same for bad options."""

INTERRUPTED = 130
"""128 + SIGINT: what a shell reports for a command ended with Ctrl-C."""

DESCRIPTION = "Code completion from a character LSTM that you can look inside, on your own machine."


def main(arguments: Sequence[str] | None = None) -> int:
    """The exit code of one run: 0 done, 1 found something (`check`, `doctor`), 2 could not do it."""
    write_any_character()
    words = list(sys.argv[1:] if arguments is None else arguments)
    parser = build_parser(words)
    namespace = parser.parse_args(words)
    if not hasattr(namespace, "run"):
        if not namespace.stdio:
            parser.print_help()
            return 0
        words.insert(0, "serve")
        namespace = build_parser(words).parse_args(words)
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


def build_parser(words: Sequence[str]) -> argparse.ArgumentParser:
    """The parser of the subcommand that the `words` begin with, or of all if they do with none.

    An editor waits for `serve`: what only the other commands import costs a tenth of its start. Building
    the parser imports neither numpy nor ONNX Runtime, so `--help` is quick.
    """
    first = next((number for number, word in enumerate(words) if not word.startswith("-")), len(words))
    asks_for_help = not {"-h", "--help"}.isdisjoint(words[:first])
    named = [] if asks_for_help else [name for name in COMMANDS if name in words[first : first + 1]]
    parser = argparse.ArgumentParser(prog="peephole", description=DESCRIPTION)
    parser.add_argument("--version", action="version", version=f"peephole {VERSION}")
    add_shared_options(parser)
    subparsers = parser.add_subparsers(title="commands", metavar="COMMAND")
    for command in named or COMMANDS:
        import_module(f".commands.{command}", __package__).add_command(subparsers)
    return parser


if __name__ == "__main__":
    sys.exit(main())
