"""`peephole tour`: starts the real server, speaks to it as an editor would, and shows what comes back."""

from __future__ import annotations

import argparse
import os
import statistics
import sys
import time
from pathlib import Path
from typing import Any

from peephole.model.errors import ModelError
from peephole.model.lexis import tokens
from peephole.server.client import Client, OpenDocument
from peephole.server.errors import UsageError

from . import machine
from .heatmap import Scale, draw, wants_colour
from .options import Subparsers, add_model_option
from .remembering import ROOTS
from .scenes import (
    PLANTED,
    SCENES,
    Scene,
    Typist,
    correlation,
    hidden_states,
    loaded_status,
    sample,
    sample_uri,
)

SHOWN_ITEMS = 5

LOOKED_AT = "journal.py"
LOOKED_AT_LINES = 34
"""The first lines of the sample: a module docstring, imports, two classes."""

SENSITIVITY = 3
"""By default brackets of the wrong kind are shown, and a statement that lacks its `return` is not."""

CONNECT = """\
In Neovim 0.11 or newer, put this into ~/.config/nvim/init.lua:

    vim.lsp.config('peephole', {{
      cmd = {{ '{command}', 'serve', '--stdio' }},
      filetypes = {{ 'java', 'python' }},
      root_markers = {{ {roots} }},
    }})
    vim.lsp.enable('peephole')

and complete with Ctrl-X Ctrl-O. For VS Code there is no extension of Peephole's own yet; an
extension that starts any language server can be given this command for Java and Python:

    {command} serve --stdio

On the command line: peephole complete, check, look, doctor; `peephole --help` names them all."""


def add_command(subparsers: Subparsers) -> None:
    """Adds `tour` to the command line."""
    parser = subparsers.add_parser("tour", help="see in a minute what Peephole does")
    add_model_option(parser)
    parser.set_defaults(run=run)


def refuse_strangers(folder: Path) -> None:
    """`UsageError` for a model that has not learned the languages of the scenes."""
    from peephole.model.checkpoint import load_checkpoint  # numpy with it: `--version` needs no package

    try:
        known = load_checkpoint(folder).vocabulary.languages
    except ModelError:  # the server says what is wrong with it
        return
    wanted = sorted({scene.language for scene in SCENES})
    if not set(wanted) <= set(known):
        raise UsageError(f"the tour types {' and '.join(wanted)}, and this model knows {', '.join(known)}")


def run(arguments: argparse.Namespace) -> int:
    """Plays all scenes with one server process."""
    command = [sys.executable, "-m", "peephole.server", "serve", "--stdio"]
    if arguments.model:
        refuse_strangers(arguments.model)
        command += ["--model", str(arguments.model)]
    began = time.perf_counter()
    with Client(command) as client:
        model = show_start(client, began)
        typist = Typist(client)
        for scene in SCENES:
            show_scene(typist, scene)
        show_marks(client)
        show_neuron(client, model)
        show_latencies(typist)
    heading("Your editor")
    print(CONNECT.format(command=Path(sys.argv[0]).resolve(), roots=", ".join(map(repr, ROOTS))))
    return 0


def heading(text: str) -> None:
    """Sets a part off from the one before."""
    print(f"\n== {text} {'=' * max(0, 76 - len(text))}\n")


def show_start(client: Client, began: float) -> Any:
    """Says hello to the server and waits for its model, which is given as the server describes it."""
    heading("The server")
    client.request("initialize", {"processId": os.getpid(), "rootUri": None, "capabilities": {}})
    client.notify("initialized", {})
    print(f"`initialize` answered after {time.perf_counter() - began:.2f} s")
    model = loaded_status(client)["model"]
    print(f"model {model['hash']} ({model['cell']}, {model['layers']} x {model['hiddenSize']}) ", end="")
    print(f"loaded after {time.perf_counter() - began:.2f} s")
    resident = machine.resident_bytes(client.process.pid)
    if resident is not None:
        print(f"process {client.process.pid}, {resident / 1e6:.0f} MB of memory, no network, no GPU")
    return model


