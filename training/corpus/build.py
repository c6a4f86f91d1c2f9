"""From materials to a corpus folder: harvest in parallel, select, encode, write; a folder that is there is whole."""

from __future__ import annotations

import json
import random
import time
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from peephole.model.languages import SUFFIXES
from peephole.model.vocabulary import Vocabulary

from ..errors import CorpusError, TrainingError
from . import shards
from .gathering import gather, weight
from .harvest import FileRecord, Harvest, Material
from .records import write_records
from .report import describe_sources, report_files
from .selection import apply_caps, drop_duplicates, drop_duplicates_within, kept_records
from .settings import Say, Settings
from .splitting import spare_last_copies, spare_training
from .store import Store

SHARDED = ("train", "development")
"""The splits that are encoded; the gate's stays text, for it needs to know which files lie beside which."""


def build_corpus(materials: Sequence[Material], out: Path, settings: Settings, say: Say) -> dict[str, object]:
    """Write a corpus folder at `out`, which must not exist, and return what its `corpus.json` says.

    Harvests are kept beside it until it is whole: a build that was interrupted goes on where it stopped. `CorpusError`
    if too little could be had, or if another build of the same folder is at work; `CacheError` if what is downloaded
    cannot be kept.
    """
    refuse_existing(out)
    store = Store.beside(out)
    try:
        out.parent.mkdir(parents=True, exist_ok=True)
        with store.locked():
            description = _build(materials, out, settings, store, say)
    except OSError as error:
        raise CorpusError(f"cannot write {out}: {error}; make room, or name another place with --out") from error
    store.remove()
    return description


def refuse_existing(out: Path) -> None:
    """`CorpusError` if there is something where the corpus is to be."""
    if out.exists():
        raise CorpusError(f"{out} already exists; name another folder or remove it first")


def _build(materials: Sequence[Material], out: Path, settings: Settings, store: Store, say: Say) -> dict[str, object]:
    try:
        harvests = gather(materials, store, settings, say)
        require_share(harvests, settings.require_share)
        spare_training(harvests, settings.seed)
        say("looking for duplicates")
        drop_duplicates(harvests)
        drop_duplicates_within(spare_last_copies(harvests))
        apply_caps(harvests, settings.caps, settings.seed)
        say("writing the corpus")
        with store.part() as corpus:
            description = write_corpus(harvests, corpus, settings)
            corpus.rename(out)
    except (TrainingError, OSError, KeyboardInterrupt):
        say(f"harvests are kept in {store.folder}: the next build of {out} goes on from there")
        raise
    return description


def require_share(harvests: Sequence[Harvest], share: float) -> None:
    """`CorpusError` if the packages that could be had are less than the share of the recipe's bytes."""
    wanted = sum(weight(h.material) or 1 for h in harvests)
    had = sum(weight(h.material) or 1 for h in harvests if h.failure is None)
    if had < share * wanted:
        missing = "; ".join(f"{h.material.name}: {h.failure}" for h in harvests if h.failure is not None)
        raise CorpusError(
            f"only {had / max(wanted, 1):.1%} of the sources could be had, at least {share:.0%} is required "
            f"(--require-share). Missing: {missing}"
        )


def write_corpus(harvests: Sequence[Harvest], folder: Path, settings: Settings) -> dict[str, object]:
    """Write the shards, records, development files and `corpus.json` of selected harvests."""
    vocabulary = count_vocabulary(harvests, settings)
    splits: dict[str, dict[str, object]] = {split: {} for split in SHARDED}
    for split in SHARDED:
        for language in settings.languages:
            kept = kept_records(harvests, split, language)
            random.Random(f"{settings.seed} {split} {language}").shuffle(kept)
            if kept:
                texts = (harvest.content(record).decode() for harvest, record in kept)
                splits[split][language] = shards.write_shard(folder, split, language, vocabulary, texts)
    if not splits["train"] and not any(kept_records(harvests, "gate", language) for language in settings.languages):
        raise CorpusError(
            f"no file is left to train on; looked for were files of {', '.join(settings.languages)} (--language ID for "
            "others)"
        )
    write_records(harvests, folder)
    for split in ("development", "gate"):
        write_texts(harvests, split, folder / split)
    description: dict[str, object] = {
        "format": shards.FORMAT,
        "vocabulary": vocabulary.to_json(),
        "splits": splits,
        "settings": {"caps": dict(settings.caps), "seed": settings.seed},
        "sources": describe_sources(harvests),
        "report": report_files(harvests, settings.languages),
        "built": time.strftime("%Y-%m-%d", time.gmtime()),
    }
    (folder / "corpus.json").write_text(json.dumps(description, indent=1, ensure_ascii=False) + "\n", "utf-8")
    return description


def count_vocabulary(harvests: Sequence[Harvest], settings: Settings) -> Vocabulary:
    """The vocabulary of the training text; development text has no say in it but for its language.

    A language of which there is no text gets no start token, or a model would pass for one that has learnt it.
    """
    counts: Counter[str] = Counter()
    languages = [la for la in settings.languages if any(kept_records(harvests, split, la) for split in SHARDED)]
    for language in languages:
        for source, record in kept_records(harvests, "train", language):
            if record.characters != record.length:  # not all ASCII
                counts.update(c for c in source.content(record).decode() if not c.isascii())
    return Vocabulary.from_counts(languages or settings.languages, counts, size=settings.vocabulary_size)


def write_texts(harvests: Sequence[Harvest], split: str, folder: Path) -> None:
    """A split's kept files as text, by language, package and path; by SHA-256 where the path cannot be had.

    Two artefacts of a package may hold the same path, or one a file where the other has a folder, or a path too long.
    """
    for source in harvests:
        for record in source.records:
            if source.material.split == split and record.reason is None:
                _write_apart(folder / record.language / source.material.name, record, source.content(record))


def _write_apart(folder: Path, record: FileRecord, content: bytes) -> None:
    place = folder / record.path
    try:
        place.parent.mkdir(parents=True, exist_ok=True)
        with place.open("xb") as out:
            out.write(content)
    except OSError:
        folder.mkdir(parents=True, exist_ok=True)
        (folder / f"{record.sha256}{SUFFIXES[record.language][0]}").write_bytes(content)
