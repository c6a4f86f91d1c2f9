"""The steps of a build for datatrove, whose executors run them on one machine, under Slurm or with Ray.

Harvesting is many tasks: each takes its share of the packages through the steps of `harvest_steps` and leaves the
harvests in the store beside the corpus. Selecting and writing is one task, `corpus_steps`, after all of them: it finds
in the store what they left, as an interrupted build does. So every machine must see the cache, the sources and the
folder of the corpus under the same paths. No rule stands here; a step asks the functions that every build asks.

Other steps may stand between those of `harvest_steps`: between `read` and `drop` a document's text is the file's (bytes
that are not UTF-8 as lone surrogates), after `mask` it is what a model would read.
"""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import groupby
from pathlib import Path
from typing import Any

from ..errors import CorpusError
from .build import build_corpus, refuse_existing
from .gathering import locate
from .harvest import FileRecord, Material, clean, describe, judge
from .settings import Settings
from .sources import SourceFile, read_source
from .store import Store, key_of

Documents = Iterable[Any]
"""datatrove's documents, or None before the first step. `metadata` has `harvest`, the key of the package's harvest, and
`record`, the file's `FileRecord`; or `failure`, if the package's source broke."""

Step = Callable[[Documents | None, int, int], Documents | None]
"""Takes the documents of the step before, the task's number and how many tasks there are."""


@dataclass(frozen=True)
class Plan:
    """What to build; the arguments of `build_corpus`."""

    materials: Sequence[Material] = field(repr=False)
    out: Path
    settings: Settings = field(repr=False)


def harvest_steps(plan: Plan) -> list[Step]:
    """The steps of as many tasks as one likes."""
    return [ReadPackages(plan), drop, mask, StoreHarvests(plan)]


def corpus_steps(plan: Plan) -> list[Step]:
    """The step of the one task that comes after all of those."""
    return [WriteCorpus(plan)]


def harvest_here(plan: Plan, *, tasks: int, workers: int) -> None:
    """Run `harvest_steps` on this machine, so many tasks at a time. `CorpusError` if datatrove is not installed."""
    refuse_existing(plan.out)
    try:
        from datatrove.executor import LocalPipelineExecutor
    except ImportError as error:
        raise CorpusError(
            f"--executor datatrove needs datatrove ({error}): pip install 'peephole-lsp[train,cluster]'"
        ) from error
    # datatrove keeps logs and which tasks are done; the store itself knows which packages are.
    with tempfile.TemporaryDirectory(prefix="peephole-tasks-") as logs:
        LocalPipelineExecutor(harvest_steps(plan), tasks=tasks, workers=min(workers, tasks), logging_dir=logs).run()


@dataclass(frozen=True)
class ReadPackages:
    """Gives the files of a task's packages, of each package that the store does not hold yet."""

    plan: Plan

    def __call__(self, _data: Documents | None, rank: int = 0, world_size: int = 1) -> Iterator[Any]:
        """The documents, package after package; a source that breaks has a last one that says so."""
        store = Store.beside(self.plan.out)
        for material in self.plan.materials[rank::world_size]:
            try:
                key = key_of(material)
            except CorpusError:
                continue  # the last task asks again, and reports why
            if not store.holds(key):
                yield from self._read(material, key)

    def _read(self, material: Material, key: str) -> Iterator[Any]:
        from datatrove.data import Document

        try:
            for path in locate(material, self.plan.settings):
                for file in read_source(path, material.languages):
                    metadata = {"harvest": key, "record": describe(file)}
                    yield Document(text=_text(file), id=f"{material.name}/{file.path}", metadata=metadata)
        except CorpusError as error:
            yield Document(text="", id=material.name, metadata={"harvest": key, "failure": str(error)})


def drop(data: Documents | None, _rank: int = 0, _world_size: int = 1) -> Iterator[Any]:
    """Judges the files: one that is to be dropped loses its text, and goes on, for the report counts it."""
    for document, record in _files(data):
        if record is not None:
            judge(record, _content(document.text) if record.sha256 else None)
            document.text = "" if record.reason is not None else document.text
        yield document


def mask(data: Documents | None, _rank: int = 0, _world_size: int = 1) -> Iterator[Any]:
    """Masks secrets in the files that were not dropped."""
    for document, record in _files(data):
        if record is not None:
            document.text = clean(record, _content(document.text))
        yield document


@dataclass(frozen=True)
class StoreHarvests:
    """Sketches the files of each package and stores its harvest; nothing of a package whose source broke."""

    plan: Plan

    def __call__(self, data: Documents | None, _rank: int = 0, _world_size: int = 1) -> Iterator[Any]:
        """The documents, as they are written; each package's last one comes before its harvest is in the store."""
        store = Store.beside(self.plan.out)
        for key, documents in groupby(data or (), key=lambda document: document.metadata["harvest"]):
            try:
                with store.writing(key) as writer:
                    for document, record in _files(documents):
                        if record is None:
                            raise CorpusError(document.metadata["failure"])
                        writer.add(record, document.text)
                        yield document
            except CorpusError as error:
                _say(f"left for the last task: {error}")


@dataclass(frozen=True)
class WriteCorpus:
    """Selects among the harvests and writes the corpus; what no task could store is tried once more."""

    plan: Plan

    def __call__(self, _data: Documents | None, rank: int = 0, _world_size: int = 1) -> None:
        """Build what is left to build; `CorpusError` as of `build_corpus`."""
        if rank == 0:
            build_corpus(self.plan.materials, self.plan.out, replace(self.plan.settings, processes=1), _say)


def _files(data: Documents | None) -> Iterator[tuple[Any, FileRecord | None]]:
    """Documents with their records; None of what tells of a failure."""
    for document in data or ():
        yield document, document.metadata.get("record")


def _text(file: SourceFile) -> str:
    return "" if file.content is None else file.content.decode("utf-8", "surrogateescape")


def _content(text: str) -> bytes:
    return text.encode("utf-8", "surrogateescape")


def _say(line: str) -> None:
    print(line.encode("utf-8", "backslashreplace").decode(), file=sys.stderr, flush=True)
