"""The library of a workspace's files: how fast it is built, what it holds, how fast it votes; beside a Python dict."""

from __future__ import annotations

import random
import re
import statistics
import time
import tracemalloc
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from itertools import chain, takewhile
from pathlib import Path
from typing import TypeVar

from peephole.model.library import WINDOW, Library, Shelved, windows_of
from peephole.model.vocabulary import Vocabulary, normalise_newlines

from .document import NOUNS
from .figure import Figure

CHARACTERS = 20_000_000
"""A large workspace: about 2,500 files."""

DOCUMENT_CHARACTERS = 200_000
"""Of other files, whose places ask for votes: so many that hardly a window is asked for twice."""

PEER_CHARACTERS = 2_000_000
"""What the dict gets: it holds about ninety bytes a character."""

PEER_CONTEXT, PEER_PLACES = 8, 16
"""Characters of the dict's contexts; places that it compares, as many as the library does."""

BLOCKS, BLOCK_LINES = 20, 12
"""An invented file is so many blocks of lines out of the project's own sources."""

ROWS = {8: "<= 18.8", 512: "<= 3"}
"""Places asked for at once, a beam and a stretch of text that is read, and what is promised: a beam's take 150 µs."""

CALLS = 300

ROOT = Path(__file__).parent.parent
SOURCES = ("benchmarks", "model", "server", "tests", "training")

Result = TypeVar("Result")


def measure(vocabulary: Vocabulary, corpus: Path | None) -> list[Figure]:
    """All figures, of the files in a folder, or else of invented ones; nothing is downloaded."""
    source = invented_files() if corpus is None else _files_of(corpus)
    document = "".join(file.text for file in take(source, DOCUMENT_CHARACTERS))
    files = take(source, CHARACTERS)
    few = take(iter(files), PEER_CHARACTERS)
    size, few_size = (sum(len(file.text) for file in some) for some in (files, few))
    library, seconds = _timed(lambda: Library.build(files, vocabulary))
    peer, peer_seconds = _timed(lambda: Dict(few))
    most, peer_most = _peak(lambda: Library.build(files, vocabulary)), _peak(lambda: Dict(few))
    name, peer_name = f"library of {size / 1e6:.0f} MB, {len(files):,} files", f"dict of {few_size / 1e6:.0f} MB"
    return [
        Figure(f"{name}, built", size / seconds / 1e6, "MB/s", ">= 5"),
        Figure(f"{peer_name}, built", few_size / peer_seconds / 1e6, "MB/s"),
        Figure(f"{name}, held", library.nbytes / size, "bytes a character", "<= 20"),
        Figure(f"{name}, most while built", most / size, "bytes a character"),
        Figure(f"{peer_name}, most while built", peer_most / few_size, "bytes a character"),
        *_speeds(library, peer, vocabulary, document),
    ]


class Dict:
    """What one would write first: places by the few characters before them, then compared one by one."""

    def __init__(self, files: Sequence[Shelved]) -> None:
        self._text = "\0".join(file.text for file in files)
        self._places = defaultdict[str, list[int]](list)
        for place in range(PEER_CONTEXT, len(self._text)):
            self._places[self._text[place - PEER_CONTEXT : place]].append(place)

    def votes(self, context: str) -> list[tuple[str, int]]:
        """The characters after the last places of the context, with a weight for each character in common."""
        scores = Counter[str]()
        for place in self._places.get(context[-PEER_CONTEXT:], ())[-PEER_PLACES:]:
            before = self._text[max(place - WINDOW, 0) : place]
            pairs = zip(reversed(before), reversed(context), strict=False)
            scores[self._text[place]] += sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], pairs))
        return scores.most_common(3)


def _speeds(library: Library, peer: Dict, vocabulary: Vocabulary, document: str) -> Iterator[Figure]:
    """Microseconds a place of votes of both, windows included: the median of many calls."""
    symbols = vocabulary.encode(document)

    def ours(start: int, end: int) -> object:
        return library.votes(windows_of(symbols, start, end))

    def theirs(start: int, end: int) -> object:
        return [peer.votes(document[place - WINDOW : place]) for place in range(start, end)]

    for rows, goal in ROWS.items():
        starts = range(WINDOW, len(document) - rows, len(document) // CALLS)
        for name, ask, promise in (("the library", ours, goal), ("the dict", theirs, "")):
            seconds = [_timed(partial(ask, start, start + rows))[1] for start in starts]
            yield Figure(
                f"votes of {name}, {rows} places", statistics.median(seconds) * 1e6 / rows, "µs a place", promise
            )


def _timed(action: Callable[[], Result]) -> tuple[Result, float]:
    began = time.perf_counter()
    result = action()
    return result, time.perf_counter() - began


def _peak(action: Callable[[], object]) -> int:
    """Most bytes held at once beyond those that were held before."""
    tracemalloc.start()
    try:
        action()
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


def take(files: Iterator[Shelved], characters: int) -> list[Shelved]:
    """The next files, until they have so many characters together or there are no more."""
    taken: list[Shelved] = []
    while characters > 0 and (file := next(files, None)) is not None:
        taken.append(file)
        characters -= len(file.text)
    return taken


def _files_of(folder: Path) -> Iterator[Shelved]:
    """The Java files below a folder, or the Python files if there are none, in an order drawn with a seed."""
    paths = sorted(folder.rglob("*.java")) or sorted(folder.rglob("*.py"))
    for path in random.Random(1).sample(paths, len(paths)):
        yield Shelved(str(path), normalise_newlines(path.read_text(encoding="utf-8", errors="replace")))


def invented_files() -> Iterator[Shelved]:
    """Endless files of the project's own lines, drawn with a seed; in each some words have other names."""
    paths = sorted(chain.from_iterable((ROOT / folder).rglob("*.py") for folder in SOURCES))
    lines = "\n".join(path.read_text(encoding="utf-8") for path in paths).splitlines(keepends=True)
    chance = random.Random(1)
    number = 0
    while True:
        number += 1
        starts = [chance.randrange(len(lines) - BLOCK_LINES) for _ in range(BLOCKS)]
        text = "".join(line for start in starts for line in lines[start : start + BLOCK_LINES])
        words = sorted(set(re.findall(r"[a-z]{4,}", text)))
        names = {word: f"{chance.choice(NOUNS).lower()}{number % 97}" for word in chance.sample(words, len(words) // 4)}
        text = re.sub(r"[a-z]{4,}", lambda match, names=names: names.get(match[0], match[0]), text)
        yield Shelved(f"package{number % 50}/file{number}.py", text)
