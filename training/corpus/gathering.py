"""The harvests of all packages, several at a time, from a store or from their sources."""

from __future__ import annotations

import multiprocessing
import os
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from pathlib import Path
from threading import Thread
from typing import NamedTuple

from ..errors import CorpusError
from .fetch import fetch
from .harvest import Harvest, Material, failed, harvest
from .settings import Say, Settings
from .sources import read_source
from .store import Store, key_of


class Outcome(NamedTuple):
    """How many files a package gave, or why it could not be had."""

    files: int
    failure: str | None = None


def gather(materials: Sequence[Material], store: Store, settings: Settings, say: Say) -> list[Harvest]:
    """Every package's harvest, in the order of the materials; what the store holds is not read again."""
    keys, failures = _find_keys(materials)
    wanted = [number for number, key in keys.items() if not store.holds(key)]
    if strangers := store.strangers(keys.values()):
        say(f"{store.folder} has harvests of other sources, languages or filters, which are not used: {strangers}")
    if len(wanted) < len(keys):
        say(f"{len(keys) - len(wanted)} of {len(materials)} packages were harvested before: going on from there")
    # Large ones start first, so that no process idles.
    wanted.sort(key=lambda number: -weight(materials[number]))
    tasks = [(materials[number], keys[number], store, settings) for number in wanted]
    for count, (number, outcome) in enumerate(zip(wanted, _run(tasks, settings), strict=True), 1):
        if outcome.failure is not None:
            failures[number] = outcome.failure
        say(f"{count}/{len(tasks)} {materials[number].name}: {outcome.failure or f'{outcome.files} files'}")
    return [
        failed(material, failures[number]) if number in failures else store.load(material, keys[number])
        for number, material in enumerate(materials)
    ]


def _find_keys(materials: Sequence[Material]) -> tuple[dict[int, str], dict[int, str]]:
    """Keys of the packages by their number, and why some cannot be read."""
    keys: dict[int, str] = {}
    failures: dict[int, str] = {}
    for number, material in enumerate(materials):
        try:
            keys[number] = key_of(material)
        except CorpusError as error:
            failures[number] = _printable(error)
    return keys, failures


def _printable(error: CorpusError) -> str:
    """The error's words as UTF-8, which a path in them may not be."""
    return str(error).encode("utf-8", "backslashreplace").decode()


def weight(material: Material) -> int:
    """The bytes of its artefacts; 0 of a package that is not pinned."""
    return material.pinned.artefact_bytes if material.pinned else 0


Task = tuple[Material, str, Store, Settings]


def _run(tasks: list[Task], settings: Settings) -> Iterator[Outcome]:
    if settings.processes <= 1:
        yield from map(fetch_and_harvest, tasks)
        return
    # `spawn`: the parent may already run threads (torch, rich), and forking a threaded process can hang.
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(settings.processes, context, initializer=_end_with_parent) as pool:
        try:
            yield from pool.map(fetch_and_harvest, tasks)
        except BrokenProcessPool as error:
            raise CorpusError("a process of the build died, perhaps for want of memory; try --processes 1") from error


def _end_with_parent() -> None:
    """A process of a pool waits for work for ever when its parent is killed, unless it looks after it."""
    parent = multiprocessing.parent_process()
    if parent is not None:
        Thread(target=_end_after, args=(parent.join,), daemon=True).start()


def _end_after(wait: Callable[[], None]) -> None:
    wait()
    os._exit(1)


def fetch_and_harvest(task: Task) -> Outcome:
    """Bring one package from its source into the store; what cannot be had is no error but a failure."""
    material, key, store, settings = task
    try:
        with store.writing(key) as writer:
            for path in locate(material, settings):
                harvest(read_source(path, material.languages), writer)
    except CorpusError as error:
        return Outcome(0, _printable(error))
    return Outcome(writer.files)


def locate(material: Material, settings: Settings) -> Sequence[Path]:
    """Where a package's sources lie; pinned artefacts are fetched. `CorpusError` if one cannot be had."""
    if material.pinned is None:
        return material.paths
    return fetch(material.pinned, settings.cache, mirrors=list(settings.mirrors))