def show_scene(typist: Typist, scene: Scene) -> None:
    """One place in a sample: what is typed, and what the server then offers."""
    heading(f"Typing in {scene.file}")
    typed, items, ghosts = typist.play(scene)
    print(f"{typed}▏\n")
    for item in items[:SHOWN_ITEMS]:
        chance, _, origin = item["detail"].partition(", ")
        print(f"    {chance:>6}  {item['label']}  {origin}".rstrip())
    for ghost in ghosts[:1]:
        print(f"\n    rest of the line: {ghost['insertText']}")


def show_marks(client: Client) -> None:
    """The marks in both samples that have a wrong return, with a setting at which a missing `return` counts, too."""
    diagnostics = {"sensitivity": SENSITIVITY}
    client.notify("workspace/didChangeConfiguration", {"settings": {"peephole": {"diagnostics": diagnostics}}})
    for name, planted in PLANTED.items():
        heading(f"A wrong return in {name}")
        print(f"It says `{planted.wrong}`, {planted.consequence}.")
        print(f"(`diagnostics.sensitivity` is {SENSITIVITY} here: so many marks are borne in 1,000 clean lines.)\n")
        document = OpenDocument(client, sample_uri(f"planted/{name}"), planted.language, sample(f"planted/{name}"))
        marks = marks_of(client, document)
        for mark in marks:
            start = mark["range"]["start"]
            print(f"    line {start['line'] + 1}, column {start['character'] + 1}: {mark['message']}")
        if not marks:
            print("    The model sees nothing odd here.")
        document.close()


def marks_of(client: Client, document: OpenDocument) -> list[Any]:
    """The diagnostics of a document, which come once it was read."""
    params = client.wait_for(
        "textDocument/publishDiagnostics",
        lambda params: bool(params["uri"] == document.uri and params.get("version") == document.version),
    )
    return list(params["diagnostics"])


def show_neuron(client: Client, model: Any) -> None:
    """The neuron that best tells comments and strings from code, drawn over the beginning of a sample."""
    text = sample(LOOKED_AT)
    document = OpenDocument(client, sample_uri(LOOKED_AT), "python", text)
    layer, neuron, values, agreement = best_neuron(client, document, model)
    heading(f"Neuron {layer}:{neuron}")
    print(f"Of all neurons, this one's hidden state tells text from code best in {LOOKED_AT} (r = {agreement:+.2f}).\n")
    shown = "".join(text.splitlines(keepends=True)[:LOOKED_AT_LINES])
    colour = wants_colour(sys.stdout.isatty(), os.environ)
    for line in draw(shown, values[: len(shown)], Scale("hidden", 1.0, diverging=True), colour=colour):
        print(line)
    document.close()


def best_neuron(client: Client, document: OpenDocument, model: Any) -> tuple[int, int, list[float], float]:
    """Layer, index and hidden state of the neuron that follows "inside a comment or string" best, and its r."""
    inside = [0.0] * len(document.text)
    for token in tokens(document.text, document.language):
        if token.kind in ("comment", "string"):
            inside[token.start : token.end] = [1.0] * (token.end - token.start)
    best: tuple[int, int, list[float], float] = (0, 0, inside, 0.0)
    for layer in range(model["layers"]):
        for neuron, values in enumerate(hidden_states(client, document.uri, layer, range(model["hiddenSize"]))):
            agreement = correlation(values, inside)
            if abs(agreement) > abs(best[3]):
                best = layer, neuron, values, agreement
    return best


def show_latencies(typist: Typist) -> None:
    """How long the typed keys took, from the edit's sending to the items' arrival."""
    heading("Time")
    times_ms = sorted(typist.times_ms)
    slowest = times_ms[int(len(times_ms) * 0.99)]
    print(
        f"{len(times_ms)} keys were typed, with a completion after each: {statistics.median(times_ms):.1f} ms in the "
        f"median,\n{slowest:.1f} ms in 99 of 100, from the edit sent to the items received."
    )
