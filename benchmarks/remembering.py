"""What the memory adds: to a keystroke, to the reading of a document, and in bytes; each beside a peer of this run."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Iterator

from peephole.model.library import Library
from peephole.model.memory import Memory
from peephole.model.predictor import Predictor
from peephole.model.recall import NO_LIBRARIES, Libraries
from peephole.model.search import next_tokens
from peephole.model.tape import BLOCK, SLICE_LENGTH, Tape

from .document import long_document
from .figure import Figure
from .workspace import CHARACTERS, invented_files, take

TYPED = "\n    int count = other.size() + 1;\n"
ROUNDS = 8
NEAR_CHARACTERS = 1_000_000
DICTIONARY_ORDERS = (3, 5, 8, 16)


def measure(predictor: Predictor, lines: int) -> list[Figure]:
    """Added milliseconds a keystroke and a completion, memory's speed and size, and a dictionary's."""
    text = long_document("java", lines)
    if predictor.gate is None:
        return [Figure("memory", 0, "(this model has no gate)")]
    key, completion = _keystroke_ms(predictor, text, NO_LIBRARIES)
    key_alone, completion_alone = _keystroke_ms(predictor.alone(), text, NO_LIBRARIES)
    invented = invented_files()
    libraries = (Library.build(take(invented, size), predictor.vocabulary) for size in (NEAR_CHARACTERS, CHARACTERS))
    key_beside, completion_beside = _keystroke_ms(predictor, text, Libraries(*libraries))
    seconds, held = _memory_s(predictor, text)
    dictionary_s = _timed(lambda: _dictionary(text))
    whole_s, alone_s = _tape_s(predictor, text), _tape_s(predictor.alone(), text)
    megabytes = len(text) / 1e6
    return [
        Figure("a keystroke with the network alone, p50", key_alone, "ms"),
        Figure("added to it by the document's memory, p50", key - key_alone, "ms", "<= 1"),
        Figure("added to it by document and a workspace of 20 MB, p50", key_beside - key_alone, "ms", "<= 1"),
        Figure("a completion with the network alone, p50", completion_alone, "ms"),
        Figure("added to it by the document's memory, p50", completion - completion_alone, "ms"),
        Figure("added to it by document and workspace, p50", completion_beside - completion_alone, "ms"),
        Figure("document read into the memory, votes taken", megabytes / seconds, "MB/s", ">= 1"),
        Figure("the same contexts into Python dictionaries", megabytes / dictionary_s, "MB/s"),
        Figure("added to the exact pass, gate included", (whole_s - alone_s) / alone_s * 100, "% of the network's"),
        Figure("memory held for each character", held / len(text), "bytes"),
    ]


def _keystroke_ms(predictor: Predictor, text: str, libraries: Libraries) -> tuple[float, float]:
    """Medians: edit and reading in the middle of the file, and the search behind."""
    readings, searches = zip(*_typing(predictor, text, libraries), strict=True)
    return statistics.median(readings) * 1e3, statistics.median(searches) * 1e3


def _typing(predictor: Predictor, text: str, libraries: Libraries) -> Iterator[tuple[float, float]]:
    offset = text.index("\n", len(text) // 2)
    tape = Tape(predictor, "java")
    tape.consult(libraries)
    tape.edit(text)
    tape.advance_to(len(text))
    for _ in range(ROUNDS):
        for typed in range(1, len(TYPED) + 1):
            began = time.perf_counter()
            tape.edit(text[:offset] + TYPED[:typed] + text[offset:])
            reading = tape.reading_at(offset + typed)
            assert reading is not None
            reading.log_probabilities  # noqa: B018  the memory speaks when it is asked
            read = time.perf_counter()
            next_tokens(predictor, reading, language="java", prefix="")
            yield read - began, time.perf_counter() - read


def _memory_s(predictor: Predictor, text: str) -> tuple[float, int]:
    """Seconds to take in a document and to vote on each of its characters, and the bytes held then."""
    symbols = predictor.vocabulary.encode(text)
    memory = Memory(predictor.alphabet)
    began = time.perf_counter()
    for start in range(0, len(symbols), BLOCK):
        memory.extend(symbols[start : start + BLOCK])
    for start in range(0, len(symbols), SLICE_LENGTH):
        memory.votes(start, min(start + SLICE_LENGTH, len(symbols)))
    return time.perf_counter() - began, memory.nbytes


def _dictionary(text: str) -> int:
    """The peer: four of the six contexts as plain strings in dictionaries, the last place of each looked up."""
    places: list[dict[str, int]] = [{} for _ in DICTIONARY_ORDERS]
    found = 0
    for place in range(max(DICTIONARY_ORDERS), len(text)):
        for order, known in zip(DICTIONARY_ORDERS, places, strict=True):
            context = text[place - order : place]
            found += known.get(context, -1) >= 0
            known[context] = place
    return found


def _tape_s(predictor: Predictor, text: str) -> float:
    tape = Tape(predictor, "java")
    tape.edit(text)
    return _timed(lambda: tape.advance_to(len(text)))


def _timed(work: Callable[[], object]) -> float:
    began = time.perf_counter()
    work()
    return time.perf_counter() - began
