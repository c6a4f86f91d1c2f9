"""One soak: the life itself, and the comparison with a fresh server in the end."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median
from typing import Any

from .acts import Life
from .connection import Connection
from .text import Text

CHECKS, SAMPLES = 10, 200
"""How often in a run the texts are compared, and the memory looked at."""

RAREST_CHECK = 1_000
"""Operations between two comparisons, at least: each has all documents read to their ends."""

MOST_GROWTH_MB = 12.0
"""Of the memory's median from the second quarter of a run to the last. Twenty documents' tapes and libraries come and
go by some megabytes; a leak of 200 bytes an operation makes 10 MB in 100,000 operations' two quarters between."""

REST_MS = 5_000
"""Without an edit before a document is marked: twenty documents, in which somebody types without a pause in all at
once, would else be marked all the time, at a second each."""

FAILED = "work failed"
"""What the server's log has of work that nobody waited for, and that ended in an error."""

OFFERS = {
    "diagnosticProvider": ("textDocument/diagnostic",),
    "codeActionProvider": ("codeAction",),
    "codeLensProvider": ("textDocument/codeLens",),
    "inlayHintProvider": ("textDocument/inlayHint",),
    "semanticTokensProvider": ("textDocument/semanticTokens/full", "textDocument/semanticTokens/range"),
}
"""What a server may be able to do beside completing, by its capability: then it is asked for it, too."""


