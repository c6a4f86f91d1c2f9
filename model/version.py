"""The project's version, in one place; the wheel and `--version` both read it."""

VERSION = "0.1.0"
