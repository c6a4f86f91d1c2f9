"""Errors of the server and of the `peephole` command line."""

from peephole.model.errors import PeepholeError


class ServerError(PeepholeError):
    """The base of all errors of the server side."""


class UsageError(ServerError):
    """A command that was asked for something impossible: a file that is not there, a position past the end."""
