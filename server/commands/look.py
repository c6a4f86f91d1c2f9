"""`peephole look`: a file with the model's surprisal, or one neuron's signal, on every character."""

from __future__ import annotations

import argparse
import io
import os
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

from peephole.server.engine import open_predictor
from peephole.server.errors import UsageError

from .heatmap import Scale, draw, wants_colour
from .options import THREADS, Source, Subparsers, add_model_option, read_source, read_tape
from .remembering import DOCUMENT, Remembering, add_memory_option

if TYPE_CHECKING:
    from peephole.model.predictor import Predictor
    from peephole.model.tape import Tape

SURPRISAL_LIMIT_BITS = 8.0
"""The surprisal drawn at full colour: above 8 bits (p < 0.4 %) it no longer matters how improbable."""

CHUNK = 2048
"""Characters whose hidden states are held at once: 12 MB for a network of 3 x 512."""

GATES = ("input", "forget", "output", "reset", "update")
"""Signals on [0, 1]; all others diverge around zero."""


def add_command(subparsers: Subparsers) -> None:
    """Adds `look` to the command line."""
    parser = subparsers.add_parser("look", help="draw surprisal, or a neuron, over a file")
    parser.add_argument("file", type=Path, metavar="FILE", help="a .java or .py file")
    parser.add_argument(
        "--neuron", type=_neuron, metavar="LAYER:INDEX", help="draw this neuron (default: the surprisal)"
    )
    parser.add_argument(
        "--signal", metavar="NAME", help="of the neuron: hidden (default), cell, candidate, or a gate's name"
    )
    parser.add_argument("--lines", type=_line_range, metavar="FROM:TO", help="draw only these lines")
    parser.add_argument(
        "--colour", choices=("auto", "always", "never"), default="auto", help="24-bit colour, or digits"
    )
    add_memory_option(parser, default=DOCUMENT)
    add_model_option(parser)
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Draws the picture, the scale last."""
    if arguments.signal is not None and arguments.neuron is None:
        raise UsageError("--signal is one of a neuron's: give --neuron LAYER:INDEX as well")
    source = read_source(arguments.file)
    first_line, start, end = _drawn_part(source, arguments.lines)
    text = source.text[:end]
    remembering = Remembering(open_predictor(arguments.model, THREADS), arguments.memory)
    predictor, summary = remembering.predictor, None
    if arguments.neuron is None:
        tape = read_tape(predictor, source, end, remembering.libraries(source))
        values, scale = surprisal(tape)
        summary = summarise(tape, start)
    else:
        values, scale = neuron_signal(predictor, source, end, arguments.neuron, arguments.signal or "hidden")
    _print(draw(text[start:], values[start:], scale, colour=_colour(arguments.colour), first_line=first_line))
    _print([summary] if summary is not None else [])
    return 0


def surprisal(tape: Tape) -> tuple[list[float], Scale]:
    """Bits of every character, and their scale."""
    return tape.surprisal_bits.tolist(), Scale("surprisal", SURPRISAL_LIMIT_BITS, diverging=False, unit="bits")


def summarise(tape: Tape, start: int) -> str | None:
    """What the characters from an offset on cost, and without the memory; None where there is none, or no text."""
    if tape.predictor.gate is None or start == tape.fed:
        return None
    bits, alone = (float(each[start:].mean(dtype=float)) for each in (tape.surprisal_bits, tape.network_bits))
    return f"{bits:.2f} bits a character, {alone:.2f} without memory"


def neuron_signal(
    predictor: Predictor, source: Source, end: int, neuron: tuple[int, int], name: str
) -> tuple[list[float], Scale]:
    """One signal of one neuron after every character before an offset, and its scale; `ModelError` if there is none."""
    from peephole.model.introspection import signals

    layer, index = neuron
    reading = predictor.start(source.language)
    text, values = source.text[:end], list[float]()
    for start in range(0, max(len(text), 1), CHUNK):  # once also for an empty text: the request is checked
        indices = predictor.vocabulary.encode(text[start : start + CHUNK])
        found = signals(predictor, indices, reading.state, layer=layer, neurons=[index], names=[name])
        values += found[0, 0].tolist()
        _, reading = predictor.read_indices(reading, indices)
    limit = max(map(abs, values), default=0.0) if name == "cell" else 1.0
    return values, Scale(f"neuron {layer}:{index}, {name}", limit, diverging=name not in GATES)


def _drawn_part(source: Source, lines: tuple[int, int] | None) -> tuple[int, int, int]:
    """First line, start offset and end offset of what is drawn."""
    if lines is None:
        return 1, 0, len(source.text)
    first, last = lines
    count = source.text.count("\n") + 1
    if first > count:
        raise UsageError(f"{source.path}: line {first} is past the end, the file has {count} lines")
    starts = [0, *(i + 1 for i, character in enumerate(source.text) if character == "\n"), len(source.text)]
    return first, starts[first - 1], starts[min(last, count)]


def _colour(choice: str) -> bool:
    if choice == "auto":
        return wants_colour(sys.stdout.isatty(), os.environ)
    return choice == "always"


def _print(lines: Iterable[str]) -> None:
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="replace")  # an ASCII terminal gets question marks, not a traceback
    for line in lines:
        print(line)


def _neuron(text: str) -> tuple[int, int]:
    layer, _, index = text.partition(":")
    if not (layer.isdecimal() and index.isdecimal()):
        raise argparse.ArgumentTypeError(f"expected LAYER:INDEX such as 1:42, found {text!r}")
    return int(layer), int(index)


def _line_range(text: str) -> tuple[int, int]:
    first, _, last = text.partition(":")
    if not (first.isdecimal() and last.isdecimal() and 1 <= int(first) <= int(last)):
        raise argparse.ArgumentTypeError(f"expected FROM:TO such as 10:40, found {text!r}")
    return int(first), int(last)
