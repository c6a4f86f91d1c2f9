"""A real server process for the benchmarks, and the moments at which it is ready."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from peephole.server.client import Client, OpenDocument

PAUSE_S = 0.002
"""Between two looks at the status: short against what is measured (tens of milliseconds), long against a look."""

READING_S = 0.2
"""Between two looks while a document is read, which takes seconds and would be held up."""


def command(model: Path | None) -> list[str]:
    """How an editor starts the server."""
    return [sys.executable, "-m", "peephole.server", "serve", "--stdio", *(["--model", str(model)] if model else [])]


def initialize(client: Client, options: Any = None) -> Any:
    """The server's answer to `initialize`; the client is then ready to open documents. options: settings."""
    params = {"processId": None, "rootUri": None, "capabilities": {}, "initializationOptions": options}
    answer = client.request("initialize", params)
    client.notify("initialized", {})
    return answer


def status(client: Client) -> Any:
    """What the server says of itself."""
    return client.request("workspace/executeCommand", {"command": "peephole.status", "arguments": []})


def wait_until_loaded(client: Client) -> None:
    """Returns when the model is loaded."""
    while status(client)["state"] != "ready":
        time.sleep(PAUSE_S)


def wait_until_read(client: Client, document: OpenDocument, pause_s: float = READING_S) -> None:
    """Returns when the whole document has been read, to its last character."""
    while True:
        documents = {each["uri"]: each for each in status(client)["documents"]}
        if documents.get(document.uri, {}).get("fed") == len(document.text):
            return
        time.sleep(pause_s)


@contextmanager
def started_server(model: Path | None, options: Any = None) -> Iterator[Client]:
    """A server whose model is loaded. options: settings."""
    with Client(command(model)) as client:
        initialize(client, options)
        wait_until_loaded(client)
        yield client
