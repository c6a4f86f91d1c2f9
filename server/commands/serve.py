"""`peephole serve`: the language server itself, over standard input and output or a loopback port."""

from __future__ import annotations

import argparse
from pathlib import Path

from .options import Subparsers, add_model_option

GONE = 1
"""Exit code when the client went without saying goodbye."""


def add_command(subparsers: Subparsers) -> None:
    """Adds `serve` to the command line."""
    parser = subparsers.add_parser("serve", help="run the language server (editors start this)")
    parser.add_argument("--tcp", type=_port, metavar="PORT", help="listen on this loopback port, not on stdio")
    add_model_option(parser)
    add_shared_options(parser, suppress=True)
    parser.set_defaults(run=run)


def add_shared_options(parser: argparse.ArgumentParser, *, suppress: bool = False) -> None:
    """The options that editors put before or after `serve`.

    The subparser's have no defaults (`suppress`), else they would overwrite what stood before `serve`.
    """

    def default(value: object) -> object:
        return argparse.SUPPRESS if suppress else value

    parser.add_argument("--stdio", action="store_true", default=default(False), help=argparse.SUPPRESS)
    parser.add_argument(
        "--log-file", type=Path, default=default(None), metavar="FILE", help="where the server writes its log"
    )
    parser.add_argument(
        "-v", "--verbose", action="count", default=default(0), help="log what the server does; twice for more"
    )


def run(arguments: argparse.Namespace) -> int:
    """Serves until the client says goodbye: 0; 1 if it just went."""
    from peephole.server.app import serve  # imports pygls: only this command needs it

    try:
        return serve(
            tcp_port=arguments.tcp,
            model_folder=arguments.model,
            log_file=arguments.log_file,
            verbose=arguments.verbose,
        )
    except BrokenPipeError:
        return GONE


def _port(text: str) -> int:
    port = int(text)
    if not 0 <= port < 1 << 16:
        raise argparse.ArgumentTypeError(f"a port lies between 0 and 65535, found {port}")
    return port