@dataclass(frozen=True)
class Report:
    """What came of a soak. Memory in 10^6 bytes, of the server process."""

    model: str
    seed: int
    operations: int
    seconds: float
    asked: Mapping[str, int]
    answered: Mapping[str, int]
    notified: Mapping[str, int]
    unanswered: int
    unasked: int
    exit_code: int
    texts: int
    """Documents of which the text is that of the client, and ..."""
    states: int
    """... of which the surprisals are those of a fresh server, bit for bit, and ..."""
    answers: int
    """... in which a completion is what a fresh server gives."""
    documents: int
    memory_mb: Sequence[float] = field(repr=False)
    log: str = ""

    @property
    def quarters_mb(self) -> list[float]:
        """The memory's median in each quarter of the run."""
        size = max(len(self.memory_mb) // 4, 1)
        return [round(median(self.memory_mb[at * size : (at + 1) * size] or [0.0]), 1) for at in range(4)]

    @property
    def growth_mb(self) -> float:
        """From the second quarter, when everything has been read and warmed up, to the last."""
        return round(self.quarters_mb[3] - self.quarters_mb[1], 1)

    @property
    def slope_mb(self) -> float:
        """Least-squares slope of the memory over the last three quarters, for 10,000 operations."""
        samples = self.memory_mb[len(self.memory_mb) // 4 :]
        if len(samples) < 2:
            return 0.0
        step = self.operations / len(self.memory_mb)
        places, middle = [at - (len(samples) - 1) / 2 for at in range(len(samples))], sum(samples) / len(samples)
        slope = sum(place * (sample - middle) for place, sample in zip(places, samples, strict=True))
        return round(slope / sum(place * place for place in places) / step * 10_000, 2)

    def wrong(self) -> list[str]:
        """Everything that must not be, in words; nothing if the server lived well."""
        faults = {
            f"{self.unanswered} requests were not answered": self.unanswered,
            f"{self.unasked} replies answered nothing": self.unasked,
            f"{self.documents - self.texts} texts are not those of the client": self.texts < self.documents,
            f"{self.documents - self.states} states are not those of a fresh server": self.states < self.documents,
            f"{self.documents - self.answers} completions are not those of a fresh server": self.answers
            < self.documents,
            f"the memory has grown by {self.growth_mb} MB": self.growth_mb > MOST_GROWTH_MB,
            f"the exit code was {self.exit_code}": self.exit_code,
            "the server failed at something, see its log": self.answered.get("error -32603", 0) or FAILED in self.log,
            "something popped up": self.notified.get("window/showMessage", 0),
        }
        return [fault for fault, there in faults.items() if there]

    def describe(self) -> str:
        """The report for people."""
        lines = [
            f"model {self.model}, seed {self.seed}: {self.operations} operations in {self.seconds:.0f} s",
            f"asked: {counted(self.asked)}",
            f"answered: {counted(self.answered)}; {self.unanswered} not, {self.unasked} to nothing",
            f"notified: {counted(self.notified)}",
            f"documents: {self.documents}; text {self.texts}, state {self.states}, completion {self.answers} as fresh",
            f"memory: {' / '.join(map(str, self.quarters_mb))} MB (medians of the quarters), highest "
            f"{max(self.memory_mb, default=0):.1f} MB, {self.slope_mb:+} MB for 10,000 operations",
            f"the server's log:\n{self.log}" if self.log else "the server's log is empty",
            "all is well" if not self.wrong() else "WRONG: " + "; ".join(self.wrong()),
        ]
        return "\n".join(lines)


def soak(
    texts: Sequence[Text],
    root: Path,
    *,
    model: Path | None,
    seed: int,
    operations: int,
    start: int = 0,
    most_s: float = math.inf,
    tell: Callable[[str], None] = lambda _: None,
) -> Report:
    """Lives through so many operations, of which the first `start` reach only the texts, and compares.

    most_s: seconds after which no further operation is begun.
    """
    began = time.monotonic()
    connection = Connection(model)
    try:
        life = Life(seed, texts, offers(connection.call("initialize", initialize(root))))
        for _ in range(start):
            life.step()
        connection.notify("initialized", {})
        for text in life.texts:
            connection.notify("textDocument/didOpen", text.opening())
        done, memory = live(connection, life, operations - start, began + most_s, tell)
        unanswered = connection.settle()
        lived = look(connection, life.texts)
        fresh = see_afresh(life.texts, root, model)
        code = connection.close()
    finally:
        connection.kill()
    return Report(
        lived["model"],
        seed,
        done,
        time.monotonic() - began,
        dict(connection.asked),
        dict(connection.answered),
        dict(connection.notified),
        unanswered,
        connection.unasked,
        code,
        sum(lived["texts"][text.uri] == text.digest for text in life.texts),
        agreeing(lived["states"], fresh["states"]),
        agreeing(lived["answers"], fresh["answers"]),
        len(life.texts),
        memory,
        connection.errors,
    )


def live(
    connection: Connection, life: Life, operations: int, until: float, tell: Callable[[str], None]
) -> tuple[int, list[float]]:
    """The operations, as many as there is time for: their count, and the memory while they went on."""
    memory, done = [], 0
    connection.call("peephole/status", {"digest": True})  # loading and the first reading are no growth
    while done < operations and time.monotonic() < until:
        for act in life.step():
            connection.act(act)
        done += 1
        if done % max(operations // SAMPLES, 1) == 0:
            memory.append(connection.resident_mb)
        if done % max(operations // CHECKS, RAREST_CHECK) == 0:
            found = texts_of(connection.call("peephole/status", {"digest": True}))
            wrong = [text.uri for text in life.texts if found.get(text.uri) != text.digest]
            tell(f"{done} operations, {connection.resident_mb:.1f} MB, {len(wrong)} texts differ {wrong or ''}")
    return done, memory


def see_afresh(texts: Sequence[Text], root: Path, model: Path | None) -> dict[str, Any]:
    """What a server says that sees these texts for the first time."""
    connection = Connection(model)
    try:
        connection.call("initialize", initialize(root))
        connection.notify("initialized", {})
        for text in texts:
            connection.notify("textDocument/didOpen", text.opening())
        return look(connection, texts)
    finally:
        connection.kill()


def look(connection: Connection, texts: Sequence[Text]) -> dict[str, Any]:
    """What a server knows of each document when all has been read, and what it offers in the middle of each."""
    status = connection.call("peephole/status", {"digest": True})
    answers = {}
    for text in texts:
        params = {"textDocument": {"uri": text.uri}, "position": text.place(text.whole(len(text.raw) // 2))}
        answers[text.uri] = connection.call("textDocument/completion", params)
    states = {each["uri"]: (each.get("digest") or {}).get("surprisals") for each in status["documents"]}
    return {"model": status["model"]["hash"], "texts": texts_of(status), "states": states, "answers": answers}


def texts_of(status: Any) -> dict[str, str | None]:
    """The digests of the texts, by URI."""
    return {each["uri"]: (each.get("digest") or {}).get("text") for each in status["documents"]}


def agreeing(some: Mapping[str, Any], others: Mapping[str, Any]) -> int:
    """How many have the same in both, and have something."""
    return sum(value is not None and value == others.get(name) for name, value in some.items())


def initialize(root: Path) -> dict[str, Any]:
    """What a client says first."""
    options = {"diagnostics": {"debounceMs": REST_MS}}
    return {"processId": None, "rootUri": root.as_uri(), "capabilities": {}, "initializationOptions": options}


def offers(answer: Any) -> list[str]:
    """Requests and commands beside completion and hover that the server answers."""
    capabilities = answer["capabilities"]
    commands = (capabilities.get("executeCommandProvider") or {}).get("commands", [])
    return [method for name in OFFERS if capabilities.get(name) for method in OFFERS[name]] + sorted(commands)


def counted(counts: Mapping[str, int]) -> str:
    """Counts in one line."""
    return ", ".join(f"{name} {count}" for name, count in sorted(counts.items())) or "nothing"
