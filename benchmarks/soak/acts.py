"""What happens in the long life: edits, requests, and what goes wrong. The seed alone decides, no reply does, so that
a run can be repeated, and entered anywhere.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from .text import Text

SHORTEST, LONGEST = 3_000, 12_000
"""Characters between which documents are kept: as long as most source files are."""

ODD = ("\r", "\r\n", "\x0c", "\x85", "\u2028", "é", "→", "😀", "\ud83d", "\ude00", "\0", "\t", "𝒳")
OFTEN = 200
"""Completions of each kind for one request of any other kind: those come with each keystroke, and marks of a whole
document take a second."""

MOST_CANCELLED = 200
"""Requests back that a cancellation may name: most of those have been answered long ago."""


@dataclass(frozen=True)
class Act:
    """One message to the server. A request has an id; `raw` is sent as it is, in place of the rest."""

    method: str = ""
    params: Any = None
    identifier: int | None = None
    raw: bytes | None = None


class Life:
    """Texts, and the acts upon them. offers: methods and commands beyond the usual that the server knows."""

    def __init__(self, seed: int, texts: Sequence[Text], offers: Sequence[str]) -> None:
        self.texts = list(texts)
        self._chance, self._donors = random.Random(seed), [text.raw for text in texts]
        self._text, self._caret = self.texts[0], 0
        self._before: dict[str, str] = {}
        self._identifier = 0
        self._requests = (*("completion", "inlineCompletion") * OFTEN, "hover", *offers)

    def step(self) -> list[Act]:
        """The next operation: one message as a rule, at times two or three that belong together."""
        if self._chance.random() < 0.03:
            self._look_elsewhere()
        kinds: list[tuple[float, Callable[[], list[Act]]]] = [
            (0.50, self._edit),
            (0.38, self._ask),
            (0.09, self._cancel),
            (0.02, self._go_wrong),
            (0.01, self._reopen),
        ]
        return self._chance.choices([kind for _, kind in kinds], [weight for weight, _ in kinds])[0]()

    def _look_elsewhere(self) -> None:
        self._text = self._chance.choice(self.texts)
        self._caret = self._chance.randint(0, len(self._text.raw))

    def _edit(self) -> list[Act]:
        text, chance = self._text, self._chance
        if chance.random() < 0.05:
            self._before[text.uri] = text.raw
        roll = chance.random()
        if roll < 0.02 and text.uri in self._before:  # undo: as one change of all, or of what differs
            before = self._before[text.uri]
            return [self._changed(text.rewrite(before) if chance.random() < 0.5 else self._difference(before))]
        if roll < 0.05:
            return [self._changed(*(self._replace() for _ in range(chance.randint(2, 4))))]
        return [self._changed(self._type() if roll < 0.75 else self._replace())]

    def _difference(self, new: str) -> dict[str, Any]:
        old, start = self._text.raw, 0
        while start < min(len(old), len(new)) and old[start] == new[start]:
            start += 1
        start = max(self._text.whole(start) - 1, 0)
        start = self._text.whole(start)
        return self._text.replace(start, len(old), new[start:])

    def _type(self) -> dict[str, Any]:
        """A key is struck at the caret, or the character before it taken back."""
        chance, raw = self._chance, self._text.raw
        caret = self._caret = self._text.whole(min(self._caret, len(raw)))
        if caret and chance.random() < 0.2:
            self._caret = self._text.whole(caret - 1)
            return self._text.replace(self._caret, caret, "")
        new = chance.choice(ODD) if chance.random() < 0.02 else chance.choice(chance.choice(self._donors))
        before, after = len(raw), self._text.replace(caret, caret, new)
        self._caret = caret + len(self._text.raw) - before
        return after

    def _replace(self) -> dict[str, Any]:
        """A piece is cut, another put in its place; so that the text grows where it is short and shrinks where long."""
        chance, length = self._chance, len(self._text.raw)
        start = self._caret = chance.randint(0, length)
        cut = chance.choice((0, 1, 8, 60, 400)) if length > SHORTEST else 0
        put = chance.choice((0, 1, 8, 60, 400)) if length < LONGEST else 0
        donor = chance.choice(self._donors)
        source = chance.randint(0, len(donor))
        return self._text.replace(start, min(start + cut, length), donor[source : source + put])

    def _changed(self, *changes: dict[str, Any]) -> Act:
        """The event of some changes; its version may stand still or go back, which no client should do."""
        self._text.version += self._chance.choices((1, 0, -3, 50), (97, 1, 1, 1))[0]
        identifier = {"uri": self._text.uri, "version": self._text.version}
        return Act("textDocument/didChange", {"textDocument": identifier, "contentChanges": list(changes)})

    def _ask(self) -> list[Act]:
        chance, text = self._chance, self._text
        method, offset = chance.choice(self._requests), self._caret
        if method == "hover" or chance.random() < 0.1:
            offset = chance.randint(0, len(text.raw))
        place = text.place(text.whole(min(offset, len(text.raw))))
        params: dict[str, Any] = {"textDocument": {"uri": text.uri}, "position": place}
        if method == "inlineCompletion":
            params["context"] = {"triggerKind": chance.choice((1, 2))}
            if chance.random() < 0.2:
                info = {"range": {"start": place, "end": place}, "text": chance.choice(("get", "return", "a\nb"))}
                params["context"]["selectedCompletionInfo"] = info
        if "." in method:
            argument = {"uri": text.uri, "position": place, "layer": 0, "neurons": [0], "signals": ["hidden"]}
            return [self._request("workspace/executeCommand", {"command": method, "arguments": [argument]})]
        later = {"line": place["line"] + 5, "character": 0}
        params |= {"range": {"start": place, "end": later}}
        if method == "codeAction":
            params["context"] = {"diagnostics": []}
        return [self._request(method if "/" in method else f"textDocument/{method}", params)]

    def _request(self, method: str, params: Any) -> Act:
        self._identifier += 1
        return Act(method, params, self._identifier)

    def _cancel(self) -> list[Act]:
        """A request that is cancelled at once, or a cancellation of one that was sent some time ago, if it was."""
        if self._chance.random() < 0.5:
            (asked,) = self._ask()
            return [asked, cancellation(asked.identifier)]
        back = self._chance.choice((1, 1, 2, 3, MOST_CANCELLED))
        return [cancellation(self._identifier - back)]

    def _reopen(self) -> list[Act]:
        """A document is closed; it is opened again at once, or twice."""
        text = self._text
        opened = Act("textDocument/didOpen", text.opening())
        closed = Act("textDocument/didClose", {"textDocument": {"uri": text.uri}})
        return self._chance.choice(
            [[closed, opened], [closed, opened, replace(opened)], [opened], [closed, closed, opened]]
        )

    def _go_wrong(self) -> list[Act]:
        """What no client should send. An edit that cannot be read makes the server let go of the document."""
        text, chance = self._text, self._chance
        uri, bad = {"uri": text.uri}, {"line": -1, "character": "x"}
        opened = Act("textDocument/didOpen", text.opening())
        unreadable = {"textDocument": {**uri, "version": 1}, "contentChanges": [{"range": {"start": bad, "end": bad}}]}
        whole = {"textDocument": {"uri": "file:///never/opened.py", "version": 2}, "contentChanges": [{"text": "x"}]}
        return chance.choice(
            [
                [self._request("textDocument/completion", {"textDocument": uri, "position": bad})],
                [self._request("textDocument/noSuchThing", {"textDocument": uri})],
                [self._request("workspace/executeCommand", {"command": "peephole.introspect", "arguments": [7]})],
                [Act("textDocument/didChange", unreadable), opened],
                [Act("textDocument/didChange", whole)],
                [Act("no/such/notification", {"a": text.raw[:50]})],
                [Act(raw=b"somebody prints a line\r\n")],
                [Act(raw=b"Content-Length: -7\r\n\r\n{}")],
                [Act(raw=b'Content-Length: 30\r\n\r\n{"jsonrpc": "2.0", "id": [1]}')],
                [Act(raw=b'Content-Length: 9\r\n\r\n{"jsonrpc": "2.0", "method": "x"}')],
                [Act("workspace/didChangeConfiguration", {"settings": {"peephole": {"completion": {"maxItems": 9}}}})],
                [Act("textDocument/didSave", {"textDocument": uri})],
                [Act("workspace/didChangeWatchedFiles", {"changes": [{**uri, "type": 2}]})],
            ]
        )


def cancellation(identifier: int | None) -> Act:
    """The notification that a request is not wanted any more."""
    return Act("$/cancelRequest", {"id": identifier})
